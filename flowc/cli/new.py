"""`flowc new FOLDER`: a small project that works, to go on from, and the editor's schemas beside it.

In a folder that is a project already only the schemas are written, so that they fit this flowc.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from flowc.cli.words import PROJECT_FILE, lang_option, usage_error
from flowc.diagnostics.model import Words

SCHEMAS = "schemas/"
MADE = Words(
    "{folder}: a small hotline, number 100. Go on with:\n"
    '  cd "{folder}"\n'
    "  flowc check\n"
    "  flowc test\n"
    "  flowc call 100",
    "{folder}：已建好一个小热线，号码 100。接下来：\n"
    '  cd "{folder}"\n'
    "  flowc check        检查\n"
    "  flowc test         测试\n"
    "  flowc call 100     自己打一通",
)
RENEWED = Words(
    "{folder} is a project already: its schemas/ are renewed, nothing else is touched",
    "{folder} 已经是一个项目：只更新了 schemas/，其他文件没有动",
)
IN_THE_WAY = Words(
    "`{path}` is there already, and nothing is written over: name another folder",
    "`{path}` 已经存在，不会覆盖：请换一个文件夹",
)


@click.command("new")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@lang_option
def command(folder: Path, language: str) -> None:
    """Make a small project that works, with the schemas that editors complete by."""
    is_project = (folder / PROJECT_FILE).is_file()
    texts = _schemas() if is_project else {**_template(language), **_schemas()}
    for name in () if is_project else texts:
        if (folder / name).exists():
            raise usage_error(IN_THE_WAY, path=folder / name)
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    click.echo((RENEWED if is_project else MADE).say(language, {"folder": str(folder)}))


def _template(language: str) -> dict[str, str]:
    """The project's files by name."""
    return dict(_texts(files("flowc.cli") / "new_project" / language, ""))


def _texts(folder: Traversable, under: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{under}{each.name}"
        if each.is_dir():
            found.extend(_texts(each, f"{name}/"))
        else:
            found.append((name, each.read_text(encoding="utf-8")))
    return found


def _schemas() -> dict[str, str]:
    from flowc.describe.pages import generated

    return {name: text for name, text in generated().items() if name.startswith(SCHEMAS)}
