"""How two types come to agree: constants become what the other side needs, or a finding says why not.

Works on checked expressions; knows no names.
"""

from __future__ import annotations

from dataclasses import replace
from re import fullmatch

from flowc.diagnostics.codes import expressions as codes
from flowc.diagnostics.model import Reporter
from flowc.expression.literals import PATTERNS, fit, quoted, read_literal
from flowc.expression.operators import ARITHMETIC, WORDS, type_of
from flowc.expression.render import expression_text
from flowc.expression.tree import Binary, Conditional, Expression, Literal, Read
from flowc.expression.types import Scalar, Type
from flowc.source import Span

_NUMBERS = frozenset({Scalar.INT, Scalar.MONEY, Scalar.DECIMAL})

Pair = tuple[Expression, Expression]


def scalar(checked: Expression) -> Scalar:
    """The type of a checked expression, which is never a whole list or record."""
    type_ = type_of(checked)
    assert isinstance(type_, Scalar)
    return type_


def adapt(checked: Expression, wanted: Scalar) -> Expression | None:
    """The expression as the wanted type, by changing constants only; None where that fails."""
    if scalar(checked) is wanted:
        return checked
    match checked:
        case Literal():
            return fit(checked, wanted)
        case Binary("+" | "-" as operator, left, right) if (operator, wanted, wanted) in ARITHMETIC:
            pair = _adapt_both(left, right, wanted)
            return None if pair is None else replace(checked, left=pair[0], right=pair[1])
        case Binary("*"):
            return _adapt_product(checked, wanted)
        case Conditional(_, then, otherwise):
            pair = _adapt_both(then, otherwise, wanted)
            return None if pair is None else replace(checked, then=pair[0], otherwise=pair[1])
        case _:
            return None


def _adapt_both(left: Expression, right: Expression, wanted: Scalar) -> Pair | None:
    one, other = adapt(left, wanted), adapt(right, wanted)
    return None if one is None or other is None else (one, other)


def _adapt_product(product: Binary, wanted: Scalar) -> Expression | None:
    """`10 * months` as an amount: one factor is the amount, the other stays a count."""
    if ("*", wanted, scalar(product.right)) in ARITHMETIC:
        left = adapt(product.left, wanted)
        if left is not None:
            return replace(product, left=left)
    if ("*", scalar(product.left), wanted) in ARITHMETIC:
        right = adapt(product.right, wanted)
        if right is not None:
            return replace(product, right=right)
    return None


def agree(left: Expression, right: Expression) -> Pair | None:
    """Both sides as one type; None where they have none in common."""
    adapted = adapt(right, scalar(left))
    if adapted is not None:
        return left, adapted
    adapted = adapt(left, scalar(right))
    return None if adapted is None else (adapted, right)


def compared(left: Expression, right: Expression, report: Reporter) -> Pair | None:
    """Both sides of a comparison as one type, or a finding."""
    for side in (left, right):
        if isinstance(side, Literal) and side.value == "":
            report.report(codes.EMPTY_TEXT, side.span)
            return None
    pair = agree(left, right)
    if pair is None:
        _report_comparison(left, right, report)
    return pair


def _report_comparison(left: Expression, right: Expression, report: Reporter) -> None:
    for constant, other in ((right, left), (left, right)):
        if isinstance(constant, Literal) and report_misfit(constant, scalar(other), report):
            return
    one, other_type = scalar(left), scalar(right)
    span = _both(left, right)
    for digits, number in ((left, right), (right, left)):
        if scalar(digits) is Scalar.DIGITS and scalar(number) in _NUMBERS:
            fix = _digits_fix(digits, number, _is_order(left, right))
            report.report(codes.DIGITS_AND_NUMBER, span, **fix)
            return
    fix = respelled(right, one) or respelled(left, other_type)
    report.report(codes.NOT_COMPARABLE, span, left=one, right=other_type, **fix)


def _both(left: Expression, right: Expression) -> Span:
    return left.span.source.span(left.span.start, right.span.end)


def _is_order(left: Expression, right: Expression) -> bool:
    """Whether `<` or the like was written between: digits as digits have no order."""
    source = left.span.source.text
    return bool({"<", ">"} & set(source[left.span.end : right.span.start]))


def _digits_fix(digits: Expression, number: Expression, is_order: bool) -> dict[str, str]:
    match digits, number:
        case Read(), Literal(int(value)) if value >= 0 and not is_order:
            return {"fix": f'{digits.span.text or "x"} == "{value}"'}
        case Read(), _:
            return {"fix": f"number({digits.span.text or 'x'})"}
        case _:
            return {}


def report_misfit(constant: Literal, wanted: Type, report: Reporter) -> bool:
    """Report a constant that is of the right sort but cannot be a value of the type."""
    match constant.type, wanted:
        case Scalar.TEXT, Scalar.DIGITS:
            pass
        case ((Scalar.INT | Scalar.DECIMAL), Scalar.MONEY):
            pass
        case _:
            return False
    report.report(codes.DOES_NOT_FIT, constant.span, found=expression_text(constant), wanted=wanted)
    return True


def respelled(constant: Expression, wanted: Type) -> dict[str, str]:
    """`{"fix": ...}`: how the author would write this constant as the wanted type."""
    match constant, wanted:
        case Literal(int(value), Scalar.INT), Scalar.DURATION if value >= 0:
            return {"fix": f"{value}s"}
        case Literal(0 | 1 as value, Scalar.INT), Scalar.BOOL:
            return {"fix": "true" if value else "false"}
        case Literal(int(value), Scalar.INT), (Scalar.TEXT | Scalar.DIGITS):
            return {"fix": quoted(str(value))}
        case Literal(str(value), Scalar.TEXT), Scalar() if _reads_as(value, wanted):
            return {"fix": value}
        case _:
            return {}


def _reads_as(text: str, wanted: Scalar) -> bool:
    kind = next((kind for kind, pattern in PATTERNS if fullmatch(pattern, text)), None)
    literal = read_literal(kind, text) if kind and len(text) <= 40 else None
    return literal is not None and fit(literal, wanted) is not None


def joined(operator: str, left: Expression, right: Expression, report: Reporter) -> Pair | None:
    """Both sides of a calculation so that the operator joins them, or a finding."""
    one, other = scalar(left), scalar(right)
    if (operator, one, other) in ARITHMETIC:
        return left, right
    pair = agree(left, right)
    if pair is not None and (operator, scalar(pair[0]), scalar(pair[1])) in ARITHMETIC:
        return pair
    if Scalar.DIGITS in (one, other) and (one in _NUMBERS or other in _NUMBERS):
        report.report(codes.DIGITS_AND_NUMBER, _both(left, right))
    else:
        report.report(
            codes.NO_ARITHMETIC, _both(left, right), operator=operator, left=one, right=other
        )
    return None


def expect(checked: Expression, wanted: Type, report: Reporter) -> Expression | None:
    """The expression as the type its place needs, or a finding. Digits may stand for text."""
    found = scalar(checked)
    if wanted is Scalar.TEXT and found in WORDS:
        return checked
    adapted = adapt(checked, wanted) if isinstance(wanted, Scalar) else None
    if adapted is not None:
        return adapted
    if isinstance(checked, Literal) and report_misfit(checked, wanted, report):
        return None
    fix = respelled(checked, wanted)
    if wanted is Scalar.BOOL and not fix:
        text = {"text": checked.span.text} if isinstance(checked, Read) else {}
        report.report(codes.NOT_A_CONDITION, checked.span, found=found, **text)
    else:
        report.report(codes.WRONG_TYPE, checked.span, found=found, wanted=wanted, **fix)
    return None
