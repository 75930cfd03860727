"""What lies outside the call, as data: the runtime, queues, telephones, recordings.

Knows the fields that `skeleton/runtime.lua` and `skeleton/people.lua` read.
"""

from __future__ import annotations

from flowc.expression.operators import reads
from flowc.graph.operations import Dial, Enqueue, Invoke, InvokeKind, Record, outcomes
from flowc.machine.machine import filled_by, flags_asked
from flowc.target import QueueSettings
from flowc_freeswitch import quote
from flowc_freeswitch.expressions import expression_data
from flowc_freeswitch.lowering import Release
from flowc_freeswitch.lua_data import Data, Table, table
from flowc_freeswitch.prompts import prompt_data


def invoke(release: Release, operation: Invoke) -> Table:
    """A question: the variables that its arguments read go with it, and the runtime works them out."""
    expressions = [value for _, value in operation.arguments]
    read = sorted({name for value in expressions for name in reads(value)})
    filled = filled_by(operation, release.graph.languages)
    return table(
        "invoke",
        site=".".join(map(quote.segment, operation.site.split("."))),
        deadline=int(operation.deadline_ms),
        reads=table(*map(quote.variable, read)),
        flags=table(*map(quote.segment, flags_asked(operation))),
        fills=table(*map(quote.variable, filled)),
        filler=prompt_data(release, operation.filler) or table(),
        outcomes=_set_of(outcomes(operation)),
        worst="error" if operation.kind is InvokeKind.LOOKUP else "unknown",
    )


def enqueue(release: Release, operation: Enqueue) -> Table:
    settings = release.request.environment.queues.get(operation.queue, QueueSettings())
    priority = None if operation.priority is None else expression_data(operation.priority)
    return table(
        "enqueue",
        queue=quote.segment(operation.queue),
        wait=None if operation.max_wait_s is None else int(operation.max_wait_s),
        priority=priority,
        keys=_set_of(tuple(map(quote.key, operation.exit_keys))),
        most=int(settings.most_waiting),
    )


def dial(release: Release, operation: Dial) -> Table:
    return table(
        "dial",
        numbers=table(*map(expression_data, operation.numbers)),
        allowed=table(*map(quote.allowed, operation.allowed)),
        ring=int(operation.ring_s),
        accept=quote.key(operation.accept) if operation.accept else None,
        prompt=prompt_data(release, operation.accept_prompt) or table(),
    )


def record(operation: Record) -> Table:
    return table(
        "record",
        into=quote.variable(operation.into),
        most=int(operation.most_s),
        silence=int(operation.silence_s),
        key=quote.key(operation.end_key),
    )


def _set_of(words: tuple[str, ...]) -> Table:
    named: dict[str | int, Data] = dict.fromkeys(words, True)
    return Table((), named)
