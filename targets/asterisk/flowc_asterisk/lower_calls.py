"""The frame of a call: answering, sub-flows, the back list, marks, the clock, hanging up.

Knows neither input nor what lies outside the server.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.graph.exits import Back, Call, Hangup, Return, return_register
from flowc.graph.operations import Clock, Forget, Language, Mark, Remember
from flowc_asterisk import quote
from flowc_asterisk.draft import ContextDraft, Script
from flowc_asterisk.lower_base import Release, Spot
from flowc_asterisk.lower_input import BETWEEN_S, FIRST_S
from flowc_asterisk.lower_recording import drop_empty_recording
from flowc_asterisk.lower_values import spelling
from flowc_asterisk.protocol import LANGUAGE

MOST_REMEMBERED = 8
TOKEN_SIGNS = 4
LED_OUT = "LW"  # set where the call's limit has led out
LAB_LANGUAGE = "FG"  # a test's call may be in another language than the first
# A caller's number, if it is one whole: what is left of other text is nobody's number.
_NUMBER = quote.inside("CALLERID(num)")
_DIGITS_OF_CALLER = f"${{FILTER(0-9+,{_NUMBER})}}"
_IS_NUMBER = f"$[${{LEN({_NUMBER})}}=${{LEN({_DIGITS_OF_CALLER})}} & ${{LEN({_NUMBER})}}<33]"
CALLER = f"${{IF({_IS_NUMBER}?{_DIGITS_OF_CALLER})}}"
# The call's record: release, who ended it, the last node, the number dialled, the caller's number by
# its ends, marks. The node's context is what the handler was called from: no step of the call
# itself has to note it.
# A flow hangs up by the last step of an extension, a caller in another one: the others that are
# last take no time. The handler's own extension is the number dialled.
_NEXT = "${STACK_PEEK(1,c,1)},${STACK_PEEK(1,e,1)},$[${STACK_PEEK(1,p,1)}+1]"
_FLOW = f'${{IF($["${{{LED_OUT}}}"="1"]?limit:flow)}}'
_BY = f"${{IF($[${{DIALPLAN_EXISTS({_NEXT})}}]?caller:{_FLOW})}}"
_AT = f"${{STACK_PEEK(1,c,1):{len('fl-12345678.')}}}"
_ENDS = f"{_DIGITS_OF_CALLER[:-1]}:0:3}}****{_DIGITS_OF_CALLER[:-1]}:-4}}"
_MASKED = f"${{IF($[{_IS_NUMBER} & ${{LEN({_NUMBER})}}>7]?{_ENDS}:withheld)}}"
_RECORD = f"by={_BY} at={_AT} to=${{EXTEN}} from={_MASKED}"
_KEPT = "CDR(userfield)=${RH}${MK}"  # where the handler may add marks: all but these in `RH`
TIME_LEFT = "${IF($[${LE}>${EPOCH}]?$[${LE}-${EPOCH}]:0.1)}"


def begin(release: Release, script: Script, number: str) -> None:
    """What an entry sets before the call's first block, in one step.

    It stands here and not at Answer, since a flow may come back to its first block.
    """
    uses = release.uses
    if uses.invokes:
        script.set("AGIEXITONHANGUP", "yes")  # else a hung runtime could not be left
    script.set("S", quote.path(release.request.environment.sounds))
    script.set("LE", f"$[${{EPOCH}}+{release.graph.limits.length_s}]")
    for name, value in _facts(release, number):
        script.set(name, value)
    for name, value in spelling(release):
        script.set(name, value.replace("${S}", release.request.environment.sounds))
    script.set("TIMEOUT(absolute)", str(int(release.graph.limits.length_s)))
    script.set("TIMEOUT(response)", str(FIRST_S))
    script.set("TIMEOUT(digit)", str(BETWEEN_S))
    # The comma's own sign is kept from parting the list by a backslash.
    handler = f"{release.own('hangup')}\\,{quote.digits(number)}\\,1"
    script.set("CHANNEL(hangup_handler_push)", handler, parted=False)


def _facts(release: Release, number: str) -> Iterator[tuple[str, str]]:
    """Of the call: what the flow, or a request on its behalf, asks for."""
    asked = release.uses.read
    first = quote.language(release.graph.languages[0])
    if release.request.lab:
        first = f'${{IF($["${{{LAB_LANGUAGE}}}"=""]?{first}:${{{LAB_LANGUAGE}}})}}'
    if len(release.graph.languages) > 1 or release.uses.invokes:
        yield LANGUAGE, first
    facts = {
        "call.from": CALLER,
        "call.to": quote.digits(number),
        "call.started": "$[${EPOCH}+0${FO}]",
        "call.language": first,
    }
    for name, value in facts.items():
        if name in asked:
            yield quote.variable(name), value


def clock(spot: Spot, operation: Clock) -> None:
    """The time in the project's zone, by arithmetic on the server's epoch."""
    del operation
    script = spot.script
    script.set("CN", spot.release.writer.local_now())
    script.set(quote.variable("clock.date"), "${STRFTIME(${CN},UTC,%Y%m%d)}")
    minute = "$[${STRFTIME(${CN},UTC,%H)}*60+${STRFTIME(${CN},UTC,%M)}]"
    script.set(quote.variable("clock.minute"), minute)
    script.set(quote.variable("clock.weekday"), "${STRFTIME(${CN},UTC,%u)}")


def language(spot: Spot, operation: Language) -> None:
    name = quote.language(operation.language)
    spot.script.set(LANGUAGE, name)
    if "call.language" in spot.release.uses.read:
        spot.script.set(quote.variable("call.language"), name)


def mark(spot: Spot, operation: Mark) -> None:
    """Once a call, in `MK`, the call's record.

    The record itself is written at the end, and before others take part in the call: a step that
    touches the CDR waits for the server's own thread.
    """
    name = quote.segment(operation.name)
    if operation.name in spot.release.arrivals.marked_once:
        spot.script.set("MK", f"${{MK}} {name}")
    else:
        made = f'${{REGEX("(^| ){name}( |$)" ${{MK}})}}'
        spot.script.run("ExecIf", f"$[{made}=0]?Set(MK=${{MK}} {name})")


def remember(spot: Spot, operation: Remember) -> None:
    kept = (MOST_REMEMBERED - 1) * TOKEN_SIGNS
    spot.script.set("BL", f"${{BL:-{kept}}}{spot.release.token(operation.node)}")


def forget(spot: Spot, operation: Forget) -> None:
    """Take some flows' menus off the list; with nothing on it this is one step."""
    flows = operation.flows
    own = [one for one in spot.release.uses.remembered if one.partition(".")[0] in flows]
    if not own:
        return
    label = f"forgot{spot.block.operations.index(operation)}"
    spot.script.run("GotoIf", f'$["${{BL}}"=""]?{label}')
    for node in own:
        spot.script.set("BL", f"${{STRREPLACE(BL,{spot.release.token(node)})}}")
    spot.script.label(label)


def call(spot: Spot, exit_: Call) -> None:
    spot.script.set(_return_register(exit_.flow), str(exit_.site))
    spot.go(exit_.entry)


def return_(spot: Spot, exit_: Return) -> None:
    """To the site that called; its number names an extension of the flow's returns."""
    register = _return_register(exit_.flow)
    other = spot.release.way(spot.block.id, exit_.otherwise)
    spot.script.run("GotoIf", f'$["${{{register}}}"=""]?{other}')
    returns = spot.release.own("return", exit_.flow)
    spot.script.go(f"{returns},${{FILTER(0-9,${{{register}}})}}.{quote.word(exit_.result)},1")


def _return_register(flow: str) -> str:
    return quote.variable(return_register(flow))


def back(spot: Spot, exit_: Back) -> None:
    if exit_.otherwise is not None:
        other = spot.release.way(spot.block.id, exit_.otherwise)
        spot.script.run("GotoIf", f'$["${{BL}}"=""]?{other}')
    spot.script.set("BT", f"${{BL:-{TOKEN_SIGNS}}}")
    spot.script.set("BL", f"${{BL:0:-{TOKEN_SIGNS}}}")
    spot.script.go(f"{spot.release.own('back')},${{BT}},1")


def hang_up(spot: Spot, exit_: Hangup) -> None:
    """End the call; in the handler of its end, end the handler."""
    here = spot.block.id
    adds = _adds_marks(spot.release)
    if here in spot.release.shared_blocks:
        if adds:
            spot.script.run("ExecIf", f'$["${{HH}}"="1"]?Set({_KEPT})')
        spot.script.run("ExecIf", '$["${HH}"="1"]?Return()')
    if here in spot.release.handler_blocks - spot.release.shared_blocks:
        if adds:
            spot.script.run("Set", _KEPT)
        spot.script.run("Return")
    else:
        spot.script.run("Hangup", str(int(exit_.cause)))


def _adds_marks(release: Release) -> bool:
    """Is a mark passed after the end of the call?"""
    blocks = (release.graph.blocks[id_] for id_ in release.handler_blocks)
    return any(isinstance(one, Mark) for block in blocks for one in block.operations)


def frame_contexts(release: Release) -> list[ContextDraft]:
    """The contexts that menus on the back list, returns and the end of a call are found by."""
    contexts = [_hangup_context(release), *_return_contexts(release)]
    if release.uses.remembered:
        contexts.append(_back_context(release))
    return contexts


def _back_context(release: Release) -> ContextDraft:
    context = ContextDraft(release.own("back"))
    for node in release.uses.remembered:
        if node not in release.graph.menus:
            release.report(f"the menu `{node}` is remembered but has no block to enter it by", None)
            continue
        context.extension(release.token(node)).go(release.place(release.graph.menus[node]))
    return context


def _return_contexts(release: Release) -> list[ContextDraft]:
    contexts: dict[str, ContextDraft] = {}
    for block in release.graph.blocks.values():
        match block.exit:
            case Call(flow, _, site, results):
                name = release.own("return", flow)
                context = contexts.setdefault(flow, ContextDraft(name))
                for result, to in results:
                    script = context.extension(f"{site}.{quote.word(result)}", block.id)
                    script.set(_return_register(flow), "")
                    script.go(release.place(to))
            case _:
                pass
    return list(contexts.values())


def _hangup_context(release: Release) -> ContextDraft:
    """Runs once at every end of a call. `HH` tells its blocks that the caller is gone."""
    context = ContextDraft(release.own("hangup"))
    script = context.extension("_[0-9+]!")
    if release.graph.on_hangup is not None:
        script.set("HH", "1")
    if release.uses.invokes:
        script.set("AG", "")
    if _adds_marks(release):
        script.run("Set", f"RH={release.id} {_RECORD}")
        script.run("Set", _KEPT)
    else:
        script.run("Set", f"CDR(userfield)={release.id} {_RECORD}${{MK}}")
    if release.graph.on_hangup is None:
        script.run("Return")
    else:
        drop_empty_recording(release, script)
        script.go(release.place(release.graph.on_hangup))
    return context
