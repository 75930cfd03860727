"""Small graphs by hand, each for one corner of what the server decides by itself."""

from __future__ import annotations

from flowc.expression.tree import (
    Binary,
    Call,
    Conditional,
    Expression,
    IsSet,
    Items,
    Literal,
    Not,
    Read,
)
from flowc.expression.types import Scalar
from flowc.graph.exits import Back, Branch, Exit, Hangup, Jump, Return, Switch
from flowc.graph.exits import Call as CallFlow
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Limits, Origin
from flowc.graph.operations import (
    OUTCOME,
    Answer,
    Assign,
    Clock,
    Collect,
    Cue,
    CueKind,
    Digits,
    Forget,
    Language,
    Lead,
    Mark,
    Operation,
    Options,
    Play,
    Remember,
    outcomes,
)
from flowc.graph.prompts import Phrase, Prompt, ReadAs, Sound, Spoken

LANGUAGES = ("zh", "en")
VIP = ("13800000000", "+8613900000000")


def at(name: str) -> BlockId:
    """`node.part` or `flow.node.part` as a block's id; a part left out is `start`."""
    parts = name.split(".")
    if len(parts) == 1:
        return BlockId("f", parts[0])
    return BlockId("f", *parts) if len(parts) == 2 else BlockId(*parts)


def block(name: str, *operations: Operation, to: Exit) -> Block:
    id_ = at(name)
    return Block(id_, operations, to, Origin(id_.node_name, "test"))


def graph(*blocks: Block, **fields: object) -> FlowGraph:
    """The first block answers; it is joined by an `end` that hangs up."""
    first = blocks[0]
    answering = Block(first.id, (Answer(), *first.operations), first.exit, first.origin)
    every = (answering, *blocks[1:], block("end", to=Hangup()))
    values: dict[str, object] = {
        "name": "native",
        "languages": LANGUAGES,
        "timezone": "Asia/Shanghai",
        "numbers": (("7000", first.id),),
        "blocks": {one.id: one for one in every},
        "lists": {"vip": VIP},
        "flags": ("outage",),
        **fields,
    }
    return FlowGraph(**values)  # type: ignore[arg-type]  # fields of a dataclass, by name


def said(*names: str, when: Expression | None = None) -> Prompt:
    """Recordings, each a phrase that differs by its language's folder only."""
    return tuple(
        Phrase(name, tuple((one, (Sound(name),)) for one in LANGUAGES), when) for name in names
    )


def digits(value: str) -> Literal:
    return Literal(value, Scalar.DIGITS)


def whole(value: int, type_: Scalar = Scalar.INT) -> Literal:
    return Literal(value, type_)


def read(name: str, type_: Scalar = Scalar.INT) -> Read:
    return Read(f"f.{name}", type_)


def binary(operator: str, left: Expression, right: Expression) -> Binary:
    return Binary(operator, left, right)


_N, _M, _BIG = read("n"), read("m"), read("big", Scalar.MONEY)
_A, _Z, _PLUS, _UNSET = (read(x, Scalar.DIGITS) for x in ("a", "z", "plus", "unset"))
_DAY, _NEW_YEAR = read("day", Scalar.DATE), whole(20270101, Scalar.DATE)
_YES, _NO = whole(1, Scalar.BOOL), whole(0, Scalar.BOOL)
_T = Scalar.TEXT

FIRST: tuple[tuple[str, Expression], ...] = (
    ("n", whole(7)),
    ("m", whole(-12)),
    ("big", whole(999_999_999_999_999, Scalar.MONEY)),
    ("a", digits("80012345")),
    ("z", digits("012")),
    ("plus", digits("+8613900000000")),
    ("card", digits("4111111111111111")),
    ("day", whole(20261230, Scalar.DATE)),
)
EXPRESSIONS: tuple[Expression, ...] = (
    *(binary(operator, _N, _M) for operator in ("+", "-", "*", "==", "!=", "<", "<=", ">", ">=")),
    *(binary(operator, _M, whole(-12)) for operator in ("==", "!=", "<", "<=", ">", ">=")),
    binary("-", whole(0), _N),
    binary("-", binary("*", _M, _M), binary("*", _N, whole(-3))),
    binary("==", _BIG, whole(999_999_999_999_999, Scalar.MONEY)),
    binary("-", _BIG, whole(999_999_999_999_998, Scalar.MONEY)),
    binary("==", _A, digits("80012345")),
    binary("==", _A, digits("080012345")),
    binary("==", _Z, digits("12")),
    binary("==", _Z, digits("012")),
    binary("!=", _Z, digits("12")),
    binary("==", _PLUS, digits("+8613900000000")),
    binary("in", _Z, Items((digits("12"), digits("0012")))),
    binary("in", _Z, Items((digits("12"), digits("012")))),
    binary("in", _N, Items((whole(1), whole(7)))),
    Call("len", (_A,)),
    Call("len", (_PLUS,)),
    Call("starts_with", (_A, Literal("800", _T))),
    Call("starts_with", (_A, Literal("801", _T))),
    Call("starts_with", (_Z, Literal("0123", _T))),
    Call("ends_with", (_A, Literal("45", _T))),
    Call("ends_with", (_Z, Literal("9012", _T))),
    Call("luhn", (read("card", Scalar.DIGITS),)),
    Call("luhn", (_A,)),
    Call("luhn", (digits("0"),)),
    Call("listed", (_PLUS, Literal("vip", _T))),
    Call("listed", (_A, Literal("vip", _T))),
    Call("listed", (Read("call.from", Scalar.DIGITS), Literal("vip", _T))),
    Call("flag", (Literal("outage", _T),)),
    Call("today", ()),
    binary(">=", Call("now", ()), whole(1_795_000_000, Scalar.DATETIME)),
    binary("+", _DAY, whole(3)),
    binary("+", whole(2), _DAY),
    binary("-", _DAY, whole(400)),
    binary("-", _NEW_YEAR, _DAY),
    binary("<", _DAY, _NEW_YEAR),
    Not(binary("<", _N, _M)),
    IsSet(_A),
    IsSet(_UNSET),
    Not(IsSet(_UNSET)),
    binary("and", _YES, binary(">", _N, whole(6))),
    binary("and", _NO, _YES),
    binary("or", _NO, binary("<", _N, whole(6))),
    binary("or", binary("==", _N, whole(1)), _YES),
    Conditional(binary(">", _N, whole(6)), whole(10), whole(20)),
    Conditional(binary(">", _N, whole(7)), whole(10), _M),
    binary("+", Conditional(_NO, whole(10), _M), whole(1)),
    Conditional(_YES, _Z, _A),
    Literal('x"y,z;$[1+1]${EXTEN}\\中文(', _T),
)


def _given(expression: Expression) -> Scalar:
    from flowc.expression.operators import type_of

    found = type_of(expression)
    assert isinstance(found, Scalar)
    return found


def expressions() -> FlowGraph:
    """Every expression's value in a variable of its own."""
    firsts = [Assign(f"f.{name}", value) for name, value in FIRST]
    rest = [Assign(f"f.x{i}", one) for i, one in enumerate(EXPRESSIONS)]
    types = {f"f.{name}": _given(value) for name, value in FIRST}
    types |= {f"f.x{i}": _given(one) for i, one in enumerate(EXPRESSIONS)}
    clock = tuple(f"clock.{name}" for name in ("date", "minute", "weekday"))
    told = [Assign(f"f.c{i}", Read(name, Scalar.INT)) for i, name in enumerate(clock)]
    types |= {f"f.c{i}": Scalar.INT for i in range(3)}
    unset = Assign("f.n", None)
    one = block("sums", *firsts, *rest, Clock(), *told, unset, to=Jump(at("end")))
    return graph(one, variables=types)


def speech() -> FlowGraph:
    """Languages, conditions, digits spelled, word order, a prompt with nothing to say."""
    account = Spoken("f.account", ReadAs.DIGITS)
    spelled = Phrase("told", (("zh", (Sound("you"), account)), ("en", (account, Sound("you")))))
    none = said("never", when=binary("==", whole(1), whole(2)))
    some = said("often", when=binary("==", whole(1), whole(1)))
    ask = Collect(Digits(1, 8), "f.account")
    return graph(
        block("hi", Lead(said("hello")), Mark("met"), Lead(none), to=Jump(at("ask"))),
        block("ask", Cue(said("ask"), CueKind.ENTRY), to=Jump(at("ask.once"))),
        block("ask.once", ask, to=_every(ask, {"done": "tell"}, "end")),
        block(
            "tell",
            Play((spelled,)),
            Play(none),
            Play((*none, *some)),
            Language("en"),
            Play((*said("hello"), spelled)),
            Mark("met"),
            Mark("told"),
            to=Jump(at("end")),
        ),
        variables={"f.account": Scalar.DIGITS},
    )


def long_speech() -> FlowGraph:
    """Digits that no one list holds where the sounds stand in a deep folder: said, and asked with."""
    number, account = Spoken("f.number", ReadAs.DIGITS), Spoken("f.account", ReadAs.DIGITS)
    told = Phrase("told", (("zh", (Sound("you"), number)), ("en", (number, Sound("you")))))
    right = Phrase("right", (("zh", (Sound("you"), account)), ("en", (account, Sound("you")))))
    asked = (
        Collect(Digits(1, 64), "f.number"),
        Collect(Digits(12, 12), "f.account"),
        Collect(Digits(1, 1), "f.right"),
    )
    one, two, three = asked
    return graph(
        block("one", Cue(said("ask"), CueKind.ENTRY), to=Jump(at("one.once"))),
        block("one.once", one, to=_every(one, {"done": "tell"}, "end")),
        block("tell", Play((told,)), Language("en"), Play((told,)), to=Jump(at("two"))),
        block("two", Cue(said("ask"), CueKind.ENTRY), to=Jump(at("two.once"))),
        block("two.once", two, to=_every(two, {"done": "three"}, "end")),
        block("three", Cue((right,), CueKind.ENTRY), to=Jump(at("three.once"))),
        block("three.once", three, to=_every(three, {}, "end")),
        variables=dict.fromkeys(("f.number", "f.account", "f.right"), Scalar.DIGITS),
    )


def _every(collect: Collect, ways: dict[str, str], otherwise: str) -> Switch:
    found = tuple((one, at(ways.get(one, otherwise))) for one in outcomes(collect))
    return Switch(OUTCOME, found)


def menus() -> FlowGraph:
    """The back list over three menus, one of another flow that is forgotten; a sub-flow twice."""
    keys = ("1", "2", "3", "*")
    blocks = [
        *_menu("f.main", {"1": "f.second.start", "2": "f.visit.start", "3": "g.third.start"}),
        *_menu("f.second", {"1": "g.third.start", "2": "f.main.start", "3": "f.end.start"}),
        *_menu("g.third", {"1": "g.gone.start", "2": "f.main.start", "3": "f.second.start"}),
        block("g.gone.start", Forget(("g",)), Mark("gone"), to=Back(at("end"))),
        block("visit", to=CallFlow("h", at("h.inner.start"), 1, (("ok", at("again")),))),
        block("again", to=CallFlow("h", at("h.inner.start"), 2, (("ok", at("done")),))),
        block("h.inner.start", Mark("inner"), to=Return("h", "ok", at("end"))),
        block("done", Mark("returned"), to=Jump(at("h.inner.start"))),
    ]
    assert keys
    parts = {f"{name}": at(f"{name}.start") for name in ("f.main", "f.second", "g.third")}
    return graph(*blocks, menus=parts)


def _menu(node: str, ways: dict[str, str]) -> list[Block]:
    collect = Collect(Options(("1", "2", "3", "*")))
    targets = dict.fromkeys(ways, "") | {key: f"{node}.go_{key}" for key in ways}
    targets["*"] = f"{node}.back"
    return [
        block(f"{node}.start", Cue(said("ask"), CueKind.ENTRY), to=Jump(at(f"{node}.ask"))),
        block(f"{node}.ask", collect, to=_every(collect, targets, "end")),
        *(block(f"{node}.go_{key}", Remember(node), to=Jump(at(way))) for key, way in ways.items()),
        block(f"{node}.back", to=Back(at("end"))),
    ]


def ending(seconds: int, way_out: str | None) -> FlowGraph:
    """A call that is longer than allowed, with a handler of its end."""
    collect = Collect(Digits(1, 4), "f.typed", first_ms=4000, inter_ms=4000)
    branch = Branch(binary("==", Read("call.to", Scalar.DIGITS), digits("1")), at("end"), at("ask"))
    return graph(
        block("wait", to=Jump(at("ask"))),
        block("ask", Cue(said("ask"), CueKind.RETRY), collect, to=_every(collect, {}, "wait.more")),
        block("wait.more", to=branch),
        block("late", Play(said("hello")), to=Jump(at("end"))),
        block("after", Mark("over"), to=Switch("call.language", (("en", at("end")),), at("bye"))),
        block("bye", Mark("bye"), to=Hangup()),
        on_hangup=at("after"),
        limits=Limits(seconds, None if way_out is None else at(way_out)),
        variables={"f.typed": Scalar.DIGITS},
    )
