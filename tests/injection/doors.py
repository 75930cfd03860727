"""Each door alone, with every string: what comes through means itself to whoever reads it on the
other side, what cannot is refused. The other side is read by readers of this test's own.

A door is a function from a text to what is wrong. Needs no server.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from flowc.graph.prompts import text_key
from flowc.recording_list import PromptLine, State, as_csv
from flowc.runtime.logs import Log
from flowc.speech import studio
from flowc.speech.engine import SpeechError
from flowc_asterisk.agi import wire as agi
from flowc_asterisk.ami import message as ami
from flowc_asterisk.ami.errors import ActionRefused
from flowc_freeswitch import lua_data
from flowc_freeswitch import quote as fs_quote
from flowc_freeswitch.esl import wire as esl
from tests.injection.cases import Broken, Sink, Source, Tally
from tests.injection.doors_asked import Backends, Speaker
from tests.injection.far_end import far_end
from tests.injection.strings import Attack

Wrong = Iterator[str]
_ENDS = re.compile("[\r\n]")


# --- AGI: a command is a line; the server takes it apart at blanks, quotes and backslashes


def agi_words(line: str) -> list[str]:
    """A command's words as the server reads them (`parse_args` of res_agi)."""
    words: list[str] = []
    quoted = escaped = False
    word: str | None = None
    for sign in line:
        if escaped:
            word, escaped = (word or "") + sign, False
        elif sign == "\\":
            word, escaped = word or "", True
        elif sign == '"':
            word, quoted = word or "", not quoted
        elif sign in " \t" and not quoted:
            words, word = [*words, *([word] if word is not None else [])], None
        else:
            word = (word or "") + sign
    return [*words, *([word] if word is not None else [])]


def to_agi(text: str) -> Wrong:
    commands: tuple[tuple[Callable[[], bytes], list[str]], ...] = (
        (lambda: agi.set_variable("X", text), ["SET", "VARIABLE", "X", text]),
        (lambda: agi.set_variable(text, "x"), ["SET", "VARIABLE", text, "x"]),
        (lambda: agi.get_variable(text), ["GET", "VARIABLE", text]),
        (lambda: agi.database_get("flowc", text), ["DATABASE", "GET", "flowc", text]),
        (lambda: agi.set_music(text), ["SET", "MUSIC", "ON", text]),
    )
    for make, meant in commands:
        with suppress(agi.ValueRefused):
            line = make().decode()
            if _ENDS.search(line[:-1]) or not line.endswith("\n") or len(line) > 8191:
                yield f"more than a line: {line[:80]!r}"
            elif agi_words(line[:-1]) != meant:
                yield f"read as {agi_words(line[:-1])!r}"[:160]


def from_agi(text: str) -> Wrong:
    """A caller's words in the head of a request."""
    lines = {"request": "agi://x", "callerid": text, "calleridname": text, "extension": "7000"}
    head = "".join(f"agi_{name}: {value}\n" for name, value in lines.items()) + "\n"
    try:
        events = agi.Wire().feed(head.encode("utf-8", "replace"))
    except agi.WireError:
        return
    headers = [each for each in events if isinstance(each, agi.Header)]
    if len(headers) != 1 or len(events) != 1:
        # The head ended early: what follows is no reply, and no answer is waited for yet.
        yield f"{len(events)} events of one request"
    elif set(headers[0].values) != set(lines):
        yield f"keys {sorted(headers[0].values)}"


# --- AMI: headers are lines, variables are parted at commas


def to_ami(text: str) -> Wrong:
    with suppress(ActionRefused):
        fields = ami.checked_fields("Originate", {"Channel": text, "Variable": [text, text]})
        for value in (fields["Channel"], *fields["Variable"]):
            if _ENDS.search(str(value)) or len(str(value).encode()) > 1000:
                yield f"a field of several lines: {value[:80]!r}"
    with suppress(ActionRefused):
        line = ami.checked_variables({"X": text})[0]
        if re.search(r'[,"\r\n\\]', line) or line != f"X={text}":
            yield f"a variable that is several: {line[:80]!r}"
    with suppress(ActionRefused):
        fields = ami.checked_fields("Originate", {text: "x"})
        if re.search(r"[^A-Za-z0-9_-]", "".join(fields)):
            yield "a field's name that is more"


# --- ESL: a command ends at an empty line


def esl_messages(data: bytes) -> list[tuple[list[str], bytes]]:
    """What a server reads: lines up to an empty one, then a body of the length they name."""
    found = []
    while data:
        head, _, data = data.partition(b"\n\n")
        lines = head.decode("utf-8", "replace").split("\n")
        lengths = [
            int(x.partition(":")[2]) for x in lines if x.lower().startswith("content-length:")
        ]
        size = lengths[0] if lengths else 0
        found.append((lines, data[:size]))
        data = data[size:]
    return found


def to_esl(text: str) -> Wrong:
    with suppress(esl.CommandRefused, UnicodeEncodeError):
        if len(esl_messages(esl.command(f"api {text}"))) != 1:
            yield "a command that is several"
    with suppress(esl.CommandRefused, UnicodeEncodeError):
        messages = esl_messages(esl.send_event({"Event-Subclass": "x", "Said": text}, text))
        if len(messages) != 1:
            yield "an event that is more"
        lines, body = messages[0]
        if [line.partition(":")[0] for line in lines] != [
            "sendevent CUSTOM",
            "Event-Subclass",
            "Said",
            "Content-Length",
        ]:
            yield f"headers {lines!r}"[:160]
        if body != text.encode():
            yield "another body"
    with suppress(esl.CommandRefused, UnicodeEncodeError):
        lines, _ = esl_messages(esl.send_event({text: "x"}))[0]
        if len(lines) != 3 or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*: x", lines[1]):
            yield f"a header's name that is more: {lines!r}"[:160]


# --- Lua and XML


def to_lua(text: str) -> Wrong:
    from lupa.lua52 import LuaRuntime

    runtime = LuaRuntime(encoding=None)
    with suppress(fs_quote.QuoteError):
        data = lua_data.table(text, sub=lua_data.Table((), {text: text}))
        held = runtime.execute(lua_data.file_of(data, "a head").encode())
        if held[1] != text.encode() or held[b"sub"][text.encode()] != text.encode():
            yield "another text"
    with suppress(fs_quote.QuoteError):
        source = lua_data.file_of(lua_data.table(), text)
        if len(source.split("\n")) != 4:
            yield "a comment that goes on"


def to_xml(text: str) -> Wrong:
    with suppress(fs_quote.QuoteError):
        document = fs_quote.document(f"<include>\n<a b={fs_quote.attribute(text)}/>\n</include>\n")
        root = ElementTree.fromstring(document)
        if [each.tag for each in root] != ["a"] or root[0].attrib != {"b": text}:
            yield "another element"
        lines = document.split("\n")
        if (
            len(lines) != 4
            or "$" in document
            or re.search(r"x-pre-process|<\?", document, re.IGNORECASE)
        ):
            yield "an order to the preprocessor"


# --- log and lists


def to_log(text: str) -> Wrong:
    out = io.StringIO()
    Log(out).event("heard", "info", said=text, call=text, why=[text])
    written = out.getvalue()
    if len(written.splitlines()) != 1 or not written.endswith("\n"):
        yield "a line that is several"
    told = json.loads(written)
    if set(told) != {"time", "level", "event", "said", "call", "why"} or told["event"] != "heard":
        yield f"fields {sorted(told)}"
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", written[:-1]):
        yield "signs that a terminal obeys"
    if len(written) > 2000:
        yield f"{len(written)} characters"


def to_csv(text: str) -> Wrong:
    lines = (
        PromptLine("id", "id", "zh", State.SPOKEN, text, text),
        PromptLine("last", "last", "zh", State.SPOKEN, "x", "y"),
    )
    written = as_csv(lines)
    rows = list(csv.reader(io.StringIO(written, newline="")))
    if [len(row) for row in rows] != [6, 6, 6] or rows[-1][0] != "last":
        yield f"{len(rows)} rows"
    for row in rows:
        for cell in row:
            if cell[:1] in tuple("=+-@\t\r\n＝＋－＠"):
                yield f"a formula: {cell[:60]!r}"
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", written):
        yield "signs that part a row"


# --- files: what a name may lead to


@dataclass
class Folders:
    """A folder of recordings, and beside it what nobody may read."""

    root: Path

    def make(self) -> None:
        (self.root / "prompts/zh").mkdir(parents=True)
        (self.root / "prompts/zh/good.wav").write_bytes(b"good")
        (self.root / "secret.wav").write_bytes(b"secret")
        (self.root / "prompts/secret.wav").write_bytes(b"secret")
        (self.root / "prompts/zh/link.wav").symlink_to(self.root / "secret.wav")

    def to_files(self, text: str) -> Wrong:
        for language, name in (("zh", text), (text, "good"), ("zh", f"../{text}")):
            with suppress(SpeechError, OSError, ValueError):
                found = studio.recording(self.root / "prompts", language, name)
                if found is not None and b"secret" in found:
                    yield "what lies outside was read"
        with suppress(UnicodeEncodeError):
            key = text_key("zh", text)
            if re.fullmatch(r"zh/~/[0-9a-f]{16}", key) is None:
                yield f"a sound's name: {key[:60]!r}"


SPOKEN = 60  # a process each


@dataclass
class Doors:
    """All of them, by sink."""

    plain: Mapping[Sink, tuple[Callable[[str], Wrong], ...]]
    asked: Mapping[Sink, Callable[[str], AsyncIterator[str]]] = field(default_factory=dict)
    spoken: Callable[[str], Wrong] | None = None


@asynccontextmanager
async def doors(folder: Path) -> AsyncIterator[Doors]:
    folders = Folders(folder / "files")
    folders.make()
    async with far_end(folder / "far") as end:
        backends = Backends(end)
        try:
            yield Doors(
                {
                    Sink.AGI: (to_agi, from_agi),
                    Sink.AMI: (to_ami,),
                    Sink.ESL: (to_esl,),
                    Sink.LUA: (to_lua,),
                    Sink.XML: (to_xml,),
                    Sink.LOG: (to_log,),
                    Sink.CSV: (to_csv,),
                    Sink.FILES: (folders.to_files,),
                },
                {Sink.HTTP: backends.to_http, Sink.SQL: backends.to_sql},
                Speaker(folder).to_speech,
            )
        finally:
            await backends.close()


async def sweep(attacks: tuple[Attack, ...], tell: Callable[[str], None] = lambda _: None) -> Tally:
    """Every door x every string."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="flowc-doors-") as name:
        async with doors(Path(name)) as all_:
            for place, attack in enumerate(attacks):
                text = attack.armed(f"c{place}", name)
                await _try(
                    tally, all_, attack, text, spoken=place % max(1, len(attacks) // SPOKEN) == 0
                )
    tell(f"doors: {sum(tally.cases.values())} strings at the door of each sink")
    return tally


async def wrong_at(all_: Doors, sink: Sink, text: str) -> list[str]:
    """What is wrong with a text at the doors of a sink."""
    found = [what for door in all_.plain.get(sink, ()) for what in door(text)]
    if sink in all_.asked:
        found += [what async for what in all_.asked[sink](text) if what]
    if sink is Sink.SPEECH and all_.spoken is not None:
        found += all_.spoken(text)
    return found


async def _try(tally: Tally, all_: Doors, attack: Attack, text: str, *, spoken: bool) -> None:
    for sink in (*all_.plain, *all_.asked, *((Sink.SPEECH,) if spoken else ())):
        tally.count(Source.DIRECT, sink)
        tally.broken += [
            Broken("flowc", Source.DIRECT, sink, attack.name, text, what)
            for what in await wrong_at(all_, sink, text)
        ]
