"""What goes over the manager interface: received messages, and the check on what may be sent.

Knows no connection. The check is the only door through which text reaches the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flowc_asterisk.ami.errors import ActionRefused

# Asterisk refuses lines of 1024 bytes and more, some versions by dropping the action silently.
MOST_BYTES = 900
Value = str | int | bool | Sequence[str]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VARIABLE_NAME = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]{0,78}")
_VARIABLE_VALUE = re.compile(r"[A-Za-z0-9_.+-]*")


@dataclass(frozen=True, slots=True)
class AmiMessage:
    """One response or event: its headers in order; a name may come several times."""

    headers: tuple[tuple[str, str], ...]

    def get(self, name: str, default: str = "") -> str:
        """The first value of the header `name`, in any case of letters, else `default`."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the header `name`, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    @property
    def event(self) -> str:
        """The event's name; empty for a response."""
        return self.get("Event")

    @property
    def succeeded(self) -> bool:
        """Whether a response says that the action was done."""
        return self.get("Response") in ("Success", "Follows", "Goodbye")


def checked_fields(name: str, fields: Mapping[str, Value]) -> dict[str, str | list[str]]:
    """The action as lines that are safe to send. Raises ActionRefused, naming the field."""
    checked: dict[str, str | list[str]] = {"Action": _checked("Action", name)}
    for key, value in fields.items():
        if not _NAME.fullmatch(key):
            raise ActionRefused(f"{key!r} is no field of an AMI action")
        if isinstance(value, str | int):  # a bool is an int
            checked[key] = _checked(key, _written(value))
        else:
            checked[key] = [_checked(key, part) for part in value]
    return checked


def checked_variables(variables: Mapping[str, str]) -> list[str]:
    """Channel variables as `NAME=value`, one a line.

    The server splits such a line at commas and drops quotes, so only letters, digits and `_.+-`
    can be handed over whole; anything else raises ActionRefused.
    """
    for name, value in variables.items():
        if not _VARIABLE_NAME.fullmatch(name):
            raise ActionRefused(f"{name!r} is no name for a channel variable")
        if not _VARIABLE_VALUE.fullmatch(value):
            raise ActionRefused(f"the value of {name} cannot be handed over by AMI unchanged")
    return [f"{name}={value}" for name, value in variables.items()]


def from_headers(headers: Iterable[tuple[str, object]]) -> AmiMessage:
    """A message of panoramisk's headers, where a repeated name has a list for its value."""
    flat: list[tuple[str, str]] = []
    for name, value in headers:
        if name == "content":  # panoramisk's own, for servers older than any that we take
            continue
        values = value if isinstance(value, list) else [value]
        flat += [(name, str(each)) for each in values]
    return AmiMessage(tuple(flat))


def _written(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _checked(key: str, text: str) -> str:
    if any(sign in text for sign in "\r\n\0"):
        raise ActionRefused(f"the AMI field {key} holds a line end")
    try:
        length = len(f"{key}: {text}".encode())
    except UnicodeEncodeError as error:
        raise ActionRefused(f"the AMI field {key} is not valid text") from error
    if length > MOST_BYTES:
        raise ActionRefused(f"the AMI field {key} is {length} bytes long; {MOST_BYTES} is the most")
    return text
