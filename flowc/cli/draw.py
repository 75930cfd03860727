"""`flowc draw`: the flows as a picture, or as a folder of pictures."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

import click

from flowc.cli.words import OUTSIDE, compiled_or_exit, lang_option, project_argument, usage_error
from flowc.diagnostics.model import Words

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.diagram.contract import Level
    from flowc.diagram.draw import Format
    from flowc.diagram.errors import DrawUnavailable
    from flowc.diagram.labels import Labels
    from flowc.kinds.base import NodeKind
    from flowc.kinds.parts import Choice

ALL_ALONE = Words(
    "--all draws the overview and each flow; leave the other choices out",
    "--all 画总览和每个流程；请去掉其他选项",
)
NO_FLOW = Words(
    "no flow is named `{flow}`; there are: {known}", "没有名为 `{flow}` 的流程；有：{known}"
)
NO_FORMAT = Words(
    "{path} has no ending of a picture that can be drawn: {known}",
    "{path} 的后缀不是能画的图片格式：{known}",
)
FORMATS = {
    ".svg": "svg",
    ".png": "png",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".md": "mermaid",
}
ENDINGS = {"svg": ".svg", "png": ".png", "dot": ".dot", "mermaid": ".mmd"}


def labels_of(compiled: Compiled, language: str) -> Labels:
    """What people call flows, nodes, choices and the keys that mean the same everywhere."""
    from flowc.diagram.labels import Labels
    from flowc.diagram.words import outcome_word
    from flowc.kinds.collect import CollectNode
    from flowc.kinds.confirm import NO, YES, ConfirmNode

    assert compiled.project is not None
    titles: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}
    around = compiled.project.program.around
    first = around.languages[0]
    for flow in compiled.project.program.flows.values():
        if flow.title:
            titles[flow.name.text] = _said(dict(flow.title), language, first)
        everywhere = flow.keys.over(around.keys).bound
        for node in flow.nodes:
            name = f"{flow.name.text}.{node.name.text}"
            if node.title:
                titles[name] = _said(dict(node.title), language, first)
            names |= {(name, key): outcome_word(meaning, language) for key, meaning in everywhere}
            if isinstance(node.kind, ConfirmNode):
                names |= {(name, YES): outcome_word("yes", language)}
                names |= {(name, NO): outcome_word("no", language)}
            if isinstance(node.kind, CollectNode) and node.kind.read_back:
                names |= {(name, YES): outcome_word("confirmed", language)}
            if node.kind.keyword == "ticket":  # not the `closed` of opening hours
                names[name, "closed"] = outcome_word("order_closed", language)
            for choice in choices_of(node.kind):
                names.pop((name, choice.key.text), None)
                if choice.name is not None:
                    row = around.prompts.get(choice.name.id)
                    words = {**(row.texts if row else {}), **dict(choice.name.texts)}
                    names[name, choice.key.text] = _said(words, language, first)
    return Labels(language, titles, names)


def titles_of(
    compiled: Compiled, language: str
) -> tuple[Mapping[str, str], Mapping[tuple[str, str], str]]:
    """What people call flows and nodes, and choices: by `flow` and `flow.node`, by (`flow.node`, key)."""
    labels = labels_of(compiled, language)
    return labels.titles, labels.choice_names


def choices_of(kind: NodeKind) -> tuple[Choice, ...]:
    """The keys that a node leads on by: a menu's choices, and those that leave a queue."""
    from flowc.kinds.menu import MenuNode
    from flowc.kinds.people import QueueNode

    match kind:
        case MenuNode(choices=choices):
            return choices
        case QueueNode(exit_keys=keys):
            return keys
        case _:
            return ()


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
@click.option(
    "--all", "every", is_flag=True, help="The overview and a picture of each flow, into a folder."
)
@click.option("--nodes", is_flag=True, help="Every node, however many there are.")
@click.option("--blocks", is_flag=True, help="Every block of the graph, not just nodes.")
@lang_option
def command(
    folder: Path,
    out: Path | None,
    form: str | None,
    flow: str | None,
    every: bool,
    nodes: bool,
    blocks: bool,
    language: str,
) -> None:
    """Draw the flows: SVG, PNG, DOT or Mermaid.

    A project with more than 40 nodes is drawn as an overview, a box for each flow, unless --nodes,
    --blocks or --flow asks for more.
    """
    if every and (flow or nodes or blocks):
        raise usage_error(ALL_ALONE)
    compiled = compiled_or_exit(folder, language)
    assert compiled.project is not None
    known = compiled.project.program.flows
    if flow is not None and flow not in known:
        raise usage_error(NO_FLOW, flow=flow, known=", ".join(known))
    labels = labels_of(compiled, language)
    if every:
        _write_all(compiled, labels, out or folder / "pictures", cast("Format", form or "svg"))
        return
    assert compiled.graph is not None
    path = out or folder / f"{flow or compiled.graph.name}{ENDINGS[form or 'svg']}"
    chosen = cast("Format", form or _format_of(path))
    level: Level = "block" if blocks else "node" if nodes else "best"
    picture = _picture(compiled, labels, chosen, level, flow)
    if str(path) == "-":
        sys.stdout.buffer.write(picture)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    click.echo(str(path))


def _format_of(path: Path) -> str:
    """By the ending; without one, or on the standard output, SVG."""
    ending = path.suffix.lower()
    if ending and ending not in FORMATS:
        raise usage_error(NO_FORMAT, path=path, known=", ".join(FORMATS))
    return FORMATS.get(ending, "svg")


def _picture(
    compiled: Compiled, labels: Labels, form: Format, level: Level, flow: str | None
) -> bytes:
    from flowc.diagram.contract import drawing_of
    from flowc.diagram.draw import render
    from flowc.diagram.errors import DrawUnavailable

    assert compiled.graph is not None
    try:
        return render(drawing_of(compiled.graph, labels, level, flow), form)
    except DrawUnavailable as error:
        _give_up(error)


def _write_all(compiled: Compiled, labels: Labels, folder: Path, form: Format) -> None:
    from flowc.diagram.draw import draw_all
    from flowc.diagram.errors import DrawUnavailable

    assert compiled.graph is not None
    try:
        pictures = draw_all(compiled.graph, form, labels)
    except DrawUnavailable as error:
        _give_up(error)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        path = folder / f"{name}{ENDINGS[form]}"
        path.write_bytes(picture)
        click.echo(str(path))


def pictures(folder: Path, language: str) -> dict[str, bytes]:
    """SVG pictures of a project without errors by name, `overview` first: the same bytes on every machine.

    Raises DrawUnavailable where the `draw` extra is not installed.
    """
    from flowc.compiler import compile_project
    from flowc.diagram.draw import draw_all
    from flowc.diagram.layout.layouters import Layouter

    compiled = compile_project(folder)
    assert compiled.graph is not None
    return draw_all(compiled.graph, "svg", labels_of(compiled, language), Layouter.WASI)


def _give_up(error: DrawUnavailable) -> NoReturn:
    click.echo(f"flowc: {error.message}; {error.help}", err=True)
    sys.exit(OUTSIDE)
