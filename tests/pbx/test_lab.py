"""The lab's Asterisk: found or fetched, boots, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from flowc.target import LabUnavailableError
from flowc_asterisk.lab import fetch
from flowc_asterisk.lab.fetch import ensure_asterisk
from flowc_asterisk.lab.server import AsteriskServer
from flowc_asterisk.lab.tree import AsteriskTree, look_at

pytestmark = pytest.mark.pbx


@pytest.fixture(scope="module")
def tree() -> AsteriskTree:
    return ensure_asterisk()


def test_a_server_boots_without_a_complaint_and_answers_its_console(tree: AsteriskTree) -> None:
    async def scenario() -> None:
        async with AsteriskServer(tree) as server:
            assert tree.version in await server.cli("core show version")
            complaints = [line for line in server.log.read_text().splitlines() if " ERROR[" in line]
            assert complaints == []

    asyncio.run(scenario())


def test_several_servers_run_at_once_and_leave_nothing_behind(tree: AsteriskTree) -> None:
    async def scenario() -> list[tuple[int, Path]]:
        async with AsteriskServer(tree) as one, AsteriskServer(tree) as two:
            assert one.ports.base != two.ports.base
            assert await one.cli("core show uptime")
            assert await two.cli("core show uptime")
            return [(server.pid, server.instance.folder) for server in (one, two)]

    for pid, folder in asyncio.run(scenario()):
        assert not Path(f"/proc/{pid}").exists()
        assert not folder.exists()


def test_a_server_is_gone_when_its_parent_is_killed(tree: AsteriskTree) -> None:
    program = (
        "import asyncio\n"
        "from flowc_asterisk.lab.fetch import ensure_asterisk\n"
        "from flowc_asterisk.lab.server import AsteriskServer\n"
        "async def main():\n"
        "    async with AsteriskServer(ensure_asterisk()) as server:\n"
        "        print(server.pid, server.instance.folder, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen((sys.executable, "-c", program), stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid, _, folder = parent.stdout.readline().decode().strip().partition(" ")
        watch = os.pidfd_open(int(pid))
        parent.kill()
    _wait_for_end(watch)
    assert not Path(f"/proc/{pid}/exe").exists()
    subprocess.run(("rm", "-r", folder), check=True)


def _wait_for_end(pidfd: int) -> None:
    """A process' descriptor is readable once the process has ended."""
    ready, _, _ = select.select([pidfd], [], [], 10)
    os.close(pidfd)
    assert ready, "the server outlived its parent"


def test_what_a_deploy_puts_in_the_included_file_is_there_after_a_reload(
    tree: AsteriskTree,
) -> None:
    async def scenario() -> None:
        async with AsteriskServer(tree) as server:
            server.included("extensions").write_text(
                "[fl-12345678.hotline.menu]\nexten => s,1,NoOp()\n"
            )
            await server.cli("dialplan reload")
            shown = await server.cli("dialplan show fl-12345678.hotline.menu")
            assert "'s' =>" in shown

    asyncio.run(scenario())


def test_a_console_command_of_two_lines_is_refused(tree: AsteriskTree) -> None:
    with pytest.raises(ValueError, match="one line"):
        asyncio.run(AsteriskServer(tree).cli("core show version\ncore stop now"))


def test_a_server_that_cannot_boot_says_its_last_words(tree: AsteriskTree, tmp_path: Path) -> None:
    empty = AsteriskTree(tree.version, tree.program, tmp_path, tree.data, tree.loader)

    async def scenario() -> None:
        async with AsteriskServer(empty):
            pytest.fail("a server without modules booted")

    with pytest.raises(LabUnavailableError, match="ended while it was booting") as caught:
        asyncio.run(scenario())
    assert caught.value.help.startswith("its last words: ")


def test_a_cached_tree_is_used_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tree: AsteriskTree
) -> None:
    monkeypatch.setattr(fetch, "_installed", lambda: None)
    shelf = tmp_path / "asterisk"
    shelf.mkdir()
    (shelf / ".fetch-broken").mkdir()
    root = tree.program.parents[2]
    if tree.loader is None:
        pytest.skip("the Asterisk here is an installed one")
    (shelf / tree.version).symlink_to(root)
    monkeypatch.setenv("PATH", "/nonexistent")
    found = ensure_asterisk(tmp_path)
    assert found.version == tree.version


def test_without_apt_and_without_asterisk_the_help_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLOWC_ASTERISK", raising=False)
    monkeypatch.setattr(fetch, "_installed", lambda: None)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LabUnavailableError) as caught:
        ensure_asterisk(tmp_path)
    assert "FLOWC_ASTERISK" in caught.value.help
    assert "\n" not in str(caught.value)


def test_a_named_place_without_asterisk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWC_ASTERISK", str(tmp_path))
    with pytest.raises(LabUnavailableError, match="no Asterisk at"):
        ensure_asterisk(tmp_path)


def test_a_named_tree_is_used(tree: AsteriskTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWC_ASTERISK", str(tree.program))
    assert ensure_asterisk(Path("/nonexistent")) == look_at(tree.program) == tree
