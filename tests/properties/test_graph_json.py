"""A release survives being written and read: nothing is lost, nothing else can be built from it."""

import json
from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.expression import tree
from flowc.expression.types import ListOf, Record, Scalar, Type
from flowc.graph.as_json import (
    graph_from_json,
    graph_to_json,
    release_from_json,
    release_to_json,
)
from flowc.graph.exits import Exit, Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Limits, Origin
from flowc.graph.operations import InvokeKind, Operation
from flowc.graph.release import Release
from flowc.graph.services import (
    BodyForm,
    FixtureAction,
    FixtureSettings,
    FromEnvironment,
    HttpAction,
    HttpSettings,
    OperationSpec,
    ServiceSpec,
    SqlAction,
    SqlSettings,
    Value,
    Words,
)
from flowc.source import NOWHERE, Source, Span

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INTS = st.integers(-(10**15), 10**15)
BLOCKS = st.builds(BlockId, NAMES, NAMES, NAMES)
TYPES: st.SearchStrategy[Type] = st.recursive(
    st.sampled_from(Scalar),
    lambda inner: st.one_of(
        st.builds(ListOf, inner, st.integers(1, 8)),
        st.builds(Record, NAMES, st.lists(st.tuples(NAMES, inner), max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
AT = st.just(NOWHERE)
LEAVES = st.one_of(
    st.builds(tree.Literal, st.one_of(INTS, TEXTS), st.sampled_from(Scalar), AT),
    st.builds(tree.Read, NAMES, TYPES, AT),
)


def _grown(inner: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(tree.Call, NAMES, several, AT),
        st.builds(tree.Not, inner, AT),
        st.builds(tree.IsSet, inner, AT),
        st.builds(tree.Binary, st.sampled_from(["+", "in", "and"]), inner, inner, AT),
        st.builds(tree.Items, several, AT),
        st.builds(tree.Conditional, inner, inner, inner, AT),
    )


EXPRESSIONS = st.recursive(LEAVES, _grown, max_leaves=4)


def _placeless(value: object) -> object:
    """The value with NOWHERE for every place in a source."""
    if isinstance(value, Span):
        return NOWHERE
    if isinstance(value, tuple):
        return tuple(_placeless(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value)]
        return replace(value, **{name: _placeless(getattr(value, name)) for name in names})
    return value


def _of(union: object) -> st.SearchStrategy[object]:
    return st.deferred(lambda: st.from_type(union).map(_placeless))  # type: ignore[arg-type]  # a union is a type form


OPERATIONS = _of(Operation)
PARTS = st.one_of(
    st.builds(Words, TEXTS),
    st.builds(Value, EXPRESSIONS),
    st.builds(FromEnvironment, NAMES, st.none() | TEXTS),
)
TEMPLATES = st.lists(PARTS, max_size=3).map(tuple)
NAMED = st.lists(st.tuples(NAMES, TEMPLATES), max_size=2).map(tuple)
SETTINGS = st.one_of(
    st.builds(SqlSettings, TEMPLATES),
    st.builds(HttpSettings, TEMPLATES, NAMED, st.booleans()),
    st.builds(FixtureSettings, TEXTS),
)
ACTIONS = st.one_of(
    st.from_type(SqlAction),
    st.builds(HttpAction, NAMES, TEMPLATES, NAMED, NAMED, NAMED, st.sampled_from(BodyForm)),
    st.just(FixtureAction()),
)
SPECS = st.builds(
    ServiceSpec,
    NAMES,
    SETTINGS,
    st.lists(
        st.builds(
            OperationSpec,
            NAMES,
            st.sampled_from(InvokeKind),
            st.lists(st.tuples(NAMES, TYPES), max_size=2).map(tuple),
            ACTIONS,
            st.none() | TYPES,
            key=TEMPLATES,
        ),
        max_size=2,
    ).map(tuple),
)
EXITS = _of(Exit)
ORIGINS = st.builds(Origin, TEXTS, NAMES, AT, TEXTS)


@st.composite
def graphs(draw: st.DrawFn) -> FlowGraph:
    ids = draw(st.lists(BLOCKS, max_size=4, unique=True))
    operations = st.lists(OPERATIONS, max_size=3).map(tuple)
    blocks = {
        each: draw(st.builds(Block, st.just(each), operations, EXITS, ORIGINS)) for each in ids
    }
    return FlowGraph(
        name=draw(TEXTS),
        languages=draw(st.lists(NAMES, max_size=2).map(tuple)),
        timezone="Asia/Shanghai",
        numbers=draw(st.lists(st.tuples(TEXTS, BLOCKS), max_size=2).map(tuple)),
        blocks=blocks,
        on_hangup=draw(st.none() | BLOCKS),
        variables=draw(st.dictionaries(NAMES, TYPES, max_size=3)),
        menus=draw(st.dictionaries(NAMES, BLOCKS, max_size=2)),
        lists=draw(st.dictionaries(NAMES, st.lists(TEXTS, max_size=3).map(tuple), max_size=2)),
        limits=Limits(draw(INTS), draw(st.none() | BLOCKS)),
    )


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_graph_is_read_back_as_it_was_written(graph: FlowGraph) -> None:
    text = graph_to_json(graph)
    again = graph_from_json(text)
    assert again == graph
    assert graph_to_json(again) == text
    assert list(again.blocks) == list(graph.blocks)


@settings(max_examples=60, deadline=None)
@given(SPECS)
def test_services_are_read_back_as_they_were_written(spec: ServiceSpec) -> None:
    release = Release("0a1b2c3d", _graph({}), (spec,))
    assert release_from_json(release_to_json(release)) == release


def test_places_in_the_source_are_left_out() -> None:
    block = BlockId("a", "b")
    span = Source("a.yaml", "words").span(0, 3)
    graph = _graph({block: Block(block, (), _hangup(), Origin("a.b", "say", span))})
    assert graph_from_json(graph_to_json(graph)).blocks[block].origin.span is NOWHERE
    assert "a.yaml" not in graph_to_json(graph)


def test_what_stands_in_an_environment_is_never_shown() -> None:
    secret = FromEnvironment("PASSWORD", "hunter2")
    settings_ = HttpSettings((Words("https://u:"), secret, Words("@host")))
    assert "hunter2" not in repr(settings_)
    assert "hunter2" not in str(settings_)


DAMAGES = {
    "an unknown class": lambda plain: {**plain, "is": "Popen"},
    "an unknown field": lambda plain: {**plain, "extra": 1},
    "a missing field": lambda plain: {k: v for k, v in plain.items() if k != "name"},
    "a number for a name": lambda plain: {**plain, "name": 7},
    "a truth for a number": lambda plain: {
        **plain,
        "limits": {**plain["limits"], "length_s": True},
    },
    "a key twice in a table": lambda plain: {**plain, "lists": [["a", []], ["a", []]]},
    "a pair of three": lambda plain: {**plain, "numbers": [["1", None, None]]},
    "a list for an object": lambda plain: {**plain, "limits": []},
    "an odd scalar": lambda plain: {**plain, "variables": [["x", "complex"]]},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_release_is_refused(damage: object) -> None:
    assert callable(damage)
    plain = json.loads(graph_to_json(_graph({})))
    with pytest.raises(ValueError, match=r"."):
        graph_from_json(json.dumps(damage(plain)))


@pytest.mark.parametrize(
    "text", ["", "[", "NaN", '{"is":"FlowGraph","is":"FlowGraph"}', "[" * 99999]
)
def test_a_text_that_is_no_release_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        graph_from_json(text)


def _graph(blocks: dict[BlockId, Block]) -> FlowGraph:
    return FlowGraph("p", ("zh",), "Asia/Shanghai", (), blocks)


def _hangup() -> Exit:
    return Hangup()
