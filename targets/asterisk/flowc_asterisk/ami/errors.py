"""What can go wrong with the manager interface, each as its own exception. Knows no protocol."""

# ruff: noqa: N818 - each is named for what happened, as the user reads it
from __future__ import annotations


class AmiError(Exception):
    """Anything that the manager interface could not do; its text is one line for the user."""


class PbxUnreachable(AmiError):
    """Nobody listens there, or the connection was lost."""


class LoginRefused(AmiError):
    """The server does not know the account or its secret, or does not let it in from here."""


class ActionRefused(AmiError):
    """We did not send it: it holds a line end, or a line too long for the server."""


class ActionFailed(AmiError):
    """The server answered that it could not or would not."""


class ActionTimeout(AmiError):
    """The server did not answer in time."""


class EventsLost(AmiError):
    """Events came faster than they were read, and some had to be dropped."""
