"""The commands that reach a server, as their users type them, against real servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from flowc.telephony.call import EndedBy
from flowc.telephony.caller import Caller
from flowc_asterisk.lab.server import AsteriskServer
from flowc_freeswitch.lab.server import FreeswitchServer
from tests.pbx.deploying import ON_BOTH, Booted, Host, run
from tests.pbx.shell import SECRETS, Shell

pytestmark = pytest.mark.pbx

PROJECT = """\
project: hotline
languages: [en]
timezone: Asia/Shanghai
numbers:
  "3285028": {{flow: hotline}}
flags: [storm]
environments:
  here:
    target: {target}
    root: {root}
    hosts: [localhost, pbx2]
"""
FLOW = """\
flow: hotline
nodes:
  welcome:
    say: hello
    then: bye
  bye:
    hangup: normal
"""


def play(boot: Booted, folder: Path, scenario: Callable[[Host, Shell], Awaitable[None]]) -> None:
    async def whole(host: Host) -> None:
        project = folder / "project"
        (project / "flows").mkdir(parents=True)
        secret = SECRETS[host.target]
        words = {**host.words, secret: "${env:FLOWC_SECRET}"}
        text = PROJECT.format(target=host.target, root=host.root)
        text += "".join(f'    {name}: "{value}"\n' for name, value in words.items())
        (project / "flowc.yaml").write_text(text)
        (project / "flows/hotline.flow.yaml").write_text(FLOW)
        await scenario(host, Shell(project, {"FLOWC_SECRET": host.words[secret]}))

    run(boot, folder, whole)


@ON_BOTH
def test_a_release_is_planned_deployed_rolled_back_and_taken_out(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host, shell: Shell) -> None:
        first, second = host.build(1), host.build(2)
        code, said = await shell.flowc("deploy", "--build", str(first.path), "--dry-run")
        assert code == 0, said
        assert "note: only this host is changed; run the same on: pbx2" in said
        assert f"+ release {first.release8}" in said
        assert all(f"(add: {each.line})" in said for each in host.installer().host_lines())
        assert not host.root.exists()

        code, said = await shell.flowc("deploy", "--build", str(first.path))
        assert code == 3, said
        assert "add by hand" in said
        code, said = await shell.flowc("deploy", "--build", str(first.path), "--yes")
        assert code == 0, said
        assert f"deployed: new calls enter release {first.release8}; 0." in said
        code, said = await shell.flowc("deploy", "--build", str(second.path), "--no-host-changes")
        assert (code, f"(before: {first.release8})" in said) == (0, True), said
        code, said = await shell.flowc("rollback")
        assert (code, f"enter release {first.release8}" in said) == (0, True), said
        code, said = await shell.flowc("deploy", "--recover")
        assert (code, "nothing was under way" in said) == (0, True), said

        code, said = await shell.flowc("where", f"fl-{first.release8}.hotline.say0,start")
        assert (code, "made by hotline.say0.start" in said) == (0, True), said
        code, said = await shell.flowc("where", f"fl-{first.release8}.hotline.nothing")
        assert (code, "no context" in said) == (1, True), said
        code, said = await shell.flowc("where", "fl-00000000.hotline.say0")
        assert (code, "neither built nor deployed here" in said) == (1, True), said

        code, said = await shell.flowc("deploy", "--take-out")
        assert (code, "flowc is out of this server" in said) == (0, True), said

    play(boot, tmp_path, scenario)


@ON_BOTH
def test_a_refused_login_and_a_missing_secret_are_told_without_a_traceback(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host, shell: Shell) -> None:
        build = str(host.build().path)
        code, said = await shell.flowc("deploy", "--build", build, "--yes", FLOWC_SECRET="wrong")
        assert (code, "refuses the" in said) == (3, True), said
        assert "Traceback" not in said
        project = shell.folder / "flowc.yaml"
        project.write_text(project.read_text().replace("FLOWC_SECRET", "FLOWC_NOT_SET"))
        code, said = await shell.flowc("deploy", "--build", build, "--yes")
        assert (code, "FLOWC_NOT_SET, which is not set" in said) == (2, True), said

    play(boot, tmp_path, scenario)


async def flag(host: Host) -> str:
    """What the server's own data base has of the flag `storm`; "" for nothing."""
    match host.server:
        case AsteriskServer() as server:
            said = await server.cli("database get flowc flag.storm")
            return said.partition("Value: ")[2].strip()
        case FreeswitchServer() as server:
            said = (await server.api("db select/flowc/flag.storm")).strip()
            return "" if said.startswith("-ERR") else said
        case _:
            raise AssertionError(host.server)


@ON_BOTH
def test_a_flag_of_the_project_is_raised_until_a_time_and_lowered(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host, shell: Shell) -> None:
        code, said = await shell.flowc("flag", "storm", "on", "--until", "2h")
        assert (code, "the flag `storm` is on until 20" in said) == (0, True), said
        assert (await flag(host)).startswith("1")
        code, shown = await shell.flowc("flag", "storm", "show")
        assert (code, shown) == (0, said)
        code, said = await shell.flowc("flag", "storm", "on")
        assert (code, "on until it is lowered" in said) == (0, True), said
        code, said = await shell.flowc("flag", "storm", "off")
        assert (code, "is off" in said) == (0, True), said
        assert await shell.flowc("flag", "storm", "show") == (0, said)
        assert await flag(host) == ""
        for wrong in ("yesterday", "2001-01-01T10:00", "25:00"):
            code, said = await shell.flowc("flag", "storm", "on", "--until", wrong)
            assert code == 2, said
        code, said = await shell.flowc("flag", "rain", "on")
        assert (code, "it has: storm" in said) == (2, True), said

    play(boot, tmp_path, scenario)


@ON_BOTH
def test_a_project_is_built_and_deployed_at_once_and_its_dialplan_leads_back_to_its_lines(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host, shell: Shell) -> None:
        code, said = await shell.flowc("deploy", "--yes")
        assert (code, "deployed: new calls enter release" in said) == (0, True), said
        release = said.split("release ")[1][:8]
        async with Caller(host.sip) as caller:
            call = await caller.call("3285028")
            assert await call.wait_ended(20)
            assert (call.ended_by, call.end_cause) == (EndedBy.SERVER, 16)
            assert call.heard.stream().sound
        place = f"fl-{release}.hotline.welcome,start"
        code, said = await shell.flowc("where", place)
        assert (code, said) == (0, "flows/hotline.flow.yaml:3: welcome:\n")

    play(boot, tmp_path, scenario)
