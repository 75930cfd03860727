"""A private Asterisk. Knows nothing of flows: a deploy fills the included files in and reloads."""

from __future__ import annotations

import asyncio
import os
import secrets
from asyncio.subprocess import PIPE, STDOUT
from dataclasses import replace
from pathlib import Path

from flowc.lab.private import BOOT_SECONDS, PrivateServer
from flowc.target import LabUnavailableError
from flowc.telephony.ports import PortBlock
from flowc_asterisk.lab.configuration import AmiAccount, Instance, LabPlan, write_configuration
from flowc_asterisk.lab.tree import AsteriskTree

LAB_USER = "lab"


class AsteriskServer(PrivateServer[Instance]):
    """`async with AsteriskServer(tree, plan) as server:` - a booted server, stopped at the end.

    `plan.accounts` is joined by a `lab` account with all rights; its secret is made anew each
    time. Raises LabUnavailableError where the server does not come up within a minute.
    """

    name = "Asterisk"

    def __init__(
        self, tree: AsteriskTree, plan: LabPlan | None = None, *, keep: bool = False
    ) -> None:
        super().__init__(keep=keep)
        self.tree = tree
        self.account = AmiAccount(LAB_USER, secrets.token_hex(16))
        asked = plan or LabPlan()
        self.plan = replace(asked, accounts=(self.account, *asked.accounts))

    @property
    def etc(self) -> Path:
        """Its configuration folder."""
        return self.instance.etc

    @property
    def cdr(self) -> Path:
        """Its call records (CSV); the file appears with the first call's end."""
        return self.instance.cdr

    def included(self, name: str) -> Path:
        """The file that the `#tryinclude` in `name`.conf takes in: extensions, queues, musiconhold."""
        return self.etc / self.plan.includes[name]

    async def cli(self, command: str, *, timeout: float = 30.0) -> str:
        """Run one console command; what it printed. Raises TimeoutError; LabUnavailableError if down.

        Line ends and NUL are refused with ValueError: they would end the command.
        """
        if any(sign in command for sign in "\r\n\0"):
            raise ValueError("a console command is one line")
        process = await asyncio.create_subprocess_exec(
            *self._program("-rx", command), stdout=PIPE, stderr=STDOUT, env=self._environment()
        )
        try:
            async with asyncio.timeout(timeout):
                output, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        text = output.decode("utf-8", "replace")
        if process.returncode and "Unable to connect to remote asterisk" in text:
            raise LabUnavailableError("the lab's Asterisk does not answer", f"see {self.log}")
        return text

    def _placed(self, folder: Path, ports: PortBlock) -> Instance:
        return Instance(folder, ports)

    def _configure(self, instance: Instance) -> None:
        write_configuration(instance, self.tree, self.plan)

    def _command(self, instance: Instance) -> tuple[str, ...]:
        del instance
        return self._program("-f", "-n")

    def _environment(self) -> dict[str, str]:
        """No colours, no foreign language; PATH for the programs that System() may run."""
        path = os.environ.get("PATH", "/usr/bin:/bin")
        return {"PATH": path, "TERM": "dumb", "LC_ALL": "C.UTF-8"}

    def _program(self, *arguments: str) -> tuple[str, ...]:
        return self.tree.command("-C", str(self.etc / "asterisk.conf"), *arguments)

    async def _is_up(self) -> bool:
        """Wait for the control socket, then let the server say when it is fully booted."""
        if not (self.instance.folder / "run/asterisk.ctl").exists():
            return False
        try:
            return "fully booted" in await self.cli("core waitfullybooted", timeout=BOOT_SECONDS)
        except LabUnavailableError:  # the socket is there a moment before anybody listens
            return False
