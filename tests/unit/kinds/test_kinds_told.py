"""The reference tells each kind in Chinese, too, and the node that it shows can be written so."""

from __future__ import annotations

import re

import pytest

from flowc.compiler import compile_files
from flowc.describe.kinds_told import KINDS_TOLD
from flowc.graph.services import TICKET
from flowc.kinds.table import BY_KEYWORD

# All that the examples speak of; each of them replaces the node of its own name.
NODES = {
    name: f"  {name}: {{say: 好的。, then: bye}}\n"
    for name in ("balance", "suspended", "done", "opened", "leak", "top", "read", "english")
} | {
    "ask_account": "  ask_account: {collect: account, prompt: 请输入编号。, length: 8, then: find, gave_up: person}\n",
    "find": "  find: {lookup: billing.customer, with: {account: account}, as: customer, then: read_out, not_found: person, error: person}\n",
    "read_out": "  read_out: {say: 您的余额为{customer.balance}。, then: bye}\n".replace(
        "您的余额为{customer.balance}。", '"您的余额为{customer.balance}。"'
    ),
    "leave_message": "  leave_message: {voicemail: 请留言。, as: words, then: bye, empty: bye, error: bye}\n",
    "desk": "  desk: {queue: office, after_agent: bye, waited_too_long: bye, full: bye, no_agents: bye, error: bye}\n",
    "open": "  open: {ticket: open, class: fault, as: order, then: bye, error: bye, unknown: bye}\n",
    "bye": "  bye: {hangup: 再见。}\n",
}
AROUND = {
    "flowc.yaml": """
project: told
languages: [zh, en]
numbers: {"100": hotline}
keys: {0: person}
person: {to: hotline.desk}
destinations: [duty, "0750*"]
tickets: {fault: {accept: 15m}}
""",
    "queues.yaml": "office: {members: [8001]}",
    "calendars/office.yaml": "calendar: office\nweek: {mon-fri: '09:00-17:00'}\n",
    "lists/vip.csv": "number\n13800138000\n",
    "lists/duty.csv": "number\n07503285001\n",
    "services/billing.yaml": """
service: billing
kind: fixture
file: billing.yaml
types: {Customer: {balance: money, suspended: bool, level: int}}
lookups: {customer: {with: {account: digits}, gives: Customer, or: [not_found]}}
requests: {unsuspend: {with: {account: digits}, gives: date, or: [not_qualified], key: "{account}"}}
""",
    "flows/identify.flow.yaml": """
flow: identify
parameters: {anew: bool}
results: [found, unknown_caller]
nodes:
  start: {branch: [{if: anew, to: known}], else: unknown}
  unknown: {return: unknown_caller}
  known: {return: found}
""",
}


def test_every_kind_is_told() -> None:
    assert KINDS_TOLD.keys() == BY_KEYWORD.keys()
    assert all(re.search("[\u4e00-\u9fff]", told.chinese) for told in KINDS_TOLD.values())


def test_the_fields_of_a_work_order_are_named() -> None:
    told = KINDS_TOLD["ticket"].chinese
    english = BY_KEYWORD["ticket"].__doc__ or ""
    for field, _ in TICKET.fields:
        assert f"`{field}`" in told
        assert f"`{field}`" in english


@pytest.mark.parametrize("keyword", KINDS_TOLD)
def test_the_example_of_a_kind_can_be_written_so(keyword: str) -> None:
    example = KINDS_TOLD[keyword].example.strip("\n")
    own = re.findall(r"^  ([a-z_]+):", example, re.MULTILINE)
    others = "".join(text for name, text in NODES.items() if name not in own)
    flow = f"flow: hotline\nresults: [found]\nnodes:\n{example}\n{others}"

    found = compile_files({**_files(), "flows/hotline.flow.yaml": flow.encode()}).found

    # Only one node is shown, so much around it is out of reach, and English is missing.
    about = [each for each in found if each.code.number not in {"F0401", "F0212"}]
    assert [(each.code.number, each.label("en")) for each in about] == []
    assert f"{keyword}:" in example


def _files() -> dict[str, bytes]:
    return {name: text.encode() for name, text in AROUND.items()}
