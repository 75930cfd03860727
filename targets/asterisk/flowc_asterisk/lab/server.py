"""A private Asterisk on loopback: boots in its own folder and ports, and is gone with its parent.

Several run at once. Knows nothing of flows: a deploy fills the included files in and reloads.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from flowc.lab.process import end, last_words, start_with_us
from flowc_asterisk.lab.configuration import AmiAccount, Instance, LabPlan, write_configuration
from flowc_asterisk.lab.errors import LabUnavailable
from flowc_asterisk.lab.ports import PortBlock, take_ports
from flowc_asterisk.lab.tree import AsteriskTree

BOOT_SECONDS = 60.0
STOP_SECONDS = 5.0
LAB_USER = "lab"


class AsteriskServer:
    """`async with AsteriskServer(tree, plan) as server:` - a booted server, stopped at the end.

    `plan.accounts` is joined by a `lab` account with all rights; its secret is made anew each
    time. Raises LabUnavailable where the server does not come up within a minute.
    """

    def __init__(
        self, tree: AsteriskTree, plan: LabPlan | None = None, *, keep: bool = False
    ) -> None:
        self.tree = tree
        self.account = AmiAccount(LAB_USER, secrets.token_hex(16))
        asked = plan or LabPlan()
        self.plan = replace(asked, accounts=(self.account, *asked.accounts))
        self._keep = keep
        self._instance: Instance | None = None
        self._process: Process | None = None

    host = "127.0.0.1"

    @property
    def instance(self) -> Instance:
        """Folders and ports. Only between entering and leaving."""
        if self._instance is None:
            raise RuntimeError("the lab server has not been entered")
        return self._instance

    @property
    def ports(self) -> PortBlock:
        """The server's ports: `sip`, `ami`, `phones`, `rtp`."""
        return self.instance.ports

    @property
    def pid(self) -> int:
        """The server's process."""
        if self._process is None:
            raise RuntimeError("the lab server has not been started")
        return self._process.pid

    @property
    def etc(self) -> Path:
        """Its configuration folder."""
        return self.instance.etc

    @property
    def log(self) -> Path:
        """Its full log, in which every executed line of dialplan stands."""
        return self.instance.log

    @property
    def cdr(self) -> Path:
        """Its call records (CSV); the file appears with the first call's end."""
        return self.instance.cdr

    def included(self, name: str) -> Path:
        """The file that the `#tryinclude` in `name`.conf takes in: extensions, queues, musiconhold."""
        return self.etc / self.plan.includes[name]

    async def __aenter__(self) -> AsteriskServer:
        self._instance = Instance(Path(tempfile.mkdtemp(prefix="flowc-pbx-")), take_ports())
        try:
            write_configuration(self._instance, self.tree, self.plan)
            await self._start()
            await self._booted()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    async def cli(self, command: str, *, timeout: float = 30.0) -> str:
        """Run one console command; what it printed. Raises TimeoutError, or LabUnavailable if down.

        Line ends and NUL are refused with ValueError: they would end the command.
        """
        if any(sign in command for sign in "\r\n\0"):
            raise ValueError("a console command is one line")
        process = await asyncio.create_subprocess_exec(
            *self._command("-rx", command), stdout=PIPE, stderr=STDOUT, env=_environment()
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), timeout)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        text = output.decode("utf-8", "replace")
        if process.returncode and "Unable to connect to remote asterisk" in text:
            raise LabUnavailable("the lab's Asterisk does not answer", f"see {self.log}")
        return text

    def _command(self, *arguments: str) -> tuple[str, ...]:
        return self.tree.command("-C", str(self.etc / "asterisk.conf"), *arguments)

    async def _start(self) -> None:
        self._process = await start_with_us(
            *self._command("-f", "-n"),
            output=self.instance.folder / "output",
            environment=_environment(),
        )

    async def _booted(self) -> None:
        """Wait for the control socket, then let the server itself say when it is fully booted."""
        try:
            async with asyncio.timeout(BOOT_SECONDS):
                while not await self._says_booted():
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise LabUnavailable(
                f"Asterisk did not boot in {BOOT_SECONDS:.0f} s", self._last()
            ) from error

    async def _says_booted(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            raise LabUnavailable("Asterisk ended while it was booting", self._last())
        if not (self.instance.folder / "run/asterisk.ctl").exists():
            return False
        try:
            return "fully booted" in await self.cli("core waitfullybooted", timeout=BOOT_SECONDS)
        except LabUnavailable:  # the socket is there a moment before anybody listens
            return False

    def _last(self) -> str:
        """The last thing the server said, for an error message."""
        return last_words(self.log, self.instance.folder / "output")

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await end(process, STOP_SECONDS)
        instance, self._instance = self._instance, None
        if instance is not None:
            instance.ports.release()
            if not self._keep:
                shutil.rmtree(instance.folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    """No colours, no foreign language; PATH for the programs that System() may run."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
