"""The files by which FreeSWITCH takes flowc's releases in, and the lines by which it takes in those.

Releases themselves need no loading: a call finds the scripts of the release that it entered by
their path. What the server holds is the entry to the current one, and the queues of all that calls
may still be in. Knows no server.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flowc.target import Artifact, HostLine, Loaded
from flowc.target.install_words import release_folder
from flowc_freeswitch import quote
from flowc_freeswitch.callcenter import SECTIONS, CallCenter, section
from flowc_freeswitch.install_queues import callcenter_in, merged, without
from flowc_freeswitch.install_settings import InstallSettings
from flowc_freeswitch.xml_read import Node, read_xml

_INCLUDE = "X-PRE-PROCESS"
_HEAD = "<!-- Written by `flowc deploy`, which refuses to go on where this was changed by hand. -->"

# mod_lua makes its tables when Lua is first begun in a process, unguarded: two calls that are the first
# and come at the same moment end FreeSWITCH (a segmentation fault in `SWIG_InitializeModule`'s tables).
# So it begins one that does nothing as the server starts, before there are calls.
LUA_BEGINS = '<param name="startup-script" value="~return"/>'
LUA_ENDS = "</settings>"
DIALPLAN = "dialplan.xml"
ENTRY = "entry"


def generation_files(root: Path, loaded: Loaded) -> tuple[Artifact, ...]:
    """The files of `<root>/current/`: the entry, and each section of the queues' settings.

    Of queues that the current release does not know, the words themselves are copied.
    """
    current = () if loaded.current is None else (release_folder(root, loaded.current) / ENTRY,)
    known, every = queues_of(root, current_only(loaded)), queues_of(root, loaded)
    older = without(every, known)
    files = {
        f"{name}.xml": [*_each(current, f"{name}.xml"), *section(older, name)] for name in SECTIONS
    }
    files[DIALPLAN] = _each(current, DIALPLAN)
    return tuple(Artifact(name, _file(lines)) for name, lines in files.items())


def _each(places: tuple[Path, ...], name: str) -> list[str]:
    return [_included(place / name) for place in places]


def _file(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in (_HEAD, "<include>", *lines, "</include>")).encode()


def current_only(loaded: Loaded) -> Loaded:
    """The same without what only older releases bring."""
    return Loaded(loaded.current, () if loaded.current is None else (loaded.current,))


def queues_of(root: Path, loaded: Loaded) -> CallCenter:
    """The queues of the releases as far as they are there; what two of them say differently, the
    newer says, and the current one before all."""
    newest_first = dict.fromkeys((loaded.current, *reversed(loaded.releases)))
    places = [release_folder(root, one) / ENTRY for one in newest_first if one is not None]
    return merged([_queues_in(place) for place in places if place.is_dir()])


def current_queues(root: Path) -> CallCenter:
    """The queues that the files of `<root>/current/` name; none before the first deploy.

    Raises OSError, ValueError.
    """
    place = root / "current"
    return _queues_in(place) if place.exists() else CallCenter()


def _queues_in(place: Path) -> CallCenter:
    roots = (_with_included(read_xml((place / f"{name}.xml").read_text())) for name in SECTIONS)
    return callcenter_in(dict(zip(SECTIONS, roots, strict=True)))


def _with_included(node: Node) -> Node:
    """The same as the server's preprocessor sees it."""
    children: list[Node] = []
    for each in node.children:
        if each.tag == _INCLUDE:
            children += read_xml(Path(each.get("data")).read_text()).children
        else:
            children.append(each)
    return replace(node, children=tuple(children))


def host_lines(root: Path, settings: InstallSettings) -> tuple[HostLine, ...]:
    """A file of flowc's own beside the server's dialplans; a line in each section of its queues'
    settings, where it has queues; a line in the settings of its Lua, where they have a place for it.
    Raises QuoteError for a root of odd names."""
    current = Path(quote.path(str(root))) / "current"
    lines = [HostLine(settings.dialplan, _included(current / DIALPLAN), makes_file=True)]
    if settings.callcenter.exists():
        lines += [
            HostLine(settings.callcenter, _included(current / f"{name}.xml"), f"</{name}>")
            for name in SECTIONS
        ]
    if has_place_for_lua(settings.lua):
        lines.append(HostLine(settings.lua, LUA_BEGINS, LUA_ENDS))
    return tuple(lines)


def has_place_for_lua(file: Path) -> bool:
    """Is there a line of its own that ends the settings? A file that cannot be read has none."""
    try:
        return any(line.strip() == LUA_ENDS for line in file.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return False


def _included(path: Path) -> str:
    """The order to the server's preprocessor to take a file in; where there is none, it goes on."""
    return f'<{_INCLUDE} cmd="include" data="{quote.path(str(path))}"/>'
