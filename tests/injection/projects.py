"""An author's words in a project's files: hostile in one place at a time, then everything that flowc
makes of the project is read back and held to the harmless twin's.

What the compiler refuses is refused; its findings, too, show the hostile word and are looked at.
Needs no server.
"""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from flowc.build import environment_of, prompt_requests, release_of
from flowc.cli.draw import labels_of
from flowc.compiler import Compiled, compile_files
from flowc.diagnostics.as_github import as_github
from flowc.diagnostics.as_json import as_json
from flowc.diagnostics.as_junit import as_junit
from flowc.diagnostics.as_sarif import as_sarif
from flowc.diagnostics.render import render as shown
from flowc.diagram.contract import drawing_of
from flowc.diagram.draw import draw, render
from flowc.diagram.layout.layouters import Layouter
from flowc.graph.as_json import release_from_json, release_to_json
from flowc.graph.model import FlowGraph
from flowc.recording_list import as_csv, as_script, prompt_lines
from flowc.target import EmitError, EmitRequest, load_target
from tests.injection.cases import Broken, Sink, Source, Tally
from tests.injection.emitted import structures
from tests.injection.project_files import CALLED, NAMES, PLACES, files
from tests.injection.readers import difference
from tests.injection.samples import RELEASE
from tests.injection.strings import Attack

_DRAWN = ("flow title", "node title", "choice")


@dataclass(frozen=True)
class Made:
    """Everything that flowc makes of a project, as structure, by sink; `graph` None: refused."""

    parts: Mapping[Sink, object]
    graph: FlowGraph | None


def made_of(words: Mapping[str, str], *, drawn: bool = True, word: str | None = None) -> Made:
    """Compile, and read back whatever came out, where `word` may stand whole."""
    word = next(iter(words.values()), "") if word is None else word
    compiled = compile_files(files(words))
    reports = _reports(compiled)
    if compiled.graph is None:
        return Made({Sink.REPORTS: reports}, None)
    parts: dict[Sink, object] = {Sink.REPORTS: (), Sink.CSV: _lists(compiled, word)}
    parts[Sink.FILES] = _paths(compiled)
    emitted = dict(_emitted(compiled, word))
    if not emitted:
        return Made({Sink.REPORTS: reports}, None)
    parts |= emitted
    if drawn:
        parts[Sink.PICTURES] = _pictures(compiled)
    release = release_of(compiled, RELEASE[:8])
    if release_from_json(release_to_json(release)).texts != release.texts:
        parts[Sink.FILES] = "the release is not read as it was written"
    return Made(parts, compiled.graph)


def _emitted(compiled: Compiled, word: str) -> Iterator[tuple[Sink, object]]:
    assert compiled.graph is not None
    assert compiled.project is not None
    place = compiled.project.environments["here"]
    for name in ("asterisk", "freeswitch"):
        target = load_target(name)
        try:
            environment = environment_of(compiled, place, target, RELEASE[:8])
            fragments = {one: {str(d): f"{one}/_/d{d}" for d in range(10)} for one in ("zh", "en")}
            bundle = target.emit(
                EmitRequest(compiled.graph, RELEASE, environment, None, fragments, True)
            )
        except EmitError:
            continue
        found = structures(bundle, word)
        if name == "asterisk":
            yield Sink.DIALPLAN, found
        else:
            yield Sink.XML, {key: each for key, each in found.items() if key.startswith("w")}
            yield Sink.LUA, found


def _paths(compiled: Compiled) -> object:
    """Where the build would put each sound: never above or beside its folder."""
    out = []
    for key in prompt_requests(compiled):
        path = PurePosixPath("sounds") / f"{key}.wav"
        if (
            ".." in path.parts
            or path.is_absolute()
            or not re.fullmatch(r"[A-Za-z0-9_./~-]+", str(path))
        ):
            out.append(str(path))
    return tuple(out)


def _lists(compiled: Compiled, word: str) -> object:
    """The studio's list and script: rows and columns, and no cell that a spreadsheet would run."""
    lines = prompt_lines(compiled, {})
    rows = list(csv.reader(io.StringIO(as_csv(lines), newline="")))
    run = [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
    script = as_script(lines, "zh", "en").splitlines()
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in script[4:]]
    texts = [row[4] for row in rows if len(row) > 4 and word and word in row[4]]
    held = all(word in (text, text[1:]) or len(text) > len(word) for text in texts)
    return ([len(row) for row in rows], run, columns, held)


def _pictures(compiled: Compiled) -> object:
    """The pictures' own text, without what stands in quotes."""
    assert compiled.graph is not None
    labels = labels_of(compiled, "zh")
    found = []
    for form in ("dot", "mermaid"):
        content = draw(
            compiled.graph,
            form,
            language="zh",
            titles=labels.titles,
            choice_names=labels.choice_names,
        )  # type: ignore[arg-type]
        lines = content.decode().split("\n")
        found.append([_unquoted(line) for line in lines])
    return found


def _unquoted(line: str) -> str:
    """A line of a picture's text with its labels left out, and the sizes that go with them."""
    quoted = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
    bare = re.sub(r"=-?[\w.]+", '=""', quoted)
    return re.sub(r"\b\d+(\.\d+)?\b", "0", bare)


def picture_structure(svg: bytes) -> object:
    """Tags and attributes' names of an SVG picture; texts and measures are left out."""
    root = ET.fromstring(svg)
    return sorted({(each.tag, tuple(sorted(each.attrib))) for each in root.iter()})


def _reports(compiled: Compiled) -> object:
    """What is wrong with the reports of the findings; nothing where all is well."""
    wrong: list[str] = []
    found = compiled.found
    github = as_github(found, "en").split("\n")
    wrong += [
        f"command {line[:120]!r}"
        for line in github
        if line and not re.match(r"::(error|warning|notice) file=", line)
    ]
    if len(github) != len(found) + 1:
        wrong.append("more commands than findings")
    cases = ET.fromstring(as_junit(found, "en")).iter("testcase")
    if len(list(cases)) != max(1, len(found)):
        wrong.append("more cases than findings")
    json.loads(as_sarif(found, "en"))
    json.loads(as_json(found, "en"))
    for each in found:
        text = shown(each, "en")
        signs = re.findall(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text
        )
        if signs:
            wrong.append(f"signs shown raw: {signs!r}")
    return tuple(wrong)


def called(texts: Iterable[str]) -> dict[str, FlowGraph]:
    """Projects whose every text is hostile, where the compiler takes it; by the text."""
    found: dict[str, FlowGraph] = {}
    for text in texts:
        graph = _graph(dict.fromkeys(CALLED, text))
        if graph is None:
            alone = [place for place in CALLED if _graph({place: text}) is not None]
            graph = _graph(dict.fromkeys(alone, text)) if alone else None
        if graph is not None:
            found[text] = graph
    return found


def _graph(words: Mapping[str, str]) -> FlowGraph | None:
    return compile_files(files(words)).graph


def sweep(attacks: tuple[Attack, ...], tell: Callable[[str], None] = lambda _: None) -> Tally:
    """Every place x every string. What is accepted has the structure of its twin."""
    tally = Tally()
    accepted = 0
    twin = made_of({})
    assert twin.graph is not None
    for place in PLACES:
        for attack in attacks[:: 3 if place in NAMES else 1]:
            accepted += _try(tally, place, attack, twin)
    _draw(tally, attacks[::8])
    tell(f"author's words: {len(PLACES)} places, {len(attacks)} strings, {accepted} accepted")
    return tally


def _draw(tally: Tally, attacks: tuple[Attack, ...]) -> None:
    """Pictures as browsers take them: whatever the titles are like, the same kinds of elements."""
    twin = _drawn("A title")
    for attack in attacks:
        hostile = attack.armed("c0", "/nowhere")
        drawn = _drawn(hostile)
        tally.count(Source.AUTHOR, Sink.PICTURES)
        if drawn not in (twin, None):
            what = f"a picture with {set(drawn) ^ set(twin or ())}"  # type: ignore[call-overload]
            tally.broken.append(
                Broken("flowc", Source.AUTHOR, Sink.PICTURES, attack.name, hostile, what)
            )


def _drawn(title: str) -> object:
    """The kinds of elements in an SVG picture; None where the project is refused."""
    compiled = compile_files(files(dict.fromkeys(("flow title", "node title", "choice"), title)))
    if compiled.graph is None:
        return None
    labels = labels_of(compiled, "zh")
    drawing = drawing_of(compiled.graph, labels, "best")
    return picture_structure(render(drawing, "svg", Layouter.OWN))


def _try(tally: Tally, place: str, attack: Attack, twin: Made) -> bool:
    hostile = attack.armed("c0", "/nowhere")

    def broken(sink: Sink, what: str) -> None:
        tally.broken.append(
            Broken("flowc", Source.AUTHOR, sink, attack.name, hostile, f"{place}: {what}")
        )

    try:
        made = made_of({place: hostile}, drawn=place in _DRAWN)
    except Exception as error:
        broken(Sink.REPORTS, f"broken by {type(error).__name__}: {error}")
        return False
    for sink, part in made.parts.items():
        tally.count(Source.AUTHOR, sink)
        if made.graph is None or sink is Sink.REPORTS:
            if part:
                broken(sink, str(part))
        elif _differs(place, hostile, sink, part, twin):
            broken(sink, difference(part, twin.parts[sink]))
    return made.graph is not None


def _differs(place: str, hostile: str, sink: Sink, part: object, twin: Made) -> bool:
    """Read back once more without knowing the word, since a sign of ours may be the word itself."""
    if part == twin.parts[sink] or _is_good(place, hostile):
        return False
    return made_of({place: hostile}, word="").parts.get(sink) != twin.parts[sink]


# Words that are another good value of their place, and so may well make another project.
_GOOD = {
    "seats": r"[A-Za-z0-9_./{}@-]*",
    "recording": r"[a-z][a-z0-9_.]*|.*/.*",  # a slash makes it no recording at all
    "id in a table": r"[a-z][a-z0-9_.]*",
    "number": r"\+?[0-9]+",
    "destination": r"[0-9]+\*?|[a-z][a-z0-9_]*",
    "list entry": r"\+?[0-9]+|",
    "constant": r"\+?",  # alone it reads like a sign of ours
}


def _is_good(place: str, text: str) -> bool:
    return place in _GOOD and re.fullmatch(_GOOD[place], text, re.DOTALL) is not None
