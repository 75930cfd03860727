"""Questions of a call that is over: another channel asks on its behalf, and can be made to stop.

Nothing bounds a question of a channel that has been hung up: neither its limit nor a hang-up ends it.
So the hang-up handler has a Local channel ask, waits for that one, and both hand values over by SHARED.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.expression.operators import reads
from flowc.graph.operations import Invoke
from flowc.machine import machine
from flowc_asterisk import protocol, quote
from flowc_asterisk.draft import ContextDraft, Script
from flowc_asterisk.lower_base import Release, Spot
from flowc_asterisk.lower_calls import CALLER

FROM = "FC"  # in the asking channel: the name of the one that it asks for
CALLED = "CN"
SLACK_S = 2  # beyond the deadline: the asking channel ends itself long before


def ask_elsewhere(spot: Spot, operation: Invoke) -> None:
    """Let the question be asked, and take over what it gave."""
    script, context = spot.script, spot.release.own("asked")
    script.set(quote.shared(protocol.CALL), "${UNIQUEID}", alone=True)
    script.set(quote.shared(CALLED), CALLER, alone=True)
    for name in _given(operation):
        script.set(quote.shared(name), quote.value_of(name), alone=True)
    # What is not told afterwards counts as begun and not answered.
    script.set(quote.shared(protocol.BEGUN), quote.value_of(protocol.NONCE), alone=True)
    script.set(quote.shared(protocol.DONE), "", alone=True)
    seconds = int(operation.deadline_ms) // 1000 + SLACK_S
    extension = _extension(spot.release, operation)
    options = f"v(__{FROM}=${{CHANNEL}})"
    script.run(
        "Originate", f"Local/{extension}@{context}/n,exten,{context},e,1,{seconds},{options}"
    )
    for name in (*_told(), *filled_by(spot.release, operation)):
        script.set(name, f"${{{quote.shared(name)}}}", alone=True)


def asked_contexts(release: Release) -> list[ContextDraft]:
    """Where the other channel asks: an extension a place, `T` where the runtime hangs, `e` the far end."""
    asked = _asked_later(release)
    if not asked:
        return []
    context = ContextDraft(release.own("asked"))
    for operation in asked:
        _asking(release, operation, context.extension(_extension(release, operation)))
    hung = context.extension("T")
    hung.set(quote.shared(protocol.BEGUN, FROM), quote.value_of(protocol.BEGUN), alone=True)
    hung.run("Hangup", "16")
    end = context.extension("e")
    end.run("Set", "CDR_PROP(disable)=1")
    end.run("Hangup", "16")
    return [context]


def _asking(release: Release, operation: Invoke, script: Script) -> None:
    environment = release.request.environment
    script.run("Set", "CDR_PROP(disable)=1")
    script.set("AGIEXITONHANGUP", "yes")
    for name in (protocol.CALL, *_given(operation)):
        script.set(name, _of_call(name), alone=True)
    script.set("CALLERID(num)", _of_call(CALLED), alone=True)
    script.run("Set", f"TIMEOUT(absolute)={protocol.HANG_LIMIT_AFTER_S}")
    url = protocol.request_url(
        environment.runtime, environment.token, release.id, operation.site, after=True
    )
    script.run("AGI", url)
    for name in (*filled_by(release, operation), *_told()):
        script.set(quote.shared(name, FROM), quote.value_of(name), alone=True)
    script.run("Answer")
    script.run("Hangup", "16")


def filled_by(release: Release, operation: Invoke) -> tuple[str, ...]:
    """The channel variables that only the outcome `done` may leave set."""
    return tuple(map(quote.variable, machine.filled_by(operation, release.graph.languages)))


def _of_call(name: str) -> str:
    return f"${{{quote.shared(name, FROM)}}}"


def _given(operation: Invoke) -> tuple[str, ...]:
    """What the gateway reads of a channel: the nonce, facts of the call, what the arguments read."""
    facts = (protocol.NONCE, protocol.LANGUAGE, protocol.OFFSET, protocol.TOKEN)
    return tuple(dict.fromkeys((*facts, *_read(operation))))


def _read(operation: Invoke) -> Iterator[str]:
    for _, expression in operation.arguments:
        for name in sorted(reads(expression)):
            yield protocol.LANGUAGE if name == "call.language" else quote.variable(name)


def _told() -> tuple[str, ...]:
    """The gateway's words of itself; the last one last."""
    return protocol.BEGUN, protocol.ANSWER, protocol.DONE


def _asked_later(release: Release) -> list[Invoke]:
    return [
        operation
        for id_ in sorted(release.handler_blocks)
        for operation in release.graph.blocks[id_].operations
        if isinstance(operation, Invoke)
    ]


def _extension(release: Release, operation: Invoke) -> str:
    """A place's: by its number among these, since a name of two parts may be too long."""
    return f"q{_asked_later(release).index(operation)}"
