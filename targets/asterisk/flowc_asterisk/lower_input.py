"""Input: a cue sets the list, one whole `Read` takes an entry, and the entry names its own state.

States are extensions that begin with the input's number: `1b12345678`, `1k2`. The states that a
good entry never meets stand once a release in `input_states`. Knows nothing of retries: those are
blocks. The form was measured; see docs/decisions.
"""

from __future__ import annotations

from flowc.expression.types import WHOLE_NUMBERS
from flowc.graph.exits import Switch
from flowc.graph.operations import OUTCOME, Collect, Cue, CueKind, Digits, Options, outcomes
from flowc_asterisk import quote
from flowc_asterisk.draft import Script
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.layout import blocks_named, key_prefix, named_by_key
from flowc_asterisk.lower_base import Spot
from flowc_asterisk.lower_speech import MORE, NIL, ended, listed

FIRST_S, BETWEEN_S = 5, 3  # set once a call; other times cost a node four steps more
NOW_MS = "${STRFTIME(,,%s%3q)}"
LATE_MS = 1000
SWALLOW = "~swallow"
WIDEST_BY_PATTERN = 6  # different lengths that get a pattern each; more are told apart by a test


def cue(spot: Spot, operation: Cue) -> None:
    """Set the list `P` that the next Read offers, and what belongs to a fresh attempt."""
    uses, script, node = spot.release.uses, spot.script, spot.block.id.node_name
    led = node in spot.release.arrivals.leads
    prompt = listed(spot, operation.prompt, led=led and operation.kind is not CueKind.RETRY)
    lead = {CueKind.ENTRY: "${LD}", CueKind.AGAIN: "${LK}", CueKind.RETRY: ""}[operation.kind]
    at_once = _is_read_at_once(spot, operation, led=led)
    if at_once:
        spot.release.offered[spot.block.id] = ended(f"{'${LK}' if led else ''}{prompt}")
    else:
        script.set("P", ended(f"{lead if led else ''}{prompt}"))
    if uses.deaf(node):
        script.set("PD", listed(spot, operation.deaf))
    if led and operation.kind is CueKind.ENTRY:
        if uses.repeats(node):
            script.set("LK", "${LD}")
        script.set("LD", "")
    if spot.block.id in spot.release.arrivals.full:
        script.set("SW", "${SX}")
        script.set("SX", "")
    elif spot.block.id in spot.release.arrivals.open_window:
        script.set("SW", "")


def first_cue(spot: Spot, operation: Cue, lead: str) -> str:
    """The list of a call's first input, with what was said before it; kept for *repeat* if needed."""
    prompt = listed(spot, operation.prompt)
    if not lead or not spot.release.uses.repeats(spot.block.id.node_name):
        return ended(f"{lead}{prompt}")
    spot.script.set("LK", lead)
    return ended(f"${{LK}}{prompt}")


def first_attempt(spot: Spot, offered: str) -> None:
    """The same attempt once more, in a number's extension; its states are at home."""
    match spot.block.operations:
        case (Collect() as operation,):
            _read(spot, operation, offered, spot.release.states[spot.block.id])
        case _:
            raise AssertionError(f"{spot.block.id} is no attempt")


def _is_read_at_once(spot: Spot, operation: Cue, *, led: bool) -> bool:
    """The first attempt of a visit needs no `P`, unless a late `#` may have it said once more."""
    arrivals, here = spot.release.arrivals, spot.block.id
    is_first = operation is spot.block.operations[-1] and operation.kind is CueKind.ENTRY
    followed = spot.is_home and here in spot.release.in_line
    said_again = here in arrivals.full or here in arrivals.open_window
    kept = not led or spot.release.uses.repeats(here.node_name)
    return is_first and followed and kept and not said_again


def collect(spot: Spot, operation: Collect) -> None:
    """One attempt: read, and go to the state that the keys name. Takes the block's exit with it."""
    slot = spot.slot()
    behind = spot.release.stands_behind(spot.block.id)
    label = quote.segment(spot.block.id.part) if behind else f"r{slot}"
    is_menu = isinstance(operation.entry, Options)
    states = _named_states(spot, slot) if is_menu else f"{slot}b"
    spot.release.states[spot.block.id] = states
    at_once = spot.release.offered_at_once(spot.block.id)
    if at_once:
        _read(spot, operation, at_once, states)
    spot.script.label(label)
    if spot.release.uses.deaf(spot.block.id.node_name):
        spot.script.run("ExecIf", f"$[${{LEN(${{PD}})}}>0]?Playback(${{PD}}{NIL}{MORE})")
    _read(spot, operation, "${P}", states)
    match operation.entry:
        case Digits() as digits:
            _digit_states(spot, operation, digits, slot)
        case Options() as options:
            _option_states(spot, operation, options, slot)
    extension = spot.release.extension(spot.block.id)
    spot.context.extension(f"{slot}r", spot.block.id).go(f"{extension},{label}")
    _outcome_states(spot, operation, slot)


def _read(spot: Spot, operation: Collect, offered: str, states: str) -> None:
    """Offer the list and go to the state that the keys name."""
    match operation.entry:
        case Digits() as digits:
            _read_digits(spot, operation, digits, offered)
            spot.script.go(f"{states}${{B}},1")
        case Options():
            first = _timeout(operation.first_ms, FIRST_S)
            spot.script.run("Read", f"K,{offered},1,e{',1,' + first if first else ''}")
            spot.script.go(f"{states}${{K}},1")


def _timeout(milliseconds: int, usual_s: int) -> str:
    """Seconds as text; nothing where it is what every call has set."""
    return "" if milliseconds == usual_s * 1000 else seconds(milliseconds)


def seconds(milliseconds: int) -> str:
    """`5000` as `5`, `2500` as `2.5`."""
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".")


def _read_digits(spot: Spot, operation: Collect, digits: Digits, offered: str) -> None:
    """`Read` has one timeout argument for both timers, so other times are set round it."""
    script = spot.script
    own = (operation.first_ms, operation.inter_ms) != (FIRST_S * 1000, BETWEEN_S * 1000)
    if own:
        script.run("Set", f"TIMEOUT(response)={seconds(operation.first_ms)}")
        script.run("Set", f"TIMEOUT(digit)={seconds(operation.inter_ms)}")
    script.run("Read", f"B,{offered},{digits.most},e")
    if own:
        script.run("Set", f"TIMEOUT(response)={FIRST_S}")
        script.run("Set", f"TIMEOUT(digit)={BETWEEN_S}")


def _digit_states(spot: Spot, operation: Collect, digits: Digits, slot: int) -> None:
    if not 1 <= digits.least <= digits.most <= 64:
        raise NotNativeError("an entry has 1 to 64 digits")
    if digits.person and digits.least > 1:
        script = spot.context.extension(f"{slot}b0", spot.block.id)
        script.set("O", "person")
        script.go(f"{slot}.person,1")
    if digits.most - digits.least < WIDEST_BY_PATTERN:
        _states_by_length(spot, operation, digits, slot)
    else:
        _states_by_test(spot, operation, digits, slot)
    script = spot.context.extension(f"{slot}p", spot.block.id)
    script.set("I", str(slot))
    script.set("MX", str(digits.most))
    script.set("TD", seconds(operation.inter_ms))
    script.go("~digits,1")


def _states_by_length(spot: Spot, operation: Collect, digits: Digits, slot: int) -> None:
    for length in range(digits.least, digits.most + 1):
        script = spot.context.extension(f"_{slot}b{'X' * length}", spot.block.id)
        _take_entry(spot, operation, script, is_full=length == digits.most)


def _states_by_test(spot: Spot, operation: Collect, digits: Digits, slot: int) -> None:
    """Any entry; what is no good one goes on to the shared states."""
    script = spot.context.extension(f"_{slot}b[0-9]!", spot.block.id)
    good = f'"${{FILTER(0-9,${{B}})}}"="${{B}}" & ${{LEN(${{B}})}}>={digits.least}'
    script.run("GotoIf", f"$[{good}]?:{slot}p,1")
    script.set("SX", f"${{IF($[${{LEN(${{B}})}}={digits.most}]?{NOW_MS})}}")
    _take_entry(spot, operation, script, is_full=False)


def _take_entry(spot: Spot, operation: Collect, script: Script, *, is_full: bool) -> None:
    if is_full and spot.release.arrivals.asked_after_entry:
        script.set("SX", NOW_MS)
    if spot.release.uses.outcome_later:
        script.set("O", "done")
    if operation.into:
        whole = spot.release.graph.variables.get(operation.into) in WHOLE_NUMBERS
        script.set(quote.variable(operation.into), "$[${B}+0]" if whole else "${B}")
    leave(spot, script, "done")


def _named_states(spot: Spot, slot: int) -> str:
    """What the state of a key is called by: where blocks are called so too, a key is at its block
    at once, and the other keys go round by the states that every menu has."""
    named = named_by_key(spot.block)
    if not named or spot.release.uses.outcome_later:
        return f"{slot}k"
    prefix = quote.segment(key_prefix(named))
    if set(blocks_named(spot.release.graph, spot.block.id.node_name, prefix)) - set(named.values()):
        return f"{slot}k"
    spot.context.extension(prefix, spot.block.id).go(f"{slot}k,1")
    other = spot.context.extension(f"_{prefix}.", spot.block.id)
    other.go(f"{slot}k${{EXTEN:{len(prefix)}}},1")
    return prefix


def _option_states(spot: Spot, operation: Collect, options: Options, slot: int) -> None:
    keys = tuple(quote.key(one) for one in options.keys)
    if any("#" in one and one != "#" for one in keys):
        raise NotNativeError("`#` ends a string of keys, so it cannot be part of one")
    begun = {one[:end] for one in keys for end in range(1, len(one))}
    for string in sorted({*keys, *begun}):
        script = spot.context.extension(_state(slot, string), spot.block.id)
        if string == "#":
            swallow_late(script, str(slot))
        if string in begun:
            _wait_for_more(spot, slot, string, is_key=string in keys)
            script.run("Read", f"K,{NIL},1,e,1,{seconds(operation.inter_ms)}")
            script.go(f"{_state(slot, string)}k${{K}},1")
        else:
            _take_option(spot, script, string)
    if options.skip and "#" not in keys:
        _skip(spot, operation, slot)


def _state(slot: int, string: str) -> str:
    """`1k2`; `1k1k2` for the second key of a longer string."""
    return f"{slot}k{'k'.join(quote.key(string))}"


def _take_option(spot: Spot, script: Script, string: str) -> None:
    """A single key names its state, which tells the outcome by itself; anything else says it."""
    if len(string) > 1 or spot.release.uses.outcome_later:
        script.set("O", string)
    leave(spot, script, string)


def _wait_for_more(spot: Spot, slot: int, string: str, *, is_key: bool) -> None:
    """After `1` where `12` is a choice too: silence or `#` ends the string."""
    for end in ("", "#"):
        script = spot.context.extension(f"{_state(slot, string)}k{end}", spot.block.id)
        outcome = string if is_key else "key"
        script.set("O", outcome)
        leave(spot, script, outcome)


def swallow_late(script: Script, slot: str) -> None:
    """A `#` that comes within a second after an entry was full counts nowhere."""
    script.run("GotoIf", f"$[0${{SW}}>{NOW_MS}-{LATE_MS}]?{SWALLOW}{slot},1")


def _skip(spot: Spot, operation: Collect, slot: int) -> None:
    """`#` stops the prompt once a cue; a second one is a wrong key."""
    script = spot.context.extension(f"{slot}k#", spot.block.id)
    swallow_late(script, str(slot))
    script.run("Read", f"K,{NIL},1,e,1,{seconds(operation.first_ms)}")
    script.go(f"{slot}s${{K}},1")


def _outcome_states(spot: Spot, operation: Collect, slot: int) -> None:
    """Where the shared states lead back to: one extension an outcome."""
    taken = set(operation.entry.keys) if isinstance(operation.entry, Options) else {"done"}
    for outcome in outcomes(operation):
        if outcome not in taken:
            state = f"{slot}.{quote.outcome(outcome)}"
            leave(spot, spot.context.extension(state, spot.block.id), outcome)


def leave(spot: Spot, script: Script, outcome: str) -> None:
    """Take the block's exit with this outcome."""
    match spot.block.exit:
        case Switch(variable, _, _) as switch if variable == OUTCOME:
            target = switch.case(outcome)
            if target is None:
                raise NotNativeError(f"the outcome `{outcome}` has no way out")
            script.go(spot.release.way(spot.block.id, target))
        case _:
            raise NotNativeError(
                "a block that can end in several ways leaves by a Switch over them"
            )
