"""A newcomer's slips: each is told once, where it stands, with the very form that was meant.

What follows from a slip (the field that is missing since it was misspelt, the variable that a
look-up of a wrong name would have filled) is no second finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from flowc.compiler import compile_files, compile_project, files_of
from flowc.diagnostics.model import Diagnostic

STATION = Path(__file__).parents[2] / "cases" / "station"
HOTLINE, BALANCE, OFFICE, BILLING = (
    "flows/hotline.flow.yaml",
    "flows/balance.flow.yaml",
    "calendars/office.yaml",
    "services/billing.yaml",
)


def found_in(files: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    return compile_files({**files_of(STATION), **files}).found


def found_after(file: str, old: str, new: str) -> tuple[Diagnostic, ...]:
    text = files_of(STATION)[file].decode()
    assert old in text
    return found_in({file: text.replace(old, new, 1).encode()})


# The file, what stands there, what stands there instead, the word underlined, and the help's fix.
MEANT = {
    "a wait without a unit": (HOTLINE, "ring: 20s", "ring: 20", "20", "20s"),
    "a wait of no time": (HOTLINE, "ring: 20s", "ring: 0s", "0s", "90s"),
    "a wait in Chinese": (HOTLINE, "ring: 20s", "ring: 20秒", "20秒", "20s"),
    "minutes in Chinese": ("flowc.yaml", "length: 20m", "length: 20分钟", "20分钟", "20m"),
    "a length in Chinese": (BALANCE, "length: 8", "length: 8位", "8位", "例如：8"),
    "a date with slashes": (OFFICE, "[2026-10-01,", "[2026/10/1,", "2026/10/1", "2026-10-01"),
    "a date in Chinese": (OFFICE, "[2026-10-01,", "[2026年10月1日,", "2026年10月1日", "2026-10-01"),
    "a stretch with 至": (
        OFFICE,
        '"2026-10-02 - 2026-10-07"',
        "2026-10-2至2026-10-7",
        "2026-10-2至2026-10-7",
        "2026-10-02 - 2026-10-07",
    ),
    "a day that February has not": (OFFICE, "2026-10-01,", "2026-02-30,", "2026-02-30", "02-28"),
    "hours without a zero": (OFFICE, '"09:00-12:00", sun', "9:00-12:00, sun", "9:00-12:00", '"09:'),
    "hours in full width": (
        OFFICE,
        '"09:00-12:00", sun',
        "09：00－12：30, sun",
        "09：00－12：30",
        '"09:00-12:30"',
    ),
    "days of the week in Chinese": (OFFICE, "mon-fri:", "周一至周五:", "周一至周五", "mon-fri"),
    "a day of the week in Chinese": (OFFICE, "2026-10-10: fri", "2026-10-10: 周五", "周五", "fri"),
    "a misspelt field that can't be left out": (BALANCE, "length: 8", "lenght: 8", "lenght", "len"),
    "a misspelt outcome": (BALANCE, "not_found: {", "notfound: {", "notfound", "not_found"),
    "a misspelt list of choices": (HOTLINE, "    choices:", "    choice:", "choice", "choices"),
    "a misspelt list of nodes": (BALANCE, "nodes:", "node:", "node", "nodes"),
    "a field that an answer has not": (
        BALANCE,
        "余额为{service.balance}",
        "余额为{service.amount}",
        "amount",
        "name, balance",
    ),
    "a look-up that there is not": (
        BALANCE,
        "lookup: billing.customer",
        "lookup: billing.custmer",
        "billing.custmer",
        "billing.customer",
    ),
    "full-width braces round a value": (
        BALANCE,
        "您输入的是{account}",
        "您输入的是｛account｝",
        "｛account｝",
        "`{account}`",
    ),
    "full-width quotes round a number": (
        "flowc.yaml",
        '"3285029": repair',
        "“3285029”: repair",
        "“3285029”",
        '"3285029"',
    ),
    "a country for a language": ("flowc.yaml", "[zh, en]", "[cn, en]", "cn", "zh"),
    "a misspelt result of a call": (
        "flows/repair.flow.yaml",
        "found: open_order",
        "fnd: open_order",
        "fnd",
        "`found`",
    ),
    "a misspelt parameter of a flow": (
        "flows/repair.flow.yaml",
        "with: {digits: 11}",
        "with: {digts: 11}",
        "digts",
        "digits",
    ),
    "a parameter's value that is no expression": (
        "flows/repair.flow.yaml",
        "with: {digits: 11}",
        "with: {digits: 十一}",
        "十一",
        "引号",
    ),
    "a type that there is not, of a parameter": (
        "flows/ask_phone.flow.yaml",
        "{digits: int}",
        "{digits: 整数}",
        "整数",
        "int",
    ),
    "a list without brackets": (
        "flowc.yaml",
        "languages: [zh, en]",
        "languages: zh, en",
        "zh, en",
        "[zh, en]",
    ),
    "results without brackets": (
        "flows/ask_phone.flow.yaml",
        "results: [found, none]",
        "results: found, none",
        "found, none",
        "[found, none]",
    ),
    "a parameter's type in Chinese": (
        "flowc.yaml",
        "vars: {area: text,",
        "vars: {area: 文字,",
        "文字",
        "text",
    ),
    "seats with a full-width comma": (
        "queues.yaml",
        "[8001, 8002]",
        "8001，8002",
        "8001，8002",
        "[8001, 8002]",
    ),
    "flags with a full-width comma": (
        "flowc.yaml",
        "[emergency, outage]",
        "[emergency，outage]",
        "，",
        ", ",
    ),
    "a number with a hyphen": (
        "flowc.yaml",
        '"07503285028"',
        '"0750-3285028"',
        "0750-3285028",
        '"0750',
    ),
    "a node of a flow without the flow": (
        "flowc.yaml",
        "to: hotline.to_agent",
        "to: to_agent",
        "to_agent",
        "hotline.to_agent",
    ),
    "a type that there is not, of an answer": (
        BILLING,
        "gives: Customer",
        "gives: Custmer",
        "Custmer",
        "Customer",
    ),
    "a type that there is not, of a field": (
        BILLING,
        "balance: money",
        "balance: 金额",
        "金额",
        "money",
    ),
    "a misspelt argument": (
        BALANCE,
        "with: {account: account}",
        "with: {acount: account}",
        "acount",
        "account",
    ),
    "a parameter that a key has not": (BILLING, '"{account}-', '"{acount}-', "acount", "account"),
    "milliseconds without a unit": (BILLING, "deadline: 2s", "deadline: 2000", "2000", "：2s"),
    "milliseconds with theirs": (BILLING, "deadline: 2s", "deadline: 2000ms", "2000ms", "：2s"),
    "minutes without a unit": ("flowc.yaml", "length: 20m", "length: 15", "15", "：20m"),
    "a stretch of days backward": (
        OFFICE,
        '"2026-10-02 - 2026-10-07"',
        "2026-10-07 - 2026-10-02",
        "2026-10-07 - 2026-10-02",
        "2026-10-02 - 2026-10-07",
    ),
    "a title of a queue by language": (
        "queues.yaml",
        "title: 数字电视",
        "title: {zh: 数字电视, en: TV}",
        "{zh: 数字电视, en: TV}",
        "综合坐席",
    ),
    "a bound inside of `to:`": (
        BALANCE,
        "to: read_out}",
        "to: {to: read_out, at_most: 3, else: person}}",
        "{to: read_out, at_most: 3, else: person}",
        "{to: read_out, at_most: 3, else: person}",
    ),
    "an apostrophe in single quotes": (
        HOTLINE,
        "{zh: 现在是非办公时间。, en: We are closed.}",
        "{en: 'Don't call now.', zh: '现在是非办公时间。'}",
        "t call now.', zh: '现在是非办公时间。'}",
        '"Don\'t call now."',
    ),
    "an apostrophe and quotes in single quotes": (
        HOTLINE,
        "en: We are closed.",
        "en: 'Don't say \"no\".'",
        't say "no".\'}',
        "'Don''t say \"no\".'",
    ),
    "a seat written twice": (
        "queues.yaml",
        "[8001, 8002]",
        "[8001, 8001]",
        "[8001, 8001]",
        "[8001]",
    ),
    "no seats": ("queues.yaml", "[8001, 8002]", "[]", "[]", "[8001]"),
    "a stretch of seats": ("queues.yaml", "[8001, 8002]", "8001-8010", "8001-8010", "[8001, 8002,"),
}


@pytest.mark.parametrize(("file", "old", "new", "word", "fix"), MEANT.values(), ids=MEANT)
def test_a_slip_is_one_finding_that_names_what_was_meant(
    file: str, old: str, new: str, word: str, fix: str
) -> None:
    found = found_after(file, old, new)

    assert [(each.code.number, each.span.text) for each in found] == [(found[0].code.number, word)]
    assert fix in (found[0].help("zh") or "")


def test_a_line_that_stands_at_no_level_is_told_with_the_levels_above_it() -> None:
    (found,) = found_after(BALANCE, "    length: 8", "   length: 8")

    assert found.code.number == "F0151"
    assert "3 个空格" in found.label("zh")
    assert "0 个（第 3 行）、2 个（第 4 行）、4 个（第 6 行）" in found.label("zh")


BALANCE_TEXT = files_of(STATION)[BALANCE].decode()
NODES = re.findall(r"^  (\w+):\n((?:    .*\n)+)", BALANCE_TEXT, re.MULTILINE)[1:]


def shifted(text: str) -> str:
    return re.sub(r"^", "  ", text, flags=re.MULTILINE).removesuffix("  ")


@pytest.mark.parametrize(("name", "body"), NODES, ids=[name for name, _ in NODES])
def test_a_node_indented_too_far_is_one_finding(name: str, body: str) -> None:
    whole = f"  {name}:\n{body}"

    (found,) = found_after(BALANCE, whole, shifted(whole))

    assert (found.code.number, found.span.text) == ("F0253", name)


@pytest.mark.parametrize(("name", "body"), NODES, ids=[name for name, _ in NODES])
def test_a_name_indented_too_far_is_one_finding(name: str, body: str) -> None:
    (found,) = found_after(BALANCE, f"  {name}:\n{body}", f"    {name}:\n{body}")

    assert found.code.number in ("F0253", "F0160")
    assert found.span.text == name
    assert f"`{name}:`" in (found.help("zh") or "")


@pytest.mark.parametrize(("name", "body"), NODES, ids=[name for name, _ in NODES])
def test_a_node_indented_too_little_is_one_finding(name: str, body: str) -> None:
    """What follows it on the right level is no second finding."""
    whole = f"  {name}:\n{body}"

    (found,) = found_after(BALANCE, whole, re.sub(r"^  ", "", whole, flags=re.MULTILINE))

    assert (found.code.number, found.span.text) == ("F0253", name)
    assert "流程本身" in found.label("zh")


LINES = {
    "choices": (HOTLINE, r"(    choices:\n)((?:      .*\n)+)", "choices"),
    "texts of a prompt": (BALANCE, r"(    read_back:\n)((?:      .*\n)+)", "read_back"),
    "texts of a menu": (BALANCE, r"(    )menu: \{zh: (请选择。), en: (Choose.)\}\n", "menu"),
}


@pytest.mark.parametrize(("file", "pattern", "name"), LINES.values(), ids=LINES)
def test_lines_on_the_level_of_their_field_are_one_finding(
    file: str, pattern: str, name: str
) -> None:
    found_there = re.search(pattern, files_of(STATION)[file].decode())
    assert found_there is not None
    whole, groups = found_there[0], found_there.groups()
    flat = (
        f"    menu:\n    en: {groups[2]}\n    zh: {groups[1]}\n"
        if name == "menu"
        else groups[0] + re.sub(r"^  ", "", groups[1], flags=re.MULTILINE)
    )

    (found,) = found_after(file, whole, flat)

    assert (found.code.number, found.span.text) == ("F0256", name)


def test_a_misspelt_field_behind_an_empty_one_is_told_as_such() -> None:
    found = found_after(BALANCE, "    length: 8", "    read_back:\n    lenght: 8")

    assert ("F0204", "lenght") in [(each.code.number, each.span.text) for each in found]


def test_a_node_that_comes_to_stand_beside_its_namesake_is_told() -> None:
    text = "    then: bye\n    bye:\n      hangup: {zh: 再见。, en: Bye.}\n"

    found = found_after(BALANCE, "    then: bye\n", text)

    assert [(each.code.number, each.span.text) for each in found] == [
        ("F0253", "bye"),
        ("F0110", "bye"),
    ]


def test_nodes_indented_one_after_another_are_a_finding_each() -> None:
    tail = BALANCE_TEXT[BALANCE_TEXT.index("  mark_it:") :]

    found = found_after(BALANCE, tail, shifted(tail))

    assert [(each.code.number, each.span.text) for each in found] == [
        ("F0253", "mark_it"),
        ("F0253", "bye"),
    ]


def test_a_key_repeated_behind_an_empty_one_is_told_in_every_file() -> None:
    line = "languages: [zh, en]\n"
    found = found_after("flowc.yaml", line, f"{line}note:\n{line}")

    assert ("F0160", "note") in [(each.code.number, each.span.text) for each in found]


def test_a_level_that_a_list_made_is_told_with_its_dash() -> None:
    (found,) = found_after(HOTLINE, "      1: {name", "      - {name")

    assert "begins with `-`" in found.label("en")


def test_a_language_that_is_not_listed_is_told_once_for_all_texts() -> None:
    found = found_after(
        "flowc.yaml",
        "languages: [zh, en]\nvoices: {zh: espeak:cmn, en: espeak:en-us}",
        "languages: [zh]",
    )

    assert [each.code.number for each in found if each.code.number == "F0207"] == ["F0207"]
    assert "languages:" in found[0].notes[0].say("en")


# Tables as Excel saves them; the finding says how to save them right.
TABLES = {
    "prompts.csv in GBK": ("prompts.csv", "gbk", ",", "CSV UTF-8"),
    "prompts.csv as Unicode text": ("prompts.csv", "utf-16", "\t", "CSV UTF-8"),
    "prompts.csv with semicolons": ("prompts.csv", "utf-8", ";", "id,zh,en"),
    "a list in GBK": ("lists/duty.csv", "gbk", ",", "CSV UTF-8"),
    "a list with semicolons": ("lists/duty.csv", "utf-8", ";", "13800138000,"),
    "a list with full-width commas": ("lists/duty.csv", "utf-8", "，", "13800138000,"),
}


@pytest.mark.parametrize(("name", "encoding", "comma", "fix"), TABLES.values(), ids=TABLES)
def test_a_table_saved_otherwise_is_one_finding(
    name: str, encoding: str, comma: str, fix: str
) -> None:
    text = files_of(STATION)[name].decode().replace(",", comma)

    (found,) = found_in({name: text.encode(encoding)})

    assert found.span.source.name == name
    assert fix in (found.help("zh") or "")


@pytest.mark.parametrize("name", ["EN", "英文", "English"])
def test_a_column_that_is_no_code_is_told_once_and_read(name: str) -> None:
    text = files_of(STATION)["prompts.csv"].decode().replace("id,zh,en", f"id,zh,{name}")

    (found,) = found_in({"prompts.csv": text.encode()})

    assert found.span.text == name
    assert "`en`" in found.label("en")


def test_a_workbook_is_named_as_one_and_not_shown_as_noise() -> None:
    (found,) = found_in({"prompts.csv": b"PK\x03\x04\x14\x00" + bytes(range(256))})

    assert "Excel" in found.label("zh")
    assert found.span.source.text == ""


def test_what_excel_saves_as_csv_utf_8_is_right() -> None:
    """It begins with a byte order mark, and without one Excel takes the file for GBK."""
    files = {
        name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
        for name, data in files_of(STATION).items()
        if name.endswith(".csv")
    }

    assert found_in(files) == ()


@pytest.mark.parametrize(
    ("written", "fix"),
    [("1.38E+10", "文本"), ("138-0013-8000", "13800138000"), ("138 0013 8000", "13800138000")],
)
def test_a_number_that_excel_or_a_hand_has_dressed_up_is_told_with_the_digits(
    written: str, fix: str
) -> None:
    (found,) = found_in({"lists/vip.csv": f"号码\n{written}\n".encode()})

    assert fix in found.label("zh") + (found.help("zh") or "")


@pytest.mark.parametrize(
    "first",
    [
        "138-0260-0011,值班长",
        "1.38E+10,值班长",
        "138 0260 0011",
        "1380260001O",
        "13802600011；值班长",
    ],
)
def test_a_misspelt_number_in_the_first_line_is_no_heading(first: str) -> None:
    """Taken for one, the first person of the duty list would never be rung."""
    (found,) = found_in({"lists/vip.csv": f"{first}\n13800138000\n".encode()})

    assert (found.code.number, found.span.text) == ("F0207", first)


@pytest.mark.parametrize("heading", ["号码1", "No. 2", "id", ""])
def test_a_heading_is_none_of_the_numbers(heading: str) -> None:
    assert found_in({"lists/vip.csv": f"{heading}\n13800138000\n".encode()}) == ()


def test_a_quote_that_is_not_closed_in_a_table_is_told_at_its_row() -> None:
    """Read on, it would swallow the rows below, and each would be missing somewhere else."""
    text = files_of(STATION)["prompts.csv"].decode().replace('"We are busy', '"We" are "busy')

    (found,) = found_in({"prompts.csv": text.encode()})

    assert found.span.text.startswith("sorry,")
    assert "引号" in found.label("zh")


def test_a_word_of_flowcs_own_is_told_as_one() -> None:
    found = found_after(HOTLINE, "  bye:\n", "  back: {say: x, then: bye}\n  bye:\n")

    assert "F0246" in [each.code.number for each in found]


def test_a_key_that_is_spoken_in_one_language_alone_is_told_with_the_others() -> None:
    """A caller who hears Chinese is not helped by `press two` in the English text."""
    prompt = (
        "    prompt: {zh: 查余额按一，报修按二，值班经理按四。, "
        'en: "Balance, press 1. Repairs, press 2. English, press 3. The manager, press 4."}\n'
    )

    (found,) = found_after(HOTLINE, "    choices:\n", prompt + "    choices:\n")

    assert found.code.number == "F0218"
    assert "`3`" in found.label("en")
    assert "(zh)" in found.label("en")


def test_an_environment_without_a_target_lacks_a_field() -> None:
    (found,) = found_after("flowc.yaml", "{dev: {target: pbx}", "{dev: {root: /x}")

    assert found.code.number == "F0205"
    assert "`target:`" in found.label("en")


def test_hours_that_are_wrong_say_nothing_of_make_up_workdays() -> None:
    """The week is not known then, and so not what a day changes in it."""
    wrong = 'mon-thu: "09:00-17:30", fri: 全天, sat: "09:00-12:00"'
    text = files_of(STATION)[OFFICE].decode().replace("2026-10-10: fri", "2026-10-11: fri")
    (found,) = found_in({OFFICE: re.sub('mon-fri: .*sat: "09:00-12:00"', wrong, text).encode()})

    assert found.span.text == "全天"


def test_a_key_of_plain_words_is_no_key() -> None:
    (found,) = found_after(BILLING, '"{account}-{today()}"', "account-today")

    assert (found.code.number, found.span.text) == ("F0408", "account-today")
    assert "the same for every caller" in found.label("en")
    assert '"{account}-{today()}"' in (found.help("en") or "")


LABELS = {
    "a time that is too long": (HOTLINE, "max_wait: 90s", "max_wait: 99999h", "1s to 3660d"),
    "a stretch of days backward": (
        OFFICE,
        '"2026-10-02 - 2026-10-07"',
        "2026-10-07 - 2026-10-02",
        "end before they start",
    ),
    "a stretch of years": (
        OFFICE,
        '"2026-10-02 - 2026-10-07"',
        "2026-10-02 - 2029-10-07",
        "366 days at most",
    ),
    "a bound inside of `to:`": (
        BALANCE,
        "to: read_out}",
        "to: {to: read_out, at_most: 3, else: person}}",
        "write `at_most:` and `else:` beside `to:`",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "said"), LABELS.values(), ids=LABELS)
def test_what_is_wrong_is_said_and_not_only_what_would_be_right(
    file: str, old: str, new: str, said: str
) -> None:
    (found,) = found_after(file, old, new)
    assert said in found.label("en")


def test_a_file_that_a_service_lacks_is_told_with_a_name() -> None:
    (found,) = found_after(BILLING, "url:", "# url:")
    assert "sqlite:///billing.db" in found.label("en") + (found.help("en") or "")


def test_a_node_for_holidays_that_no_calendar_lists_is_told_with_the_calendar() -> None:
    """`nothing leads to it` alone would contradict the `holiday:` that does."""
    texts = {name: data.decode() for name, data in files_of(STATION).items()}
    flow = texts[HOTLINE].replace("holiday: after_hours", "holiday: feast")
    flow = flow.replace(
        "  top:\n", "  feast: {say: {zh: 放假。, en: Holiday.}, then: bye}\n  top:\n"
    )
    office = re.sub("holidays: .*\n", "", texts[OFFICE])
    assert found_in({HOTLINE: flow.encode()}) == ()

    (found,) = found_in({HOTLINE: flow.encode(), OFFICE: office.encode()})
    assert (found.code.number, found.span.text) == ("F0401", "feast")
    (why,) = found.notes
    assert "calendar `office` has no `holidays:`" in why.say("en")


def test_a_person_is_a_node_and_nothing_besides() -> None:
    way = "person: {to: to_agent, at_most: 1, else: english}\nnodes:\n"
    (found,) = found_after(HOTLINE, "nodes:\n", way)

    assert found.code.number == "F0207"
    assert "a node and nothing besides" in found.label("en")


def test_queues_that_cannot_be_read_are_one_finding() -> None:
    (found,) = found_in({"queues.yaml": b"digital_tv: {members: [8001]"})

    assert found.code.number == "F0153"


@pytest.mark.parametrize(
    ("name", "renamed"),
    [
        ("flows/bill.yaml", "bill.flow.yaml"),
        ("flows/bill.flow.yml", "bill.flow.yaml"),
        ("flows/bill.flow.yaml.txt", "bill.flow.yaml"),
        ("tests/bill.yaml", "bill.call.yaml"),
        ("calendars/water.yml", "water.yaml"),
        ("lists/gold.xlsx", "gold.csv"),
    ],
)
def test_a_file_whose_name_ends_otherwise_is_told(tmp_path: Path, name: str, renamed: str) -> None:
    _write(tmp_path, {**files_of(STATION), name: b"flow: bill\n"})

    (found,) = compile_project(tmp_path).found

    assert (found.code.number, found.span.source.name) == ("F0121", name)
    assert f"`{renamed}`" in (found.help("en") or "")


def test_a_flow_in_the_form_to_come_is_told_before_it_is_missed(tmp_path: Path) -> None:
    _write(tmp_path, {**files_of(STATION), "flows/bill.flow": b"flow bill\n"})

    (found,) = compile_project(tmp_path).found

    assert (found.code.number, found.is_error) == ("F0228", True)
    assert "`bill.flow.yaml`" in (found.help("en") or "")


def test_a_name_of_a_sort_that_has_none_yet_is_told_so() -> None:
    files = {**files_of(STATION), "prompts.csv": b"id,zh,en\n"}
    found = compile_files({name: files[name] for name in files if name != "queues.yaml"}).found
    helps = {each.code.number: each.help("en") for each in found}

    assert set(helps) == {"F0211", "F0213"}
    assert all("none yet" in (help_ or "") for help_ in helps.values())


@pytest.mark.parametrize(
    "name",
    ["lists/~$vip.csv", "lists/.vip.csv", "lists/vip.xlsx", "flows/README.md", "tests/test_it.py"],
)
def test_what_excel_and_others_leave_beside_is_no_finding(tmp_path: Path, name: str) -> None:
    _write(tmp_path, {**files_of(STATION), name: b"\x05user\x00"})

    assert compile_project(tmp_path).found == ()


@pytest.mark.parametrize("name", ["prompts.csv", "lists/gold.csv", "flows/bill.flow.yaml"])
def test_a_folder_where_a_file_is_expected_is_told(tmp_path: Path, name: str) -> None:
    files = {**files_of(STATION), f"{name}/within": b""}
    _write(tmp_path, {each: data for each, data in files.items() if each != name})

    told = [
        (each.code.number, each.is_error)
        for each in compile_project(tmp_path).found
        if each.span.source.name == name
    ]

    assert told == [("F0122", True)]


def test_a_folder_in_capitals_is_told(tmp_path: Path) -> None:
    _write(tmp_path, {**files_of(STATION), "Lists/gold.csv": b"number\n"})
    (found,) = compile_project(tmp_path).found
    assert (found.code.number, found.span.source.name) == ("F0123", "Lists")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    table = "fixtures/trial.yaml"
    for name, data in {table: (STATION / table).read_bytes(), **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
