"""A part of a drawing: the boxes of some flows, and ports where arrows come from the others or go to them.

Knows boxes and arrows, no graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flowc.diagram.labels import Labels
from flowc.diagram.model import Arrow, Box, Drawing, Look, Tone

# From more flows than this, or to more places of one flow than this, one port stands for all.
_MOST_FLOWS, _MOST_PLACES = 3, 2


@dataclass(frozen=True, slots=True)
class _Part:
    """What is shown of a whole drawing, and the words for what is not."""

    whole: Mapping[str, Box]
    shown: Mapping[str, Box]
    starts: frozenset[str]  # the first box of each flow
    labels: Labels

    def port_to(self, heads: Sequence[str]) -> Box:
        """Where arrows leave to: a flow by its title, one place within it by that and its own."""
        head, *others = heads
        title, caption = self.labels.flow(_flow(head)), " ".join(heads)
        if others:
            return Box(f"to/{_flow(head)}", Look.PORT, title, caption)
        inner = "" if head in self.starts else f" · {self.whole[head].title}"
        return Box(f"to/{head}", Look.PORT, f"{title}{inner}", caption)

    def port_from(self, flows: Sequence[str]) -> Box:
        """Where arrows come from: a flow, or many flows at once."""
        titles = [self.labels.flow(flow) for flow in flows]
        if len(flows) == 1:
            title = f"{self.labels.phrase('from')} {titles[0]}"
            return Box(f"from/{flows[0]}", Look.PORT, title, self.labels.phrase("other_flow"))
        title = self.labels.phrase("from_many").format(len(flows))
        return Box(f"from/{'+'.join(flows)}", Look.PORT, title, " · ".join(titles))


def part_of(whole: Drawing, flows: tuple[str, ...], labels: Labels, title: str) -> Drawing:
    """The boxes of some flows; an arrow from or to another flow ends in a port."""
    near = {box.id: box for box in whole.boxes if _flow(box.cluster) in flows}
    entered = {arrow.tail for arrow in whole.arrows if arrow.head in near}
    outside = {b.id: b for b in whole.boxes if b.look is Look.NUMBER and b.id in entered}
    starts: dict[str, str] = {}
    for box in whole.boxes:
        starts.setdefault(_flow(box.cluster), box.id)
    names = {box.id: box for box in whole.boxes}
    part = _Part(names, near | outside, frozenset(starts.values()), labels)
    leaving, ports_to = _leaving(whole.arrows, part)
    coming, ports_from = _coming(whole.arrows, part)
    clusters = tuple(each for each in whole.clusters if _flow(each.id) in flows)
    boxes = (*outside.values(), *near.values(), *ports_from.values(), *ports_to.values())
    return Drawing(title, whole.language, clusters, boxes, (*leaving, *coming))


def _leaving(arrows: Iterable[Arrow], part: _Part) -> tuple[list[Arrow], dict[str, Box]]:
    """The arrows from what is shown, and the ports that they need."""
    from_here = [arrow for arrow in arrows if arrow.tail in part.shown and _tells(arrow, part)]
    places: dict[str, list[str]] = {}
    for head in dict.fromkeys(a.head for a in from_here if a.head not in part.shown):
        places.setdefault(_flow(head), []).append(head)
    ports: dict[str, Box] = {}
    for heads in places.values():
        groups = [heads] if len(heads) > _MOST_PLACES else [[head] for head in heads]
        for group in groups:
            ports.update(dict.fromkeys(group, part.port_to(group)))
    joined: dict[tuple[str, str, Tone], Arrow] = {}
    for arrow in from_here:
        head = ports[arrow.head].id if arrow.head in ports else arrow.head
        ends = (arrow.tail, head, arrow.tone)
        labels = [joined[ends].label, arrow.label] if ends in joined else [arrow.label]
        joined[ends] = replace(arrow, head=head, label=_together(labels, arrow.tone))
    return list(joined.values()), {port.id: port for port in ports.values()}


def _tells(arrow: Arrow, part: _Part) -> bool:
    """Not so: where else a number or the end of a call leads than to what is shown."""
    return arrow.head in part.shown or part.shown[arrow.tail].look is not Look.NUMBER


def _together(labels: Sequence[str], tone: Tone) -> str:
    between = " / " if tone is Tone.QUIET else "\n"
    return between.join(dict.fromkeys(label for label in labels if label))


def _coming(arrows: Iterable[Arrow], part: _Part) -> tuple[list[Arrow], dict[str, Box]]:
    """An arrow without a label for all that lead from another flow, or from many flows, to a box shown."""
    by_head: dict[str, dict[str, list[Arrow]]] = {}
    for arrow in arrows:
        if arrow.head in part.shown and arrow.tail not in part.shown:
            tails = by_head.setdefault(arrow.head, {})
            tails.setdefault(_flow(arrow.tail), []).append(arrow)
    found: list[Arrow] = []
    ports: dict[str, Box] = {}
    for head, tails in by_head.items():
        every = tuple(sorted(tails))
        for flows in [every] if len(every) > _MOST_FLOWS else [(flow,) for flow in every]:
            port = part.port_from(flows)
            ports[port.id] = port
            loudest = max((a for flow in flows for a in tails[flow]), key=_loudness)
            found.append(replace(loudest, tail=port.id, head=head, label=""))
    return found, ports


def _loudness(arrow: Arrow) -> tuple[bool, int]:
    return (arrow.tone is not Tone.QUIET, arrow.weight)


def _flow(id_: str) -> str:
    return id_.partition(".")[0]
