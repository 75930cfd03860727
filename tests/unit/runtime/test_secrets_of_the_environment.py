"""What `${env:...}` stands for is known to the runtime alone: no release, log, metric, message of an
error or shown value holds it, whatever goes wrong.
"""

from __future__ import annotations

import base64
import io
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client import generate_latest

from flowc.build import release_of
from flowc.compiler import compile_files
from flowc.deploy.place import Place as DeployPlace
from flowc.deploy.place import SettingError, read_place
from flowc.graph.as_json import release_to_json
from flowc.graph.release import Release
from flowc.runtime.app import Runtime, RuntimeSettings, running
from flowc.runtime.logs import Log
from flowc.runtime.services.broker import Place
from flowc.runtime.services.model import CallFacts
from tests.unit.runtime.runtime_support import NOON, run, says, web

SECRET = "s3cr3t-Canary/of+the=test"
DRESSES = (
    SECRET,
    quote(SECRET, safe=""),
    base64.b64encode(SECRET.encode()).decode(),
    SECRET.encode().hex(),
)
FILES = {
    "flowc.yaml": 'project: p\nlanguages: [zh]\nnumbers: {"100": line}\n',
    "flows/line.flow.yaml": """flow: line
nodes:
  web: {lookup: far.look, with: {account: call.from}, as: name, then: act, error: act}
  act: {request: far.act, with: {account: call.from}, then: base, error: base, unknown: base}
  base: {lookup: near.look, with: {account: call.from}, as: other, then: bye, error: bye}
  bye: {hangup: 再见。}
""",
    "services/far.yaml": """service: far
kind: http
url: ${env:FAR_URL}
allow_private: true
headers: {Authorization: "Bearer ${env:SECRET}"}
lookups:
  look: {with: {account: digits}, gives: text, get: "/x/${env:SECRET}", fields: {key: "${env:SECRET}"}, deadline: 1s}
requests:
  act: {with: {account: digits}, post: /y, body: {key: "${env:SECRET}"}, key: "${env:SECRET}{account}", deadline: 1s}
""",
    "services/near.yaml": """service: near
kind: sql
url: ${env:NEAR_URL}
lookups:
  look: {with: {account: digits}, gives: text, query: "select name as value from t where a = :account", deadline: 1s}
""",
}


def made() -> Release:
    compiled = compile_files({name: text.encode() for name, text in FILES.items()})
    assert compiled.graph is not None, compiled.found
    return release_of(compiled, "0a1b2c3d")


def shown(text: str) -> list[str]:
    """The dresses in which the secret stands in a text."""
    return [each for each in DRESSES if each in text]


def test_a_release_names_the_variable_and_never_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", SECRET)
    text = release_to_json(made())
    assert "SECRET" in text
    assert shown(text) == []


async def _asked(runtime: Runtime, release: Release) -> None:
    for block in release.graph.blocks.values():
        for operation in block.operations:
            if hasattr(operation, "site"):
                facts = CallFacts("call", operation.site, NOON, caller="13800138000")
                await runtime.broker.ask(Place(release, operation, facts), {"account": "80012345"})


FAR = {
    "it answers": (200, b'"name"'),
    "it fails": (500, SECRET.encode()),
    "it refuses": (403, SECRET.encode()),
    "it says rubbish": (200, b"<html>" + SECRET.encode()),
    "it says another type": (200, b'{"name": "' + SECRET.encode() + b'"}'),
    "it leads elsewhere": (302, b""),
}
NEAR = {
    "a password of another machine": f"postgresql://user:{quote(SECRET, safe='')}@127.0.0.1:1/base",
    "a folder that is not there": f"sqlite:////nowhere/{SECRET}/near.db",
    "a file without tables": "sqlite:///near.db",
}


@pytest.mark.parametrize("near", NEAR.values(), ids=NEAR.keys())
@pytest.mark.parametrize("far", FAR.values(), ids=FAR.keys())
def test_no_log_and_no_metric_holds_it_whatever_a_back_end_does(
    tmp_path: Path, far: tuple[int, bytes], near: str
) -> None:
    (tmp_path / "near.db").touch()
    status, body = far
    log = io.StringIO()
    location = {"Location": f"http://elsewhere/{SECRET}"} if status == 302 else {}

    async def call() -> list[str]:
        with web(says(status, body, **location)) as served:
            url = f"http://localhost:{served.port}/api"
            told = await _run(tmp_path, {"FAR_URL": url, "NEAR_URL": near}, log)
            assert any(SECRET in str(each) for each in served.headers)  # it was used at all
            return told

    async def checked() -> None:
        assert shown("\n".join(await call())) == []

    run(checked())
    assert "not_answered" in log.getvalue() or status == 200
    assert shown(log.getvalue()) == []


async def _run(folder: Path, environment: dict[str, str], log: io.StringIO) -> list[str]:
    """Ask at every place; what the runtime's own pages and objects say of themselves."""
    release = made()
    place = folder / "releases/0a1b2c3d"
    place.mkdir(parents=True)
    (place / "release.json").write_text(release_to_json(release), encoding="utf-8")
    settings = RuntimeSettings(
        folder,
        folder / "releases",
        folder / "texts",
        environment={"SECRET": SECRET, **environment},
    )
    async with running(settings, Log(log)) as runtime:
        served = runtime.releases.release("0a1b2c3d")
        if served is not None:
            await _asked(runtime, served)
        pages = generate_latest(runtime.metrics.registry).decode()
        return [pages, repr(settings), repr(runtime), repr(runtime.broker)]


UNFIT = {
    "a scheme that is none": {"FAR_URL": f"ftp://user:{SECRET}@far/api"},
    "no address at all": {"FAR_URL": f"http://[{SECRET}/"},
    "a query in it": {"FAR_URL": f"http://far/api?key={SECRET}"},
    "a data base of another kind": {"NEAR_URL": f"mysql://user:{SECRET}@near/base"},
    "no data base": {"NEAR_URL": f"sqlite://{SECRET}"},
    "a header of two lines": {"SECRET": f"{SECRET}\r\nX: y"},
    "a variable that is not set": {"SECRET": ""},
}


@pytest.mark.parametrize("environment", UNFIT.values(), ids=UNFIT.keys())
def test_a_setting_that_cannot_be_served_is_told_without_its_value(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    log = io.StringIO()
    known = {"FAR_URL": "http://127.0.0.1:1/api", "NEAR_URL": "sqlite:///near.db"}

    async def call() -> None:
        try:
            await _run(tmp_path, {**known, **environment}, log)
        except Exception as error:
            log.write("".join(traceback.format_exception(error)))

    run(call())
    assert shown(log.getvalue()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"ami": "nowhere"},
        {"ami": f"host:{SECRET}"},
        {"ami_user": f"x\r\n{SECRET}"},
        {"etc": "relative"},
        {"ami_secret": f"{SECRET}\r\n"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_deploy_s_settings_are_told_without_secrets(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    settings = {"ami_user": "flowc", "ami_secret": "${env:AMI_SECRET}", "etc": str(tmp_path)}
    place = read_place(
        "asterisk",
        {"root": str(tmp_path), **settings, **dict.fromkeys(wrong, "${env:WRONG}")},
        {"AMI_SECRET": SECRET, "WRONG": next(iter(wrong.values()))},
    )
    assert shown(repr(place)) == []
    assert shown(_told(place)) == []


def _told(place: DeployPlace) -> str:
    """What the place's installer says of itself, or why there is none."""
    try:
        return repr(place.installer())
    except SettingError as error:
        return "".join(traceback.format_exception(error))
