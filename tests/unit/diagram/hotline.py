"""Hand-made graphs for pictures: small pieces, and a hotline of a realistic size in three flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowc.expression.tree import Literal
from flowc.expression.types import Scalar
from flowc.graph.exits import Back, Branch, Call, Exit, Hangup, Jump, Return, Switch
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import (
    CAUSE,
    OUTCOME,
    WRONGS,
    Answer,
    Assign,
    Collect,
    Digits,
    Enqueue,
    Invoke,
    InvokeKind,
    Operation,
    Options,
    outcomes,
)

TRUE = Literal(1, Scalar.BOOL)


def at(name: str) -> BlockId:
    """`flow.node` or `flow.node.part`."""
    flow, node, *part = name.split(".")
    return BlockId(flow, node, *part)


@dataclass
class Builder:
    """Blocks in the order in which they are added, with the author's words beside them."""

    blocks: dict[BlockId, Block] = field(default_factory=dict)
    choice_names: dict[tuple[str, str], str] = field(default_factory=dict)

    def block(self, name: str, kind: str, title: str, exit_: Exit, *operations: Operation) -> None:
        id_ = at(name)
        self.blocks[id_] = Block(id_, operations, exit_, Origin(id_.node_name, kind, title=title))

    def say(self, name: str, title: str, to: str) -> None:
        self.block(name, "say", title, Jump(at(to)))

    def menu(
        self, name: str, title: str, choices: Mapping[str, tuple[str, str]], lost: str
    ) -> None:
        """As the lowering does it: an attempt, and blocks that count and give up."""
        keys = tuple(choices)
        collect = Collect(Options((*keys, "*")))
        cases = [*((key, at(to)) for key, (_, to) in choices.items()), ("*", at(f"{name}.back"))]
        cases += [(each, at(f"{name}.{each}")) for each in ("silence", "key", "error")]
        self.block(name, "menu", title, Jump(at(f"{name}.ask")))
        self.block(f"{name}.ask", "menu", title, Switch(OUTCOME, tuple(cases)), collect)
        self._failures(name, "menu", title, ("silence", "key", "error"), lost)
        self.block(f"{name}.back", "menu", title, Back(at(f"{name}.ask")))
        self.choice_names.update({(name, key): said for key, (said, _) in choices.items()})

    def collect(self, name: str, title: str, to: str, lost: str) -> None:
        collect = Collect(Digits(8, 8), "account")
        failures = ("silence", "empty", "too_short", "key", "error")
        cases = [("done", at(to)), ("back", at(f"{name}.back"))]
        cases += [(each, at(f"{name}.{each}")) for each in failures]
        self.block(name, "collect", title, Switch(OUTCOME, tuple(cases)), collect)
        self._failures(name, "collect", title, failures, lost)
        self.block(f"{name}.back", "collect", title, Back(at(name)))

    def _failures(
        self, name: str, kind: str, title: str, failures: tuple[str, ...], lost: str
    ) -> None:
        for each in failures:
            note = Assign(CAUSE, Literal(each, Scalar.TEXT))
            again = Branch(TRUE, at(f"{name}.gave_up"), at(name))
            self.block(f"{name}.{each}", kind, title, again, Assign(WRONGS, TRUE), note)
        self.block(f"{name}.gave_up", kind, title, Jump(at(lost)))

    def invoke(self, name: str, kind: str, title: str, ways: Mapping[str, str]) -> None:
        what = InvokeKind(kind)
        plain = {"done", "error", "unknown"}
        results = tuple(each for each in ways if each not in plain)
        ask = Invoke(name, what, "billing", "x", (), (), results, 2000)
        cases = tuple((each, at(ways.get(each, ways["error"]))) for each in outcomes(ask))
        self.block(name, kind, title, Switch(OUTCOME, cases), ask)

    def queue(self, name: str, title: str, after: str, lost: str) -> None:
        ask = Enqueue(name.replace(".", "_"), 90)
        cases = tuple((e, at(after if e == "after_agent" else lost)) for e in outcomes(ask))
        self.block(name, "queue", title, Switch(OUTCOME, cases), ask)

    def graph(self, name: str, *numbers: tuple[str, str]) -> FlowGraph:
        dialled = tuple((number, at(to)) for number, to in numbers)
        return FlowGraph(name, ("zh", "en"), "Asia/Shanghai", dialled, self.blocks)


def hotline() -> tuple[FlowGraph, dict[str, str], dict[tuple[str, str], str]]:
    """A cable operator's hotline: 27 nodes in 3 flows; the graph, titles by flow, choice names."""
    make = Builder()
    _reception(make)
    _balance(make)
    _fault(make)
    graph = make.graph(
        "江门有线客服热线", ("3285028", "hotline.greeting"), ("07503285028", "hotline.greeting")
    )
    flows = {"hotline": "总机", "balance": "余额查询与暂开", "fault": "故障报修"}
    return graph, flows, make.choice_names


def _reception(make: Builder) -> None:
    agent = "hotline.to_agent"
    make.block("hotline.greeting", "say", "欢迎语", Jump(at("hotline.hours")), Answer())
    make.block(
        "hotline.hours",
        "hours",
        "营业时间",
        Branch(TRUE, at("hotline.hours.open"), at("hotline.hours.closed")),
    )
    make.block("hotline.hours.open", "hours", "营业时间", Jump(at("hotline.outage")))
    make.block("hotline.hours.closed", "hours", "营业时间", Jump(at("hotline.leave_message")))
    make.block(
        "hotline.outage",
        "branch",
        "是否有停机通告",
        Branch(TRUE, at("hotline.notice"), at("hotline.main")),
    )
    make.say("hotline.notice", "播放片区信号中断通告（由班长坐席启用）", "hotline.main")
    make.menu(
        "hotline.main",
        "主菜单",
        {
            "1": ("余额查询", "balance.ask_account"),
            "2": ("故障报修", "fault.which"),
            "3": ("宽带报装", "hotline.new_line"),
            "0": ("人工服务", agent),
        },
        agent,
    )
    make.invoke(
        "hotline.new_line", "ticket", "登记报装意向", {"done": "hotline.noted", "error": agent}
    )
    make.say("hotline.noted", "已登记，稍后回电", "hotline.goodbye")
    make.queue(agent, "转人工坐席（综合）", "hotline.survey", "hotline.leave_message")
    make.menu(
        "hotline.survey",
        "满意度评价",
        {
            "1": ("满意", "hotline.goodbye"),
            "2": ("一般", "hotline.goodbye"),
            "3": ("不满意", "hotline.goodbye"),
        },
        "hotline.goodbye",
    )
    make.block("hotline.leave_message", "voicemail", "请留言", Jump(at("hotline.goodbye")))
    make.block("hotline.goodbye", "hangup", "感谢来电，再见", Hangup())


def _balance(make: Builder) -> None:
    agent = "hotline.to_agent"
    make.collect("balance.ask_account", "输入八位客户编号", "balance.find", agent)
    make.invoke(
        "balance.find",
        "lookup",
        "查询客户资料",
        {"done": "balance.read_out", "not_found": "balance.not_found", "error": agent},
    )
    make.say("balance.not_found", "没有查到这个编号", "balance.ask_account")
    make.say("balance.read_out", "逐项播报余额", "balance.suspended")
    make.block(
        "balance.suspended",
        "branch",
        "是否欠费停机",
        Branch(TRUE, at("balance.offer"), at("balance.again")),
    )
    make.menu(
        "balance.offer",
        "是否申请暂开三天",
        {"1": ("申请暂开", "balance.unsuspend"), "2": ("不需要", "balance.again")},
        "balance.again",
    )
    make.invoke(
        "balance.unsuspend",
        "request",
        "申请电视暂开",
        {
            "done": "balance.opened",
            "not_qualified": "balance.refused",
            "already_today": "balance.refused",
            "error": agent,
        },
    )
    make.say("balance.opened", "已为您暂时开通", "balance.again")
    make.say("balance.refused", "不符合暂开条件", "balance.again")
    make.menu(
        "balance.again",
        "还需要什么",
        {
            "1": ("再听一遍", "balance.read_out"),
            "8": ("返回主菜单", "hotline.main"),
            "0": ("人工服务", agent),
        },
        agent,
    )


def _fault(make: Builder) -> None:
    agent = "hotline.to_agent"
    make.menu(
        "fault.which",
        "故障类型",
        {
            "1": ("无信号", "fault.verify"),
            "2": ("信号差", "fault.verify"),
            "3": ("其他", "fault.specialist"),
        },
        agent,
    )
    make.block(
        "fault.verify",
        "call",
        "核实客户身份",
        Call(
            "identify",
            at("identify.ask"),
            1,
            (("known", at("fault.order")), ("stranger", at("fault.specialist"))),
        ),
    )
    make.invoke(
        "fault.order",
        "ticket",
        "自动生成故障工单",
        {
            "done": "fault.told",
            "duplicate": "fault.told",
            "error": agent,
            "unknown": "fault.specialist",
        },
    )
    make.say("fault.told", "播报工单号与处理时限", "hotline.goodbye")
    make.queue("fault.specialist", "数字电视专席", "hotline.survey", agent)
    make.collect(
        "identify.ask", "输入客户编号或证件号后六位", "identify.known", "identify.stranger"
    )
    make.block(
        "identify.known", "return", "已识别", Return("identify", "known", at("hotline.goodbye"))
    )
    make.block(
        "identify.stranger",
        "return",
        "未识别",
        Return("identify", "stranger", at("hotline.goodbye")),
    )
