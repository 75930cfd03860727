"""What queues and telephones do in the calls of tests: each call has queues of its own, and each
number that it dials hears whose call it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flowc.target import DialScene, LabCall, LabRelease, QueueScene, QueueSettings
from flowc.telephony.phones import Answers, Behaviour, IncomingCall, Phones, Rejects, Rings
from flowc_freeswitch.callcenter import queue_name
from flowc_freeswitch.entry import TOKEN_HEADER

RING_MARGIN_S = 10
PICKS_UP_S, ACCEPTS_S = 0.3, 0.6


def _scenes(calls: Sequence[LabCall]) -> Iterator[tuple[int, int, LabCall, QueueScene]]:
    for line, call in enumerate(calls):
        for join, scene in enumerate(call.queues, start=1):
            yield line, join, call, scene


def agent(line: int, join: int) -> str:
    """The number of the agent of one wait in a queue."""
    return f"agent{line}x{join}"


def lab_queue(name: str, line: int, join: int) -> str:
    """The queue of one call of a test, and of that call's first, second ... wait in a queue."""
    return f"{queue_name(name)}-{line}-{join}"


def queues_of(releases: Sequence[LabRelease], calls: Sequence[LabCall]) -> dict[str, QueueSettings]:
    """A queue for each wait of each call; a queue that fails is one that is not there."""
    by_id = {release.request.release8: release for release in releases}
    return {
        lab_queue(scene.queue, line, join): _settings(by_id[call.release], scene, agent(line, join))
        for line, join, call, scene in _scenes(calls)
        if scene.outcome != "error"
    }


def _settings(release: LabRelease, scene: QueueScene, number: str) -> QueueSettings:
    """The project's own settings, as far as the scene leaves them."""
    settings = release.request.environment.queues.get(scene.queue, QueueSettings())
    rings = max(settings.ring_s, int(scene.answers_s or 0) + RING_MARGIN_S)
    seats = () if scene.outcome == "no_agents" else (f"sofia/gateway/trunk/{number}",)
    return replace(settings, members=seats, ring_s=rings, music="default")


def occupied(call: LabCall, line: int) -> list[str]:
    """The queues of a call in which somebody waits already."""
    return [
        lab_queue(scene.queue, line, join)
        for join, scene in enumerate(call.queues, start=1)
        if scene.outcome == "full"
    ]


class ScenePhones(Phones):
    """The telephones of all calls: agents by their number, others by the token of the call."""

    def __init__(self, port: int, calls: Sequence[LabCall]) -> None:
        super().__init__(port, otherwise=Rings())
        for line, join, _, scene in _scenes(calls):
            self.behave(agent(line, join), _agent(scene))
        self._dials = {call.token: list(call.dials) for call in calls}

    def behaviour_of(self, call: IncomingCall) -> Behaviour:
        """What the phone that rings does: the next scene of the call that dialled it."""
        scenes = self._dials.get(call.invite.header(TOKEN_HEADER.lower()))
        if scenes:
            return _dialled(scenes.pop(0))
        return super().behaviour_of(call)


def _agent(scene: QueueScene) -> Behaviour:
    if scene.answers_s is None:
        return Rings()
    return Answers(after=scene.answers_s, hangs_up=scene.talks_s)


def _dialled(scene: DialScene) -> Behaviour:
    match scene.outcome:
        case "busy":
            return Rejects(486)
        case "failed":
            return Rejects(404)
        case "after_agent":
            presses = ((ACCEPTS_S, scene.accept),) if scene.accept else ()
            talks = None if scene.talks_s is None else ACCEPTS_S + scene.talks_s
            return Answers(after=PICKS_UP_S, presses=presses, hangs_up=talks)
        case _:
            return Rings()
