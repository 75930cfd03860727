"""Small graphs that together use every operation, exit and expression, with a name of its own for
each thing: so that any one of them can be made hostile, everywhere it stands. Knows no target.
"""

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
    Decided,
    Dial,
    Digits,
    Ending,
    Enqueue,
    Flush,
    Forget,
    Given,
    Invoke,
    InvokeKind,
    Language,
    Lead,
    Mark,
    Operation,
    Options,
    Play,
    Reading,
    Record,
    Remember,
    outcomes,
)
from flowc.graph.prompts import Phrase, ReadAs, Sound, Spoken
from flowc.target import EmitRequest, Environment, QueueSettings

LANGUAGES = ("zh", "en")
TEXT, DIGITS, INT = Scalar.TEXT, Scalar.DIGITS, Scalar.INT
RELEASE = "0a1b2c3d" + "0" * 56


def _at(name: str, part: str = "start", flow: str = "flowa") -> BlockId:
    return BlockId(flow, name, part)


def _block(id_: BlockId, *operations: Operation, to: Exit) -> Block:
    return Block(id_, operations, to, Origin(id_.node_name, "word", title="a title"))


def _said(id_: str, *parts: Sound | Spoken, when: Expression | None = None) -> Phrase:
    return Phrase(id_, tuple((one, parts or (Sound(id_),)) for one in LANGUAGES), when)


def _ways(operation: Ending, to: BlockId) -> Switch:
    return Switch(OUTCOME, tuple((each, to) for each in outcomes(operation)))


def _graph(*blocks: Block, **fields: object) -> FlowGraph:
    end = _block(_at("closing"), to=Hangup())
    first = _block(_at("entering"), Answer(), to=Jump(blocks[0].id))
    every = (first, *blocks, end)
    known: dict[str, object] = {
        "name": "projectname",
        "languages": LANGUAGES,
        "timezone": "Asia/Shanghai",
        "numbers": (("7503285", first.id),),
        "blocks": {one.id: one for one in every},
        **fields,
    }
    return FlowGraph(**known)  # type: ignore[arg-type]  # fields of a dataclass, by name


def _assigned(expression: Expression, type_: Scalar) -> FlowGraph:
    one = _block(_at("nodea"), Assign("flowa.given", expression), to=Jump(_at("closing")))
    names = {"flowa.given": type_, "flowa.held": DIGITS, "flowa.count": INT, "flowa.words": TEXT}
    return _graph(one, variables=names, lists={"listname": ("13800138000",)}, flags=("flagname",))


HELD, COUNT = Read("flowa.held", DIGITS), Read("flowa.count", INT)
_CONDITIONS: tuple[Expression, ...] = (
    Binary("==", HELD, Literal("8001", DIGITS)),
    Binary("in", HELD, Items((Literal("8002", DIGITS), Literal("8003", DIGITS)))),
    Call("listed", (HELD, Literal("listname", TEXT))),
    Call("flag", (Literal("flagname", TEXT),)),
    Call("starts_with", (HELD, Literal("8004", TEXT))),
    Call("ends_with", (HELD, Literal("8005", TEXT))),
    Call("like", (HELD, Literal("1[3-9]XX", TEXT))),
    Call("luhn", (HELD,)),
    Not(IsSet(HELD)),
    Binary("and", Binary(">", COUNT, Literal(1, INT)), IsSet(HELD)),
)


def _expressions() -> dict[str, FlowGraph]:
    values = {
        "a text": (Literal("a constant text", TEXT), TEXT),
        "digits": (Literal("8006", DIGITS), DIGITS),
        "a choice": (Conditional(_CONDITIONS[0], Literal("8007", DIGITS), HELD), DIGITS),
        "a copy": (Read("flowa.words", TEXT), TEXT),
        "a length": (Call("len", (HELD,)), INT),
    }
    found = {name: _assigned(*each) for name, each in values.items()}
    for place, condition in enumerate(_CONDITIONS):
        branch = Branch(condition, _at("closing"), _at("closing"))
        names = {"flowa.held": DIGITS, "flowa.count": INT}
        lists = {"listname": ("13800138000",)}
        found[f"condition {place}"] = _graph(
            _block(_at("nodea"), to=branch), variables=names, lists=lists, flags=("flagname",)
        )
    return found


def _switched() -> FlowGraph:
    cases = (("casevalue", _at("closing")), ("other", _at("closing")))
    way = Switch("flowa.words", cases, _at("closing"))
    return _graph(_block(_at("nodea"), to=way), variables={"flowa.words": TEXT})


def _frame() -> FlowGraph:
    done = _at("closing")
    blocks = (
        _block(_at("nodea"), Mark("markname"), Language("en"), Clock(), Flush(), to=Jump(_at("nodeb"))),
        _block(_at("nodeb", "start"), Remember("flowa.nodea"), to=CallFlow("flowb", _at("inner", flow="flowb"), 1, (("resultname", done),))),
        _block(_at("inner", flow="flowb"), Forget(("flowb",)), Mark("other_mark"), to=Return("flowb", "resultname", _at("nodec"))),
        _block(_at("nodec", "partname"), to=Back(done)),
        _block(_at("nodec"), Play((_said("promptid"),)), to=Jump(_at("nodec", "partname"))),
        _block(_at("late"), Mark("late_mark"), to=Hangup(17)),
    )  # fmt: skip
    return _graph(
        *blocks,
        menus={"flowa.nodea": _at("nodea")},
        limits=Limits(60, done),
        on_hangup=_at("late"),
    )


def _input() -> FlowGraph:
    keys = Collect(Options(("1", "12", "*")))
    entry = Collect(Digits(1, 8), "flowa.typed")
    spelled = _said("toldid", Sound("soundid"), Spoken("flowa.typed", ReadAs.DIGITS))
    blocks = (
        _block(_at("nodea"), Lead((_said("leadid"),)), Cue((_said("cueid"),), CueKind.ENTRY, ()), to=Jump(_at("nodea", "once"))),
        _block(_at("nodea", "once"), keys, to=_ways(keys, _at("nodeb"))),
        _block(_at("nodeb"), Cue((_said("askid"),), CueKind.ENTRY, (_said("deafid"),)), to=Jump(_at("nodeb", "once"))),
        _block(_at("nodeb", "once"), entry, to=_ways(entry, _at("nodec"))),
        _block(_at("nodec"), Play((spelled, _said("whenid", when=IsSet(Read("flowa.typed", DIGITS))))), to=Jump(_at("closing"))),
    )  # fmt: skip
    return _graph(*blocks, variables={"flowa.typed": DIGITS})


def _asking() -> FlowGraph:
    words = Read("flowa.words", TEXT)
    invoke = Invoke(
        "flowa.nodea",
        InvokeKind.REQUEST,
        "servicename",
        "operationname",
        (("argument", words),),
        (
            Given("flowa.answer", ("fieldname",), TEXT),
            Given("flowa.number", ("number",), DIGITS),
        ),
        ("declared",),
        2000,
        (_said("fillerid"),),
        (Decided("flowa.truth", Binary("==", Read("flowa.answer", TEXT), Literal("x", TEXT))),),
        (Reading("flowa.number", DIGITS, ReadAs.DIGITS),),
    )
    said = _said("answerid", Spoken("flowa.number", ReadAs.DIGITS))
    blocks = (
        _block(_at("nodea"), invoke, to=_ways(invoke, _at("nodeb"))),
        _block(_at("nodeb"), Play((said,)), to=Jump(_at("closing"))),
    )
    names = {"flowa.words": TEXT, "flowa.answer": TEXT, "flowa.number": DIGITS}
    return _graph(*blocks, variables={**names, "flowa.truth": Scalar.BOOL})


def _people() -> FlowGraph:
    queue = Enqueue("queuename", 10, Literal(1, INT), ("1", "*"))
    numbers = (Literal("07503285", DIGITS), Read("flowa.words", TEXT))
    dial = Dial(numbers, ("0750*", "07503285"), 20, "1", (_said("acceptid"),))
    record = Record("flowa.recording", 20, 3, "#")
    blocks = (
        _block(_at("nodea"), queue, to=_ways(queue, _at("nodeb"))),
        _block(_at("nodeb"), dial, to=_ways(dial, _at("nodec"))),
        _block(_at("nodec"), record, to=_ways(record, _at("closing"))),
    )
    return _graph(*blocks, variables={"flowa.words": TEXT, "flowa.recording": TEXT})


ENVIRONMENT = Environment(
    sounds="/srv/sounds",
    recordings="/srv/recordings",
    runtime="127.0.0.1:4573",
    token="tokenword",
    trunk="trunkname",
    queues={"queuename": QueueSettings(("PJSIP/seat",), music="musicname")},
)


def graphs() -> dict[str, FlowGraph]:
    """Every sample by what it uses."""
    return {
        **_expressions(),
        "a switch": _switched(),
        "the frame": _frame(),
        "input": _input(),
        "asking": _asking(),
        "people": _people(),
    }


# In these every text is tried, in the others only those that stand in no sample before.
WHOLE = frozenset({"the frame", "people"})


def requests() -> dict[str, EmitRequest]:
    """Every sample as a target is given it."""
    fragments = {one: {str(d): f"{one}/_/d{d}" for d in range(10)} for one in LANGUAGES}
    return {
        name: EmitRequest(graph, RELEASE, ENVIRONMENT, None, fragments, lab=True)
        for name, graph in graphs().items()
    }
