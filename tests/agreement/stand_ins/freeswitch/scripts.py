"""A real Lua that runs the scripts of one release: each read once, run anew at every start.

As on a server a script has a state of its own, but for what it keeps in the server's memory. Its
files are the release's and what a call leaves; it reaches nothing else of this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lupa.lua52 import LuaRuntime

from ..line import StandInError

FOLDER = "/scripts"
KNOWN_GLOBALS = frozenset({"argv", "session", "env", "freeswitch", "flowc_input"})


class File:
    """An open file: its content, or only how long it is and how it begins."""

    def __init__(self, content: bytes, size: int | None = None) -> None:
        self._content = content
        self._size = len(content) if size is None else size

    def read(self, what: int | str) -> bytes:
        if what == "*a" and self._size == len(self._content):
            return self._content
        if isinstance(what, int) and what <= len(self._content):
            return self._content[:what]
        raise StandInError(f"a file is read by {what!r}")

    def seek(self, whence: str) -> int:
        if whence != "end":
            raise StandInError(f"a file is sought by {whence!r}")
        return self._size

    def close(self) -> None:
        """Nothing is held."""


class Server(Protocol):
    """What scripts reach of the server, whichever call they are of just now."""

    def seconds(self) -> int: ...

    def file(self, path: str) -> File | None: ...

    def may_record(self, path: str) -> bool: ...

    def functions(self) -> Mapping[str, Callable[..., object]]: ...


def _place(path: str) -> str:
    return path if path.startswith("/") else f"{FOLDER}/{path}"


class Scripts:
    """The scripts of a release.

    `session` and the server's functions are given to Lua once and stay there: lupa may lose an
    object that is given a second time while Lua is collecting the first.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        folder: str,
        session: object,
        server: Server,
        runtime: type[Any] = LuaRuntime,
    ) -> None:
        """`folder`: where the entry leads to, in the server's folder of scripts where it is no path."""
        self._files = {_place(f"{folder}/{name}"): each for name, each in files.items()}
        self._server = server
        self._chunks: dict[str, Any] = {}
        self._lua: Any = runtime(unpack_returned_tuples=True, register_eval=False)
        table, globals_ = self._lua.table_from, self._lua.globals()
        globals_.loadfile = self._chunk
        globals_.io = table({"open": self._open})
        globals_.os = table({"time": server.seconds})
        for name in ("dofile", "load", "loadstring", "require", "package", "debug", "python"):
            globals_[name] = None
        self._own = set(globals_)
        self._held = table({"session": session, "freeswitch": table(dict(server.functions()))})

    def run(self, path: str, arguments: list[str], env: object = None) -> None:
        """Run a script with the call's session; `env` where the call is over."""
        globals_ = self._lua.globals()
        globals_.argv = self._lua.table_from(dict(enumerate([path, *arguments])))
        globals_.session = self._held.session
        globals_.freeswitch = self._held.freeswitch
        globals_.env = env
        globals_.flowc_input = None
        self._chunk(_place(path))()
        left = set(globals_) - self._own - KNOWN_GLOBALS
        if left:
            raise StandInError(f"a script sets globals: {sorted(map(str, left))}")

    def value(self, name: str) -> Any:
        """A global of the script that runs."""
        return self._lua.globals()[name]

    def _chunk(self, path: str) -> Any:
        if path not in self._chunks:
            if path not in self._files:
                raise StandInError(f"{path} is no script of the release")
            # A text that is no Lua raises here, as it would on the server.
            self._chunks[path] = self._lua.compile(self._files[path].decode(), name=path.encode())
        return self._chunks[path]

    def _open(self, path: str, mode: str = "r") -> File | None:
        if mode == "wb":
            return File(b"") if self._server.may_record(path) else None
        if mode not in ("r", "rb"):
            raise StandInError(f"{path} is opened as {mode}")
        content = self._files.get(path)
        return self._server.file(path) if content is None else File(content)
