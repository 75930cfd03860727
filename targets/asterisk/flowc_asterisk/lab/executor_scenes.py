"""The queues of the calls of tests, as Asterisk has them: each wait in one has a queue of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flowc.graph.operations import Enqueue
from flowc.lab.scenes import agent, full_queues, own_settings, queue_scenes
from flowc.target import LabCall, LabRelease, QueueScene, QueueSettings
from flowc_asterisk.lower_people import lab_queue, queue_keys
from flowc_asterisk.queues import queue_section

LAB_PHONE = "lab"  # the endpoint of all agents; the user part of the address tells them apart


def queues_conf(releases: Sequence[LabRelease], calls: Sequence[LabCall], phones: int) -> str:
    """A queue for each wait of each call; a queue that fails is one that is not there."""
    by_id = {release.request.release8: release for release in releases}
    lines: list[str] = []
    for line, join, call, scene in queue_scenes(calls):
        if scene.outcome != "error":
            name = lab_queue(scene.queue, line, join)
            release = by_id[call.release]
            keys = queue_keys(scene.queue) if _has_keys(release, scene.queue) else ""
            lines += queue_section(name, _settings(release, scene), keys)
            lines += ["ringinuse = yes", *_member(scene, agent(line, join), phones)]
    return "".join(f"{line}\n" for line in lines)


def _settings(release: LabRelease, scene: QueueScene) -> QueueSettings:
    """The project's own settings, as far as the scene leaves them."""
    settings, rings = own_settings(release, scene)
    most = 1 if scene.outcome == "full" else 0
    return replace(settings, members=(), ring_s=rings, most_waiting=most)


def _member(scene: QueueScene, number: str, phones: int) -> list[str]:
    if scene.outcome == "no_agents":
        return []
    # Its state is the endpoint's, since an address has none of its own.
    address = f"PJSIP/{LAB_PHONE}/sip:{number}@127.0.0.1:{phones}"
    return [f"member => {address},0,{number},PJSIP/{LAB_PHONE}"]


def _has_keys(release: LabRelease, queue: str) -> bool:
    return any(
        isinstance(operation, Enqueue) and operation.queue == queue and operation.exit_keys
        for block in release.request.graph.blocks.values()
        for operation in block.operations
    )


def occupied(call: LabCall, line: int) -> list[str]:
    """The queues of a call in which somebody waits already."""
    return [lab_queue(queue, line, join) for queue, join in full_queues(call)]
