"""Mistakes that analysts make, planted in a sound project: the finding, its line, and the help that names the fix."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from flowc.compiler import compile_files, files_of
from flowc.diagnostics.model import Diagnostic

STATION = Path(__file__).parents[2] / "cases" / "station"
HOTLINE, BALANCE, REPAIR, PROJECT = (
    "flows/hotline.flow.yaml",
    "flows/balance.flow.yaml",
    "flows/repair.flow.yaml",
    "flowc.yaml",
)


@dataclass(frozen=True)
class Mistake:
    """`old` in a file becomes `new`; the finding `code` stands where `at` begins, and the help says `fix`."""

    file: str
    old: str
    new: str
    code: str
    at: str
    fix: str


MISTAKES = {
    "a misspelt node": Mistake(
        HOTLINE, "then: open_now", "then: opn_now", "F0201", "opn_now", "open_now"
    ),
    "a misspelt flow": Mistake(
        HOTLINE, "to: balance}", "to: balanc}", "F0201", "balanc}", "balance"
    ),
    "a misspelt flow to call": Mistake(
        REPAIR, "call: ask_phone", "call: ask_fone", "F0209", "ask_fone", "ask_phone"
    ),
    "recording of calls, which nothing does yet": Mistake(
        PROJECT,
        "languages:",
        "recording: {calls: agents}\nlanguages:",
        "F0228",
        "recording",
        "MixMonitor",
    ),
    "a misspelt kind": Mistake(
        HOTLINE, "    hours: office", "    ours: office", "F0202", "ours: office", "hours"
    ),
    "a misspelt field": Mistake(
        HOTLINE, "    max_wait:", "    maxwait:", "F0204", "maxwait", "max_wait"
    ),
    "no way out for a full queue": Mistake(
        HOTLINE, "    full: leave_message\n", "", "F0206", "to_agent:\n    title", "full:"
    ),
    "no exit for a lost reply": Mistake(
        PROJECT, ", unknown: hotline.sorry", "", "F0206", "unsuspend:\n    request", "unknown"
    ),
    "a tab": Mistake(BALANCE, "    then: who", "\tthen: who", "F0139", "\tthen", ""),
    "a full-width colon": Mistake(
        HOTLINE, "then: open_now", "then：open_now", "F0141", "then：", ":"
    ),
    "a remark that cuts a prompt short": Mistake(
        HOTLINE,
        "{zh: 现在是非办公时间。, en: We are closed.}",
        "请按 #键 结束。",
        "F0130",
        "请按 #键",
        "",
    ),
    "a reference without quotes": Mistake(
        HOTLINE, 'say: "@greeting"', "say: @greeting", "F0133", "@greeting", '"@greeting"'
    ),
    "a text in one language only": Mistake(
        BALANCE, "{zh: 请选择。, en: Choose.}", "请选择。", "F0212", "请选择。", "prompts.csv"
    ),
    "a prompt that nobody wrote": Mistake(
        HOTLINE, '"@greeting"', '"@greetings"', "F0213", '"@greetings"', "greeting"
    ),
    "a wrong destination": Mistake(
        HOTLINE, '"07503285000"', '"0085212345678"', "F0219", '"0085212345678"', "destinations"
    ),
    "a misspelt variable": Mistake(
        BALANCE, "if: customer.vip", "if: custmer.vip", "F0330", "custmer", "customer"
    ),
    "a misspelt field of an answer": Mistake(
        BALANCE, "switch: customer.level", "switch: customer.levle", "F0331", "levle", "level"
    ),
    "digits taken for a number": Mistake(
        "flows/ask_phone.flow.yaml",
        "number(phone) > digits",
        "phone > digits",
        "F0336",
        "phone > digits",
        "",
    ),
    "an argument left out": Mistake(
        BALANCE,
        "    with: {account: account}\n    as: customer",
        "    as: customer",
        "F0225",
        "billing.customer\n",
        "account",
    ),
    "a misspelt queue": Mistake(
        HOTLINE, "queue: digital_tv", "queue: digitaltv", "F0211", "digitaltv", "digital_tv"
    ),
    "a misspelt calendar": Mistake(
        HOTLINE, "hours: office", "hours: offise", "F0211", "offise", "office"
    ),
    "a way back without an end": Mistake(
        BALANCE,
        "to: ask_account, at_most: 2, else: person}",
        "to: ask_account}",
        "F0403",
        "find:\n    lookup",
        "at_most",
    ),
    "a bound without an else": Mistake(
        BALANCE, "at_most: 2, else: person}", "at_most: 2}", "F0205", "at_most", "else"
    ),
    "a variable that a failed look-up leaves unset": Mistake(
        BALANCE,
        "to: ask_account, at_most: 2, else: person}",
        "to: read_out}",
        "F0402",
        "read_out:\n",
        "is set",
    ),
    "a node that nothing leads to": Mistake(
        HOTLINE,
        "    closed: after_hours\n    holiday: after_hours",
        "    closed: top",
        "F0401",
        "after_hours:",
        "delete",
    ),
    "a node that is no entry": Mistake(
        HOTLINE,
        "entries: [to_agent, leave_message]",
        "entries: [leave_message]",
        "F0210",
        "",
        "entries",
    ),
    "a calendar's flag that is not declared": Mistake(
        PROJECT, "[emergency, outage]", "[outage]", "F0211", "emergency: emergency", "outage"
    ),
    "a day of the week twice": Mistake(
        "calendars/office.yaml", "sun: closed", "fri: closed", "F0233", "fri: closed", "once"
    ),
    "a brace that is not closed": Mistake(
        BALANCE,
        "已为您开通到{until}。",
        "已为您开通到{until。",
        "F0229",
        '{zh: "已为您开通到',
        "{customer.balance}",
    ),
    "a key said that does nothing": Mistake(
        HOTLINE,
        "{zh: 请选择。, en: Please choose.}",
        "{zh: 投诉请按七。, en: Please choose.}",
        "F0217",
        "{zh: 投诉",
        "choices",
    ),
    "an argument of the wrong type": Mistake(
        BALANCE,
        "request: billing.unsuspend\n    with: {account: account}",
        "request: billing.unsuspend\n    with: {account: customer.level}",
        "F0340",
        "customer.level}",
        "",
    ),
    "a number compared with a text": Mistake(
        BALANCE, 'customer.city == "江门"', "customer.city == 3", "F0335", "customer.city == 3", ""
    ),
    "no way out of a dialled number that is busy": Mistake(
        HOTLINE, "    busy: on_duty\n", "", "F0206", "manager:\n", "busy:"
    ),
    "a node without a way on": Mistake(
        BALANCE,
        "    then: bye\n  bye:",
        "  bye:",
        "F0206",
        "mark_it:\n",
        "then:",
    ),
    "a person too long away": Mistake(
        HOTLINE,
        "{zh: 请选择。, en: Please choose.}",
        f"{{zh: {'感谢您的来电。' * 50}, en: Please choose.}}",
        "F0409",
        "top:\n    menu",
        "within:",
    ),
    "silence that ends in a hang-up": Mistake(
        HOTLINE,
        "    if_wrong: {zh: 没有这个选项。, en: There is no such choice.}",
        "    if_wrong: {zh: 没有这个选项。, en: There is no such choice.}\n    gave_up: bye",
        "F0407",
        "top:\n    menu",
        "message box",
    ),
    "silence while services are asked": Mistake(
        PROJECT,
        "limits: {length: 20m,",
        "limits: {silence: 2s, length: 20m,",
        "F0410",
        "",
        "while_waiting",
    ),
    "a request without a key": Mistake(
        "services/billing.yaml",
        '    key: "{account}-{today()}"\n',
        "",
        "F0408",
        "unsuspend:\n    with",
        "key:",
    ),
    "a request that is tried again": Mistake(
        "services/billing.yaml",
        "    deadline: 3s\n",
        "    deadline: 3s\n    retries: 1\n",
        "F0411",
        "retries: 1",
        "unknown",
    ),
    "a secret": Mistake(
        BALANCE,
        "    length: 8\n",
        "    length: 8\n    secret: true\n",
        "F0228",
        "secret: true",
        "person",
    ),
    "a field to come": Mistake(
        "flows/hotline.flow.yaml",
        "    max_wait: 90s\n",
        "    max_wait: 90s\n    position: true\n",
        "F0228",
        "position: true",
        "before the queue",
    ),
    "a queue's field to come": Mistake(
        "queues.yaml", "music: default", "skills: [tv]", "F0228", "skills: [tv]", "each skill"
    ),
    "a kind to come, after the call": Mistake(
        "flowc.yaml",
        "  - mark: call_over\n",
        "  - mark: call_over\n  - notify: sms.send\n",
        "F0228",
        "notify: sms.send",
        "request:",
    ),
    "hours that overlap": Mistake(
        "calendars/office.yaml",
        '["09:00-12:00", "13:30-17:30"]',
        '["09:00-14:00", "13:30-17:30"]',
        "F0236",
        '["09:00-14:00"',
        "begins",
    ),
    "hours past midnight": Mistake(
        "calendars/office.yaml",
        'sat: "09:00-12:00"',
        'sat: "21:00-02:00"',
        "F0237",
        '"21:00-02:00"',
        "00:00-02:00",
    ),
    "a make-up workday on a workday": Mistake(
        "calendars/office.yaml",
        "workdays: {2026-10-10: fri}",
        "workdays: {2026-10-09: fri}",
        "F0238",
        "2026-10-09: fri",
        "notice of holidays",
    ),
    "too many choices": Mistake(
        BALANCE,
        "      8: {name:",
        "      3: {name: {zh: 甲, en: a}, to: sure}\n      4: {name: {zh: 乙, en: b}, to: sure}\n"
        "      6: {name: {zh: 丙, en: c}, to: sure}\n      8: {name:",
        "F0224",
        "again:\n    menu",
        "",
    ),
    "choices out of order": Mistake(
        BALANCE,
        "    choices:\n      1: {name: {zh: 再听一遍, en: hear it again}, to: read_out}\n      2: {name: {zh: 开通服务, en: switch on}, to: sure}\n",
        "    choices:\n      2: {name: {zh: 开通服务, en: switch on}, to: sure}\n      1: {name: {zh: 再听一遍, en: hear it again}, to: read_out}\n",
        "F0240",
        "1: {name: {zh: 再听",
        "order of their keys",
    ),
    "a menu that takes long to say": Mistake(
        BALANCE,
        "{zh: 请选择。, en: Choose.}",
        f"{{zh: {'感谢您的来电。' * 20}, en: Choose.}}",
        "F0241",
        "again:\n    menu",
        "first choice",
    ),
    "a zone that is none": Mistake(
        PROJECT, "Asia/Shanghai", "Asia/Jiangmen", "F0207", "Asia/Jiangmen", "Asia/Shanghai"
    ),
}


def planted(mistake: Mistake) -> tuple[str, tuple[Diagnostic, ...]]:
    files = files_of(STATION)
    text = files[mistake.file].decode()
    assert text.count(mistake.old) >= 1
    broken = text.replace(mistake.old, mistake.new, 1)
    return broken, compile_files({**files, mistake.file: broken.encode()}).found


def test_the_project_is_sound_before() -> None:
    assert compile_files(files_of(STATION)).found == ()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_where_it_stands_and_the_help_names_the_fix(name: str) -> None:
    mistake = MISTAKES[name]
    text, found = planted(mistake)
    first = next((each for each in found if each.code.number == mistake.code), None)
    assert first is not None, [(each.code.number, str(each.span)) for each in found]
    if mistake.at:
        # What one file lacks may show in another.
        shown = first.span.source.text
        assert first.span.source.name == mistake.file or mistake.at not in text
        assert first.span.position.line == shown.count("\n", 0, shown.index(mistake.at)) + 1
    assert mistake.fix in (first.help("en") or "")
    assert first.help("zh") is None or first.help("zh") != first.help("en")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_brings_no_train_of_others(name: str) -> None:
    _, found = planted(MISTAKES[name])
    assert len([each for each in found if each.is_error]) <= 4, [
        (each.code.number, str(each.span)) for each in found
    ]
