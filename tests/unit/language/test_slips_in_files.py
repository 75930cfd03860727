"""Slips in the files around flows, and in the shapes of fields: each is one finding where it stands."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from flowc.compiler import compile_files, compile_project, files_of

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
    "a parameter of a query that there is not": (
        BILLING,
        "account = :account",
        "account = :acount",
        "F0248",
        ":acount",
    ),
    "a parameter of a list's query that there is not": (
        BILLING,
        "service where account = :account",
        "service where account = :acount",
        "F0248",
        ":acount",
    ),
    "a parameter in braces": (BILLING, "= :account", "= {account}", "F0249", "{account}"),
    "a parameter in braces and quotes": (BILLING, "= :account", "= '{account}'", "F0249", "{acc"),
    "a look-up that deletes": (BILLING, '"select ', '"DELETE ', "F0250", "DELETE"),
    "a data base that there is no driver for": (
        BILLING,
        "sqlite:///billing.db",
        "mysql://root@db/billing",
        "F0207",
        "mysql://",
    ),
    "a SQLite file behind two slashes": (
        BILLING,
        "sqlite:///billing.db",
        "sqlite://billing.db",
        "F0207",
        "sqlite://billing.db",
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
        "fnd",
    ),
    "a place whose setting is a mapping": (
        "flowc.yaml",
        "hosts: [pbx1, pbx2]",
        "hosts: {a: pbx1}",
        "F0207",
        "{a",
    ),
}


QUERIES = {
    "colons in a text": "select '08:30', ' :acount' as city where :account <> ''",
    "a type of PostgreSQL": "select :account::text, x::date, part[lo:hi] from customer",
    "names in quotes": 'select ":acount" from customer where account = :account',
    "comments": "-- of :acount\\n/* {account} */ (select 1 where account = :account)",
    "an array": "select '{acount}'::text[] where account = :account",
    "a table that is made on the way": "WITH c AS (select 1) select * from c where :account = 1",
    "capitals": "Values (:account)",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_query_without_a_slip_passes(query: str) -> None:
    files = files_of(STATION)
    text = files[BILLING].decode()
    old = "select suspended, vip, city, level from customer where account = :account"
    assert old in text
    new = query.replace('"', '\\"')
    found = compile_files({**files, BILLING: text.replace(old, new, 1).encode()}).found
    assert [each.code.number for each in found] == []


def test_an_address_that_the_environment_says_is_not_judged() -> None:
    files = files_of(STATION)
    text = files[BILLING].decode()
    for url in ("${env:BASE}", "${env:BASE}/billing", "postgresql+psycopg://${env:WHO}@db/billing"):
        new = text.replace("${env:BILLING_URL:sqlite:///billing.db}", url)
        assert not compile_files({**files, BILLING: new.encode()}).found


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


# What stands in the file that `file:` of a fixture names (None: a folder), the code, and what is told.
TABLES = {
    "a folder": (None, "F0101", ""),
    "nothing": ("", "F0207", "YAML"),
    "a word": ("abc", "F0207", "YAML"),
    "a table of Excel": ("account,name\n80012345,张三\n", "F0207", "YAML"),
    "no text": ("\0\0", "F0207", "YAML"),
    "another operation": ("wether: [{gives: 21}]", "F0207", "`wether`"),
    "one row that is no list": ("weather: {gives: 21}", "F0207", "`weather`"),
    "a misspelt word": ("weather: [{give: 21}]", "F0207", "`weather`"),
    "a result that there is not": ("weather: [{result: rain}]", "F0207", "`weather`"),
    "a parameter that there is not": ("weather: [{with: {city: x}, gives: 1}]", "F0207", "`with`"),
    "two answers in a row": ("weather: [{gives: 21, fails: error}]", "F0207", "one of `gives`"),
}


@pytest.mark.parametrize(("content", "code", "told"), TABLES.values(), ids=TABLES)
def test_a_table_that_can_answer_nobody_is_told(
    content: str | None, code: str, told: str, tmp_path: Path
) -> None:
    project = tmp_path / "station"
    copytree(STATION, project)
    table = project / "fixtures" / "trial.yaml"
    table.unlink()
    if content is None:
        table.mkdir()
    else:
        table.write_text(content, encoding="utf-8")

    (found,) = compile_project(project).found

    assert (found.code.number, found.span.text) == (code, "fixtures/trial.yaml")
    assert told in found.label("en")


def test_a_table_that_is_not_there_is_told_and_one_that_answers_is_not(tmp_path: Path) -> None:
    project = tmp_path / "station"
    copytree(STATION, project)
    table = project / "fixtures" / "trial.yaml"
    table.write_text("weather: [{with: {}, fails: unknown}, {gives: 21}, {}]", encoding="utf-8")
    assert compile_project(project).found == ()

    table.unlink()
    (found,) = compile_project(project).found
    assert (found.code.number, found.span.text) == ("F0101", "fixtures/trial.yaml")
