"""XML as a strict parser reads it: our own files, and what a server says of its configuration.

Knows no element's meaning.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """An element without the texts between its children, which mean nothing to the server."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Node, ...] = ()

    def get(self, name: str) -> str:
        """An attribute, "" where it has none."""
        return dict(self.attributes).get(name, "")

    def all(self, *path: str) -> tuple[Node, ...]:
        """The elements that a path of tags leads to."""
        found: tuple[Node, ...] = (self,)
        for tag in path:
            found = tuple(each for one in found for each in one.children if each.tag == tag)
        return found


def read_xml(text: str) -> Node:
    """The outermost element. Raises ValueError."""
    try:
        # No stranger wrote it: it is ours, or the configuration of the server we deploy to.
        return _node(ET.fromstring(text))  # noqa: S314
    except ET.ParseError as reason:
        raise ValueError(f"no XML: {reason}") from reason


def _node(element: ET.Element) -> Node:
    attributes = tuple(sorted(element.attrib.items()))
    return Node(element.tag, attributes, tuple(map(_node, element)))
