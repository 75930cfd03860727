"""A server's process: it dies with us, is asked to go before it is made to, and has last words.

Linux only, as labs are.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping
from pathlib import Path

# The server must not outlive us, however we end: Linux kills it when the thread that began it
# is gone (prctl PR_SET_PDEATHSIG). Asked for between fork and exec, in an interpreter of its own,
# since Python code in a forked child of a threaded program may dead-lock.
_DIE_WITH_PARENT = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); "
    "os.getppid() == int(sys.argv[1]) or os._exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)


async def start_with_us(*command: str, output: Path, environment: Mapping[str, str]) -> Process:
    """Start a program that is gone when we are; what it prints goes to `output`."""
    with output.open("wb") as file:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid())),
            *command,
            stdin=DEVNULL,
            stdout=file,
            stderr=STDOUT,
            env=dict(environment),
        )


async def end(process: Process, seconds: float) -> None:
    """Ask the process to go, and make it go where it does not within so many seconds."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(seconds):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def last_words(*files: Path) -> str:
    """The last line of the first file that has any, for an error message."""
    for path in files:
        with contextlib.suppress(OSError):
            lines = path.read_text("utf-8", "replace").strip().splitlines()
            if lines:
                return f"its last words: {lines[-1][:300]}"
    return "it said nothing"
