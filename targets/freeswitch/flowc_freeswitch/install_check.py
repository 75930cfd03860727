"""Can this FreeSWITCH take a release? Its version, modules, configuration and doors. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from time import time

from flowc_freeswitch.esl.address import FACTORY_PASSWORD, is_loopback
from flowc_freeswitch.esl.client import Esl
from flowc_freeswitch.install_files import LUA_BEGINS, has_place_for_lua
from flowc_freeswitch.install_settings import InstallSettings
from flowc_freeswitch.xml_read import read_xml

OLDEST = (1, 10)
ALWAYS = ("mod_commands", "mod_db", "mod_dialplan_xml", "mod_dptools", "mod_hash", "mod_lua")
SOUNDS = ("mod_sndfile",)
WITH_QUEUES = ("mod_callcenter", "mod_local_stream")
WITH_RECORDINGS = ("mod_tone_stream",)
SILENT_AFTER_S = 5.0  # the runtime's signs of life come twice a second
GUARD = "loopback.auto"
_API = "${echo(flowc)}"
_EXPANDS = (
    "FreeSWITCH runs commands that stand in texts such as a caller's name; where nothing of yours "
    'needs that, set <param name="api-expansion" value="false"/> in switch.conf.xml'
)

_FIRST_CALLS = (
    "two calls that are the first after a start of FreeSWITCH and come at the same moment can end it; "
    f"put {LUA_BEGINS} into the settings in {{}}, which has no line `</settings>` to put it before"
)


async def faults_of_server(
    esl: Esl, settings: InstallSettings, build: Path
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All that is in the way, and what is worth saying besides, in words. Raises EslError."""
    faults = [each async for each in _faults(esl, settings, build)]
    door, notes = await _door(esl)
    notes = (*notes, *await _expands(esl), *_first_calls(settings), *await _silent(esl, build))
    return (*faults, *door), notes


async def _faults(esl: Esl, settings: InstallSettings, build: Path) -> AsyncIterator[str]:
    version = (await esl.api("version short")).strip()
    if _numbers(version) < OLDEST:
        yield f"it is FreeSWITCH {version}; {'.'.join(map(str, OLDEST))} is the oldest that is supported"
    missing = [each for each in needed_modules(build) if not await _has(esl, each)]
    if missing:
        yield f"modules are not loaded: {', '.join(missing)}"
    reads = (await esl.api("global_getvar conf_dir")).strip()
    if Path(reads).resolve() != settings.etc.resolve():
        yield f"it reads {reads}, not {settings.etc}: say so in `etc:`"
    if _has_queues(build) and not settings.callcenter.is_file():
        yield f"the release has queues, and there is no {settings.callcenter} to take them in"


async def _expands(esl: Esl) -> tuple[str, ...]:
    """Flows are data and give it nothing to run; the rest of a dialplan may."""
    if (await esl.api(f"expand echo {_API}")).strip() != "flowc":
        return ()
    return (_EXPANDS,)


async def _silent(esl: Esl, build: Path) -> tuple[str, ...]:
    """A note where calls ask a runtime that gives the server no sign of life."""
    if b'{"invoke",' not in _scripts(build):
        return ()
    beat = (await esl.api("global_getvar flowc_beat")).strip()
    if beat.isdecimal() and time() - int(beat) / 1000 < SILENT_AFTER_S:
        return ()
    return ("no runtime gives it a sign of life, and its calls ask one: start `flowc run`",)


def _first_calls(settings: InstallSettings) -> tuple[str, ...]:
    """See `install_files.LUA_BEGINS`."""
    if has_place_for_lua(settings.lua) or _begins_lua(settings.lua):
        return ()
    return (_FIRST_CALLS.format(settings.lua),)


def _begins_lua(file: Path) -> bool:
    """Does a script of anybody's run as the server starts?"""
    try:
        settings = read_xml(file.read_text("utf-8")).all("settings", "param")
    except (OSError, ValueError):
        return False
    return any(each.get("name") == "startup-script" for each in settings)


def needed_modules(build: Path) -> tuple[str, ...]:
    """The modules without which a call of the release would fail."""
    return (
        *ALWAYS,
        *SOUNDS,
        *(WITH_QUEUES if _has_queues(build) else ()),
        *(WITH_RECORDINGS if b'{"record",' in _scripts(build) else ()),
    )


def _scripts(build: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(build.glob("scripts/flow_*.lua")))


def _has_queues(build: Path) -> bool:
    return "<queue " in (build / "entry/queues.xml").read_text()


async def _has(esl: Esl, module: str) -> bool:
    return (await esl.api(f"module_exists {module}")).strip() == "true"


def _numbers(version: str) -> tuple[int, ...]:
    """1.10 of `1.10.12-release`; a build of no number is taken to be new."""
    match = re.match(r"(\d+)\.(\d+)", version)
    return OLDEST if match is None else (int(match[1]), int(match[2]))


async def _door(esl: Esl) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who may come in by the event socket, as the server's configuration says: faults, notes."""
    answer = await esl.api("xml_locate configuration configuration name event_socket.conf")
    try:
        known = read_xml(answer).all("settings", "param")
    except ValueError:
        return (), (
            "the event socket's configuration cannot be read, so its doors are not looked at",
        )
    values = [(one.get("name"), one.get("value")) for one in known]
    listens = dict(values).get("listen-ip", "127.0.0.1")
    guards = [value for name, value in values if name == "apply-inbound-acl"]
    faults, notes = [], []
    if dict(values).get("password") == FACTORY_PASSWORD:
        faults.append(
            f"event_socket.conf.xml says the password {FACTORY_PASSWORD}, which everybody knows"
        )
    if not is_loopback(listens):
        what = f"its event socket listens on {listens}"
        if guards == [GUARD]:
            notes.append(f"{what}, where only the list {GUARD} keeps others out")
        else:
            faults.append(
                f"{what}, where others can come in: set listen-ip to 127.0.0.1 in "
                f"event_socket.conf.xml (or apply-inbound-acl to {GUARD} alone)"
            )
    return tuple(faults), tuple(notes)
