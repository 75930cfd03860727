"""What telephones do in the calls of tests: each wait in a queue has an agent of its own, and each
number that is dialled hears by a header whose call it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowc.target import DialScene, LabCall, LabRelease, QueueScene, QueueSettings
from flowc.telephony.phones import Answers, Behaviour, IncomingCall, Phones, Rejects, Rings

RING_MARGIN_S = 10
PICKS_UP_S, ACCEPTS_S = 0.3, 0.6


def queue_scenes(calls: Sequence[LabCall]) -> Iterator[tuple[int, int, LabCall, QueueScene]]:
    """Each wait in a queue: the call's number in the list, which wait of it, the call, the scene."""
    for line, call in enumerate(calls):
        for join, scene in enumerate(call.queues, start=1):
            yield line, join, call, scene


def agent(line: int, join: int) -> str:
    """The number of the agent of one wait in a queue."""
    return f"agent{line}x{join}"


def own_settings(release: LabRelease, scene: QueueScene) -> tuple[QueueSettings, int]:
    """The project's own settings of the queue, and how long its agent must ring for the scene."""
    settings = release.request.environment.queues.get(scene.queue, QueueSettings())
    return settings, max(settings.ring_s, int(scene.answers_s or 0) + RING_MARGIN_S)


def full_queues(call: LabCall) -> Iterator[tuple[str, int]]:
    """The queues in which somebody waits already when the call joins, and which wait that is."""
    for join, scene in enumerate(call.queues, start=1):
        if scene.outcome == "full":
            yield scene.queue, join


class ScenePhones(Phones):
    """The telephones of all calls: agents by their number, others by the token of the call."""

    def __init__(self, port: int, calls: Sequence[LabCall], token_header: str) -> None:
        super().__init__(port, otherwise=Rings())
        for line, join, _, scene in queue_scenes(calls):
            self.behave(agent(line, join), _agent(scene))
        self._dials = {call.token: list(call.dials) for call in calls}
        self._token_header = token_header.lower()

    def behaviour_of(self, call: IncomingCall) -> Behaviour:
        """What the phone that rings does: the next scene of the call that dialled it."""
        scenes = self._dials.get(call.invite.header(self._token_header))
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
