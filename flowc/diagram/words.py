"""The words that drawings add to those of the flow's author: kinds, outcomes, marks; English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flowc.diagram.model import Look
from flowc.passes.leaving import TOO_OFTEN

# kind: (look, English, Chinese)
_KINDS: Mapping[str, tuple[Look, str, str]] = MappingProxyType(
    {
        "say": (Look.SPEECH, "say", "播报"),
        "menu": (Look.INPUT, "menu", "菜单"),
        "collect": (Look.INPUT, "collect", "收号"),
        "confirm": (Look.INPUT, "confirm", "确认"),
        "set": (Look.SPEECH, "set", "赋值"),
        "branch": (Look.DECISION, "branch", "判断"),
        "switch": (Look.DECISION, "switch", "分支"),
        "hours": (Look.DECISION, "hours", "时段"),
        "split": (Look.DECISION, "split", "分流"),
        "lookup": (Look.LOOKUP, "look-up", "查询"),
        "request": (Look.REQUEST, "request", "办理"),
        "ticket": (Look.REQUEST, "ticket", "工单"),
        "authenticate": (Look.INPUT, "authenticate", "验证密码"),
        "queue": (Look.PERSON, "queue", "排队"),
        "transfer": (Look.PERSON, "transfer", "转接"),
        "dial": (Look.PERSON, "dial", "呼叫"),
        "voicemail": (Look.REQUEST, "voicemail", "留言"),
        "record": (Look.REQUEST, "record", "录音"),
        "survey": (Look.INPUT, "survey", "评价"),
        "callback": (Look.REQUEST, "call-back", "回呼"),
        "notify": (Look.REQUEST, "notify", "通知"),
        "agent": (Look.REQUEST, "agent", "坐席"),
        "conference": (Look.PERSON, "conference", "会议"),
        "language": (Look.SPEECH, "language", "换语言"),
        "call": (Look.CALL, "call", "调用"),
        "return": (Look.CALL, "return", "返回"),
        "mark": (Look.SPEECH, "mark", "标记"),
        "hangup": (Look.END, "hang up", "挂机"),
    }
)

# outcome: (English, Chinese); "" for the way that needs no word
_OUTCOMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "then": ("", ""),
        "done": ("", ""),
        "gave_up": ("gave up", "多次无效"),
        "silence": ("silence", "没有按键"),
        "key": ("wrong key", "按错"),
        "wrong": ("wrong entry", "输入有误"),
        "wrong(key)": ("wrong key", "按错"),
        "wrong(empty)": ("empty", "未输入"),
        "wrong(too_short)": ("too short", "位数不足"),
        "wrong(range)": ("out of range", "超出范围"),
        "wrong(luhn)": ("check digit", "校验不符"),
        "wrong(pattern)": ("wrong form", "格式不符"),
        "wrong(refused)": ("not confirmed", "未确认"),
        "empty": ("empty", "为空"),
        "too_short": ("too short", "位数不足"),
        "person": ("to a person", "转人工"),
        "back": ("back", "返回"),
        "main_menu": ("main menu", "主菜单"),
        "repeat": ("repeat", "重听"),
        "skip": ("skip", "跳过"),
        "skipped": ("skipped", "跳过"),
        "yes": ("yes", "是"),
        "confirmed": ("confirmed", "确认"),
        "no": ("no", "否"),
        "else": ("else", "其他"),
        "open": ("open", "上班时间"),
        "closed": ("closed", "下班时间"),
        "order_closed": ("order closed", "工单已办结"),
        "holiday": ("holiday", "节假日"),
        "accepted": ("accepted", "通过"),
        "refused": ("refused", "未通过"),
        "locked": ("locked", "已锁定"),
        "error": ("error", "出错"),
        "unknown": ("result unknown", "结果不明"),
        "after_agent": ("after the agent", "通话后"),
        "waited_too_long": ("waited too long", "等待超时"),
        "full": ("full", "队列已满"),
        "no_agents": ("no agents", "无坐席"),
        "busy": ("busy", "忙线"),
        "no_answer": ("no answer", "无人接听"),
        "failed": ("failed", "呼叫失败"),
        "not_found": ("not found", "未查到"),
        "at_most": ("too often", "次数已满"),
    }
)

# Ways for when things go wrong: there, but not what the eye should follow.
_QUIET = frozenset(
    {"gave_up", "silence", "key", "wrong", "empty", "too_short", "error", "unknown"}
    | {"waited_too_long", "full", "no_agents", "busy", "no_answer", "failed", "at_most"}
)
# Causes that one word tells together.
FAILED_INPUT = frozenset({"gave_up", "silence", "key", "wrong", "too_short", "error"})

_PHRASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "back": ("← back", "← 返回"),
        "again": ("· {}: again", "· {}：再来一次"),
        "return": ("← to the caller flow", "← 回到调用处"),
        "hangup": ("then hang up", "随后挂机"),
        "call": ("call", "调用"),
        "key": ("key", "按"),
        "number": ("number dialled", "拨入号码"),
        "length": ("call too long", "通话超时"),
        "on_hangup": ("after hang-up", "挂机之后"),
        "other_flow": ("other flow", "其他流程"),
        "from": ("from", "来自"),
        "from_many": ("from {} flows", "来自 {} 个流程"),
        "more": ("more", "更多"),
        "nodes": ("{} nodes", "{} 个节点"),
        "from_flows": ("from {} flows", "{} 个流程转入"),
        "counts": ("A call flow of {} boxes and {} arrows.", "呼叫流程图：{} 个节点，{} 条连线。"),
    }
)


def _pick(pair: tuple[str, str], language: str) -> str:
    return pair[1] if language.startswith("zh") else pair[0]


def kind_look(kind: str) -> Look:
    """How a kind is shown; one that is not in the table looks like speech."""
    found = _KINDS.get(kind)
    return Look.SPEECH if found is None else found[0]


def kind_word(kind: str, language: str) -> str:
    """The trade's word for a kind; an unknown kind keeps its own."""
    found = _KINDS.get(kind)
    return kind if found is None else _pick(found[1:], language)


def outcome_word(outcome: str, language: str) -> str:
    """What a reader calls an outcome; an unknown one (a service's own result) keeps its id."""
    found = _OUTCOMES.get(outcome)
    return outcome if found is None else _pick(found, language)


def is_outcome(name: str) -> bool:
    """Whether this package has a word for it, other than for the plain way on."""
    return _OUTCOMES.get(name, ("", ""))[0] != ""


def base(outcome: str) -> str:
    """`wrong(luhn)` is a kind of `wrong`."""
    return outcome.partition("(")[0]


def is_quiet(outcome: str) -> bool:
    return base(outcome) in _QUIET or outcome.endswith(TOO_OFTEN)


def phrase(name: str, language: str) -> str:
    return _pick(_PHRASES[name], language)
