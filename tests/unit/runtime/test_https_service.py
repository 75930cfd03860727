"""`kind: http` over TLS: who is believed, against real servers on loopback with authorities of our own."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flowc.compiler import compile_files
from flowc.graph.as_json import release_from_json, release_to_json
from flowc.graph.operations import InvokeKind
from flowc.graph.services import FromEnvironment, HttpSettings, ServiceSpec, Words
from flowc.runtime.services.model import SettingsError
from flowc.runtime.services.trust import believed
from tests.unit.runtime.runtime_support import (
    GIVES,
    Web,
    bench,
    http_service,
    invoke,
    release,
    run,
    says,
    web,
)

LOOK = invoke(InvokeKind.LOOKUP, "billing", "customer", gives=GIVES)
GOOD = says(200, json.dumps({"data": {"services": [], "suspended": True}}).encode())

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")


@dataclass(frozen=True)
class Papers:
    """Files of one authority, and of the host and the caller that it vouches for."""

    folder: Path

    def sign(self, name: str, *more: str) -> None:
        """A certificate for 10 days and its key."""
        asked, made = self.folder / f"{name}.csr", self.folder / f"{name}.pem"
        self._openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", f"{name}.key", "-subj", f"/CN={name}", "-out", asked.name),
        )
        (self.folder / "names").write_text("\n".join(more))
        self._openssl(
            *(
                "x509",
                "-req",
                "-in",
                asked.name,
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-days",
                "10",
            ),
            *("-CAcreateserial", "-extfile", "names", "-out", made.name),
        )

    def authority(self) -> None:
        """Its own certificate."""
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "10", "-subj", "/CN=ours"),
        )

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    made = Papers(tmp_path_factory.mktemp("papers"))
    made.authority()
    made.sign("localhost", "subjectAltName=DNS:localhost")
    made.sign("other", "subjectAltName=DNS:other.example")
    made.sign("flowc")
    return made


@contextmanager
def served(papers: Papers, host: str, *, asks_back: bool = False) -> Iterator[Web]:
    """A server with that certificate; `asks_back`: it serves none but those of its authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.folder / f"{host}.pem", papers.folder / f"{host}.key")
    if asks_back:
        context.load_verify_locations(papers.folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    with web(GOOD, context) as back_end:
        yield back_end


def service(port: int, **files: str) -> ServiceSpec:
    settings = HttpSettings((Words(f"https://localhost:{port}/api"),), allow_private=True)
    written = {name: (Words(path),) for name, path in files.items()}
    return http_service(port, settings=replace(settings, **written))


def outcome(folder: Path, papers: Papers, host: str, asks_back: bool, **files: str) -> str:
    """How a look-up ends; the files are in the project."""
    found: list[str] = []
    for each in files.values():
        shutil.copy(papers.folder / each, folder)

    async def call() -> None:
        with served(papers, host, asks_back=asks_back) as back_end:
            async with bench(folder) as it:
                found.append((await it.ask(release(service(back_end.port, **files)), LOOK)).outcome)

    run(call())
    return found[0]


def test_a_host_of_the_projects_own_authority_is_believed(tmp_path: Path, papers: Papers) -> None:
    assert outcome(tmp_path, papers, "localhost", False, ca="ca.pem") == "done"


def test_without_its_authority_it_is_not_believed(tmp_path: Path, papers: Papers) -> None:
    assert outcome(tmp_path, papers, "localhost", False) == "error"


def test_a_certificate_of_another_name_is_not_believed(tmp_path: Path, papers: Papers) -> None:
    assert outcome(tmp_path, papers, "other", False, ca="ca.pem") == "error"


def test_the_machines_own_list_is_believed(
    tmp_path: Path, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL takes another list by its own variable, as an operator may."""
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.folder / "ca.pem"))
    assert outcome(tmp_path, papers, "localhost", False) == "done"


def test_a_host_that_asks_who_asks_is_shown_a_certificate(tmp_path: Path, papers: Papers) -> None:
    assert outcome(tmp_path, papers, "localhost", True, ca="ca.pem") == "error"
    ours = {"ca": "ca.pem", "cert": "flowc.pem", "key": "flowc.key"}
    assert outcome(tmp_path, papers, "localhost", True, **ours) == "done"


WRONG = {
    "no file": ({"ca": "nowhere.pem"}, "https://h", "`ca: .*nowhere.pem`: No such file"),
    "no certificate": ({"ca": "ca.key"}, "https://h", "`ca: "),
    "another's key": ({"cert": "flowc.pem", "key": "ca.key"}, "https://h", "`cert: "),
    "a key alone": ({"key": "flowc.key"}, "https://h", "needs its `cert`"),
    "in the clear": ({"ca": "ca.pem"}, "http://h", "of an https:// service"),
}


@pytest.mark.parametrize(("files", "url", "told"), WRONG.values(), ids=WRONG)
def test_a_file_that_will_not_do_is_named_when_the_release_is_taken_up(
    papers: Papers, files: dict[str, str], url: str, told: str
) -> None:
    written = {name: (Words(path),) for name, path in files.items()}
    with pytest.raises(SettingsError, match=told):
        believed(HttpSettings((Words(url),), **written), url, papers.folder, {})


def test_a_services_file_names_them() -> None:
    files = {
        "flowc.yaml": b"project: p\nlanguages: [zh]\n",
        "services/billing.yaml": b"""
service: billing
kind: http
url: https://billing.example.org
ca: ${env:BILLING_CA:ca.pem}
cert: flowc.pem
lookups: {customer: {gives: text, get: /}}
""",
    }
    settings = compile_files(files).services["billing"].settings
    assert isinstance(settings, HttpSettings)
    assert settings.ca == (FromEnvironment("BILLING_CA", "ca.pem"),)
    assert (settings.cert, settings.key) == ((Words("flowc.pem"),), ())


def test_a_release_of_before_has_none_of_these_and_is_served() -> None:
    made = release(http_service(80))
    text = release_to_json(made)
    before = text.replace(',"ca":[],"cert":[],"key":[]', "")
    assert before != text
    assert release_from_json(before) == made
    with pytest.raises(ValueError, match="missing or unknown fields: allow_private"):
        release_from_json(before.replace('"allow_private":true', '"ca":[]'))
