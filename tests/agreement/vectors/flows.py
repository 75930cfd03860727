"""The flows that the vectors are played on, by name."""

from __future__ import annotations

from flowc.graph.model import FlowGraph

from .graphs import Ask, Choose, Note, Say, flow

_MENU = (("1", "one"), ("2", "two"), ("0", "to_person"), ("*", "went_back"))
_TREE = (("1", "one"), ("12", "twelve"), ("0", "to_person"))
_EIGHT = Ask("ask", 8, 8)
_SIX_TO_TEN = Ask("ask", 6, 10)
_LIMIT = Ask("ask", 1, 4, within=(5, 500))
_NEXT = Ask("next", 6, 6, prompt=("next_a",))

FLOWS: dict[str, FlowGraph] = {
    "eight": flow(_EIGHT),
    "six_to_ten": flow(_SIX_TO_TEN),
    "limit": flow(_LIMIT),
    "plain": flow(Ask("ask", 8, 8, silent=(), wrong=())),
    "no_person": flow(Ask("ask", 8, 8, person=False)),
    "deaf": flow(Ask("ask", 8, 8, deaf=("listen",))),
    "deaf_menu": flow(Choose("menu", _MENU, deaf=("listen",))),
    "longest": flow(Ask("ask", 1, 64)),
    "seventy": flow(Ask("ask", 10, 64)),
    "joined": flow(Say("intro", joined=True), Note("noted"), Choose("menu", _MENU, again="9")),
    "said": flow(Say("intro"), _EIGHT),
    "menu": flow(Choose("menu", _MENU, again="9")),
    "menu_no_skip": flow(Choose("menu", _MENU, skip=False)),
    "tree": flow(Choose("menu", _TREE)),
    "two": flow(_EIGHT, _NEXT),
    "ten_two": flow(_SIX_TO_TEN, _NEXT),
    "then_menu": flow(_EIGHT, Choose("menu", _MENU, again="9")),
    "then_tree": flow(_EIGHT, Choose("menu", _TREE)),
    "menu_menu": flow(
        Choose("first", (("1", "second"), ("2", "two"))),
        Choose("second", (("1", "one"), ("*", "went_back"))),
    ),
    "limit_next": flow(_LIMIT, _NEXT),
    "say_between": flow(_EIGHT, Say("between"), _NEXT),
    "flushed": flow(_EIGHT, Choose("menu", _MENU, flush=True)),
    "flushed_deaf": flow(_EIGHT, Choose("menu", _MENU, flush=True, deaf=("listen",))),
}
