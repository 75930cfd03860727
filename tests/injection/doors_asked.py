"""The doors that lead to programs: back ends that are asked for real, and a speech engine of the
project's own. What they were told is read on their side. Needs no server.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from pathlib import Path

from flowc.runtime.services.http import HttpBackend
from flowc.runtime.services.model import Failed, Question
from flowc.runtime.services.providers import _resolved
from flowc.runtime.services.sql import SqlBackend
from flowc.runtime.world import CallWorld
from flowc.speech.command import CommandEngine
from flowc.speech.engine import SpeechError
from tests.injection import flows
from tests.injection.evidence import asked_wrongly
from tests.injection.far_end import FarEnd


class Backends:
    """An HTTP and an SQL back end, as a release has them, and what they were told."""

    def __init__(self, end: FarEnd) -> None:
        environment = {flows.SECRET: "secret", "INJECTION_DB": str(end.file)}
        far, near = flows.services(end.port)
        self.end = end
        self.http = HttpBackend(far.settings, end.folder, environment)  # type: ignore[arg-type]
        self.sql = SqlBackend(near.settings, end.folder, environment)  # type: ignore[arg-type]
        self.tell = _resolved(far.operation("tell"), environment)  # type: ignore[arg-type]
        self.form = _resolved(far.operation("form"), environment)  # type: ignore[arg-type]
        self.keep, self.look = near.operation("keep"), near.operation("ask")
        self.graph = flows.everything()

    def _question(self, **arguments: str) -> Question:
        return Question("far", arguments, CallWorld(self.graph, 0), 5.0, key="k" * 64)

    async def to_http(self, text: str) -> AsyncIterator[str]:
        before = len(self.end.heard)
        for operation in (self.tell, self.form):
            await self.http.ask(operation, self._question(text=text, word=text, caller="1"))
        for asked in self.end.heard[before:]:
            for what in asked_wrongly(asked):
                yield what
            body = asked.body.decode()
            if asked.first.startswith("POST /api/tell") and json.loads(body) != {
                "text": text,
                "deep": {"text": f"<{text}>"},
            }:
                yield f"another body: {body[:80]!r}"
        if len(self.end.heard) > before + 2:
            yield f"{len(self.end.heard) - before} requests of two"

    async def to_sql(self, text: str) -> AsyncIterator[str]:
        assert self.keep is not None
        assert self.look is not None
        reply = await self.sql.ask(self.keep, self._question(text=text, word=text, caller=text))
        looked = await self.sql.ask(self.look, self._question(caller=text))
        if "Failed" in (type(reply).__name__, type(looked).__name__):
            yield f"not asked: {reply} {looked}" if not isinstance(looked, Failed) else ""
        with closing(sqlite3.connect(self.end.file)) as base:
            rows = base.execute("select caller, text, word from heard").fetchall()
            base.execute("delete from heard")
            canary = base.execute("select id from canary").fetchall()
            base.execute("delete from canary")
            base.commit()
            kept = base.execute("select id from tickets").fetchall()
        expected = text or None
        if rows != [(expected, expected, expected)]:
            yield f"rows {rows!r}"[:160]
        if canary or kept != [("kept",)]:
            yield "a statement was run"

    async def close(self) -> None:
        await self.http.close()
        await self.sql.close()


_SPEAKER = """import sys, wave
open(sys.argv[1], "a").write(repr((sys.argv[2:], sys.stdin.buffer.read())) + "\\n")
with wave.open(sys.stdout.buffer, "wb") as out:
    out.setparams((1, 2, 8000, 0, "NONE", "")); out.writeframes(b"\\x00\\x10" * 800)
"""


class Speaker:
    """A program that notes how it was begun and what it was given."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "notes"
        script = folder / "speaker.py"
        script.write_text(_SPEAKER)
        command = (sys.executable, "-S", str(script), str(self.notes), "-v", "{voice}")
        self.engine = CommandEngine("own", command)

    def to_speech(self, text: str) -> Iterator[str]:
        self.notes.unlink(missing_ok=True)
        with suppress(SpeechError):
            self.engine.synthesize(text, "cmn", 100)
        if not self.notes.exists():
            return
        lines = self.notes.read_text().splitlines()
        arguments, _ = eval(lines[0])
        if len(lines) != 1 or arguments != ["-v", "cmn"]:
            yield f"begun as {lines[0][:120]}"
