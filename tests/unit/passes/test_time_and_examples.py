"""Proofs about time, and the calls that findings show: each on a flow of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

import pytest

from flowc.compiler import Compiled, compile_files
from flowc.diagnostics.model import Diagnostic
from flowc.graph.ids import BlockId
from flowc.passes.components import leads_nowhere_twice
from flowc.passes.example_call import way_to

Compile = Callable[..., Compiled]
ASK = "lookup: billing.customer, with: {account: call.from}, as: customer"
BYE = "bye: {hangup: 再见。}"
FILLED = "while_waiting: 正在查询，请稍候。, "


def codes(compiled: Compiled) -> list[str]:
    return [each.code.number for each in compiled.found]


def shown(found: Diagnostic, language: str = "en") -> str:
    """The call that a finding shows."""
    (call,) = [each.say(language) for each in found.notes]
    return call.partition("：" if language == "zh" else ": ")[2]


# --- silence; a look-up has three seconds where it says nothing else


def _asked(count: int, filled: str = "", between: str = "") -> str:
    """So many look-ups, one after another."""
    nodes = []
    for at in range(count):
        to = f"a{at + 1}" if at + 1 < count else "bye"
        onward = f"s{at}" if between else to
        nodes.append(
            f"a{at}: {{{ASK}, {filled}then: {onward}, not_found: {onward}, error: {onward}}}"
        )
        if between:
            nodes.append(f"s{at}: {{say: {between}, then: {to}}}")
    return "\n".join([*nodes, BYE])


QUIET = {
    "as long as is allowed": ([], _asked(2)),
    "longer": (["F0410"], _asked(3)),
    "filled at each question": ([], _asked(3, FILLED)),
    # Each may be answered within its first second, before anything is said.
    "filled at eight questions": ([], _asked(8, FILLED)),
    "filled at nine": (["F0410"], _asked(9, FILLED)),
    "with a filled one among them that is answered at once": (
        ["F0410"],
        (
            f"a: {{{ASK}, then: b, not_found: b, error: b}}\n"
            f"b: {{{ASK}, then: c, not_found: c, error: c}}\n"
            f"c: {{{ASK}, {FILLED}then: d, not_found: d, error: d}}\n"
            f"d: {{{ASK}, then: bye, not_found: bye, error: bye}}\n{BYE}"
        ),
    ),
    "with a word between": ([], _asked(3, between="请稍候。")),
    "with words between that may not be said": (
        ["F0410"],
        _asked(3, between="[{when: flags.outage, text: 请稍候。}]"),
    ),
    "in a way back that is taken as often as it may be": (
        ["F0410"],
        f"a: {{{ASK}, then: bye, error: bye, not_found: {{to: a, at_most: 2, else: bye}}}}\n{BYE}",
    ),
    "broken by an input": (
        [],
        (
            f"a: {{{ASK}, then: b, not_found: b, error: b}}\nb: {{{ASK}, then: c, not_found: c, error: c}}\n"
            "c: {menu: 请选择。, choices: {1: {name: 继续, to: d}}}\n"
            f"d: {{{ASK}, then: bye, not_found: bye, error: bye}}\n{BYE}"
        ),
    ),
}


@pytest.mark.parametrize(("found", "nodes"), QUIET.values(), ids=QUIET)
def test_a_silence_is_measured_from_sound_to_sound(
    small: Compile, found: list[str], nodes: str
) -> None:
    assert codes(small(nodes)) == found


def test_a_silence_is_told_at_the_question_that_begins_it_with_its_length(small: Compile) -> None:
    (found,) = small(_asked(3)).found
    assert found.span.text.startswith("a0") or found.span.position.line == 4
    assert "about 9 s; 8 s are allowed" in found.label("en")


def _calling_twice(levels: int, last: str) -> dict[str, str]:
    """Flows that each call the next one twice, by file; `last` is the innermost one's nodes."""
    files = {
        f"flow_f{at}": f"flow: f{at}\nnodes:\n  a: {{call: f{at + 1}, then: b}}\n"
        f"  b: {{call: f{at + 1}, then: c}}\n  c: {{return: }}\n"
        for at in range(levels)
    }
    return files | {f"flow_f{levels}": f"flow: f{levels}\nnodes:\n{last}"}


LOOKS = f"  f: {{{ASK}, then: r, not_found: r, error: r}}\n  r: {{return: }}\n"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("levels", "seconds"), [(1, 6), (2, 12), (12, 12288)])
def test_a_silence_goes_on_through_calls_within_calls(
    small: Compile, levels: int, seconds: int
) -> None:
    """A look-up of 3 s at the bottom of flows that call the next one twice: 2 to the power of levels."""
    found = small("a: {call: f0, then: bye}\n" + BYE, **_calling_twice(levels, LOOKS)).found
    told = [each.label("en") for each in found]
    assert len(told) == (1 if seconds > 8 else 0)
    assert all(f"about {seconds} s" in each for each in told)


CALLED = {
    "into a called flow and out of it": (
        ["F0410"],
        (
            f"a: {{{ASK}, then: b, not_found: b, error: b}}\nb: {{call: f0, then: c}}\n"
            f"c: {{{ASK}, then: bye, not_found: bye, error: bye}}\n{BYE}"
        ),
        LOOKS,
    ),
    "into a called flow that says something first": (
        [],
        (
            f"a: {{{ASK}, then: b, not_found: b, error: b}}\nb: {{call: f0, then: c}}\n"
            f"c: {{{ASK}, then: bye, not_found: bye, error: bye}}\n{BYE}"
        ),
        LOOKS.replace("  f:", "  h: {say: 您好。, then: f}\n  f:"),
    ),
    "where one result is quiet and the other is not": (
        [],
        (
            f"a: {{{ASK}, then: b, not_found: b, error: b}}\nb: {{call: f0, good: c, bad: d}}\n"
            f"c: {{{ASK}, then: d, not_found: d, error: d}}\n"
            f"d: {{say: 好。, then: bye}}\n{BYE}"
        ),
        (
            f"  f: {{{ASK}, then: h, not_found: x, error: x}}\n  h: {{say: 好。, then: r}}\n"
            "  r: {return: good}\n  x: {return: bad}\n"
        ),
    ),
    "from behind the last word of a called flow": (
        ["F0410"],
        (
            f"a: {{call: f0, then: b}}\nb: {{{ASK}, then: c, not_found: c, error: c}}\n"
            f"c: {{{ASK}, then: bye, not_found: bye, error: bye}}\n{BYE}"
        ),
        LOOKS.replace("  f:", "  h: {say: 您好。, then: f}\n  f:"),
    ),
    "not behind a call that never comes back so": (
        [],
        (
            "m: {menu: 请选择。, choices: {1: {name: 甲, to: a}, 2: {name: 乙, to: f0.g}}}\n"
            f"a: {{call: f0, good: b, bad: bye}}\nb: {{{ASK}, then: c, not_found: c, error: c}}\n"
            f"c: {{{ASK}, then: d, not_found: d, error: d}}\n"
            f"d: {{{ASK}, then: bye, not_found: bye, error: bye}}\n{BYE}"
        ),
        "  f: {say: 您好。, then: x}\n  x: {return: bad}\n  g: {say: 您好。, then: r}\n  r: {return: good}\n",
    ),
    "behind another call of the flow than the one that was made": (
        [],
        (
            f"a: {{{ASK}, then: b, not_found: b, error: b}}\nb: {{call: f0, then: s}}\n"
            f"s: {{say: 好。, then: c}}\nc: {{call: f0, then: d}}\n"
            f"d: {{{ASK}, then: bye, not_found: bye, error: bye}}\n{BYE}"
        ),
        LOOKS,
    ),
}


@pytest.mark.parametrize(("found", "nodes", "inner"), CALLED.values(), ids=CALLED)
def test_a_silence_goes_on(small: Compile, found: list[str], nodes: str, inner: str) -> None:
    head = "results: [good, bad]\n" if "good" in inner else ""
    head += "entries: [g]\n" if "  g:" in inner else ""
    flow = f"flow: f0\n{head}nodes:\n{inner}"
    assert codes(small(nodes, flow_f0=flow)) == found


def test_a_project_may_allow_another_silence(small: Compile) -> None:
    project = (
        "project: small\nlanguages: [zh]\nnumbers: {'3285028': hotline}\nlimits: {silence: 9s}\n"
    )
    desk = "flow: desk\nnodes:\n  bye: {hangup: 再见。}\n"
    assert "F0410" not in codes(small(_asked(3), project=project, flow_desk=desk))


# --- the longest call


def test_the_longest_call_counts_every_attempt_and_every_word(small: Compile) -> None:
    made = small("a: {menu: 一二三四五六七八九十。, choices: {1: {name: 再见, to: bye}}}\n" + BYE)
    assert made.longest is not None
    # Four attempts with the prompt of 4.7 s; five seconds of silence after each, and three more for
    # the slowest wrong keys; then the desk, whose queue does not count, and its goodbye of 0.8 s.
    assert made.longest.speech_s == 19
    assert made.longest.silence_s == 4 * (5 + 3)


def test_going_round_by_choice_is_not_followed_round(small: Compile) -> None:
    once = small("a: {menu: 请选择。, choices: {1: {name: 再见, to: bye}}}\n" + BYE)
    round_ = small(
        "a: {menu: 请选择。, choices: {1: {name: 再见, to: bye}, 2: {name: 重来, to: b}}}\n"
        f"b: {{say: 好。, then: a}}\n{BYE}"
    )
    assert once.longest is not None
    assert round_.longest is not None
    assert once.longest.nodes <= round_.longest.nodes <= once.longest.nodes + 1


def test_a_bounded_way_back_counts_as_often_as_it_may_be_taken(small: Compile) -> None:
    def nodes(most: int) -> str:
        way = f"{{say: 没有。, to: a, at_most: {most}, else: bye}}"
        return f"a: {{{ASK}, then: bye, error: bye, not_found: {way}}}\n{BYE}"

    one, three = (small(nodes(most)).longest for most in (1, 3))
    assert one is not None
    assert three is not None
    assert three.silence_s == 2 * one.silence_s


LONG = "一二三四五六七八九十" * 10


def _mutual(first: str, second: str) -> str:
    """Two places that a menu leads to and that lead to each other, the second with long words."""
    return (
        f"m: {{menu: 请选择。, choices: {{1: {{name: 甲, to: {first}}}, 2: {{name: 乙, to: {second}}}}}}}\n"
        "a: {say: 甲。, then: am}\n"
        "am: {menu: 请选择。, choices: {1: {name: 乙, to: b}, 2: {name: 完, to: leaf}}}\n"
        f"b: {{say: {LONG}, then: bm}}\n"
        "bm: {menu: 请选择。, choices: {1: {name: 甲, to: a}, 2: {name: 再见, to: bye}}}\n"
        f"leaf: {{say: {LONG}, then: bye}}\n{BYE}"
    )


def test_the_longest_call_does_not_depend_on_the_order_of_choices(small: Compile) -> None:
    one, other = (small(_mutual(*order)).longest for order in ("ab", "ba"))
    assert one == other
    assert one is not None
    # Both long texts, 28 seconds each: to b, from there to a, and by its second choice to the leaf.
    assert one.speech_s >= 56
    # The call, m, a, am, b, bm, leaf and bye, or the desk and its goodbye.
    assert one.nodes == 8


def test_a_way_back_to_where_every_call_has_been_is_not_followed(small: Compile) -> None:
    """Each of two long branches leads back to the menu, and a call takes one of them."""

    def nodes(back: str) -> str:
        choices = f"choices: {{1: {{name: 返回, to: {back}}}, 2: {{name: 再见, to: bye}}}}"
        return (
            "m: {menu: 请选择。, choices: {1: {name: 甲, to: a}, 2: {name: 乙, to: b}}}\n"
            f"a: {{say: {LONG}, then: am}}\nam: {{menu: 请选择。, {choices}}}\n"
            f"b: {{say: {LONG}, then: bm}}\nbm: {{menu: 请选择。, {choices}}}\n{BYE}"
        )

    round_, onward = (small(nodes(back)).longest for back in ("m", "bye"))
    assert round_ == onward


@pytest.mark.parametrize("seed", range(40))
def test_no_way_is_left_out_that_a_call_can_take_which_comes_nowhere_twice(seed: int) -> None:
    chance = Random(seed)
    onward = {one: chance.sample(range(7), chance.randint(0, 3)) for one in range(7)}
    starts = chance.sample(range(7), 2)
    left = leads_nowhere_twice(onward, starts)
    ways = [[start] for start in starts]
    for way in ways:
        for to in onward[way[-1]]:
            if to not in way:
                assert to in left[way[-1]]
                ways.append([*way, to])


# --- calls that findings show


def test_silence_that_never_ends_at_a_person_shows_the_call(small: Compile) -> None:
    nodes = f"a: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: bye}}\n{BYE}"
    (found,) = small(nodes).found
    assert shown(found) == "dial 3285028 -> silence x3 -> hang up"
    assert shown(found, "zh") == "拨打 3285028 -> 不按键 x3 -> 挂断"


def test_a_variable_without_a_value_shows_the_call_that_lacks_it(small: Compile) -> None:
    nodes = (
        f"a: {{{ASK}, then: b, not_found: c, error: bye}}\nb: {{mark: found, then: tell}}\n"
        f"c: {{mark: none, then: tell}}\ntell: {{say: '{{customer.name}}', then: bye}}\n{BYE}"
    )
    (found,) = small(nodes).found
    assert shown(found) == "dial 3285028 -> billing.customer: not_found"


def test_a_way_round_shows_the_call_that_never_ends(small: Compile) -> None:
    nodes = (
        "m: {menu: 请。, choices: {1: {name: 查询, to: a}, 2: {name: 再见, to: bye}}}\n"
        f"a: {{{ASK}, then: bye, error: bye, not_found: a}}\n{BYE}"
    )
    (found,) = small(nodes).found
    assert shown(found) == "dial 3285028 -> 1 -> billing.customer: not_found -> and so on for ever"


def test_what_was_decided_on_the_way_is_told_in_the_authors_words(small: Compile) -> None:
    nodes = (
        f"a: {{{ASK}, then: b, not_found: bye, error: bye}}\n"
        'b: {branch: [{if: customer.city == "江门", to: c}], else: bye}\n'
        f"c: {{hours: office, open: d, closed: bye}}\n"
        f"d: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: bye}}\n{BYE}"
    )
    office = 'calendar: office\nweek: {mon-fri: "09:00-17:30"}'
    found = next(each for each in small(nodes, calendar_office=office).found)
    told = 'billing.customer: done -> (customer.city == "江门") -> (open)'
    assert shown(found) == f"dial 3285028 -> {told} -> silence x3 -> hang up"


def test_a_bounded_way_tells_how_often_it_was_taken(small: Compile) -> None:
    nodes = (
        f"a: {{{ASK}, then: bye, error: bye, not_found: {{say: 没有。, to: a, at_most: 2, else: m}}}}\n"
        f"m: {{menu: 请。, choices: {{1: {{name: 再见, to: bye}}}}, gave_up: bye}}\n{BYE}"
    )
    (found,) = small(nodes).found
    assert "billing.customer: not_found x3 -> silence x3" in shown(found)


# --- calendars, on a day


def _holidays(today: date, days: str) -> list[str]:
    files = {
        "flowc.yaml": b"project: x\nlanguages: [zh]\nnumbers: {'100': line}\n",
        "flows/line.flow.yaml": "flow: line\nnodes: {bye: {hangup: 再见。}}\n".encode(),
        "calendars/office.yaml": f"calendar: office\nweek: {{mon-fri: '09:00-17:30'}}\n{days}".encode(),
    }
    return codes(compile_files(files, today=today))


def test_single_days_must_reach_sixty_days_ahead() -> None:
    listed = "holidays: [2026-10-01 - 2026-10-07]\nworkdays: {2027-02-06: fri}\n"
    assert _holidays(date(2026, 12, 8), listed) == []
    assert _holidays(date(2026, 12, 9), listed) == ["F0239"]


def test_a_calendar_without_single_days_needs_none() -> None:
    assert _holidays(date(2026, 12, 9), "") == []


# --- what can't be said


def test_a_value_in_a_language_that_nobody_reads_is_refused(small: Compile) -> None:
    project = (
        "project: small\nlanguages: [zh, ja]\nnumbers: {'3285028': hotline}\n"
        "defaults: {error: desk.bye}\n"
    )
    desk = "flow: desk\nentries: [bye]\nnodes:\n  bye: {hangup: {zh: 再见。, ja: さようなら。}}\n"
    nodes = (
        f"a: {{{ASK}, then: tell, not_found: desk.bye}}\n"
        "tell: {say: {zh: '{customer.name}余额{customer.balance}。', ja: '{customer.name}{customer.balance}'}, then: desk.bye}"
    )
    found = small(nodes, project=project, flow_desk=desk).found
    assert [(each.code.number, dict(each.particulars)["name"]) for each in found] == [
        ("F0226", "customer.balance")
    ]


@pytest.mark.timeout(20)
def test_a_way_through_a_flow_that_leaves_to_its_own_caller_is_looked_for_in_vain_in_time(
    small: Compile,
) -> None:
    """Each round is a call within a call, and there would be no end of them."""
    other = "flow: other\nnodes:\n  a: {call: third, fine: bye}\n  bye: {hangup: 再见。}\n"
    third = "flow: third\nresults: [fine]\nnodes:\n  a: {collect: x, prompt: 请输入。, length: 4, then: {to: other, at_most: 2, else: f}, gave_up: person}\n  f: {return: fine}\n"
    compiled = small(f"a: {{call: third, fine: bye}}\n{BYE}", flow_other=other, flow_third=third)
    assert codes(compiled) == []
    assert compiled.graph is not None
    assert way_to(compiled.graph, BlockId("hotline", "nowhere", "start")) is None
    assert way_to(compiled.graph, BlockId("other", "bye", "start"))


ROUND = "a: {call: f0, then: b}\nb: {say: 一, then: c}\nc: {say: 二, then: b}"


@pytest.mark.timeout(20)
def test_a_call_behind_calls_within_calls_is_found_in_time(small: Compile) -> None:
    nothing = "  r: {return: }\n"
    (found,) = small(ROUND, **_calling_twice(4, nothing)).found
    assert shown(found) == "dial 3285028 -> and so on for ever"
    # The shortest call has 2 to the power of 40 steps, which nobody is shown.
    (found,) = small(ROUND, **_calling_twice(40, nothing)).found
    assert found.code.number == "F0403"
    assert found.notes == ()


def test_each_call_of_a_flow_is_told_where_it_is_passed(small: Compile) -> None:
    asks = (
        "  m: {menu: 请。, choices: {1: {name: 好, to: r}, 2: {name: 再见, to: desk}}}\n"
        "  r: {return: }\n"
    )
    (found,) = small(ROUND, **_calling_twice(1, asks)).found
    assert shown(found) == "dial 3285028 -> 1 -> 1 -> and so on for ever"
    (found,) = small(ROUND, **_calling_twice(7, asks)).found
    assert found.notes == ()  # a hundred and twenty-eight times 1
