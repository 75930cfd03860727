"""Queues and telephones, by the scenes of the call: what an agent or a called party does and when.

The called party's own steps run on a channel of its own, on the same clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flowc.lab.scenes import ACCEPTS_S, PICKS_UP_S
from flowc.target import DialScene, QueueScene
from flowc_asterisk.lower_people import queue_keys, queue_name

from ..line import GONE, OVER, Line, StandInError
from .arguments import padded, separate
from .channel import Channel

REFUSED = {"full": "FULL", "no_agents": "JOINEMPTY", "error": "UNKNOWN"}
BUSY_AFTER_MS = 10


def queue(channel: Channel, data: str) -> bool:
    """Wait for an agent, talk, and go on; or be refused, be fed up, or leave by a key."""
    name, options, url, announce, longest = padded(separate(data, ",", 9), 5)
    if options != "c" or url or announce:
        raise StandInError(f"Queue({data}) is not known")
    scene = _next_queue(channel, name)
    if scene is None or scene.outcome in REFUSED:
        channel.set("QUEUESTATUS", REFUSED["error" if scene is None else scene.outcome])
        return True
    return _wait(channel, scene, int(longest) if longest else None)


def _next_queue(channel: Channel, name: str) -> QueueScene | None:
    """What is planned for this wait; a queue that nobody has planned is not there."""
    if not channel.host.queues:
        return None
    scene = channel.host.queues.pop(0)
    if not name.startswith(f"{queue_name(scene.queue)}-"):
        raise StandInError(f"{name} is joined where {scene.queue} was expected")
    return scene


def _wait(channel: Channel, scene: QueueScene, longest: int | None) -> bool:
    line = channel.host.line
    joined = line.epoch_ms // 1000
    # The server counts whole seconds of its clock.
    expires = None if longest is None else (joined + longest) * 1000 - line.epoch_ms + line.now
    answers = None if scene.answers_s is None else line.now + round(scene.answers_s * 1000)
    soonest = min((one for one in (expires, answers) if one is not None), default=None)
    line.waits_for_keys()
    told = _key_out(channel, scene.queue, soonest)
    line.stops_waiting()
    if told is None:
        return False
    if told != OVER:
        channel.goto(f"{queue_keys(scene.queue)},{told},1")
        return True
    if soonest == answers and answers is not None:
        channel.set("QEHOLDTIME", str(line.epoch_ms // 1000 - joined))
        if not talk(channel, scene.talks_s):
            return False
        channel.set("QUEUESTATUS", "CONTINUE")
    else:
        channel.set("QUEUESTATUS", "TIMEOUT")
    return True


def _key_out(channel: Channel, name: str, until: int | None) -> str | None:
    """The first key that leads out of the queue; others are dropped."""
    while True:
        told = channel.pass_to(until)
        if told is None or told == OVER:
            return told
        if channel.host.dialplan.step(queue_keys(name), told, 1) is not None:
            return told


def talk(channel: Channel, seconds: float | None) -> bool:
    """Until the far side hangs up; whether the caller is still there. Keys are theirs."""
    until = None if seconds is None else channel.now + round(seconds * 1000)
    told: str | None = GONE
    while told not in (None, OVER):
        told = channel.pass_to(until)
    return told is not None


# --- telephones


def dial(channel: Channel, data: str) -> bool:
    """Ring a telephone, let its side say whether it takes the call, talk, and go on."""
    target, seconds, options = separate(data, ",", 4)
    if not re.fullmatch(r"PJSIP/[0-9]+@[\w.-]+", target):
        raise StandInError(f"Dial({data}) rings no number")
    found = _options(options)
    scene = channel.host.dials.pop(0) if channel.host.dials else DialScene("no_answer")
    rings = int(seconds) * 1000
    match scene.outcome:
        case "busy" | "failed":
            status = {"busy": "BUSY", "failed": "CHANUNAVAIL"}[scene.outcome]
            return _rang(channel, BUSY_AFTER_MS, status)
        case "after_agent":
            return _answered(channel, scene, found)
        case _:
            return _rang(channel, rings, "NOANSWER")


def _options(text: str) -> dict[str, str]:
    """`gU(a^b)b(c)` by letter; only those that the target writes."""
    found = dict(re.findall(r"([a-zA-Z])(?:\((.*?)\)(?=[a-zA-Z]|$))?", text))
    if "g" not in found or set(found) - {"g", "U", "b"}:
        raise StandInError(f"Dial's options {text!r} are not known")
    return found


def _rang(channel: Channel, milliseconds: int, status: str) -> bool:
    told: str | None = GONE
    end = channel.now + milliseconds
    while told not in (None, OVER):
        told = channel.pass_to(end)
    if told is None:
        channel.set("DIALSTATUS", "CANCEL")
        return False
    channel.set("DIALSTATUS", status)
    return True


def _answered(channel: Channel, scene: DialScene, options: dict[str, str]) -> bool:
    if not _rang(channel, round(PICKS_UP_S * 1000), "ANSWER"):
        return False
    accepts = round(ACCEPTS_S * 1000)
    talks = None if scene.talks_s is None else accepts + round(scene.talks_s * 1000)
    phone = Phone(channel.host.line)
    if scene.accept:
        phone.presses.append((channel.now + accepts, scene.accept))
    phone.hangs_up_at = None if talks is None else channel.now + talks
    callee = Channel(channel.host, phone, ("default", "s"), channel)
    callee.is_up = True
    callee.variables.update(channel.handed_down)
    if "b" in options:
        place, arguments = _sub(options["b"])
        callee.run_sub(place, arguments)
    if "U" in options and not _accepted(channel, callee, phone, options["U"]):
        return not channel.is_over
    left = None if phone.hangs_up_at is None else (phone.hangs_up_at - channel.now) / 1000
    return talk(channel, left)


def _accepted(channel: Channel, callee: Channel, phone: Phone, sub: str) -> bool:
    """What the called party's own steps say."""
    context, *arguments = sub.split("^")
    callee.run_sub(f"{context},s,1", tuple(arguments), stops=True)
    channel.is_gone = channel.is_gone or phone.caller_is_gone
    return callee.variables.get("GOSUB_RESULT") != "CONTINUE" and not callee.is_over


def _sub(text: str) -> tuple[str, tuple[str, ...]]:
    """`context^exten^priority(arguments)`."""
    place, _, inside = text.partition("(")
    return place.replace("^", ","), tuple(separate(inside.removesuffix(")").replace("^", ",")))


@dataclass
class Phone:
    """The called party's end: its keys and its hang-up, while the caller's time goes on."""

    line: Line
    presses: list[tuple[int, str]] = field(default_factory=list)
    hangs_up_at: int | None = None
    caller_is_gone: bool = False

    def pass_to(self, until: int | None) -> str:
        """As the line's, for this end."""
        while True:
            due = self._due()
            soonest = min((one for one in (until, due) if one is not None), default=None)
            told = self.line.pass_to(soonest)
            if told == GONE:
                self.caller_is_gone = True
                return GONE
            if told != OVER:
                continue  # the caller's keys are dropped meanwhile
            return self._takes_place(due) if due is not None and self.line.now >= due else OVER

    def _due(self) -> int | None:
        moments = [at for at, _ in self.presses]
        if self.hangs_up_at is not None:
            moments.append(self.hangs_up_at)
        return min(moments, default=None)

    def _takes_place(self, due: int) -> str:
        if self.presses and self.presses[0][0] == due:
            return self.presses.pop(0)[1]
        return GONE
