"""F0233, F0236 to F0239: what is wrong with the hours of an office."""

from __future__ import annotations

from flowc.diagnostics.model import Code, Severity, Words

E, W = Severity.ERROR, Severity.WARNING

DAY_TWICE = Code(
    "F0233",
    E,
    Words("a day is given twice", "同一天写了两次"),
    Words("`{day}` has hours already", "`{day}` 已经写过时间"),
    Words("name each day once", "每一天只写一次"),
)
HOURS_OVERLAP = Code(
    "F0236",
    E,
    Words("hours overlap", "时间段重叠"),
    Words("{first} and {second} have minutes in common", "{first} 和 {second} 有重叠"),
    Words("let one end where the next begins", "请让前一段在后一段开始时结束"),
)
HOURS_BACKWARD = Code(
    "F0237",
    E,
    Words("hours end before they begin", "时间段的结束早于开始"),
    Words("{hours} would go past midnight", "{hours} 跨过了零点"),
    Words(
        "give each day its own part: {today} here, and {tomorrow} on the day after",
        "请分到两天写：当天写 {today}，第二天写 {tomorrow}",
    ),
)
NO_CHANGE = Code(
    "F0238",
    W,
    Words("a make-up workday that changes nothing", "调休日没有起作用"),
    Words(
        "{day} is a {weekday} and has the hours of a {like} either way",
        "{day} 是{weekday_zh}，本来就和{like_zh}的时间一样",
    ),
    Words(
        "check the date against the notice of holidays, and name a day of the week that is worked",
        "请核对放假通知里的日期，并写一个上班的星期几",
    ),
)
HOLIDAYS_END = Code(
    "F0239",
    W,
    Words("the list of holidays ends soon", "节假日快要列完了"),
    Words(
        "calendar `{name}` says nothing of single days after {last}, {days} days from {today}",
        "日历 `{name}` 只列到 {last}，距 {today} 只有 {days} 天",
    ),
    Words(
        "add the holidays and make-up workdays of the time after that; a day that is not listed is an ordinary one",
        "请补上之后的节假日和调休日；没有列出的日子都按平常的星期几算",
    ),
)

CODES: tuple[Code, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Code)
)
