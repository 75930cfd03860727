"""The entry of the current release as the server holds it, compared with the release's own file.

Knows no server: it reads what the server answered.
"""

from __future__ import annotations

import re
from pathlib import Path

from flowc.target.install_words import told
from flowc_freeswitch.entry import ENTRY, INTERPRETER
from flowc_freeswitch.install_files import DIALPLAN
from flowc_freeswitch.install_files import ENTRY as FOLDER
from flowc_freeswitch.xml_read import Node, read_xml

_SCRIPT = re.compile(rf"/([0-9a-f]{{8}})/scripts/{re.escape(INTERPRETER)} ")


def wanted_entry(current: Path | None) -> Node | None:
    """The context that a release's file brings; None where calls shall enter none.

    Raises OSError, ValueError.
    """
    if current is None:
        return None
    contexts = read_xml((current / FOLDER / DIALPLAN).read_text()).all("context")
    return next((each for each in contexts if each.get("name") == ENTRY), None)


def held_entry(answer: str) -> Node | None:
    """The context in the server's answer; None where it holds none of that name."""
    try:
        found = read_xml(answer)
    except ValueError:
        return None  # it says so in words
    return found if found.get("name") == ENTRY else None


def entered(held: Node | None) -> str | None:
    """The release whose scripts the entry leads to."""
    if held is None:
        return None
    data = (each.get("data") for each in held.all("extension", "condition", "action"))
    return next((match[1] for each in data if (match := _SCRIPT.search(each))), None)


def faults_of_entry(wanted: Node | None, held: Node | None) -> tuple[str, ...]:
    """In what the entry held is not the one wanted, in words."""
    should, does = _extensions(wanted), _extensions(held)
    both = should.keys() & does.keys()
    return (
        *told("numbers are missing", should.keys() - does.keys()),
        *told("numbers lead elsewhere", (name for name in both if should[name] != does[name])),
        *told("numbers are there that should not be", does.keys() - should.keys()),
    )


def _extensions(context: Node | None) -> dict[str, tuple[Node, ...]]:
    """All extensions of each name: the server may hold two, and take the first that fits."""
    found: dict[str, tuple[Node, ...]] = {}
    for each in context.all("extension") if context else ():
        name = each.get("name")
        found[name] = (*found.get(name, ()), each)
    return found
