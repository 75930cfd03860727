"""Queues and telephones: what takes the caller out of the flow's hands for a while.

The call's own time stands still in a queue and while a telephone rings or is spoken on. Knows
nothing of input.
"""

from __future__ import annotations

from flowc.graph.operations import Dial, Enqueue, outcomes
from flowc_asterisk import quote
from flowc_asterisk.draft import ContextDraft, Script
from flowc_asterisk.lower_base import Release, Spot
from flowc_asterisk.lower_calls import TIME_LEFT
from flowc_asterisk.lower_input import leave
from flowc_asterisk.lower_speech import NIL, listed
from flowc_asterisk.protocol import TOKEN

QUEUE_OUTCOMES = {
    "CONTINUE": "after_agent",
    "TIMEOUT": "waited_too_long",
    "FULL": "full",
    "JOINEMPTY": "no_agents",
    "LEAVEEMPTY": "no_agents",
    "JOINUNAVAIL": "no_agents",
    "LEAVEUNAVAIL": "no_agents",
}
DIAL_OUTCOMES = {"ANSWER": "after_agent", "BUSY": "busy", "NOANSWER": "no_answer"}
# In the lab each call has queues of its own, so that many can be in one at once, and a number that
# is dialled hears whose call it is.
LINE, JOINS = "FL", "FJ"
LAB_DIALLED = "flowc-lab-dialled"


def queue_name(name: str) -> str:
    """A queue on the server. It bears no release: callers and sign-ins outlive one."""
    return f"fl-{quote.segment(name)}"


def lab_queue(name: str, line: int, join: int) -> str:
    """The queue of one call of a test, and of that call's first, second ... wait in a queue."""
    return f"{queue_name(name)}-{line}-{join}"


def queue_keys(name: str) -> str:
    """The context that a queue looks its exit keys up in; no release either."""
    return f"flowc-keys-{quote.segment(name)}"


# The server hands a caller's name and number on as they came, line ends and all (tried on 22.10): to
# the telephones that it rings, and into its log of queues.
_NAMED = f"{quote.inside('CALLERID(name)')}{quote.inside('CALLERID(num)')}"
_HOLDS_LINES = f'${{REGEX("[[:cntrl:]]" {_NAMED})}}'


def stand_still(release: Release, script: Script) -> None:
    """The call's time stops: no limit, and remember when. A talk has a record of its own, which
    shall hold the marks that were made before it. Who calls by a name of several lines is nobody."""
    script.run("ExecIf", f"{_HOLDS_LINES}?Set(CALLERID(all)=)")
    script.set("W0", "${EPOCH}")
    script.set("CDR(userfield)", f"{release.id}${{MK}}")
    script.run("Set", "TIMEOUT(absolute)=0")


def go_on(script: Script) -> None:
    script.set("LE", "$[${LE}+${EPOCH}-${W0}]")
    script.run("Set", f"TIMEOUT(absolute)={TIME_LEFT}")


def enqueue(spot: Spot, operation: Enqueue) -> None:
    slot, script = spot.slot(), spot.script
    if operation.priority is not None:
        script.set("QUEUE_PRIO", spot.release.value(operation.priority, script))
    else:
        script.set("QUEUE_PRIO", "")
    script.set("FQ", spot.context.name)  # where an exit key goes on: context and input
    script.set("FS", str(slot))
    script.set("QEHOLDTIME", "")
    script.set("QUEUESTATUS", "")
    script.set("O", "")
    stand_still(spot.release, script)
    wait = "" if operation.max_wait_s is None else str(int(operation.max_wait_s))
    name = queue_name(operation.queue)
    if spot.release.request.lab:
        script.set(JOINS, f"$[0${{{JOINS}}}+1]")
        name += f'${{IF($["${{{LINE}}}"=""]?:-${{{LINE}}}-${{{JOINS}}})}}'
    script.run("Queue", f"{name},c,,,{wait}")
    _after_queue(script)
    for status, outcome in QUEUE_OUTCOMES.items():
        script.run("GotoIf", f'$["${{QUEUESTATUS}}"="{status}"]?{slot}.{outcome},1')
    script.go(f"{slot}.error,1")
    for key in operation.exit_keys:
        state = spot.context.extension(f"{slot}q{quote.key(key)}", spot.block.id)
        _after_queue(state)
        state.go(f"{slot}.key_{quote.key(key)},1")
    _outcome_states(spot, operation, slot)


def _after_queue(script: Script) -> None:
    waited = "${IF($[${LEN(${QEHOLDTIME})}>0]?${QEHOLDTIME}:$[${EPOCH}-${W0}])}"
    script.set(quote.variable("call.waited"), waited)
    go_on(script)


def dial(spot: Spot, operation: Dial) -> None:
    """Ring one number after another; the outcome is the last one's."""
    slot, script = spot.slot(), spot.script
    allow = spot.release.own("allow", f"a{_allow_lists(spot.release).index(operation.allowed)}")
    script.set("O", "failed")
    if operation.accept:
        script.set("__DP", f"{listed(spot, operation.accept_prompt)}{NIL}")
    stand_still(spot.release, script)
    for number in operation.numbers:
        _ring(spot, operation, spot.release.value(number, script), allow, slot)
    script.go(f"{slot}d,1")
    end = spot.context.extension(f"{slot}d", spot.block.id)
    go_on(end)
    end.go(f"{slot}.${{O}},1")
    _outcome_states(spot, operation, slot)


def _ring(spot: Spot, operation: Dial, number: str, allow: str, slot: int) -> None:
    """Only digits that fit the allow-list reach Dial; the options let nobody transfer or record."""
    script = spot.script
    label = f"n{slot}x{operation.ring_s}x{len(script.finished())}"
    script.set("DN", number, alone=True)
    script.set("DA", "" if operation.accept else "1")
    script.set("DF", _IS_DIGITS)
    script.set("O", "failed")
    allowed = f"${{DIALPLAN_EXISTS({allow},e${{FILTER(0-9,${{DN}})}},1)}}"
    script.run("GotoIf", f"$[${{DF}} & {allowed}]?:{label}")
    trunk = quote.endpoint(spot.release.request.environment.trunk)
    accept = _accept_option(spot.release, operation)
    target = f"PJSIP/${{FILTER(0-9,${{DN}})}}@{trunk}"
    named = f"b({LAB_DIALLED}^s^1(${{{TOKEN}}}))" if spot.release.request.lab else ""
    script.run("Dial", f"{target},{int(operation.ring_s)},g{accept}{named}")
    script.set("O", "${IF($[" + '"${DIALSTATUS}/${DA}"="ANSWER/1"' + "]?after_agent:failed)}")
    script.run("GotoIf", f'$["${{O}}"="after_agent"]?{slot}d,1')
    script.set("O", _DIAL_FAILURE)
    script.label(label)


_DIALLED = quote.inside("DN")
_IS_DIGITS = (
    f"$[${{LEN({_DIALLED})}}>0 & ${{LEN({_DIALLED})}}=${{LEN(${{FILTER(0-9,{_DIALLED})}})}}]"
)
_DIAL_FAILURE = (
    '${IF($["${DIALSTATUS}"="BUSY"]?busy:'
    '${IF($["${DIALSTATUS}"="NOANSWER" | "${DIALSTATUS}"="ANSWER"]?no_answer:failed)})}'
)


def _accept_option(release: Release, operation: Dial) -> str:
    return f"U({release.own('accept')}^{quote.key(operation.accept)})" if operation.accept else ""


def _outcome_states(spot: Spot, operation: Enqueue | Dial, slot: int) -> None:
    for outcome in outcomes(operation):
        script = spot.context.extension(f"{slot}.{quote.outcome(outcome)}", spot.block.id)
        script.set("O", outcome)
        leave(spot, script, outcome)


def _dials(release: Release) -> list[Dial]:
    return [
        operation
        for block in release.graph.blocks.values()
        for operation in block.operations
        if isinstance(operation, Dial)
    ]


def _allow_lists(release: Release) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(operation.allowed for operation in _dials(release)))


def people_contexts(release: Release) -> list[ContextDraft]:
    """Allow-lists as patterns, and what a called party must do to accept."""
    contexts = []
    for index, allowed in enumerate(_allow_lists(release)):
        context = ContextDraft(release.own("allow", f"a{index}"))
        for pattern in dict.fromkeys(allowed):
            end = quote.number_pattern(pattern)
            context.extension(f"_e{end}" if end.endswith("!") else f"e{end}").run("NoOp")
        contexts.append(context)
    if any(operation.accept for operation in _dials(release)):
        contexts.append(_accept_context(release))
    return contexts


def _accept_context(release: Release) -> ContextDraft:
    """Runs on the called party's leg: only its key makes the talk count."""
    context = ContextDraft(release.own("accept"))
    script = context.extension("s")
    script.run("Read", "DK,${DP},1,e,1,10")
    script.run("GotoIf", '$["${DK}"="${ARG1}"]?yes')
    script.set("GOSUB_RESULT", "CONTINUE")
    script.run("Return")
    script.label("yes")
    script.run("Set", "MASTER_CHANNEL(DA)=1")
    script.run("Return")
    return context
