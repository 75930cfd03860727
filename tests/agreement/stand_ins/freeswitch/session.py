"""The call's own object in a script: sounds, keys, waiting, and what takes the caller away for a while.

Its rules are those that were measured on a real server: media pass in frames, a key or an event is
seen at most once a frame, one that waits stops a sound before its first frame, and after the hang-up
everything returns at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flowc.lab.scenes import ACCEPTS_S, PICKS_UP_S
from flowc.target import DialScene

from ..line import GONE, OVER, SPOKE, Line, StandInError
from .server import UUID, Call, scene_of

FLUSH_MS = 20
HEAD, BYTES_A_MS = 44, 16
_DISPOSITIONS = {"busy": "USER_BUSY", "failed": "UNALLOCATED_NUMBER"}
_LEG = re.compile(
    r"\[leg_timeout=([0-9]+),call_timeout=[0-9]+(?:,sip_h_X-Flowc-Token=\w+)?\](.+)/([0-9]+)"
)


class Key:
    """What the callback gets of a key."""

    def __init__(self, digit: str) -> None:
        self.digit = digit


class Session:
    """The session of the call that goes on, given to each of its scripts in turn."""

    _call: Call
    _line: Line

    def __init__(self) -> None:
        self._callback: Any = None
        self.is_over = False
        self.is_with_agent = False  # from an agent's answer to the end of the talk
        self.talks_s: float | None = None

    def begin(self, call: Call, value: Callable[[str], Any]) -> None:
        """A new call. `value` gives a global of the script that runs."""
        self._call, self._line, self._value = call, call.line, value
        self.is_over = self.is_with_agent = False

    # --- what takes no time

    def get_uuid(self) -> str:
        return UUID

    def answer(self) -> None:
        # The sound's settings are read once, when it begins.
        if self._call.variables.get("rtp_autoflush") != "true":
            raise StandInError("the call is answered while its keys would lag")
        self._line.answered()

    def ready(self) -> bool:
        return not (self._line.is_gone or self.is_over or self.is_with_agent)

    def setInputCallback(self, name: str, _: str) -> None:  # noqa: N802 - the server's names
        self._callback = self._value(name)

    def setAutoHangup(self, _: bool) -> None:  # noqa: N802
        """Every script says that it will hang up by itself."""

    def getVariable(self, name: str) -> str | None:  # noqa: N802
        return self._call.variables.get(name) or None

    def setVariable(self, name: str, value: str) -> None:  # noqa: N802
        if "$" in value or "{" in value:
            raise StandInError(f"{name} is set to {value!r}, which is read again later")
        self._call.variables[name] = value

    def consoleLog(self, level: str, what: str) -> None:  # noqa: N802
        self._call.note(f"{level} {what.rstrip()}")

    def flushDigits(self) -> None:  # noqa: N802
        now = self._line.now
        self._call.keys = [each for each in self._call.keys if each[0] > now]

    def hangup(self, cause: str) -> None:
        self._call.settle()
        self._call.note(f"hangup {cause}")
        self.is_over = True

    def sleep(self, milliseconds: int) -> None:
        if milliseconds:
            raise StandInError("a script sleeps")

    # --- media

    def streamFile(self, path: str, sample: int = 0) -> int:  # noqa: N802
        call = self._call
        length = self._length(path)
        if length is None or not self.ready():
            return 0
        frame = call.pace.frame
        self._line.says()
        length -= sample // 8
        most_s = int(call.variables.get("playback_timeout_sec", 0))
        if most_s > 1:  # the server takes no less
            length = min(length, most_s * 1000)
        broke = self._media(self._line.now + -(-length // frame) * frame)
        call.silent_at = self._line.now
        return int(not broke and self.ready())

    def _length(self, path: str) -> int | None:
        if path.startswith("tone_stream://"):
            return self._call.pace.tone
        return self._call.length_ms(path.removesuffix(".wav"))

    def collectDigits(self, milliseconds: int) -> int:  # noqa: N802
        call, line = self._call, self._line
        if milliseconds <= FLUSH_MS:
            while self._pass_one(line.now):
                pass  # what comes at this very moment
            self._media(line.now + min(milliseconds, call.pace.flush))
            return 0
        call.settle()
        if not call.is_asking:
            line.waits_for_keys()
        self._media(line.now + milliseconds)
        line.stops_waiting()
        return 0

    def _media(self, end: int) -> bool:
        """Frames up to `end`; whether the callback has broken them off."""
        line, frame = self._line, self._call.pace.frame
        begun = line.now
        while self.ready():
            if self._has_something():
                if self._seen():
                    return True
                if line.now >= end:
                    return False
                self._pass(min(end, line.now + frame))
            elif line.now >= end:
                return False
            else:
                self._pass_one(min([end, *(at for at, _ in self._call.keys[:1])]))
                if self._has_something():  # it is seen by the next frame
                    frames = -(-(line.now - begun) // frame)
                    self._pass(min(end, begun + frames * frame))
        return False

    def _has_something(self) -> bool:
        call = self._call
        return bool(call.events or (call.keys and call.keys[0][0] <= self._line.now))

    def _seen(self) -> bool:
        """One event or key is taken."""
        call = self._call
        if call.events:
            return bool(self._callback(None, "event", call.events.pop(0), "") == "break")
        return bool(self._callback(None, "dtmf", Key(call.keys.pop(0)[1]), "") == "break")

    def _pass_one(self, until: int) -> bool:
        """Time passes up to `until` or the first thing that comes; whether something did."""
        self._line.spoke = False
        told = self._line.pass_to(until)
        if told not in (OVER, GONE, SPOKE):
            self._call.key_ended(told)
        return told != OVER

    def _pass(self, until: int) -> None:
        while not self._line.is_gone and self._line.now < until:
            self._pass_one(until)

    def recordFile(self, path: str, most: int, _threshold: int, silence: int) -> int:  # noqa: N802
        """Until the callback breaks it off, the caller is silent, or the time is over."""
        call, line = self._call, self._line
        call.recorded += 1
        if call.recorded in call.failing:
            return 0
        begun, broke = line.now, False
        line.waits_for_keys()
        while self.ready() and not broke:
            quiet = max([begun, *(end for start, end in line.voice if start <= line.now)])
            due = min(quiet + silence * 1000, begun + most * 1000)
            if line.now >= due:
                if due < begun + most * 1000:
                    call.variables["silence_hits_exhausted"] = "true"
                break
            broke = self._media(min(due, line.now + 1000))
        line.stops_waiting()
        call.recordings[path] = HEAD + (line.now - begun) * BYTES_A_MS
        return 1

    # --- others take part

    def execute(self, application: str, data: str) -> None:
        self._call.settle()
        self._call.note(f"{application} {data}")
        match application:
            case "callcenter":
                self._queue(data)
            case "bridge":
                self._bridge(data)
            case "set_profile_var":
                name, _, value = data.partition("=")
                self._call.variables[name] = value
            case _:
                raise StandInError(f"the application {application} is not known")

    def _queue(self, name: str) -> None:
        """Wait for an agent; one who answers has the caller once this script has ended."""
        line, variables = self._line, self._call.variables
        scene = scene_of(self._call, name)
        answers = None if scene.answers_s is None else line.now + round(scene.answers_s * 1000)
        line.waits_for_keys()
        key = self._key_out(answers, variables.get("cc_exit_keys", ""))
        line.stops_waiting()
        if key is None:
            variables |= {"cc_cause": "cancel", "cc_cancel_reason": "BREAK_OUT"}
        elif key:
            variables |= {
                "cc_cause": "cancel",
                "cc_cancel_reason": "EXIT_WITH_KEY",
                "cc_exit_key": key,
            }
        else:
            variables["cc_cause"] = "answered"
            self.is_with_agent = True
            self.talks_s = scene.talks_s

    def _key_out(self, until: int | None, keys: str) -> str | None:
        """A key that leads out, pressed or sent; "" where the time comes first, None for a hang-up."""
        call, line = self._call, self._line
        while True:
            sent = min(call.planned.values(), default=None)
            moments = [one for one in (until, sent and sent[0]) if one is not None]
            told = line.pass_to(min(moments, default=None))
            if told == GONE:
                return None
            if told in keys and told != OVER:
                return told
            if told == OVER and sent is not None and line.now >= sent[0]:
                call.planned = {g: one for g, one in call.planned.items() if one != sent}
                if sent[1] in keys:
                    return sent[1]
            elif told == OVER:
                return ""

    def talk(self, seconds: float | None) -> None:
        """With an agent or a called party, until one of both hangs up. Keys are theirs."""
        end = None if seconds is None else self._line.now + round(seconds * 1000)
        while self._line.pass_to(end) not in (OVER, GONE):
            pass
        self.is_with_agent = False

    def _bridge(self, data: str) -> None:
        call = self._call
        found = _LEG.fullmatch(data)
        if found is None:
            raise StandInError(f"bridge {data}")
        scene = call.dials.pop(0) if call.dials else DialScene("no_answer")
        rings_s = PICKS_UP_S if scene.outcome == "after_agent" else float(found[1])
        if scene.outcome in _DISPOSITIONS:
            rings_s = 0.01
        self.talk(rings_s)
        if scene.outcome == "no_answer":
            self._pass(self._line.now + call.pace.leg)
        call.variables["originate_disposition"] = self._disposition(scene)

    def _disposition(self, scene: DialScene) -> str:
        """How the far side took the call, once the talk is over."""
        if self._line.is_gone:
            return "ORIGINATOR_CANCEL"
        if scene.outcome != "after_agent":
            return _DISPOSITIONS.get(scene.outcome, "ALLOTTED_TIMEOUT")
        wanted = self._call.variables.get("group_confirm_key", "")
        if wanted and self._call.variables.get("group_confirm_file") == "file_string://":
            raise StandInError("the server gives a leg up whose list of files is empty")
        talks = None if scene.talks_s is None else ACCEPTS_S + scene.talks_s
        if wanted and scene.accept != wanted:
            self.talk(talks)
            return "NORMAL_CLEARING"
        self.talk(talks)
        return "SUCCESS"
