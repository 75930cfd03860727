"""Keys that callers are told of, or not told of, apart from an input's own prompt.

| told                                 | what the keys do                           | finding      |
|--------------------------------------|--------------------------------------------|--------------|
| nothing, by what is said last before | a queue is left by one of its `exit_keys`  | EXIT_UNSAID  |
| a key, by a `say` or on a way        | nothing, wherever the call hears keys next | SAID_UNHEARD |

What an input says of its own keys is compared where its node is lowered (`kinds/menu.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Reporter
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph
from flowc.graph.operations import Collect, Cue, Dial, Digits, Enqueue, Lead, Options, Play, Record
from flowc.graph.prompts import Phrase, Sound, sound_key
from flowc.kinds.spoken_keys import languages_without, spoken_keys
from flowc.kinds.words import Texts
from flowc.passes.edges import adjacent, ending, hubbed_edges, walked

OF_AN_ENTRY = frozenset("0123456789*#")
# 拨打本热线按二可以查询: the keys are for that call.
ANOTHER_CALL = re.compile(r"(?:拨打|致电|再来电|\b[Cc]all|\b[Dd]ial)[^。！？.!?]*")


def find_keys_unsaid(graph: FlowGraph, texts: Texts, report: Reporter) -> None:
    """Report each of them."""
    edges = [(edge.source, edge.to) for edge in hubbed_edges(graph)]
    _find_unsaid_exits(graph, texts, edges, report)
    _find_unheard(graph, texts, edges, report)


def _find_unsaid_exits(
    graph: FlowGraph, texts: Texts, edges: list[tuple[BlockId, BlockId]], report: Reporter
) -> None:
    speaking = {id_: prompt for id_, block in graph.blocks.items() if (prompt := _prompt(block))}
    back = adjacent((to, source) for source, to in edges if to not in speaking)
    for id_, block in graph.blocks.items():
        last = ending(block)
        if not isinstance(last, Enqueue) or not last.exit_keys:
            continue
        said = [phrase for at in walked(back, [id_], set()) for phrase in speaking.get(at, ())]
        told = {
            language: {key for phrase in said for key, _ in _keys(phrase, language, texts)}
            for language in graph.languages
        }
        for key in last.exit_keys:
            lacking = languages_without(key, told, graph.languages)
            if lacking:
                node = block.origin.node
                report.report(
                    codes.EXIT_UNSAID, block.origin.span, key=key, node=node, languages=lacking
                )


def _find_unheard(
    graph: FlowGraph, texts: Texts, edges: list[tuple[BlockId, BlockId]], report: Reporter
) -> None:
    heard = {
        id_: keys for id_, block in graph.blocks.items() if (keys := _heard(block)) is not None
    }
    onward = adjacent((source, to) for source, to in edges if source not in heard)
    for id_, block in graph.blocks.items():
        told = [
            (key, sound)
            for operation in block.operations
            if isinstance(operation, Play | Lead)
            for phrase in operation.prompt
            for language in graph.languages
            for key, sound in _keys(phrase, language, texts, of_this_call=True)
        ]
        if told:
            reached = (heard.get(at, frozenset()) for at in walked(onward, [id_], set()))
            live = frozenset[str]().union(*reached)
            for key, sound in told:
                if key not in live:
                    report.report(
                        codes.SAID_UNHEARD, texts.spans[sound], key=key, node=block.origin.node
                    )


def _prompt(block: Block) -> tuple[Phrase, ...]:
    """What the caller is told in it of what comes."""
    found: list[Phrase] = []
    for operation in block.operations:
        match operation:
            case Play(prompt) | Lead(prompt):
                found += prompt
            case Cue(prompt, _, deaf):
                found += (*deaf, *prompt)
            case _:
                pass
    return tuple(found)


def _heard(block: Block) -> frozenset[str] | None:
    """The keys that it listens to; None where it does not take up the caller's time with anything."""
    match ending(block):
        case Collect(Options(keys=keys)):
            return frozenset(keys)
        case Collect(Digits()):
            return OF_AN_ENTRY
        case Enqueue(exit_keys=keys):
            return frozenset(keys)
        case Record(end_key=key):
            return frozenset(key)
        case Dial():
            return frozenset()
        case _:
            return None


def _keys(
    phrase: Phrase, language: str, texts: Texts, *, of_this_call: bool = False
) -> Iterator[tuple[str, str]]:
    """The keys that it tells of, each with the sound that does."""
    for part in phrase.in_language(language):
        if isinstance(part, Sound):
            sound = sound_key(language, part)
            words = texts.by_key.get(sound, "")
            for key in spoken_keys(ANOTHER_CALL.sub("", words) if of_this_call else words):
                yield key, sound
