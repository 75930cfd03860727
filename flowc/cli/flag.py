"""`flowc flag`: raise, lower or show a flag of the project on this server; the very next call sees it."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from flowc.cli.deploying import place_of, project_read
from flowc.cli.words import lang_option, project_argument

FOR_EVER = 4_102_444_800  # 2100-01-01: a flag without an end is lowered by hand
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@click.command("flag")
@click.argument("name")
@click.argument("state", type=click.Choice(["on", "off", "show"]))
@project_argument
@click.option("--env", "environment", help="An environment of flowc.yaml; by default the first.")
@click.option(
    "--until",
    metavar="WHEN",
    help="90m, 2h, 18:00 or 2026-10-01T18:00, in the project's time zone unless it says another: "
    "2026-10-01T18:00Z, 2026-10-01T18:00+02:00.",
)
@lang_option
def command(
    name: str, state: str, folder: Path, environment: str | None, until: str | None, language: str
) -> None:
    """Raise, lower or show a flag that flows ask for as `flags.NAME`."""
    from flowc.deploy.place import SettingError

    compiled = project_read(folder, language)
    assert compiled.project is not None
    around = compiled.project.program.around
    if name not in around.flags:
        listed = ", ".join(around.flags) or "none"
        raise click.UsageError(f"the project has no flag `{name}`; it has: {listed}")
    if state != "on" and until is not None:
        raise click.UsageError("--until says how long a flag is on")
    moment = _moment(until, around.timezone) if state == "on" else 0
    settings, place = place_of(compiled, environment)
    try:
        installer = place.installer()
    except (SettingError, LookupError) as error:
        raise click.UsageError(f"environment `{settings.name}`: {error}") from error
    if state == "show":
        moment = asyncio.run(installer.flag(name))
    else:
        asyncio.run(installer.set_flag(name, moment))
    click.echo(f"the flag `{name}` is {_told(moment, around.timezone)}")


def _moment(until: str | None, timezone: str) -> int:
    """Seconds since 1970; in the future, or the use was wrong."""
    if until is None:
        return FOR_EVER
    moment = _after(until) or _clock(until, timezone)
    if moment is None:
        raise click.UsageError(
            f"--until {until}: write 90m, 2h, 18:00, 2026-10-01T18:00 or 2026-10-01T18:00+02:00"
        )
    if not time.time() < moment < FOR_EVER:
        raise click.UsageError(f"--until {until} is not a time to come")
    return moment


def _after(text: str) -> int | None:
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    return int(time.time()) + int(match[1]) * _UNITS[match[2]] if match else None


def _clock(text: str, timezone: str) -> int | None:
    """A time of today, or the first to come; or a date and time, in the zone that it names or the project's."""
    now = datetime.now(ZoneInfo(timezone))
    try:
        if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", text):
            hour, minute = map(int, text.split(":"))
            today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            return int((today if today > now else today + timedelta(days=1)).timestamp())
        written = datetime.fromisoformat(text)
        moment = written if written.tzinfo else written.replace(tzinfo=now.tzinfo)
        return int(moment.timestamp())
    except ValueError:
        return None


def _told(moment: int, timezone: str) -> str:
    if moment <= time.time():
        return "off"
    if moment == FOR_EVER:
        return "on until it is lowered"
    return (
        f"on until {datetime.fromtimestamp(moment, ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"
    )
