"""What is written on boxes and arrows: the author's titles and choice names, else our words.

Knows reasons (see `leaving`) and not how the graph led to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flowc.diagram import words
from flowc.graph.model import Origin
from flowc.passes.leaving import TOO_OFTEN, VALUE

_KEYS = re.compile(r"(?:key_)?([0-9*#A-D]+)")
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Labels:
    """The author's words in one language.

    `titles`: by `flow.node`, and by `flow` for frames. `choice_names`: by (`flow.node`, key or outcome).
    """

    language: str
    titles: Mapping[str, str] = field(default_factory=dict)
    choice_names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def title(self, origin: Origin) -> str:
        """What people call a node: by language, as the graph has it, or its id."""
        own = self.titles.get(origin.node) or origin.title
        return own or origin.node.partition(".")[2]

    def has_name(self, node: str, reason: str) -> bool:
        """Whether the author named a choice."""
        key = _KEYS.fullmatch(reason)
        return any(self.choice_names.get((node, each)) for each in (reason, key and key[1]) if each)

    def flow(self, flow: str) -> str:
        return self.titles.get(flow) or flow

    def reason(self, node: str, reason: str) -> str:
        """One reason in words: `1 再听一遍`, `未查到`; "" where none is needed."""
        if reason.endswith(TOO_OFTEN):
            first = self.reason(node, reason.removesuffix(TOO_OFTEN))
            return f"{first} ({self._outcome('at_most')})" if first else self._outcome("at_most")
        if reason.startswith(VALUE):
            return reason.removeprefix(VALUE)
        name = self.choice_names.get((node, reason), "")
        key = _KEYS.fullmatch(reason)
        if key is None:
            return name or self._outcome(reason)
        name = name or self.choice_names.get((node, key[1]), "")
        return f"{key[1]} {name}" if name else f"{self.phrase('key')} {key[1]}"

    def _outcome(self, reason: str) -> str:
        if words.is_outcome(reason) or not words.is_outcome(words.base(reason)):
            return words.outcome_word(reason, self.language)
        return words.outcome_word(words.base(reason), self.language)

    def phrase(self, name: str) -> str:
        return words.phrase(name, self.language)

    def join(self, node: str, reasons: Iterable[str]) -> str:
        """The label of one arrow: `join_all` for the reasons of one node."""
        return self.join_all((node, reason) for reason in reasons)

    def join_all(self, ways: Iterable[tuple[str, str]]) -> str:
        """Reasons by node: the values of a `switch` together, other loud ones each on its line, quiet ones
        together on the last."""
        reasons: dict[str, list[str]] = {}
        for node, reason in ways:
            reasons.setdefault(node, []).append(reason)
        told = [(node, each) for node, found in reasons.items() for each in together(found)]
        loud = [way for way in told if not words.is_quiet(way[1])]
        quiet = [self.reason(*way) for way in told if words.is_quiet(way[1])]
        values = " / ".join(self.reason(*way) for way in loud if way[1].startswith(VALUE))
        others = (self.reason(*way) for way in loud if not way[1].startswith(VALUE))
        lines = [line for line in dict.fromkeys((values, *others)) if line]
        if len(lines) > _MOST_LINES:
            rest = len(lines) - _MOST_LINES + 1
            lines = [*lines[: _MOST_LINES - 1], f"… {self.phrase('more')} {rest}"]
        if quiet:
            lines.append(" / ".join(dict.fromkeys(quiet)))
        return "\n".join(lines)


def is_key(reason: str) -> bool:
    """Whether a way is taken by pressing a key."""
    return _KEYS.fullmatch(reason) is not None


def together(reasons: Iterable[str]) -> Iterable[str]:
    """Several ways to fail at an input are one giving up; a single one keeps its name."""
    told = tuple(dict.fromkeys(reasons))
    failures = [each for each in told if words.base(each) in words.FAILED_INPUT]
    if len(failures) < 2 or not any(words.base(each) in _INPUT_ONLY for each in failures):
        return told
    return (*(each for each in told if each not in failures), "gave_up")


_INPUT_ONLY = words.FAILED_INPUT - {"error"}
