"""What failed in a test call, in words an analyst understands. Words only, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from flowc.diagnostics.model import Words
from flowc.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that did not hold. `span` is the step's or the expectation's."""

    words: Words
    particulars: tuple[tuple[str, str | Words], ...]
    span: Span = NOWHERE
    block: str = ""

    def say(self, language: str) -> str:
        """The sentence, with the node where the call stood."""
        said = {
            name: value if isinstance(value, str) else value.say(language, {})
            for name, value in self.particulars
        }
        text = self.words.say(language, said)
        if not self.block:
            return text
        node = ".".join(self.block.split(".")[:2])
        return f"{text}（在 {node}）" if language == "zh" else f"{text} (at {node})"


def failure(words: Words, span: Span, block: str = "", **particulars: object) -> Failure:
    """A failure; particulars become text, words stay words."""
    named = tuple(
        (name, value if isinstance(value, Words) else str(value))
        for name, value in particulars.items()
    )
    return Failure(words, named, span, block)


NOT_HEARD = Words(
    "expected to hear “{expected}”; heard instead: {heard}",
    "应听到“{expected}”；实际听到：{heard}",
)
NOBODY_LISTENS = Words(
    "`press: {keys}` found no input that waits for keys: {why}",
    "`press: {keys}` 时没有等待按键的地方：{why}",
)
RECORDED = Words(
    "`press: {keys}` came while the caller was being recorded: there only `{end}` counts, and ends it",
    "`press: {keys}` 时来电者正在录音：只有 `{end}` 有用，它结束录音",
)
UNFINISHED = Words(
    "expected to hear “{expected}”; the entry is not finished: it still waits for `#`, or for three "
    "seconds of silence (step `silence`)",
    "应听到“{expected}”；输入还没有结束：还在等 `#`，或三秒没有按键（步骤 `silence`）",
)
NO_SILENCE = Words(
    "`silence` found no input that waits for keys: {why}",
    "`silence` 时没有等待按键的地方：{why}",
)
NOT_WAITING = Words(
    "`{step}` came when the call was not waiting for it: {why}",
    "`{step}` 时通话并不在等它：{why}",
)
NO_ANSWER = Words(
    "`{service}` was asked, and `services:` gives no answer",
    "流程询问了 `{service}`，而 `services:` 没有给出答案",
)
WRONG_ANSWER = Words(
    "the answer of `{service}` does not fit: {reason}",
    "`{service}` 的答案不符合声明：{reason}",
)
UNREAD = Words(
    "the flow reads `{variable}`, which no answer under `services:` of this call gives",
    "流程用到了 `{variable}`，而这通电话的 `services:` 里没有给出它",
)
TOO_LARGE = Words(
    "`{text}` ({place}) has no value in this call: it comes to more than 15 digits, or to a date that is in "
    "no calendar; ask first whether it is small enough (`n < 1000`), or use digits as they are, without `number`",
    "`{text}`（{place}）在这通电话里没有值：结果超过 15 位，或者日期超出日历；请先判断是否够小（`n < 1000`），"
    "或者按号码使用，不要用 `number`",
)
UNREADABLE = Words(
    "`{text}` ({place}) has no value in this call: “{value}” can't be read so; give another value, or ask first "
    "(`x is set`, `x == ...`)",
    "`{text}`（{place}）在这通电话里没有值：“{value}”不能这样读；请换一个值，或者先判断（`x is set`、`x == ...`）",
)
NO_EFFECT = Words(
    "`{step}` took no effect: the call came to no {place} after this step",
    "`{step}` 没有起作用：这一步之后通话没有到过{place}",
)
HEARD_UNWANTED = Words("“{text}” was heard", "不该听到“{text}”，却听到了")
WRONG_MARKS = Words(
    "marks: expected {expected}, found {found}", "标记：应为 {expected}，实为 {found}"
)
WRONG_COUNT = Words(
    "{what}: expected {expected}, found {found}", "{what}：应为 {expected}，实为 {found}"
)
WRONG_END = Words(
    "the call was ended by the {found}, not by the {expected}",
    "通话由 {found} 结束，而不是 {expected}",
)
WRONG_PLACE = Words(
    "the call ended at `{found}`, not at `{expected}`", "通话结束在 `{found}`，而不是 `{expected}`"
)
WRONG_VALUE = Words(
    "`{name}`: expected {expected}, found {found}", "`{name}`：应为 {expected}，实为 {found}"
)
A_QUEUE = Words("queue", "队列")
A_LINE = Words("transfer or call to a number", "转接或外呼")
A_RECORDING = Words("message or recording", "留言或录音")
AN_EFFECT = Words("question to a service or to the work orders", "服务或工单")
OVER = Words("the call was over", "通话已经结束")
STUCK = Words("the call waits for something else", "通话在等别的事情")
NOTHING = Words("nothing", "什么也没有")
