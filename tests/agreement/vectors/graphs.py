"""Small flows for the input vectors, built by hand from blocks: what `collect`, `menu` and `say` lower to.

The names of prompts are their sound ids; `PROMPTS` says how long each is. Knows no executor.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.expression.tree import Binary, Expression, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Back, Branch, Exit, Hangup, Jump, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import (
    CAUSE,
    OUTCOME,
    REPEATS,
    SILENCES,
    WRONGS,
    Answer,
    Assign,
    Collect,
    Cue,
    CueKind,
    Digits,
    Flush,
    Lead,
    Mark,
    Operation,
    Options,
    Play,
    Remember,
    outcomes,
)
from flowc.graph.prompts import Phrase, Prompt, Sound

NUMBER = "7000"
FLOW = "v"
# Milliseconds of each recording; no two ways through a vector differ by less than 70 ms of speech.
PROMPTS = {
    "ask_a": 400,
    "ask_b": 400,
    "next_a": 600,
    "no_1": 300,
    "no_2": 500,
    "bad_1": 360,
    "bad_2": 700,
    "hello": 900,
    "listen": 500,
    "choose": 400,
    "choices": 440,
}
GAVE_UP, PERSON, BACK = "gave_up", "to_person", "went_back"


@dataclass(frozen=True, slots=True)
class Ask:
    """A `collect`. `within`: least and most value. Empty ladders say the prompt again."""

    name: str
    least: int
    most: int
    within: tuple[int, int] | None = None
    person: bool = True
    prompt: tuple[str, ...] = ("ask_a", "ask_b")
    deaf: tuple[str, ...] = ()
    silent: tuple[str, ...] = ("no_1", "no_2")
    wrong: tuple[str, ...] = ("bad_1", "bad_2")
    flush: bool = False


@dataclass(frozen=True, slots=True)
class Choose:
    """A `menu`. `keys` lead to nodes; `again` is the key of *repeat*, "" for none."""

    name: str
    keys: tuple[tuple[str, str], ...]
    skip: bool = True
    again: str = ""
    prompt: tuple[str, ...] = ("choose", "choices")
    deaf: tuple[str, ...] = ()
    silent: tuple[str, ...] = ("no_1", "no_2")
    wrong: tuple[str, ...] = ("bad_1", "bad_2")
    flush: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """A `say`, heard whole, or joined to the input that follows."""

    name: str
    prompt: tuple[str, ...] = ("hello",)
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A `mark`: takes no time."""

    name: str


Node = Ask | Choose | Say | Note


def flow(*nodes: Node) -> FlowGraph:
    """A project of one number; each node leads to the next, the last to `matched`."""
    blocks: list[Block] = []
    followers = [*(node.name for node in nodes[1:]), "matched"]
    for node, follower in zip(nodes, followers, strict=True):
        blocks.extend(_blocks(node, follower))
    blocks[0] = _with_answer(blocks[0])
    named = {way for node in nodes if isinstance(node, Choose) for _, way in node.keys}
    leaves = sorted(({"matched", GAVE_UP, PERSON, BACK} | named) - {node.name for node in nodes})
    blocks.extend(_block(leaf, "start", (), Hangup(), "hangup") for leaf in leaves)
    asked = [node for node in nodes if isinstance(node, Ask)]
    menus = {f"{FLOW}.{n.name}": BlockId(FLOW, n.name) for n in nodes if isinstance(n, Choose)}
    return FlowGraph(
        name="vectors",
        languages=("zh",),
        timezone="Asia/Shanghai",
        numbers=((NUMBER, blocks[0].id),),
        blocks={block.id: block for block in blocks},
        variables={f"{FLOW}.{node.name}": _type(node) for node in asked},
        menus=menus,
    )


def _type(node: Ask) -> Scalar:
    """What is compared with bounds is a number."""
    return Scalar.DIGITS if node.within is None else Scalar.INT


def said(*sounds: str) -> Prompt:
    """A prompt of recordings, one phrase each."""
    return tuple(Phrase(sound, (("zh", (Sound(sound),)),)) for sound in sounds)


def _with_answer(block: Block) -> Block:
    return Block(block.id, (Answer(), *block.operations), block.exit, block.origin)


def _block(node: str, part: str, operations: tuple[Operation, ...], way: Exit, kind: str) -> Block:
    return Block(BlockId(FLOW, node, part), operations, way, Origin(f"{FLOW}.{node}", kind))


def _at(node: str, part: str = "start") -> BlockId:
    return BlockId(FLOW, node, part)


def _blocks(node: Node, follower: str) -> list[Block]:
    match node:
        case Ask():
            return _ask_blocks(node, follower)
        case Choose():
            return _choose_blocks(node)
        case Say(name, prompt, joined):
            operation = Lead(said(*prompt)) if joined else Play(said(*prompt))
            return [_block(name, "start", (operation,), Jump(_at(follower)), "say")]
        case Note(name):
            return [_block(name, "start", (Mark(name),), Jump(_at(follower)), "mark")]


def _ask_blocks(node: Ask, follower: str) -> list[Block]:
    variable = f"{FLOW}.{node.name}"
    collect = Collect(Digits(node.least, node.most, node.person), variable)
    ways = {
        "done": _at(node.name, "range") if node.within else _at(follower),
        "back": _at(BACK),
        "person": _at(PERSON),
        "silence": _at(node.name, "silence"),
        "error": _at(GAVE_UP),
    }
    causes = ["empty", "too_short", "key"]
    blocks = [*_attempt(node, collect, ways, causes), *_ladders(node)]
    if node.within is not None:
        blocks.extend(_range_check(node, node.within, variable, follower))
    return blocks


def _range_check(node: Ask, within: tuple[int, int], variable: str, follower: str) -> list[Block]:
    least, most = (Literal(bound, Scalar.INT) for bound in within)
    value = Read(variable, Scalar.INT)
    fits = Binary("and", Binary(">=", value, least), Binary("<=", value, most))
    check = Branch(fits, _at(follower), _at(node.name, "bad_range"))
    return [
        _block(node.name, "range", (), check, "collect"),
        _wrong_cause(node.name, "range"),
    ]


def _choose_blocks(node: Choose) -> list[Block]:
    keys = tuple(key for key, _ in node.keys) + ((node.again,) if node.again else ())
    collect = Collect(Options(keys, node.skip))
    ways = {key: _at(node.name, f"go_{_named(key)}") for key, _ in node.keys}
    ways |= {"silence": _at(node.name, "silence"), "error": _at(GAVE_UP)}
    if node.again:
        ways[node.again] = _at(node.name, "repeat")
    blocks = [*_attempt(node, collect, ways, ["key"]), *_ladders(node)]
    blocks.extend(_choice(node, key, way) for key, way in node.keys)
    return [*blocks, *(_repeat(node) if node.again else ())]


def _choice(node: Choose, key: str, way: str) -> Block:
    part = f"go_{_named(key)}"
    if way == BACK:
        return _block(node.name, part, (), Back(_at(BACK)), "menu")
    return _block(node.name, part, (Remember(f"{FLOW}.{node.name}"),), Jump(_at(way)), "menu")


def _repeat(node: Choose) -> list[Block]:
    too_often = Branch(
        _compare(">", Read(REPEATS, Scalar.INT), 3),
        _at(node.name, "bad_key"),
        _at(node.name, "again"),
    )
    cue = Cue(said(*node.prompt), CueKind.AGAIN, said(*node.deaf))
    return [
        _block(node.name, "repeat", (_one_more(REPEATS),), too_often, "menu"),
        _block(node.name, "again", (cue,), Jump(_at(node.name, "ask")), "menu"),
    ]


def _attempt(
    node: Ask | Choose, collect: Collect, ways: dict[str, BlockId], causes: list[str]
) -> list[Block]:
    ways |= {cause: _at(node.name, f"bad_{cause}") for cause in causes}
    fresh: list[Operation] = [_fresh(register) for register in (SILENCES, WRONGS, REPEATS)]
    if node.flush:
        fresh.append(Flush())
    cue = Cue(said(*node.prompt), CueKind.ENTRY, said(*node.deaf))
    switch = Switch(OUTCOME, tuple((outcome, ways[outcome]) for outcome in outcomes(collect)))
    kind = "collect" if isinstance(node, Ask) else "menu"
    ask = _at(node.name, "ask")
    return [
        _block(node.name, "start", (*fresh, cue), Jump(ask), kind),
        _block(node.name, "ask", (collect,), switch, kind),
        *(_wrong_cause(node.name, cause) for cause in causes),
    ]


def _wrong_cause(node: str, cause: str) -> Block:
    note = Assign(CAUSE, Literal(f"wrong({cause})", Scalar.TEXT))
    return _block(node, f"bad_{cause}", (note,), Jump(_at(node, "wrong")), "collect")


def _ladders(node: Ask | Choose) -> list[Block]:
    silence = Assign(CAUSE, Literal("silence", Scalar.TEXT))
    return [
        *_ladder(node, "silence", SILENCES, (silence,), node.silent),
        *_ladder(node, "wrong", WRONGS, (Flush(),), node.wrong),
    ]


def _ladder(
    node: Ask | Choose,
    part: str,
    register: str,
    first: tuple[Operation, ...],
    texts: tuple[str, ...],
) -> list[Block]:
    name, count = node.name, Read(register, Scalar.INT)
    tries = Binary("+", Read(SILENCES, Scalar.INT), Read(WRONGS, Scalar.INT))
    used_up = Binary("or", _compare(">=", count, 3), _compare(">=", tries, 4))
    spent = Branch(used_up, _at(GAVE_UP), _at(name, f"{part}_which"))
    which = Switch(register, (("1", _at(name, f"{part}_1")),), _at(name, f"{part}_2"))
    again = Jump(_at(name, "ask"))
    cues = (_retry(node, texts[:1]), _retry(node, texts[-1:]))
    return [
        _block(name, part, (*first, _one_more(register)), spent, "collect"),
        _block(name, f"{part}_which", (), which, "collect"),
        _block(name, f"{part}_1", (cues[0],), again, "collect"),
        _block(name, f"{part}_2", (cues[1],), again, "collect"),
    ]


def _retry(node: Ask | Choose, text: tuple[str, ...]) -> Cue:
    """In a menu the choices follow the text; with no text the prompt is said again, deaf part too."""
    if not text:
        return Cue(said(*node.prompt), CueKind.RETRY, said(*node.deaf))
    choices = node.prompt[1:] if isinstance(node, Choose) else ()
    return Cue(said(*text, *choices), CueKind.RETRY)


def _fresh(register: str) -> Assign:
    return Assign(register, Literal(0, Scalar.INT))


def _one_more(register: str) -> Assign:
    return Assign(register, Binary("+", Read(register, Scalar.INT), Literal(1, Scalar.INT)))


def _compare(operator: str, left: Expression, right: int) -> Binary:
    return Binary(operator, left, Literal(right, Scalar.INT))


def _named(key: str) -> str:
    return key.replace("*", "star").replace("#", "hash")
