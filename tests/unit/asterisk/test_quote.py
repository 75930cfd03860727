"""The door into a dialplan: what comes through means itself, what cannot is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc_asterisk import quote
from flowc_asterisk.dialplan import Context, Dialplan, Extension, Priority
from flowc_asterisk.render import render

_SEGMENTS = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
_INDICES = st.integers(0, 99).map(str)
_LANGUAGES = st.sampled_from(("zh", "en", "zh-yue", "zh-HK"))
_NAMES = st.tuples(_SEGMENTS, st.lists(_SEGMENTS | _INDICES, max_size=4)).map(
    lambda parts: ".".join((parts[0], *parts[1]))
) | st.tuples(_SEGMENTS, _LANGUAGES).map(lambda parts: f"{parts[0]}.say.{parts[1]}")


@given(_NAMES)
def test_a_channel_variable_tells_the_name_it_was_made_from(name: str) -> None:
    made = quote.variable(name)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", made)
    assert quote.variable_name(made) == name


@given(_NAMES, _NAMES)
def test_two_names_never_meet_in_one_channel_variable(one: str, other: str) -> None:
    assert (quote.variable(one) == quote.variable(other)) == (one == other)


@pytest.mark.parametrize("part", ["h", "i", "t", "e", "o", "a", "s", "fax", "start", "again_1"])
def test_a_part_is_never_an_extension_that_the_server_uses_itself(part: str) -> None:
    exten = quote.extension(part)
    assert exten not in {"h", "i", "t", "T", "e", "o", "a", "s", "fax"}
    assert quote.part_of(exten) == part


@given(st.text(max_size=40))
def test_text_is_refused_or_stands_without_a_sign_of_the_dialplan(text: str) -> None:
    try:
        quoted = quote.text(text)
    except quote.QuoteError:
        assert re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", text)
        return
    inner = re.fullmatch(r"\$\{URIDECODE\((.*)\)\}", quoted)
    assert re.fullmatch(r"[A-Za-z0-9_.~()%-]*", inner[1] if inner else quoted)


@pytest.mark.parametrize(
    "attack",
    [
        "1,ADMIN=yes",
        "secret,s,1",
        "500&SIP/itsp/14165551212",
        "1@evil",
        "${SHELL(id)}",
        "$[1+1]",
        "a;b",
        "x\nexten => _X.,1,System(id)",
        "a\u2028b",
        "../../etc/passwd",
        "138*",
        "１３８",
        "",
    ],
)
def test_an_attack_is_no_name_number_path_or_address(attack: str) -> None:
    for door in (quote.segment, quote.digits, quote.path, quote.token, quote.runtime):
        with pytest.raises(quote.QuoteError):
            door(attack)


@pytest.mark.parametrize("attack", ["a&b", "a,b", "../x", "/etc/passwd", "a b", "${X}", "a;b", ""])
def test_an_attack_is_no_sound(attack: str) -> None:
    with pytest.raises(quote.QuoteError):
        quote.sound(attack)


def test_the_longest_flow_and_node_still_fit_a_context() -> None:
    context = quote.node_context("0123abcd", "f" * 30, "n" * 30)
    assert len(context) <= quote.MOST_NAME
    assert quote.node_of(context) == ("0123abcd", "f" * 30, "n" * 30)


def test_a_context_that_the_server_would_cut_is_refused() -> None:
    with pytest.raises(quote.QuoteError):
        quote.node_context("0123abcd", "f" * 40, "n" * 40)


def test_no_context_of_ours_can_be_taken_for_a_node() -> None:
    assert quote.node_of(quote.own_context("0123abcd", "list", "vip")) is None
    assert quote.node_of(quote.own_context("0123abcd", "input")) is None


@pytest.mark.parametrize("data", ["a;b", "a\nb", "a\u2028b", "x" * 4000])
def test_a_line_that_would_be_cut_commented_or_ended_is_refused(data: str) -> None:
    plan = Dialplan((Context("c", (Extension("s", (Priority("NoOp", data),)),)),))
    with pytest.raises(quote.QuoteError):
        render(plan, "a test")


@given(st.text())
def test_a_comment_is_one_line_and_nothing_in_it_is_read(text: str) -> None:
    told = quote.comment(text)
    assert told.startswith("; ")
    assert not set(told[1:]) & set(";\n\r\0\\#[]{}$")
    assert len(told.splitlines()) == 1


def test_a_context_tells_where_its_node_is_written_and_flowcs_own_tell_nothing() -> None:
    """Whoever opens the file in the night finds the way back from it."""
    noop = (Priority("NoOp", ""),)
    plan = Dialplan(
        (
            Context("fl-1a2b3c4d.f.n", (Extension("start", noop, "f.n.start"),)),
            Context("fl-1a2b3c4d-input", (Extension("s", noop),)),
        )
    )
    assert render(plan, "head", {"f.n.start": "flows/f.flow.yaml:18:3"}).text.splitlines() == [
        *("; head", "", "; flows/f.flow.yaml:18", "[fl-1a2b3c4d.f.n]", "exten => start,1,NoOp()"),
        *("", "[fl-1a2b3c4d-input]", "exten => s,1,NoOp()"),
    ]


@pytest.mark.parametrize("text", ["(", "(1", "a(b", "wrong(key", ")(", "(a)(b)"])
def test_a_text_with_a_bracket_of_its_own_is_decoded_by_the_server(text: str) -> None:
    """In a list of values an open bracket would take the next ones, commas and all, into itself."""
    assert not quote.is_word(text)
    assert quote.text(text).startswith("${URIDECODE(")


@pytest.mark.parametrize("cause", ["wrong(key)", "wrong(too_short)", "silence"])
def test_a_cause_stands_as_it_is(cause: str) -> None:
    assert quote.word(cause) == cause


@pytest.mark.parametrize("name", ["1@evil", "@evil", "//evil/", "a//b", "trunk&PJSIP/x", "a,b", ""])
def test_a_trunk_and_a_class_of_music_are_plain_names(name: str) -> None:
    with pytest.raises(quote.QuoteError):
        quote.endpoint(name)


@pytest.mark.parametrize("address", ["PJSIP/8001", "Local/8001@desks/n", "Local/8001@desks"])
def test_an_agent_is_rung_at_one_address(address: str) -> None:
    assert quote.member(address) == address
    for more in ("&PJSIP/x", ",1", "@x@y", "//y"):
        with pytest.raises(quote.QuoteError):
            quote.member(address + more)
