"""`environments:` of flowc.yaml: where a project is deployed, and what differs from place to place.

    environments:
      dev: {target: pbx}
      production: {target: pbx, hosts: [pbx1], trunk: provider, runtime: "127.0.0.1:4573"}

Settings are the target's own words; the target says which it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words
from flowc.kinds.shapes import Place
from flowc.language.forms import entries
from flowc.syntax.tree import Scalar, Sequence, Tree

_TEXT = Words("a text or a list of texts", "文字或文字列表")


@dataclass(frozen=True, slots=True)
class Environment:
    """One place. `target` is the name of a telephone system's target; `settings` are its own."""

    name: str
    target: str
    settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def read_environments(tree: Tree | None, place: Place) -> dict[str, Environment]:
    found: dict[str, Environment] = {}
    for key, body in entries(tree):
        settings: dict[str, str | tuple[str, ...]] = {}
        for name, value in entries(body):
            if isinstance(value, Scalar):
                settings[name.text] = value.text
            elif isinstance(value, Sequence):
                settings[name.text] = tuple(item.text for item in value if isinstance(item, Scalar))
            else:
                place.under(name.text).wrong(value, _TEXT, "hosts: [pbx1, pbx2]")
        target = settings.pop("target", "")
        if not isinstance(target, str) or not target:
            place.report.report(
                codes.MISSING_FIELD,
                key.span,
                node=key.text,
                name="target",
                hint="the telephone system, as `target: ...`",
                hint_zh="电话系统，例如 `target: ...`",
            )
            continue
        found[key.text] = Environment(key.text, target, settings)
    return found
