"""What a release needs of a server: modules for its applications and functions, and its sounds.

Found in the files themselves, so that nothing is asked for that no call would use. Knows no server.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from flowc_asterisk.install_files import (
    ENTRY_DIALPLAN,
    ENTRY_QUEUES,
    RELEASE_DIALPLAN,
    RELEASE_MUSIC,
)

FILES = (RELEASE_DIALPLAN, RELEASE_MUSIC, ENTRY_DIALPLAN, ENTRY_QUEUES)
_DIALPLANS = (RELEASE_DIALPLAN, ENTRY_DIALPLAN)
ALWAYS = ("pbx_config", "app_queue", "res_musiconhold")
_MODULES = {
    "AGI": "res_agi",
    "Dial": "app_dial",
    "ExecIf": "app_exec",
    "Gosub": "app_stack",
    "Originate": "app_originate",
    "Playback": "app_playback",
    "Queue": "app_queue",
    "Read": "app_read",
    "Record": "app_record",
    "Return": "app_stack",
    "ARRAY": "func_strings",
    "CALLERID": "func_callerid",
    "CDR": "func_cdr",
    "CDR_PROP": "func_cdr",
    "CHANNEL": "func_channel",
    "CUT": "func_cut",
    "DB": "func_db",
    "DIALPLAN_EXISTS": "func_dialplan",
    "FIELDQTY": "func_strings",
    "FILTER": "func_strings",
    "IF": "func_logic",
    "LEN": "func_strings",
    "MASTER_CHANNEL": "func_channel",
    "MATH": "func_math",
    "MD5": "func_md5",
    "PJSIP_HEADER": "res_pjsip_header_funcs",
    "RAND": "func_rand",
    "SHARED": "func_global",
    "REGEX": "func_strings",
    "REPLACE": "func_strings",
    "SPRINTF": "func_sprintf",
    "STACK_PEEK": "app_stack",
    "STAT": "func_env",
    "STRFTIME": "func_strings",
    "STRPTIME": "func_strings",
    "STRREPLACE": "func_strings",
    "TIMEOUT": "func_timeout",
    "TOLOWER": "func_strings",
    "TOUPPER": "func_strings",
    "URIDECODE": "func_uri",
    "URIENCODE": "func_uri",
    "UUID": "func_uuid",
}
_CALLED = re.compile(r"([A-Za-z_]\w*)\(")
_SOUND = re.compile(r"\$\{S\}/(\$\{L\}/)?([A-Za-z0-9_~./-]++)(?!\$\{)")  # L: the call's language
_DIGIT = re.compile(r"\$\{S\}/([A-Za-z0-9_~./-]++)\$\{\w+:[0-9]+:1\}")  # a digit ends the name
_FULL_PATH = re.compile(r"/sounds/([A-Za-z0-9_~./-]+)")
_FORMATS = (".wav", ".sln", ".ulaw", ".alaw", ".gsm")


def needed_modules(build: Path) -> tuple[str, ...]:
    """The modules without which a call of the release would fail, sorted."""
    text = "\n".join((build / name).read_text() for name in _DIALPLANS)
    used = {_MODULES[name] for name in set(_CALLED.findall(text)) if name in _MODULES}
    return tuple(sorted({*ALWAYS, *used}))


def missing_parts(build: Path) -> tuple[str, ...]:
    """Files that the build should hold and does not; sounds that a call would play in vain."""
    gone = tuple(f"{name} is missing" for name in FILES if not (build / name).is_file())
    if gone:
        return gone
    return tuple(
        f"the sound {key} is missing" for key in sorted(_sounds(build)) if not _is_there(build, key)
    )


def _sounds(build: Path) -> set[str]:
    """Every sound key that stands in the files; keys that a call itself puts together do not."""
    text = "\n".join((build / name).read_text() for name in (*_DIALPLANS, RELEASE_MUSIC))
    languages = _languages(build)
    keys = set(_FULL_PATH.findall(text))
    for in_language, key in _SOUND.findall(text):
        keys.update(f"{each}/{key}" for each in languages) if in_language else keys.add(key)
    keys.update(f"{stem}{digit}" for stem in _DIGIT.findall(text) for digit in "0123456789")
    return {key for key in keys if not key.endswith("/")}


def _languages(build: Path) -> tuple[str, ...]:
    """The languages of the release, as its own record says; none where it is no record."""
    try:
        plain = json.loads((build / "release.json").read_text(encoding="utf-8"))
        return tuple(map(str, plain["graph"]["languages"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _is_there(build: Path, key: str) -> bool:
    """A sound of at least one sample; the server chooses among the formats."""
    paths = (build / "sounds" / f"{key}{form}" for form in _FORMATS)
    return any(path.is_file() and path.stat().st_size > 0 for path in paths)
