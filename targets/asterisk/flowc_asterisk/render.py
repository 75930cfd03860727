"""A dialplan as text, and where each step stands in it. No word of an author's gets here unquoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowc.target.source_map import source_map as written
from flowc_asterisk import quote
from flowc_asterisk.dialplan import Context, Dialplan, Priority


@dataclass(frozen=True, slots=True)
class Place:
    """One step's line (from 1) in the rendered text, and the block it was made from."""

    context: str
    extension: str
    priority: int
    line: int
    block: str


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    places: tuple[Place, ...]


def render(dialplan: Dialplan, header: str, spans: Mapping[str, str] | None = None) -> Rendered:
    """The text of a dialplan under a comment. Raises QuoteError for a line past the limit.

    `spans`: by block, where it is written; each context tells its own, for whoever reads the file.
    """
    lines = [quote.comment(line) for line in header.splitlines()]
    places: list[Place] = []
    for context in dialplan.contexts:
        lines.extend(("", *_source(context, spans or {})))
        _add_context(context, lines, places)
    return Rendered("\n".join((*lines, "")), tuple(places))


def _source(context: Context, spans: Mapping[str, str]) -> tuple[str, ...]:
    """The first place that is written in a file; none for what flowc adds."""
    found = (spans.get(str(each.block), "<") for each in context.extensions)
    span = next((one for one in found if not one.startswith("<")), "")
    return (quote.comment(span.rpartition(":")[0]),) if span else ()


def _add_context(context: Context, lines: list[str], places: list[Place]) -> None:
    lines.append(quote.line(f"[{context.name}]"))
    for extension in context.extensions:
        for number, priority in enumerate(extension.priorities, start=1):
            block = str(priority.block or extension.block or "")
            lines.append(_checked(_line(extension.name, number, priority), block or context.name))
            places.append(Place(context.name, extension.name, number, len(lines), block))
    lines.extend(quote.line(f"include => {name}") for name in context.includes)


def _checked(line: str, place: str) -> str:
    try:
        return quote.line(line)
    except quote.QuoteError as reason:
        raise quote.QuoteError(f"{place}: {reason}") from reason


def _line(name: str, number: int, priority: Priority) -> str:
    label = f"({priority.label})" if priority.label else ""
    start = f"exten => {name},1" if number == 1 else " same => n"
    return f"{start}{label},{priority.application}({priority.data})"


def source_map(rendered: Rendered, file: str, spans: dict[str, str]) -> str:
    """JSON for `flowc where`: each step, its line, its block and that block's place in the source."""
    rows = (
        {
            "context": place.context,
            "extension": place.extension,
            "priority": place.priority,
            "line": place.line,
            "block": place.block,
            "source": spans.get(place.block, ""),
        }
        for place in rendered.places
    )
    return written(rows, file)
