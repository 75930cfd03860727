"""What can go wrong outside the drawing itself: a missing program, font or flow."""

from __future__ import annotations


class DrawUnavailable(Exception):  # noqa: N818 - it says that something is missing, not that we erred
    """A picture cannot be made here. `message` says why, `help` what to do about it."""

    def __init__(self, message: str, help: str) -> None:  # noqa: A002 - the word of every finding
        super().__init__(message)
        self.message = message
        self.help = help
