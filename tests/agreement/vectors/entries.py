"""Vectors of `collect`: whole entries, stars, zeros and letters."""

from __future__ import annotations

from .model import Vector
from .writing import (
    ASK,
    BAD_1,
    BAD_2,
    after,
    given,
    key,
    left,
    then,
    three_wrong,
    within,
    wrong_once,
)

EXACT = (
    given("eight keys", "eight", after("12345678"), value="12345678"),
    given("eight keys in the prompt", "eight", within("12345678", 150), value="12345678"),
    given("eight equal keys 40 ms apart", "eight", after("11111111", spacing=40), value="11111111"),
    given(
        "eight keys, hash at once", "eight", after("12345678#"), value="12345678", acts=key(0, 1)
    ),
    three_wrong("four keys and silence, three times", "1234", "too_short", key(3000)),
    three_wrong("four keys and hash, three times", "1234#", "too_short", key()),
    three_wrong("one key and hash, three times", "1#", "too_short", key()),
    three_wrong("a hash alone, three times", "#", "empty", key()),
    given(
        "keys 2.9 s apart are one entry",
        "eight",
        after("12345678", spacing=2900),
        value="12345678",
    ),
)

RANGED = (
    given("six keys and hash", "six_to_ten", after("123456#"), value="123456"),
    given(
        "seven keys and silence", "six_to_ten", after("1234567"), value="1234567", acts=key(3000)
    ),
    given("ten keys are full", "six_to_ten", after("1234567890"), value="1234567890"),
    given(
        "ten keys 60 ms apart in the prompt",
        "six_to_ten",
        within("1234567890", 90, spacing=60),
        value="1234567890",
    ),
    Vector(
        "five keys and hash are short",
        "six_to_ten",
        (after("12345#"), after("1234567890", offer=2)),
        ("ask: too_short", "ask: done"),
        "matched",
        key(),
        "1234567890",
        wrongs=1,
        cause="wrong(too_short)",
    ),
    given("a limit of 500 is allowed", "limit", after("500#"), value="500"),
    given("zeros in front count as keys", "limit", after("0500"), value="500"),
    Vector(
        "4 and 501 are out of range",
        "limit",
        (after("4#"), after("501#", offer=2), after("500#", offer=3)),
        ("ask: done", "ask: done", "ask: done"),
        "matched",
        key(),
        "500",
        wrongs=2,
        cause="wrong(range)",
        offered=(ASK, BAD_1, BAD_2),
    ),
    Vector(
        "a lone zero is an entry where one key is enough",
        "limit",
        (after("0#"), after("5#", offer=2)),
        ("ask: done", "ask: done"),
        "matched",
        key(),
        "5",
        wrongs=1,
        cause="wrong(range)",
    ),
)

STAR = (
    left("a star is back, after the pause", "eight", after("*"), way="back", acts=key(3000)),
    left("star and hash is back at once", "eight", after("*#"), way="back"),
    left(
        "a second star finds nothing to clear", "eight", after("12**"), way="back", acts=key(3000)
    ),
    left("a second star and hash", "eight", after("12**#"), way="back"),
    left("seven keys and two stars", "eight", after("1234567**"), way="back", acts=key(3000)),
    given("a star clears, hash ends", "six_to_ten", after("12*345678#"), value="345678"),
    given("a star clears what was typed", "eight", after("12*34567890"), value="34567890"),
    given(
        "cleared keys do not count against the most",
        "six_to_ten",
        after("12*3456789012"),
        value="3456789012",
    ),
    given(
        "cleared twice",
        "six_to_ten",
        after("123456789*12*1234567890"),
        value="1234567890",
    ),
    wrong_once("cleared, then too few and hash", "12*34#", "too_short"),
    wrong_once("cleared, then too few and silence", "12345*678", "too_short"),
    wrong_once("cleared and nothing more", "12*", "empty"),
    wrong_once("cleared and hash", "12*#", "empty"),
    wrong_once("seven keys cleared and hash", "1234567*#", "empty"),
    given(
        "a star before the digits counts as cleared", "eight", after("*12345678"), value="12345678"
    ),
    given("two stars, then digits", "eight", after("12**34567890"), value="34567890"),
    given(
        "a letter before the last star is cleared", "eight", after("A1*12345678"), value="12345678"
    ),
)

ZERO_AND_LETTERS = (
    left("a lone zero and silence", "eight", after("0"), way="person", acts=key(3000)),
    left("a lone zero and hash", "eight", after("0#"), way="person"),
    left("a lone zero after a star", "eight", after("12*0#"), way="person"),
    left(
        "seven keys, star, zero and silence",
        "eight",
        after("1234567*0"),
        way="person",
        acts=key(3000),
    ),
    wrong_once("two zeros are short", "00#", "too_short"),
    wrong_once("a lone zero where it is no key to a person", "0#", "too_short", where="no_person"),
    given("an entry may begin with a zero", "eight", after("01234567"), value="01234567"),
    wrong_once("a letter among the keys", "12A#", "key"),
    wrong_once("a letter in the last place", "1234567D", "key"),
    wrong_once("a letter alone", "A#", "key"),
    Vector(
        "a full entry with a letter opens no window for a hash",
        "eight",
        (after("1234567D"), then("#", 300), after("12345678", offer=3)),
        ("ask: key", "ask: empty", "ask: done"),
        "matched",
        key(),
        "12345678",
        wrongs=2,
        cause="wrong(empty)",
        offered=(ASK, BAD_1, BAD_2),
    ),
)
