"""Where a FreeSWITCH is on this machine. Knows nothing of how it is configured or started."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from flowc.target import LabUnavailableError

VARIABLE = "FLOWC_FREESWITCH"
# A prefix's own layout first, then that of the packages.
_USUAL = ("/usr/local/freeswitch", "/opt/freeswitch", "/usr")
_MODULES = ("mod", "lib/freeswitch/mod")
NEEDED = (
    *("mod_callcenter", "mod_commands", "mod_db", "mod_dialplan_xml", "mod_dptools"),
    *("mod_event_socket", "mod_hash", "mod_logfile", "mod_local_stream", "mod_loopback"),
    *("mod_lua", "mod_sndfile", "mod_sofia", "mod_tone_stream"),
)


@dataclass(frozen=True, slots=True)
class Installation:
    """A server's program and the folder of its modules."""

    program: Path
    modules: Path


def find_server() -> Installation:
    """The server in FLOWC_FREESWITCH's prefix, else in the usual places. Raises LabUnavailableError."""
    named = os.environ.get(VARIABLE, "")
    for prefix in (named,) if named else _USUAL:
        found = _look_in(Path(prefix))
        if found is not None:
            return _whole(found)
    where = f"in {named}" if named else f"in {', '.join(_USUAL)}"
    raise LabUnavailableError(
        f"there is no FreeSWITCH {where}",
        f"install FreeSWITCH 1.10, or name its prefix in {VARIABLE}",
    )


def _look_in(prefix: Path) -> Installation | None:
    program = prefix / "bin/freeswitch"
    folders = (prefix / each for each in _MODULES)
    modules = next((each for each in folders if each.is_dir()), None)
    return Installation(program, modules) if program.is_file() and modules else None


def _whole(found: Installation) -> Installation:
    lacking = [each for each in NEEDED if not (found.modules / f"{each}.so").is_file()]
    if lacking:
        raise LabUnavailableError(
            f"{found.program} lacks {', '.join(lacking)}", "install these modules beside the others"
        )
    return found
