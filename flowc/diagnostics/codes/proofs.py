"""F04xx: what is wrong with the graph: places that callers can't reach, leave or survive."""

from __future__ import annotations

from flowc.diagnostics.model import Code, Severity, Words

E = Severity.ERROR

UNREACHABLE = Code(
    "F0401",
    E,
    Words("a node that no caller reaches", "没有来电者能到达的节点"),
    Words("nothing leads to `{node}`", "没有任何路径通向 `{node}`"),
    Words("lead to it from a node, or delete it", "请从别的节点引到它，或删掉它"),
)
NO_HOLIDAYS = Words(
    "`{node}` leads there on holidays, and calendar `{calendar}` has no `holidays:`",
    "`{node}` 在节假日通向它，而日历 `{calendar}` 里没有 `holidays:`",
)
UNSET_VARIABLE = Code(
    "F0402",
    E,
    Words("a variable may have no value", "变量可能没有值"),
    Words(
        "`{name}` is read in `{node}`, but a caller can get here without it",
        "`{node}` 用到 `{name}`，但来电者可能在它有值之前就到这里",
    ),
    Words(
        "fill it on that way too, or ask `{name} is set` first",
        "请在那条路上也给它赋值，或先判断 `{name} is set`",
    ),
)
ENDLESS = Code(
    "F0403",
    E,
    Words("a way round without an end", "没有尽头的循环"),
    Words("callers can go round for ever: {ring}", "来电者可能永远绕圈：{ring}"),
    Words(
        "give a way back a bound: `{outcome}: {{to: {target}, at_most: 2, else: <node>}}`",
        "请给回头的路加上限：`{outcome}: {{to: {target}, at_most: 2, else: <节点>}}`",
    ),
)
NO_PERSON = Code(
    "F0404",
    E,
    Words("no person can be reached", "找不到人工"),
    Words(
        "from `{node}` no way leads to a queue, a transfer or a person on call",
        "从 `{node}` 出发没有路通向排队、转接或值班人员",
    ),
    Words(
        "bind a key to the person (`keys: {{0: person}}`), or lead `gave_up` to one",
        "请设人工键（`keys: {{0: person}}`），或让 `gave_up` 通向人工",
    ),
)
TOO_MANY_KEYS = Code(
    "F0405",
    E,
    Words("a person is too far away", "找人工太难"),
    Words(
        "from `{node}` a person is {keys} keys away; `person:` allows {most}",
        "从 `{node}` 到人工要按 {keys} 次键；`person:` 允许 {most} 次",
    ),
    Words("bind a key to the person in this menu", "请在这个菜单里设人工键"),
)
UNDECIDED_TEXT = Code(
    "F0406",
    E,
    Words("a condition on text that no look-up decides", "文字条件无处判断"),
    Words("`{text}` compares text that came with no look-up", "`{text}` 比较的文字不是查询带来的"),
    Words(
        "compare digits, numbers or dates, or let the service decide it and answer with a bool",
        "请比较数字、号码或日期，或让服务判断后返回 bool",
    ),
)
SILENT_NO_PERSON = Code(
    "F0407",
    E,
    Words("silence never ends at a person", "一直不按键也到不了人工"),
    Words(
        "a caller who says and presses nothing at `{node}` is never led to a person",
        "在 `{node}` 一直不按键的来电者到不了人工",
    ),
    Words(
        "lead `gave_up` of `{node}` to the person or to a message box",
        "请让 `{node}` 的 `gave_up` 通向人工或留言",
    ),
)
ALWAYS_REQUEST = Code(
    "F0408",
    E,
    Words("an effect without a key", "有动作的请求没有防重键"),
    Words(
        "request `{name}` has {lack}",
        "请求 `{name}` {lack_zh}",
    ),
    Words(
        "say what makes two requests the same, such as `key: {example}`",
        "请写明怎样算同一次请求，例如 `key: {example}`",
    ),
)
NO_KEY = Words("no `key:` that tells one from another", "没有能区分各次请求的 `key:`")
SAME_KEY = Words(
    "a `key:` that is the same for every caller: only the first one's would be done",
    "的 `key:` 对所有来电者都一样：只会办第一位的",
)

TOO_MANY_SECONDS = Code(
    "F0409",
    E,
    Words("a person takes too long", "找人工太慢"),
    Words(
        "from `{node}` it takes about {seconds} s to get to a person; `person:` allows {most} s",
        "从 `{node}` 到人工约需 {seconds} 秒；`person:` 允许 {most} 秒",
    ),
    Words(
        "shorten what is said on the way, bind a key to the person in this menu, or raise `within:`",
        "请缩短途中的放音，在这个菜单里设人工键，或放宽 `within:`",
    ),
)
SILENCE = Code(
    "F0410",
    E,
    Words("silence on the line for too long", "线路静默太久"),
    Words(
        "after `{node}` begins, callers may hear nothing for about {seconds} s; {most} s are allowed",
        "从 `{node}` 开始，来电者可能约 {seconds} 秒听不到任何声音；最多允许 {most} 秒",
    ),
    Words(
        "fill the wait (`while_waiting:`), say something between the questions, or shorten `deadline:` in the service",
        "请用 `while_waiting:` 填补等待，在两次查询之间放音，或在服务里缩短 `deadline:`",
    ),
)
MORE_THAN_ONCE = Code(
    "F0411",
    E,
    Words("an effect is tried once", "有动作的请求只做一次"),
    Words(
        "`{field}:` is for look-ups; `{name}` is a request, which changes something",
        "`{field}:` 只能用于查询；`{name}` 是有动作的请求",
    ),
    Words(
        "take it out: where the reply is lost a call goes on by `unknown`, and `key:` keeps the effect from happening twice",
        "请去掉它：没有收到回复时，通话按 `unknown` 继续；`key:` 保证动作不会做两次",
    ),
)
NO_KEYS = Code(
    "F0412",
    E,
    Words("no keys lead to a person", "按键到不了人工"),
    Words(
        "from `{node}` only silence or wrong keys end at a person; `person:` promises one by {most} keys",
        "从 `{node}` 只有不按键或一直按错才到人工；`person:` 承诺按 {most} 次键能到",
    ),
    Words(
        "bind a key to the person (`keys: {{0: person}}`), or lead a choice to one",
        "请设人工键（`keys: {{0: person}}`），或让一个选项通向人工",
    ),
)

CODES: tuple[Code, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Code)
)
