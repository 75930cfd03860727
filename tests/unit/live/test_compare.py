"""Two traces of one call: where they part, and what no two executors can agree on."""

from __future__ import annotations

from flowc.graph.ids import BlockId
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Record
from flowc.live.allowances import PARTS
from flowc.live.compare import Compared, compared, first_difference, parted
from flowc.machine.trace import Assigned, Ended, Entered, HungUp, Marked, Offered, Step, Trace

MAIN, AGENT = BlockId("line", "main"), BlockId("line", "agent")


def trace(*steps: tuple[int, Step]) -> Trace:
    """A trace made by hand: moments in ms beside their steps."""
    return Trace(tuple(step for _, step in steps), tuple(at for at, _ in steps))


def _graph_block(graph: FlowGraph, node: str) -> BlockId:
    return next(block for block in graph.blocks if block.node == node)


def test_equal_steps_at_other_moments_are_no_difference(graph: FlowGraph) -> None:
    steps = (Entered(MAIN), Offered(("zh/a", "zh/b")), Ended(MAIN, "1"), HungUp("caller"))
    assert first_difference(graph, Trace(steps, (0, 1, 2, 3)), Trace(steps, (9, 9, 9, 9))) is None


def test_a_difference_names_the_block_its_place_in_the_file_and_both_sides(
    graph: FlowGraph,
) -> None:
    main = _graph_block(graph, "main")
    meant = trace((0, Entered(main)), (9, Ended(main, "1")))
    found = trace((0, Entered(main)), (9, Ended(main, "2")))
    difference = first_difference(graph, meant, found)
    assert difference is not None
    assert difference.block == main
    assert str(difference.span).startswith("flows/line.flow.yaml:")
    assert difference.meant.endswith("ended with `1`")
    assert difference.found.endswith("ended with `2`")


def test_a_trace_that_stops_early_is_a_difference(graph: FlowGraph) -> None:
    meant = trace((0, Entered(MAIN)), (1, Marked("done")))
    difference = first_difference(graph, meant, trace((0, Entered(MAIN))))
    assert difference is not None
    assert (difference.meant, difference.found) == ("passed the mark `done`", "nothing more")


def test_a_step_too_many_is_a_difference(graph: FlowGraph) -> None:
    found = trace((0, Entered(MAIN)), (1, HungUp("flow")))
    difference = first_difference(graph, trace((0, Entered(MAIN))), found)
    assert difference is not None
    assert difference.found == "was hung up by the flow"


def test_a_recording_is_known_by_its_number_in_the_call(graph: FlowGraph) -> None:
    into = next(
        operation.into
        for block in graph.blocks.values()
        for operation in block.operations
        if isinstance(operation, Record)
    )
    meant, found = trace((0, Assigned(into, "r1"))), trace((0, Assigned(into, "1234.5-1")))
    assert first_difference(graph, meant, found) is None
    assert first_difference(graph, meant, trace((0, Assigned(into, None)))) is not None
    kept = "line.kept"
    meant = trace((0, Assigned(into, "r1")), (1, Assigned(into, "r2")), (2, Assigned(kept, "r1")))
    found = trace((0, Assigned(into, "x")), (1, Assigned(into, "y")), (2, Assigned(kept, "x")))
    assert first_difference(graph, meant, found) is None
    other = trace((0, Assigned(into, "x")), (1, Assigned(into, "y")), (2, Assigned(kept, "y")))
    assert first_difference(graph, meant, other) is not None


def test_of_a_prompt_that_a_hang_up_cut_the_rest_may_be_missing(graph: FlowGraph) -> None:
    meant = trace((0, Offered(("zh/a", "zh/b"))), (1, HungUp("caller")))
    found = trace((0, Offered(("zh/a",))), (1, HungUp("caller")))
    assert compared(graph, meant, found) == Compared(None, (PARTS,))
    assert compared(graph, meant, meant) == Compared(None, ())


def test_of_a_prompt_that_was_not_cut_nothing_may_be_missing(graph: FlowGraph) -> None:
    meant = trace((0, Offered(("zh/a", "zh/b"))), (1, Entered(AGENT)))
    found = trace((0, Offered(("zh/a",))), (1, Entered(AGENT)))
    assert first_difference(graph, meant, found) is not None


def test_another_prompt_before_a_hang_up_is_a_difference(graph: FlowGraph) -> None:
    meant = trace((0, Offered(("zh/a", "zh/b"))), (1, HungUp("caller")))
    found = trace((0, Offered(("zh/b",))), (1, HungUp("caller")))
    assert first_difference(graph, meant, found) is not None


def test_a_call_that_goes_on_has_parted_only_by_its_blocks() -> None:
    meant = trace((0, Entered(MAIN)), (1, Entered(AGENT)))
    assert not parted(meant, trace((0, Entered(MAIN)), (1, Marked("x"))))
    assert not parted(meant, meant)
    assert parted(meant, trace((0, Entered(AGENT))))
    assert parted(meant, trace((0, Entered(MAIN)), (1, Entered(AGENT)), (2, Entered(MAIN))))
