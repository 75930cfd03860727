"""What a drawing leaves out: blocks that no author wrote, returns to nobody, and arrows to where everybody goes.

Takes away and rewrites; chooses no words and no places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from flowc.diagram.model import Arrow, Badge, Box, Drawing, Look, Tone
from flowc.graph.exits import Branch, Call, Exit, Jump, Return, retargeted, successors
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph

# Kinds of blocks that no author wrote.
_PLUMBING = frozenset({"number", "limit", "main_menu"})
_BUDGET, _DISPATCH = "call.budget", "on_hangup"
# More arrows than this from other frames to one box are a tangle.
MOST_FROM_AFAR = 4


def without_plumbing(graph: FlowGraph) -> FlowGraph:
    """The graph without blocks that authors did not write and that only lead on."""
    onward = {
        id_: block.exit.to
        for id_, block in graph.blocks.items()
        if block.origin.kind in _PLUMBING and isinstance(block.exit, Jump)
    }
    spent = {id_ for id_ in graph.blocks if id_.node_name == _BUDGET}

    def past(id_: BlockId) -> BlockId:
        return past(onward[id_]) if id_ in onward else id_

    blocks = {
        id_: replace(block, exit=retargeted(_unguarded(block.exit, spent), past))
        for id_, block in graph.blocks.items()
        if id_ not in onward and id_ not in spent
    }
    limit = graph.limits.to and past(graph.limits.to)
    numbers = tuple((number, past(entry)) for number, entry in graph.numbers)
    return replace(graph, numbers=numbers, blocks=blocks, limits=replace(graph.limits, to=limit))


def authored(nodes: Mapping[str, tuple[Block, ...]]) -> dict[str, tuple[Block, ...]]:
    """The nodes but for the one that finds out, when a call has ended, which flow's end it is."""
    return {name: blocks for name, blocks in nodes.items() if blocks[0].origin.kind != _DISPATCH}


def _unguarded(exit_: Exit, spent: set[BlockId]) -> Exit:
    """An input's way on, without the look at the call's budget."""
    match exit_:
        case Branch(then=then, otherwise=otherwise) if then in spent:
            return Jump(otherwise)
        case _:
            return exit_


def only_called(graph: FlowGraph) -> frozenset[str]:
    """Flows that are entered by `call` alone: where they would return to without a caller is never taken."""
    jumped = {entry.flow for entry in graph.entries}
    called: set[str] = set()
    for block in graph.blocks.values():
        if isinstance(block.exit, Call):
            called.add(block.exit.entry.flow)
        jumped.update(_jumps(block))
    return frozenset(called - jumped)


def _jumps(block: Block) -> set[str]:
    match block.exit:
        case Call(results=results):
            heads = [to for _, to in results]
        case Return():
            heads = []
        case _:
            heads = list(successors(block.exit))
    return {to.flow for to in heads if to.flow != block.id.flow}


def without_hubs(drawing: Drawing) -> Drawing:
    """Where everybody goes (the person, goodbye), a small note on each box says it better than arrows.

    A port that loses all its arrows goes too.
    """
    boxes = {box.id: box for box in drawing.boxes}
    frames = {cluster.id: cluster.title for cluster in drawing.clusters}
    far = [arrow for arrow in drawing.arrows if _is_far(boxes[arrow.tail], boxes[arrow.head])]
    counts = Counter(arrow.head for arrow in far)
    gone = [arrow for arrow in far if counts[arrow.head] > MOST_FROM_AFAR]
    notes: dict[str, list[Badge]] = {}
    for arrow in gone:
        notes.setdefault(arrow.tail, []).append(_note(arrow, boxes[arrow.head], frames))
    dropped = frozenset(map(id, gone))
    kept = tuple(arrow for arrow in drawing.arrows if id(arrow) not in dropped)
    ends = {end for arrow in kept for end in (arrow.tail, arrow.head)}
    shown = tuple(
        replace(box, badges=(*box.badges, *notes.get(box.id, ())))
        for box in drawing.boxes
        if box.look is not Look.PORT or box.id in ends
    )
    return replace(drawing, boxes=shown, arrows=kept)


def _is_far(tail: Box, head: Box) -> bool:
    return bool(tail.cluster) and tail.cluster != head.cluster


def _note(arrow: Arrow, head: Box, frames: Mapping[str, str]) -> Badge:
    """Why and where: `转人工 → 人工服务 · 综合坐席`. Green where it leads to a person, as the arrow would be."""
    why = " / ".join(line for line in arrow.label.split("\n") if line)
    look = Look.PERSON if arrow.tone is Tone.PERSON else Look.PORT
    where = f"{frames[head.cluster]} · {head.title}" if head.cluster in frames else head.title
    return Badge(look, f"{why} → {where}".strip())
