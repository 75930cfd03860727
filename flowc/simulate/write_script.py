"""A call as the text of a test: what `read_script` reads back as the same call.

Knows no graph. Expectations are an author's to add: nobody typed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
        case Press(keys, during, spacing):
            return {"press": _press(keys, during, spacing)}
        case HangUp(during) if during:
            return {"hang up": {"during": during}}
        case Happens(what, service) if service:
            return {what.value: service}
        case other:
            return phrase_of(other)


def _press(keys: str, during: str, spacing_ms: int) -> Value:
    fields: dict[str, Value] = {"keys": keys}
    if during:
        fields["during"] = during
    if spacing_ms != KEY_SPACING_MS:
        fields["spacing"] = length_text(spacing_ms)
    return fields if len(fields) > 1 else keys


def _world(setting: CallScript) -> dict[str, Value]:
    fields: dict[str, Value] = {
        "from": setting.caller,
        "at": setting.at,
        "language": setting.language,
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
