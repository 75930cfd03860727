"""A call as the text of a test: what `read_script` reads back as the same call.

Knows no graph. Expectations are an author's to add: nobody typed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowc.simulate.read_script import NO_SOUNDS
from flowc.simulate.script import (
    KEY_SPACING_MS,
    CallScript,
    HangUp,
    Happens,
    Hears,
    Press,
    Reply,
    Step,
)
from flowc.simulate.words import length_text, phrase_of
from flowc.syntax.write_yaml import Quoted, Value, Word, write_yaml


def script_of(steps: Iterable[Step], name: str, setting: CallScript) -> str:
    """Steps as a call test in YAML, with all that the setting says of the world they happen in.

    ValueError for texts that no file may hold.
    """
    lines: dict[str, Value] = {"call": name, "to": setting.to, **_world(setting)}
    return write_yaml({**lines, "steps": [step_value(step) for step in steps]})


def step_value(step: Step) -> Value:
    """A step as a call test writes it."""
    match step:
        case Hears(text):
            return {"hears": text}
        case Press():
            return {"press": _press(step)}
        case HangUp(during, after_ms) if during or after_ms is not None:
            return {"hang up": _moment(during, after_ms)}
        case Happens(what, service) if service:
            return {what.value: service}
        case other:
            return phrase_of(other)


def _press(step: Press) -> Value:
    fields: dict[str, Value] = {"keys": step.keys, **_moment(step.during, step.after_ms)}
    if step.spacing_ms != KEY_SPACING_MS:
        fields["spacing"] = length_text(step.spacing_ms)
    return fields if len(fields) > 1 else step.keys


def _moment(during: str, after_ms: int | None) -> dict[str, Value]:
    fields: dict[str, Value] = {"during": during} if during else {}
    return fields if after_ms is None else {**fields, "after": length_text(after_ms)}


def _world(setting: CallScript) -> dict[str, Value]:
    fields: dict[str, Value] = {
        "from": setting.caller,
        "at": setting.at,
        "language": setting.language,
        "limit": length_text(setting.limit_s * 1000) if setting.limit_s else "",
        "sounds": NO_SOUNDS if setting.lacks_sounds else "",
        "services": {name: _replies(replies) for name, replies in setting.services},
        "lists": {name: list(values) for name, values in setting.lists},
        "flags": list(setting.flags),
    }
    return {name: value for name, value in fields.items() if value}


def _replies(replies: tuple[Reply, ...]) -> Value:
    """A list is successive answers, so an answer that is a list stands in one."""
    if len(replies) == 1 and not isinstance(replies[0].value, list | tuple):
        return _reply(replies[0])
    return [_reply(reply) for reply in replies]


def _reply(reply: Reply) -> Value:
    answer = _answer(reply)
    # An answer with a field `after` of its own would be taken for a late one.
    if reply.after_ms or (isinstance(answer, Mapping) and "after" in answer):
        return {"after": length_text(reply.after_ms), "answer": answer}
    return answer


def _answer(reply: Reply) -> Value:
    if isinstance(reply.value, str):
        return Word(reply.value) if reply.is_word else Quoted(reply.value)
    return _data(reply.value)


def _data(value: object) -> Value:
    match value:
        case None:
            return None
        case bool():
            return Word("true" if value else "false")
        case Mapping():
            return {str(name): _data(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_data(inner) for inner in value]
        case _:
            return str(value)
