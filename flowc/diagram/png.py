"""PNG out of SVG, by resvg, with a face that has ideographs.

The face of the `draw` extra is taken first and alone, so that a picture is the same everywhere;
without it, the system's faces, if one of them is Chinese.
"""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

from flowc.diagram.errors import DrawUnavailable

_FACES = "pylopdf_fonts_zh_cn"
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
_FOLDERS_AT_HOME = (".fonts", ".local/share/fonts", "Library/Fonts")
_NAMES = ("cjk", "sourcehan", "notosanssc", "notoserifsc", "wqy", "wenquan", "pingfang", "lxgw")
_NAMES_TOO = ("uming", "ukai", "droidsansfallback", "heiti", "songti", "msyh", "simsun", "simhei")
_ZOOM, _MOST_SIDE, _MOST_PIXELS = 2.0, 16_000.0, 60_000_000.0


def png(svg: str) -> bytes:
    """The picture in twice its size, less where it would be huge.

    Raises DrawUnavailable without resvg, or without a face for what has to be written.
    """
    if find_spec("resvg_py") is None:
        raise DrawUnavailable("PNG needs resvg-py", "pip install 'flowc[draw]', or ask for SVG")
    import resvg_py

    face = _own_face()
    if face is None and _has_ideographs(svg) and not _system_has_face():
        raise DrawUnavailable(
            "no face with Chinese letters was found",
            "pip install 'flowc[draw]', or install a font such as fonts-noto-cjk, or ask for SVG",
        )
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=_zoom(svg),
        background="#ffffff",
        skip_system_fonts=face is not None,
        font_files=None if face is None else [str(face)],
        sans_serif_family=None if face is None else "Noto Sans SC",
    )
    return bytes(drawn)


def _own_face() -> Path | None:
    if find_spec(_FACES) is None:
        return None
    from pylopdf_fonts_zh_cn import sans_path

    found = Path(sans_path())
    return found if found.is_file() else None


def _has_ideographs(svg: str) -> bool:
    return any(unicodedata.east_asian_width(character) in "WF" for character in svg)


def _system_has_face() -> bool:
    """Asks fontconfig, and where there is none looks for well-known file names."""
    listing = shutil.which("fc-list")
    if listing is None:
        return _a_known_face_lies_about()
    try:
        asked = [listing, ":lang=zh", "family"]
        found = subprocess.run(asked, capture_output=True, timeout=10, check=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return _a_known_face_lies_about()
    return bool(found.stdout.strip())


def _a_known_face_lies_about() -> bool:
    folders = [*map(Path, _FOLDERS), *(Path.home() / folder for folder in _FOLDERS_AT_HOME)]
    files = (file for folder in folders if folder.is_dir() for file in folder.rglob("*.[ot]t[fc]"))
    return any(
        name in file.name.lower().replace("-", "").replace("_", "")
        for file in files
        for name in (*_NAMES, *_NAMES_TOO)
    )


def _zoom(svg: str) -> float:
    root = ElementTree.fromstring(svg)  # noqa: S314 - written by us a moment ago
    width, height = float(root.get("width", "1")), float(root.get("height", "1"))
    most = min(_MOST_SIDE / max(width, height), (_MOST_PIXELS / (width * height)) ** 0.5)
    return min(_ZOOM, float(most))
