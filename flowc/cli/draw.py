"""`flowc draw`: the flows as a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from flowc.cli.words import OUTSIDE, compiled_or_exit, lang_option, project_argument

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.diagram.draw import Format

FORMATS = {
    ".svg": "svg",
    ".png": "png",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".md": "mermaid",
}


def titles_of(
    compiled: Compiled, language: str
) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """What people call flows, nodes and choices: by `flow`, by `flow.node`, by (`flow.node`, key)."""
    from flowc.kinds.menu import MenuNode

    assert compiled.project is not None
    titles: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}
    around = compiled.project.program.around
    for flow in compiled.project.program.flows.values():
        if flow.title:
            titles[flow.name.text] = _said(dict(flow.title), language, around.languages[0])
        for node in flow.nodes:
            name = f"{flow.name.text}.{node.name.text}"
            if node.title:
                titles[name] = _said(dict(node.title), language, around.languages[0])
            for choice in node.kind.choices if isinstance(node.kind, MenuNode) else ():
                if choice.name is not None:
                    row = around.prompts.get(choice.name.id)
                    words = {**(row.texts if row else {}), **dict(choice.name.texts)}
                    names[name, choice.key.text] = _said(words, language, around.languages[0])
    return titles, names


def _said(words: dict[str, str], language: str, first: str) -> str:
    return words.get(language) or words.get(first) or next(iter(words.values()), "")


@click.command("draw")
@project_argument
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="The file; its ending is the format."
)
@click.option(
    "--format", "form", type=click.Choice(["svg", "png", "dot", "mermaid"]), help="The format."
)
@click.option("--flow", help="One flow only.")
@click.option("--blocks", is_flag=True, help="Every block of the graph, not just nodes.")
@lang_option
def command(
    folder: Path, out: Path | None, form: str | None, flow: str | None, blocks: bool, language: str
) -> None:
    """Draw the flows: SVG, PNG, DOT or Mermaid."""
    from flowc.diagram.draw import draw
    from flowc.diagram.errors import DrawUnavailable

    compiled = compiled_or_exit(folder, language)
    assert compiled.graph is not None
    path = out or folder / f"{flow or compiled.graph.name}.{form or 'svg'}"
    chosen = form or FORMATS.get(path.suffix.lower(), "svg")
    titles, names = titles_of(compiled, language)
    try:
        picture = draw(
            compiled.graph,
            cast("Format", chosen),
            language=language,
            titles=titles,
            choice_names=names,
            flow=flow,
            level="block" if blocks else "node",
        )
    except DrawUnavailable as error:
        click.echo(f"flowc: {error.message}; {error.help}", err=True)
        sys.exit(OUTSIDE)
    if str(path) == "-":
        sys.stdout.buffer.write(picture)
        return
    path.write_bytes(picture)
    click.echo(str(path))
