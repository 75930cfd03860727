"""What an expression means: names, types, constants, and what a telephone system decides itself."""

from __future__ import annotations

import pytest

from flowc.diagnostics.model import Diagnostic, Reporter
from flowc.expression.check import Binding, Scope, check, is_native, reads, resolve, type_of
from flowc.expression.parse import parse_expression
from flowc.expression.render import expression_text
from flowc.expression.tree import Binary, Call, Expression, Literal, Name, Read
from flowc.expression.types import ListOf, Record, Scalar, Secret
from flowc.source import Source

SERVICE = Record(
    "Service", (("name", Scalar.TEXT), ("balance", Scalar.MONEY), ("due", Scalar.DATE))
)
CUSTOMER = Record(
    "Customer",
    (
        ("services", ListOf(SERVICE, 8)),
        ("suspended", Scalar.BOOL),
        ("balance", Scalar.MONEY),
        ("pin", Secret(Scalar.DIGITS)),
        ("rate", Scalar.DECIMAL),
    ),
)
CALL = Record(
    "call",
    (("from", Scalar.DIGITS), ("started", Scalar.DATETIME), ("waited", Scalar.DURATION)),
)
SCOPE = Scope(
    {
        "account": Binding("f.account", Scalar.DIGITS),
        "customer": Binding("f.customer", CUSTOMER),
        "months": Binding("f.months", Scalar.INT),
        "city": Binding("f.city", Scalar.TEXT),
        "call": Binding("call", CALL),
    },
    frozenset({"vip"}),
    frozenset({"outage"}),
)


def checked(
    text: str, expected: Scalar | None = None
) -> tuple[Expression | None, list[Diagnostic]]:
    report = Reporter()
    tree = parse_expression(text, Source("a", text).span(0, len(text)), report)
    assert tree is not None, list(report)
    return check(tree, SCOPE, report, expected), list(report)


def good(text: str, expected: Scalar | None = None) -> Expression:
    tree, findings = checked(text, expected)
    assert tree is not None, findings
    assert not findings
    return tree


def test_a_field_chain_is_one_flat_variable() -> None:
    tree = good("customer.services.0.balance")
    assert tree == Read("f.customer.services.0.balance", Scalar.MONEY, tree.span)


def test_the_length_of_a_list_is_a_variable_of_its_own() -> None:
    tree = good("len(customer.services)")
    assert tree == Read("f.customer.services.len", Scalar.INT, tree.span)
    assert tree.span.text == "len(customer.services)"
    assert reads(good("customer.services is set")) == {"f.customer.services.len"}


def test_lists_and_flags_become_questions_to_the_world() -> None:
    match good("call.from in lists.vip and flags.outage"):
        case Binary(
            "and",
            Call("listed", (Read("call.from"), Literal("vip"))),
            Call("flag", (Literal("outage"),)),
        ):
            pass
        case other:
            pytest.fail(repr(other))


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("customer.balance < 0", "f.customer.balance < 0.00"),
        ("12.5 > customer.balance", "12.50 > f.customer.balance"),
        ("customer.balance < 10 + 5", "f.customer.balance < 10.00 + 5.00"),
        ("customer.balance < 10 * months", "f.customer.balance < 10.00 * f.months"),
        ("-customer.balance > 1", "0.00 - f.customer.balance > 1.00"),
        ("customer.balance in (1, 2.5)", "f.customer.balance in (1.00, 2.50)"),
        ("1 in (months, 2)", "1 in (f.months, 2)"),
        (
            "customer.balance > (1 if months > 2 else 2.5)",
            "f.customer.balance > (1.00 if f.months > 2 else 2.50)",
        ),
        ("customer.rate > 1", "f.customer.rate > 1"),
        ("call.waited > 0", "call.waited > 0s"),
    ],
)
def test_constants_become_what_the_other_side_needs(text: str, rendered: str) -> None:
    assert expression_text(good(text)) == rendered


def test_quoted_digits_become_digits() -> None:
    match good('account == "0571"'):
        case Binary("==", Read(type=Scalar.DIGITS), Literal("0571", Scalar.DIGITS)):
            pass
        case other:
            pytest.fail(repr(other))


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("months + 1", Scalar.INT),
        ("months * months", Scalar.INT),
        ("customer.balance + 1", Scalar.MONEY),
        ("customer.balance * months", Scalar.MONEY),
        ("today() + 3", Scalar.DATE),
        ("3 + today()", Scalar.DATE),
        ("today() - customer.services.0.due", Scalar.INT),
        ("now() - call.started", Scalar.DURATION),
        ("call.started + 5m", Scalar.DATETIME),
        ("2 * 30s", Scalar.DURATION),
        ("len(city)", Scalar.INT),
        ("luhn(account)", Scalar.BOOL),
        ("months is set", Scalar.BOOL),
        ("1 if months > 1 else 2", Scalar.INT),
    ],
)
def test_every_operator_has_its_type(text: str, type_: Scalar) -> None:
    assert type_of(good(text)) is type_


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("acount == '1'", "F0330"),
        ("True", "F0330"),
        ("customer.balanse < 0", "F0331"),
        ("customer.services.8.balance < 0", "F0331"),
        ("account.x == 1", "F0331"),
        ("length(city) > 1", "F0332"),
        ("listed(call.from, 'vip')", "F0332"),
        ("len() > 1", "F0333"),
        ("luhn(months)", "F0334"),
        ("starts_with(account, 13)", "F0334"),
        ("call.waited > 90", "F0335"),
        ("city == account", "F0335"),
        ("months == customer.balance", "F0335"),
        ("today() == '2026-11-24'", "F0335"),
        ("months in lists.vip", "F0335"),
        ("account == 571", "F0336"),
        ("account == months", "F0336"),
        ("account + 1 > 2", "F0336"),
        ("city < 'b'", "F0337"),
        ("account < '2'", "F0337"),
        ("customer.suspended > false", "F0337"),
        ("city + 'a' == 'b'", "F0338"),
        ("today() + 5m > today()", "F0338"),
        ("customer.balance * customer.balance > 1", "F0338"),
        ("customer.rate + 1.5 > 2", "F0338"),
        ("months and customer.suspended", "F0339"),
        ("not city", "F0339"),
        ("account == 'abc'", "F0341"),
        ("customer.balance < 0.125", "F0341"),
        ("customer.balance < 999999999999999", "F0341"),
        ("customer.pin == '1'", "F0342"),
        ("customer.pin is set", "F0342"),
        ("len(customer.pin) > 1", "F0342"),
        ("customer is set", "F0343"),
        ("customer.services == 1", "F0343"),
        ("call.from in lists.vop", "F0344"),
        ("flags.outige", "F0345"),
        ("lists.vip == '1'", "F0346"),
        ("months in city", "F0347"),
        ("city == ''", "F0348"),
        ("today() is set", "F0349"),
        ("flags.outage is set", "F0349"),
        ("(1 if flags.outage else 'a') == 1", "F0350"),
    ],
)
def test_what_has_no_meaning_is_one_finding(text: str, number: str) -> None:
    tree, findings = checked(text)
    assert tree is None
    assert [finding.code.number for finding in findings] == [number]
    for finding in findings:
        for language in ("en", "zh"):
            assert "{" not in finding.label(language) + (finding.help(language) or "")


def test_both_sides_of_an_operator_are_told() -> None:
    _, findings = checked("acount == '1' and citi == 'a'")
    assert [finding.help("en") for finding in findings] == [
        "a variable named `account` exists",
        "a variable named `city` exists",
    ]


@pytest.mark.parametrize(
    ("text", "expected", "fix"),
    [
        ("90", Scalar.DURATION, "write `90s`"),
        ("1", Scalar.BOOL, "write `true`"),
        ('"12"', Scalar.INT, "write `12`"),
        ("571", Scalar.DIGITS, 'write `"571"`'),
    ],
)
def test_a_constant_of_the_wrong_type_is_answered_with_the_right_one(
    text: str, expected: Scalar, fix: str
) -> None:
    _, (finding,) = checked(text, expected)
    assert (finding.code.number, finding.help("en")) == ("F0340", fix)


def test_an_expected_type_makes_constants_of_that_type() -> None:
    tree = good("12.5", Scalar.MONEY)
    assert isinstance(tree, Literal)
    assert (tree.value, tree.type) == (1250, Scalar.MONEY)


def test_digits_may_stand_where_text_is_expected() -> None:
    assert type_of(good("account", Scalar.TEXT)) is Scalar.DIGITS


@pytest.mark.parametrize(
    ("text", "native"),
    [
        ("customer.balance + 1 < 0 and months in (1, 2)", True),
        ("starts_with(account, '13') and len(account) == 8 and luhn(account)", True),
        ("call.from in lists.vip or flags.outage", True),
        ("customer.services.0.due < today() + 3", True),
        ("city is set", True),
        ("city == 'a'", False),
        ("len(city) > 2", False),
        ("city in lists.vip", False),
        ("customer.rate > 1.5", False),
        ("months > 1 and (months > 2 or city != 'a')", False),
    ],
)
def test_text_and_decimals_are_left_to_the_runtime(text: str, native: bool) -> None:
    assert is_native(good(text)) is native


def test_a_path_that_is_handed_on_may_be_a_list_or_a_secret() -> None:
    report = Reporter()
    tree = parse_expression("customer.pin", Source("a", "customer.pin").span(0, 12), report)
    assert tree is not None
    read = resolve(tree, SCOPE, report)
    assert read is not None
    assert (read.variable, read.type) == ("f.customer.pin", Secret(Scalar.DIGITS))
    assert resolve(Name("nobody"), SCOPE, report) is None
    assert report.has_errors


@pytest.mark.parametrize(
    ("written", "fix"),
    [
        ("account == 571", 'account == "571"'),
        ("account > 571", "number(account)"),
        ("571 <= account", "number(account)"),
    ],
)
def test_digits_beside_a_number_are_told_how_they_compare(written: str, fix: str) -> None:
    report = Reporter()
    parsed = parse_expression(written, Source("x", written).span(0, len(written)), report)
    assert parsed is not None
    check(parsed, SCOPE, report, Scalar.BOOL)

    (found,) = report
    assert f"`{fix}`" in (found.help("en") or "")


@pytest.mark.parametrize("text", ["account.x == 1", "customer.services.name == 1"])
def test_a_field_of_what_is_no_record_is_not_told_to_be_written_first(text: str) -> None:
    ((found,),) = checked(text)[1:]

    assert found.code.number == "F0331"
    assert found.help("en") is None
