"""A private FreeSWITCH on loopback: boots in its own folder and ports, and is gone with its parent.

Several run at once. Knows nothing of flows: whoever deploys fills the included files in and reloads.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
from asyncio.subprocess import Process
from pathlib import Path
from types import TracebackType

from flowc.lab.process import end, last_words, start_with_us
from flowc.target import LabUnavailableError
from flowc.telephony.ports import NoPortsError, PortBlock, take_ports
from flowc_freeswitch.esl.client import Esl, EslError
from flowc_freeswitch.lab.configuration import Instance, LabPlan, write_configuration
from flowc_freeswitch.lab.find import Installation

BOOT_SECONDS = 60.0
STOP_SECONDS = 10.0


class FreeswitchServer:
    """`async with FreeswitchServer(found, plan) as server:` - a booted server, stopped at the end.

    Raises LabUnavailableError where the server does not come up within a minute.
    """

    host = "127.0.0.1"

    def __init__(
        self, found: Installation, plan: LabPlan | None = None, *, keep: bool = False
    ) -> None:
        self._found, self._plan, self._keep = found, plan or LabPlan(), keep
        self._instance: Instance | None = None
        self._process: Process | None = None

    @property
    def instance(self) -> Instance:
        """Folders, ports and password. Only between entering and leaving."""
        if self._instance is None:
            raise RuntimeError("the lab server has not been entered")
        return self._instance

    @property
    def ports(self) -> PortBlock:
        """The server's ports: `sip`, `control`, `phones`, `rtp`."""
        return self.instance.ports

    @property
    def log(self) -> Path:
        """Its full log."""
        return self.instance.log

    @property
    def pid(self) -> int:
        """The server's process."""
        if self._process is None:
            raise RuntimeError("the lab server has not been started")
        return self._process.pid

    def connect(self) -> Esl:
        """A client of its event socket, to be entered."""
        return Esl(self.host, self.instance.control, self.instance.password)

    async def api(self, command: str) -> str:
        """Run one command; what it answered."""
        async with self.connect() as esl:
            return await esl.api(command)

    async def __aenter__(self) -> FreeswitchServer:
        try:
            ports = take_ports()
        except NoPortsError as error:
            raise LabUnavailableError(str(error), "stop other lab servers") from error
        folder = Path(tempfile.mkdtemp(prefix="flowc-fs-"))
        control = self._plan.control or ports.control
        password = self._plan.password or secrets.token_hex(16)
        self._instance = Instance(folder, ports, control, password)
        try:
            write_configuration(self._instance, self._plan)
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

    async def _start(self) -> None:
        folder = self.instance.folder
        places = {"conf": "etc", "log": "log", "run": "run", "db": "db", "temp": "temp"}
        places |= {"scripts": "scripts", "sounds": "sounds", "recordings": "recordings"}
        places |= {
            "storage": "temp",
            "cache": "temp",
            "certs": "temp",
            "grammar": "temp",
            "htdocs": "temp",
        }
        options = [
            word for name, place in places.items() for word in (f"-{name}", str(folder / place))
        ]
        self._process = await start_with_us(
            *(str(self._found.program), "-nf", "-nc", "-nonat", "-nonatmap", "-nocal", "-np"),
            *("-mod", str(self._found.modules), *options),
            output=folder / "output",
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        )

    async def _booted(self) -> None:
        """Wait for the event socket, which opens last, and for the SIP profile."""
        try:
            async with asyncio.timeout(BOOT_SECONDS):
                while not await self._says_booted():
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            what = f"FreeSWITCH did not boot in {BOOT_SECONDS:.0f} s"
            raise LabUnavailableError(what, self._last()) from error

    async def _says_booted(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            raise LabUnavailableError("FreeSWITCH ended while it was booting", self._last())
        try:
            # A port that is taken leaves the profile out without a word.
            return "RUNNING" in await self.api("sofia status")
        except (EslError, OSError):
            return False

    def _last(self) -> str:
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
