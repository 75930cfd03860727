"""The files of a release. Pure: the same request gives the same bytes.

| path                          | what it is                                                     |
|-------------------------------|----------------------------------------------------------------|
| scripts/interpreter.lua       | walks the blocks; the same in every release, as its parts are  |
| scripts/*.lua (skeleton)      | parts of it that few calls need                                |
| scripts/release.lua           | what holds for the whole release                               |
| scripts/flow_<name>.lua       | the blocks of one flow                                         |
| scripts/list_<name>.txt       | the entries of a list, one a line, between line ends           |
| source_map.json               | where each block came from                                     |
| entry/dialplan.xml            | the numbers; replaced by the next release's                    |
| entry/queues.xml, agents.xml, tiers.xml | what each section of the queues' settings gets       |

A deploy leaves them where they are in the build, and the entry leads to them there.
"""

from __future__ import annotations

from importlib.resources import files

from flowc.graph.ids import BlockId
from flowc.graph.model import WAY_OUT_S
from flowc.graph.zones import UnknownZoneError, transitions
from flowc.target import Artifact, Bundle, EmitError, EmitRequest
from flowc.target.source_map import FILE
from flowc_freeswitch import quote, source_map
from flowc_freeswitch.callcenter import SECTIONS, included, queues_of, section
from flowc_freeswitch.entry import entry_xml, keeps
from flowc_freeswitch.expressions import NotNativeError
from flowc_freeswitch.lower import block_name, lower_flows
from flowc_freeswitch.lowering import Release
from flowc_freeswitch.lua_data import Data, Table, file_of, table

# A file takes a call as long to open as a small part to read: these are put into the interpreter's.
BUNDLED = ("expressions", "prompts", "input", "record")
BUNDLED_HERE = "local bundled = {} -- a build puts the parts here that every call needs\n"
SKELETON = (
    "calendar",
    "exits",
    "functions",
    "held",
    "interpreter",
    "later",
    "operations",
    "people",
    "runtime",
    "seldom",
    "state",
    "telling",
    "words",
    "world",
)
SILENCE_LEVEL = 200  # below this energy a recording's sound counts as silence


def emit(request: EmitRequest) -> Bundle:
    """Everything that the server needs but the prompts. Raises EmitError."""
    release = Release(request)
    head = f"flowc release {release.id}"
    artifacts: list[Artifact] = []
    for name, data in lower_flows(release).items():
        origins = tuple(each for each in request.graph.blocks if each.flow == name)
        place = f"fl-{release.id}.{quote.segment(name)}.node,part"
        told = f'{head}. Which line is ["node.part"] written in? flowc where {place}'
        artifacts.append(_script(f"flow_{quote.segment(name)}.lua", file_of(data, told), origins))
    try:
        artifacts.append(_script("release.lua", file_of(_release(release), head)))
        artifacts.extend(_lists(release))
        artifacts.append(Artifact(FILE, source_map.source_map(release).encode()))
        artifacts.append(Artifact("entry/dialplan.xml", entry_xml(release).encode()))
        queues = queues_of(release)
        artifacts += [
            Artifact(f"entry/{each}.xml", included(section(queues, each)).encode())
            for each in SECTIONS
        ]
    except (NotNativeError, quote.QuoteError, UnknownZoneError) as reason:
        release.report(str(reason), None)
    if release.problems:
        raise EmitError(release.problems)
    return Bundle("freeswitch", request.release, (*skeleton(), *artifacts))


def skeleton() -> tuple[Artifact, ...]:
    """The interpreter's own files."""
    return tuple(_script(f"{name}.lua", _bundle(name)) for name in SKELETON)


def _bundle(name: str) -> str:
    """A script, with the parts in it that it always needs."""
    text = _source(name)
    parts = (f'bundled["{part}"] = function()\n{_source(part)}end\n' for part in BUNDLED)
    return text.replace(BUNDLED_HERE, f"{BUNDLED_HERE}{''.join(parts)}")


def _source(name: str) -> str:
    return (files("flowc_freeswitch") / f"skeleton/{name}.lua").read_text("utf-8")


def _script(name: str, text: str, origins: tuple[BlockId, ...] = ()) -> Artifact:
    return Artifact(f"scripts/{name}", text.encode(), origins)


def _lists(release: Release) -> list[Artifact]:
    """Each entry between line ends, so that it is found whole or not at all."""
    found = []
    for name, entries in release.graph.lists.items():
        lines = "".join(f"{quote.digits(entry)}\n" for entry in dict.fromkeys(entries))
        found.append(_script(f"list_{quote.segment(name)}.txt", f"\n{lines}"))
    return found


def _release(release: Release) -> Table:
    graph, environment = release.graph, release.request.environment
    limits = graph.limits
    start, changes = transitions(graph.timezone)
    told = [name for name in graph.variables if not name.startswith("call.")]
    return table(
        id=release.id,
        languages=table(*map(quote.language, graph.languages)),
        numbers=_named({quote.digits(number): block_name(to) for number, to in graph.numbers}),
        on_hangup=None if graph.on_hangup is None else block_name(graph.on_hangup),
        limit=int(limits.length_s),
        limit_to=None if limits.to is None else block_name(limits.to),
        way_out=WAY_OUT_S,
        zone=table(start, *(table(at, step) for at, step in changes)),
        sounds=quote.path(environment.sounds),
        recordings=quote.path(environment.recordings),
        trunk=quote.gateway(environment.trunk),
        silence=SILENCE_LEVEL,
        digits=_digits(release),
        keeps=keeps(release) or None,
        told=_named(dict.fromkeys(map(quote.variable, told), True) if release.request.lab else {}),
    )


def _named(fields: dict[str, str] | dict[str, bool]) -> Table:
    return Table((), dict(fields.items()))


def _digits(release: Release) -> Table:
    """The sound key of each digit, by language."""
    fragments = release.request.digit_fragments
    by_language: dict[str | int, Data] = {
        quote.language(language): _named(
            {
                digit: quote.sound(key)
                for digit, key in sorted(fragments.get(language, {}).items())
                if len(digit) == 1 and digit.isdecimal()
            }
        )
        for language in release.graph.languages
    }
    return Table((), by_language)
