"""The states that a good entry never meets, once a release: every node's context includes them.

They run in the node's own context, so that log lines keep its name; `I` is the input's number in
its node, and `<I>.<outcome>` is where the node goes on. Knows no graph but its limits.
"""

from __future__ import annotations

from flowc.graph.model import WAY_OUT_S
from flowc.graph.operations import MOST_KEYS
from flowc_asterisk.draft import ContextDraft, Script
from flowc_asterisk.lower_base import Release
from flowc_asterisk.lower_calls import LED_OUT
from flowc_asterisk.lower_input import SWALLOW, swallow_late
from flowc_asterisk.lower_speech import NIL

_OWN = "${EXTEN:0:1}"


def input_states(release: Release) -> ContextDraft:
    """The context `fl-<release8>-input`, with `T` for the two kinds of time that run out."""
    context = ContextDraft(release.own("input"))
    for kind in "bk":
        _nothing(context.extension(f"_X{kind}"))
    _only_hash(context.extension("_Xb#"), "empty")
    _only_hash(context.extension("_Xk#"), "key")
    _wrong_key(context.extension("_Xk."))
    context.extension("_Xb.").go(f"{_OWN}p,1")
    _digits(context.extension("~digits"))
    _ended(context)
    _odd(context.extension("~odd"))
    for state in ("_Xs", "_Xs."):  # the prompt was skipped: only another `#` is no longer a skip
        context.extension(state).go(f"{_OWN}k${{EXTEN:2}},1")
    context.extension("_Xs#").go(f"{_OWN}k##,1")
    swallow = context.extension(f"_{SWALLOW}X")
    swallow.set("SW", "")
    swallow.go("${EXTEN:-1}r,1")
    _time_out(context.extension("T"), release)
    return context


def _outcome(script: Script, outcome: str) -> None:
    script.set("O", outcome)
    script.set("SW", "")
    script.go("${I}.${O},1")


def _nothing(script: Script) -> None:
    """No key. ERROR: the last file of the list is missing, or it would be silence at once."""
    script.set("I", _OWN)
    _outcome(script, '${IF($["${READSTATUS}"="ERROR"]?error:silence)}')


def _only_hash(script: Script, outcome: str) -> None:
    swallow_late(script, _OWN)
    script.set("I", _OWN)
    _outcome(script, outcome)


def _wrong_key(script: Script) -> None:
    script.set("I", _OWN)
    _outcome(script, "key")


def _digits(script: Script) -> None:
    """An entry that is no good one: a `*`, a letter, or too few."""
    script.run("GotoIf", "$[${FIELDQTY(B,*)}=1]?~odd,1")
    script.run("GotoIf", "$[${LEN(${B})}<${MX}]?~ended,1")  # a `#` or silence ended the Read
    script.label("more")  # it was full and a `*` stands in it: more may come
    script.set("E", "${CUT(B,*,${FIELDQTY(B,*)})}")
    script.set("N", "$[${MX}-${LEN(${E})}]")
    script.set(
        "N",
        f"${{IF($[${{N}}+${{LEN(${{B}})}}>{MOST_KEYS}]?$[{MOST_KEYS}-${{LEN(${{B}})}}]:${{N}})}}",
    )
    script.run("GotoIf", "$[${N}<1]?~ended,1")
    script.run("Read", f"J,{NIL},${{N}},,1,${{TD}}")
    script.set("B", "${B}${J}")
    script.run("GotoIf", "$[${LEN(${J})}=${N}]?more")
    script.go("~ended,1")


def _ended(context: ContextDraft) -> None:
    """What stands after the last `*` counts; the last two keys tell whether anything does."""
    context.extension("~ended").go("~e${B:-2},1")
    for state in ("~e*", "~e**"):
        _outcome(context.extension(state), "back")
    _outcome(context.extension("_~e[0-9A-D]*"), "empty")
    script = context.extension("_~e.")
    script.set("B", "${CUT(B,*,${FIELDQTY(B,*)})}")
    script.go("${I}b${B},1")


def _odd(script: Script) -> None:
    _outcome(script, '${IF($["${FILTER(0-9,${B})}"="${B}"]?too_short:key)}')


def _time_out(script: Script, release: Release) -> None:
    """Either a request hangs (`AG` names the state to go on in), or the call is too long."""
    script.run("GotoIf", "$[${LEN(${AG})}>0]?${AG},1")
    way_out = release.graph.limits.to
    if way_out is None:
        script.set(LED_OUT, "1")
        script.run("Hangup", "16")
    else:
        # Once, with a time of its own.
        script.run("ExecIf", f'$["${{{LED_OUT}}}"="1"]?Hangup(16)')
        script.set(LED_OUT, "1")
        script.set("LE", f"$[${{EPOCH}}+{WAY_OUT_S}]")
        script.run("Set", f"TIMEOUT(absolute)={WAY_OUT_S}")
        script.go(release.place(way_out))
