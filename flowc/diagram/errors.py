"""What can go wrong outside the drawing itself: a missing program, font or flow."""

from __future__ import annotations


class DrawUnavailable(Exception):
    """A picture cannot be made here. `message` says why, `help` what to do about it."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
