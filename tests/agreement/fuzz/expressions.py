"""Random conditions and values over what a flow knows at a place. Text as an author writes it.

Text and decimals are asked about only as a whole answer of one service; everything else may mix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flowc.graph.services import TICKET_WORDS
from fuzz.chance import Chance
from fuzz.things import FieldType, ListOf, RecordOf, Things

COMPARE = ("==", "!=", "<", "<=", ">", ">=")
UNDECIDED = ("text", "decimal")  # decided by the answer that brings them
TEXTS = ("gold", "silver", "广州", "江门市", "A-17", "新会区")


@dataclass(frozen=True, slots=True)
class Known:
    """Something readable: how it is written, its scalar type, the variable it belongs to."""

    path: str
    type: str
    root: str
    is_set: bool = True  # on every way here; else it must be asked for first
    decided: bool = True  # text of a service's: it may be asked about


def inside(name: str, type_: FieldType, *, is_set: bool) -> Iterator[Known]:
    """What can be read of a variable, without the items of its lists."""
    match type_:
        case RecordOf(fields=fields, lacking=lacking):
            for field, inner in fields.items():
                is_there = is_set and field not in lacking
                for one in inside(f"{name}.{field}", inner, is_set=is_there):
                    yield Known(one.path, one.type, name, is_there)
        case ListOf():
            yield Known(f"len({name})", "int", name, is_set)
        case scalar:
            yield Known(name, scalar, name, is_set)


def literal(chance: Chance, type_: str) -> str:
    """A constant of a type."""
    match type_:
        case "int":
            return str(chance.pick([0, 1, 2, 3, 5, 10, 17, 100]))
        case "money":
            return chance.pick(["0.00", "12.50", "-3.20", "100.00", "5", "0.01"])
        case "digits":
            return f'"{chance.pick(["1", "0", "12", "138", "80012345", "0750"])}"'
        case "bool":
            return chance.pick(["true", "false", "yes", "no"])
        case "date":
            return chance.pick(["2026-10-01", "2026-12-31", "2026-02-28", "2024-02-29"])
        case "time":
            return chance.pick(["09:00", "17:30", "0:00", "23:59"])
        case "duration":
            return chance.pick(["90s", "15m", "2h", "0s"])
        case "datetime":
            return chance.pick(["2026-10-01T00:00+08:00", "2026-12-31T23:59:30+08:00"])
        case "text":
            return f'"{chance.pick(TEXTS)}"'
        case _:
            return chance.pick(["1.5", "0.25", "-7.125", "3.0"])


def words_of(path: str, others: Sequence[str]) -> Sequence[str]:
    """What a text may be compared with: some fields of a work order have words of their own."""
    return TICKET_WORDS.get(path.rpartition(".")[2], others)


@dataclass(frozen=True, slots=True)
class Formulas:
    """Makes expressions of what is known."""

    chance: Chance
    things: Things
    known: tuple[Known, ...]

    def condition(self, depth: int = 2) -> str:
        """A truth."""
        if depth and self.chance.odds(0.35):
            left, right = self.condition(depth - 1), self.condition(depth - 1)
            match self.chance.pick(["and", "or", "not", "if"]):
                case "not":
                    return f"not ({left})"
                case "if":
                    return f"(({left}) if ({self.condition(0)}) else ({right}))"
                case word:
                    return f"({left}) {word} ({right})"
        found = self._asked()
        return self._of_the_call() if found is None else found

    def _asked(self) -> str | None:
        fit = [one for one in self.known if one.type not in UNDECIDED or one.decided]
        if not fit or self.chance.odds(0.25):
            return None
        one = self.chance.pick(fit)
        asked = self._about(one)
        if one.is_set:
            return asked
        what = one.path.removeprefix("len(").removesuffix(")")
        if self.chance.odds(0.4):
            return f"{what} is {self.chance.pick(['set', 'not set'])}"
        return f"({what} is set and {asked})"

    def _about(self, one: Known) -> str:
        pick, odds = self.chance.pick, self.chance.odds
        path, constant = one.path, literal(self.chance, one.type)
        texts = words_of(one.path, TEXTS)
        match one.type:
            case "bool":
                return pick([path, f"not {path}", f"{path} == {constant}"])
            case "digits":
                return self._about_digits(path, constant)
            case "text":
                others = ", ".join(f'"{text}"' for text in self.chance.some(texts, 2, least=2))
                return pick(
                    [
                        f'{path} {pick(["==", "!="])} "{pick(texts)}"',
                        f"{path} in ({others})",
                        f"starts_with({path}, {constant})",
                        f"len({path}) > 2",
                    ]
                )
            case "int" | "money" if odds(0.3):
                return f"{path} in ({constant}, {literal(self.chance, one.type)})"
            case _:
                return f"{self._sum(one)} {pick(COMPARE)} {constant}"

    def _about_digits(self, path: str, constant: str) -> str:
        forms = [
            f"{path} {self.chance.pick(['==', '!='])} {constant}",
            f"starts_with({path}, {constant})",
            f"ends_with({path}, {constant})",
            f"len({path}) {self.chance.pick(COMPARE)} {self.chance.number(1, 9)}",
            f'{path} in ("1", {constant})',
            f"luhn({path})",
            f"number({path}) {self.chance.pick(COMPARE)} {self.chance.number(0, 500)}",
        ]
        if "number(" in path or path.startswith("call."):
            forms = forms[:5]
        for name in self.things.lists:
            forms.append(f"{path} {self.chance.pick(['in', 'not in'])} lists.{name}")
        return self.chance.pick(forms)

    def _sum(self, one: Known) -> str:
        """The value itself, or a little arithmetic with it."""
        pick, path = self.chance.pick, one.path
        if self.chance.odds(0.6):
            return path
        match one.type:
            case "int":
                return pick([f"{path} + 1", f"{path} * 3", f"-{path}", f"({path} - 2) * 2"])
            case "money":
                return pick([f"{path} + 5.00", f"-{path}", f"{path} * 2", f"{path} - {path}"])
            case "date":
                return pick([f"{path} + 1", f"{path} - 30", f"1 + {path}"])
            case "duration":
                return pick([f"{path} + 60s", f"{path} * 2", f"{path} - 30s"])
            case "datetime":
                return pick([f"{path} + 2h", f"{path} - 90s"])
            case _:
                return path

    def _of_the_call(self) -> str:
        forms = [
            "call.from is set",
            'starts_with(call.from, "138")',
            'call.to == "7001"',
            f"today() {self.chance.pick(COMPARE)} {literal(self.chance, 'date')}",
            "now() < 2030-01-01T00:00+08:00",
            "call.started <= now()",
            "today() - 2026-10-01 > 7",
        ]
        forms += [f"flags.{name}" for name in self.things.flags]
        forms += [f"call.from in lists.{name}" for name in self.things.lists]
        return self.chance.pick(forms)

    def value(self, type_: str) -> str:
        """A value of a type: of what is surely known, or a constant."""
        fit = [one for one in self.known if one.type == type_ and one.is_set]
        native = type_ not in UNDECIDED
        if native and type_ != "digits" and self.chance.odds(0.2):
            then, otherwise = self.value(type_), self.value(type_)
            return f"({then} if {self.condition(1)} else {otherwise})"
        if type_ == "bool" and self.chance.odds(0.4):
            return self.condition(1)
        if not fit or self.chance.odds(0.3):
            return literal(self.chance, type_)
        one = self.chance.pick(fit)
        return self._sum(one) if native and type_ != "bool" else one.path

    def switchable(self) -> Known | None:
        """Something with few values to switch by."""
        fit = [
            one
            for one in self.known
            if one.is_set and one.type in ("int", "digits", "text", "bool", "money")
        ]
        fit = [one for one in fit if one.type != "text" or one.decided]
        return self.chance.pick(fit) if fit else None


def spoken(known: tuple[Known, ...], readable: Mapping[str, bool]) -> list[Known]:
    """What can be read out: what services gave, and digits from keys."""
    return [one for one in known if readable.get(one.root, False) and one.type != "bool"]
