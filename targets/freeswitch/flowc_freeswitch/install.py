"""FreeSWITCH as a deploy sees it: asked and told over its event socket, never through a shell.

Calls find the scripts of their release by its path, so only two things are read anew: the entry, by
`reloadxml`, whose +OK says nothing of itself, and queues that changed. Knows no files beyond those
it names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from flowc.target import Artifact, Calls, Held, HostLine, Loaded, ServerError
from flowc.target.install_words import release_folder
from flowc_freeswitch import quote
from flowc_freeswitch.callcenter import CallCenter
from flowc_freeswitch.entry import ENTRY
from flowc_freeswitch.esl.client import Esl, EslError
from flowc_freeswitch.install_calls import calls_now, try_call
from flowc_freeswitch.install_check import faults_of_server
from flowc_freeswitch.install_entry import entered, faults_of_entry, held_entry, wanted_entry
from flowc_freeswitch.install_files import (
    current_queues,
    generation_files,
    host_lines,
    queues_of,
)
from flowc_freeswitch.install_queues import (
    LISTS,
    Command,
    agents_first,
    callcenter_held,
    complaint,
    faults_of_queues,
    queues_then,
)
from flowc_freeswitch.install_scripts import PROBE, faults_of_release, missing_parts
from flowc_freeswitch.install_settings import InstallSettings

SUCCESS = "+OK [Success]"
FLAGS = "flowc"  # the realm in its data base
NO_SUCH_KEY = "-ERR no reply"  # what that says of a key that it does not have


class FreeswitchInstaller:
    """One FreeSWITCH on this host. See `flowc.target.Installer` for what each method promises."""

    def __init__(self, root: Path, settings: InstallSettings) -> None:
        """Raises ValueError for a root that could not stand in FreeSWITCH's configuration."""
        self._root = root
        self._settings = settings
        host_lines(root, settings)

    def files(self, loaded: Loaded) -> tuple[Artifact, ...]:
        """The entry and the sections of the queues' settings."""
        return generation_files(self._root, loaded)

    def host_lines(self) -> tuple[HostLine, ...]:
        """A file beside the server's dialplans, and a line in each section of its queues' settings."""
        return host_lines(self._root, self._settings)

    def lacking(self, build: Path) -> tuple[str, ...]:
        """Scripts and entries that the build should have."""
        return missing_parts(build)

    async def check(self, build: Path) -> tuple[str, ...]:
        """Version, modules, and who else could give it orders."""
        async with self._connected() as esl:
            faults, notes = await faults_of_server(esl, self._settings, build)
        if faults:
            raise ServerError("\n".join(("this FreeSWITCH cannot take the release:", *faults)))
        return notes

    async def reload(self) -> tuple[str, ...]:
        """Agents first, then the entry, then queues and seats."""
        try:
            wanted = current_queues(self._root)
        except (OSError, ValueError) as reason:
            raise ServerError(f"the queues' own files cannot be read: {reason}") from reason
        async with self._connected() as esl:
            held = await _callcenter(esl)
            told = await _obeyed(esl, agents_first(wanted, held))
            answer = (await esl.api("reloadxml")).strip()
            if answer != SUCCESS:
                return (*told, f"it does not take its files, it says {answer[:300]}")
            return (*told, *await _obeyed(esl, queues_then(wanted, held)))

    async def read_back(self, loaded: Loaded) -> Held:
        """The entry, every file of every release, and the queues, as the server sees them."""
        places = [release_folder(self._root, release) for release in loaded.releases]
        current = None if loaded.current is None else release_folder(self._root, loaded.current)
        try:
            wanted, queues = wanted_entry(current), queues_of(self._root, loaded)
        except (OSError, ValueError) as reason:
            raise ServerError(f"a release's own files cannot be read: {reason}") from reason
        async with self._connected() as esl:
            held = held_entry(await esl.api(f"xml_locate dialplan context name {ENTRY}"))
            unseen = {
                place.name: faults_of_release(place, await esl.api(f"lua {place / PROBE}"))
                for place in places
            }
            faults = (
                *faults_of_entry(wanted, held),
                *(fault for each in unseen.values() for fault in each),
                *faults_of_queues(queues, await _callcenter(esl)),
            )
        whole = tuple(name for name, found in unseen.items() if not found)
        return Held(entered(held), whole, faults)

    async def calls(self) -> Calls:
        """Channels by the release that their entry wrote on them."""
        async with self._connected() as esl:
            return await calls_now(esl)

    async def try_call(self, number: str, release: str) -> None:
        """A call over a loopback channel; it is hung up as soon as the release has answered."""
        async with self._connected() as esl:
            await try_call(esl, number, release)

    async def flag(self, name: str) -> int:
        """From FreeSWITCH's own data base."""
        async with self._connected() as esl:
            held = await _flag(esl, name)
        if not held.isdecimal():
            raise ServerError(
                f"FreeSWITCH does not say whether the flag `{name}` is raised: {held[:200]}"
            )
        return int(held)

    async def set_flag(self, name: str, until: int) -> None:
        """In FreeSWITCH's own data base, where each call looks."""
        place = f"{FLAGS}/flag.{quote.segment(name)}"
        order = f"insert/{place}/{until}" if until else f"delete/{place}"
        async with self._connected() as esl:
            answer = (await esl.api(f"db {order}")).strip()
            held = await _flag(esl, name)
        if held != str(until):
            raise ServerError(
                f"the flag `{name}` should be {until}, and FreeSWITCH holds {held[:200]} "
                f"(it answered `{answer[:200]}`)"
            )

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Esl]:
        known = self._settings
        try:
            async with Esl(known.host, known.port, known.password) as esl:
                yield esl
        except EslError as reason:
            raise ServerError(f"FreeSWITCH: {reason}") from reason


async def _flag(esl: Esl, name: str) -> str:
    """Until when a flag is raised, in the server's words; `0` where it holds none."""
    held = (await esl.api(f"db select/{FLAGS}/flag.{quote.segment(name)}")).strip()
    return "0" if held.startswith(NO_SUCH_KEY) else held


async def _callcenter(esl: Esl) -> CallCenter:
    """What the module of queues holds; nothing where it is not loaded."""
    return callcenter_held(*[await esl.api(f"callcenter_config {each}") for each in LISTS])


async def _obeyed(esl: Esl, commands: Iterable[Command]) -> tuple[str, ...]:
    """Give orders one after another; what it said against them."""
    told: list[str] = []
    for each in commands:
        told += complaint(each, await esl.api(each.words))
    return tuple(told)
