"""The `menu` node: ask for one choice and go where it leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.graph.operations import Options
from flowc.graph.prompts import Prompt
from flowc.kinds.asking import (
    MOST_TRIES,
    Question,
    ask,
    chosen,
    global_answers,
    live_keys,
    parted,
    refuse_whole,
    warn_of_prefixes,
)
from flowc.kinds.base import Field, NodeKind, Outcome
from flowc.kinds.builder import NodeBuilder
from flowc.kinds.parts import Choice, Speech, Text, Way
from flowc.kinds.shapes import CHOICES, DURATION, LADDER, SPEECH, count, id_step
from flowc.kinds.spoken_keys import languages_without, spoken_keys

MANY = 5


def compare_spoken(
    into: NodeBuilder, texts: Iterable[Text], bound: tuple[str, ...]
) -> dict[str, set[str]]:
    """The keys that texts speak of, by language; one that does nothing is reported."""
    spoken: dict[str, set[str]] = {}
    for text in texts:
        for language, words in into.words.in_languages(text).items():
            for key in spoken_keys(words):
                spoken.setdefault(language, set()).add(key)
                if key not in bound:
                    into.report.report(
                        codes.SPOKEN_NOT_BOUND, text.span, key=key, node=into.node.name.text
                    )
    return spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuNode(NodeKind):
    """Say the choices, wait for a key, follow the choice.

    The sentences ("再听一遍请按一") are made from the choices in each language, unless `prompt` says
    them in other words. After three silences, three wrong keys or four tries in all the caller
    leaves by `gave_up`.
    """

    keyword: ClassVar[str] = "menu"

    lead_in: Annotated[
        Speech,
        Field(SPEECH, Words("What is said before the choices.", "选项前面说的话。"), main=True),
    ]
    choices: Annotated[
        tuple[Choice, ...],
        Field(
            CHOICES,
            Words("The keys, what they stand for and where they lead.", "按键、含义和去处。"),
        ),
    ]
    gave_up: Annotated[Way, Outcome(Words("The caller never chose.", "来电者一直没有选。"))]
    prompt: Annotated[
        Speech | None,
        Field(
            SPEECH,
            Words("Said instead of the sentences made from the choices.", "代替由选项生成的句子。"),
        ),
    ] = None
    if_silent: Annotated[
        tuple[Text, ...],
        Field(
            LADDER, Words("Said before the choices after silence.", "没有按键时，在选项前说的话。")
        ),
    ] = ()
    if_wrong: Annotated[
        tuple[Text, ...],
        Field(
            LADDER, Words("Said before the choices after a wrong key.", "按错时，在选项前说的话。")
        ),
    ] = ()
    wait: Annotated[
        int, Field(DURATION, Words("Silence allowed after the prompt.", "提示音后最多等多久。"))
    ] = 5
    tries: Annotated[
        int, Field(count(1, 9), Words("How often the caller is asked in all.", "总共问几次。"))
    ] = MOST_TRIES

    def lower(self, into: NodeBuilder) -> None:
        choices = self.choices
        offered = self._offered(into, choices)
        taken = tuple(choice.key.text for choice in choices)
        shared, skip = live_keys(into, taken)
        self._warn(into, taken, shared)
        question = self._question(into, offered, Options((*taken, *shared), skip))
        answers = global_answers(into, question, taken)
        answers.update((choice.key.text, chosen(into, choice)) for choice in choices)
        ask(into, question, answers, repeats=into.id("repeat") in into.graph.blocks)

    def _offered(self, into: NodeBuilder, choices: tuple[Choice, ...]) -> Prompt:
        if self.prompt is not None:
            refuse_whole(into, self.prompt)
            return into.words.prompt(self.prompt)
        ids = ((choice, f"{into.name}.choices.{id_step(choice.key.text)}") for choice in choices)
        sentences = (into.words.sentence(choice, id_) for choice, id_ in ids)
        return tuple(sentence for sentence in sentences if sentence)

    def _question(self, into: NodeBuilder, offered: Prompt, entry: Options) -> Question:
        deaf, first = parted(into, self.lead_in)
        return Question(
            first=(*first, *offered),
            deaf=deaf,
            entry=entry,
            gave_up=self.gave_up,
            silent=_before(into, self.if_silent, offered),
            wrong=_before(into, self.if_wrong, offered),
            first_ms=self.wait * 1000,
            tries=self.tries,
        )

    def _warn(self, into: NodeBuilder, taken: tuple[str, ...], shared: tuple[str, ...]) -> None:
        warn_of_prefixes(into, self.choices, shared)
        name = into.node.name.text
        if len(self.choices) > MANY:
            into.report.report(
                codes.LONG_MENU, into.node.name.span, node=name, count=len(self.choices)
            )
        pairs = pairwise(choice.key for choice in self.choices if choice.key.text.isdecimal())
        for earlier, later in pairs:
            if _place(later.text) < _place(earlier.text):
                into.report.report(
                    codes.OUT_OF_ORDER,
                    later.span,
                    node=name,
                    later=earlier.text,
                    earlier=later.text,
                )
        keys = into.flow.keys.over(into.graph.program.around.keys).bound
        for choice in self.choices:
            hidden = dict(keys).get(choice.key.text)
            # A choice that does what the key does everywhere hides nothing.
            if hidden and choice.way.to.text != hidden:
                into.report.report(
                    codes.KEY_SHADOWS,
                    choice.key.span,
                    key=choice.key.text,
                    node=name,
                    meaning=hidden,
                )
        self._compare_spoken(into, (*taken, *shared, *(key for key, _ in keys)))

    def _compare_spoken(self, into: NodeBuilder, bound: tuple[str, ...]) -> None:
        """What is spoken matches the keys that are bound, in each language."""
        sayings = (*self.lead_in, *(self.prompt or ()))
        spoken = compare_spoken(into, (saying.text for saying in sayings), bound)
        compare_spoken(into, (*self.if_silent, *self.if_wrong), bound)
        if self.prompt is None:
            return
        for choice in self.choices:
            languages = into.graph.program.around.languages
            lacking = languages_without(choice.key.text, spoken, languages)
            if lacking:
                into.report.report(
                    codes.BOUND_NOT_SPOKEN,
                    choice.key.span,
                    key=choice.key.text,
                    node=into.node.name.text,
                    languages=lacking,
                )


def _before(into: NodeBuilder, texts: tuple[Text, ...], offered: Prompt) -> tuple[Prompt, ...]:
    phrases = (into.words.phrase(text) for text in texts)
    return tuple((phrase, *offered) for phrase in phrases if phrase)


def _place(key: str) -> int:
    """Where callers expect a key: 0 after 9."""
    return 10 if key == "0" else int(key)
