"""Requests to the runtime: one AGI application, bounded in time, believed only with its nonce.

Knows the protocol's variables; what the gateway does with them is its own business.
"""

from __future__ import annotations

from dataclasses import replace

from flowc.graph.operations import Invoke, InvokeKind, outcomes
from flowc_asterisk import protocol, quote
from flowc_asterisk.draft import Script
from flowc_asterisk.lower_after import ask_elsewhere, filled_by
from flowc_asterisk.lower_base import Spot
from flowc_asterisk.lower_calls import TIME_LEFT
from flowc_asterisk.lower_input import leave


def invoke(spot: Spot, operation: Invoke) -> None:
    """Ask, and go on in 2.5 s at the latest after the runtime's last sign of life."""
    slot, script = spot.slot(), spot.script
    script.set(protocol.NONCE, "${EPOCH}${RAND(100000,999999)}")
    script.set(protocol.ANSWER, "")
    script.set("O", "")
    if spot.block.id not in spot.release.handler_blocks:
        _ask(spot, operation, slot)
    elif spot.block.id not in spot.release.shared_blocks:
        ask_elsewhere(spot, operation)
    else:
        script = _ask_here_or_elsewhere(spot, operation, slot)
    _decide(script, operation, slot)
    _states(spot, operation, slot)


def _ask_here_or_elsewhere(spot: Spot, operation: Invoke, slot: int) -> Script:
    """As the call still is or not; both go on in the script that is given back."""
    ask, asked = _own(slot, "ask"), _own(slot, "asked")
    spot.script.run("GotoIf", f'$["${{HH}}"=""]?{ask},1')
    ask_elsewhere(spot, operation)
    spot.script.go(f"{asked},1")
    here = spot.context.extension(ask, spot.block.id)
    _ask(replace(spot, script=here), operation, slot)
    here.go(f"{asked},1")
    return spot.context.extension(asked, spot.block.id)


def _own(slot: int, name: str) -> str:
    """A state of ours: no result of a service begins with a digit."""
    return f"{slot}.0{name}"


def _ask(spot: Spot, operation: Invoke, slot: int) -> None:
    request, script = spot.release.request, spot.script
    environment = request.environment
    url = protocol.request_url(
        environment.runtime, environment.token, request.release8, operation.site
    )
    script.set("AG", _own(slot, "hung"))
    script.run("Set", f"TIMEOUT(absolute)={protocol.HANG_LIMIT_S}")
    script.run("AGI", url)
    _rewind(spot, operation, script)
    script.run("Set", f"TIMEOUT(absolute)={TIME_LEFT}")
    script.set("AG", "")


def _rewind(spot: Spot, operation: Invoke, script: Script) -> None:
    """End the filler, so that the next one is heard from its beginning."""
    if operation.filler:
        script.run("StartMusicOnHold", protocol.quiet_class(spot.release.id))
        script.run("StopMusicOnHold")


def _decide(script: Script, operation: Invoke, slot: int) -> None:
    """By the answer, if the nonce stands behind it; `done` first, since it is the common one."""
    answered = f"${{{protocol.DONE}}}/${{FILTER(a-z0-9_,${{{protocol.ANSWER}}})}}"
    for outcome in outcomes(operation):
        word = quote.outcome(outcome)
        expected = f"${{{protocol.NONCE}}}/{word}"
        script.run("GotoIf", f'$["{answered}"="{expected}"]?{slot}.{word},1')
    script.go(f"{_own(slot, 'lost')},1")


def _states(spot: Spot, operation: Invoke, slot: int) -> None:
    filled = filled_by(spot.release, operation)
    for outcome in outcomes(operation):
        script = spot.context.extension(f"{slot}.{quote.outcome(outcome)}", spot.block.id)
        script.set("O", outcome)
        if outcome != "done":
            for name in filled:
                script.set(name, "")
        leave(spot, script, outcome)
    _lost(spot.context.extension(_own(slot, "lost"), spot.block.id), operation, slot)
    hung = spot.context.extension(_own(slot, "hung"), spot.block.id)
    hung.run("Set", f"TIMEOUT(absolute)={TIME_LEFT}")
    hung.set("AG", "")
    _rewind(spot, operation, hung)
    hung.go(f"{_own(slot, 'lost')},1")


def _lost(script: Script, operation: Invoke, slot: int) -> None:
    """No answer that can be believed. An effect surely did not happen where none was begun."""
    if operation.kind is not InvokeKind.LOOKUP:
        begun = f'"${{{protocol.BEGUN}}}"="${{{protocol.NONCE}}}"'
        script.run("GotoIf", f"$[{begun}]?{slot}.unknown,1")
    script.go(f"{slot}.error,1")
