"""*Back* with nothing to go back to is repeat; where there always is a menu, that way is not made."""

from __future__ import annotations

from flowc.compiler import compile_files
from flowc.graph.exits import Back
from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph
from flowc.graph.operations import REPEATS, Assign

PROJECT = """\
project: demo
languages: [zh]
numbers: {"100": line}
keys: {"*": back, 0: person}
person: {to: line.bye}
"""
MENU_FIRST = """\
flow: line
nodes:
  main:
    menu: 请选择。
    choices:
      1: {name: 查询, to: ask}
      2: {name: 结束, to: bye}
    gave_up: bye
  ask: {collect: code, prompt: 请输入四位编号。, length: 4, then: bye, gave_up: bye}
  bye: {hangup: 再见。}
"""
ENTRY_FIRST = """\
flow: line
nodes:
  ask: {collect: code, prompt: 请输入四位编号。, length: 4, then: main, gave_up: bye}
  main:
    menu: 请选择。
    choices:
      1: {name: 再输一次, to: ask}
      2: {name: 结束, to: bye}
    gave_up: bye
  bye: {hangup: 再见。}
"""


def _graph(flow: str, **others: str) -> FlowGraph:
    files = {"flowc.yaml": PROJECT, "flows/line.flow.yaml": flow}
    files |= {f"flows/{name}.flow.yaml": text for name, text in others.items()}
    made = compile_files({name: text.encode() for name, text in files.items()})
    assert made.graph is not None, [one.label("en") for one in made.found]
    return made.graph


def _parts(graph: FlowGraph, node: str) -> set[str]:
    return {id_.part for id_ in graph.blocks if id_.node == node}


def _counts_repeats(graph: FlowGraph, node: str) -> bool:
    start = graph.blocks[BlockId("line", node)]
    return any(isinstance(o, Assign) and o.variable == REPEATS for o in start.operations)


def test_who_comes_to_an_entry_by_a_choice_can_always_go_back() -> None:
    graph = _graph(MENU_FIRST)
    assert graph.blocks[BlockId("line", "ask", "back")].exit == Back(None)
    assert not {"repeat", "again"} & _parts(graph, "ask")
    assert not _counts_repeats(graph, "ask")


def test_an_entry_that_a_call_begins_with_is_repeated_by_the_back_key() -> None:
    graph = _graph(ENTRY_FIRST)
    assert graph.blocks[BlockId("line", "ask", "back")].exit == Back(
        BlockId("line", "ask", "repeat")
    )
    assert {"repeat", "again"} <= _parts(graph, "ask")
    assert _counts_repeats(graph, "ask")


def test_a_menu_that_was_gone_back_to_may_have_none_before_it() -> None:
    graph = _graph(MENU_FIRST)
    assert graph.blocks[BlockId("line", "main", "back")].exit != Back(None)


def test_a_flow_that_is_entered_again_has_forgotten_its_own_menus() -> None:
    other = """\
flow: other
nodes:
  more:
    menu: 其他业务。
    choices:
      1: {name: 从头开始, to: line}
      2: {name: 输入编号, to: line.ask}
    gave_up: line
"""
    first = MENU_FIRST.replace("flow: line", "flow: line\nentries: [ask]")
    graph = _graph(
        first.replace("2: {name: 结束, to: bye}", "2: {name: 其他, to: other}"), other=other
    )
    assert graph.blocks[BlockId("line", "main", "back")].exit != Back(None)
    assert graph.blocks[BlockId("line", "ask", "back")].exit == Back(None)
