"""The card: every block of the graph a numbered step, in the source's order. Pure.

Knows how a step is laid out; what one says is written in `sentences`.
"""

from __future__ import annotations

from flowc.graph.model import Block
from flowc.target import Artifact, Bundle, EmitRequest
from flowc_card.sentences import Steps, exit_sentences, operation_sentence, printable

INDENT = "      "


def emit(request: EmitRequest) -> Bundle:
    """The files of a release: one card. The same request gives the same bytes."""
    origins = tuple(request.graph.blocks)
    return Bundle(
        "card", request.release, (Artifact("card.txt", _card(request).encode(), origins),)
    )


def _card(request: EmitRequest) -> str:
    graph = request.graph
    steps: Steps = {id_: number for number, id_ in enumerate(graph.blocks, start=1)}
    head = [f"CALL CARD of {graph.name}, release {request.release8}", ""]
    head += [f"A call to {number} begins at step {steps[to]}." for number, to in graph.numbers]
    if graph.limits.to is not None:
        minutes = graph.limits.length_s // 60
        head.append(f"After {minutes} minutes go to step {steps[graph.limits.to]}.")
    if graph.on_hangup is not None:
        head.append(f"When the call has ended, go to step {steps[graph.on_hangup]}.")
    return "".join(f"{printable(line)}\n" for line in head) + "".join(
        _step(block, steps) for block in graph.blocks.values()
    )


def _step(block: Block, steps: Steps) -> str:
    title = f" ({block.origin.title})" if block.origin.title else ""
    lines = [f"{block.id}{title}", *map(operation_sentence, block.operations)]
    lines += exit_sentences(block.exit, steps)
    first, *rest = map(printable, lines)
    return f"\n{steps[block.id]:4}. {first}\n" + "".join(f"{INDENT}{line}\n" for line in rest)
