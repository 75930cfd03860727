"""Recordings: one step of the server, what counts as empty, and what a hang-up leaves of one.

Knows the caller's voice only as the size of a file.
"""

from __future__ import annotations

from flowc.graph.operations import SHORTEST_RECORDING_MS, Record
from flowc_asterisk import quote
from flowc_asterisk.draft import Script
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.lower_base import Release, Spot
from flowc_asterisk.lower_input import leave

BYTES_A_SECOND = 16_000  # of a recording: 16 bits, 8 kHz
HEADER_BYTES = 44
CUT_BY_KEY_MS = 250  # off the end of a recording that a key ended (app_record)
KEPT_SILENCE_S = 1.3  # what a recording that silence ended still holds of it, and a little


def record(spot: Spot, operation: Record) -> None:
    """Record after a tone. Nothing but silence is `empty`: such a file is shorter than speech.

    `RV` names the variable while the recording runs, for the handler of the call's end.
    """
    slot, script = spot.slot(), spot.script
    into = quote.variable(operation.into)
    ends = {"#": "", "*": "t"}
    if operation.end_key not in ends:
        raise NotNativeError("a recording ends with `#` or `*`")
    script.set("RC", "$[0${RC}+1]")
    script.set("RI", "${FILTER(0-9A-Za-z_.-,${UNIQUEID})}-${RC}")
    script.set("RECORD_STATUS", "")
    script.set("O", "")
    script.set(into, "${RI}")
    script.set("RV", into)
    file = recording_file(spot.release)
    limits = f"{int(operation.silence_s)},{int(operation.most_s)}"
    script.run("Record", f"{file},{limits},k{ends[operation.end_key]}")
    script.set("RV", "")
    script.set("RS", f"${{FILTER(0-9,${{STAT(s,{file})}})}}")
    by_key = _size((SHORTEST_RECORDING_MS - CUT_BY_KEY_MS) / 1000)
    least = f"${{IF($[{_IS_SILENCE}]?{_size(KEPT_SILENCE_S)}:{by_key})}}"
    script.run("GotoIf", f'$["${{RECORD_STATUS}}"="ERROR" | "${{RS}}"=""]?{slot}.error,1')
    script.run("GotoIf", f"$[${{RS}}<{least}]?{slot}.empty,1")
    script.set("O", "done")
    leave(spot, script, "done")
    for outcome in ("empty", "error"):
        state = spot.context.extension(f"{slot}.{outcome}", spot.block.id)
        state.set("O", outcome)
        state.set(into, "")
        leave(spot, state, outcome)


def recording_file(release: Release) -> str:
    """The file of the call's newest recording."""
    return f"{quote.path(release.request.environment.recordings)}/${{RI}}.wav"


def drop_empty_recording(release: Release, script: Script) -> None:
    """The caller hung up while recorded: what is too short for a word is no message.

    Nothing where the handler can't ask for a recording.
    """
    blocks = release.graph.blocks.values()
    if not any(isinstance(one, Record) for block in blocks for one in block.operations):
        return
    size = f"0${{FILTER(0-9,${{STAT(s,{recording_file(release)})}})}}"
    least = _size(SHORTEST_RECORDING_MS / 1000)
    script.run("ExecIf", f'$["${{RV}}"!="" & {size}<{least}]?Set(${{RV}}=)')


_IS_SILENCE = '"${RECORD_STATUS}"="SILENCE"'


def _size(seconds: float) -> int:
    return HEADER_BYTES + int(seconds * BYTES_A_SECOND)
