"""An author's and a caller's words enter a server's text through one module of its target, and what
leaves for a server through one module of its protocol. `text_building` reads; here stands what it is
told, and that it finds what it is meant to find.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from text_building import Package, sources_of

ROOT = Path(__file__).parents[2]
ASTERISK = ROOT / "targets/asterisk/flowc_asterisk"
FREESWITCH = ROOT / "targets/freeswitch/flowc_freeswitch"
# The modules that write no server's text: they read what servers say, or carry files and bytes.
NO_TEXT = {
    "asterisk": ("install", "trace.py", "layout.py", "lab/", "ami/", "agi/"),
    "freeswitch": (
        *("trace.py", "source_map.py", "lab/", "esl/"),
        *("install_scripts.py", "install_entry.py", "install_check.py"),
    ),
}
# The doors, and `render`, which looks at each line once more as it leaves.
DOORS = {"asterisk": ("quote.py", "render.py"), "freeswitch": ("quote.py", "lua_data.py")}
# Expressions that hold what a door has made already.
CLEAN = frozenset(
    {
        *("release.id", "spot.release.id", "self.id", "self.name", "rendered.text"),
        "spot.block.id",  # no text, but three of them
    }
)
# Text that no server is given: keys that are looked up, and a beginning that is compared.
LOOKED_UP = {
    ("lower_speech.py", "_static"),
    ("lower_speech.py", "_sound"),
    ("prompts.py", "_look_for"),
    ("entry.py", "_queue_keys"),  # the words of a problem
    ("install_queues.py", "_faults"),  # the same
}


def package(folder: Path, target: str, **changed: str) -> Package:
    """A target's modules, some of them changed."""
    sources = sources_of(folder, *NO_TEXT[target], *DOORS[target])
    sources |= {f"{name}.py": text for name, text in changed.items()}
    return Package(sources, frozenset({"quote"}), CLEAN)


def found(read: Package) -> list[str]:
    return [str(each) for each in read.findings() if (each.file, each.function) not in LOOKED_UP]


@pytest.mark.parametrize(("folder", "target"), [(ASTERISK, "asterisk"), (FREESWITCH, "freeswitch")])
def test_no_word_enters_a_server_s_text_but_through_the_target_s_door(
    folder: Path, target: str
) -> None:
    assert found(package(folder, target)) == []


def test_what_may_be_built_elsewhere_is_still_there() -> None:
    every = {
        (each.file, each.function)
        for folder, target in ((ASTERISK, "asterisk"), (FREESWITCH, "freeswitch"))
        for each in package(folder, target).findings()
    }
    assert every == LOOKED_UP


HEAD = "from flowc.graph.operations import Enqueue, Mark\nfrom flowc_asterisk import quote\n"
PLANTED = {
    "an f-string": "def f(operation):\n    return f'Queue({operation.queue})'\n",
    "a sum": "def f(operation):\n    return 'Queue(' + operation.queue + ')'\n",
    "a percent sign": "def f(operation):\n    return 'Queue(%s)' % operation.queue\n",
    "format": "def f(operation):\n    return 'Queue({})'.format(operation.queue)\n",
    "join": "def f(operation):\n    return ','.join(operation.exit_keys)\n",
    "a variable between": "def f(operation):\n    name = operation.queue\n    return f'fl-{name}'\n",
    "a loop": "def f(graph):\n    return [f'exten => {n}' for n, _ in graph.numbers]\n",
    "a pattern": "def f(o):\n    match o:\n        case Mark(name):\n            return f'Set(MK={name})'\n",
    "a parameter": "def g(name):\n    return f'<a b={name!r}/>'\n\ndef f(o):\n    return g(o.queue)\n",
    "a keyword": "def g(*, name):\n    return f'<{name}>'\n\ndef f(o):\n    return g(name=o.queue)\n",
    "a result": "def g(o):\n    return o.queue.lower()\n\ndef f(o):\n    return f'Queue({g(o)})'\n",
    "a method": "class A:\n    def g(self, o):\n        return o.site\n    def f(self, o):\n        return f'x{self.g(o)}'\n",
    "a door that is passed by": "def f(o):\n    quote.segment(o.queue)\n    return f'Queue({o.queue})'\n",
    "one of two": "def f(o):\n    return f'{quote.segment(o.queue)},{o.site}'\n",
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_violation_is_found(planted: str) -> None:
    sources = {"planted.py": f"{HEAD}{planted}"}
    assert found(Package(sources, frozenset({"quote"}), CLEAN)) != []


@pytest.mark.parametrize("module", ["lower_people", "queues", "expressions", "lower_runtime"])
def test_a_real_module_without_one_of_its_doors_is_found(module: str) -> None:
    """Each door in turn is taken away from a module that is there."""
    source = (ASTERISK / f"{module}.py").read_text(encoding="utf-8")
    doors = sorted(set(re.findall(r"quote\.(?!py\b|[A-Z])\w+\(", source)))
    assert doors
    missed = [
        door
        for door in doors
        if not found(package(ASTERISK, "asterisk", **{module: source.replace(door, "(")}))
    ]
    assert missed == HARMLESS_THERE.get(module, [])


# Where no text is built of what has come through: a name that is set, a line that is whole.
HARMLESS_THERE = {
    "lower_people": ["quote.inside(", "quote.variable("],  # of constants
    "queues": ["quote.line("],
}

PLAIN = {
    "a door": "def f(o):\n    return f'Queue({quote.segment(o.queue)})'\n",
    "a mapped door": "def f(o):\n    return ','.join(map(quote.key, o.exit_keys))\n",
    "a number": "def f(o):\n    return f'{int(o.queue)}{len(o.site)}'\n",
    "an error": "def f(o):\n    raise ValueError(f'no {o.queue}')\n",
    "a number of a pattern": "def f(o):\n    match o:\n        case Enqueue(max_wait_s=wait):\n            return f'{wait}'\n",
}  # fmt: skip


@pytest.mark.parametrize("plain", PLAIN.values(), ids=PLAIN.keys())
def test_what_has_come_through_a_door_is_no_finding(plain: str) -> None:
    assert found(Package({"plain.py": f"{HEAD}{plain}"}, frozenset({"quote"}), CLEAN)) == []


# --- protocols: what is written to a socket was made by the protocol's own module


SOCKETS = {
    ASTERISK / "agi": (("write", "command"), r"wire\.\w+\(.*\)|line|each"),
    FREESWITCH / "esl": (("write", "_asked"), r"wire\.\w+\(.*\)|data"),
}


def written(path: Path, methods: tuple[str, ...]) -> list[str]:
    """What a module hands to a stream, or to a conversation as a whole command."""
    calls = (
        each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.Call)
    )
    return [
        ast.unparse(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in methods
    ]


@pytest.mark.parametrize("folder", SOCKETS, ids=lambda folder: folder.name)
def test_what_goes_to_a_server_is_made_by_the_protocol_s_own_module(folder: Path) -> None:
    methods, form = SOCKETS[folder]
    seen = [
        (path.name, what)
        for path in sorted(folder.glob("*.py"))
        if path.name not in ("wire.py", "gateway.py")
        for what in written(path, methods)
    ]
    assert seen
    assert [(name, what) for name, what in seen if not re.fullmatch(form, what)] == []


def test_the_manager_sends_what_its_check_has_let_through() -> None:
    source = (ASTERISK / "ami/client.py").read_text(encoding="utf-8")
    assert re.findall(r"PlainAction\((.*)\)", source) == ["checked_fields(name, fields)"]
    made = [
        path.name
        for path in sorted((ASTERISK / "ami").glob("*.py"))
        if "send_action" in path.read_text(encoding="utf-8")
    ]
    assert made == ["client.py"]


# --- the interpreter in Lua: what its orders to the server are made of

SKELETON = FREESWITCH / "skeleton"
ORDER = re.compile(r"\b(?:execute|setVariable|loadfile|io\.open)\((.*)")
# What may stand in an order: literals, what `words` has escaped or written as a number, and these.
IN_ORDERS = {
    "folder": "where the script itself lies",
    "call.folder": "the same",
    "argv[0]": "the script itself",
    "name": "a name of the release's: a part, a list, a flag, a queue",
    "release.id": "eight hex digits",
    "leg": "a dial string's options, made of numbers and the lab's token",
    "call.release.trunk": "the environment's trunk, from a door",
    "number": "digits that fit an allow-list",
    "place": "the call's own place in the server's memory",
    "group": "the call's own group of timers",
    "task": "a literal with the call's id",
    "keys": "the keys that leave a queue, from a door",
    "line": "an order to the module of queues, made of its names",
    "file": "a recording of the call's own name",
    "call.release.sounds": "the environment's folder, from a door",
    "key": "a sound's key that has the form of one",
    "one.accept": "a key, from a door",
    "files": "sounds, each by a key that has the form of one",
    "prompt": "the same, as one",
    "held": "what `words` has joined",
    "probe": "a file's name in the environment's folder of recordings, from a door",
    "told": "the call's record: names of the release, digits, and words of ours",
}


def operands(order: str) -> list[str]:
    """The names in an order's arguments: what is neither a literal nor made by `words`."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", order.split(" -- ", maxsplit=1)[0])
    bare = re.sub(r"(?:words|lines)\.(?:number|join|list)\((?:[^()]|\([^()]*\))*\)", "", bare)
    arguments = bare[: _end(bare)]
    return [each for each in re.findall(r"[A-Za-z_][\w.\[\]]*", arguments) if each not in LUA_S_OWN]


LUA_S_OWN = frozenset({"or", "and", "nil", "not", "table.concat"})


def _end(text: str) -> int:
    """Where the brackets that the arguments stand in are closed."""
    depth = 1
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return place
    return len(text)


def test_an_order_of_the_interpreter_holds_no_word_of_a_caller_s_or_a_back_end_s() -> None:
    """A name that is new here is looked at first, and then written down with what it holds."""
    found = {
        name: f"{path.name}: {line.strip()}"
        for path in sorted(SKELETON.glob("*.lua"))
        for line in path.read_text(encoding="utf-8").splitlines()
        for order in ORDER.findall(line)
        for name in operands(order)
        if name not in IN_ORDERS
    }
    assert found == {}


def test_a_word_in_an_order_is_found() -> None:
    assert operands('"bridge", leg .. "]" .. call.values["f.name"])') == ["leg", "call.values[]"]
    assert operands('"hash", "insert/" .. words.join(kept))') == []
    assert operands('"log", tostring(value))') == ["tostring", "value"]
