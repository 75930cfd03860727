"""Tell each question what its answer must also carry: conditions on text, and values to be read out.

Text and decimals are decided where they enter, so that nothing on the way asks the runtime again.
Fields that nobody reads are left out. A condition on text that no answer decides is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from flowc.diagnostics.codes import flows, proofs
from flowc.diagnostics.model import Reporter
from flowc.expression.operators import is_native, reads, type_of, walk
from flowc.expression.render import expression_text
from flowc.expression.tree import Binary, Conditional, Expression, Not, Read
from flowc.expression.types import Scalar, Type
from flowc.graph.exits import Branch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    Assign,
    Collect,
    Cue,
    Decided,
    Dial,
    Enqueue,
    Given,
    Invoke,
    Lead,
    Operation,
    Play,
    Reading,
    Record,
)
from flowc.graph.prompts import Prompt, ReadAs, Spoken
from flowc.graph.reads import author_name, expressions_in, phrases_in, spoken_in
from flowc.source import Span

# By variable: every set of variables that some question fills together with it.
Answers = Mapping[str, tuple[frozenset[str], ...]]


@dataclass(frozen=True, slots=True)
class _Condition:
    """What an answer decides, what it takes to, and its place among all that are decided."""

    decided: Decided
    reads: frozenset[str]
    place: int


@dataclass(slots=True)
class _Wanted:
    """What the flow goes on to ask of the answers. `beginning`: conditions by their first variable,
    in the order of names."""

    read: set[str] = field(default_factory=set)
    spoken: dict[str, ReadAs] = field(default_factory=dict)
    conditions: dict[str, _Condition] = field(default_factory=dict)  # by their text
    beginning: dict[str, list[_Condition]] = field(default_factory=dict)

    def decided(self, expression: Expression, read: frozenset[str]) -> Decided:
        """The condition under a name; a known one on the same values is decided once."""
        text = expression_text(expression)
        if text not in self.conditions:
            first = min(read)
            beside = self.beginning.setdefault(first, [])
            decided = Decided(f"{first}.is{len(beside) + 1}", expression)
            self.conditions[text] = _Condition(decided, read, len(self.conditions))
            beside.append(self.conditions[text])
        return self.conditions[text].decided

    def by_answer(self, own: set[str]) -> list[_Condition]:
        """What an answer that fills these variables decides by itself, in the order of the flow."""
        found = (each for variable in own for each in self.beginning.get(variable, ()))
        return sorted((each for each in found if each.reads <= own), key=lambda each: each.place)


def attach_readings(graph: FlowGraph, report: Reporter) -> FlowGraph:
    """The same graph with each `Invoke` complete and no text left to compare natively."""
    givers = _givers(graph)
    answers = _answers(graph)
    wanted = _Wanted()
    blocks = {
        id_: _Rewriter(answers, wanted, report, block).block()
        for id_, block in graph.blocks.items()
    }
    changed = _changed(blocks, givers)
    for block in blocks.values():
        _collect(block, wanted, _Sources(givers, changed), report)
    _refuse_changes(blocks, wanted, changed, report)
    done = {id_: _filled(block, wanted) for id_, block in blocks.items()}
    return replace(graph, blocks=done, variables=_variables(done))


def _givers(graph: FlowGraph) -> dict[str, list[Given]]:
    """Who may fill each flat variable."""
    found: dict[str, list[Given]] = {}
    for invoke in _invokes(graph.blocks.values()):
        for given in invoke.gives:
            found.setdefault(given.variable, []).append(given)
    return found


def _answers(graph: FlowGraph) -> Answers:
    """Which variables are filled together: a condition on them is decided by that answer."""
    found: dict[str, dict[frozenset[str], None]] = {}
    for invoke in _invokes(graph.blocks.values()):
        together = frozenset(given.variable for given in invoke.gives)
        for variable in together:
            found.setdefault(variable, {})[together] = None
    return {variable: tuple(answers) for variable, answers in found.items()}


def _changed(
    blocks: Mapping[BlockId, Block], givers: Mapping[str, list[Given]]
) -> dict[str, BlockId]:
    """Variables of answers that get another value elsewhere, and one place where they do."""
    return {
        variable: id_
        for id_, block in blocks.items()
        for operation in block.operations
        for variable in _written(operation)
        if variable in givers
    }


def _written(operation: Operation) -> tuple[str, ...]:
    match operation:
        case Assign(variable, value) if value is not None:
            return (variable,)
        case Collect(into=variable) | Record(into=variable):
            return (variable,)
        case _:
            return ()


def _invokes(blocks: Iterable[Block]) -> Iterator[Invoke]:
    for block in blocks:
        yield from (each for each in block.operations if isinstance(each, Invoke))


@dataclass(frozen=True, slots=True)
class _Rewriter:
    """Puts a decided variable in the place of each condition on text, block by block."""

    answers: Answers
    wanted: _Wanted
    report: Reporter
    at: Block

    def block(self) -> Block:
        operations = tuple(self._operation(each) for each in self.at.operations)
        exit_ = self.at.exit
        if isinstance(exit_, Branch):
            exit_ = replace(exit_, condition=self._native(exit_.condition))
        return replace(self.at, operations=operations, exit=exit_)

    def _operation(self, operation: Operation) -> Operation:
        match operation:
            case Play(prompt):
                return Play(self._prompt(prompt))
            case Lead(prompt):
                return Lead(self._prompt(prompt))
            case Cue(prompt, kind, deaf):
                return Cue(self._prompt(prompt), kind, self._prompt(deaf))
            case Assign(variable, value) if value is not None:
                return Assign(variable, self._native(value))
            case Invoke(filler=filler):
                return replace(operation, filler=self._prompt(filler))
            case Enqueue(priority=priority) if priority is not None:
                return replace(operation, priority=self._native(priority))
            case Dial(numbers=numbers):
                return replace(operation, numbers=tuple(self._native(each) for each in numbers))
            case _:
                return operation

    def _prompt(self, prompt: Prompt) -> Prompt:
        return tuple(
            phrase if phrase.when is None else replace(phrase, when=self._native(phrase.when))
            for phrase in prompt
        )

    def _native(self, expression: Expression) -> Expression:
        """The expression with its parts on text replaced; whole where it is native already."""
        # A text may be kept as it came, and handed on; only what asks about it needs an answer.
        if is_native(expression) or _is_constant(expression) or isinstance(expression, Read):
            return expression
        match expression:
            case Binary(operator, left, right) if operator in ("and", "or"):
                return replace(expression, left=self._native(left), right=self._native(right))
            case Not(operand):
                return replace(expression, operand=self._native(operand))
            case Conditional(condition, then, otherwise):
                return replace(
                    expression,
                    condition=self._native(condition),
                    then=self._native(then),
                    otherwise=self._native(otherwise),
                )
            case _:
                return self._decided(expression)

    def _decided(self, expression: Expression) -> Expression:
        read = reads(expression)
        whole = read and any(read <= answer for answer in self.answers.get(min(read), ()))
        if not whole or type_of(expression) is not Scalar.BOOL:
            span: Span = getattr(expression, "span", self.at.origin.span)
            shown = span if span.end > span.start else self.at.origin.span
            self.report.report(proofs.UNDECIDED_TEXT, shown, text=expression_text(expression))
            return expression
        # In its author's words still, for whoever shows the condition.
        return Read(self.wanted.decided(expression, read).variable, Scalar.BOOL, expression.span)


def _is_constant(expression: Expression) -> bool:
    """Text that is no condition: a literal to keep (`set: reason: "fault"`)."""
    return not any(isinstance(part, Read) for part in walk(expression))


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where a flat variable gets its value."""

    givers: Mapping[str, list[Given]]
    changed: Mapping[str, BlockId]

    def is_read_by_answer(self, spoken: Spoken) -> bool:
        """Digits are read natively where something else may stand in their place."""
        natively = spoken.read_as is ReadAs.DIGITS and spoken.variable in self.changed
        return spoken.variable in self.givers and not natively


def _collect(block: Block, wanted: _Wanted, sources: _Sources, report: Reporter) -> None:
    for expression in expressions_in(block):
        wanted.read |= reads(expression)
    for operation in block.operations:
        for phrase in phrases_in(operation):
            for spoken in spoken_in(phrase):
                if sources.is_read_by_answer(spoken):
                    wanted.spoken[spoken.variable] = spoken.read_as
                elif spoken.read_as is not ReadAs.DIGITS:
                    _refuse(block, spoken.variable, spoken.read_as, report)


def _refuse_changes(
    blocks: Mapping[BlockId, Block],
    wanted: _Wanted,
    changed: Mapping[str, BlockId],
    report: Reporter,
) -> None:
    """What an answer has worked out would be said, and compared, of a value that is gone."""
    worked_out = set(wanted.spoken).union(*(each.reads for each in wanted.conditions.values()))
    for variable in sorted(worked_out & changed.keys()):
        at = blocks[changed[variable]].origin
        report.report(flows.CHANGED_ANSWER, at.span, name=author_name(variable))


def _refuse(block: Block, variable: str, read_as: ReadAs, report: Reporter) -> None:
    report.report(
        flows.NO_READ_OUT,
        block.origin.span,
        name=author_name(variable),
        type=read_as.value,
        reason="only what a service answers, and digits, can be read out",
        reason_zh="只有服务返回的值和按键数字可以朗读",
    )


def _filled(block: Block, wanted: _Wanted) -> Block:
    if not any(isinstance(each, Invoke) for each in block.operations):
        return block
    filled = (
        _carry(each, wanted) if isinstance(each, Invoke) else each for each in block.operations
    )
    return replace(block, operations=tuple(filled))


def _carry(invoke: Invoke, wanted: _Wanted) -> Invoke:
    conditions = wanted.by_answer({given.variable for given in invoke.gives})
    decided = tuple(each.decided for each in conditions)
    compared = frozenset[str]().union(*(each.reads for each in conditions))
    readings = tuple(
        Reading(given.variable, given.type, wanted.spoken[given.variable])
        for given in invoke.gives
        if given.variable in wanted.spoken and isinstance(given.type, Scalar)
    )
    needed = (wanted.read, wanted.spoken, compared)
    kept = tuple(g for g in invoke.gives if any(g.variable in each for each in needed))
    return replace(invoke, gives=kept, decided=decided, readings=readings)


def _variables(blocks: Mapping[BlockId, Block]) -> dict[str, Type]:
    """The type of each variable that some expression reads or some answer fills."""
    found: dict[str, Type] = {}
    for block in blocks.values():
        for expression in expressions_in(block):
            for part in walk(expression):
                if isinstance(part, Read):
                    found[part.variable] = part.type
        for operation in block.operations:
            if isinstance(operation, Invoke):
                found |= {given.variable: given.type for given in operation.gives}
                found |= {each.variable: Scalar.BOOL for each in operation.decided}
    return found
