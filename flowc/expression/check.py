"""Names to flat variables, types to operators, constants to what the other side needs.

The result is a checked tree: no `Name`, no `Field`, every `Read` a single value. Knows nothing of
flows or services; the scope says what there is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from flowc.diagnostics.codes import expressions as codes
from flowc.diagnostics.model import Reporter, closest
from flowc.expression.agree import Pair, adapt, agree, compared, expect, joined, respelled, scalar
from flowc.expression.operators import (
    FUNCTIONS,
    LOGIC,
    ORDER,
    ORDERED,
    WORDS,
    Function,
    is_native,
    reads,
    type_of,
)
from flowc.expression.render import expression_text
from flowc.expression.resolve import (
    Binding,
    Scope,
    length_of_list,
    named_under,
    resolve,
    resolve_value,
)
from flowc.expression.tree import (
    Binary,
    Call,
    Conditional,
    Expression,
    Field,
    IsSet,
    Items,
    Literal,
    Name,
    Not,
    Read,
)
from flowc.expression.types import Scalar, Type

__all__ = ["Binding", "Scope", "check", "is_native", "reads", "resolve", "type_of"]


def check(
    expression: Expression, scope: Scope, report: Reporter, expected: Type | None = None
) -> Expression | None:
    """The checked tree of a parsed one; None where a finding was reported.

    With `expected`, constants become of that type and anything else is a finding.
    """
    checked = _Checker(scope, report).value(expression)
    if checked is None or expected is None:
        return checked
    return expect(checked, expected, report)


@dataclass(frozen=True, slots=True)
class _Checker:
    scope: Scope
    report: Reporter

    def value(self, expression: Expression) -> Expression | None:
        match expression:
            case Literal() | Read():
                return expression
            case Name() | Field():
                return self._path(expression)
            case Call():
                return self._call(expression)
            case Not(operand):
                inner = self._condition(operand)
                return None if inner is None else replace(expression, operand=inner)
            case IsSet():
                return self._is_set(expression)
            case Binary():
                return self._binary(expression)
            case Conditional():
                return self._conditional(expression)
            case Items(span=span):
                self.report.report(codes.MISPLACED, span, found="(")
                return None
            case _:
                assert_never(expression)

    def _path(self, path: Name | Field) -> Expression | None:
        flag = named_under("flags", path)
        if flag is not None:
            return self._flag(flag, path)
        if named_under("lists", path) is not None:
            self.report.report(codes.LIST_ALONE, path.span, name=expression_text(path))
            return None
        return resolve_value(path, self.scope, self.report)

    def _flag(self, name: str, path: Expression) -> Expression | None:
        if name in self.scope.flags:
            return Call("flag", (Literal(name, Scalar.TEXT, path.span),), path.span)
        self.report.report(
            codes.UNKNOWN_FLAG, path.span, name=name, **closest(name, self.scope.flags)
        )
        return None

    def _condition(self, expression: Expression) -> Expression | None:
        checked = self.value(expression)
        return None if checked is None else expect(checked, Scalar.BOOL, self.report)

    def _is_set(self, test: IsSet) -> Expression | None:
        operand = test.operand
        if not isinstance(operand, Name | Field | Read) or self._is_reserved(operand):
            self.report.report(codes.SET_WHAT, operand.span)
            return None
        read = length_of_list(operand, self.scope) or self.value(operand)
        return None if read is None else replace(test, operand=read)

    def _is_reserved(self, path: Expression) -> bool:
        return any(named_under(root, path) is not None for root in ("flags", "lists"))

    def _conditional(self, conditional: Conditional) -> Expression | None:
        condition = self._condition(conditional.condition)
        then, otherwise = self.value(conditional.then), self.value(conditional.otherwise)
        if condition is None or then is None or otherwise is None:
            return None
        pair = agree(then, otherwise)
        if pair is None:
            left, right = scalar(then), scalar(otherwise)
            fix = respelled(otherwise, left) or respelled(then, right)
            self.report.report(codes.BRANCH_TYPES, conditional.span, left=left, right=right, **fix)
            return None
        return Conditional(condition, *pair, conditional.span)

    def _binary(self, binary: Binary) -> Expression | None:
        match binary.operator:
            case operator if operator in LOGIC:
                left, right = self._condition(binary.left), self._condition(binary.right)
                pair = None if left is None or right is None else (left, right)
            case "in":
                return self._among(binary)
            case "+" | "-" | "*" as operator:
                sides = self._sides(binary)
                pair = None if sides is None else joined(operator, *sides, self.report)
            case _:
                pair = self._compared(binary)
        return None if pair is None else replace(binary, left=pair[0], right=pair[1])

    def _sides(self, binary: Binary) -> Pair | None:
        left, right = self.value(binary.left), self.value(binary.right)
        return None if left is None or right is None else (left, right)

    def _compared(self, binary: Binary) -> Pair | None:
        sides = self._sides(binary)
        pair = None if sides is None else compared(*sides, self.report)
        if pair is not None and binary.operator in ORDER and scalar(pair[0]) not in ORDERED:
            self.report.report(codes.NO_ORDER, binary.span, type=scalar(pair[0]))
            return None
        return pair

    def _among(self, binary: Binary) -> Expression | None:
        left = self.value(binary.left)
        name = named_under("lists", binary.right)
        if name is not None:
            return self._listed(left, name, binary)
        if not isinstance(binary.right, Items):
            self.report.report(codes.IN_WHAT, binary.right.span)
            return None
        items = [self.value(item) for item in binary.right.items]
        if left is None:
            return None
        for item in items:
            pair = None if item is None else compared(left, item, self.report)
            if pair is None:
                return None
            left = pair[0]
        return self._with_items(binary, left, [item for item in items if item is not None])

    def _with_items(
        self, binary: Binary, left: Expression, items: list[Expression]
    ) -> Expression | None:
        """The first side has found its type; now every item takes it."""
        assert isinstance(binary.right, Items)
        taken = [adapt(item, scalar(left)) for item in items]
        ready = tuple(item for item in taken if item is not None)
        if len(ready) < len(items):
            wrong = items[taken.index(None)]
            compared(left, wrong, self.report)
            return None
        return replace(binary, left=left, right=replace(binary.right, items=ready))

    def _listed(self, value: Expression | None, name: str, binary: Binary) -> Expression | None:
        if name not in self.scope.lists:
            near = closest(name, self.scope.lists)
            self.report.report(codes.UNKNOWN_LIST, binary.right.span, name=name, **near)
            return None
        if value is None:
            return None
        if scalar(value) not in WORDS:
            self.report.report(
                codes.NOT_COMPARABLE, binary.span, left=scalar(value), right=f"lists.{name}"
            )
            return None
        return Call("listed", (value, Literal(name, Scalar.TEXT, binary.right.span)), binary.span)

    def _call(self, call: Call) -> Expression | None:
        function = FUNCTIONS.get(call.function)
        if function is None:
            near = closest(call.function.lower(), FUNCTIONS)
            self.report.report(codes.UNKNOWN_FUNCTION, call.span, name=call.function, **near)
            return None
        if len(call.arguments) != function.arguments:
            self.report.report(
                codes.ARGUMENT_COUNT,
                call.span,
                name=call.function,
                wanted=function.arguments,
                found=len(call.arguments),
                usage=function.usage,
            )
            return None
        length = length_of_list(call.arguments[0], self.scope) if call.function == "len" else None
        return replace(length, span=call.span) if length else self._applied(call, function)

    def _applied(self, call: Call, function: Function) -> Expression | None:
        taken = [self._argument(one, call, function) for one in call.arguments]
        arguments = tuple(one for one in taken if one is not None)
        if len(arguments) < len(taken):
            return None
        if len(arguments) == 2:
            pair = compared(*arguments, self.report)
            return None if pair is None else replace(call, arguments=pair)
        return replace(call, arguments=arguments)

    def _argument(self, one: Expression, call: Call, function: Function) -> Expression | None:
        checked = self.value(one)
        if checked is None:
            return None
        fitting = [adapt(checked, type_) for type_ in Scalar if type_ in function.takes]
        found = next((one for one in fitting if one is not None), None)
        if found is None:
            self.report.report(
                codes.ARGUMENT_TYPE,
                one.span,
                name=call.function,
                found=scalar(checked),
                usage=function.usage,
                wanted=" / ".join(str(type_) for type_ in Scalar if type_ in function.takes),
            )
        return found
