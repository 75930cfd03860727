"""Deploys to a real Asterisk: what calls notice of them, and what is left of those that fail."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flowc.deploy.build_folder import BuildFolder
from flowc.deploy.deployment import Wishes
from flowc.deploy.errors import BusyError, DriftError, NotPutBackError, PutBackError, RefusedError
from flowc.deploy.steps import Observer, Step
from flowc.target import Loaded, ServerError
from flowc.telephony.call import EndedBy
from flowc.telephony.caller import Caller, Dialling, OutgoingCall
from flowc.telephony.hearing import find_prompts
from flowc_asterisk.install import AsteriskInstaller
from tests.pbx.deploying import AGREED, NUMBER, Host, agree, booted

pytestmark = pytest.mark.pbx

HOST_FILES = ("extensions.conf", "queues.conf", "musiconhold.conf")


def run(folder: Path, scenario: Callable[[Host], Awaitable[None]], dialplan: str = "") -> None:
    async def whole() -> None:
        async with booted(folder, dialplan) as host:
            await scenario(host)

    asyncio.run(whole())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.02)


async def answers_with(host: Host, build: BuildFolder) -> bool:
    """Does a new call hear the first words of this release?"""
    async with Caller((host.server.host, host.server.ports.sip)) as caller:
        call = await caller.call(NUMBER, how=Dialling(speaks=False))
        sounds = {"say0": build.path / "sounds/zh/say0.wav"}
        await call.wait_ended(0.6)
        return any(found.prompt == "say0" for found in find_prompts(call.heard, sounds))


async def calls_of(host: Host, caller: Caller, count: int) -> list[OutgoingCall]:
    how = Dialling(speaks=False)
    return list(await asyncio.gather(*(caller.call(NUMBER, how=how) for _ in range(count))))


def heard_whole(call: OutgoingCall, build: BuildFolder) -> list[str]:
    sounds = {path.stem: path for path in (build.path / "sounds/zh").glob("*.wav")}
    return [found.prompt for found in find_prompts(call.heard, sounds) if found.complete]


def test_a_first_deploy_answers_calls_and_adds_one_line_to_each_of_three_files(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        before = {name: (host.server.etc / name).read_bytes() for name in HOST_FILES}
        build = host.build()
        report = await host.deployment().deploy(build, AGREED)
        assert (report.release, report.previous) == (build.release8, None)
        assert report.notes == ()
        for name in HOST_FILES:
            line = f'#tryinclude "{host.root}/current/{name}"\n'
            assert (host.server.etc / name).read_bytes() == before[name] + line.encode()
        held = await host.installer().read_back(Loaded(build.release8, (build.release8,)))
        assert (held.current, held.releases, held.faults) == (
            build.release8,
            (build.release8,),
            (),
        )
        assert await answers_with(host, build)

    run(tmp_path, scenario)


def test_twenty_calls_go_on_in_their_release_while_another_is_deployed(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(4, seconds=1.5), host.build(2, seconds=1.0)
        deployment = host.deployment()
        await deployment.deploy(old, AGREED)
        async with Caller((host.server.host, host.server.ports.sip)) as caller:
            early = await calls_of(host, caller, 20)
            assert all(call.is_answered for call in early)
            report = await deployment.deploy(new, AGREED)
            assert report.calls.by_release == {old.release8: 20}
            late = await calls_of(host, caller, 5)
            assert (await host.installer().calls()).by_release == {
                old.release8: 20,
                new.release8: 5,
            }
            await asyncio.gather(*(call.ended.wait() for call in (*early, *late)))
            every = ["say0", "say1", "say2", "say3"]
            assert [heard_whole(call, old) for call in early] == [every] * 20
            assert [heard_whole(call, new) for call in late] == [["say0", "say1"]] * 5
            ends = {(call.ended_by, call.end_cause) for call in (*early, *late)}
            assert ends == {(EndedBy.SERVER, 16)}

    run(tmp_path, scenario)


def test_no_call_is_lost_or_mixed_while_releases_change_ten_times_under_it(tmp_path: Path) -> None:
    """Each call hears both recordings of one release, whichever it is."""

    async def scenario(host: Host) -> None:
        builds = [host.build(2, seconds=0.6), host.build(2, seconds=0.5)]
        deployment = host.deployment()
        await deployment.deploy(builds[0], AGREED)
        async with Caller((host.server.host, host.server.ports.sip)) as caller:
            calls: list[OutgoingCall] = []
            is_over = asyncio.Event()

            async def keep_calling() -> None:
                while not is_over.is_set():
                    calls.append(await caller.call(NUMBER, how=Dialling(speaks=False)))
                    await calls[-1].ended.wait()

            callers = [asyncio.ensure_future(keep_calling()) for _ in range(20)]
            for turn in range(10):
                await deployment.deploy(builds[(turn + 1) % 2], AGREED)
            is_over.set()
            await asyncio.gather(*callers)
            await asyncio.gather(*(call.ended.wait() for call in calls))
        whole = ["say0", "say1"]
        heard = [[heard_whole(call, build) for build in builds] for call in calls]
        assert len(calls) > 20
        assert all(sorted(each) == [[], whole] for each in heard)
        assert all(call.end_cause == 16 for call in calls)

    run(tmp_path, scenario)


def test_a_rollback_returns_to_the_release_before_and_no_further_than_the_first(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(2)
        deployment = host.deployment()
        await deployment.deploy(old, AGREED)
        with pytest.raises(RefusedError, match="no release to return to"):
            await deployment.rollback()
        await deployment.deploy(new, AGREED)
        report = await deployment.rollback()
        assert (report.release, report.previous) == (old.release8, new.release8)
        assert await answers_with(host, old)
        with pytest.raises(RefusedError, match="no release to return to"):
            await deployment.rollback()
        await deployment.deploy(new, AGREED)
        assert await answers_with(host, new)

    run(tmp_path, scenario)


def test_a_release_is_taken_away_once_no_call_is_in_it_and_two_came_after_the_one_it_preceded(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        builds = [host.build(count) for count in (1, 2, 3, 4, 5)]
        deployment = host.deployment()
        await deployment.deploy(builds[0], AGREED)
        async with Caller((host.server.host, host.server.ports.sip)) as caller:
            (call,) = await calls_of(host, caller, 1)
            for build in builds[1:4]:
                await deployment.deploy(build, AGREED)
            assert builds[0].release8 in deployment.current().loaded
            await call.hang_up()

            async def is_empty() -> bool:
                return (await host.installer().calls()).by_release == {}

            await until(is_empty)
        report = await deployment.deploy(builds[4], AGREED)
        assert set(report.removed) == {build.release8 for build in builds[:2]}
        kept = tuple(build.release8 for build in builds[2:])
        held = await host.installer().read_back(Loaded(kept[-1], kept))
        assert held.faults == ()
        staged = {path.name for path in (host.root / "releases").iterdir()}
        assert staged == set(kept)

    run(tmp_path, scenario)


def test_a_queue_that_only_an_older_release_knows_stays_while_that_is_loaded(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        deployment = host.deployment()
        await deployment.deploy(host.build(1, "help"), AGREED)
        assert "fl-help" in await host.server.cli("queue show")
        await deployment.deploy(host.build(2, "help"), AGREED)  # the same queue, with room for 2
        await deployment.deploy(host.build(2), AGREED)
        assert "fl-help" in await host.server.cli("queue show")

    run(tmp_path, scenario)


def _half(text: str) -> str:
    return text[: len(text) // 2]


def _whole_lines_of_half(text: str) -> str:
    return text[: text.rindex("\n", 0, len(text) // 2) + 1]


DAMAGES: dict[str, Callable[[str], str]] = {
    "cut off": _half,
    "cut off at the end of a line": _whole_lines_of_half,
    "empty": lambda _: "",
    "a comment that never ends": lambda text: text.replace("Answer()", "Answer(;--)", 1),
    "a bracket that never closes": lambda text: text.replace(".say1]", ".say1", 1),
    "a line that is none": lambda text: text.replace("exten => start,1", "exten start,1", 1),
    "a stranger's line": lambda text: text.replace("\n[", "\nexten => x,1,NoOp()\n[", 2),
    "a changed step": lambda text: text.replace("Answer()", "Hangup()", 1),
}


def damaging(path: Path, damage: Callable[[str], str]) -> Observer:
    """Spoils a file just before the server reads it, once."""
    waiting = [damage]

    def observe(step: Step) -> None:
        if step is Step.RELOAD and waiting:
            path.write_text(waiting.pop()(path.read_text()))

    return observe


@pytest.mark.parametrize("file", ["release", "entry"])
def test_a_file_that_the_server_reads_only_in_part_is_noticed_and_the_old_release_put_back(
    tmp_path: Path, file: str
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(3)
        await host.deployment().deploy(old, AGREED)
        path = host.root / "releases" / new.release8 / file / "extensions.conf"
        for name, damage in DAMAGES.items():
            if damage(text := (new.path / file / "extensions.conf").read_text()) == text:
                continue
            deployment = host.deployment(observe=damaging(path, damage))
            began = asyncio.get_running_loop().time()
            with pytest.raises(PutBackError, match="has been put back") as caught:
                await deployment.deploy(new, Wishes(force=True, agree=agree))
            assert asyncio.get_running_loop().time() - began < 3, name
            assert "does not hold what it should" in str(caught.value), name
            assert deployment.current().current == old.release8
            held = await host.installer().read_back(Loaded(old.release8, (old.release8,)))
            assert (held.current, held.faults) == (old.release8, ()), name
        assert await answers_with(host, old)
        await host.deployment().deploy(new, Wishes(force=True, agree=agree))
        assert await answers_with(host, new)

    run(tmp_path, scenario)


def test_a_build_that_the_server_understands_otherwise_than_it_is_written_is_put_back(
    tmp_path: Path,
) -> None:
    """The files are whole and unchanged; only the server's own words tell."""

    async def scenario(host: Host) -> None:
        old = host.build(1)
        await host.deployment().deploy(old, AGREED)
        faults = {
            "a comment that never ends": "contexts are missing: ",
            "a stranger's line": "steps are there that should not be: ",
            "a context's name too long": "contexts are missing: ",
        }
        damages: dict[str, Callable[[str], str]] = {
            **DAMAGES,
            "a stranger's line": lambda text: text.replace(
                "\n[", "\nexten => start,1,NoOp(twice)\n[", 2
            ),
            "a context's name too long": lambda text: text.replace(
                "[fl-", f"[fl-{'0' * 8}.{'x' * 90}]\nexten => s,1,NoOp()\n[fl-", 1
            ),
        }
        for name, words in faults.items():
            new = host.build(3)
            path = new.path / "release/extensions.conf"
            path.write_text(damages[name](path.read_text()))
            with pytest.raises(PutBackError, match=words) as caught:
                await host.deployment().deploy(new, Wishes(force=True, agree=agree))
            assert "on the disk" not in str(caught.value), name
            assert await answers_with(host, old), name

    run(tmp_path, scenario)


def test_a_broken_queue_file_is_noticed(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1, "help"), host.build(2, "help")
        await host.deployment().deploy(old, AGREED)
        path = host.root / "releases" / new.release8 / "entry/queues.conf"
        observe = damaging(path, lambda text: text.replace("maxlen = 2", "maxlen = 1"))
        with pytest.raises(PutBackError, match=r"entry/queues\.conf"):
            await host.deployment(observe=observe).deploy(new, AGREED)
        assert host.deployment().current().current == old.release8

    run(tmp_path, scenario)


def test_nothing_is_changed_where_the_server_cannot_take_a_release(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        known = host.settings
        refusals = {
            "no Asterisk manager at": replace(known, port=host.server.ports.control + 3),
            "refuses the AMI user 'flowc'": replace(known, secret="wrong"),
            "'weak' may not do Reload, ModuleCheck": replace(known, user="weak", secret="weak"),
        }
        build = host.build()
        for words, settings in refusals.items():
            deployment = host.deployment(AsteriskInstaller(host.root, settings))
            with pytest.raises(ServerError, match=words):
                await deployment.deploy(build, AGREED)
        await host.server.cli("module unload app_playback.so")
        with pytest.raises(ServerError, match="modules are not loaded: app_playback"):
            await host.deployment().deploy(build, AGREED)
        assert deployment.current().current is None
        assert not list((host.root / "releases").iterdir())
        for name in HOST_FILES:
            assert b"#tryinclude" not in (host.server.etc / name).read_bytes()

    run(tmp_path, scenario)


def test_a_build_without_a_sound_or_made_for_elsewhere_is_refused(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        build = host.build(2)
        (build.path / "sounds/zh/say1.wav").unlink()
        with pytest.raises(RefusedError, match="the sound zh/say1 is missing"):
            await host.deployment().deploy(build, AGREED)
        other = replace(host.build(1), sounds="/elsewhere/sounds")
        with pytest.raises(RefusedError, match="expects its sounds in /elsewhere/sounds"):
            await host.deployment().deploy(other, AGREED)

    run(tmp_path, scenario)


def test_the_servers_own_files_are_left_alone_without_consent_and_restored_byte_for_byte(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        own = host.server.etc / "queues.conf"
        own.write_bytes(own.read_bytes().rstrip() + b"\n; no end of line")
        before = {name: (host.server.etc / name).read_bytes() for name in HOST_FILES}
        build, deployment = host.build(), host.deployment()
        with pytest.raises(RefusedError, match="add by hand") as refused:
            await deployment.deploy(build)
        assert f'{own}: #tryinclude "{host.root}/current/queues.conf"' in str(refused.value)
        assert {name: (host.server.etc / name).read_bytes() for name in HOST_FILES} == before
        assert len((await deployment.deploy(build, AGREED)).added) == 3
        assert (await deployment.deploy(build, AGREED)).added == ()
        assert len(await deployment.take_out()) == 3
        assert {name: (host.server.etc / name).read_bytes() for name in HOST_FILES} == before
        assert "flowc-entry" not in await host.server.cli("dialplan show")
        assert not list((host.root / "releases").iterdir())

    run(tmp_path, scenario)


def test_what_was_changed_by_hand_is_shown_and_not_overwritten_without_force(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        build, deployment = host.build(1), host.deployment()
        await deployment.deploy(build, AGREED)
        generated = host.root / "current/extensions.conf"
        generated.write_text(generated.read_text() + "[mine]\n")
        release = host.root / "releases" / build.release8 / "release/extensions.conf"
        release.write_text(release.read_text().replace("Answer", "Busy"))
        with pytest.raises(DriftError) as caught:
            await deployment.deploy(host.build(2), AGREED)
        assert "  +[mine]" in str(caught.value)
        assert "changed, gone or new: release/extensions.conf" in str(caught.value)
        plan = await deployment.plan(host.build(2))
        assert len(plan.conflicts) == 2
        with pytest.raises(DriftError):
            await deployment.rollback()
        assert "[mine]" in generated.read_text()
        await deployment.deploy(host.build(2), Wishes(force=True, agree=agree))
        assert "[mine]" not in generated.read_text()

    run(tmp_path, scenario)


def test_of_fifty_deploys_at_once_one_wins_and_the_others_are_told_who(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        builds = [host.build(1), host.build(2)]
        attempts = (host.deployment().deploy(builds[n % 2], AGREED) for n in range(50))
        results = await asyncio.gather(*attempts, return_exceptions=True)
        losers = [each for each in results if isinstance(each, BusyError)]
        assert len(losers) == 49
        told = re.compile(r"another deploy is at work: deploy of [0-9a-f]{8}, process \d+, since ")
        assert all(told.match(str(each)) for each in losers)
        current = host.deployment().current().current
        assert current is not None
        held = await host.installer().read_back(Loaded(current, (current,)))
        assert held.faults == ()

    run(tmp_path, scenario)


def test_a_trial_call_that_does_not_get_through_puts_the_old_release_back(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        generous = replace(host.settings, user="lab", secret=host.server.account.secret)
        deployment = host.deployment(AsteriskInstaller(host.root, generous))
        old, new = host.build(1), host.build(2)
        await deployment.deploy(old, Wishes(agree=agree, trial=NUMBER))
        with pytest.raises(PutBackError, match="a trial call to 999 did not reach release"):
            await deployment.deploy(new, Wishes(agree=agree, trial="999"))
        assert deployment.current().current == old.release8
        assert await answers_with(host, old)

        async def is_quiet() -> bool:
            return "0 active channels" in await host.server.cli("core show channels")

        await until(is_quiet)

    run(tmp_path, scenario)


def test_a_flag_is_raised_and_lowered_in_the_servers_own_data_base(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await host.installer().set_flag("storm", 1_900_000_000)
        assert "Value: 1900000000" in await host.server.cli("database get flowc flag.storm")
        await host.installer().set_flag("storm", 0)
        await host.installer().set_flag("storm", 0)
        assert "not found" in await host.server.cli("database get flowc flag.storm")

    run(tmp_path, scenario)


@pytest.mark.parametrize("what", ["first", "deploy", "rollback", "failing"])
def test_killed_at_any_point_the_server_holds_the_old_or_the_new_and_recovery_ends_it(
    tmp_path: Path, what: str
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(2)
        deployment = host.deployment()
        first, second = (new, old) if what == "rollback" else (old, new)
        if what == "rollback":
            await deployment.deploy(second, AGREED)
        await deployment.deploy(first, AGREED)
        saved = tmp_path / "saved"
        if what == "first":
            saved.mkdir()
        else:
            shutil.copytree(host.root, saved, symlinks=True)
        account = host.server.account
        arguments = (
            *(sys.executable, str(Path(__file__).with_name("deploy_killed.py"))),
            *(what, str(host.root), str(saved), str(second.path), str(host.server.ports.control)),
            *(account.name, account.secret, str(host.server.etc)),
        )
        process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
        assert process.returncode == 0
        kills = [json.loads(line) for line in output.splitlines()]
        either = {"none" if what == "first" else old.release8, new.release8}
        for kill in kills:
            assert kill["held"] in either, kill
            assert kill["current"] == kill["recovered"] in either, kill
            assert kill["settled"], kill
            assert kill["left"] == [], kill
            assert kill["seconds"] < 5, kill
        points = {kill["point"] for kill in kills}
        assert {"WRITE", "SWITCH", "RELOAD", "READ_BACK", "rename current"} <= points
        assert ("PUT_BACK" in points) == (what == "failing")
        recovered = {kill["recovered"] for kill in kills}
        assert recovered == ({old.release8} if what == "failing" else either)

    run(tmp_path, scenario)


def test_a_server_that_dies_during_a_deploy_comes_back_with_the_old_release(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(2)
        await host.deployment().deploy(old, AGREED)

        def observe(step: Step) -> None:
            if step is Step.RELOAD:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(host.server.pid, signal.SIGKILL)

        with pytest.raises(NotPutBackError, match="run `flowc deploy --recover` once"):
            await host.deployment(observe=observe).deploy(new, AGREED)
        with pytest.raises(NotPutBackError):
            await host.deployment().deploy(new, AGREED)
        await host.server._start()
        await host.server._booted()
        assert await answers_with(host, old)
        report = await host.deployment().recover()
        assert report.notes == (f"an interrupted deploy of {new.release8} was taken back",)
        await host.deployment().deploy(new, AGREED)
        assert await answers_with(host, new)

    run(tmp_path, scenario)


def test_a_flag_that_the_account_may_not_touch_is_not_called_lowered(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        weak = AsteriskInstaller(host.root, replace(host.settings, user="weak", secret="weak"))
        with pytest.raises(ServerError, match="Permission denied"):
            await weak.set_flag("storm", 1_900_000_000)
        await host.installer().set_flag("storm", 1_900_000_000)
        with pytest.raises(ServerError, match="should be 0, and Asterisk holds 1900000000"):
            await weak.set_flag("storm", 0)

    run(tmp_path, scenario)
