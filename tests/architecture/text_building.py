"""Finds text that is built of an author's or a caller's words without a door between.

A word is foreign where it is read from a graph, an expression, a request or an environment: every
field of theirs that holds text, found by their types, so that new ones count by themselves. It stays
foreign through assignments, loops, patterns, parameters and results within a package, until a
function of the package's `quote` has taken it. Building text of a foreign word is a finding: by an
f-string, `%`, `+`, `format` or `join`, but for the messages of errors.

Knows Python's syntax and the types of flowc; runs nothing of what it reads.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

# Whose fields hold foreign words.
FOREIGN = (
    *("flowc.graph.model", "flowc.graph.operations", "flowc.graph.exits", "flowc.graph.prompts"),
    *("flowc.graph.ids", "flowc.expression.tree", "flowc.target.release"),
)
# Words of the compiler's own: an operator, a function of the language.
CLOSED = frozenset({"operator", "function", "kind"})
# Functions of flowc that give foreign words of what they are given.
GIVES_FOREIGN = frozenset(
    {
        *("outcomes", "filled_by", "reads", "sound_key", "fragment_key", "reading_variable"),
        *("return_register", "prefixes", "text_key", "spoken_in", "phrases_in", "expressions_in"),
    }
)
# What gives no text, or none that was in it.
HARMLESS = frozenset(
    {
        *("int", "len", "bool", "float", "ord", "abs", "range", "isinstance", "any", "all", "sum"),
        *("index", "transitions"),
    }
)
PUTS = frozenset({"append", "extend", "add", "insert", "update", "setdefault"})
SAYS_SO = frozenset({"report", "Problem", "event", "log"})  # messages for people


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where a foreign word is built into text."""

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}: {self.text}"


@cache
def foreign_fields() -> dict[str, dict[str, bool]]:
    """By class, which of its fields hold text; in their order, for patterns by place."""
    found: dict[str, dict[str, bool]] = {}
    for name in FOREIGN:
        module = import_module(name)
        for each in vars(module).values():
            if isinstance(each, type) and is_dataclass(each) and each.__module__ == name:
                hints = get_type_hints(each, vars(module))
                found[each.__name__] = {
                    one.name: one.name not in CLOSED and _holds_text(hints[one.name])
                    for one in fields(each)
                }
    return found


def _holds_text(hint: Any) -> bool:
    if hint is str:
        return True
    if (
        get_origin(hint) in (tuple, Union, types.UnionType, frozenset)
        or get_origin(hint) is not None
    ):
        return any(map(_holds_text, get_args(hint)))
    return False


@cache
def foreign_names() -> frozenset[str]:
    every = foreign_fields().values()
    return frozenset(name for known in every for name, is_text in known.items() if is_text)


@dataclass
class Function:
    """One function of a package as it is read: which of its names are foreign by now."""

    file: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    foreign: set[str] = field(default_factory=set)
    gives: bool = False

    @property
    def parameters(self) -> list[str]:
        every = self.node.args
        return [each.arg for each in (*every.posonlyargs, *every.args) if each.arg != "self"]


class Package:
    """Reads modules until nothing more turns out to be foreign; then `findings`."""

    def __init__(
        self, sources: Mapping[str, str], doors: frozenset[str], clean: frozenset[str]
    ) -> None:
        """`sources` by file. `doors`: modules whose functions make words ours. `clean`: expressions,
        as they are written, that hold what a door has made."""
        self._doors, self._clean = doors, clean
        self._plain: dict[tuple[str, str], Function] = {}  # by file and name
        self._methods: dict[str, list[Function]] = {}  # by name, of every class
        self._imports: dict[str, dict[str, tuple[str, str]]] = {}  # by file: what a name stands for
        self._every: list[Function] = []
        for file, text in sources.items():
            self._gather(file, _with_names_of_their_own(ast.parse(text)))
        while self._spread():
            pass

    def _gather(self, file: str, tree: ast.Module) -> None:
        self._imports[file] = dict(_imported(tree))
        classes = [each for each in ast.walk(tree) if isinstance(each, ast.ClassDef)]
        inside = {id(each) for one in classes for each in one.body}
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            function = Function(file, node)
            self._every.append(function)
            if id(node) in inside:
                self._methods.setdefault(node.name, []).append(function)
            else:
                self._plain[file, node.name] = function

    def findings(self) -> list[Finding]:
        """Every place where a foreign word is built into text, in order."""
        return [each for one in self._every for each in self._in(one)]

    def _called(self, file: str, node: ast.expr) -> list[Function]:
        """The functions that a call may mean."""
        known = self._imports[file]
        match node:
            case ast.Name(id=name):
                here = self._plain.get((file, name))
                there = self._plain.get(known.get(name, ("", "")))
                return [each for each in (here or there,) if each is not None]
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in known:
                of_module = self._plain.get((known[module][1], name))
                return [of_module] if of_module else self._methods.get(name, [])
            case ast.Attribute(value=owner, attr=name):
                every = self._methods.get(name, [])
                # `self.x` is most likely the class that is being read.
                own = [each for each in every if each.file == file]
                return own if own and isinstance(owner, ast.Name) and owner.id == "self" else every
            case _:
                return []

    # --- how words spread

    def _spread(self) -> bool:
        before = self._state()
        for function in self._every:
            self._read(function)
        return self._state() != before

    def _state(self) -> int:
        return sum(len(one.foreign) + one.gives for one in self._every)

    def _read(self, function: Function) -> None:
        for node in _own_nodes(function.node):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._bind(function, target, value)
                case ast.AnnAssign(target=target, value=value) if value is not None:
                    self._bind(function, target, value)
                case ast.AugAssign(target=target, value=value):
                    self._bind(function, target, value)
                case ast.NamedExpr(target=target, value=value):
                    self._bind(function, target, value)
                case (
                    ast.For(target=target, iter=value)
                    | ast.comprehension(target=target, iter=value)
                ):
                    self._bind(function, target, value)
                case ast.Match(subject=subject, cases=cases):
                    for case in cases:
                        function.foreign |= self._captured(function, case.pattern, subject)
                case ast.Return(value=value) | ast.Yield(value=value) if value is not None:
                    function.gives = function.gives or self._is_foreign(function, value)
                case ast.Call():
                    self._pass(function, node)

    def _bind(self, function: Function, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case (ast.Tuple(elts=names), ast.Tuple(elts=values)) if len(names) == len(values):
                for name, each in zip(names, values, strict=True):
                    self._bind(function, name, each)
            case (
                ast.Tuple(elts=[_, each]),
                ast.Call(func=ast.Name(id="enumerate"), args=[items, *_]),
            ):
                self._bind(function, each, items)
            case _ if self._is_foreign(function, value):
                function.foreign |= {
                    each.id for each in ast.walk(target) if isinstance(each, ast.Name)
                }

    def _captured(self, function: Function, pattern: ast.pattern, subject: ast.expr) -> set[str]:
        """The names that a pattern binds to foreign words."""
        match pattern:
            case ast.MatchClass(
                cls=ast.Name(id=name), patterns=placed, kwd_attrs=names, kwd_patterns=named
            ):
                known = foreign_fields().get(name)
                if known is None:
                    inner = (*placed, *named)
                    return set().union(*(self._captured(function, each, subject) for each in inner))
                pairs = [*zip(known, placed, strict=False), *zip(names, named, strict=True)]
                return set().union(
                    *(
                        _bound(each) if known.get(one) else self._captured(function, each, subject)
                        for one, each in pairs
                    )
                )
            case ast.MatchAs(pattern=inner, name=name):
                found = set() if inner is None else self._captured(function, inner, subject)
                return found | ({name} if name and self._is_foreign(function, subject) else set())
            case ast.MatchOr(patterns=several) | ast.MatchSequence(patterns=several):
                return set().union(*(self._captured(function, each, subject) for each in several))
            case _:
                return set()

    def _pass(self, function: Function, call: ast.Call) -> None:
        """Foreign arguments make foreign parameters, and foreign what they are put into."""
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr=how) if how in PUTS:
                if any(self._is_foreign(function, each) for each in call.args):
                    function.foreign.add(name)
        for called in self._called(function.file, call.func):
            names = called.parameters
            for name, value in zip(names, call.args, strict=False):
                if self._is_foreign(function, value):
                    called.foreign.add(name)
            for keyword in call.keywords:
                if keyword.arg and self._is_foreign(function, keyword.value):
                    called.foreign.add(keyword.arg)

    # --- what is foreign

    def _is_foreign(self, function: Function, node: ast.expr) -> bool:
        if ast.unparse(node) in self._clean:
            return False
        match node:
            case ast.Name(id=name):
                return name in function.foreign
            case ast.Attribute(attr=name):
                return name in foreign_names()
            case ast.Call():
                return self._gives(function, node)
            case _:
                return any(self._is_foreign(function, each) for each in _parts(node))

    def _gives(self, function: Function, call: ast.Call) -> bool:
        name = _name_of(call.func)
        arguments = (*call.args, *(each.value for each in call.keywords))
        if self._is_door(call.func) or name in HARMLESS:
            return False
        if name == "map" and call.args and self._is_door(call.args[0]):
            return False
        if name in GIVES_FOREIGN:
            return True
        known = self._called(function.file, call.func)
        if known:
            return any(each.gives for each in known)
        if name == "get":  # what it is asked by is not what it gives
            arguments = arguments[1:]
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        inside = (*arguments, *((receiver,) if receiver is not None else ()))
        return any(self._is_foreign(function, each) for each in inside)

    def _is_door(self, node: ast.expr) -> bool:
        match node:
            case ast.Attribute(value=ast.Name(id=module)):
                return module in self._doors
            case _:
                return False

    # --- what is built of it

    def _in(self, function: Function) -> Iterator[Finding]:
        for node in _own_nodes(function.node, messages=False):
            if isinstance(node, ast.expr) and self._builds(function, node):
                shown = ast.unparse(node).replace(_OWN, "")[:160]
                yield Finding(function.file, node.lineno, function.node.name, shown)

    def _builds(self, function: Function, node: ast.expr) -> bool:
        match node:
            case ast.JoinedStr(values=values):
                return any(
                    isinstance(each, ast.FormattedValue) and self._is_foreign(function, each.value)
                    for each in values
                )
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return (_is_text(left) or _is_text(right)) and self._is_foreign(function, node)
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=right):
                return self._is_foreign(function, right)
            case ast.Call(func=ast.Attribute(value=made, attr="format" | "format_map" as how)):
                arguments = (*node.args, *(each.value for each in node.keywords))
                return how is not None and any(
                    self._is_foreign(function, each) for each in (*arguments, made)
                )
            case ast.Call(func=ast.Attribute(attr="join"), args=[joined]):
                return self._is_foreign(function, joined)
            case _:
                return False


_OWN = "\u00b7"


class _Renamed(ast.NodeTransformer):
    """Gives names another spelling, where they are bound and where they are read."""

    def __init__(self, names: set[str], ending: str) -> None:
        self._names, self._ending = names, ending

    def _new(self, name: str) -> str:
        return f"{name}{self._ending}" if name in self._names else name

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._new(node.id)
        return node

    def visit_MatchAs(self, node: ast.MatchAs) -> ast.AST:
        node.name = node.name and self._new(node.name)
        return self.generic_visit(node)


def _with_names_of_their_own(tree: ast.Module) -> ast.Module:
    """Each case of a match has its own names: what one binds to a text another binds to a number."""
    for place, case in enumerate(
        each for each in ast.walk(tree) if isinstance(each, ast.match_case)
    ):
        names = _every_name(case.pattern)
        _Renamed(names, _OWN * (place + 1)).visit(case)
    return tree


def _every_name(pattern: ast.AST) -> set[str]:
    every = (each for each in ast.walk(pattern) if isinstance(each, ast.MatchAs))
    return {each.name for each in every if each.name}


def _imported(tree: ast.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    """What each imported name stands for: a function of a file, or a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            folder = "/".join(node.module.split(".")[1:])
            for each in node.names:
                file = f"{folder}.py" if folder else f"{each.name}.py"
                yield each.asname or each.name, (file, each.name if folder else file)


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression's value is made of."""
    match node:
        case ast.FormattedValue(value=one) | ast.Starred(value=one) | ast.Await(value=one):
            yield one
        case ast.Subscript(value=one) | ast.NamedExpr(value=one):
            yield one
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            yield from (one, other)
        case ast.JoinedStr(values=several) | ast.BoolOp(values=several):
            yield from several
        case ast.Tuple(elts=several) | ast.List(elts=several) | ast.Set(elts=several):
            yield from several
        case ast.ListComp(elt=one) | ast.SetComp(elt=one) | ast.GeneratorExp(elt=one):
            yield one
        case ast.Dict(keys=keys, values=several):
            yield from (each for each in (*keys, *several) if each is not None)
        case ast.DictComp(key=one, value=other):
            yield from (one, other)


def _bound(pattern: ast.pattern) -> set[str]:
    """Every name that a pattern binds, but those of whole numbers and truths."""
    match pattern:
        case ast.MatchClass(cls=ast.Name(id="int" | "bool")):
            return set()
        case ast.MatchAs(pattern=inner, name=name):
            return ({name} if name else set()) | (_bound(inner) if inner else set())
        case ast.MatchStar(name=name):
            return {name} if name else set()
        case _:
            inner = (
                each for each in ast.iter_child_nodes(pattern) if isinstance(each, ast.pattern)
            )
            return set().union(*map(_bound, inner))


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _own_nodes(root: ast.AST, *, messages: bool = True) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions in it; without what is said of errors."""
    for child in ast.iter_child_nodes(root):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not messages and isinstance(child, ast.Raise | ast.Assert):
            continue
        if not messages and isinstance(child, ast.Call) and _name_of(child.func) in SAYS_SO:
            continue
        yield child
        yield from _own_nodes(child, messages=messages)


def sources_of(folder: Path, *left_out: str) -> dict[str, str]:
    """The modules of a folder by their path in it, without those left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.py"))
        if not path.relative_to(folder).as_posix().startswith(left_out or ("-",))
    }
