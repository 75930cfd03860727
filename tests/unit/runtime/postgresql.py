"""A PostgreSQL of our own on loopback, where its programs are installed: one boot a test run, a base a test.

Knows nothing of flowc. `FLOWC_TEST_POSTGRESQL` may name a server instead; its user must be allowed to
make data bases.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

ABSENT = "there is no PostgreSQL (install it, or name a server in FLOWC_TEST_POSTGRESQL)"
_NUMBERS = count()


def programs() -> Path | None:
    """The folder that holds `initdb`; Debian keeps it off the path."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").is_file()), None)


def is_there() -> bool:
    return "FLOWC_TEST_POSTGRESQL" in os.environ or programs() is not None


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server while the context is open."""
    named = os.environ.get("FLOWC_TEST_POSTGRESQL")
    if named is not None:
        yield named
        return
    where = programs()
    assert where is not None, ABSENT
    # Not pytest's folder, which no other user may enter; the server refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="flowc-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    port = _free_port()
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
    control = [str(where / "pg_ctl"), "-D", str(folder / "data"), "-w"]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    try:
        run(str(where / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "flowc")
        run(*control, "-o", settings, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql://flowc@127.0.0.1:{port}/postgres"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def new_base(url: str) -> str:
    """The URL of an empty data base on the server."""
    name = f"flowc_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'create database "{name}"')  # type: ignore[arg-type]
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def drop_base(url: str, base: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        name = make_url(base).database
        connection.execute(f'drop database "{name}" with (force)')  # type: ignore[arg-type]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
