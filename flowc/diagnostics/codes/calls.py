"""F07: what can be wrong with a call script, `tests/*.call.yaml`. Words only."""

from __future__ import annotations

from flowc.diagnostics.model import Code, Severity, Words


def _error(number: str, summary: Words, label: Words, advice: Words) -> Code:
    return Code(number, Severity.ERROR, summary, label, advice)


UNKNOWN_FIELD = _error(
    "F0701",
    Words("unknown field in a call script", "通话脚本里有未知字段"),
    Words(
        "`{name}` is no field here; there are {known}", "这里没有字段 `{name}`；可用的有 {known}"
    ),
    Words("`{closest}` is one", "您是不是想写 `{closest}`"),
)
MISSING_FIELD = _error(
    "F0702",
    Words("a call script lacks a field", "通话脚本缺少字段"),
    Words("`{name}` is missing", "缺少 `{name}`"),
    Words("add `{name}: ...`", "请加上 `{name}: ...`"),
)
WRONG_FORM = _error(
    "F0703",
    Words("a value has the wrong form", "值的写法不对"),
    Words("expected {expected}", "这里应为{expected_zh}"),
    Words("write it as `{example}`", "请写成 `{example}`"),
)
UNKNOWN_STEP = _error(
    "F0704",
    Words("unknown step", "未知的步骤"),
    Words("`{step}` is no step of a call", "`{step}` 不是通话的步骤"),
    Words(
        "steps are `hears: ...`, `press: ...`, `silence`, `wait 2s`, `hang up`, `service down`, "
        "`reply lost`, `line busy`, `queue full`, `agent answers after 20s` and others",
        "步骤有 `hears: ...`、`press: ...`、`silence`、`wait 2s`、`hang up`、`service down`、"
        "`reply lost`、`line busy`、`queue full`、`agent answers after 20s` 等",
    ),
)
WRONG_KEYS = _error(
    "F0705",
    Words("not keys of a telephone", "不是电话按键"),
    Words("`{keys}` holds more than 0-9, *, # and A-D", "`{keys}` 里有 0-9、*、#、A-D 以外的字符"),
    Words(
        'write the keys in quotes, as `press: "1234#"`', '请把按键写在引号里，如 `press: "1234#"`'
    ),
)
UNKNOWN_NUMBER = _error(
    "F0706",
    Words("the number is not one of the project's", "项目里没有这个号码"),
    Words(
        "nobody answers `{number}`; the numbers are {known}", "`{number}` 无人接听；号码有 {known}"
    ),
    Words("dial one of `numbers:` in flowc.yaml", "请拨 flowc.yaml 里 `numbers:` 的号码"),
)
UNKNOWN_SERVICE = _error(
    "F0707",
    Words("no flow asks this service", "没有流程用到这个服务"),
    Words("no flow asks `{name}`", "没有流程用到 `{name}`"),
    Words("`{closest}` is asked", "流程用到的是 `{closest}`"),
)
UNKNOWN_NAME = _error(
    "F0708",
    Words(
        "the project has no such list, flag, mark or variable",
        "项目里没有这个名单、开关、标记或变量",
    ),
    Words("there is no {what} `{name}`", "没有{what_zh} `{name}`"),
    Words("`{closest}` is one", "您是不是想写 `{closest}`"),
)
UNKNOWN_PLACE = _error(
    "F0709",
    Words("no such node", "没有这个节点"),
    Words("there is no node `{name}`", "没有节点 `{name}`"),
    Words("`{closest}` is one", "您是不是想写 `{closest}`"),
)
NO_SCRIPT = _error(
    "F0710",
    Words("not a call script", "不是通话脚本"),
    Words(
        "expected fields such as `call:`, `to:` and `steps:`",
        "应有 `call:`、`to:`、`steps:` 等字段",
    ),
    Words("see `flowc explain F0710` for an example", "例子见 `flowc explain F0710`"),
)

UNKNOWN_ANSWER = _error(
    "F0711",
    Words("a field that the service does not answer", "服务的答复里没有这个字段"),
    Words("`{service}` answers no `{name}`", "`{service}` 的答复里没有 `{name}`"),
    Words("`{closest}` is one", "您是不是想写 `{closest}`"),
)

CODES: tuple[Code, ...] = tuple(value for value in globals().values() if isinstance(value, Code))
