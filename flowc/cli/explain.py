"""`flowc explain CODE`: what a finding means, with an example that has it and one that has not."""

from __future__ import annotations

import sys

import click

from flowc.cli.words import USAGE, lang_option


@click.command("explain")
@click.argument("code")
@lang_option
def command(code: str, language: str) -> None:
    """Tell about a finding by its code, such as F0201."""
    from flowc.diagnostics.catalogue import catalogue, page

    number = code.upper()
    if code.isdecimal():  # `201`, as people say it
        number = f"F{code:0>4}"
    known = catalogue().get(number)
    if known is None:
        click.echo(f"flowc: no finding has the code {code}", err=True)
        sys.exit(USAGE)
    text = page(number)
    click.echo(text or f"# {number} {known.summary.say(language, {})}")
