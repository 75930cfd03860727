"""What may differ between a server and the simulator, and why: the whole table, for all servers.

A call that uses a row is counted, and the run prints the count; fewer than 1 % of calls may use any.
Never compared, and so in no row: when things happen (prompts, keys and timers are a server's own, to
some 100 ms), how often a prompt is heard that a late `#` has cut (some servers go on with it, others
begin it again), and how a recording is called (each is known by its number in the call). Knows no
server by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowc.diagnostics.model import Words

MOST_SHARE = 0.01  # of a run's calls; one may always


@dataclass(frozen=True, slots=True)
class Allowance:
    """A row: what may be otherwise, and why that is no fault."""

    name: str
    what: Words
    why: Words


PARTS = Allowance(
    "parts",
    Words(
        "the caller hangs up in a prompt of several parts, and the rest of it is not told",
        "来电者在分段的提示语中途挂机，后面的部分没有记录",
    ),
    Words(
        "a server that says a prompt part by part tells of a part when it begins",
        "逐段播放的服务器只在一段开始时才记录这一段",
    ),
)
BURST = Allowance(
    "burst",
    Words(
        "keys of one burst, behind a wrong entry, count for the next attempt",
        "同一瞬间到达的按键中，错误输入之后的那些算作下一次输入",
    ),
    Words(
        "packets that come within 2 ms are read one a frame, so the last of them are no old keys yet",
        "2 毫秒内到达的包每帧只读一个，后面的按键读到时已不算旧按键",
    ),
)
READ_SLOWLY = Allowance(
    "read slowly",
    Words(
        "a burst of many keys is acted on up to 0.7 s late", "一次到达的许多按键最多晚 0.7 秒处理"
    ),
    Words("packets that come within 2 ms are read one a frame", "2 毫秒内到达的包每帧只读一个"),
)
ALLOWANCES = (PARTS, BURST, READ_SLOWLY)


def too_many(used: int, calls: int) -> bool:
    """Do more calls use a row than may?"""
    return used > 1 and used >= calls * MOST_SHARE
