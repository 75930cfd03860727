"""`flowc where`: from a line of the server's log back to the words that made it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.words import FINDINGS, project_argument

if TYPE_CHECKING:
    from flowc.deploy.source_map import Found

_RELEASE = re.compile(r"[a-z]+-([0-9a-f]{8})[.-].*")
_CONTEXT = r"(?P<context>[a-z]+-[0-9a-f]{8}[.-][\w.-]*\w)"
_IN_LOGS = (
    re.compile(rf"(?P<extension>[^\s@\[]+)@{_CONTEXT}:(?P<priority>\d+)"),
    re.compile(rf"{_CONTEXT}(?:, ?(?P<extension>[^\s,):]+))?(?:, ?(?P<priority>\d+))?"),
)
_IN_RECORDS = re.compile(r"\b(?P<release>[0-9a-f]{8}) by=\w+ at=(?P<node>[\w.]+)")


# A line of a server's console may begin with `-- `, which is no option.
@click.command("where", context_settings={"ignore_unknown_options": True})
@click.argument("place", metavar="PLACE")
@project_argument
@click.option(
    "--build",
    "build_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The build to look in; by default the one that the name speaks of, here or deployed.",
)
def command(place: str, folder: Path, build_folder: Path | None) -> None:
    """Say which line of which flow a place in the server's dialplan comes from.

    PLACE is CONTEXT[,EXTENSION[,PRIORITY]], or a line of the server's log or of its call records,
    in quotes.
    """
    from flowc.deploy.source_map import NoPlaceError, find_place

    context, extension, priority = _parts(place)
    try:
        build = build_folder or _build_of(context, folder)
        found = find_place(build, context, extension, priority)
    except NoPlaceError as error:
        click.echo(f"flowc: {error}", err=True)
        sys.exit(FINDINGS)
    for line in dict.fromkeys(_line(each, folder) for each in found):
        click.echo(line)


def _parts(place: str) -> tuple[str, str, int]:
    return _pasted(place) or _written(place)


def _pasted(line: str) -> tuple[str, str, int] | None:
    """The first place that a line of a log or of a call's record tells of."""
    if not set(line.strip()) & set(" @["):
        return None
    record = _IN_RECORDS.search(line)
    if record is not None:
        return f"fl-{record['release']}.{record['node']}", "", 0
    found = next((match for each in _IN_LOGS if (match := each.search(line))), None)
    return found and (found["context"], found["extension"] or "", int(found["priority"] or 0))


def _written(place: str) -> tuple[str, str, int]:
    context, _, rest = place.strip().partition(",")
    extension, _, priority = rest.partition(",")
    if priority and not priority.isdecimal():
        raise click.UsageError(f"the priority in `{place}` is no number")
    return context, extension, int(priority or 0)


def _build_of(context: str, folder: Path) -> Path:
    """The build of the release that a context's name holds: built here, or deployed on this host."""
    from flowc.deploy.source_map import NoPlaceError

    match = _RELEASE.fullmatch(context)
    if match is None:
        raise NoPlaceError(
            f"`{context}` is no context of a release; those begin with `fl-` and its id"
        )
    places = (
        folder / "build" / match[1],
        *(root / "releases" / match[1] for root in _roots(folder)),
    )
    for path in places:
        if path.is_dir():
            return path
    looked = ", ".join(str(path) for path in places)
    raise NoPlaceError(
        f"release {match[1]} is neither built nor deployed here; looked for: {looked}; "
        "`--build FOLDER` names one that lies elsewhere"
    )


def _roots(folder: Path) -> tuple[Path, ...]:
    from flowc.compiler import compile_project
    from flowc.deploy.place import DEFAULT_ROOT

    project = compile_project(folder).project
    settings = [each.settings for each in project.environments.values()] if project else []
    roots = (each.get("root", DEFAULT_ROOT) for each in settings)
    return tuple(dict.fromkeys(Path(root) for root in roots if isinstance(root, str)))


def _line(found: Found, folder: Path) -> str:
    """`file:line: text`, or what there is to say of a step that no one wrote."""
    if not found.file:
        what = found.block or "flowc itself"
        return f"{found.context},{found.extension},{found.priority}: made by {what}"
    return f"{found.file}:{found.line}: {_text(folder / found.file, found.line)}"


def _text(path: Path, line: int) -> str:
    try:
        return path.read_text(encoding="utf-8").splitlines()[line - 1].strip()
    except (OSError, IndexError, UnicodeDecodeError):
        return "(the file has changed since)"
