"""Rendered prompts on disk, each under its content key; safe for several processes at once.

A file is there whole or not at all. It knows nothing of texts or engines.
"""

import contextlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

_KEY = re.compile(r"[0-9a-f]{64}")
# A WAV's head and 20 ms of sound: less was never a prompt.
LEAST_BYTES = 44 + 2 * 160


@dataclass(frozen=True, slots=True)
class PromptCache:
    """A folder of WAV files by key; `most_bytes` bounds it, the least recently used go first."""

    folder: Path
    most_bytes: int | None = None

    def path_of(self, key: str) -> Path:
        """Where the sound of this key stands, whether it does yet or not."""
        if not _KEY.fullmatch(key):
            raise ValueError("a key is 64 hex digits")
        return self.folder / key[:2] / f"{key}.wav"

    def find(self, key: str) -> Path | None:
        """The file of this key, now the most recently used; None where it is not whole."""
        path = self.path_of(key)
        try:
            if path.stat().st_size < LEAST_BYTES:
                return None
            os.utime(path)
        except OSError:
            return None
        return path

    def store(self, key: str, content: bytes) -> Path:
        """The file, written in full before it bears its name. Raises ValueError where too short."""
        if len(content) < LEAST_BYTES:
            raise ValueError(f"{len(content)} bytes hold no prompt")
        path = self.path_of(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)  # another user runs the telephone server
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return path

    def trim(self, keep: frozenset[Path] = frozenset()) -> int:
        """Delete the least recently used beyond `most_bytes`, never those in `keep`; how many."""
        if self.most_bytes is None:
            return 0
        files = sorted(self._files(), key=lambda each: each[1])
        excess = sum(size for _, _, size in files) - self.most_bytes
        deleted = 0
        for path, _, size in files:
            if excess <= 0:
                break
            if path not in keep:
                path.unlink(missing_ok=True)
                excess, deleted = excess - size, deleted + 1
        return deleted

    def _files(self) -> list[tuple[Path, int, int]]:
        """Every file with the time of its last use and its size."""
        found = []
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*.wav"):
            # Another process may trim at the same time.
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                found.append((path, status.st_mtime_ns, status.st_size))
        return found
