"""The only door by which a word enters a dialplan: names, numbers, constants and paths.

Every function either gives text that means just itself to the server, or raises `QuoteError`.
Templates in the lowering are literals of ours; whatever fills them has come through here. Knows
nothing of graphs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote as percent

from flowc.target import words

MOST_BYTES = 4000  # of a line; the server skips longer ones than 8,191 and cuts values at 4,096
MOST_NAME = 79  # bytes of a context's or an extension's name; the server cuts longer ones silently

_CHANNEL_VARIABLE = re.compile(r"[A-Za-z0-9_]{1,79}")
_OF_CALLER = ("CALLERID(num)", "CALLERID(name)")
# An open bracket would take what follows it, commas and all, into itself.
_WORD = re.compile(r"[A-Za-z0-9_.-]*(\([A-Za-z0-9_.-]*\))?")
_ENDPOINT = re.compile(r"[A-Za-z0-9_.-]+")
_MEMBER = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*(@[A-Za-z0-9_.-]+(/n)?)?")
_OUTCOME = re.compile(r"[a-z][a-z0-9_]*|[0-9*#A-D]+|key_[0-9*#A-D]")
_RUNTIME = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}|\[[0-9a-f:]+\]:[0-9]{1,5}")
_SPECIAL_EXTENSIONS = frozenset({"a", "e", "fax", "h", "i", "o", "s", "t"})
_RESERVED = "."  # ends an extension whose part the server would take for one of its own

# Registers that no author can name have short names, since they stand in the busiest lines.
REGISTERS = {"outcome": "O", "cause": "C"}
# What is counted stands in one variable, `2/0/1/0`: each that is set is told to whoever listens to
# the server, which takes it longer than the step itself.
COUNTS = "CT"
COUNTERS = ("call.spent", "input.silences", "input.wrongs", "input.repeats")
_NAMES = {short: name for name, short in REGISTERS.items()}
_PREFIX = "V_"


QuoteError = words.QuoteError
# What is flowc's own has one form on every server.
release8, segment, digits, key = words.release8, words.segment, words.digits, words.key
path, sound, language = words.path, words.sound, words.language


@lru_cache(4096)
def variable(name: str) -> str:
    """The channel variable of a flat variable or register. Injective: see `variable_name`.

    `.` becomes `_`, `_` becomes `__`; no segment begins with `_`, so an odd run ends in a dot.
    """
    if name in REGISTERS:
        return REGISTERS[name]
    if name in COUNTERS:
        raise QuoteError(f"{name!r} has no variable of its own")
    return _PREFIX + "".join(map(_mangled, words.variable(name)))


def held(name: str) -> str:
    """The text that reads a flat variable, register or counter; nothing where it is unset."""
    if name in COUNTERS:
        return f"${{CUT({COUNTS},/,{COUNTERS.index(name) + 1})}}"
    return f"${{{variable(name)}}}"


def value_of(channel_variable: str) -> str:
    """`${...}` of a channel variable, whoever named it."""
    return f"${{{_plain(channel_variable)}}}"


def inside(channel_variable: str) -> str:
    """Any text of a channel variable where it stands in a function: a colon in it is a dot there.

    The server looks for the colon of `${NAME(...):offset}` once the text has taken its place, and
    would take one behind a closing bracket of the text's for it. As many bytes as before.
    """
    name = channel_variable if channel_variable in _OF_CALLER else _plain(channel_variable)
    return f"${{REPLACE({name},:,.)}}"


def shared(channel_variable: str, of: str = "") -> str:
    """Where channels leave values for each other: with this channel, or with the one named by `of`."""
    whose = f",{value_of(of)}" if of else ""
    return f"SHARED({_plain(channel_variable)}{whose})"


def _plain(channel_variable: str) -> str:
    if not _CHANNEL_VARIABLE.fullmatch(channel_variable):
        raise QuoteError(f"{channel_variable!r} is no channel variable")
    return channel_variable


def _mangled(sign: str) -> str:
    match sign:
        case ".":
            return "_"
        case "_":
            return "__"
        case _ if sign.isupper() or sign == "-":
            return f"X{ord(sign):02x}"
        case _:
            return sign


def variable_name(channel_variable: str) -> str | None:
    """The flat variable or register of a channel variable; None for the server's and our own."""
    if channel_variable in _NAMES:
        return _NAMES[channel_variable]
    if not channel_variable.startswith(_PREFIX):
        return None
    body = channel_variable.removeprefix(_PREFIX)
    plain = re.sub(r"_+", lambda run: "_" * (len(run[0]) // 2) + "." * (len(run[0]) % 2), body)
    return re.sub(r"X([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), plain)


def node_context(release: str, flow: str, node: str) -> str:
    """`fl-<release8>.<flow>.<node>`."""
    return _short(f"fl-{release8(release)}.{segment(flow)}.{segment(node)}")


def own_context(release: str, role: str, name: str = "") -> str:
    """A context that is not a node: `fl-<release8>-<role>`; no node's can be called so."""
    end = f".{segment(name)}" if name else ""
    return _short(f"fl-{release8(release)}-{segment(role)}{end}")


def node_of(context: str) -> tuple[str, str, str] | None:
    """Release, flow and node of a node's context; None for any other."""
    match = re.fullmatch(r"fl-([0-9a-f]{8})\.([a-z0-9_]+)\.([a-z0-9_]+)", context)
    return (match[1], match[2], match[3]) if match else None


def extension(part: str) -> str:
    """The extension of a block's part. Inverse: `part_of`."""
    name = segment(part)
    return _short(f"{name}{_RESERVED}" if name in _SPECIAL_EXTENSIONS else name)


def part_of(exten: str) -> str | None:
    """The part that an extension stands for; None for a state of ours (they begin otherwise)."""
    part = exten.removesuffix(_RESERVED)
    return part if words.is_segment(part) else None


def number_pattern(allowed: str) -> str:
    """The end of an extension that matches an allowed number; `*` last allows any ending."""
    if allowed.endswith("*"):
        start = allowed[:-1]
        return f"{digits(start)}!" if start else "!"
    return digits(allowed)


def places(pattern: str) -> str:
    """A pattern of digits, `X` for any and `[2-9]` for some, as a regular expression."""
    return words.places(pattern).replace("X", "[0-9]")


def outcome(value: str) -> str:
    """How an operation ended: a name, keys, or `key_1` of a queue."""
    return words.fitting(_OUTCOME, value, "outcome")


def word(value: str) -> str:
    """A constant that stands for itself in any argument: letters, digits and `_.-`, and last `(...)`."""
    return words.fitting(_WORD, value, "plain word of a dialplan")


def is_word(value: str) -> bool:
    return _WORD.fullmatch(value) is not None


def text(value: str) -> str:
    """Any text as a constant: as it is where that is safe, else decoded by the server.

    The result may hold commas once it is decoded, so it belongs in a `Set` of its own.
    """
    words.one_line(value)
    return value if is_word(value) else f"${{URIDECODE({percent(value, safe='')})}}"


def endpoint(value: str) -> str:
    """A trunk or a class of music, as the server's own files call it."""
    return words.fitting(_ENDPOINT, value, "name of the server's")


def member(value: str) -> str:
    """An agent's address: `PJSIP/8001`, `Local/8001@desks/n`."""
    return words.fitting(_MEMBER, value, "agent's address")


def runtime(value: str) -> str:
    """`host:port`."""
    return words.fitting(_RUNTIME, value, "host:port")


def token(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise QuoteError("the runtime's token must be letters and digits")
    return value


def line(value: str) -> str:
    """A whole line, checked once more as it leaves: nothing that ends, comments or overflows it."""
    if ";" in words.one_line(value):
        raise QuoteError(f"a line holds a comment: {value[:120]!r}")
    size = len(value.encode())
    if size >= MOST_BYTES:
        raise QuoteError(f"a line of {size} bytes, {MOST_BYTES} is the most: {value[:120]}...")
    return value


def comment(value: str) -> str:
    """A line that the server passes over, whatever it says: odd signs are shown as `?`."""
    return "; " + re.sub(r"[^\w :/.,<>`\"()=+-]", "?", value)[:200]


def _short(name: str) -> str:
    if len(name) > MOST_NAME:
        raise QuoteError(f"{name!r} is longer than {MOST_NAME} bytes")
    return name
