"""What the reference says of each kind beside its fields: the kind in Chinese, and a node as an example.

The English is the kind's docstring. A test plays no example but compiles each, so that what is shown
can be written so. Words only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """`chinese`: what the kind does. `example`: one node, as it stands under `nodes:`."""

    chinese: str
    example: str


KINDS_TOLD: Mapping[str, Told] = {
    "say": Told(
        "依次播报文字、录音和数值。紧接着输入节点的 `say` 会和输入的提示音连在一起，按键可以打断；其他的都会播完。",
        """
  read_out:
    say:
      - 您的余额为{customer.balance}。
      - {when: customer.suspended, text: 您的电视已停机。}
    then: bye
""",
    ),
    "menu": Told(
        "念出选项，等来电者按键，按所选的走。“再听一遍请按一”这样的句子由选项自动生成，每种语言各一句；"
        "写了 `prompt` 就用 `prompt`。三次不按、三次按错或总共四次之后走 `gave_up`。",
        """
  top:
    menu: 请选择。
    choices:
      1: {name: 余额查询, to: balance}
      2: {name: 再听一遍, to: read, at_most: 3, else: person}   # 第四次按 2 转人工
      3: {name: 人工服务, to: person}
    if_silent: 没有听到您的按键。
    if_wrong: 没有这个选项。
    gave_up: person
""",
    ),
    "collect": Told(
        "请来电者输入几位数字，存进变量。`#` 结束，`*` 清除重输。没有通过检查的输入算按错，会再问一次。",
        """
  ask_account:
    collect: account
    prompt: 请输入您的八位客户编号，按井号键结束。
    length: 8
    if_wrong: [编号不正确，请重新输入。, 请核对缴费单上的八位编号。]
    then: find
    gave_up: person
""",
    ),
    "confirm": Told(
        "复述内容，请来电者按一（是）或二（否）。提前按的键不算。",
        """
  sure:
    confirm:
      - {text: "您输入的编号是{account}。", bargein: none}
      - 正确请按一，重新输入请按二。
    yes: find
    no: ask_account
    gave_up: person
""",
    ),
    "set": Told(
        "依次给变量赋值。文字要写两层引号。",
        """
  leak: {set: {what: '"漏水"', urgent: true}, then: open}
""",
    ),
    "branch": Told(
        "按第一个成立的条件走。",
        """
  which:
    branch:
      - {if: customer.suspended, to: suspended}
      - {if: customer.balance < 0 and call.from in lists.vip, to: person}
    else: read_out
""",
    ),
    "switch": Told(
        "按一个值走。",
        """
  by_level:
    switch: customer.level
    cases: {1: person, 2: read_out}
    else: read_out
""",
    ),
    "hours": Told(
        "按日历走：办公时间、非办公时间、节假日（没写 `holiday` 时算非办公时间）。",
        """
  now_open:
    hours: office
    open: person
    closed: leave_message
    holiday: leave_message
""",
    ),
    "lookup": Told(
        "向服务查询；查询什么也不改变，可以重试。服务在 `or:` 里声明的结果（如 `not_found`）也是去处。",
        """
  find:
    lookup: billing.customer
    with: {account: account}
    as: customer
    while_waiting: 正在查询，请稍候。
    then: read_out
    not_found: {say: 没有查到这个编号。, to: ask_account, at_most: 2, else: person}
    error: person
""",
    ),
    "request": Told(
        "请服务办理一件事：按防重键只办一次，回复可能丢失，那时走 `unknown`。",
        """
  reconnect:
    request: billing.unsuspend
    with: {account: account}
    as: until
    then: done
    not_qualified: person
    error: person
    unknown: {say: 系统繁忙，不能确定是否已经办好。, to: person}
""",
    ),
    "ticket": Told(
        "开工单、查工单或催工单。`open` 要写 `class`，还可以给 `account`、`note`、`recording`；`status` 和 `urge` "
        "按 `number`、`account` 或来电号码找工单，没有时走 `not_found`（催单还有 `closed`）。来电号码总会一起记下。"
        "`as` 存下的工单有：`number` 单号、`class`、`state`（opened、accepted、handled、closed、abandoned）、"
        "`opened` 开单时间、`promised` 承诺处理完的时间（开单时间加类别的 `handle:`，类别没有写时没有值）、`card`（none、yellow、red、black）、`urged` 催单次数。",
        """
  open:
    ticket: open
    class: fault
    with: {account: account}
    note: '"家里没有信号"'
    as: order
    then: opened
    error: person
    unknown: person
  opened:
    say: 工单号是{order.number}。
    then: bye
""",
    ),
    "queue": Told(
        "排队等坐席。队列写在 queues.yaml。",
        """
  desk:
    queue: office
    max_wait: 90s
    priority: 10 if call.from in lists.vip else 0
    exit_keys:
      1: {name: 留言, to: leave_message}
    after_agent: bye
    waited_too_long: leave_message
    full: leave_message
    no_agents: leave_message
    error: leave_message
""",
    ),
    "transfer": Told(
        "把来电者转给一个号码。号码要在 flowc.yaml 的 `destinations:` 里。",
        """
  manager:
    transfer: "07503285000"
    ring: 20s
    after_agent: bye
    busy: leave_message
    no_answer: leave_message
    failed: leave_message
""",
    ),
    "dial": Told(
        "依次呼叫几个号码，直到有人接。写了 `accept` 时，接的人要先按这个键，所以对方的语音信箱不算接听。",
        """
  on_duty:
    dial: duty
    ring: 20s
    accept: 1
    accept_prompt: 热线来电，接听请按一。
    after_agent: bye
    busy: leave_message
    no_answer: leave_message
    failed: leave_message
""",
    ),
    "voicemail": Told(
        "请来电者留言：先说一段话，响一声，然后录音。变量从开始录音起就有编号：说到一半挂机也是留言，`on_hangup:` 可以处理。",
        """
  leave_message:
    voicemail: 请在提示音后留言，说完按井号键。
    as: words
    max_length: 60s
    then: bye
    empty: {say: 没有听到您的留言。, to: leave_message, at_most: 1, else: bye}
    error: bye
""",
    ),
    "call": Told(
        "运行另一个流程，再按它的结果回来；它没有声明结果时走 `then`。",
        """
  who:
    call: identify
    with: {anew: true}
    found: read_out
    unknown_caller: person
""",
    ),
    "return": Told(
        "回到调用本流程的地方；没有被调用时回主菜单。",
        """
  known: {return: found}
""",
    ),
    "mark": Told(
        "里程碑，供报表使用：记在通话记录里，同名只记一次。",
        """
  read: {mark: balance_read, then: bye}
""",
    ),
    "language": Told(
        "改用项目的另一种语言。",
        """
  english: {language: en, then: top}
""",
    ),
    "hangup": Told(
        "说最后一句话（可以没有），然后挂机。",
        """
  bye: {hangup: 感谢来电，再见。}
""",
    ),
}
