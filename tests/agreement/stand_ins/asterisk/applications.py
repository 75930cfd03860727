"""The applications that take no one else in: the dialplan's own, prompts and keys.

Each gives whether the call goes on. Times beyond those of the text are the server's, as measured.
"""

from __future__ import annotations

import re

from ..line import OVER, SPOKE, Line, StandInError
from .agi import agi
from .arguments import padded, separate
from .channel import Channel
from .functions import is_true
from .people import dial, queue
from .recording import record

NO_KEY = "X"
READ_OPTIONS = ("", "e")


def set_(channel: Channel, data: str) -> bool:
    name, sign, value = data.partition("=")
    if not sign or not name or " " in name:
        raise StandInError(f"Set({data}) sets nothing")
    channel.set(name, value)
    return True


def goto(channel: Channel, data: str) -> bool:
    channel.goto(data)
    return True


def goto_if(channel: Channel, data: str) -> bool:
    condition, _, ways = data.partition("?")
    then, _, otherwise = ways.partition(":")
    way = then if is_true(condition) else otherwise
    if way:
        channel.goto(way)
    return True


def exec_if(channel: Channel, data: str) -> bool:
    """One application if the condition holds. It runs without an event of its own."""
    condition, sign, call = data.partition("?")
    found = re.fullmatch(r"([A-Za-z]+)\((.*)\)", call, re.DOTALL)
    if not sign or found is None or "," in condition:
        raise StandInError(f"ExecIf({data}) is not of its form")
    # What stands behind a `:` is another application; a `:` in brackets is not looked at.
    if len(separate(call, ":", 2, raw=True)) > 1:
        raise StandInError(f"ExecIf({data}) has a second way")
    if not is_true(condition):
        return True
    return channel.host.applications[found[1]](channel, found[2])


def music(channel: Channel, data: str) -> bool:
    """What is heard while nothing else is; nobody has to wait for it."""
    channel.host.music.append((channel.now, data))
    return True


def originate(channel: Channel, data: str) -> bool:
    """A call of the server's own to a place in the dialplan; waits until that answers."""
    target, kind, _, _, _, seconds, options = separate(data, ",", 7)
    found = re.fullmatch(r"Local/(.+)@(.+)/n", target)
    given = re.fullmatch(r"v\(__([A-Za-z]+)=([^()^]*)\)", options)
    if found is None or kind != "exten" or given is None:
        raise StandInError(f"Originate({data}) is not known")
    far = Channel(channel.host, Apart(channel.host.line), (found[2], found[1]), channel)
    far.variables[given[1]] = given[2]
    far.hangs_at = channel.now + int(seconds) * 1000
    channel.set("ORIGINATE_STATUS", "SUCCESS" if far.run_to_answer() else "FAILED")
    return True


class Apart:
    """The end of a channel that hears nothing of the caller: only time passes, and the runtime speaks."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def pass_to(self, until: int | None) -> str:
        while (told := self._line.pass_to(until)) not in (OVER, SPOKE):
            pass
        return told


def no_op(_: Channel, __: str) -> bool:
    return True


def return_(channel: Channel, data: str) -> bool:
    """Back to where a subroutine was begun; whoever began it goes on there."""
    if data:
        raise StandInError("Return gives a value")
    channel.leave_sub()
    channel.set("GOSUB_RETVAL", "")
    return False


def answer(channel: Channel, _: str) -> bool:
    if channel.is_up:
        return True
    channel.is_up = True
    if channel.master is not None:
        return True
    channel.host.line.answered()
    kept: list[str] = []
    end = channel.now + channel.host.pace.answer
    while (told := channel.pass_to(end)) not in (None, OVER):
        kept.append(told or "")
    channel.kept = kept
    return told is not None


def hang_up(_: Channel, data: str) -> bool:
    if not re.fullmatch("[0-9]+", data):
        raise StandInError(f"Hangup({data}) names no cause")
    return False


def wait_digit(channel: Channel, data: str) -> bool:
    """Reads and drops all keys but those that are waited for."""
    seconds, wanted = padded(separate(data), 2)
    is_flush = wanted == NO_KEY and not channel.host.pace.ends_and_flushes
    key = channel.wait_for_digit(0 if is_flush else round(float(seconds) * 1000), wanted)
    if key is None:
        channel.set("WAITDIGITSTATUS", "CANCEL")
        return False
    if key != OVER:
        channel.set("WAITDIGITRESULT", key)
    channel.set("WAITDIGITSTATUS", "DTMF" if key else "TIMEOUT")
    return True


def playback(channel: Channel, data: str) -> bool:
    """Files one after another, whole; keys are dropped."""
    files, options = padded(separate(data, ",", 2), 2)
    if not files or options not in ("", "noanswer"):
        raise StandInError(f"Playback({data}) is not known")
    status, goes_on = "SUCCESS", True
    for file in files.split("&"):
        told = play(channel, file, "")
        if told is None:
            goes_on = False
            break
        if told == MISSING:
            status = "FAILED"
    silence(channel)
    channel.set("PLAYBACKSTATUS", status)
    return goes_on


MISSING = "missing"


def play(channel: Channel, file: str, stops: str) -> str | None:
    """One file, up to a key of `stops`: that key, `OVER`, `MISSING`, or None where the call is over."""
    length = channel.host.length_ms(file)
    if length is None:
        return MISSING
    if channel.master is None:
        channel.host.line.says()
    return channel.wait_for_digit(length, stops)


def silence(channel: Channel) -> None:
    if channel.master is None and channel.host.line.is_saying:
        channel.host.line.falls_silent()


def read(channel: Channel, data: str) -> bool:
    """Keys up to a number of them, a `#`, or a silence; a lone `#` is told as it is with `e`."""
    variable, files, most, options, tries, timeout = padded(separate(data, ",", 6), 6)
    if options not in READ_OPTIONS or tries not in ("", "1") or not 0 < int(most) < 256:
        raise StandInError(f"Read({data}) is not known")
    channel.set("READSTATUS", "ERROR")
    if not channel.is_up:
        raise StandInError("Read before the call is answered")
    milliseconds = int(float(timeout) * 1000) if timeout else 0
    status, keys = _data(channel, files, int(most), max(milliseconds, 0))
    silence(channel)
    if channel.master is None:
        channel.host.line.stops_waiting()
    if status == "EMPTY":
        status, keys = "OK", "#" if options == "e" else ""
    channel.set(variable, keys)
    channel.set("READSTATUS", "HANGUP" if channel.is_over else status)
    return True


def _data(channel: Channel, files: str, most: int, milliseconds: int) -> tuple[str, str]:
    """The prompts one by one; once a key has come, the rest is not begun."""
    status, keys = "ERROR", ""
    parts = files.split("&")
    if "" in parts and files:
        raise StandInError(f"a part of the list {files} is empty")
    for place, file in enumerate(parts):
        is_last = place == len(parts) - 1
        first = (milliseconds or channel.first_ms) if is_last else channel.host.pace.between_files
        between = (is_last and milliseconds) or channel.between_ms
        if file and channel.host.length_ms(file) is None:
            status = "ERROR"
            continue
        status, keys = _string(channel, file, most, (first, between, is_last))
        if status == "EMPTY" or keys:
            break
    return status, keys


def _string(
    channel: Channel, file: str, most: int, waits: tuple[int, int, bool]
) -> tuple[str, str]:
    """Play a file and read keys from its beginning on."""
    if channel.is_over:
        return "ERROR", ""
    wait, between, is_last = waits
    keys, key = "", _played(channel, file) if file else OVER
    while True:
        if key == OVER:
            key = _waited(channel, wait) if is_last or keys else channel.wait_for_digit(wait)
        if key is None:
            return "ERROR", keys
        if key == OVER:
            return "TIMEOUT", keys
        silence(channel)
        if key == "#":
            return ("OK", keys) if keys else ("EMPTY", "")
        keys += key
        if len(keys) >= most:
            return "OK", keys
        key, wait = OVER, between


ALL_KEYS = "0123456789*#ABCD"


def _played(channel: Channel, file: str) -> str | None:
    key = play(channel, file, ALL_KEYS)
    return channel.wait_for_digit(channel.host.pace.after_file) if key == OVER else key


def _waited(channel: Channel, milliseconds: int) -> str | None:
    """Wait for a key while nothing is said."""
    if channel.master is None:
        silence(channel)
        channel.host.line.waits_for_keys()
    return channel.wait_for_digit(milliseconds)


APPLICATIONS = {
    "AGI": agi,
    "Dial": dial,
    "Queue": queue,
    "Record": record,
    "Answer": answer,
    "ExecIf": exec_if,
    "Goto": goto,
    "GotoIf": goto_if,
    "Hangup": hang_up,
    "NoOp": no_op,
    "Originate": originate,
    "Playback": playback,
    "Read": read,
    "Return": return_,
    "Set": set_,
    "StartMusicOnHold": music,
    "StopMusicOnHold": music,
    "WaitDigit": wait_digit,
}
