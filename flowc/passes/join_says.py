"""A `say` that leads straight to an input is heard together with its prompt.

Over `set`, `mark` and `language` too; not where the input begins with a part that is heard whole.
"""

from __future__ import annotations

from dataclasses import replace

from flowc.graph.exits import Jump
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import (
    Assign,
    Cue,
    CueKind,
    Flush,
    Forget,
    Language,
    Lead,
    Mark,
    Operation,
    Play,
)
from flowc.graph.prompts import Phrase
from flowc.graph.reads import spoken_in

# A list of sounds longer than this may pass a server's limit on one prompt.
MOST_PARTS = 24


def join_says(graph: FlowGraph) -> FlowGraph:
    """The graph with each such `Play` turned into a `Lead`."""
    return replace(
        graph, blocks={id_: _joined(block, graph) for id_, block in graph.blocks.items()}
    )


def _joined(block: Block, graph: FlowGraph) -> Block:
    last = next(
        (
            at
            for at in range(len(block.operations) - 1, -1, -1)
            if isinstance(block.operations[at], Play)
        ),
        None,
    )
    if last is None or not _takes_no_time(block.operations[last + 1 :]):
        return block
    play = block.operations[last]
    if not isinstance(play, Play) or not _short(play.prompt) or not _leads_to_input(block, graph):
        return block
    operations = (*block.operations[:last], Lead(play.prompt), *block.operations[last + 1 :])
    return replace(block, operations=operations)


def _short(prompt: tuple[Phrase, ...]) -> bool:
    """Whether its longest list of sounds surely fits beside an input's own prompt."""
    parts = sum(max(len(parts) for _, parts in phrase.parts) for phrase in prompt)
    values = sum(1 for phrase in prompt for _ in spoken_in(phrase))
    # A text that is there twice was said for `each` of a list.
    unrolled = len({phrase.id for phrase in prompt}) < len(prompt)
    return not unrolled and parts + values * 8 <= MOST_PARTS


def _takes_no_time(operations: tuple[Operation, ...]) -> bool:
    return all(isinstance(each, Assign | Mark | Language | Forget) for each in operations)


def _leads_to_input(block: Block, graph: FlowGraph) -> bool:
    seen: set[BlockId] = set()
    exit_ = block.exit
    while isinstance(exit_, Jump) and exit_.to in graph.blocks and exit_.to not in seen:
        seen.add(exit_.to)
        following = graph.blocks[exit_.to]
        for operation in following.operations:
            match operation:
                case Cue(kind=CueKind.ENTRY, deaf=deaf):
                    return not deaf
                case Assign() | Mark() | Language() | Forget() | Flush():
                    continue
                case _:
                    return False
        exit_ = following.exit
    return False
