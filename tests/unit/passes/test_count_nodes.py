"""Which nodes count against a call's budget, and where a call is told that it is used up."""

from __future__ import annotations

from collections.abc import Callable

from flowc.compiler import Compiled
from flowc.graph.exits import Branch
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Assign
from flowc.passes.components import on_ways_round
from flowc.passes.count_nodes import OVER, SPENT

Compile = Callable[..., Compiled]
BYE = "bye: {hangup: 再见。}"
ONCE = f"a: {{menu: 请选。, choices: {{1: {{name: 听, to: tell}}}}}}\ntell: {{say: 您好。, then: bye}}\n{BYE}"
NO_BACK = 'project: small\nlanguages: [zh]\nnumbers: {"3285028": hotline}\nperson: {to: desk.agent}\nkeys: {0: person}\ndefaults: {gave_up: desk.agent}\n'


def made(compiled: Compiled) -> FlowGraph:
    assert compiled.graph is not None, compiled.found
    return compiled.graph


def counted(graph: FlowGraph) -> set[str]:
    return {
        id_.node
        for id_, block in graph.blocks.items()
        if id_.flow != "call"
        and any(isinstance(one, Assign) and one.variable == SPENT for one in block.operations)
    }


def guarded(graph: FlowGraph) -> set[str]:
    return {
        str(id_)
        for id_, block in graph.blocks.items()
        if isinstance(block.exit, Branch) and block.exit.then == OVER
    }


def test_what_no_way_leads_back_to_is_neither_counted_nor_guarded(small: Compile) -> None:
    graph = made(small(ONCE, project=NO_BACK))
    assert (counted(graph), guarded(graph)) == (set(), set())
    assert OVER not in graph.blocks


def test_on_a_way_round_every_node_counts_and_one_input_looks(small: Compile) -> None:
    nodes = (
        "a: {menu: 请选。, choices: {1: {name: 听, to: b}}}\nb: {menu: 再选。, choices: {1: {name: 听, to: tell}, 2: {name: 完, to: bye}}}\n"
        f"tell: {{say: 您好。, then: a}}\n{BYE}"
    )
    graph = made(small(nodes, project=NO_BACK))
    assert counted(graph) == {"a", "b"}  # `tell` is said with `a`
    assert guarded(graph) == {"hotline.a.start"}


def test_two_ways_round_that_share_no_input_have_a_look_each(small: Compile) -> None:
    nodes = (
        "a: {menu: 请选。, choices: {1: {name: 再来, to: a}, 2: {name: 听, to: b}}}\n"
        f"b: {{menu: 再选。, choices: {{1: {{name: 再来, to: b}}, 2: {{name: 完, to: bye}}}}}}\n{BYE}"
    )
    assert guarded(made(small(nodes, project=NO_BACK))) == {"hotline.a.start", "hotline.b.start"}


def test_a_menu_that_is_only_gone_back_to_looks_there_and_not_when_it_is_first_met(
    small: Compile,
) -> None:
    nodes = (
        "a: {menu: 请选。, choices: {1: {name: 听, to: b}}}\n"
        f"b: {{menu: 再选。, choices: {{2: {{name: 完, to: bye}}}}}}\n{BYE}"
    )
    project = NO_BACK.replace("keys: {0: person}", 'keys: {0: person, "*": back}')
    graph = made(small(nodes, project=project))
    assert guarded(graph) == {"hotline.a.back_in", "hotline.b.back_in"}
    assert str(graph.menus["hotline.a"]) == "hotline.a.back_in"
    assert counted(graph) == {"a", "b"}


def test_items_that_lead_to_each_other_lie_on_a_way_round_and_a_chain_does_not() -> None:
    onward = {1: {2}, 2: {3}, 3: {1, 4}, 4: {5}, 5: set(), 6: {6}}
    assert set(on_ways_round(onward)) == {frozenset({1, 2, 3}), frozenset({6})}


def test_a_chain_may_be_longer_than_any_recursion() -> None:
    many = 50_000
    ring = {at: {(at + 1) % many} for at in range(many)}
    assert on_ways_round(ring) == [frozenset(range(many))]
