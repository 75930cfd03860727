"""Words that analysts know, and flowc does not do yet: told as such, with what to do instead.

What looks as if it were done must not pass in silence, and what is planned is no slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowc.diagnostics.model import Reporter, Words
from flowc.diagnostics.not_yet import NotYet
from flowc.expression.parse import parse_type
from flowc.expression.types import Record, Secret, Type
from flowc.source import Span
from flowc.syntax.tree import Scalar

RECORDING = NotYet(
    Words("calls to agents are not recorded by `recording:`", "`recording:` 还不能给人工通话录音"),
    Words(
        "take it out; let the queue record on the server (`MixMonitor`), and say the notice in a `say` before the queue",
        "请去掉它；由电话系统的队列录音（`MixMonitor`），并在排队之前用 `say` 告知",
    ),
)
SECRET = NotYet(
    Words(
        "secret digits can't be taken yet: they would pass the server's log and variables",
        "还不能输入保密号码：按键会进入电话系统的日志和变量",
    ),
    Words(
        "take it out and don't ask for passwords or card numbers; ask for the account and let a person (`queue`) check the rest",
        "请去掉它，不要让来电者输入密码或银行卡号；可以先收客户编号，其余由人工（`queue`）核对",
    ),
)


def _kind(name: str, en: str, zh: str) -> NotYet:
    return NotYet(Words(f"there is no `{name}` yet", f"还没有 `{name}` 这种节点"), Words(en, zh))


KINDS: Mapping[str, NotYet] = {
    name: _kind(name, en, zh)
    for name, en, zh in (
        (
            "split",
            'branch on the caller\'s last digit: `branch: [{if: ends_with(call.from, "1"), to: ...}]`',
            '可以按主叫尾号分流：`branch: [{if: ends_with(call.from, "1"), to: ...}]`',
        ),
        ("authenticate", SECRET.advice.en, SECRET.advice.zh),
        ("record", "use `voicemail:`", "请用 `voicemail:`"),
        (
            "survey",
            "use a `menu:` whose choices lead to a `mark:` each",
            "请用 `menu:`，每个选项通向一个 `mark:`",
        ),
        (
            "callback",
            "open a work order (`ticket: open`) with the number to call back",
            "请开工单（`ticket: open`），写上要回拨的号码",
        ),
        (
            "notify",
            "use a `request:` of a service that sends the message",
            "请用 `request:` 调用发消息的服务",
        ),
        (
            "agent",
            "let agents sign in and out at the telephone system itself",
            "请让坐席直接在电话系统上签入签出",
        ),
        (
            "conference",
            "transfer to a room of the telephone system (`transfer:`)",
            "请转接到电话系统的会议室（`transfer:`）",
        ),
    )
}


# By where it stands: the keyword of a node, or the name of a form.
FIELDS: Mapping[tuple[str, str], NotYet] = {
    (where, name): NotYet(
        Words(
            f"`{name}` of a {where} is not supported yet",
            f"`{where}` 还不支持 `{name}`",
        ),
        Words(en, zh),
    )
    for where, name, en, zh in (
        (
            "queue",
            "position",
            "take it out; say in a `say` before the queue that all agents are busy",
            "请去掉它；可以在排队之前用 `say` 告知坐席正忙",
        ),
        (
            "queue",
            "announce",
            "take it out; say it in a `say` before the queue, or put it into the queue's `music`",
            "请去掉它；在排队之前用 `say` 播放，或放进队列的 `music`",
        ),
        (
            "queue",
            "skills",
            "take it out; make a queue for each skill, and choose between them by `switch`",
            "请去掉它；每种技能建一个队列，用 `switch` 选择",
        ),
        (
            "queue",
            "callback",
            "offer it by `exit_keys` that lead to a work order (`ticket: open`) with the number",
            "用 `exit_keys` 转到开工单（`ticket: open`），写上要回拨的号码",
        ),
        ("queue", "recording", RECORDING.advice.en, RECORDING.advice.zh),
        (
            "voicemail",
            "review",
            "take it out; ask by a `menu` after it, whose choice leads back to the `voicemail`",
            "请去掉它；录音之后用 `menu` 询问，选项转回这个 `voicemail`",
        ),
    )
}


def planned_field(where: str, key: Scalar, report: Reporter) -> bool:
    """Is it a field to come? Then it has been told so."""
    found = FIELDS.get((where, key.text))
    if found is not None:
        found.report(key.span, report)
    return found is not None


def planned_kind(keys: Iterable[Scalar]) -> tuple[Scalar, NotYet] | None:
    """The first of a node's words that is a kind to come."""
    return next(((key, KINDS[key.text]) for key in keys if key.text in KINDS), None)


def type_of(text: str, span: Span, records: Mapping[str, Record], report: Reporter) -> Type | None:
    """A type that can be used today; None with findings."""
    found = parse_type(text, span, records, report)
    if isinstance(found, Secret):
        SECRET.report(span, report)
        return None
    return found
