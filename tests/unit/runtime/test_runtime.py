"""The runtime as a whole: releases that come and go, tables of answers, pages, logs and texts."""

import asyncio
import io
import json
import os
import shutil
import stat
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from flowc.expression.types import Record, Scalar
from flowc.graph.as_json import release_to_json
from flowc.graph.operations import Given, InvokeKind, Reading
from flowc.graph.prompts import ReadAs, text_key
from flowc.graph.services import (
    FixtureAction,
    FixtureSettings,
    FromEnvironment,
    OperationSpec,
    ServiceSpec,
    Words,
)
from flowc.runtime import app, spoken_texts
from flowc.runtime.app import Home
from flowc.runtime.logs import Log, masked
from flowc.runtime.services import providers
from flowc.runtime.services.breaker import FAILURES, REST_S, Breaker
from flowc.runtime.services.sql import SqlBackend
from flowc.runtime.services.strict_json import BadJson, read_json
from tests.unit.runtime.runtime_support import (
    ACCOUNT,
    bench,
    invoke,
    make_billing,
    release,
    run,
    sql_service,
)

LOOK = invoke(InvokeKind.LOOKUP, "billing", "customer", gives=(Given("n", ("name",), Scalar.TEXT),))
SPOKEN = replace(LOOK, readings=(Reading("n", Scalar.TEXT, ReadAs.TEXT),), deadline_ms=5000)


def fixture_service(file: str = "billing.yaml") -> ServiceSpec:
    gives = Record("C", (("name", Scalar.TEXT), ("pin", Scalar.DIGITS)))
    operation = OperationSpec(
        "customer", InvokeKind.LOOKUP, ACCOUNT, FixtureAction(), gives, ("not_found",)
    )
    return ServiceSpec("billing", FixtureSettings(file), (operation,))


def test_a_table_answers_the_first_row_that_fits(tmp_path: Path) -> None:
    (tmp_path / "billing.yaml").write_text(
        "customer:\n"
        "- {with: {account: 0012}, gives: {name: 张三, pin: 0012}}\n"
        "- {with: {account: 0013}, fails: error}\n"
        "- {result: not_found}\n",
        encoding="utf-8",
    )
    asked = replace(LOOK, gives=(*LOOK.gives, Given("pin", ("pin",), Scalar.DIGITS)))

    async def call() -> None:
        async with bench(tmp_path) as it:
            served = release(fixture_service())
            assert (await it.ask(served, asked, "0012")).variables == {"n": "张三", "pin": "0012"}
            assert (await it.ask(served, asked, "0013")).outcome == "error"
            assert (await it.ask(served, asked, "12")).outcome == "not_found"

    run(call())


def test_a_release_is_taken_up_while_calls_run_and_old_ones_stay(tmp_path: Path) -> None:
    make_billing(tmp_path)
    first = release(sql_service(), asks=(LOOK,))
    second = replace(first, id="ffffffff")

    async def call() -> None:
        async with bench(tmp_path, first) as it:
            table = it.runtime.releases
            assert table.ids == ("0a1b2c3d",)
            folder = tmp_path / "releases" / "ffffffff"
            folder.mkdir()
            (folder / "release.json").write_text(release_to_json(second), encoding="utf-8")
            async with asyncio.timeout(5):
                while len(table.ids) < 2:
                    await asyncio.sleep(0.05)
            assert table.invoke("0a1b2c3d", "balance.find") is not None
            assert table.invoke("ffffffff", "balance.find") is not None
            shutil.rmtree(folder)
            await table.look()
            assert table.ids == ("0a1b2c3d",)

    run(call())


def test_the_back_end_of_a_release_that_is_gone_is_closed_after_its_last_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_billing(tmp_path)
    shutil.copy(tmp_path / "billing.db", tmp_path / "old.db")
    monkeypatch.setattr(providers, "LEAVES_AFTER_S", 0.5)
    closed: list[SqlBackend] = []
    close = SqlBackend.close

    async def noted(backend: SqlBackend) -> None:
        closed.append(backend)
        await close(backend)

    monkeypatch.setattr(SqlBackend, "close", noted)
    stays = release(sql_service(), asks=(LOOK,))
    shared = replace(stays, id="22222222")
    goes = replace(release(sql_service("sqlite:///old.db"), asks=(LOOK,)), id="33333333")
    for each in (shared, goes):
        (tmp_path / "releases" / each.id).mkdir(parents=True)
        (tmp_path / "releases" / each.id / "release.json").write_text(release_to_json(each))

    async def call() -> None:
        async with bench(tmp_path, stays) as it:
            for each in (stays, shared, goes):
                assert (await it.ask(each, LOOK)).outcome == "done"
            shutil.rmtree(tmp_path / "releases" / shared.id)
            shutil.rmtree(tmp_path / "releases" / goes.id)
            await it.runtime.releases.look()
            assert closed == []
            async with asyncio.timeout(5):
                while not closed:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            assert len(closed) == 1
            assert (await it.ask(stays, LOOK)).outcome == "done"
        assert len(closed) == 2

    run(call())


def test_the_releases_and_texts_of_two_servers_are_those_of_one_runtime(tmp_path: Path) -> None:
    make_billing(tmp_path)
    first = release(sql_service(), asks=(SPOKEN,), voices=(("zh", "espeak:cmn"),))
    second = replace(first, id="ffffffff")
    other = Home(tmp_path / "other/releases", tmp_path / "other/texts")
    (other.releases / "ffffffff").mkdir(parents=True)
    (other.releases / "ffffffff/release.json").write_text(release_to_json(second))

    async def call() -> None:
        async with bench(tmp_path, first, others=(other,)) as it:
            assert it.runtime.releases.ids == ("0a1b2c3d", "ffffffff")
            held = (await it.ask(second, SPOKEN)).variables
            assert held, it.log.getvalue()
            for texts in (tmp_path / "texts", other.texts):
                assert (texts / f"{held['n.say.zh']}.wav").read_bytes()[:4] == b"RIFF"
            (other.texts / f"{held['n.say.zh']}.wav").unlink()
            await it.ask(first, SPOKEN)
            assert (other.texts / f"{held['n.say.zh']}.wav").is_file()

    run(call())


BROKEN = {
    "half a file": lambda text: text[:100],
    "another's name": lambda text: text.replace("0a1b2c3d", "11111111"),
    "an unknown class": lambda text: text.replace('"is":"SqlSettings"', '"is":"Popen"'),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN.keys())
def test_a_release_that_cannot_be_served_disturbs_no_other(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    make_billing(tmp_path)
    good = release(sql_service(), asks=(LOOK,))
    bad = tmp_path / "releases" / "deadbeef" / "release.json"
    bad.parent.mkdir(parents=True)
    bad.write_text(damage(release_to_json(good)), encoding="utf-8")

    async def call() -> None:
        async with bench(tmp_path, good, metrics_port=0) as it:
            assert it.runtime.releases.ids == ("0a1b2c3d",)
            await it.runtime.releases.look()
            assert it.runtime.pages is not None
            status, text = await asyncio.to_thread(page, it.runtime.pages.port, "/health")
            assert (status, json.loads(text)["refused"]) == (503, ["deadbeef"])
            counted = it.runtime.metrics.registry.get_sample_value
            assert counted("flowc_releases_refused") == 1
            assert it.log.getvalue().count("release_refused") == 1

    run(call())


def test_a_release_whose_environment_lacks_a_variable_is_refused_by_its_name(
    tmp_path: Path,
) -> None:
    make_billing(tmp_path)
    url = (Words("sqlite:///"), FromEnvironment("BILLING_FILE"))
    spec = sql_service()
    served = release(replace(spec, settings=replace(spec.settings, url=url)), asks=(LOOK,))

    async def call() -> None:
        async with bench(tmp_path, served) as it:
            assert it.runtime.releases.ids == ()
            assert "BILLING_FILE" in it.log.getvalue()
        async with bench(tmp_path, served, environment={"BILLING_FILE": "billing.db"}) as it:
            assert it.runtime.releases.ids == ("0a1b2c3d",)
            assert (await it.ask(served, LOOK)).variables == {"n": "张三"}

    run(call())


def test_a_free_text_is_rendered_before_the_call_says_it(tmp_path: Path) -> None:
    make_billing(tmp_path)
    served = release(
        sql_service(), asks=(SPOKEN,), voices=(("zh", "espeak:cmn"),), fallback="unsaid"
    )

    async def call() -> None:
        async with bench(tmp_path, served) as it:
            held = (await it.ask(served, SPOKEN)).variables
            assert held, it.log.getvalue()
            assert held["n.say.zh"] == text_key("zh", "张三")
            assert held["n.say.en"] == "en/unsaid"
            sound = tmp_path / "texts" / f"{held['n.say.zh']}.wav"
            assert sound.read_bytes()[:4] == b"RIFF"
            assert sound.stat().st_size > 2000

    run(call())


def test_a_voice_that_hangs_takes_no_answer_beyond_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_billing(tmp_path)
    ended = threading.Event()
    monkeypatch.setattr("flowc.runtime.spoken_texts.render", lambda *_: ended.wait(10))
    asked = replace(SPOKEN, deadline_ms=400)
    served = release(
        sql_service(), asks=(asked,), voices=(("zh", "espeak:cmn"),), fallback="unsaid"
    )

    async def call() -> None:
        async with bench(tmp_path, served) as it:
            begun = time.monotonic()
            held = (await it.ask(served, asked)).variables
            took = time.monotonic() - begun
            ended.set()
            assert held["n.say.zh"] == "zh/unsaid"
            assert took < 1.5  # a text may take two seconds, where there are

    run(call())


def test_a_data_base_without_its_driver_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    served = release(sql_service("postgresql://flowc@127.0.0.1/billing"), asks=(LOOK,))

    async def call() -> None:
        async with bench(tmp_path, served) as it:
            assert it.runtime.releases.refused == ("0a1b2c3d",)
            assert "flowc[postgresql]" in it.log.getvalue()

    run(call())


def page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_pages_show_health_and_counts(tmp_path: Path) -> None:
    make_billing(tmp_path)
    served = release(sql_service(), asks=(LOOK,))

    async def call() -> None:
        async with bench(tmp_path, metrics_port=0) as it:
            assert it.runtime.pages is not None
            port = it.runtime.pages.port
            status, text = await asyncio.to_thread(page, port, "/health")
            assert (status, json.loads(text)["store"]) == (503, "ok")
            assert (await asyncio.to_thread(page, port, "/etc/passwd"))[0] == 404
        async with bench(tmp_path, served, metrics_port=0) as it:
            assert it.runtime.pages is not None
            port = it.runtime.pages.port
            await it.ask(served, LOOK)
            status, text = await asyncio.to_thread(page, port, "/health")
            assert (status, json.loads(text)["releases"]) == (200, ["0a1b2c3d"])
            _, counts = await asyncio.to_thread(page, port, "/metrics")
            wanted = 'flowc_questions_seconds_count{asked="billing.customer",outcome="done"} 1.0'
            assert wanted in counts
            families = {each.name for each in text_string_to_metric_families(counts)}
            assert {"flowc_build_info", "process_resident_memory_bytes"} <= families

    run(call())


def test_a_store_that_is_gone_is_no_health(tmp_path: Path) -> None:
    make_billing(tmp_path)
    served = release(sql_service(), asks=(LOOK,))

    async def until(port: int, status: int) -> str:
        while (found := await asyncio.to_thread(page, port, "/health"))[0] != status:
            await asyncio.sleep(0.1)
        return str(json.loads(found[1])["store"])

    async def call() -> None:
        async with bench(tmp_path, served, metrics_port=0) as it:
            assert it.runtime.pages is not None
            port = it.runtime.pages.port
            assert await until(port, 200) == "ok"
            (tmp_path / "runtime.db").rename(tmp_path / "away.db")
            assert "gone" in await until(port, 503)
            (tmp_path / "away.db").rename(tmp_path / "runtime.db")
            assert await until(port, 200) == "ok"

    run(call())


def test_a_service_that_hangs_is_no_health(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "HANGS_AFTER_S", 0.2)

    def later(port: int) -> tuple[int, str]:
        time.sleep(0.3)
        return page(port, "/health")

    async def call() -> None:
        async with bench(tmp_path, metrics_port=0) as it:
            assert it.runtime.pages is not None
            with ThreadPoolExecutor(1) as other:
                asked = other.submit(later, it.runtime.pages.port)
                status, text = asked.result()  # the loop stands still meanwhile
            assert (status, json.loads(text)["why"]) == (503, "it hangs")

    run(call())


def test_what_callers_said_is_for_nobody_else_on_the_host_to_read(tmp_path: Path) -> None:
    async def call() -> None:
        async with bench(tmp_path):
            modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("runtime.db*")}
            assert modes == {0o600}

    run(call())


def test_the_texts_said_longest_ago_go_first_even_if_each_process_makes_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken_texts, "MOST_FILES", 2)
    monkeypatch.setattr(spoken_texts, "_LONGEST_S", 30.0)
    folder, voices = tmp_path / "texts", {"zh": "espeak:cmn"}

    def left() -> set[str]:
        return {f"zh/~/{each.stem}" for each in (folder / "zh/~").glob("*.wav")}

    async def call() -> None:
        speech = spoken_texts.SpokenTexts([folder], Log(io.StringIO()))
        for number, each in enumerate("一二三"):
            key = await speech.sound("zh", each, voices)
            os.utime(folder / f"{key}.wav", (1000 + number, 1000 + number))
        await speech.sound("zh", "一", {})
        await speech.close()
        assert len(left()) == 3
        speech = spoken_texts.SpokenTexts([folder], Log(io.StringIO()))
        await speech.sound("zh", "四", voices)
        async with asyncio.timeout(10):
            while len(left()) > 2:
                await asyncio.sleep(0.02)
        await speech.close()

    run(call())
    assert left() == {text_key("zh", "一"), text_key("zh", "四")}


def test_a_breaker_lets_one_question_through_after_its_rest() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    now[0] = REST_S + 0.1
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.failed()
    assert not breaker.allows()
    now[0] += REST_S + 0.1
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert not breaker.is_open


def test_an_exponent_out_of_reach_is_bad_json() -> None:
    with pytest.raises(BadJson):
        read_json(b"1e99999999999999999999")


def test_a_log_masks_numbers_and_holds_no_mark_that_could_forge_a_line() -> None:
    stream = io.StringIO()
    hostile = "13800138000 said\n2026 INFO paid \x1b]0;x\x07 \u202eabc" + "9" * 1000
    Log(stream).event("x", why=hostile, call="1795233600.15")
    [line] = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told["why"].startswith("********000 said")
    assert "13800138000" not in line
    assert not {"\n", "\x1b", "\u202e"} & set(told["why"])
    assert len(told["why"]) <= 200
    assert told["call"] == "1795233600.15"


@given(st.text())
def test_any_field_is_one_line_of_json(text: str) -> None:
    stream = io.StringIO()
    Log(stream).event("x", why=text)
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert len(json.loads(line)["why"]) <= 200


@given(st.from_regex(r"\+?[0-9]{7,20}", fullmatch=True))
def test_a_masked_number_cannot_be_read(number: str) -> None:
    found = masked(f"from {number}, to 8")
    shown = found.removeprefix("from ").removesuffix(", to 8").lstrip("+").lstrip("*")
    assert len(shown) <= max(2, len(number.lstrip("+")) // 3)
    assert number.endswith(shown)


MASKED = {
    "138 0013 8000": "*** **** *000",
    "138-0013-8000": "***-****-*000",
    "+86 138 0013 8000": "+** *** **** 8000",
    "a13800138000": "a********000",
    "account80012345b": "account******45b",
    "1234567": "*****67",
    "１３８００１３８０００": "********０００",
    "connection to 192.168.10.20, port 5432": "connection to 192.168.10.20, port 5432",
    "2611240001": "*******001",
    "123456": "123456",
}


@pytest.mark.parametrize("text", MASKED)
def test_a_number_is_masked_however_it_is_written(text: str) -> None:
    assert masked(text) == MASKED[text]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_proper_json_is_read_as_it_is(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_body_is_a_value_or_refused(body: bytes) -> None:
    with suppress(BadJson):
        json.dumps(read_json(body), allow_nan=False)
