"""The kinds that only say or note something: `say`, `language`, `mark`, `hangup`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from flowc.diagnostics.model import Words
from flowc.diagnostics.unknown import report_unknown
from flowc.graph.exits import Hangup, Jump
from flowc.graph.operations import Language, Mark, Play
from flowc.kinds.base import Field, NodeKind, Outcome
from flowc.kinds.builder import NodeBuilder
from flowc.kinds.parts import Speech, Way, Word
from flowc.kinds.shapes import LANGUAGE, LISTED_NAME, SPEECH, count

THEN = Outcome(Words("What comes next.", "下一步。"))
NORMAL = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SayNode(NodeKind):
    """Say texts, recordings and values in order.

    A `say` that leads straight to an input is heard together with its prompt and can be cut by a
    key; every other is heard whole.
    """

    keyword: ClassVar[str] = "say"

    speech: Annotated[Speech, Field(SPEECH, Words("What is said.", "说的内容。"), main=True)]
    then: Annotated[Way, THEN]

    def lower(self, into: NodeBuilder) -> None:
        then = into.way(self.then, "then")
        into.block("start", (Play(into.words.prompt(self.speech)),), Jump(then))


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageNode(NodeKind):
    """Go on in another language of the project."""

    keyword: ClassVar[str] = "language"

    language: Annotated[Word, Field(LANGUAGE, Words("The language.", "语言。"), main=True)]
    then: Annotated[Way, THEN]

    def lower(self, into: NodeBuilder) -> None:
        known = into.graph.program.around.languages
        if self.language.text not in known:
            report_unknown(
                into.report,
                self.language.span,
                Words("language", "语言"),
                self.language.text,
                known,
            )
        into.block("start", (Language(self.language.text),), Jump(into.way(self.then, "then")))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNode(NodeKind):
    """A milestone for reports: kept in the call's record, once a name."""

    keyword: ClassVar[str] = "mark"
    after_call: ClassVar[bool] = True

    name: Annotated[
        Word, Field(LISTED_NAME, Words("The milestone's name.", "里程碑的名字。"), main=True)
    ]
    then: Annotated[Way, THEN]

    def lower(self, into: NodeBuilder) -> None:
        into.block("start", (Mark(self.name.text),), Jump(into.way(self.then, "then")))


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupNode(NodeKind):
    """Say a last sentence, if any, and end the call."""

    keyword: ClassVar[str] = "hangup"

    speech: Annotated[
        Speech, Field(SPEECH, Words("The last sentence.", "最后一句话。"), main=True)
    ] = ()
    cause: Annotated[
        int,
        Field(
            count(1, 127),
            Words("The cause that the network is told (Q.850).", "告诉网络的原因码（Q.850）。"),
        ),
    ] = NORMAL

    def lower(self, into: NodeBuilder) -> None:
        said = (Play(into.words.prompt(self.speech)),) if self.speech else ()
        into.block("start", said, Hangup(self.cause))
