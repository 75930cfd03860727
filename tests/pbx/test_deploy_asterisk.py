"""Deploys to a real Asterisk: what its files and its manager interface have of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from flowc.deploy.deployment import Wishes
from flowc.deploy.errors import PutBackError
from flowc.deploy.steps import Observer, Step
from flowc.target import Loaded, QueueSettings, ServerError
from flowc_asterisk.lab.server import AsteriskServer
from tests.pbx.deploying import AGREED, Host, agree, answers_with, asterisk, run

pytestmark = pytest.mark.pbx
WEAK = {"ami_user": "weak", "ami_secret": "weak"}


def server(host: Host) -> AsteriskServer:
    assert isinstance(host.server, AsteriskServer)
    return host.server


def test_a_first_deploy_answers_calls_and_adds_one_line_to_each_of_three_files(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        before, build = host.contents(), host.build()
        report = await host.deployment().deploy(build, AGREED)
        assert (report.release, report.previous) == (build.release8, None)
        assert report.notes == ()
        for file, content in before.items():
            line = f'#tryinclude "{host.root}/current/{file.name}"\n'
            assert file.read_bytes() == (content or b"") + line.encode()
        held = await host.installer().read_back(Loaded(build.release8, (build.release8,)))
        assert (held.current, held.releases, held.faults) == (
            build.release8,
            (build.release8,),
            (),
        )
        assert await answers_with(host, build)

    run(asterisk, tmp_path, scenario)


def test_a_queue_that_only_an_older_release_knows_stays_while_that_is_loaded(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        deployment = host.deployment()
        await deployment.deploy(host.build(1, "help"), AGREED)
        assert "fl-help" in await server(host).cli("queue show")
        await deployment.deploy(host.build(2, "help"), AGREED)  # the same queue, with room for 2
        await deployment.deploy(host.build(2), AGREED)
        assert "fl-help" in await server(host).cli("queue show")

    run(asterisk, tmp_path, scenario)


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

    run(asterisk, tmp_path, scenario)


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

    run(asterisk, tmp_path, scenario)


def test_a_broken_queue_file_is_noticed(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1, "help"), host.build(2, "help")
        await host.deployment().deploy(old, AGREED)
        path = host.root / "releases" / new.release8 / "entry/queues.conf"
        observe = damaging(path, lambda text: text.replace("maxlen = 2", "maxlen = 1"))
        with pytest.raises(PutBackError, match=r"entry/queues\.conf"):
            await host.deployment(observe=observe).deploy(new, AGREED)
        assert host.deployment().current().current == old.release8

    run(asterisk, tmp_path, scenario)


def test_nothing_is_changed_where_the_server_cannot_take_a_release(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        refusals = {
            "no Asterisk manager at": {"ami": f"127.0.0.1:{server(host).ports.control + 3}"},
            "refuses the AMI user 'flowc'": {"ami_secret": "wrong"},
            "'weak' may not do Reload, ModuleCheck": WEAK,
        }
        before, build = host.contents(), host.build()
        for words, settings in refusals.items():
            deployment = host.deployment(host.installer(settings))
            with pytest.raises(ServerError, match=words):
                await deployment.deploy(build, AGREED)
        await server(host).cli("module unload app_playback.so")
        with pytest.raises(ServerError, match="modules are not loaded: app_playback"):
            await host.deployment().deploy(build, AGREED)
        assert deployment.current().current is None
        assert not list((host.root / "releases").iterdir())
        assert host.contents() == before

    run(asterisk, tmp_path, scenario)


def test_seats_that_the_server_does_not_know_are_told_and_stop_nothing(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        seats = QueueSettings(members=("PJSIP/trunk", "PJSIP/8001", "PJSIP/8002"))
        report = await host.deployment().deploy(host.build(1, "help", seats), AGREED)
        assert "2 seats are unknown to it: PJSIP/8001, PJSIP/8002" in report.notes

    run(asterisk, tmp_path, scenario)


def test_a_configuration_that_does_not_reach_flowcs_files_is_told_what_to_look_at(
    tmp_path: Path,
) -> None:
    """Asterisk says nothing of it, whether a file may not be read or its line is commented out."""

    async def scenario(host: Host) -> None:
        line = host.installer().host_lines()[0]
        line.file.write_text(f"{line.file.read_text()}\n;--\n{line.line}\n--;\n")
        with pytest.raises(PutBackError, match="may its own user read"):
            await host.deployment().deploy(host.build(1), AGREED)

    run(asterisk, tmp_path, scenario)


def test_a_flag_is_raised_and_lowered_in_the_servers_own_data_base(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        await host.installer().set_flag("storm", 1_900_000_000)
        assert "Value: 1900000000" in await server(host).cli("database get flowc flag.storm")
        await host.installer().set_flag("storm", 0)
        await host.installer().set_flag("storm", 0)
        assert "not found" in await server(host).cli("database get flowc flag.storm")

    run(asterisk, tmp_path, scenario)


def test_a_flag_that_the_account_may_not_touch_is_not_called_lowered(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        weak = host.installer(WEAK)
        with pytest.raises(ServerError, match="Permission denied"):
            await weak.set_flag("storm", 1_900_000_000)
        await host.installer().set_flag("storm", 1_900_000_000)
        with pytest.raises(ServerError, match="should be 0, and Asterisk holds 1900000000"):
            await weak.set_flag("storm", 0)

    run(asterisk, tmp_path, scenario)
