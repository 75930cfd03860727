"""What the lab says when it cannot work. Knows no cause of its own: the rooms that fail fill it in."""

from __future__ import annotations


class LabUnavailable(Exception):  # noqa: N818 - it tells a state of the machine, not a fault of ours
    """No Asterisk can be had or started here.

    `message` is one line that says what failed, `help` one line that says what to do about it.
    """

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - the word users read
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"{self.message} ({self.help})" if self.help else self.message
