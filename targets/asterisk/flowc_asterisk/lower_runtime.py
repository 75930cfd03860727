"""Requests to the runtime: one AGI application, bounded in time, believed only with its nonce.

Knows the protocol's variables; what the gateway does with them is its own business.
"""

from __future__ import annotations

from flowc.graph.operations import Invoke, InvokeKind, outcomes
from flowc.graph.prompts import reading_variable
from flowc_asterisk import protocol, quote
from flowc_asterisk.draft import ContextDraft, Script
from flowc_asterisk.lower_base import Release, Spot
from flowc_asterisk.lower_calls import TIME_LEFT
from flowc_asterisk.lower_input import leave

PROBE_S = 2  # how long a call that is over waits for a sign of life


def invoke(spot: Spot, operation: Invoke) -> None:
    """Ask, and go on in 2.5 s at the latest after the runtime's last sign of life."""
    slot, script = spot.slot(), spot.script
    request = spot.release.request
    environment = request.environment
    url = protocol.request_url(
        environment.runtime, environment.token, request.release8, operation.site
    )
    script.set("AG", f"{slot}.hung")
    script.set(protocol.NONCE, "${EPOCH}${RAND(100000,999999)}")
    script.set(protocol.ANSWER, "")
    script.set("O", "")
    if spot.block.id in spot.release.handler_blocks:
        _look_first(spot, script, slot)
    script.run("Set", f"TIMEOUT(absolute)={protocol.HANG_LIMIT_S}")
    script.run("AGI", url)
    _rewind(spot, operation, script)
    script.run("Set", f"TIMEOUT(absolute)={TIME_LEFT}")
    script.set("AG", "")
    _decide(spot, operation, slot)
    _states(spot, operation, slot)


def _look_first(spot: Spot, script: Script, slot: int) -> None:
    """Nothing bounds a question of a channel that has been hung up: neither its limit nor a hang-up
    can end it. So a channel of its own asks first whether the runtime lives, and is waited for.
    """
    probe = spot.release.own("alive")
    asks = f"Local/s@{probe}/n,exten,{probe},e,1,{PROBE_S}"
    gone = '"${HH}"="1"'
    script.run("ExecIf", f"$[{gone}]?Originate({asks})")
    script.run("GotoIf", f'$[{gone} & "${{ORIGINATE_STATUS}}"!="SUCCESS"]?{slot}.error,1')


def alive_context(release: Release) -> list[ContextDraft]:
    """Where a handler asks in: `s` answers once the runtime has spoken, `e` is the other end."""
    asked = (release.graph.blocks[id_].operations for id_ in release.handler_blocks)
    if not any(isinstance(one, Invoke) for operations in asked for one in operations):
        return []
    environment = release.request.environment
    context = ContextDraft(release.own("alive"))
    script = context.extension("s")
    script.run("Set", "CDR_PROP(disable)=1")
    script.set("AGIEXITONHANGUP", "yes")
    url = protocol.alive_url(environment.runtime, environment.token, release.id)
    script.run("AGI", url)
    script.run("Answer")
    script.run("Hangup")
    end = context.extension("e")
    end.run("Set", "CDR_PROP(disable)=1")
    end.run("Hangup")
    return [context]


def _rewind(spot: Spot, operation: Invoke, script: Script) -> None:
    """End the filler, so that the next one is heard from its beginning."""
    if operation.filler:
        script.run("StartMusicOnHold", protocol.quiet_class(spot.release.id))
        script.run("StopMusicOnHold")


def _decide(spot: Spot, operation: Invoke, slot: int) -> None:
    """By the answer, if the nonce stands behind it; `done` first, since it is the common one."""
    script = spot.script
    answered = f"${{{protocol.DONE}}}/${{FILTER(a-z0-9_,${{{protocol.ANSWER}}})}}"
    for outcome in outcomes(operation):
        word = quote.outcome(outcome)
        expected = f"${{{protocol.NONCE}}}/{word}"
        script.run("GotoIf", f'$["{answered}"="{expected}"]?{slot}.{word},1')
    script.go(f"{slot}.lost,1")


def _states(spot: Spot, operation: Invoke, slot: int) -> None:
    filled = _filled_by(spot, operation)
    for outcome in outcomes(operation):
        script = spot.context.extension(f"{slot}.{quote.outcome(outcome)}", spot.block.id)
        script.set("O", outcome)
        if outcome != "done":
            for name in filled:
                script.set(name, "")
        leave(spot, script, outcome)
    _lost(spot.context.extension(f"{slot}.lost", spot.block.id), operation, slot)
    hung = spot.context.extension(f"{slot}.hung", spot.block.id)
    hung.run("Set", f"TIMEOUT(absolute)={TIME_LEFT}")
    hung.set("AG", "")
    _rewind(spot, operation, hung)
    hung.go(f"{slot}.{_worst(operation)},1")


def _lost(script: Script, operation: Invoke, slot: int) -> None:
    """No answer that can be believed. An effect surely did not happen only where nobody was reached."""
    if operation.kind is not InvokeKind.LOOKUP:
        begun = f'"${{{protocol.BEGUN}}}"!="${{{protocol.NONCE}}}"'
        script.run("GotoIf", f'$["${{AGISTATUS}}"="FAILURE" & {begun}]?{slot}.error,1')
    script.go(f"{slot}.{_worst(operation)},1")


def _worst(operation: Invoke) -> str:
    return "error" if operation.kind is InvokeKind.LOOKUP else "unknown"


def _filled_by(spot: Spot, operation: Invoke) -> tuple[str, ...]:
    """The channel variables that only the outcome `done` may leave set."""
    names = [given.variable for given in operation.gives]
    names.extend(decided.variable for decided in operation.decided)
    names.extend(
        reading_variable(reading.variable, language)
        for reading in operation.readings
        for language in spot.release.graph.languages
    )
    return tuple(quote.variable(name) for name in dict.fromkeys(names))
