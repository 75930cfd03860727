"""One runtime, one project, two telephone systems: `flowc run --env one --env other`.

Both servers are deployed to by the commands that users type, and called at once. What is read out
is a free text, which only the runtime can have spoken: it must be found by each server in its own
release.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from asyncio.subprocess import Process
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from flowc.graph.prompts import text_key
from flowc.telephony.call import EndedBy
from flowc.telephony.caller import Caller, Dialling
from flowc.telephony.hearing import PromptBook, find_prompts
from tests.pbx.deploying import NUMBER, Host, asterisk, freeswitch
from tests.pbx.shell import SECRETS, Shell
from tests.pbx.support_freeswitch import needs_server

pytestmark = [pytest.mark.pbx, needs_server]

CALLS = 6  # on each server
NOTES = {f"10{n:02}": f"you have {n} letters" for n in range(CALLS)}
PROJECT = """\
project: hotline
languages: [en]
timezone: UTC
numbers:
  "3285028": {flow: hotline}
environments:
"""
FLOW = """\
flow: hotline
nodes:
  ask:
    collect: account
    prompt: hello
    length: 4
    then: find
    gave_up: bye
  find:
    lookup: crm.customer
    with: {account: account}
    as: customer
    then: tell
    error: bye
  tell:
    say: "{customer.note}"
    then: bye
  bye:
    hangup: normal
"""
SERVICE = """\
service: crm
kind: fixture
file: customers.yaml
types:
  Customer: {note: text}
lookups:
  customer: {with: {account: digits}, gives: Customer, deadline: 3s}
"""


def write_project(folder: Path, hosts: list[Host]) -> Shell:
    (folder / "flows").mkdir(parents=True)
    (folder / "services").mkdir()
    (folder / "flows/hotline.flow.yaml").write_text(FLOW)
    (folder / "services/crm.yaml").write_text(SERVICE)
    rows = [{"with": {"account": key}, "gives": {"note": note}} for key, note in NOTES.items()]
    (folder / "customers.yaml").write_text(json.dumps({"customer": rows}))
    text, secrets = PROJECT, {}
    for host in hosts:
        secret = SECRETS[host.target]
        variable = f"SECRET_OF_{host.target.upper()}"
        secrets[variable] = host.words[secret]
        words = {**host.words, "root": host.root, secret: f"${{env:{variable}}}"}
        text += f"  on_{host.target}:\n    target: {host.target}\n"
        text += "".join(f'    {name}: "{value}"\n' for name, value in words.items())
    (folder / "flowc.yaml").write_text(text)
    return Shell(folder, secrets)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until_serving(runtime: Process) -> None:
    """Both gateways listen, and the one that is a client is let in."""
    assert runtime.stdout is not None
    wanted = ["serving", "serving", "event_socket"]
    async with asyncio.timeout(20):
        while wanted:
            line = (await runtime.stdout.readline()).decode()
            assert line, "the runtime ended"
            event = json.loads(line).get("event")
            if event in wanted:
                wanted.remove(event)


def end(runtime: Process) -> None:
    """Where a test broke off before it did."""
    if runtime.returncode is None:
        runtime.kill()


async def note_heard(host: Host, account: str) -> str:
    """Call, say who one is, and tell which of the notes is read out."""
    async with Caller(host.sip) as caller:
        call = await caller.call(NUMBER, how=Dialling(speaks=False))
        assert call.is_answered
        await asyncio.sleep(0.5)
        await call.press(account)
        assert await call.wait_ended(30)
        assert (call.ended_by, call.end_cause) == (EndedBy.SERVER, 16)
        keys = {key: text_key("en", note) for key, note in NOTES.items()}
        files = {key: host.root / "texts" / f"{name}.wav" for key, name in keys.items()}
        sounds = {key: path for key, path in files.items() if path.is_file()}
        return " ".join(
            found.prompt for found in find_prompts(call.heard, PromptBook(sounds, host.encode))
        )


def test_one_runtime_answers_the_calls_of_both_servers_at_once(tmp_path: Path) -> None:
    async def whole() -> None:
        async with AsyncExitStack() as stack:
            hosts = [
                await stack.enter_async_context(boot(tmp_path / boot.__name__))
                for boot in (asterisk, freeswitch)
            ]
            meets = {"runtime": f"127.0.0.1:{free_port()}", "token": "t0ken"}
            hosts[0] = replace(hosts[0], words={**hosts[0].words, **meets})
            shell = write_project(tmp_path / "project", hosts)
            for host in hosts:
                code, said = await shell.flowc("deploy", "--env", f"on_{host.target}", "--yes")
                assert code == 0, said
            places = [word for host in hosts for word in ("--env", f"on_{host.target}")]
            runtime = await shell.started("run", *places, "--metrics-port", "0")
            stack.callback(end, runtime)
            await until_serving(runtime)
            calls = [(host, account) for account in NOTES for host in hosts]
            heard = await asyncio.gather(*(note_heard(*each) for each in calls))
            assert heard == [account for _, account in calls]
            runtime.send_signal(signal.SIGTERM)
            async with asyncio.timeout(15):
                assert await runtime.wait() == 0

    asyncio.run(whole())


def test_environments_that_keep_their_orders_in_two_stores_are_not_served_by_one(
    tmp_path: Path,
) -> None:
    async def whole() -> None:
        shell = write_project(tmp_path, [])
        project = tmp_path / "flowc.yaml"
        places = "".join(
            f"  {name}: {{target: asterisk, store: 'sqlite:///{name}.db'}}\n" for name in "ab"
        )
        project.write_text(project.read_text() + places)
        code, said = await shell.flowc("run", "--env", "a", "--env", "b")
        assert (code, "one runtime keeps one store, and these differ" in said) == (2, True), said

    asyncio.run(whole())
