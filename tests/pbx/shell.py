"""A project's folder in which commands are run as their users type them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRETS = {"asterisk": "ami_secret", "freeswitch": "token"}  # the setting that a server lets in by


@dataclass(frozen=True)
class Shell:
    """`secrets`: variables of the environment."""

    folder: Path
    secrets: Mapping[str, str]

    async def flowc(self, *arguments: str, **others: str) -> tuple[int, str]:
        """Exit code and all that was printed; `others`: secrets that differ this time."""
        process = await self.started(*arguments, **others)
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    async def started(self, *arguments: str, **others: str) -> Process:
        """A command that goes on."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from flowc.cli import main; main()", *arguments),
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **self.secrets, **others, "LC_ALL": "C.UTF-8"},
        )
