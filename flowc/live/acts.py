"""What it takes to make a simulated call happen again: what the caller does and when, and what the
world does. Read from the run's journal. Knows no server and plays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.machine.commands import DialNumber, JoinQueue, RecordCaller
from flowc.machine.events import (
    AgentAnswered,
    CallerHungUp,
    DialEnded,
    KeyPressed,
    QueueEnded,
    RecordingEnded,
)
from flowc.machine.trace import Ended, HungUp
from flowc.simulate.line import Noted
from flowc.simulate.outside import SPEECH_MS
from flowc.simulate.simulator import Run
from flowc.target import DialScene, QueueScene

# Talks in which nothing happens need not be waited for: nobody can tell how long they were.
SHORTEST_TALK_S, LONGEST_TALK_S = 0.5, 1.5
LONGEST_CALL_S = 300


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses a key, so that it ends then."""

    key: str


@dataclass(frozen=True, slots=True)
class Speak:
    """The caller makes a noise."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that the caller does, when the trace has `steps` steps; `at` ms in simulated time.

    `audio_ended_at`: when the last audio had ended, None while something is said.
    """

    at: int
    steps: int
    audio_ended_at: int | None
    what: Press | Speak | HangUp


def unplayable(run: Run) -> str:
    """Why a call can't be played on a real server, in a few words; "" where it can."""
    if run.length_ms > LONGEST_CALL_S * 1000:
        took = f"the call would take {run.length_ms // 1000} s of real time"
        return f"{took}; `limit:` can end it earlier" if run.by == "limit" else took
    recordings = sum(isinstance(note.what, RecordCaller) for note in run.journal)
    failed = sum(note.what == RecordingEnded("error", note.at) for note in run.journal)
    if 0 < failed < recordings:
        return "a server that can't record does not do so once in the same call"
    return ""


def acts_of(run: Run) -> tuple[Act, ...]:
    """All that the caller does, in order."""
    acts: list[Act] = []
    for place, note in enumerate(run.journal):
        match note.what:
            case KeyPressed(key, _):
                acts.append(_act(note, Press(key)))
            case CallerHungUp():
                acts.append(_act(note, HangUp()))
            case RecordCaller() as record:
                acts.extend(_recorded(run.journal, place, record))
            case _:
                pass
    # The key that ends a recording is known when it begins, and others may be pressed meanwhile.
    return tuple(sorted(acts, key=lambda act: act.at))


def _act(note: Noted, what: Press | Speak | HangUp) -> Act:
    return Act(note.at, note.steps, note.audio_ended_at, what)


def _recorded(journal: tuple[Noted, ...], place: int, record: RecordCaller) -> list[Act]:
    """The caller speaks, and presses the key where the script lets the recording end by one."""
    begun, after = journal[place], journal[place + 1 :]
    ended = next((n for n in after if isinstance(n.what, RecordingEnded | CallerHungUp)), None)
    if ended is None or (isinstance(ended.what, RecordingEnded) and ended.what.outcome != "done"):
        return []
    lasted = ended.at - begun.at
    is_pressed = KeyPressed(record.end_key, ended.at) in [note.what for note in after]
    by_caller = is_pressed or isinstance(ended.what, CallerHungUp)
    if by_caller or lasted >= record.most_s * 1000:
        return [_act(begun, Speak(lasted / 1000))]
    if lasted <= SPEECH_MS + 10:
        key = Act(ended.at, begun.steps, begun.audio_ended_at, Press(record.end_key))
        return [_act(begun, Speak(lasted / 1000)), key]
    return [_act(begun, Speak(lasted / 1000 - record.silence_s))]


def queues_of(run: Run) -> tuple[QueueScene, ...]:
    """What happens at each wait in a queue, in order."""
    return tuple(
        _queue(run, place, note.what)
        for place, note in enumerate(run.journal)
        if isinstance(note.what, JoinQueue)
    )


def _queue(run: Run, place: int, join: JoinQueue) -> QueueScene:
    begun, after = run.journal[place], run.journal[place + 1 :]
    answered = next((note for note in after if isinstance(note.what, AgentAnswered)), None)
    ended = next((note for note in after if isinstance(note.what, QueueEnded)), None)
    outcome = _outcome_after(run, begun.steps)
    if answered is None or (outcome not in ("", "after_agent")):
        return QueueScene(join.queue, outcome)
    answers = max((answered.at - begun.at) / 1000, 0.1)
    return QueueScene(join.queue, outcome, answers, _talk(after, answered, ended))


def _talk(after: tuple[Noted, ...], begun: Noted, ended: Noted | None) -> float | None:
    """How long a talk lasts, None where the caller ends it."""
    if ended is None:
        return None
    meanwhile = [
        note
        for note in after
        if begun.at <= note.at <= ended.at and isinstance(note.what, KeyPressed | CallerHungUp)
    ]
    lasted = (ended.at - begun.at) / 1000
    return lasted if meanwhile else min(max(lasted, SHORTEST_TALK_S), LONGEST_TALK_S)


def _outcome_after(run: Run, steps: int) -> str:
    """The outcome of the operation that began when the trace had so many steps."""
    for step in run.trace.steps[steps:]:
        match step:
            case Ended(_, outcome):
                return outcome
            case HungUp():
                return ""
            case _:
                pass
    return ""


def dials_of(run: Run) -> tuple[DialScene, ...]:
    """What each number does that is dialled, in order."""
    scenes = []
    for place, note in enumerate(run.journal):
        if isinstance(note.what, DialNumber):
            after = run.journal[place + 1 :]
            ended = next((each for each in after if isinstance(each.what, DialEnded)), None)
            scenes.append(_dial(note.what, note, after, ended))
    return tuple(scenes)


def _dial(
    dial: DialNumber, begun: Noted, after: tuple[Noted, ...], ended: Noted | None
) -> DialScene:
    if ended is None:
        return DialScene("", None, dial.accept)
    assert isinstance(ended.what, DialEnded)
    return DialScene(ended.what.outcome, _talk(after, begun, ended), dial.accept)
