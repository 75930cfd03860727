"""F03xx: what can be wrong in an expression or in the name of a type.

Words only; who reports what, and when, is known to `flowc.expression`.
"""

from __future__ import annotations

from flowc.diagnostics.model import Code, Severity, Words

# How it is written.

EMPTY = Code(
    "F0301",
    Severity.ERROR,
    summary=Words(en="empty expression", zh="表达式为空"),
    label=Words(en="an expression must stand here", zh="这里应写一个表达式"),
    help=Words(
        en="compare something, as in `balance < 0`, or name a value",
        zh="写一个比较（如 `balance < 0`），或者写一个变量名",
    ),
)
TOO_LONG = Code(
    "F0302",
    Severity.ERROR,
    summary=Words(en="expression too long", zh="表达式过长"),
    label=Words(
        en="{length} characters, at most {most} are read", zh="共 {length} 个字符，最多 {most} 个"
    ),
    help=Words(
        en="give parts of it names with `set`, or keep the numbers in a list",
        zh="先用 `set` 把其中几部分存成变量，或把号码放进名单",
    ),
)
TOO_DEEP = Code(
    "F0303",
    Severity.ERROR,
    summary=Words(en="expression nested too deeply", zh="表达式嵌套过深"),
    label=Words(en="more than {most} levels", zh="超过 {most} 层"),
    help=Words(
        en="give parts of it names with `set`, or write `x in (1, 2, 3)` for a chain of `or`",
        zh="先用 `set` 把其中几部分存成变量；一长串 `or` 可改写为 `x in (1, 2, 3)`",
    ),
)
FULL_WIDTH = Code(
    "F0304",
    Severity.ERROR,
    summary=Words(en="full-width mark in an expression", zh="表达式中用了全角符号"),
    label=Words(en="`{found}` is a full-width mark", zh="`{found}` 是全角符号"),
    help=Words(en="write `{fix}`", zh="请改为半角 `{fix}`"),
)
FOREIGN_MARK = Code(
    "F0305",
    Severity.ERROR,
    summary=Words(en="mark of another language", zh="不是本语言的运算符"),
    label=Words(en="`{found}` is not an operator here", zh="这里不能用 `{found}`"),
    help=Words(en="write `{fix}`", zh="请写 `{fix}`"),
)
TEXT_NOT_CLOSED = Code(
    "F0306",
    Severity.ERROR,
    summary=Words(en="text not closed", zh="文字的引号没有配对"),
    label=Words(en="the text that begins here has no end", zh="从这里开始的文字没有结束引号"),
    help=Words(en="close it with the mark that opened it", zh="用与开头相同的引号结束"),
)
UNKNOWN_CHARACTER = Code(
    "F0307",
    Severity.ERROR,
    summary=Words(en="character not allowed in an expression", zh="表达式中有不允许的字符"),
    label=Words(en="`{found}` has no meaning here", zh="`{found}` 在这里没有意义"),
    help=Words(
        en="names use a-z, 0-9 and `_`; a text stands in two kinds of quotes, as '\"{found}\"'; words are `and`, `or`, `not`, `>`; there is no division",
        zh="变量名只用 a-z、0-9 和 `_`；文字要加两层引号，如 '\"{found}\"'；连接用 `and`、`or`、`not`、`>`；没有除法",
    ),
)
MISPLACED = Code(
    "F0308",
    Severity.ERROR,
    summary=Words(en="word out of place", zh="表达式写法有误"),
    label=Words(en="`{found}` cannot stand here", zh="`{found}` 不能写在这里"),
    help=Words(en="did you mean `{closest}`?", zh="是否想写 `{closest}`？"),
)
ENDS_EARLY = Code(
    "F0309",
    Severity.ERROR,
    summary=Words(en="expression not finished", zh="表达式没有写完"),
    label=Words(en="something is missing after this", zh="这后面还缺内容"),
)
UNMATCHED_BRACKET = Code(
    "F0310",
    Severity.ERROR,
    summary=Words(en="brackets do not match", zh="括号没有配对"),
    label=Words(en="this `{bracket}` has no partner", zh="这个 `{bracket}` 没有配对"),
)
CHAINED = Code(
    "F0311",
    Severity.ERROR,
    summary=Words(en="comparisons in a row", zh="比较不能连写"),
    label=Words(en="a second comparison begins here", zh="从这里开始是第二个比较"),
    help=Words(
        en="join them with `and`, as in `0 < x and x < 10`",
        zh="用 `and` 连接，例如 `0 < x and x < 10`",
    ),
)
LEADING_ZERO = Code(
    "F0312",
    Severity.ERROR,
    summary=Words(en="number with a leading zero", zh="数字以 0 开头"),
    label=Words(
        en="as a number, `{found}` would lose its zeros", zh="`{found}` 当作数值会丢掉前面的 0"
    ),
    help=Words(
        en='write `"{found}"` for digits, or leave the zeros out for a number',
        zh='若是号码请写 `"{found}"`；若是数值请去掉前面的 0',
    ),
)
IMPOSSIBLE_TIME = Code(
    "F0313",
    Severity.ERROR,
    summary=Words(en="no such date or time", zh="日期或时间不存在"),
    label=Words(en="`{found}` is not in any calendar or clock", zh="没有 `{found}` 这个日期或时间"),
    help=Words(
        en="a date is `2026-11-24`, a time `17:30`", zh="日期写作 `2026-11-24`，时间写作 `17:30`"
    ),
)
TOO_LARGE = Code(
    "F0314",
    Severity.ERROR,
    summary=Words(en="number too large", zh="数值过大"),
    label=Words(en="a number has at most 15 digits", zh="数值最多 15 位"),
    help=Words(
        en="an account or telephone number is digits: put it in quotes",
        zh="客户编号、电话号码属于号码，请加引号",
    ),
)

# The names of types.

UNKNOWN_TYPE = Code(
    "F0320",
    Severity.ERROR,
    summary=Words(en="unknown type", zh="未知的类型"),
    label=Words(en="no type is written `{found}`", zh="没有 `{found}` 这种类型"),
    help=Words(en="write `{closest}`", zh="请写 `{closest}`"),
)
LIST_BOUND = Code(
    "F0321",
    Severity.ERROR,
    summary=Words(en="list without a usable bound", zh="列表没有写明可用的上限"),
    label=Words(
        en="how many items at most, 1 to {most}?", zh="最多有几项？请写 1 到 {most} 之间的数"
    ),
    help=Words(en="write `list[{item}, 8]`", zh="例如写 `list[{item}, 8]`"),
)

# What it means.

UNKNOWN_NAME = Code(
    "F0330",
    Severity.ERROR,
    summary=Words(en="unknown variable", zh="未知的变量"),
    label=Words(en="nothing is named `{name}` here", zh="这里没有名为 `{name}` 的变量"),
    help=Words(en="a variable named `{closest}` exists", zh="有一个变量名为 `{closest}`"),
)
UNKNOWN_FIELD = Code(
    "F0331",
    Severity.ERROR,
    summary=Words(en="unknown field", zh="未知的字段"),
    label=Words(en="{type} has no field `{name}`", zh="{type} 没有字段 `{name}`"),
    help=Words(en="it has a field `{closest}`", zh="它有字段 `{closest}`"),
)
UNKNOWN_FUNCTION = Code(
    "F0332",
    Severity.ERROR,
    summary=Words(en="unknown function", zh="未知的函数"),
    label=Words(en="no function is named `{name}`", zh="没有名为 `{name}` 的函数"),
    help=Words(en="there is `{closest}`", zh="可用的有 `{closest}`"),
)
ARGUMENT_COUNT = Code(
    "F0333",
    Severity.ERROR,
    summary=Words(en="wrong number of arguments", zh="参数个数不对"),
    label=Words(
        en="`{name}` takes {wanted}, here are {found}",
        zh="`{name}` 要 {wanted} 个，这里有 {found} 个",
    ),
    help=Words(en="write `{usage}`", zh="写作 `{usage}`"),
)
ARGUMENT_TYPE = Code(
    "F0334",
    Severity.ERROR,
    summary=Words(en="function cannot use this type", zh="函数不能用于这种类型"),
    label=Words(en="`{name}` cannot use {found}", zh="`{name}` 不能用于 {found}"),
    help=Words(en="write `{usage}`, with {wanted}", zh="写作 `{usage}`，其中应为 {wanted}"),
)
NOT_COMPARABLE = Code(
    "F0335",
    Severity.ERROR,
    summary=Words(en="values of different types compared", zh="比较了不同类型的值"),
    label=Words(en="{left} is compared with {right}", zh="拿 {left} 与 {right} 比较"),
    help=Words(en="write `{fix}`", zh="请写 `{fix}`"),
)
DIGITS_AND_NUMBER = Code(
    "F0336",
    Severity.ERROR,
    summary=Words(en="digits used as a number", zh="把号码当作数值使用"),
    label=Words(en="digits keep their zeros and are no number", zh="号码保留前面的 0，不是数值"),
    help=Words(en="write `{fix}`", zh="请写 `{fix}`"),
)
NO_ORDER = Code(
    "F0337",
    Severity.ERROR,
    summary=Words(en="values have no order", zh="这种类型不分大小"),
    label=Words(en="{type} is not before or after another", zh="{type} 不能比较大小"),
    help=Words(
        en="use `==`, `!=`, `in`, `starts_with` or `len`",
        zh="可用 `==`、`!=`、`in`、`starts_with` 或 `len`",
    ),
)
NO_ARITHMETIC = Code(
    "F0338",
    Severity.ERROR,
    summary=Words(en="values cannot be calculated so", zh="这些类型不能这样计算"),
    label=Words(
        en="`{operator}` does not join {left} and {right}",
        zh="{left} 与 {right} 不能用 `{operator}` 计算",
    ),
    help=Words(
        en="numbers, amounts and durations add to their like; a date takes days: `today() + 3`",
        zh="数值、金额、时长各与同类相加减；日期加天数，例如 `today() + 3`",
    ),
)
NOT_A_CONDITION = Code(
    "F0339",
    Severity.ERROR,
    summary=Words(en="not a yes-or-no value", zh="不是“是或否”的值"),
    label=Words(en="this is {found}, neither true nor false", zh="这是 {found}，不能判断真假"),
    help=Words(
        en="compare it with something, or ask `{text} is set`",
        zh="请与某个值比较，或写 `{text} is set`",
    ),
)
WRONG_TYPE = Code(
    "F0340",
    Severity.ERROR,
    summary=Words(en="expression of the wrong type", zh="表达式的类型不对"),
    label=Words(en="this is {found}, {wanted} is needed", zh="这是 {found}，这里需要 {wanted}"),
    help=Words(en="write `{fix}`", zh="请写 `{fix}`"),
)
DOES_NOT_FIT = Code(
    "F0341",
    Severity.ERROR,
    summary=Words(en="value does not fit the type", zh="这个值不符合类型"),
    label=Words(en="`{found}` cannot be {wanted}", zh="`{found}` 不能作为 {wanted}"),
)
SECRET_READ = Code(
    "F0342",
    Severity.ERROR,
    summary=Words(en="secret used in an expression", zh="表达式中用了保密内容"),
    label=Words(en="`{name}` is secret and is never read", zh="`{name}` 是保密内容，不能读取"),
    help=Words(
        en="hand it to `authenticate` or to a service, and branch on the outcome",
        zh="请交给 `authenticate` 或服务去核对，再按结果分支",
    ),
)
HELD_IN_PARTS = Code(
    "F0343",
    Severity.ERROR,
    summary=Words(en="list or record used as one value", zh="把列表或记录当作一个值使用"),
    label=Words(en="`{name}` is {type}", zh="`{name}` 是 {type}"),
    help=Words(en="write `{fix}`", zh="请写 `{fix}`"),
)
UNKNOWN_LIST = Code(
    "F0344",
    Severity.ERROR,
    summary=Words(en="unknown list of numbers", zh="未知的名单"),
    label=Words(en="no list is named `{name}`", zh="没有名为 `{name}` 的名单"),
    help=Words(en="a list named `{closest}` exists", zh="有一个名单名为 `{closest}`"),
)
UNKNOWN_FLAG = Code(
    "F0345",
    Severity.ERROR,
    summary=Words(en="unknown flag", zh="未知的开关"),
    label=Words(en="no flag is named `{name}`", zh="没有名为 `{name}` 的开关"),
    help=Words(en="a flag named `{closest}` exists", zh="有一个开关名为 `{closest}`"),
)
LIST_ALONE = Code(
    "F0346",
    Severity.ERROR,
    summary=Words(en="list of numbers used as a value", zh="把名单当作值使用"),
    label=Words(en="a list only stands after `in`", zh="名单只能写在 `in` 之后"),
    help=Words(en="ask `call.from in {name}`", zh="写作 `call.from in {name}`"),
)
IN_WHAT = Code(
    "F0347",
    Severity.ERROR,
    summary=Words(en="nothing to look in", zh="`in` 之后的写法不对"),
    label=Words(
        en="values in brackets or a list stand after `in`",
        zh="`in` 之后应是括号中的几个值，或一个名单",
    ),
    help=Words(
        en="write `x in (1, 2)` or `x in lists.name`", zh="写作 `x in (1, 2)` 或 `x in lists.名单`"
    ),
)
EMPTY_TEXT = Code(
    "F0348",
    Severity.ERROR,
    summary=Words(en="comparison with an empty text", zh="与空文字比较"),
    label=Words(en="an empty value is an unset one", zh="空值就是没有赋值"),
    help=Words(en="ask `is set` or `is not set`", zh="请写 `is set` 或 `is not set`"),
)
SET_WHAT = Code(
    "F0349",
    Severity.ERROR,
    summary=Words(en="only a variable is set or not", zh="只有变量才有“是否赋值”"),
    label=Words(en="this is no variable", zh="这不是变量"),
    help=Words(en="write `name is set`", zh="写作 `变量名 is set`"),
)
BRANCH_TYPES = Code(
    "F0350",
    Severity.ERROR,
    summary=Words(en="`if` and `else` give different types", zh="`if` 与 `else` 两边类型不同"),
    label=Words(
        en="{left} on one side, {right} on the other", zh="一边是 {left}，另一边是 {right}"
    ),
    help=Words(en="write `{fix}`", zh="请写 `{fix}`"),
)

CODES: tuple[Code, ...] = (
    EMPTY,
    TOO_LONG,
    TOO_DEEP,
    FULL_WIDTH,
    FOREIGN_MARK,
    TEXT_NOT_CLOSED,
    UNKNOWN_CHARACTER,
    MISPLACED,
    ENDS_EARLY,
    UNMATCHED_BRACKET,
    CHAINED,
    LEADING_ZERO,
    IMPOSSIBLE_TIME,
    TOO_LARGE,
    UNKNOWN_TYPE,
    LIST_BOUND,
    UNKNOWN_NAME,
    UNKNOWN_FIELD,
    UNKNOWN_FUNCTION,
    ARGUMENT_COUNT,
    ARGUMENT_TYPE,
    NOT_COMPARABLE,
    DIGITS_AND_NUMBER,
    NO_ORDER,
    NO_ARITHMETIC,
    NOT_A_CONDITION,
    WRONG_TYPE,
    DOES_NOT_FIT,
    SECRET_READ,
    HELD_IN_PARTS,
    UNKNOWN_LIST,
    UNKNOWN_FLAG,
    LIST_ALONE,
    IN_WHAT,
    EMPTY_TEXT,
    SET_WHAT,
    BRANCH_TYPES,
)
