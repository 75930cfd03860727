"""What may enter the server's files, and that it means just itself there."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua52 import LuaRuntime

from flowc_freeswitch import quote
from flowc_freeswitch.lua_data import Table, file_of, table, written
from flowc_freeswitch.trace import join_words, split_words

LUA = LuaRuntime(encoding=None)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
HOSTILE = (
    "]]",
    "]==]",
    '"..os.execute("id").."',
    "--[[",
    "a\\",
    "\\'",
    "${system(id)}",
    "$${domain}",
    "x\r\ny",
    "\0",
    "<!-- <X-PRE-PROCESS cmd='exec' data='id'/> -->",
)


@given(TEXTS)
def test_any_text_comes_out_of_lua_as_it_went_in(text: str) -> None:
    assert LUA.eval(quote.lua(text).encode()) == text.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_a_lua_string_of_harmless_signs(text: str) -> None:
    source = quote.lua(text)
    assert LUA.eval(source.encode()) == text.encode()
    assert not set(source[1:-1]) & set("\"'$`{}&%\n\r\0")


@given(st.dictionaries(TEXTS, TEXTS | st.integers(-(2**53), 2**53) | st.booleans(), max_size=5))
def test_a_table_comes_out_of_lua_as_it_went_in(named: dict[str, str | int | bool]) -> None:
    held = LUA.eval(written(Table((), dict(named.items()))).encode())
    for name, value in named.items():
        expected = value.encode() if isinstance(value, str) else value
        assert held[name.encode()] == expected


def test_a_file_of_data_gives_its_table() -> None:
    source = file_of(table("a", 1, sub=table(True)), "head")
    held = LUA.execute(source.encode())
    assert (held[1], held[2], held[b"sub"][1]) == (b"a", 1, True)


def test_a_number_that_lua_cannot_hold_is_refused() -> None:
    with pytest.raises(quote.QuoteError, match="too large"):
        written(2**53 + 1)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="$\u2028\u2029")))
def test_an_attribute_comes_out_of_xml_as_it_went_in(text: str) -> None:
    if "\\'" in text:
        return
    assert ET.fromstring(f"<a b={quote.attribute(text)}/>").get("b") == text


@pytest.mark.parametrize("text", ["${system(id)}", "$${x}", "a\nb", "a\0", "\\'", "a\u2028b"])
def test_what_the_server_would_expand_enters_no_attribute(text: str) -> None:
    with pytest.raises(quote.QuoteError):
        quote.attribute(text)


@pytest.mark.parametrize(
    "xml",
    [
        "<a b='X-Pre-Process'/>\n",
        "<!-- <X-PRE-PROCESS cmd='exec' data='id'/> -->\n",
        "<include><extension/></include>\n",
        "<?xml version='1.0'?>\n",
        "<a b='$${domain}'/>\n",
    ],
)
def test_a_file_with_an_order_to_the_preprocessor_does_not_leave(xml: str) -> None:
    with pytest.raises(quote.QuoteError):
        quote.document(xml)


@pytest.mark.parametrize(
    ("door", "word"),
    [
        (quote.digits, "100/x,loopback/premium99"),
        (quote.digits, "１２３"),
        (quote.digits, "123\n"),
        (quote.allowed, "1*2"),
        (quote.gateway, "{a=b}sofia/x"),
        (quote.gateway, "trunk,loopback"),
        (quote.contact, "user/1|user/2"),
        (quote.contact, "[leg_timeout=1]user/1"),
        (quote.path, "/a/../etc"),
        (quote.path, "shell_stream://sh"),
        (quote.sound, "http_cache://169.254.169.254/"),
        (quote.sound, "a!b"),
        (quote.sound, "../x"),
        (quote.segment, "a-b"),
        (quote.key, "1,2"),
        (quote.language, "zh;"),
        (quote.release8, "0000000g"),
        (quote.digit_pattern, "1.*"),
    ],
)
def test_a_word_of_another_form_is_refused(door: object, word: str) -> None:
    assert callable(door)
    with pytest.raises(quote.QuoteError):
        door(word)


@given(
    st.dictionaries(TEXTS.filter(bool), TEXTS | st.integers(-(10**15) + 1, 10**15 - 1), max_size=6)
)
def test_words_come_back_as_they_were_joined(held: dict[str, str | int]) -> None:
    assert split_words(join_words(held)) == held


@given(
    st.dictionaries(TEXTS.filter(bool), TEXTS | st.integers(-(10**15) + 1, 10**15 - 1), max_size=6)
)
def test_the_interpreter_joins_and_splits_words_alike(held: dict[str, str | int]) -> None:
    from importlib.resources import files

    words = LUA.execute((files("flowc_freeswitch") / "skeleton/words.lua").read_bytes())()
    line = join_words(held)
    found = words[b"split"](line.encode())
    assert {k: found[k] for k in found} == {
        name.encode(): value.encode() if isinstance(value, str) else value
        for name, value in held.items()
    }
    assert words[b"join"](found).decode() == line
