"""Shapes of where outcomes lead: ways, choices, cases, values."""

from __future__ import annotations

import re

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words, closest
from flowc.kinds.parts import Case, Choice, Way, Word
from flowc.kinds.shapes.base import JsonSchema, Place, first_line
from flowc.kinds.shapes.texts import SPEECH, TEXT
from flowc.kinds.shapes.words import FORMULA, NameShape, count
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree

TARGET = NameShape(
    Words("the name of a node, of a flow, or `flow.node`", "节点名、流程名或 `流程.节点`"),
    "to_agent",
    re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?"),
)
BESIDE = Words(
    "a name alone: write `at_most:` and `else:` beside `to:`",
    "单独一个名字：请把 `at_most:` 和 `else:` 与 `to:` 并列写",
)
WAY_FIELDS = ("say", "to", "at_most", "else")


class WayShape:
    """Where an outcome leads: a target, or `{say:, to:, at_most:, else:}`."""

    expected = TARGET.expected
    example = "{say: 没有查到这个编号。, to: ask_account, at_most: 2, else: to_agent}"

    def read(self, tree: Tree, place: Place) -> Way | None:
        if not isinstance(tree, Mapping):
            to = TARGET.read(tree, place)
            return Way(to, to.span) if to else None
        return self.of_mapping(tree, place, WAY_FIELDS)

    def of_mapping(self, tree: Mapping, place: Place, known: tuple[str, ...]) -> Way | None:
        """The way in a mapping that may have `known` fields; those of a way are read here."""
        report_unknown(tree, known, place)
        to_tree = tree.get("to")
        if to_tree is None:
            place.wrong(tree, self.expected, self.example)
            return None
        if isinstance(to_tree, Mapping):
            inner = (
                f"{e.key.text}: {e.value.text}" for e in to_tree if isinstance(e.value, Scalar)
            )
            place.under("to").wrong(to_tree, BESIDE, f"{{{', '.join(inner)}}}")
            return None
        _need_else(tree, place)
        to = TARGET.read(to_tree, place.under("to"))
        say, most, otherwise = tree.get("say"), tree.get("at_most"), tree.get("else")
        speech = SPEECH.read(say, place.under("say")) if say is not None else ()
        bound = count(1, 99).read(most, place.under("at_most")) if most is not None else None
        beyond = self.read(otherwise, place.under("else")) if otherwise is not None else None
        return None if to is None else Way(to, first_line(tree), speech or (), bound, beyond)

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/way"}


def report_unknown(tree: Mapping, known: tuple[str, ...], place: Place) -> None:
    """Tell of each key that is none of these."""
    for entry in tree:
        name = entry.key.text
        if name not in known:
            near = closest(name, known)
            place.report.report(
                codes.UNKNOWN_FIELD, entry.key.span, kind=place.field, name=name, **near
            )


def _need_else(tree: Mapping, place: Place) -> None:
    """A bound without `else:` would leave the caller nowhere."""
    bound = tree.key("at_most")
    if bound is not None and tree.get("else") is None:
        place.report.report(
            codes.MISSING_FIELD,
            bound.span,
            node=place.field,
            name="else",
            hint="`else:` says where a caller goes after that",
            hint_zh="`else:` 写超过次数后去哪里",
        )


WAY = WayShape()
CHOICE_KEY = re.compile(r"[0-9]{1,4}|[*#]")


class ChoicesShape:
    """`key: {name:, to:}`, or `key: target`, in the order in which they are said."""

    expected = Words("keys and where they lead", "按键和去处")
    example = "1: {name: 再听一遍, to: read_out}"

    def read(self, tree: Tree, place: Place) -> tuple[Choice, ...] | None:
        if not isinstance(tree, Mapping) or not tree.entries:
            place.wrong(tree, self.expected, self.example)
            return None
        found = [self._choice(entry.key, entry.value, place) for entry in tree]
        return tuple(choice for choice in found if choice)

    def _choice(self, key: Scalar, value: Tree, place: Place) -> Choice | None:
        here = place.under(key.text)
        if not CHOICE_KEY.fullmatch(key.text):
            here.wrong(
                key, Words("a key: 1 to 4 digits, * or #", "按键：1 到 4 位数字、* 或 #"), "1"
            )
            return None
        name = None
        if isinstance(value, Mapping):
            named = value.get("name")
            name = TEXT.read(named, here.under("name")) if named is not None else None
            way = WAY.of_mapping(value, here, ("name", *WAY_FIELDS))
        else:
            way = WAY.read(value, here)
        return Choice(Word(key.text, key.span), name, way) if way else None

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            "patternProperties": {f"^({CHOICE_KEY.pattern})$": {"$ref": "#/$defs/choice"}},
            "additionalProperties": False,
        }


CHOICES = ChoicesShape()


class CasesShape:
    """`[{if: condition, to: target}]`, the first true one wins."""

    expected = Words("a list of conditions and where they lead", "条件和去处的列表")
    example = "[{if: customer.suspended, to: suspended}]"

    def read(self, tree: Tree, place: Place) -> tuple[Case, ...] | None:
        if not isinstance(tree, Sequence) or not tree.items:
            place.wrong(tree, self.expected, self.example)
            return None
        found = [self._case(item, place.under(str(at))) for at, item in enumerate(tree, 1)]
        return tuple(case for case in found if case)

    def _case(self, tree: Tree, place: Place) -> Case | None:
        condition = tree.get("if") if isinstance(tree, Mapping) else None
        if not isinstance(tree, Mapping) or condition is None:
            place.wrong(tree, self.expected, self.example)
            return None
        formula = FORMULA.read(condition, place.under("if"))
        way = WAY.of_mapping(tree, place, ("if", *WAY_FIELDS))
        return Case(formula, None, way) if formula and way else None

    def schema(self) -> JsonSchema:
        return {"type": "array", "items": {"type": "object", "required": ["if", "to"]}}


CASES = CasesShape()


class ValuesShape:
    """`value: target`, each value once."""

    expected = Words("values and where they lead", "取值和去处")
    example = "{broadband: to_broadband}"

    def read(self, tree: Tree, place: Place) -> tuple[Case, ...] | None:
        if not isinstance(tree, Mapping) or not tree.entries:
            place.wrong(tree, self.expected, self.example)
            return None
        found = [(entry.key, WAY.read(entry.value, place.under(entry.key.text))) for entry in tree]
        return tuple(Case(None, Word(key.text, key.span), way) for key, way in found if way)

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": {"$ref": "#/$defs/way"}}


VALUES = ValuesShape()
