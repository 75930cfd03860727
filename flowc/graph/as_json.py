"""A release as text and back: the dataclasses of graph, expression and services as plain JSON.

Knows no class by name: what may stand where follows from the types of the fields, so a text can
build nothing else. Places in the source are left out; a release does not change when a line moves.

| value            | JSON                                                   |
|------------------|--------------------------------------------------------|
| dataclass        | object: `is` (the class's name), then its fields       |
| enum             | its value                                              |
| tuple            | array                                                  |
| mapping          | array of [key, value], in order                        |
| text, int, None  | as they are                                            |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from flowc.graph.model import FlowGraph
from flowc.graph.release import Release
from flowc.graph.services import LATER
from flowc.source import Span

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

Wanted = TypeVar("Wanted")

_CLASS = "is"


def graph_to_json(graph: FlowGraph) -> str:
    """The graph as text: the same for equal graphs, on any machine."""
    return _text(graph)


def graph_from_json(text: str) -> FlowGraph:
    """The reverse of `graph_to_json`; places are NOWHERE. Raises ValueError for anything else."""
    return _from_text(FlowGraph, text)


def release_to_json(release: Release) -> str:
    """The release as text: the same for equal releases, on any machine."""
    return _text(release)


def release_from_json(text: str) -> Release:
    """The reverse of `release_to_json`; places are NOWHERE. Raises ValueError for anything else."""
    return _from_text(Release, text)


def _text(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> Json:
    if isinstance(value, Enum):
        return _plain(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        held = {name: _plain(getattr(value, name)) for name in _fields(type(value))}
        return {_CLASS: type(value).__name__, **held}
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, int | str):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be part of a release")


def _from_text(wanted: type[Wanted], text: str) -> Wanted:
    try:
        plain = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
        made = _value(wanted, plain)
    except RecursionError:
        raise ValueError("the release is nested too deep") from None
    assert isinstance(made, wanted)
    return made


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError("a field stands twice in an object of the release")
    return held


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no value of a release")


def _value(hint: Any, plain: Json) -> object:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _value(_member(get_args(hint), plain), plain)
    if origin is tuple:
        return _tuple(get_args(hint), plain)
    if origin is Mapping:
        return _mapping(get_args(hint), plain)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(plain)
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, plain)
    if type(plain) is not hint:
        raise ValueError(f"expected {_shown(hint)}, found {_shown(type(plain))}")
    return plain


def _member(members: tuple[Any, ...], plain: Json) -> Any:
    """The type of a union that a value is of: by its class's name, else by its form."""
    for member in members:
        if isinstance(plain, dict):
            fits = is_dataclass(member) and _shown(member) == plain.get(_CLASS)
        elif isinstance(member, type) and issubclass(member, Enum):
            fits = any(plain == each.value for each in member)
        elif get_origin(member) is tuple:
            fits = isinstance(plain, list)
        else:
            fits = member is (NoneType if plain is None else type(plain))
        if fits:
            return member
    expected = " or ".join(_shown(each) for each in members)
    found = plain.get(_CLASS) if isinstance(plain, dict) else type(plain).__name__
    raise ValueError(f"expected {expected}, found {found!r}")


def _tuple(items: tuple[Any, ...], plain: Json) -> tuple[object, ...]:
    if not isinstance(plain, list):
        raise ValueError(f"expected an array, found {_shown(type(plain))}")
    if len(items) == 2 and items[1] is Ellipsis:
        return tuple(_value(items[0], each) for each in plain)
    if len(items) != len(plain):
        raise ValueError(f"expected an array of {len(items)}, found {len(plain)}")
    return tuple(_value(hint, each) for hint, each in zip(items, plain, strict=True))


def _mapping(hints: tuple[Any, ...], plain: Json) -> dict[object, object]:
    if not isinstance(plain, list):
        raise ValueError(f"expected an array of pairs, found {_shown(type(plain))}")
    made: dict[object, object] = {}
    for pair in plain:
        key, item = _tuple(hints, pair)
        if key in made:
            raise ValueError(f"{key} stands twice in a table of the release")
        made[key] = item
    return made


def _object(wanted: type, plain: Json) -> object:
    if not isinstance(plain, dict) or plain.get(_CLASS) != wanted.__name__:
        raise ValueError(f"expected {wanted.__name__}")
    hints = _fields(wanted)
    odd = (plain.keys() ^ {_CLASS, *hints}) - (_later(wanted) - plain.keys())
    if odd:
        raise ValueError(f"{wanted.__name__}: missing or unknown fields: {', '.join(sorted(odd))}")
    return wanted(**{n: _value(hint, plain[n]) for n, hint in hints.items() if n in plain})


@cache
def _fields(wanted: type) -> dict[str, Any]:
    """The fields that are written, with their types; places in the source are not."""
    hints = get_type_hints(wanted)
    return {each.name: hints[each.name] for each in fields(wanted) if hints[each.name] is not Span}


@cache
def _later(wanted: type) -> frozenset[str]:
    """Fields that a release of an earlier version lacks."""
    return frozenset(each.name for each in fields(wanted) if each.metadata == LATER)


def _shown(hint: Any) -> str:
    return getattr(hint, "__name__", None) or str(hint)
