"""A release's sounds on disk, by sound key. Knows no server."""

from __future__ import annotations

from pathlib import Path


def sound_files(folder: Path) -> dict[str, Path]:
    """The WAV files of a folder of sounds: `zh/a.b.prompt`, `zh/_/yuan`, `zh/~/0123456789abcdef`.

    Each depth by itself: `**` does not look behind links, and free texts may lie behind one.
    """
    files = sorted([*folder.glob("*/*.wav"), *folder.glob("*/*/*.wav")])
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in files}
