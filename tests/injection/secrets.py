"""Looks for what may stand nowhere: the environment's values, in every dress, in every file.

Knows folders and bytes; what is a secret it is told.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

MOST_BYTES = 64 * 1024 * 1024


def dresses(secret: str) -> dict[str, bytes]:
    """A secret as it is, and as some program may have written it."""
    plain = secret.encode()
    return {
        "as it is": plain,
        "percent-encoded": quote(secret, safe="").encode(),
        "in base64": base64.b64encode(plain),
        "in hex": plain.hex().encode(),
        "backwards": plain[::-1],
    }


def found_in(folder: Path, secrets: dict[str, str]) -> Iterator[str]:
    """Every file under a folder that shows one of the secrets, and how."""
    wanted = {
        f"{name} {dress}": words
        for name, secret in secrets.items()
        for dress, words in dresses(secret).items()
    }
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < MOST_BYTES:
            content = path.read_bytes()
            for name, words in wanted.items():
                if words in content:
                    yield f"{name} in {path.relative_to(folder)}"
