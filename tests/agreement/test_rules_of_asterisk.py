"""The stand-in's own rules: how Asterisk reads a dialplan, finds an extension, and works out a text.

Each was measured on a real server or read in its source; see the transcripts for whole calls.
"""

from __future__ import annotations

import pytest
from stand_ins.asterisk.applications import APPLICATIONS
from stand_ins.asterisk.arguments import separate
from stand_ins.asterisk.dialplan import Dialplan, rank
from stand_ins.asterisk.expression import evaluate
from stand_ins.asterisk.functions import READ, is_true
from stand_ins.asterisk.read_dialplan import read_dialplan
from stand_ins.asterisk.substitution import substitute
from stand_ins.line import StandInError


def read(*lines: str) -> Dialplan:
    return read_dialplan(["\n".join(lines).encode()], APPLICATIONS)


# --- expressions


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"012"="12"', "0"),  # quoted words are texts
        ("012=12", "1"),
        ("08+1", "9"),
        ("012", "012"),  # untouched, digits stay as they are written
        ("0 | 012", "012"),
        ("012 | 0", "12"),
        ("2 & 1", "2"),
        ("1 & 0", "0"),
        ("1+2*3-4", "3"),
        ("10-4-3", "3"),
        ("(0-5)", "-5"),
        ("-7 % 4", "-3"),
        ("172800/86400", "2"),
        ("1 | 0 & 0", "1"),
        ("3>=3 & 2<1", "0"),
        ('"a b"="a b"', "1"),
        ("abc=abc", "1"),
        ("999999999999999*10", "9999999999999990"),
        ("", ""),
    ],
)
def test_an_expression_has_the_value_that_the_server_gives_it(text: str, value: str) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "+1",
        "1/3",
        "1/0",
        "*=1",
        '"a"="b',
        "1 2",
        "(1",
        "a+1",
        "1000000000000*10000000",
        "X(1)",
        "1?2",
    ],
)
def test_an_expression_that_the_server_would_complain_of_is_refused(text: str) -> None:
    with pytest.raises(StandInError):
        evaluate(text)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("", False),
        ("0", False),
        ("00", False),
        ("1", True),
        ("-1", True),
        ("no", True),
        ('""', True),
    ],
)
def test_a_condition_is_a_number_or_any_text_but_none(condition: str, holds: bool) -> None:
    assert is_true(condition) is holds


# --- variables and functions


class Scope:
    """Some variables, and a function that gives its argument."""

    def __init__(self, **variables: str) -> None:
        self.variables = variables

    def variable(self, name: str) -> str | None:
        return self.variables.get(name)

    def function(self, name: str, argument: str) -> str | None:
        return None if name == "NOTHING" else f"<{argument}>"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "0123456789"),
        ("${A:3}", "3456789"),
        ("${A:-3}", "789"),
        ("${A:2:3}", "234"),
        ("${A:0:-4}", "012345"),
        ("${A:-4:2}", "67"),
        ("${A:20}", ""),
        ("${A:-20:2}", "01"),
        ("${A:0:-20}", ""),
        ("${NONE}${A:0:1}", "0"),
        ("${${B}}", "0123456789"),
        ("$[1+${A:1:1}]", "2"),
        ("${F(a:b)}", "<a:b>"),
        ("${F(abc):1:2}", "ab"),
        ("${F(${A:0:2})}", "<01>"),
        ("${F(a(b)c)}", "<a(b)c>"),
        ("${NOTHING(x)}", ""),
        ("$5 and ( |$)", "$5 and ( |$)"),
    ],
)
def test_a_text_is_substituted_from_the_inside_out(text: str, value: str) -> None:
    assert substitute(text, Scope(A="0123456789", B="A")) == value


def test_what_a_variable_holds_is_not_substituted_again() -> None:
    assert substitute("${X}", Scope(X="${A}$[1+1]", A="no")) == "${A}$[1+1]"


@pytest.mark.parametrize("text", ["${A", "$[1+${A}", "${F(a}"])
def test_a_bracket_without_its_end_is_refused(text: str) -> None:
    with pytest.raises(StandInError):
        substitute(text, Scope(A="1"))


def test_arguments_are_parted_outside_brackets_and_quotes() -> None:
    assert separate("a,b(c,d),[e,f]") == ["a", "b(c,d)", "[e,f]"]
    assert separate('"a,b",c\\,d,') == ["a,b", "c,d", ""]
    assert separate('"a,b",c\\,d', raw=True) == ['"a,b"', "c\\,d"]
    assert separate("a,b,c", ",", 2) == ["a", "b,c"]
    assert separate("") == []


def test_bytes_beyond_ascii_are_no_blanks() -> None:
    # The last byte of 清 is one that other rules would strip from the end of a text.
    held = "不清".encode().decode("latin-1")
    assert READ["IF"](None, f"1? {held} :no") == held  # type: ignore[arg-type]  # asks no channel
    assert READ["LEN"](None, held) == "6"  # type: ignore[arg-type]


# --- extensions


def test_a_name_comes_before_any_pattern_of_its_context_and_those_before_any_include() -> None:
    plan = read(
        "[a]",
        "exten => _1X,1,NoOp(pattern)",
        "exten => 12,1,NoOp(name)",
        "include => b",
        "[b]",
        "exten => 13,1,NoOp(further)",
        "exten => 99,1,NoOp(there)",
    )
    found = {name: plan.step("a", name, 1) for name in ("12", "13", "99", "77")}
    assert {name: step and step.data for name, step in found.items()} == {
        "12": "name",
        "13": "pattern",
        "99": "there",
        "77": None,
    }


def test_a_pattern_whose_priority_is_not_there_leaves_it_to_the_next() -> None:
    plan = read("[a]", "exten => 5,1,NoOp(one)", "exten => _X,1,NoOp(no)", " same => n,NoOp(two)")
    step = plan.step("a", "5", 2)
    assert step is not None
    assert step.data == "two"


def test_patterns_are_tried_the_most_special_first() -> None:
    ordered = ["_1b", "_[12]b", "_Nb", "_Zb", "_Xb", "_X[a-z]", "_X.", "_X!", "_.", "_!"]
    ranks = [rank(pattern) for pattern in ordered]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("_Xb#", ("1b#",), ("1b", "1b##", "ab#")),
        ("_Xb.", ("1b1", "9b##"), ("1b", "b1")),
        ("_e[0-9A-D]*", ("e1*", "eD*"), ("e*", "e11*", "e1")),
        ("_[0-9+]!", ("7", "+86", "7000"), ("x7", "")),
        ("_NZ", ("21", "99"), ("11", "20")),
    ],
)
def test_a_pattern_matches_what_the_server_matches(
    pattern: str, matching: tuple[str, ...], others: tuple[str, ...]
) -> None:
    plan = read("[a]", f"exten => {pattern},1,NoOp()")
    assert all(plan.step("a", name, 1) for name in matching)
    assert not any(plan.step("a", name, 1) for name in others)


# --- files


def test_a_comment_ends_a_line_unless_it_is_escaped() -> None:
    plan = read("[a] ; a context", "exten => s,1,NoOp(a\\;b) ; said", "; nothing", "")
    step = plan.step("a", "s", 1)
    assert step is not None
    assert step.data == "a;b"


def test_labels_name_priorities() -> None:
    plan = read("[a]", "exten => s,1,NoOp()", " same => n(here),NoOp()", " same => n,NoOp()")
    assert plan.labelled("a", "s", "here") == 2
    assert plan.labelled("a", "s", "there") is None


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["[a]", "exten => s,1,Nothing()"], "no application"),
        (["[a]", "exten => s,1,NoOp"], "no brackets"),
        (["[a]", "exten => s,1,NoOp(a) b"], "behind the last bracket"),
        (["[a]", "exten => s,1,NoOp()", "exten => s,1,NoOp()"], "can't be here"),
        (["[a]", "exten => s,n,NoOp()"], "can't be here"),
        (["[a]", " same => n,NoOp()"], "before any extension"),
        (["[a]", "exten => s,x,NoOp()"], "no priority"),
        (["[a]", "exten => s,1(b),NoOp()", " same => n(b),NoOp()"], "the label b"),
        (["exten => s,1,NoOp()"], "no context"),
        (["[a]", "exten s,1,NoOp()"], "no `=`"),
        (["[a]", "ignorepat => 9"], "not known"),
        (["[a", "exten => s,1,NoOp()"], "no head"),
        ([f"[{'a' * 80}]"], "that the server cuts"),
        (["[a]", f"exten => {'1' * 80},1,NoOp()"], "no name"),
        (["[a]", f"exten => s,1,NoOp({'x' * 8191})"], "too long"),
        (["[a]", "exten => s,1,NoOp(;-- all the rest)"], "many lines"),
        (["[a]", "include => b"], "not there"),
        (["[a]", "#include b"], "another file"),
    ],
)
def test_a_line_that_the_server_would_only_warn_of_is_refused(lines: list[str], why: str) -> None:
    with pytest.raises(StandInError, match=why):
        read(*lines)
