"""A private server on loopback: boots in a folder and on ports of its own, and is gone with its parent.

Several run at once. What differs from one telephone system to the next is asked of the subclass;
nothing is known of flows: whoever deploys fills the included files in and reloads.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from abc import ABC, abstractmethod
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from flowc.lab.process import end, last_words, start_with_us
from flowc.target import LabUnavailableError
from flowc.telephony.ports import NoPortsError, PortBlock, take_ports

BOOT_SECONDS = 60.0
LOOK_SECONDS = 0.03


class Instance(Protocol):
    """The folder of one server, the ports it holds, and its full log."""

    @property
    def folder(self) -> Path: ...

    @property
    def ports(self) -> PortBlock: ...

    @property
    def log(self) -> Path: ...


Own = TypeVar("Own", bound=Instance)


class PrivateServer(ABC, Generic[Own]):
    """`async with` one: a booted server, stopped at the end; its folder goes too, unless kept.

    Raises LabUnavailableError where the server does not come up within a minute.
    """

    host = "127.0.0.1"
    name = ""  # as people call it
    stop_seconds = 5.0  # until it is made to go

    def __init__(self, *, keep: bool) -> None:
        """Nothing is started before it is entered."""
        self._keep = keep
        self._instance: Own | None = None
        self._process: Process | None = None

    @abstractmethod
    def _placed(self, folder: Path, ports: PortBlock) -> Own:
        """The instance that this folder and these ports make."""

    @abstractmethod
    def _configure(self, instance: Own) -> None:
        """Write every file that the server reads."""

    @abstractmethod
    def _command(self, instance: Own) -> tuple[str, ...]:
        """What starts the server, in the foreground."""

    @abstractmethod
    def _environment(self) -> Mapping[str, str]:
        """The variables that it is started with."""

    @abstractmethod
    async def _is_up(self) -> bool:
        """Whether the server itself says that it has booted."""

    @property
    def instance(self) -> Own:
        """Folder and ports. Only between entering and leaving."""
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

    async def __aenter__(self) -> Self:
        try:
            ports = take_ports()
        except NoPortsError as error:
            raise LabUnavailableError(str(error), "stop other lab servers") from error
        self._instance = self._placed(Path(tempfile.mkdtemp(prefix="flowc-lab-")), ports)
        try:
            self._configure(self._instance)
            await self._start(self._instance)
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

    async def start_again(self) -> None:
        """Boot it once more, where it was left by a process that died."""
        await self._start(self.instance)
        await self._booted()

    async def _start(self, instance: Own) -> None:
        self._process = await start_with_us(
            *self._command(instance),
            output=instance.folder / "output",
            environment=self._environment(),
        )

    async def _booted(self) -> None:
        try:
            async with asyncio.timeout(BOOT_SECONDS):
                while not await self._is_up():
                    self._must_live()
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            what = f"{self.name} did not boot in {BOOT_SECONDS:.0f} s"
            raise LabUnavailableError(what, self._last()) from error

    def _must_live(self) -> None:
        if self._process is None or self._process.returncode is not None:
            raise LabUnavailableError(f"{self.name} ended while it was booting", self._last())

    def _last(self) -> str:
        """The last thing the server said, for an error message."""
        return last_words(self.log, self.instance.folder / "output")

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await end(process, self.stop_seconds)
        instance, self._instance = self._instance, None
        if instance is not None:
            instance.ports.release()
            if not self._keep:
                shutil.rmtree(instance.folder, ignore_errors=True)
