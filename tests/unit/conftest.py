"""Small projects for unit tests: a flow in a surrounding without a fault, compiled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowc.compiler import Compiled, compile_files
from flowc.diagnostics.model import Reporter
from flowc.simulate.read_script import read_script
from flowc.simulate.simulator import Run, simulate
from flowc.source import Source
from flowc.syntax.read_yaml import read_yaml

SURROUNDINGS = {
    "flowc.yaml": """
project: small
languages: [zh]
numbers: {"3285028": hotline}
keys: {0: person, "*": back}
person: {to: desk.agent, within_keys: 3}
defaults: {gave_up: person, error: person}
limits: {to: desk.agent}
destinations: ["0750*"]
flags: [outage]
""",
    "queues.yaml": "agents: {members: [8001]}",
    "lists/vip.csv": "number\n13800138000\n",
    "services/billing.yaml": """
service: billing
kind: fixture
file: billing.yaml
types:
  Service: {name: text, balance: money}
  Customer: {balance: money, suspended: bool, name: text, city: text, services: "list[Service, 2]"}
lookups:
  customer: {with: {account: digits}, gives: Customer, or: [not_found]}
  name: {with: {account: digits}, gives: text}
""",
    "flows/desk.flow.yaml": """
flow: desk
nodes:
  agent: {queue: agents, after_agent: bye, waited_too_long: bye, full: bye, no_agents: bye, error: bye}
  bye: {hangup: 再见。}
""",
}
Compile = Callable[..., Compiled]


@pytest.fixture
def small() -> Compile:
    """Compile a flow `hotline` (its nodes as YAML) with further files by name."""

    def compiled(nodes: str, head: str = "", **files: str) -> Compiled:
        flow = f"flow: hotline\n{head}\nnodes:\n" + "\n".join(
            f"  {line}" for line in nodes.strip("\n").splitlines()
        )
        texts = {
            **SURROUNDINGS,
            "flows/hotline.flow.yaml": flow,
            **{_path(name): text for name, text in files.items()},
        }
        return compile_files({name: text.encode() for name, text in texts.items()})

    return compiled


def _path(name: str) -> str:
    """`flow_other` is flows/other.flow.yaml, `project` flowc.yaml."""
    if name == "project":
        return "flowc.yaml"
    sort, _, rest = name.partition("_")
    return {
        "flow": f"flows/{rest}.flow.yaml",
        "service": f"services/{rest}.yaml",
        "calendar": f"calendars/{rest}.yaml",
        "list": f"lists/{rest}.csv",
        "table": f"{rest}.csv",
    }[sort]


@pytest.fixture
def called() -> Callable[..., Run]:
    """Run a call script (as YAML) on a compiled project."""

    def run(compiled: Compiled, script: str) -> Run:
        assert compiled.graph is not None, [
            (each.code.number, str(each.span), each.label("en")) for each in compiled.found
        ]
        report = Reporter()
        read = read_script(read_yaml(Source("tests/x.call.yaml", script), report), report)
        assert read is not None
        assert report.sorted == ()
        return simulate(
            compiled.graph,
            read,
            compiled.texts,
            services=compiled.services,
            tickets=compiled.tickets,
        )

    return run
