"""The queues of the calls of tests, as FreeSWITCH has them: each wait in one has a queue of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flowc.lab.scenes import agent, full_queues, own_settings, queue_scenes
from flowc.target import LabCall, LabRelease, QueueScene, QueueSettings
from flowc_freeswitch.callcenter import queue_name


def lab_queue(name: str, line: int, join: int) -> str:
    """The queue of one call of a test, and of that call's first, second ... wait in a queue."""
    return f"{queue_name(name)}-{line}-{join}"


def queues_of(releases: Sequence[LabRelease], calls: Sequence[LabCall]) -> dict[str, QueueSettings]:
    """A queue for each wait of each call; a queue that fails is one that is not there."""
    by_id = {release.request.release8: release for release in releases}
    return {
        lab_queue(scene.queue, line, join): _settings(by_id[call.release], scene, agent(line, join))
        for line, join, call, scene in queue_scenes(calls)
        if scene.outcome != "error"
    }


def _settings(release: LabRelease, scene: QueueScene, number: str) -> QueueSettings:
    """The project's own settings, as far as the scene leaves them."""
    settings, rings = own_settings(release, scene)
    seats = () if scene.outcome == "no_agents" else (f"sofia/gateway/trunk/{number}",)
    return replace(settings, members=seats, ring_s=rings, music="default")


def occupied(call: LabCall, line: int) -> list[str]:
    """The queues of a call in which somebody waits already."""
    return [lab_queue(queue, line, join) for queue, join in full_queues(call)]
