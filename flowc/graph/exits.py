"""How a block is left: the only branching there is. A closed set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from flowc.expression.tree import Expression
from flowc.graph.ids import BlockId


@dataclass(frozen=True, slots=True)
class Jump:
    to: BlockId


@dataclass(frozen=True, slots=True)
class Branch:
    """By a truth that the telephone system decides by itself."""

    condition: Expression
    then: BlockId
    otherwise: BlockId


@dataclass(frozen=True, slots=True)
class Switch:
    """By the value of a variable. Values are compared as text (`1`, `wrong`, `20261001`).

    Over `OUTCOME` every outcome has its case and there is no `otherwise`.
    """

    variable: str
    cases: tuple[tuple[str, BlockId], ...]
    otherwise: BlockId | None = None

    def case(self, value: str) -> BlockId | None:
        return dict(self.cases).get(value, self.otherwise)


@dataclass(frozen=True, slots=True)
class Call:
    """Run another flow; `site` is this place's number, unique among the calls of that flow."""

    flow: str
    entry: BlockId
    site: int
    results: tuple[tuple[str, BlockId], ...]


def return_register(flow: str) -> str:
    """The register with the call site to which `flow` returns; unset where nobody called it."""
    return f"return.{flow}"


@dataclass(frozen=True, slots=True)
class Return:
    """Go back to where `flow` was called, by one of its results. Where nobody called it: `otherwise`."""

    flow: str
    result: str
    otherwise: BlockId


@dataclass(frozen=True, slots=True)
class Back:
    """Take the newest menu off the back list and enter it afresh; with none left: `otherwise`.

    `otherwise` is None where there always is one.
    """

    otherwise: BlockId | None


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call (or, in `on_hangup`, the handler). `cause` is a Q.850 number, 16 is normal."""

    cause: int = 16


Exit = Jump | Branch | Switch | Call | Return | Back | Hangup


def successors(exit_: Exit) -> tuple[BlockId, ...]:
    """The blocks that an exit names. Back's and Return's dynamic targets are the graph's to know."""
    match exit_:
        case Jump(to):
            return (to,)
        case Branch(_, then, otherwise):
            return (then, otherwise)
        case Switch(_, cases, otherwise):
            ways = tuple(to for _, to in cases)
            return ways if otherwise is None else (*ways, otherwise)
        case Call(_, entry, _, results):
            return (entry, *(to for _, to in results))
        case Return(_, _, otherwise):
            return (otherwise,)
        case Back(otherwise):
            return () if otherwise is None else (otherwise,)
        case Hangup():
            return ()


def behind_calls(exits: Iterable[Exit]) -> dict[tuple[str, str], list[BlockId]]:
    """Where calls go on, by the flow that they call and its result: the dynamic targets of a Return."""
    found: dict[tuple[str, str], list[BlockId]] = {}
    for exit_ in exits:
        if isinstance(exit_, Call):
            for result, to in exit_.results:
                found.setdefault((exit_.flow, result), []).append(to)
    return found


def retargeted(exit_: Exit, to: Callable[[BlockId], BlockId]) -> Exit:
    """The same exit with each block that it names replaced."""
    match exit_:
        case Jump(target):
            return Jump(to(target))
        case Branch(condition, then, otherwise):
            return Branch(condition, to(then), to(otherwise))
        case Switch(variable, cases, otherwise):
            ways = tuple((value, to(target)) for value, target in cases)
            return Switch(variable, ways, otherwise and to(otherwise))
        case Call(entry=entry, results=results):
            ways = tuple((result, to(target)) for result, target in results)
            return replace(exit_, entry=to(entry), results=ways)
        case Return(otherwise=otherwise):
            return replace(exit_, otherwise=to(otherwise))
        case Back(otherwise):
            return Back(otherwise and to(otherwise))
        case Hangup():
            return exit_
