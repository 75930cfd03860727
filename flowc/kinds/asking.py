"""What `menu`, `collect` and `confirm` share: attempts, counters, re-prompts and global keys.

`Collect` is one attempt; all that goes on from attempt to attempt is blocks made here, so it is
decided once for every executor. Parts: `start`, `ask`, `silent`, `wrong`, `silent_1`, `wrong_key`,
`again`, `gave_up` and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from flowc.diagnostics.codes import flows as codes
from flowc.expression.tree import Binary, Expression, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Back, Branch, Jump, Switch
from flowc.graph.ids import BlockId
from flowc.graph.operations import (
    CAUSE,
    OUTCOME,
    REPEATS,
    SILENCES,
    WRONGS,
    Assign,
    Collect,
    Cue,
    CueKind,
    Digits,
    Flush,
    Operation,
    Options,
    Remember,
    outcomes,
)
from flowc.graph.prompts import Prompt
from flowc.kinds.builder import BACK, NodeBuilder, number
from flowc.kinds.parts import Choice, Speech, Way, Word

MOST_SILENCES = 3
MOST_WRONGS = 3
MOST_TRIES = 4
MOST_REPEATS = 3
KEY_PARTS = {"*": "star", "#": "hash"}
ZERO = number(0)


def parted(into: NodeBuilder, speech: Speech) -> tuple[Prompt, Prompt]:
    """What is heard whole, which has to lead, and what a key cuts."""
    leading = tuple(takewhile(lambda part: part.deaf, speech))
    rest = speech[len(leading) :]
    refuse_whole(into, rest)
    return into.words.prompt(leading), into.words.prompt(rest)


def refuse_whole(into: NodeBuilder, speech: Speech) -> None:
    """Report what can't be heard whole, since a key may have been pressed before it."""
    for part in speech:
        if part.deaf:
            into.report.report(
                codes.WRONG_SHAPE,
                part.span,
                name="`bargein: none`",
                expected="at the beginning of the question only",
                expected_zh="问题开头的部分，别处不起作用",
                example="confirm: [{text: 您将停机。, bargein: none}, 同意请按一。]",
            )


@dataclass(frozen=True, slots=True)
class Question:
    """An input as its kind describes it.

    `deaf` and `first` are the first prompt; `silent` and `wrong` what is said on the 1st, 2nd ...
    failure of that sort, empty for the first prompt once more.
    """

    first: Prompt
    entry: Digits | Options
    gave_up: Way
    deaf: Prompt = ()
    silent: tuple[Prompt, ...] = ()
    wrong: tuple[Prompt, ...] = ()
    into: str = ""
    first_ms: int = 5000
    inter_ms: int = 3000
    flush: bool = False
    tries: int = MOST_TRIES


def key_part(key: str) -> str:
    """A key as part of a block's name."""
    return "".join(KEY_PARTS.get(mark, mark) for mark in key)


def _read(register: str) -> Read:
    return Read(register, Scalar.INT)


def ask(
    into: NodeBuilder, question: Question, answers: Mapping[str, BlockId], repeats: bool = False
) -> None:
    """Blocks of a whole input; `answers` says where each good outcome of the Collect leads."""
    counters = [
        Assign(SILENCES, ZERO),
        Assign(WRONGS, ZERO),
        *([Assign(REPEATS, ZERO)] if repeats else []),
    ]
    flush = [Flush()] if question.flush else []
    cue = Cue(question.first, CueKind.ENTRY, question.deaf)
    into.block("start", (*flush, *counters, cue), Jump(into.id("ask")))
    collect = Collect(question.entry, question.into, question.first_ms, question.inter_ms)
    _attempt(into, collect, answers)
    _failures(into, question)


def _attempt(into: NodeBuilder, collect: Collect, answers: Mapping[str, BlockId]) -> None:
    failed = {"silence": into.id("silent"), "error": into.id("broken")}
    cases = tuple(
        (outcome, answers.get(outcome) or failed.get(outcome) or _caused(into, outcome))
        for outcome in outcomes(collect)
    )
    into.block("ask", (collect,), Switch(OUTCOME, cases))


def _caused(into: NodeBuilder, cause: str, *dropped: Operation) -> BlockId:
    """A block for one cause of `wrong`; made once a node."""
    part = f"wrong_{cause}"
    if into.id(part) not in into.graph.blocks:
        said = Assign(CAUSE, Literal(f"wrong({cause})", Scalar.TEXT))
        into.block(part, (said, *dropped), Jump(into.id("wrong")))
    return into.id(part)


def wrong(into: NodeBuilder, cause: str, entry: str) -> BlockId:
    """Where an entry goes that fails a check of the kind's own (`range`, `luhn` ...). Its variable is
    unset again: what `is set` has passed its checks."""
    return _caused(into, cause, Assign(entry, None))


def _failures(into: NodeBuilder, question: Question) -> None:
    gave_up = into.way(question.gave_up, "gave_up")
    error = Literal("error", Scalar.TEXT)
    into.block("broken", (Assign(CAUSE, error),), Jump(gave_up))
    silence = (Assign(CAUSE, Literal("silence", Scalar.TEXT)), Assign(SILENCES, plus(SILENCES)))
    _counted(into, question, "silent", silence, gave_up)
    _counted(into, question, "wrong", (Flush(), Assign(WRONGS, plus(WRONGS))), gave_up)


def plus(register: str) -> Expression:
    return Binary("+", _read(register), number(1))


def _counted(
    into: NodeBuilder,
    question: Question,
    sort: str,
    operations: tuple[Operation, ...],
    gave_up: BlockId,
) -> None:
    """Count a failure; give up or ask again. Who is asked once only is not asked again."""
    if question.tries == 1:
        into.block(sort, operations, Jump(gave_up))
        return
    register, most = (SILENCES, MOST_SILENCES) if sort == "silent" else (WRONGS, MOST_WRONGS)
    tried = Binary("+", _read(SILENCES), _read(WRONGS))
    enough = Binary(
        "or",
        Binary(">=", _read(register), number(most)),
        Binary(">=", tried, number(question.tries)),
    )
    texts = (question.silent if sort == "silent" else question.wrong) or (question.first,)
    again = _ladder(into, sort, register, texts)
    into.block(sort, operations, Branch(enough, gave_up, again))


def _ladder(into: NodeBuilder, sort: str, register: str, texts: tuple[Prompt, ...]) -> BlockId:
    """The text of the highest index not above the counter; the last one is used again."""
    rungs = tuple(
        into.block(f"{sort}_{at}", (Cue(text, CueKind.RETRY),), Jump(into.id("ask")))
        for at, text in enumerate(texts[: MOST_TRIES - 1], 1)
    )
    if len(rungs) == 1:
        return rungs[0]
    cases = tuple((str(at), rung) for at, rung in enumerate(rungs[:-1], 1))
    return into.block(f"{sort}_text", (), Switch(register, cases, rungs[-1]))


def repeat(into: NodeBuilder, question: Question) -> BlockId:
    """Where the repeat key leads: the first prompt again, at most three times a visit."""
    again = into.block(
        "again", (Cue(question.first, CueKind.AGAIN, question.deaf),), Jump(into.id("ask"))
    )
    many = Binary(">", _read(REPEATS), number(MOST_REPEATS))
    counted = (Assign(REPEATS, plus(REPEATS)),)
    return into.block("repeat", counted, Branch(many, _caused(into, "key"), again))


def back(into: NodeBuilder, question: Question, repeats: bool) -> BlockId:
    """Where the back key leads: the newest menu left by a choice, else the prompt again, which is
    bounded like repeat where there is no such key (`repeats`), too."""
    none_left = into.id("repeat") if repeats else repeat(into, question)
    return into.block("back", (), Back(none_left))


def global_answers(
    into: NodeBuilder, question: Question, taken: tuple[str, ...]
) -> dict[str, BlockId]:
    """Where the global keys lead that no choice hides, by key. Skip is the Collect's own."""
    keys = dict(into.flow.keys.over(into.graph.program.around.keys).bound)
    live = {key: meaning for key, meaning in keys.items() if key not in taken and meaning != "skip"}
    answers: dict[str, BlockId] = {}
    for key, meaning in sorted(live.items(), key=lambda item: item[1] != "repeat"):
        match meaning:
            case "repeat":
                answers[key] = repeat(into, question)
            case "back":
                answers[key] = back(into, question, "repeat" in live.values())
            case _:
                to = into.target(Word(meaning, into.node.span))
                if to:
                    answers[key] = to
    return answers


def live_keys(into: NodeBuilder, taken: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The global keys an options input listens to beside its own, and whether `#` skips."""
    keys = into.flow.keys.over(into.graph.program.around.keys).bound
    free = [(key, meaning) for key, meaning in keys if key not in taken]
    return tuple(key for key, meaning in free if meaning != "skip"), ("#", "skip") in free


def chosen(into: NodeBuilder, choice: Choice) -> BlockId:
    """The way of a choice: the menu goes on the back list, then what is said and where it leads.

    A choice that leads *back* leaves no menu to go back to; where only the way within its bound
    does, or the one over it, each says for itself.
    """
    part = f"choice_{key_part(choice.key.text)}"
    remembered = (Remember(into.name),)
    if _may_go_back(choice.way):
        return into.block(part, (), Jump(into.way(choice.way, part, onward=remembered)))
    to = into.way(choice.way, part)
    return into.block(part, remembered, Jump(to))


def _may_go_back(way: Way) -> bool:
    return way.to.text == BACK or (way.otherwise is not None and _may_go_back(way.otherwise))


def warn_of_prefixes(
    into: NodeBuilder, choices: tuple[Choice, ...], shared: tuple[str, ...]
) -> None:
    for choice in choices:
        key = choice.key.text
        longer = next(
            (k.key.text for k in choices if k.key.text != key and k.key.text.startswith(key)), None
        )
        if longer:
            into.report.report(codes.KEY_PREFIX, choice.key.span, key=key, longer=longer)
        # A global key that begins a choice waits just as long.
        begun = next((k for k in shared if key != k and key.startswith(k)), None)
        if begun:
            into.report.report(codes.KEY_PREFIX, choice.key.span, key=begun, longer=key)
