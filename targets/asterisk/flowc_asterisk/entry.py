"""The one place where calls enter: numbers lead to the release of the day. Its files are replaced
at each deploy, while a release's own are only ever added or taken away.
"""

from __future__ import annotations

from flowc.graph.operations import Enqueue
from flowc.target import EmitError, Problem
from flowc_asterisk import quote
from flowc_asterisk.dialplan import Context, Dialplan
from flowc_asterisk.draft import ContextDraft
from flowc_asterisk.lower_base import Release
from flowc_asterisk.lower_calls import LAB_LANGUAGE
from flowc_asterisk.lower_people import LAB_DIALLED, LINE, queue_keys
from flowc_asterisk.protocol import OFFSET, TOKEN

ENTRY = "flowc-entry"
LAB_ENTRY = "flowc-lab"
TOKEN_HEADER = "X-Flowc-Token"  # noqa: S105 - a header's name
OFFSET_HEADER = "X-Flowc-Offset"
LINE_HEADER = "X-Flowc-Line"
LANGUAGE_HEADER = "X-Flowc-Language"
_LAB_HEADERS = (
    (TOKEN, TOKEN_HEADER, "0-9A-Za-z_"),
    (OFFSET, OFFSET_HEADER, "0-9-"),
    (LINE, LINE_HEADER, "0-9"),
    (LAB_LANGUAGE, LANGUAGE_HEADER, "0-9A-Za-z-"),
)


def entry_dialplan(release: Release) -> Dialplan:
    """The entry context, the keys of waiting callers, and the lab's entry where it is asked for."""
    contexts = [_entry(release), *_queue_keys(release)]
    if release.request.lab:
        contexts.extend(_lab(release))
    return Dialplan(tuple(contexts))


def _entry(release: Release) -> Context:
    """One step a number: a reload between two could put a call into halves of two releases."""
    context = ContextDraft(ENTRY)
    for number, block in release.graph.numbers:
        context.extension(quote.digits(number)).go(release.door(number, block))
    held = context.extension("release")  # read back by a deploy: the release that calls enter
    held.run("NoOp", release.id)
    return context.finished()


def _queue_keys(release: Release) -> list[Context]:
    """A waiting caller's key: `FQ` and `FS` say where the call stood. One set of keys a queue."""
    keys: dict[str, set[str]] = {}
    for operation in _enqueues(release):
        found = keys.setdefault(operation.queue, set(operation.exit_keys))
        if found != set(operation.exit_keys):
            what = f"the queue `{operation.queue}` is waited in with different exit keys"
            raise EmitError((Problem(what),))
    return [_keys_context(queue, found) for queue, found in sorted(keys.items()) if found]


def _keys_context(queue: str, keys: set[str]) -> Context:
    context = ContextDraft(queue_keys(queue))
    for key in map(quote.key, sorted(keys)):
        context.extension(key).go(f"${{FQ}},${{FS}}q{key},1")
    return context.finished()


def _enqueues(release: Release) -> list[Enqueue]:
    return [
        operation
        for block in release.graph.blocks.values()
        for operation in block.operations
        if isinstance(operation, Enqueue)
    ]


def _lab(release: Release) -> list[Context]:
    """Calls of tests say by headers which fixtures answer them, what time it is and more."""
    context = ContextDraft(LAB_ENTRY)
    for number, block in release.graph.numbers:
        script = context.extension(quote.digits(number))
        for name, header, signs in _LAB_HEADERS:
            script.set(name, f"${{FILTER({signs},${{PJSIP_HEADER(read,{header})}})}}")
        script.go(release.door(number, block))
    dialled = ContextDraft(LAB_DIALLED)
    script = dialled.extension("s")  # on the leg that is dialled: its phone can tell whose it is
    header = f"PJSIP_HEADER(add,{TOKEN_HEADER})"
    script.run("Set", f"{header}=${{FILTER(0-9A-Za-z_,${{ARG1}})}}")
    script.run("Return")
    return [context.finished(), dialled.finished()]
