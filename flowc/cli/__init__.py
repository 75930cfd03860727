"""The command line: one file a command, no logic. Commands load when they are named."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TextIO

import click

from flowc.cli.words import OUR_BUG, OUTSIDE

# The command's name and its module; the order is that of `flowc --help`.
COMMANDS = {
    "new": "flowc.cli.new",
    "check": "flowc.cli.check",
    "test": "flowc.cli.test",
    "call": "flowc.cli.call",
    "draw": "flowc.cli.draw",
    "prompts": "flowc.cli.prompts",
    "build": "flowc.cli.build",
    "deploy": "flowc.cli.deploy",
    "rollback": "flowc.cli.rollback",
    "where": "flowc.cli.where",
    "flag": "flowc.cli.flag",
    "run": "flowc.cli.run",
    "orders": "flowc.cli.orders",
    "explain": "flowc.cli.explain",
    "demo": "flowc.cli.demo",
}


class Commands(click.Group):
    """Imports a command's module when it is asked for, so that `flowc check` starts at once."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name]).command
        return command


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="flowc")
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    expose_value=True,
    help="The language of messages; also behind each command that has any.",
)
def cli(lang: str | None) -> None:
    """Call flows as code: check them, test them, draw them, put them on the telephone system."""
    _ = lang  # commands ask the context for it


def speak_utf8(stream: TextIO) -> None:
    """Let a stream bear every text: files and pipes in UTF-8, as what reads them expects.

    Windows would write a file in the code page of the country, where Chinese can't be said at all
    or JSON is no JSON. A terminal keeps its own, and shows `?` for what it has not.
    """
    if not isinstance(stream, TextIOWrapper):
        return
    if stream.isatty() or "PYTHONIOENCODING" in os.environ:
        stream.reconfigure(errors="replace")
    else:
        stream.reconfigure(encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """The `flowc` program. Exit codes: 0 clean, 1 findings, 2 usage, 3 the outside world, 70 our bug."""
    for stream in (sys.stdout, sys.stderr):
        speak_utf8(stream)
    try:
        cli(args=arguments, standalone_mode=True)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        click.echo(f"flowc: {error.strerror or error}{where}", err=True)
        sys.exit(OUTSIDE)
    except Exception as error:
        if "--debug" in sys.argv or type(error).__name__ == "Exit":
            raise
        click.echo(f"flowc: a fault of flowc itself: {type(error).__name__}: {error}", err=True)
        click.echo(
            "flowc: please report it with the project's files; FLOWC_DEBUG=1 shows where", err=True
        )
        if __import__("os").environ.get("FLOWC_DEBUG"):
            raise
        sys.exit(OUR_BUG)
