"""Call scripts on a compiled project: what passes, what fails and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree import ElementTree as Xml

import pytest

from flowc.compiler import Compiled, compile_files
from flowc.diagnostics.model import Reporter
from flowc.simulate.check_script import check_script
from flowc.simulate.coverage import cover
from flowc.simulate.interactive import InteractiveCall
from flowc.simulate.read_calls import read_call
from flowc.simulate.report import junit, results_json, route
from flowc.simulate.script import CallScript
from flowc.simulate.simulator import Run, run_calls, simulate
from flowc.simulate.voice import Voice
from flowc.speech.pace import Pace

FILES = {
    "flowc.yaml": """\
project: demo
timezone: Asia/Shanghai
languages: [zh]
voices: {zh: "espeak:cmn"}
numbers:
  "3285028": {flow: hotline}
keys: {0: person, "*": back, 9: repeat, "#": skip}
person: {to: hotline.to_agent}
defaults: {gave_up: person, error: hotline.sorry}
""",
    "queues.yaml": "queues:\n  tv: {members: [anna]}\n",
    "services/billing.yaml": """\
service: billing
kind: sql
url: sqlite:///billing.db
types:
  Service: {name: text, balance: money}
  Customer: {services: "list[Service, 8]", suspended: bool}
lookups:
  customer: {with: {account: digits}, gives: Customer, or: [not_found], deadline: 2s, query: "select 1"}
""",
    "flows/hotline.flow.yaml": """\
flow: hotline
nodes:
  welcome:
    say: 欢迎致电有线电视。
    then: main
  main:
    menu: 请选择。
    choices:
      1: {name: 余额查询, to: ask_account}
      2: {name: 人工, to: to_agent}
  ask_account:
    collect: account
    prompt: 请输入八位客户编号。
    length: 8
    if_wrong: 编号不正确。
    then: find
  find:
    lookup: billing.customer
    with: {account: account}
    as: customer
    then: found
    not_found: sorry
    error: sorry
  found:
    mark: found
    then: read_out
  read_out:
    say:
      - each: customer.services
        as: service
        text: "您的{service.name}余额为{service.balance}。"
        empty: 没有业务。
    then: bye
  bye:
    hangup: 再见。
  sorry:
    say: 抱歉。
    then: to_agent
  to_agent:
    queue: tv
    max_wait: 90s
    waited_too_long: bye
    full: bye
    no_agents: bye
    error: bye
    after_agent: bye
""",
}
COMPILED = compile_files({name: text.encode() for name, text in FILES.items()})
HEAD = 'call: a test\nto: "3285028"\n'
CUSTOMER = """\
services:
  billing.customer: {services: [{name: 数字电视, balance: "-12.50"}], suspended: true}
"""


def script(text: str) -> CallScript:
    report = Reporter()
    read = read_call("tests/a.call.yaml", (HEAD + text).encode(), report)
    assert COMPILED.graph is not None, list(COMPILED.found)
    assert read is not None, [one.label("en") for one in report]
    check_script(read, COMPILED.graph, report)
    assert not report.has_errors, [one.label("en") for one in report]
    return read


def run(text: str) -> Run:
    assert COMPILED.graph is not None
    return simulate(COMPILED.graph, script(text), COMPILED.texts)


def failures(text: str) -> list[str]:
    return [found.say("en") for found in run(text).failures]


def without_head(text: str) -> str:
    """A written test without the two lines that `script` puts before a text."""
    assert text.startswith('call: typed\nto: "3285028"\n')
    assert text.endswith("\n")
    return text.split("\n", 2)[2]


def findings(text: str) -> list[tuple[str, str]]:
    report = Reporter()
    read = read_call("tests/a.call.yaml", text.encode(), report)
    if read is not None and COMPILED.graph is not None:
        check_script(read, COMPILED.graph, report, COMPILED.services)
    return [(found.code.number, found.span.text) for found in report]


BALANCE = (
    CUSTOMER
    + """\
steps:
  - hears: 欢迎致电
  - press: 1
  - press: 80012345#
  - hears: 您的数字电视余额为负十二元五角
  - hears: 再见
expect: {marks: [found], ends: flow, at: hotline.bye, lookups: {billing.customer: 1}, tickets: 0}
"""
)


def test_a_balance_is_read_out() -> None:
    assert failures(BALANCE) == []


def test_what_was_not_heard_is_told_with_what_was() -> None:
    (found,) = run(BALANCE.replace("再见", "谢谢")).failures
    assert found.say("zh").startswith("应听到“谢谢”；实际听到：")
    assert found.say("en").endswith("再见。 (at hotline.bye)")
    assert found.span.position.line == 10


def test_what_was_said_before_a_key_is_no_answer_to_it() -> None:
    (found,) = failures("steps:\n  - press: 7\n  - hears: 欢迎致电\n")
    assert found.startswith("expected to hear “欢迎致电”")


def test_silence_lets_the_inputs_time_run_out() -> None:
    assert failures("steps:\n  - silence\n  - hears: 请选择\n  - press: 2\n") == []


def test_a_key_may_barge_in_while_a_text_is_said() -> None:
    cut = run('steps:\n  - press: {keys: "2", during: 欢迎}\nexpect: {hears_not: [余额查询]}\n')
    assert cut.passed
    assert cut.at == "hotline.to_agent"


def test_a_key_that_ends_just_when_the_time_runs_out_counts() -> None:
    slow = 'steps: [press: 1, press: {{keys: "80012345", spacing: {}}}, {}]\n'
    assert failures(CUSTOMER + slow.format("3s", "hears: 您的数字电视余额")) == []
    assert failures(CUSTOMER + slow.format("3001ms", "hears: 编号不正确")) == []


def test_nobody_listens_once_the_call_is_over() -> None:
    (found,) = failures(BALANCE.replace("  - hears: 再见", "  - hears: 再见\n  - press: 1"))
    assert found.startswith("`press: 1` found no input that waits for keys: the call was over")


def test_a_declared_result_is_a_word() -> None:
    text = "services: {billing.customer: not_found}\nsteps:\n  - press: 1\n  - press: 80012345\n"
    assert failures(text + "  - hears: 抱歉\nexpect: {marks: []}\n") == []


def test_successive_answers_and_delays() -> None:
    late = "services: {billing.customer: {after: 3s, answer: not_found}}\n"
    steps = "steps:\n  - press: 1\n  - press: 80012345\n  - hears: 抱歉\n"
    slow = run(late + steps)
    assert slow.passed
    asked = [
        at for at, s in zip(slow.trace.times, slow.trace.steps, strict=True) if "error" in str(s)
    ]
    assert len(asked) == 1  # the deadline of 2 s came first


def test_a_service_that_is_down_answers_error() -> None:
    text = (
        CUSTOMER + "steps:\n  - service down\n  - press: 1\n  - press: 80012345\n  - hears: 抱歉\n"
    )
    assert failures(text) == []


def test_a_question_that_the_script_does_not_answer_fails_it() -> None:
    found = failures("steps:\n  - press: 1\n  - press: 80012345\n  - hears: 抱歉\n")
    assert found == [
        "`billing.customer` was asked, and `services:` gives no answer (at hotline.find)"
    ]


def test_an_answer_of_the_wrong_type_fails_the_test() -> None:
    wrong = CUSTOMER.replace('"-12.50"', "much")
    (found,) = failures(wrong + "steps:\n  - press: 1\n  - press: 80012345\n  - hears: 抱歉\n")
    assert "services.0.balance: expected money" in found


ORDERS = """
  top: {ticket: open, class: fault, note: '"x"', as: order, then: told, error: bye, unknown: bye}
  told: {say: "工单号{order.number}，{order.promised}前处理。", then: bye}
  bye: {hangup: 再见。}
"""
CLASSES = """
project: small
timezone: Asia/Shanghai
languages: [zh]
numbers: {"3285028": hotline}
person: {to: desk.agent}
limits: {to: desk.agent}
tickets: {fault: {accept: 15m, handle: 4h}}
"""


def test_an_order_without_an_answer_promises_what_the_runtime_would(
    small: Callable[..., Compiled], called: Callable[[Compiled, str], Run]
) -> None:
    call = 'call: x\nto: "3285028"\nat: 2026-11-24T08:00+08:00\nsteps:\n  - hears: {}\n'
    done = called(small(ORDERS, project=CLASSES), call.format("十一月二十四日十二点整前处理"))
    assert done.passed, [found.say("en") for found in done.failures]


def test_a_field_that_no_order_has_is_told(small: Callable[..., Compiled]) -> None:
    compiled = small(ORDERS, project=CLASSES)
    assert compiled.graph is not None
    for answer, word in (("{promissed: 2026-11-24T12:00+08:00}", "promissed"), ("eror", "eror")):
        report = Reporter()
        text = f'call: x\nto: "3285028"\nservices: {{tickets.open: {answer}}}\nsteps: []\n'
        script = read_call("tests/a.call.yaml", text.encode(), report)
        assert script is not None
        check_script(script, compiled.graph, report, compiled.services)
        (found,) = report
        assert (found.code.number, found.span.text) == ("F0711", word)


def test_a_field_left_out_fails_the_test_when_it_is_read() -> None:
    partly = "services: {billing.customer: {services: [{name: 数字电视}]}}\n"
    (found,) = failures(partly + "steps:\n  - press: 1\n  - press: 80012345\n")
    assert "which no answer under `services:`" in found
    assert "balance" in found


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ("  - queue full\n", "full"),
        ("  - no agents\n", "no_agents"),
        ("  - queue fails\n", "error"),
        ("  - caller waits\n", "waited_too_long"),
        ("  - agent answers after 20s\n  - agent hangs up\n", "after_agent"),
        ("  - agent hangs up\n", "after_agent"),
    ],
)
def test_a_queue_ends_as_the_script_says(steps: str, outcome: str) -> None:
    played = run(f"steps:\n  - press: 0\n{steps}  - hears: 再见\n")
    assert played.passed, [one.say("en") for one in played.failures]
    assert f"outcome='{outcome}'" in str(played.trace.steps)


def test_an_agent_answers_when_the_script_says() -> None:
    played = run("steps:\n  - press: 0\n  - agent answers after 20s\n  - agent hangs up\n")
    assert played.values["call.waited"] == 20


def test_a_caller_may_hang_up_anywhere() -> None:
    played = run(
        "steps:\n  - hears: 请选择\n  - hang up\nexpect: {ends: caller, at: hotline.main}\n"
    )
    assert played.passed, [one.say("en") for one in played.failures]


def test_each_wrong_expectation_is_told() -> None:
    text = "steps: [hang up]\nexpect: {marks: [found], tickets: 2, lookups: {billing.customer: 1}, ends: flow, at: hotline.bye, hears_not: [欢迎]}\n"
    found = failures(text)
    assert [one.split(":")[0] for one in found[:3]] == ["marks", "tickets", "billing.customer"]
    assert found[3:] == [
        "“欢迎” was heard",
        "the call was ended by the caller, not by the flow",
        f"the call ended at `{run(text).at}`, not at `hotline.bye`",
    ]


@pytest.mark.parametrize(
    ("text", "number", "word"),
    [
        ('call: a\nto: "3285028"\nstep: [silence]\nsteps: []\n', "F0701", "step"),
        ("call: a\nto: 3285028\nstep: [silence]\n", "F0701", "step"),
        ("call: a\nto: 3285028\n", "F0702", "call: a"),
        ("call: a\nto: 3285028\nsteps: []\nat: tomorrow\n", "F0703", "tomorrow"),
        ("call: a\nto: 3285028\nsteps: [dance]\n", "F0704", "dance"),
        ("call: a\nto: 3285028\nsteps: [{press: 12x}]\n", "F0705", "12x"),
        ("call: a\nto: 110\nsteps: []\n", "F0706", "110"),
        (
            "call: a\nto: 3285028\nsteps: []\nservices: {billing.costumer: error}\n",
            "F0707",
            "billing.costumer",
        ),
        ("call: a\nto: 3285028\nsteps: []\nflags: [flood]\n", "F0708", "flood"),
        (
            "call: a\nto: 3285028\nsteps: []\nexpect: {at: hotline.nowhere}\n",
            "F0709",
            "hotline.nowhere",
        ),
        (
            "call: a\nto: 3285028\nsteps: []\nservices: {billing.customer: no_found}\n",
            "F0711",
            "no_found",
        ),
        (
            "call: a\nto: 3285028\nsteps: []\nservices: {billing.customer: [not_found, {after: 1s, answer: timeout}]}\n",
            "F0711",
            "timeout",
        ),
        ("- call\n", "F0710", "- call"),
        # Expectations that any call would meet.
        ('call: a\nto: 3285028\nsteps: [{hears: "。"}]\n', "F0703", "。"),
        ('call: a\nto: 3285028\nsteps: [{hears: ""}]\n', "F0703", ""),
        ("call: a\nto: 3285028\nsteps: [{hears: }]\n", "F0703", ""),
        ('call: a\nto: 3285028\nsteps: [{press: {keys: 1, during: ""}}]\n', "F0703", ""),
        ('call: a\nto: 3285028\nsteps: [{hang up: {during: ""}}]\n', "F0703", ""),
        ('call: a\nto: 3285028\nsteps: []\nexpect: {hears_not: ["", 再见]}\n', "F0703", ""),
        ('call: a\nto: 3285028\nsteps: []\nexpect: {hears_not: ""}\n', "F0703", ""),
        ('call: a\nto: 3285028\nsteps: []\nexpect: {ends: ""}\n', "F0703", ""),
        ('call: a\nto: 3285028\nsteps: []\nexpect: {at: ""}\n', "F0703", ""),
    ],
)
def test_a_wrong_script_is_told_at_the_word(text: str, number: str, word: str) -> None:
    ((code, at),) = findings(text)
    assert code == number
    assert at.strip() == word.strip()


@pytest.mark.parametrize(
    ("order", "number", "word"),
    [
        ("{number: '1', state: acepted}", "F0703", "state"),
        ("[{card: red}, {after: 1s, answer: {card: blue}}]", "F0703", "card"),
        ("{stat: accepted}", "F0711", "stat"),
        ("no_found", "F0711", "no_found"),
        ("[{state: abandoned}, not_found, {card: none, urged: 2}]", "", ""),
    ],
)
def test_a_work_order_that_can_be_none_is_told(
    small: Callable[..., Compiled], order: str, number: str, word: str
) -> None:
    compiled = small(
        "a: {ticket: status, as: order, then: b, not_found: b, error: b, unknown: b}\nb: {hangup: 再见。}"
    )
    assert compiled.graph is not None
    text = f"call: a\nto: 3285028\nsteps: []\nservices: {{tickets.status: {order}}}\n"
    report = Reporter()
    read = read_call("tests/a.call.yaml", text.encode(), report)
    assert read is not None
    check_script(read, compiled.graph, report, compiled.services)

    found = [(each.code.number, each.span.text) for each in report]

    assert found == ([(number, word)] if number else [])


HELPS = {
    "a length without a unit": ("limit: 30\nsteps: []\n", "`30s`"),
    "a caller with hyphens": ("from: 138-0000-0000\nsteps: []\n", 'from: "13800000000"'),
    "a caller with blanks": ("from: +86 138 0000 0000\nsteps: []\n", 'from: "+8613800000000"'),
    "a node without its flow": ("steps: []\nexpect: {at: bye}\n", "`hotline.bye`"),
}


@pytest.mark.parametrize(("text", "fix"), HELPS.values(), ids=HELPS)
def test_a_wrong_script_is_told_with_what_was_meant(text: str, fix: str) -> None:
    report = Reporter()
    script = read_call("tests/a.call.yaml", f"call: a\nto: '3285028'\n{text}".encode(), report)
    if script is not None and not report.has_errors:
        assert COMPILED.graph is not None
        check_script(script, COMPILED.graph, report)

    (found,) = report

    assert fix in (found.help("en") or "")


def test_text_that_was_looked_for_is_not_told_as_heard_instead() -> None:
    (found,) = failures("steps: [{hears: 欢迎致电有线电视}, {hears: 欢迎致电有线电视}]\n")

    assert "expected to hear “欢迎致电有线电视”" in found
    assert "欢迎致电" not in found.partition("heard instead")[2]


def test_coverage_names_what_no_call_did() -> None:
    assert COMPILED.graph is not None
    graph = COMPILED.graph
    balance = cover(graph, [run(BALANCE).trace])
    assert "hotline.to_agent" in balance.by_node.missing
    assert "hotline.find.start -> not_found" in balance.by_edge.missing
    assert "hotline.main: silence" in balance.by_cause.missing
    silent = cover(graph, [run("steps:\n  - silence\n  - press: 0\n").trace])
    both = balance.merged(silent)
    assert "hotline.to_agent" not in both.by_node.missing
    assert "hotline.main: silence" not in both.by_cause.missing
    assert both.by_edge.hit > balance.by_edge.hit
    assert json.loads(both.json())["nodes"]["hotline.main"] == 2
    assert "hotline.find.start -> not_found" in both.whole_text("zh")


def test_coverage_for_people_is_a_line_a_node_in_the_words_of_the_flow() -> None:
    assert COMPILED.graph is not None
    told = cover(COMPILED.graph, [run(BALANCE).trace]).text("zh").splitlines()
    nodes, ways = (
        told.index(head) for head in ("没有经过的节点：", "到过的节点里，没有走过的去处：")
    )
    unseen = " ".join(told[nodes:ways])
    assert "to_agent" in unseen
    assert any(line.startswith("  hotline.find: not_found") for line in told[ways:])
    assert not [line for line in told[ways:] if ".start" in line]
    assert len(told) < 30


def test_the_route_of_a_call_names_nodes_and_what_came_of_them() -> None:
    gone = route(
        run(
            "steps: [press: 1, press: 80012345#, hang up]\nservices: {billing.customer: not_found}\n"
        )
    )
    assert "hotline.main: 1 -> " in gone
    assert "hotline.find: not_found" in gone
    assert ".start" not in gone


def test_results_are_written_for_machines() -> None:
    assert COMPILED.graph is not None
    scripts = [script(BALANCE), script("steps: [hang up]\nexpect: {tickets: 1}\n")]
    runs = run_calls(COMPILED.graph, COMPILED.texts, scripts, services=COMPILED.services)
    suite = Xml.fromstring(junit(runs))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite[1][0].get("message") == "tickets: expected 1, found 0"
    results = json.loads(results_json(runs, "zh"))
    assert (results["passed"], results["failed"]) == (1, 1)
    assert results["calls"][1]["failures"][0]["line"] == 4


def test_a_typed_call_becomes_a_test_that_passes() -> None:
    assert COMPILED.graph is not None
    setting = script(CUSTOMER + "steps: []\n")
    call = InteractiveCall(
        COMPILED.graph, COMPILED.texts, setting, COMPILED.services, COMPILED.tickets
    )
    assert call.begin().said[0].startswith("欢迎")
    assert call.line("7").waits_for == "keys"
    assert call.line("sing").problem is not None
    assert call.line("silence").said
    assert call.line("1").said == ("请输入八位客户编号。",)
    last = call.line("80012345#")
    assert last.is_over
    assert last.by == "flow"
    assert failures(without_head(call.script("typed"))) == []


@pytest.mark.parametrize("text", ["Please enter your account number.", "请输入八位客户编号。"])
def test_a_text_lasts_as_long_in_a_call_as_in_the_proofs(text: str) -> None:
    """Else a call would be too long that was proven not to be."""
    texts = {"en/x": text}
    assert Voice(texts).length_ms("en/x") == Pace(texts).sound_ms("en/x")
