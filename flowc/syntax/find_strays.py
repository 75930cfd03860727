"""Files that were meant to be read, and are not: their names end otherwise than flowc's do, or they are folders.

Notepad makes `bill.flow.yaml.txt` of `bill.flow.yaml`, and a test that nobody plays is a green one.
Knows names of files only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Reporter, Words
from flowc.diagnostics.not_yet import NotYet
from flowc.source import Source

# Folders and the ending that is read there; of tests, only what is called so.
FOLDERS = {
    "flows": ".flow.yaml",
    "services": ".yaml",
    "calendars": ".yaml",
    "lists": ".csv",
    "tests": ".call.yaml",
}
# What Excel keeps beside a table that is open in it, and what editors and file systems leave.
NOT_AN_AUTHORS = ("~$", ".")
PARTS = {"queues": ".yaml", "prompts": ".csv", "flowc": ".yaml"}
TEXT_FORM = ".flow"
NO_TEXT_FORM = Words("flows are not read in the text form yet", "还不能读取文本写法的流程")
_YAML = re.compile(r"(\.flow|\.call)?(\.ya?ml)?(\.txt)?", re.IGNORECASE)
_TABLE = re.compile(r"(\.csv)?(\.txt|\.xlsx?|\.et)?", re.IGNORECASE)


def find_strays(folder: Path, report: Reporter) -> None:
    """Report each file that has its place and not its ending."""
    for path, ending in _strays(folder):
        name = path.relative_to(folder).as_posix()
        stem = path.name.partition(".")[0]
        if path.suffix == TEXT_FORM:
            _text_form(f"{stem}{ending}").report(Source(name, "").span(0, 0), report)
            continue
        report.report(
            reading.NOT_READ,
            Source(name, "").span(0, 0),
            ending=ending,
            renamed=f"{stem}{ending}",
            how=reading.SAVE_TABLE.en if _is_workbook(path) else "rename it",
            how_zh=reading.SAVE_TABLE.zh if _is_workbook(path) else "请改名",
        )

    for path in _folders_for_files(folder):
        name = path.relative_to(folder).as_posix()
        report.report(reading.FOLDER_FOR_FILE, Source(name, "").span(0, 0), name=path.name)
    for path in sorted(folder.iterdir()):
        wanted = path.name.lower()
        is_other = wanted in FOLDERS and path.name != wanted and path.is_dir()
        # Where capitals make no difference, it is the folder itself.
        if is_other and not ((folder / wanted).is_dir() and path.samefile(folder / wanted)):
            report.report(reading.FOLDER_NOT_READ, Source(path.name, "").span(0, 0), wanted=wanted)


def _folders_for_files(folder: Path) -> Iterator[Path]:
    """Folders that bear the name of a file which would be read."""
    yield from (path for part in PARTS.items() if (path := folder / "".join(part)).is_dir())
    for name, ending in FOLDERS.items():
        yield from (path for path in sorted((folder / name).rglob(f"*{ending}")) if path.is_dir())


def _text_form(renamed: str) -> NotYet:
    instead = Words(f"write them in YAML, in `{renamed}`", f"请改用 YAML，写在 `{renamed}` 里")
    return NotYet(NO_TEXT_FORM, instead)


def _strays(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.iterdir()):
        ending = PARTS.get(path.name.partition(".")[0])
        if ending and path.is_file() and _is_meant(path, ending):
            yield path, ending
    for name, ending in FOLDERS.items():
        for path in sorted((folder / name).rglob("*")) if (folder / name).is_dir() else ():
            if path.is_file() and _is_meant(path, ending):
                yield path, ending


def _is_meant(path: Path, ending: str) -> bool:
    if path.name.endswith(ending) or path.name.startswith(NOT_AN_AUTHORS):
        return False
    stem = path.name.partition(".")[0]
    if path.with_name(stem + ending).exists():  # the workbook that a table is made of, a copy
        return False
    found = path.name[len(stem) :]
    return bool(found and (_TABLE if ending == ".csv" else _YAML).fullmatch(found))


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() in {".xls", ".xlsx", ".et"}
