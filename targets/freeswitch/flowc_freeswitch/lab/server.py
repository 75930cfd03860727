"""A private FreeSWITCH. Knows nothing of flows: whoever deploys fills the included files in and reloads."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flowc.lab.private import PrivateServer
from flowc.telephony.ports import PortBlock
from flowc_freeswitch.esl.client import Esl, EslError
from flowc_freeswitch.lab.configuration import Instance, LabPlan, write_configuration
from flowc_freeswitch.lab.find import Installation

# Each folder that the server asks for, in the instance's own.
_FOLDERS = {
    "conf": "etc",
    **{name: name for name in ("log", "run", "db", "temp", "scripts", "sounds", "recordings")},
    **dict.fromkeys(("storage", "cache", "certs", "grammar", "htdocs"), "temp"),
}


async def wake_events(esl: Esl, subclass: str) -> None:
    """Let the events of calls come at once. `subclass`: CUSTOM events that `esl` has asked for.

    The first call would be told of half a second late, and its caller's keys come too late with it.
    """
    await esl.wake_presence()
    await esl.send_event({"Event-Subclass": subclass})
    async for event in esl.events():
        if event.headers.get("Event-Subclass") == subclass:
            return


class FreeswitchServer(PrivateServer[Instance]):
    """`async with FreeswitchServer(found, plan) as server:` - a booted server, stopped at the end.

    Raises LabUnavailableError where the server does not come up within a minute.
    """

    name = "FreeSWITCH"
    stop_seconds = 10.0

    def __init__(
        self, found: Installation, plan: LabPlan | None = None, *, keep: bool = False
    ) -> None:
        super().__init__(keep=keep)
        self._found, self._plan = found, plan or LabPlan()

    def connect(self) -> Esl:
        """A client of its event socket, to be entered."""
        return Esl(self.host, self.instance.control, self.instance.password)

    async def api(self, command: str) -> str:
        """Run one command; what it answered."""
        async with self.connect() as esl:
            return await esl.api(command)

    def _placed(self, folder: Path, ports: PortBlock) -> Instance:
        control = self._plan.control or ports.control
        return Instance(folder, ports, control, self._plan.password or secrets.token_hex(16))

    def _configure(self, instance: Instance) -> None:
        write_configuration(instance, self._plan)

    def _command(self, instance: Instance) -> tuple[str, ...]:
        places = ((f"-{name}", str(instance.folder / folder)) for name, folder in _FOLDERS.items())
        return (
            *(str(self._found.program), "-nf", "-nc", "-nonat", "-nonatmap", "-nocal", "-np"),
            *("-mod", str(self._found.modules)),
            *(word for place in places for word in place),
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}

    async def _is_up(self) -> bool:
        """The event socket opens last; a port that is taken leaves the SIP profile out without a word."""
        try:
            return "RUNNING" in await self.api("sofia status")
        except (EslError, OSError):
            return False
