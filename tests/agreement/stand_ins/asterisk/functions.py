"""The functions that the target's dialplan asks, each as the server answers it.

A function that is not here, or is asked in another way than the target does, is refused.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ..line import StandInError
from .arguments import padded, separate, stripped
from .substitution import substitute

if TYPE_CHECKING:
    from .channel import Channel

Read = Callable[["Channel", str], "str | None"]
CALLERS = "PJSIP/anonymous-00000001"  # the channel of the call itself
MOST_BYTES = 4095  # of an argument or a value: the server cuts what is longer


def read(channel: Channel, name: str, argument: str) -> str | None:
    """What `${NAME(argument)}` gives."""
    function = READ.get(name)
    if function is None:
        raise StandInError(f"no function {name}({argument}) is known")
    value = function(channel, argument)
    if len(argument) > MOST_BYTES or (value is not None and len(value) > MOST_BYTES):
        raise StandInError(f"{name} is given or gives more than the server holds: {argument[:200]}")
    return value


# --- texts


def _length(_: Channel, argument: str) -> str:
    return str(len(argument))


def _filter(_: Channel, argument: str) -> str:
    allowed, *rest = separate(argument, ",", 2, raw=True)
    if not rest:
        raise StandInError(f"FILTER({argument}) lacks its text")
    return _others(allowed).sub("", rest[0])


@lru_cache(maxsize=1000)
def _others(allowed: str) -> re.Pattern[str]:
    """Any sign that is not among those allowed; `a-z` is a range."""
    if not allowed or '"' in allowed or "\\" in allowed:
        raise StandInError(f"FILTER by {allowed!r} is not known")
    members, at = "", 0
    while at < len(allowed):
        if allowed[at + 1 : at + 2] == "-" and at + 2 < len(allowed):
            members += "".join(map(chr, range(ord(allowed[at]), ord(allowed[at + 2]) + 1)))
            at += 3
        else:
            # A range without an end is the sign itself, and its `-` is gone.
            members += allowed[at]
            at += 2 if allowed[at + 1 : at + 2] == "-" else 1
    return re.compile(f"[^{''.join(map(re.escape, members))}]", re.DOTALL)


def _if(_: Channel, argument: str) -> str | None:
    condition, *rest = separate(argument, "?", 2)
    ways = separate(rest[0], ":", 2) if rest else []
    if not condition or not ways:
        return None
    then, otherwise = padded([stripped(way) for way in ways], 2)
    return then if is_true(stripped(condition)) else otherwise


def is_true(condition: str) -> bool:
    """A number unless it is nought; any other text but none."""
    found = re.match(r"[ \t]*([+-]?[0-9]+)", condition)
    return int(found[1]) != 0 if found else condition != ""


def _replaced(channel: Channel, argument: str) -> str:
    name, old, new = padded(separate(argument, ",", 5), 3)[:3]
    if not name or not old:
        raise StandInError(f"STRREPLACE({argument}) lacks what is to be replaced")
    return _value_of(channel, name).replace(old, new)


def _signs_replaced(channel: Channel, argument: str) -> str:
    name, signs, other = padded(separate(argument, ",", 3), 3)
    return "".join(other[:1] if sign in signs else sign for sign in _value_of(channel, name))


def _field_count(channel: Channel, argument: str) -> str:
    name, delimiter = separate(argument, ",", 2)
    value = _value_of(channel, name)
    return str(value.count(_one(delimiter)) + 1 if value else 0)


def _cut(channel: Channel, argument: str) -> str:
    name, delimiter, field = separate(argument, ",", 3)
    if not re.fullmatch("[0-9]+", field):
        raise StandInError(f"CUT({argument}) asks for no single field")
    value = _value_of(channel, name)
    parts = value.split(_one(delimiter)) if value else []
    return parts[int(field) - 1] if 0 < int(field) <= len(parts) else ""


def _one(delimiter: str) -> str:
    if len(delimiter) != 1:
        raise StandInError(f"{delimiter!r} is no single sign")
    return delimiter


def _value_of(channel: Channel, name: str) -> str:
    """Functions that are given a variable's name read it by themselves."""
    return substitute(f"${{{name}}}", channel)


def _regex(_: Channel, argument: str) -> str:
    parts = separate(argument, '"', 3)
    if len(parts) != 3:
        raise StandInError(f"REGEX({argument}) is not of its form")
    text = parts[2][1:] if parts[2][:1] in (" ", "\t") else parts[2]
    return str(int(_expression(parts[1]).search(text) is not None))


@lru_cache(maxsize=1000)
def _expression(text: str) -> re.Pattern[str]:
    """Of the signs that both kinds of regular expressions read alike."""
    if text == "[[:cntrl:]]":
        return re.compile("[\\x00-\\x1f\\x7f]")
    if not re.fullmatch(r"[A-Za-z0-9_ ^$|()\[\]-]*", text):
        raise StandInError(f"the regular expression {text!r} may mean something else here")
    return re.compile(text)


def _decoded(_: Channel, argument: str) -> str:
    return unquote_to_bytes(argument.encode("latin-1")).decode("latin-1")


# --- the clock


def _time(channel: Channel, argument: str) -> str:
    epoch, zone, form = padded(separate(argument, ",", 3), 3)
    if (epoch, zone, form) == ("", "", "%s%3q"):
        return str(channel.host.line.epoch_ms)
    if zone != "UTC" or not re.fullmatch("-?[0-9]+", epoch) or form not in _FORMS:
        raise StandInError(f"STRFTIME({argument}) is not known")
    return datetime.fromtimestamp(int(epoch), UTC).strftime(form)


_FORMS = ("%Y%m%d", "%H", "%M", "%u")


def _epoch_of(_: Channel, argument: str) -> str:
    text, zone, form = padded(separate(argument, ",", 3), 3)
    if (zone, form) != ("UTC", "%Y%m%d") or not re.fullmatch("[0-9]{8}|0", text):
        raise StandInError(f"STRPTIME({argument}) is not known")
    if text == "0":  # an unset date: the server warns and gives nothing
        return ""
    return str(calendar.timegm((int(text[:4]), int(text[4:6]), int(text[6:]), 0, 0, 0)))


# --- the dialplan, the call and the server


def _exists(channel: Channel, argument: str) -> str:
    context, exten, priority = separate(argument, ",", 3)
    return str(int(channel.host.dialplan.step(context, exten, int(priority)) is not None))


def _stack(channel: Channel, argument: str) -> str | None:
    depth, what, quiet = padded(separate(argument, ",", 3), 3)
    if depth != "1" or (not channel.frames and quiet != "1"):
        raise StandInError(f"STACK_PEEK({argument}) is not known")
    if not channel.frames:
        return None
    frame = channel.frames[-1]
    return {"c": frame.context, "e": frame.exten, "p": str(frame.priority)}[what]


def _caller(channel: Channel, argument: str) -> str:
    if argument not in ("num", "name"):
        raise StandInError(f"CALLERID({argument}) is not known")
    return channel.caller if argument == "num" else ""  # callers of tests bear no name


def _shared(channel: Channel, argument: str) -> str:
    name, of = padded(separate(argument, ",", 2), 2)
    return _sharing(channel, of).shared.get(name, "")


def _sharing(channel: Channel, name: str) -> Channel:
    """The channel itself, or the call's own where another channel names that."""
    if name not in ("", CALLERS) or (name and channel.master is None):
        raise StandInError(f"{name} is no channel that shares anything")
    return channel.master if name and channel.master is not None else channel


def _header(channel: Channel, argument: str) -> str:
    what, name = separate(argument, ",", 2)
    if what != "read":
        raise StandInError(f"PJSIP_HEADER({argument}) is read")
    return channel.host.headers.get(name, "")


def _database(channel: Channel, argument: str) -> str:
    value = channel.host.database.get(argument)
    if value is not None:
        channel.set("DB_RESULT", value)
    return value or ""


def _file(channel: Channel, argument: str) -> str:
    what, name = separate(argument, ",", 2)
    if what != "s":
        raise StandInError(f"STAT({argument}) is not known")
    return str(channel.host.recordings.get(name, 0))


def _random(channel: Channel, argument: str) -> str:
    least, most = separate(argument, ",", 2)
    return str(channel.host.random.randint(int(least), int(most)))


READ: dict[str, Read] = {
    "CALLERID": _caller,
    "CUT": _cut,
    "DB": _database,
    "DIALPLAN_EXISTS": _exists,
    "FIELDQTY": _field_count,
    "FILTER": _filter,
    "IF": _if,
    "LEN": _length,
    "PJSIP_HEADER": _header,
    "RAND": _random,
    "REGEX": _regex,
    "SHARED": _shared,
    "STACK_PEEK": _stack,
    "STAT": _file,
    "STRFTIME": _time,
    "STRPTIME": _epoch_of,
    "REPLACE": _signs_replaced,
    "STRREPLACE": _replaced,
    "URIDECODE": _decoded,
}


def write(channel: Channel, name: str, argument: str, value: str) -> None:
    """What `Set(NAME(argument)=value)` does."""
    match name, argument:
        case "ARRAY", _:
            values = separate(value)
            for at, each in enumerate(separate(argument)):
                channel.set(each, values[at] if at < len(values) else "")
        case "TIMEOUT", ("absolute" | "response" | "digit") as which:
            _write_timeout(channel, which, _milliseconds(value))
        case "CHANNEL", "hangup_handler_push":
            channel.handlers.append(value)
        case "SHARED", _:
            shared, of = padded(separate(argument, ",", 2), 2)
            _sharing(channel, of).shared[shared] = value
        case "CALLERID", ("num" | "all"):
            channel.caller = value
        case "CDR", "userfield":
            channel.record = value
        case "CDR_PROP", "disable":
            channel.record = ""
        case "MASTER_CHANNEL", _:
            (channel.master or channel).set(argument, value)
        case "PJSIP_HEADER", _ if argument.startswith("add,"):
            channel.headers[argument.removeprefix("add,")] = value
        case _:
            raise StandInError(f"nothing is known of Set({name}({argument})={value})")


def _write_timeout(channel: Channel, which: str, milliseconds: int) -> None:
    match which:
        case "absolute":
            channel.hangs_at = channel.now + milliseconds if milliseconds else None
        case "response":
            channel.first_ms = milliseconds
        case _:
            channel.between_ms = milliseconds


def _milliseconds(seconds: str) -> int:
    """Whole seconds and a fraction behind them; what is no number is none."""
    found = re.match(r"([0-9]+)(\.[0-9]+)?", seconds)
    if found is None:
        return 0
    return int(found[1]) * 1000 + int(float(found[2] or 0) * 1000)
