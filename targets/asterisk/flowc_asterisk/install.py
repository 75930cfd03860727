"""Asterisk as a deploy sees it: asked and told through the manager interface, never through a shell.

The account is the operator's and is not written by us. It needs the rights `system` and `reporting`
to write; `originate` too for a trial call. Knows no files beyond those it names.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from flowc.target import Artifact, Calls, Held, HostLine, Loaded, ServerError
from flowc.target.install_words import not_reached, number_to_try, release_folder
from flowc_asterisk.ami.client import Ami, connect
from flowc_asterisk.ami.errors import AmiError
from flowc_asterisk.ami.message import AmiMessage
from flowc_asterisk.entry import ENTRY
from flowc_asterisk.install_check import faults_of_server
from flowc_asterisk.install_devices import silent_runtime, unknown_devices
from flowc_asterisk.install_expected import Step, differences, read_expected
from flowc_asterisk.install_files import generation_files, host_lines
from flowc_asterisk.install_log import is_readable, watched
from flowc_asterisk.install_needs import missing_parts, needed_modules
from flowc_asterisk.install_settings import InstallSettings

RELOADED = ("app_queue", "res_musiconhold", "pbx_config")  # what calls enter comes last
READ_BACK_S = 60.0
TRIAL_S = 10.0
FAMILY = "flowc"
_OURS = re.compile(r"(fl-[0-9a-f]{8}[.-]|flowc-)")
_RELEASE = re.compile(r"fl-([0-9a-f]{8})[.-]")


class AsteriskInstaller:
    """One Asterisk on this host. See `flowc.target.Installer` for what each method promises."""

    def __init__(self, root: Path, settings: InstallSettings) -> None:
        """Raises ValueError for a root that could not stand in Asterisk's configuration."""
        self._root = root
        self._settings = settings
        host_lines(root, settings.etc)

    def files(self, loaded: Loaded) -> tuple[Artifact, ...]:
        """The three files of the current generation."""
        return generation_files(self._root, loaded)

    def host_lines(self) -> tuple[HostLine, ...]:
        """One `#tryinclude` each in extensions.conf, queues.conf and musiconhold.conf."""
        return host_lines(self._root, self._settings.etc)

    def lacking(self, build: Path) -> tuple[str, ...]:
        """Files and sounds that the build should have."""
        return missing_parts(build)

    async def check(self, build: Path) -> tuple[str, ...]:
        """Version, rights and modules; as notes, seats, a trunk or a runtime that is not there."""
        modules = needed_modules(build)
        async with self._connected() as ami:
            faults = await faults_of_server(ami, self._settings.user, modules)
            notes = (*await unknown_devices(ami, build), *await silent_runtime(build))
        if faults:
            raise ServerError("\n".join(("this Asterisk cannot take the release:", *faults)))
        if is_readable(self._settings.log):
            return notes
        return (
            *notes,
            f"{self._settings.log} cannot be read, so its complaints are not looked at",
        )

    async def reload(self) -> tuple[str, ...]:
        """Queues and music first, the dialplan last."""
        with watched(self._settings.log, _staged(self._root)) as watch:
            async with self._connected() as ami:
                for module in RELOADED:
                    await ami.reload(module)
            return await watch.complaints()

    async def read_back(self, loaded: Loaded) -> Held:
        """Every step of every context of ours, as the server holds it, against the releases' files."""
        places = [release_folder(self._root, release) for release in loaded.releases]
        current = None if loaded.current is None else release_folder(self._root, loaded.current)
        try:
            expected = read_expected(places, current)
        except (OSError, ValueError) as reason:
            raise ServerError(f"a release's own files cannot be read: {reason}") from reason
        async with self._connected() as ami:
            held = _steps(await ami.action_list("ShowDialPlan", timeout=READ_BACK_S))
            queues = await ami.queue_status()
        faults = (
            *differences(expected.steps, held),
            *_queue_faults(expected.queues, queues),
            *_why_nothing(self._root, expected.steps, held),
        )
        names = (match[1] for step in held if (match := _RELEASE.match(step.context)))
        return Held(_entered(held), tuple(dict.fromkeys(names)), faults)

    async def calls(self) -> Calls:
        """Channels by the context they are in."""
        async with self._connected() as ami:
            channels = await ami.core_show_channels()
        contexts = [channel.all("Context") for channel in channels]
        found = Counter(
            match[1] for each in contexts for one in each if (match := _RELEASE.match(one))
        )
        # A channel that names none may be on its way into any release.
        between = sum(
            not each or any(one.startswith("flowc-") for one in each) for each in contexts
        )
        return Calls(dict(found), between)

    async def try_call(self, number: str, release: str) -> None:
        """A call over a Local channel; it is hung up as soon as it is in the release."""
        number_to_try(number)
        identity = f"flowc-{secrets.token_hex(8)}"
        async with self._connected() as ami:
            # Not `Async`: its result would come as an event, for which the account may lack the right.
            answer = await ami.action(
                "Originate",
                timeout=TRIAL_S + 5,
                Channel=f"Local/{number}@{ENTRY}/n",
                Application="Wait",
                Data=str(int(TRIAL_S)),
                Timeout=int(TRIAL_S * 1000),
                Async=False,
                ChannelId=identity,
                OtherChannelId=f"{identity}-2",
            )
            if not answer.succeeded:
                raise not_reached(number, release, answer.get("Message"))
            try:
                await _until_in(ami, f"{identity}-2", release, number)
            finally:
                await _hang_up(ami, identity)

    async def flag(self, name: str) -> int:
        """From Asterisk's own data base."""
        async with self._connected() as ami:
            return await _flag(ami, name)

    async def set_flag(self, name: str, until: int) -> None:
        """In Asterisk's own data base, where the dialplan reads it."""
        key = f"flag.{name}"
        async with self._connected() as ami:
            if until:
                await ami.demand("DBPut", Family=FAMILY, Key=key, Val=str(until))
            else:
                await ami.action(
                    "DBDel", Family=FAMILY, Key=key
                )  # an error where it was not raised
            held = await _flag(ami, name)
        if held != until:
            raise ServerError(f"the flag `{name}` should be {until}, and Asterisk holds {held}")

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Ami]:
        known = self._settings
        try:
            async with connect(
                known.host, known.port, known.user, known.secret, events=False
            ) as ami:
                yield ami
        except AmiError as reason:
            raise ServerError(str(reason)) from reason


def _staged(root: Path) -> tuple[str, ...]:
    """The ids of all releases that are there."""
    return tuple(place.name for place in release_folder(root, "").glob("[0-9a-f]" * 8))


async def _flag(ami: Ami, name: str) -> int:
    answer = await ami.action_list("DBGet", Family=FAMILY, Key=f"flag.{name}")
    why = answer[0].get("Message")
    if not answer[0].succeeded and "not found" not in why:
        raise ServerError(f"Asterisk does not say whether the flag `{name}` is raised: {why}")
    held = next((each.get("Val") for each in answer if each.event == "DBGetResponse"), "0")
    if not held.isdecimal():
        raise ServerError(f"the flag `{name}` holds {held[:200]!r}, which is no time")
    return int(held)


def _steps(answers: tuple[AmiMessage, ...]) -> list[Step]:
    """Our steps among all that the server holds."""
    found = []
    for answer in answers:
        context = answer.get("Context")
        if answer.event != "ListDialplan" or not _OURS.match(context):
            continue
        included = answer.get("IncludeContext")
        if included:
            found.append(Step(context, "", 0, "", included))
        elif answer.get("Priority").isdecimal():
            place = (context, answer.get("Extension"), int(answer.get("Priority")))
            found.append(Step(*place, answer.get("Application"), answer.get("AppData")))
    return found


def _why_nothing(root: Path, wanted: tuple[Step, ...], held: list[Step]) -> tuple[str, ...]:
    """A hint where none of it has come to the server, which says nothing of a file it can't read."""
    if not wanted or held:
        return ()
    hint = f"may its own user read {root}, and does it read the lines that take in flowc's files?"
    return (f"none of it has come to the server: {hint}",)


def _entered(held: list[Step]) -> str | None:
    """The release that the entry itself names."""
    marks = (step.data for step in held if (step.context, step.extension) == (ENTRY, "release"))
    return next(marks, None)


def _queue_faults(
    wanted: Mapping[str, Mapping[str, str]], status: tuple[AmiMessage, ...]
) -> tuple[str, ...]:
    held = {one.get("Queue"): one for one in status if one.event == "QueueParams"}
    faults = []
    for name, settings in wanted.items():
        if name not in held:
            faults.append(f"the queue {name} is missing")
            continue
        for key, shown in (("maxlen", "Max"), ("strategy", "Strategy"), ("weight", "Weight")):
            value = held[name].get(shown)
            if settings.get(key, value) != value:
                faults.append(f"the queue {name} has {key} {value} instead of {settings[key]}")
    return tuple(faults)


async def _until_in(ami: Ami, identity: str, release: str, number: str) -> None:
    """Wait until the call is in the release, for a while."""
    context = ""
    try:
        async with asyncio.timeout(TRIAL_S):
            while not context.startswith((f"fl-{release}.", f"fl-{release}-")):
                channels = await ami.core_show_channels()
                found = {one.get("Uniqueid"): one.get("Context") for one in channels}
                context = found.get(identity, "")
                await asyncio.sleep(0.02)
    except TimeoutError as reason:
        where = f"it was last in {context}" if context else "it was over at once"
        raise not_reached(number, release, where) from reason


async def _hang_up(ami: Ami, identity: str) -> None:
    for channel in await ami.core_show_channels():
        if channel.get("Uniqueid").startswith(identity):
            await ami.action("Hangup", Channel=channel.get("Channel"))
