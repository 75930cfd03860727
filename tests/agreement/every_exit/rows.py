"""Every kind, every exit and every cause: a row each, with the call that takes it.

A call dials a flow of `project/` that has one node of the kind, `it`. `exit` is the outcome by its word in
a flow file (or the global key's meaning); `cause` is what the register of inputs holds; `how` tells rows of
one exit apart. Knows no executor.
"""

from __future__ import annotations

from dataclasses import dataclass

NUMBER_OF_FIRST = 100
CALLER = "13800000000"
OPEN = "2026-11-24T10:00+08:00"
ORDER = "{number: '202611240001', class: fault, state: opened, card: none, urged: 0}"
WITHHELD = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One way out of a kind of node. `at`: the node where the call then ends."""

    kind: str
    exit: str
    cause: str
    how: str
    flow: str
    at: str
    steps: tuple[str, ...]
    fields: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The row in a few words."""
        words = (f"{self.kind}: {self.exit}", self.cause, self.how)
        return ", ".join(word for word in words if word)

    def script(self, number: str) -> str:
        """The call as an author would write it."""
        given = {field.partition(":")[0] for field in self.fields}
        usual = {"from": f'"{CALLER}"', "at": OPEN}
        lines = [f"call: '{self.name}'", f'to: "{number}"']
        lines += [f"{name}: {value}" for name, value in usual.items() if name not in given]
        lines += [field for field in self.fields if field != "from:"]
        steps = "".join(f"\n  - {step}" for step in self.steps) or " []"
        return "\n".join((*lines, f"steps:{steps}", f"expect: {{at: {self.at}}}")) + "\n"


def row(
    kind: str,
    exit_: str,
    *steps: str,
    cause: str = "",
    how: str = "",
    on: str = "",
    at: str = "",
    fields: tuple[str, ...] = (),
) -> Row:
    flow = f"try_{on or kind}"
    return Row(kind, exit_, cause, how, flow, at or f"{flow}.at_{exit_}", steps, fields)


def _inputs() -> list[Row]:
    thrice, missing = 3, ("sounds: missing",)
    one, short = 'press: "1"', 'press: "12#"'
    found = [
        row("menu", "choice", one, how="a key"),
        row("menu", "choice", "press: {keys: '1', during: 请选择}", how="a key that barges in"),
        row("menu", "choice", "press: '21'", how="a key typed ahead"),
        row("menu", "choice", "press: '#'", one, how="after `#`, which skips"),
        row("menu", "choice", "press: 9", one, how="after 9, which repeats"),
        row("menu", "back", "press: 2", "press: '*'", one, at="try_menu.at_choice"),
        row("menu", "back", "press: '*'", one, how="with no menu left", at="try_menu.at_choice"),
        row("menu", "main_menu", "press: 2", "press: 8", one, at="try_menu.at_choice"),
        row("collect", "then", "press: '1234#'", how="ended by `#`"),
        row("collect", "then", "press: '123456'", how="full"),
        row("collect", "then", "press: '1234'", "silence", how="ended by silence"),
        row("collect", "then", "press: '12*1234#'", how="cleared by `*`"),
        row("collect", "then", "press: '1234'", one, how="read back", on="collect_read_back"),
        row("collect", "back", "press: '*'", "press: '1234#'", at="try_collect.at_then"),
        row("confirm", "yes", one),
        row("confirm", "no", "press: 2"),
        row("confirm", "back", "press: '*'", one, at="try_confirm.at_yes"),
    ]
    for kind in ("menu", "collect", "confirm"):
        zero = "press: '0#'" if kind == "collect" else "press: 0"
        found.append(row(kind, "person", zero, at="ways.at_person"))
        found.append(row(kind, "gave_up", *["silence"] * thrice, cause="silence"))
        found.append(row(kind, "gave_up", cause="error", fields=missing))
    sevens = ["press: 7"] * thrice
    found += [row(kind, "gave_up", *sevens, cause="wrong(key)") for kind in ("menu", "confirm")]
    mixed = ("silence", "press: 7", "silence", "press: 7")
    found.append(row("menu", "gave_up", *mixed, cause="wrong(key)", how="four tries in all"))
    wrong = {
        "wrong(key)": ("collect", "press: '12A#'"),
        "wrong(empty)": ("collect", "press: '#'"),
        "wrong(too_short)": ("collect", short),
        "wrong(range)": ("collect_range", "press: '600'"),
        "wrong(luhn)": ("collect_luhn", "press: '1234'"),
        "wrong(pattern)": ("collect_pattern", "press: '1000'"),
    }
    for cause, (flow, step) in wrong.items():
        found.append(row("collect", "gave_up", *[step] * thrice, cause=cause, on=flow))
    refused = ["press: '1234'", "press: 2"] * thrice
    found.append(
        row("collect", "gave_up", *refused, cause="wrong(refused)", on="collect_read_back")
    )
    return found


def _deciding() -> list[Row]:
    other, withheld = ('from: "13900000000"',), ("from:",)
    evening, holiday = (f"at: {OPEN.replace('T10', 'T20')}",), ("at: 2026-10-01T10:00+08:00",)
    return [
        row("say", "then", "hears: 您好"),
        row("set", "then"),
        row("branch", "case", how="the first"),
        row("branch", "case", how="the second", at="try_branch.at_second", fields=other),
        row("branch", "else", fields=withheld),
        row("switch", "case"),
        row("switch", "else", how="another value", fields=other),
        row("switch", "else", how="no value", fields=withheld),
        row("hours", "open"),
        row("hours", "closed", how="out of hours", fields=evening),
        row("hours", "closed", how="emergency flag", fields=("flags: [emergency]",)),
        row("hours", "closed", how="a holiday without a way", on="hours_two", fields=holiday),
        row("hours", "holiday", fields=holiday),
        row("call", "result", how="one", at="try_call.at_ok"),
        row("call", "result", how="another", at="try_call.at_other", fields=other),
        row("call", "then", how="none declared", fields=withheld),
        row("return", "result", on="call", at="try_call.at_ok"),
        row(
            "return", "then", how="none declared", on="call", at="try_call.at_then", fields=withheld
        ),
        row("return", "main_menu", "press: 1", "hears: 请选择", "hang up", at="try_return.it"),
        row("mark", "then"),
        row("language", "then", "hears: Hello."),
        row("hangup", "end", "hears: 再见", at="try_hangup.it"),
        row("hangup", "end", how="another cause", on="hangup_busy", at="try_hangup_busy.it"),
    ]


def _services() -> list[Row]:
    found = []
    for kind, name, answer in (("lookup", "far.name", "张三"), ("request", "far.order", "'7'")):
        lost = "error" if kind == "lookup" else "unknown"
        result = "not_found" if kind == "lookup" else "refused"
        slow, late = (f"{{after: {after}, answer: {answer}}}" for after in ("1.5s", "9s"))
        found += [
            row(kind, "then", fields=(f"services: {{{name}: {answer}}}",)),
            row(kind, "then", how="after 1.5 s", fields=(f"services: {{{name}: {slow}}}",)),
            row(kind, result, fields=(f"services: {{{name}: {result}}}",)),
            row(kind, "error", how="it fails", fields=(f"services: {{{name}: error}}",)),
            row(kind, "error", "service down: far", how="it is down"),
            row(kind, lost, how="too late", fields=(f"services: {{{name}: {late}}}",)),
            row(
                kind,
                lost,
                "reply lost",
                how="reply lost",
                fields=(f"services: {{{name}: {answer}}}",),
            ),
        ]
    for action, on in (("open", "ticket"), ("status", "ticket_status"), ("urge", "ticket_urge")):
        given = (f"services: {{tickets.{action}: {ORDER}}}",)
        results = {"open": (), "status": ("not_found",), "urge": ("not_found", "closed")}[action]
        found += [
            row("ticket", "then", how=action, on=on, fields=given),
            row("ticket", "error", "service down: tickets", how=f"{action}, down", on=on),
            row(
                "ticket", "unknown", "reply lost", how=f"{action}, reply lost", on=on, fields=given
            ),
        ]
        found += [
            row(
                "ticket",
                each,
                how=action,
                on=on,
                fields=(f"services: {{tickets.{action}: {each}}}",),
            )
            for each in results
        ]
    return found


def _people() -> list[Row]:
    found = [
        row("queue", "after_agent", "agent answers after 1s", "wait 3s"),
        row("queue", "waited_too_long", "caller waits"),
        row("queue", "full", "queue full", "wait 3s"),
        row("queue", "no_agents", "no agents", "wait 3s"),
        row("queue", "error", "queue fails", "wait 3s"),
        row("queue", "exit_key", "press: 1"),
        row("transfer", "after_agent"),
        row("transfer", "failed", how="a number off the list", on="transfer_home"),
        row("dial", "after_agent", how="the first number, with the key that accepts"),
        row("dial", "after_agent", "line busy", how="the second number"),
        row("voicemail", "then", "recording ends by key", "silence", how="ended by key"),
        row("voicemail", "then", "silence", how="ended by silence"),
        row("voicemail", "then", "silence", how="as long as it may be", on="voicemail_short"),
        row("voicemail", "empty", "recording empty", "silence", how="silence"),
        row("voicemail", "empty", "press: '#'", how="a key at once"),
        row("voicemail", "error", "recording fails", "silence"),
    ]
    for outcome, step in (
        ("busy", "line busy"),
        ("no_answer", "no answer"),
        ("failed", "dial fails"),
    ):
        found.append(row("transfer", outcome, step))
        found.append(row("dial", outcome, step, step, how="all numbers"))
    return found


ROWS: tuple[Row, ...] = (
    *_inputs(),
    *_deciding(),
    *_services(),
    *_people(),
    row(
        "any",
        "limit",
        "silence",
        how="in an input",
        on="confirm",
        at="ways.at_limit",
        fields=("limit: 6s",),
    ),
)
