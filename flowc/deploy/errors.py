"""What a deploy says when it does not go through. Each is an OSError: the outside world was not ready."""

from __future__ import annotations


class DeployError(OSError):
    """A deploy that did not go through; the text is for whoever ran it."""


class RefusedError(DeployError):
    """Nothing was changed: something was not as it must be before a deploy begins."""


class BusyError(RefusedError):
    """Another deploy is at work; the text says whose."""


class DriftError(RefusedError):
    """What was deployed has been changed by hand; the text shows how."""


class PutBackError(DeployError):
    """The new state did not hold, and the old one was put back and read back."""


class NotPutBackError(DeployError):
    """The new state did not hold, and the server could not be shown to hold the old one.

    The files are the old ones, so that the server takes them up when it next starts or reloads.
    """
