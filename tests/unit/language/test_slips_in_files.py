"""Slips in the files around flows, and in the shapes of fields: each is one finding where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.compiler import compile_files, files_of

STATION = Path(__file__).parents[2] / "cases" / "station"
BILLING, CRM, PROMPTS = "services/billing.yaml", "services/crm.yaml", "prompts.csv"
HOTLINE, BALANCE, REPAIR = (f"flows/{name}.flow.yaml" for name in ("hotline", "balance", "repair"))

# The file, what stands there, what stands there instead, the code, and the word that is underlined.
SLIPS = {
    "a kind of service that there is not": (
        BILLING,
        "kind: sql",
        "kind: oracle",
        "F0207",
        "oracle",
    ),
    "a type that is no record": (
        BILLING,
        "{name: text, balance: money}",
        "text",
        "F0207",
        "text",
    ),
    "an optional parameter that there is not": (CRM, "[text]", "[texts]", "F0211", "texts"),
    "a result with a name that is taken": (
        BILLING,
        "or: [not_found]",
        "or: [done]",
        "F0246",
        "done",
    ),
    "a result called like the way over the bound of another": (
        BILLING,
        "or: [not_found]",
        "or: [error_else]",
        "F0246",
        "error_else",
    ),
    "a query left out": (
        BILLING,
        '    query: "update customer set suspended = 0 where account = :account"\n',
        "",
        "F0205",
        "unsuspend",
    ),
    "a field of another kind of service": (
        BILLING,
        "    empty: not_found\n",
        '    empty: not_found\n    post: "/x"\n',
        "F0204",
        "post",
    ),
    "a status that leads to no result": (CRM, "404: not_found", "404: nobody", "F0211", ""),
    "two prompts of one id": (PROMPTS, "sorry,", "greeting,", "F0227", ""),
    "a table without ids": (PROMPTS, "id,", "name,", "F0207", ""),
    "a number on a list that is none": ("lists/vip.csv", "13", "1x", "F0207", ""),
    "a text that is a list": (
        BALANCE,
        "{zh: 请选择。, en: Choose.}",
        "{zh: [a], en: Choose.}",
        "F0207",
        "[a]",
    ),
    "a language that is not the project's": (
        BALANCE,
        "{zh: 请选择。, en: Choose.}",
        "{zh: 请选择。, en: Choose., fr: Bonjour.}",
        "F0207",
        "fr",
    ),
    "a way that is a list": (BALANCE, "then: who", "then: [who]", "F0207", "[who]"),
    "conditions that are no list": (
        BALANCE,
        '    branch:\n      - {if: customer.vip and customer.suspended, to: hotline.to_agent}\n      - {if: customer.city == "江门", to: read_out}\n',
        "    branch: customer.vip\n",
        "F0207",
        "customer.vip",
    ),
    "a case without a way": (
        BALANCE,
        '{if: customer.city == "江门", to: read_out}',
        '{if: customer.city == "江门"}',
        "F0207",
        "{if",
    ),
    "a parameter that the flow called has not": (
        REPAIR,
        "with: {digits: 11}",
        "with: {digit: 11}",
        "F0211",
        "digit",
    ),
    "a parameter left out": (REPAIR, "    with: {digits: 11}\n", "", "F0225", ""),
    "a result that the flow called has not": (
        REPAIR,
        "    found: open_order\n",
        "    fnd: open_order\n",
        "F0221",
        "open_order",
    ),
    "a place whose setting is a mapping": (
        "flowc.yaml",
        "hosts: [pbx1, pbx2]",
        "hosts: {a: pbx1}",
        "F0207",
        "{a",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "code", "word"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_told_where_it_stands(
    file: str, old: str, new: str, code: str, word: str
) -> None:
    files = files_of(STATION)
    text = files[file].decode()
    assert old in text
    found = compile_files({**files, file: text.replace(old, new, 1).encode()}).found
    told = [each for each in found if each.code.number == code]
    assert told, [(each.code.number, str(each.span)) for each in found]
    assert word in told[0].span.text
    for language in ("en", "zh"):
        assert told[0].label(language)
