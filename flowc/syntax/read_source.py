"""Bytes to text: UTF-8, of a bearable size, without characters that deceive.

The one door for every file an author writes, whatever its language; knows no YAML.
"""

from __future__ import annotations

import re
from pathlib import Path

from flowc.diagnostics.codes import reading
from flowc.diagnostics.model import Reporter, Words
from flowc.source import Source
from flowc.syntax.characters import REFUSED, character_name, code_of, first_refused

LARGEST = 1_000_000
"""Bytes that a file may have."""

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
# How files begin that are no text: workbooks of Excel, and what may lie beside them.
_ARCHIVE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"\x1f\x8b")
_MEDIUM = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_LOOKED_AT = 4096
_FEW_CONTROLS = 3  # that somebody may have put in by a slip
_TABLE = ".csv"
_COMMON_CHINESE = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e\u2018-\u201d\u2026\u2014]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def read_source(path: Path, name: str, report: Reporter) -> Source | None:
    """The text of a file, under the project's `name` for it; None and a finding where it has none."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
            size = len(data) if len(data) <= LARGEST else max(path.stat().st_size, len(data))
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        report.report(reading.FILE_UNREADABLE, Source(name, "").span(0, 0), reason=reason)
        return None
    if size > LARGEST:
        _report_size(size, name, report)
        return None
    return decode(data, name, report)


def decode(data: bytes, name: str, report: Reporter) -> Source | None:
    """A file's bytes as text; None and findings where they are no text to trust.

    A byte order mark is left out of the text, so offset 0 is the first character that was meant.
    """
    if len(data) > LARGEST:
        _report_size(len(data), name, report)
        return None
    kind = _no_text(data)
    if kind is not None:
        report.report(
            reading.NO_TEXT,
            Source(name, "").span(0, 0),
            kind=kind.en,
            kind_zh=kind.zh,
            **_how_to_save(name),
        )
        return None
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as problem:
        _report_encoding(data, problem.start, name, report)
        return None
    source = Source(name, text)
    # Excel's "CSV UTF-8" begins with the mark, and without it Excel takes the file for GBK.
    if data.startswith(_BOM) and not name.endswith(_TABLE):
        report.report(reading.BYTE_ORDER_MARK, source.span(0, 0))
    return source if _is_plain(source, report) else None


def _report_size(size: int, name: str, report: Reporter) -> None:
    nowhere = Source(name, "").span(0, 0)
    report.report(reading.FILE_TOO_LARGE, nowhere, size=size, limit=LARGEST)


def _is_plain(source: Source, report: Reporter) -> bool:
    """Report each character that deceives; a hundred of them say enough."""
    if first_refused(source.text) is None:
        return True
    for count, found in enumerate(REFUSED.finditer(source.text)):
        if count == 100:
            break
        place = source.span(found.start(), found.end())
        report.report(code_of(found), place, character=character_name(found[0]))
    return False


def _report_encoding(data: bytes, bad: int, name: str, report: Reporter) -> None:
    text = _as_gbk(data)
    if text is not None:
        source = Source(name, text)
        first = _NOT_ASCII.search(text)
        start = first.start() if first else 0
        end = re.compile(r"[^\x00-\x7f]*").match(text, start)
        place = source.span(start, end.end() if end else start)
        report.report(reading.FILE_IN_GBK, place, **_how_to_save(name))
        return
    if data.startswith(_WIDE_BOMS):
        # Shown as text it would be noise.
        report.report(
            reading.FILE_NOT_UTF8,
            Source(name, "").span(0, 0),
            offset=bad + 1,
            byte=f"0x{data[bad]:02X}",
            guess=_guess(data),
            **_how_to_save(name),
        )
        return
    source = Source(name, data.decode("utf-8", "replace"))
    at = len(data[:bad].decode("utf-8", "replace"))
    report.report(
        reading.FILE_NOT_UTF8,
        source.span(at, at + 1),
        offset=bad + 1,
        byte=f"0x{data[bad]:02X}",
        guess=_guess(data),
        **_how_to_save(name),
    )


def _no_text(data: bytes) -> Words | None:
    """What a file is that no program would show as text; None for what may be text, well saved or not."""
    if data.startswith(_ARCHIVE):
        return Words("a workbook of Excel or an archive", "Excel 工作簿或压缩包")
    if data.startswith(_MEDIUM):
        return Words("a picture or a PDF", "图片或 PDF")
    if data.startswith(_WIDE_BOMS):
        return None
    start = data[:_LOOKED_AT]
    controls = len(_CONTROL.findall(start))
    if controls > _FEW_CONTROLS and 20 * controls > len(start):
        return Words("bytes of some program", "某个程序的二进制数据")
    return None


def _how_to_save(name: str) -> dict[str, str]:
    """The steps in the program that such a file comes from, in both languages."""
    words = reading.SAVE_TABLE if name.endswith(_TABLE) else reading.SAVE_TEXT
    return {"steps": words.en, "steps_zh": words.zh}


def _guess(data: bytes) -> str:
    """A word that both languages understand."""
    if data.startswith(_WIDE_BOMS):
        return "UTF-16"
    return "NUL" if b"\0" in data else "?"


def _as_gbk(data: bytes) -> str | None:
    """The text, if these bytes are Chinese in GBK rather than damaged UTF-8 or no text at all."""
    if b"\0" in data:
        return None
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    chinese = len(_COMMON_CHINESE.findall(text))
    others = len(_NOT_ASCII.findall(text)) - chinese
    damaged = data.decode("utf-8", "replace")
    right = len(_COMMON_CHINESE.findall(damaged))
    return text if chinese > 3 * others and chinese > right else None
