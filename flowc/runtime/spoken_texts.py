"""Free texts that only a call knows, rendered before they are said: a file a text, by its sound key.

Knows no call and no server; whoever plays sounds finds `<folder>/<language>/~/<hash>.wav` in the
folder that is his.
"""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from math import inf
from pathlib import Path

from flowc.graph.prompts import TEXTS, text_key
from flowc.runtime.logs import Log
from flowc.speech.cache import PromptCache
from flowc.speech.engine import SpeechError
from flowc.speech.manifest import PromptRequest
from flowc.speech.render import Engines, render

AT_ONCE = 4
MOST_WAITING = 64
MOST_FILES = 20_000  # of one language
TIDY_EVERY = 500
_LONGEST_S = 2.0


class SpokenTexts:
    """Renders texts, a few at once; those beyond `MOST_WAITING` are refused, not queued.

    Those least recently said go when there are more than `MOST_FILES`: looked at with the first text
    of a process and every `TIDY_EVERY` after it, since a process may never come so far.
    """

    def __init__(self, folders: Sequence[Path], log: Log) -> None:
        """Nothing is started yet. Each text's file is put in every folder."""
        self._folders = tuple(folders)
        self._cache = PromptCache(folders[0] / "by-content", most_bytes=512 * 1024 * 1024)
        self._log = log
        self._engines = Engines()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="speech")
        self._under_way: set[Future[None]] = set()
        self._waiting = 0
        self._made = 0

    async def sound(
        self, language: str, text: str, voices: Mapping[str, str], until: float = inf
    ) -> str | None:
        """The key of the text's sound once its file stands there; None where it cannot be had by
        `until`, of the event loop's clock."""
        key = text_key(language, text)
        if await asyncio.to_thread(self._is_there, key):
            return key
        voice = voices.get(language)
        if voice is None or self._waiting >= MOST_WAITING:
            return None
        return await self._rendered(key, language, text, voice, until)

    async def close(self) -> None:
        """End the engines; what is being rendered is waited for, as long as a call would."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(wait, tuple(self._under_way), _LONGEST_S)
        self._engines.close()

    async def _rendered(
        self, key: str, language: str, text: str, voice: str, until: float
    ) -> str | None:
        self._waiting += 1
        loop = asyncio.get_running_loop()
        try:
            request = PromptRequest(key.rpartition("/")[2], language, voice, text)
            work = self._begun(partial(self._place, key, request))
            async with asyncio.timeout_at(min(until, loop.time() + _LONGEST_S)):
                await asyncio.wrap_future(work)
        except (SpeechError, OSError, TimeoutError, ValueError) as error:
            self._log.event("text_not_rendered", level="warning", why=_why(error))
            return None
        finally:
            self._waiting -= 1
        if self._made % TIDY_EVERY == 0:
            self._begun(self._tidy)
        self._made += 1
        return key

    def _begun(self, work: Callable[[], None]) -> Future[None]:
        """Work for the threads; noted, so that the end can wait for it."""
        begun = self._threads.submit(work)
        self._under_way.add(begun)
        begun.add_done_callback(self._under_way.discard)
        return begun

    def _place(self, key: str, request: PromptRequest) -> None:
        """Render and give the sound its name; the file is there whole or not at all."""
        made = render(request, self._engines, self._cache)
        paths = self._paths(key)
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            _name(made, path)

    def _tidy(self) -> None:
        try:
            self._cache.trim()
            for folder in self._folders:
                for each in folder.glob(f"*/{TEXTS}"):
                    _drop_oldest(each)
        except OSError as error:
            self._log.event("texts_not_tidied", level="warning", why=_why(error))

    def _is_there(self, key: str) -> bool:
        """Is it? If so, it has been said a moment ago."""
        for path in self._paths(key):
            if not path.is_file():
                return False
            with suppress(OSError):  # another user's, or gone since
                os.utime(path)
        return True

    def _paths(self, key: str) -> tuple[Path, ...]:
        return tuple(folder / f"{key}.wav" for folder in self._folders)


def _drop_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.wav"), key=lambda each: each.stat().st_mtime)
    for each in files[: max(0, len(files) - MOST_FILES)]:
        each.unlink(missing_ok=True)


def _why(error: Exception) -> str:
    """What is in the way, such as a folder that may not be written to; never the text."""
    match error:
        case OSError(strerror=str(words), filename=where) if where:
            return f"{words}: {where}"
        case _:
            return type(error).__name__


def _name(made: Path, path: Path) -> None:
    """Give a file another name, all at once, on another disk too."""
    with suppress(FileExistsError):
        try:
            path.hardlink_to(made)
        except OSError as reason:
            if reason.errno != errno.EXDEV:
                raise
            part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            shutil.copyfile(made, part)
            part.rename(path)
