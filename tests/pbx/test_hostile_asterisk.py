"""What callers control meets a real server: nothing of it is ever run, split or believed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from native_graphs import at, block, digits, graph
from support import bench

from flowc.expression.tree import Binary, Call, Literal, Read
from flowc.expression.types import Scalar
from flowc.graph.exits import Branch, Jump, Switch
from flowc.graph.model import FlowGraph
from flowc.graph.operations import Assign, Mark, Play
from flowc.graph.prompts import Phrase, ReadAs, Sound, Spoken
from flowc.machine.trace import Assigned, HungUp, Marked, Step

pytestmark = pytest.mark.pbx

FROM = Read("call.from", Scalar.DIGITS)
ATTACKS = (
    '" = "" | "1"="1',
    'x" | "1',
    "${SHELL(touch {folder}/run)}",
    "%24%7BSHELL(touch {folder}/run)%7D",
    "1,ADMIN=yes",
    "fl-00000001.f.vip,start,1",
    "13800000000,1",
    "$[1+1]",
    "0&x",
    "1 = 1",
    "'; touch {folder}/run; '",
    "*",
    "0" * 300,
    "中文",
    "",
)


def _flow() -> FlowGraph:
    """The caller's number in every place where a value may stand."""
    told = Phrase(
        "told",
        tuple((one, (Sound("you"), Spoken("call.from", ReadAs.DIGITS))) for one in ("zh", "en")),
    )
    vip = Call("listed", (FROM, Literal("vip", Scalar.TEXT)))
    return graph(
        block("ask", Assign("f.copy", FROM), to=Branch(vip, at("vip"), at("same"))),
        block("same", to=Branch(_is("1"), at("vip"), at("other"))),
        block("other", to=Branch(_is("13800000001"), at("vip"), at("switch"))),
        block("switch", to=Switch("call.from", (("1", at("vip")),), at("long"))),
        block("long", Assign("f.size", Call("len", (FROM,))), Play((told,)), to=Jump(at("good"))),
        block("vip", Mark("fooled"), to=Jump(at("end"))),
        block("good", Mark("good"), to=Jump(at("end"))),
        variables={"f.copy": Scalar.DIGITS, "f.size": Scalar.INT},
    )


def _is(value: str) -> Binary:
    return Binary("==", FROM, digits(value))


async def _play_all(folder: Path) -> list[tuple[Step, ...]]:
    fragments = {one: {str(d): f"{one}/_/d{d}" for d in range(10)} for one in ("zh", "en")}
    found = []
    async with bench({"hostile": _flow()}, {"zh/you": 100}, folder, digit_fragments=fragments) as b:
        for index, attack in enumerate(ATTACKS):
            caller = attack.replace("{folder}", str(folder))
            placed = await b.call("hostile", f"h{index}", caller=caller)
            found.append((await placed.finished(30)).steps)
        log = b.server.log.read_text(encoding="utf-8", errors="replace")
    assert "ast_expr2" not in log
    return found


def test_a_hostile_caller_s_number_is_never_run_nor_believed(tmp_path: Path) -> None:
    for attack, steps in zip(ATTACKS, asyncio.run(_play_all(tmp_path)), strict=True):
        assert Marked("fooled") not in steps, attack
        assert Marked("good") in steps, attack
        assert steps[-1] == HungUp("flow"), attack
        copies = [step.value for step in steps if isinstance(step, Assigned)]
        assert all(set(str(copy)) <= set("0123456789+") for copy in copies), attack
    assert not (tmp_path / "run").exists()
