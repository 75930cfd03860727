"""A runtime that is asked to stop, and one that is killed in the middle of a request."""

import asyncio
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from flowc.runtime import app
from flowc.runtime.app import Runtime, RuntimeSettings, serve
from flowc.runtime.logs import Log
from flowc.runtime.services.model import Done, Reply, Unknown
from flowc.runtime.supervisor import Supervisor
from tests.unit.runtime.runtime_support import Store, run
from tests.unit.runtime.test_at_most_once import journals

ATTEMPT = """
import asyncio, sys
from pathlib import Path
from flowc.runtime.at_most_once import AtMostOnce
from flowc.runtime.logs import Log
from flowc.runtime.store import open_store
from flowc.runtime.tables import create_tables

async def attempt():
    Path("effect").write_text("once")
    await asyncio.sleep(60)

async def main():
    engine = open_store("sqlite:///runtime.db", Path("."))
    await create_tables(engine)
    await AtMostOnce(engine, Log()).run("k", "b", 0.2, attempt)

asyncio.run(main())
"""


class NoCalls:
    """A gateway that nobody calls; it notes whether it was closed in order."""

    def __init__(self, _runtime: Runtime) -> None:
        self.closed = False

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[tuple[str, int]]:
        """Nothing listens."""
        yield "127.0.0.1", 0
        self.closed = True


def test_a_runtime_that_is_asked_to_stop_closes_its_gateway_first(tmp_path: Path) -> None:
    made: list[NoCalls] = []

    def gateway(runtime: Runtime) -> NoCalls:
        made.append(NoCalls(runtime))
        return made[0]

    async def call() -> None:
        log = io.StringIO()
        settings = RuntimeSettings(tmp_path, tmp_path / "releases", tmp_path / "texts")
        task = asyncio.create_task(serve(settings, [gateway], Log(log)))
        while '"serving"' not in log.getvalue():
            assert not task.done()
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await task
        assert made[0].closed
        assert [line.split('"event": "')[1].split('"')[0] for line in log.getvalue().splitlines()][
            -2:
        ] == ["stopping", "stopped"]

    run(call())


def test_a_request_in_which_the_runtime_was_killed_is_never_attempted_again(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ATTEMPT], cwd=tmp_path)
    give_up = time.monotonic() + 20
    while not (tmp_path / "effect").exists():
        assert process.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.02)
    process.kill()
    process.wait()

    async def again() -> Reply:
        (tmp_path / "effect").write_text("twice")
        return Done(1)

    async def call() -> None:
        async with journals(Store("sqlite:///runtime.db", tmp_path)) as (first, second, _):
            for journal in (first, second):
                assert isinstance(await journal.run("k", "b", 3.0, again), Unknown)

    run(call())
    assert (tmp_path / "effect").read_text() == "once"


PROJECT = """\
project: demo
languages: [zh]
numbers: {"100": f}
environments: {dev: {target: asterisk, runtime: "127.0.0.1:PORT", root: ROOT}}
"""


def started(folder: Path, port: int, *more: str) -> subprocess.Popen[str]:
    """`flowc run` of a project whose only flow is half written."""
    written(folder, f"127.0.0.1:{port}")
    return begun(folder, *more)


def written(folder: Path, runtime: str) -> Path:
    """The project; its flowc.yaml."""
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows/f.flow.yaml").write_text("flow: f\nnodes:\n  hello: {say: 您好\n")
    text = PROJECT.replace("127.0.0.1:PORT", runtime).replace("ROOT", str(folder / "root"))
    (folder / "flowc.yaml").write_text(text)
    return folder / "flowc.yaml"


def begun(folder: Path, *more: str) -> subprocess.Popen[str]:
    flowc = Path(sys.executable).with_name("flowc")
    command = [flowc, "run", folder, "--lang", "en", *more]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8")


def said_until(process: subprocess.Popen[str], event: str) -> str:
    """Line by line to the last that comes by itself: `communicate` passes over what was read ahead."""
    assert process.stderr is not None
    said = [""]
    while event not in said[-1]:
        said.append(process.stderr.readline())
        assert said[-1], "".join(said)
    return "".join(said)


def stopped(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=30)[1]
    assert (process.returncode, '"stopped"' in rest) == (0, True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_half_written_flow_keeps_nobody_from_serving_what_is_deployed(tmp_path: Path) -> None:
    """After a power cut the service has to start, whatever an author was about to write."""
    process = started(tmp_path, free_port(), "--metrics-port", "0")
    said = said_until(process, '"no_release"')
    assert '"serving"' in said
    assert "no call can be served before `flowc deploy`" in said
    stopped(process)


HALF_WRITTEN = {
    "cut short": "project: demo\nlanguages: [zh",
    "without its environments": "project: demo\nlanguages: [zh]\n",
    "empty": "",
}


@pytest.mark.parametrize("text", HALF_WRITTEN.values(), ids=HALF_WRITTEN)
def test_of_a_half_written_flowc_yaml_the_last_start_is_repeated(tmp_path: Path, text: str) -> None:
    process = started(tmp_path, free_port(), "--metrics-port", "0", "--env", "dev")
    said_until(process, '"no_release"')
    stopped(process)
    kept = tmp_path / ".flowc/served.flowc.yaml"
    assert kept.stat().st_mode & 0o777 == 0o600
    (tmp_path / "flowc.yaml").write_text(text)
    process = begun(tmp_path, "--metrics-port", "0")
    assert "the settings of the last start are taken" in said_until(process, '"serving"')
    stopped(process)


def test_one_that_was_never_served_is_told_with_its_mistake(tmp_path: Path) -> None:
    (tmp_path / "flowc.yaml").write_text(HALF_WRITTEN["cut short"])
    process = begun(tmp_path)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "flowc.yaml:2" in said


ADDRESSES = {
    "1": "`runtime: 1` is no host:port",
    "127.0.0.1:x": "`runtime: 127.0.0.1:x` is no host:port",
    "0.0.0.0:4573": "`runtime: 0.0.0.0:4573`: the gateway listens on a loopback address",
}


@pytest.mark.parametrize("runtime", ADDRESSES)
def test_an_address_that_is_none_is_told_with_its_setting_and_environment(
    tmp_path: Path, runtime: str
) -> None:
    written(tmp_path, runtime)
    process = begun(tmp_path, "--metrics-port", "0")
    said = process.communicate(timeout=60)[1].splitlines()[-1]
    assert process.returncode == 3
    assert said == f"flowc: environment `dev`: {ADDRESSES[runtime]}"
    assert not (tmp_path / ".flowc").exists()


NAMES_HANG = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from flowc.cli import main
import flowc.runtime.app as app

async def serve(*_):
    ThreadPoolExecutor(4).submit(time.sleep, 60)

app.serve = serve
main(["run", sys.argv[1]])
"""


def test_a_name_that_is_still_being_looked_up_keeps_nobody_from_ending(tmp_path: Path) -> None:
    written(tmp_path, "127.0.0.1:4573")
    begun_at = time.monotonic()
    done = subprocess.run([sys.executable, "-c", NAMES_HANG, tmp_path], timeout=59, check=False)
    assert done.returncode == 0
    assert time.monotonic() - begun_at < 40


class SlowToEnd:
    """A gateway whose calls take a while to end once its door is closed."""

    def __init__(self, told: list[str]) -> None:
        self.told = told

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[tuple[str, int]]:
        """Nothing listens."""
        yield "127.0.0.1", 0
        self.told.append("closed")
        await asyncio.sleep(0.5)
        self.told.append("ended")


def test_of_several_gateways_every_door_is_closed_before_one_is_waited_for(tmp_path: Path) -> None:
    told: list[str] = []

    async def call() -> None:
        log = io.StringIO()
        settings = RuntimeSettings(tmp_path, tmp_path / "releases", tmp_path / "texts")
        made = [lambda _: SlowToEnd(told)] * 3
        task = asyncio.create_task(serve(settings, made, Log(log)))
        while '"no_release"' not in log.getvalue():
            assert not task.done()
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await task
        assert told == ["closed"] * 3 + ["ended"] * 3

    run(call())


@pytest.mark.parametrize("abstract", [False, True], ids=["a path", "a name"])
def test_the_supervisor_hears_when_it_serves_that_it_lives_and_when_it_ends(
    tmp_path: Path, abstract: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LOOK_EVERY_S", 0.05)
    address = f"@flowc-{os.getpid()}" if abstract else str(tmp_path / "notify")
    heard: list[str] = []

    async def call() -> None:
        log, made = io.StringIO(), [NoCalls]
        settings = RuntimeSettings(
            tmp_path,
            tmp_path / "releases",
            tmp_path / "texts",
            environment={"NOTIFY_SOCKET": address},
        )
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as above:
            above.bind(address.replace("@", "\0"))
            above.setblocking(False)
            task = asyncio.create_task(serve(settings, made, Log(log)))

            async def until(state: str) -> None:
                while state not in heard:
                    heard.append((await asyncio.get_running_loop().sock_recv(above, 99)).decode())

            await until("READY=1")
            heard.clear()
            await until("WATCHDOG=1")
            os.kill(os.getpid(), signal.SIGTERM)
            await until("STOPPING=1")
            await task

    run(call())


def test_a_supervisor_that_has_gone_stops_nobody() -> None:
    for address in ("", "/nowhere/notify", "@nobody-listens"):
        Supervisor(address).tell("READY=1")


TAKEN = {
    "calls": "does another `flowc run` serve there?",
    "pages": "`--metrics-port` names another",
}


@pytest.mark.parametrize("what", TAKEN)
def test_a_port_that_is_taken_says_which_and_what_to_do(tmp_path: Path, what: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        calls, pages = {"calls": (taken, 0), "pages": (free_port(), taken)}[what]
        process = started(tmp_path, calls, "--metrics-port", str(pages))
        said = process.communicate(timeout=60)[1].splitlines()[-1]
    assert process.returncode == 3
    assert str(taken) in said
    assert TAKEN[what] in said
