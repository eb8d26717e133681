"""From an expression to a function that a row passes or not, with types checked beforehand."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ifs_jaggaer.sandbox.ifs.errors import ODataError, malformed, not_implemented
from ifs_jaggaer.sandbox.ifs.expressions import NULL, Binary, Function, Literal, Name, Node, Unary
from ifs_jaggaer.sandbox.ifs.model import (
    BOOLEAN,
    DATE,
    DECIMAL,
    ENUMERATION,
    INTEGER,
    STRING,
    TIMESTAMP,
    EntitySet,
)
from ifs_jaggaer.sandbox.ifs.values import Zone
from ifs_jaggaer.sandbox.kernel import Row

Value = Callable[[Row], Any]
Predicate = Callable[[Row], bool]

_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
}
_NUMBER: Final = DECIMAL
_ORDERED: Final = frozenset({_NUMBER, STRING, DATE, TIMESTAMP})
#: Functions of OData 4.0 that IFS does not offer: dates, mathematics, collections, types.
_UNOFFERED: Final = frozenset(
    [
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "fractionalseconds",
        "totalseconds",
        "date",
        "time",
        "totaloffsetminutes",
        "now",
        "mindatetime",
        "maxdatetime",
        "round",
        "floor",
        "ceiling",
        "cast",
        "isof",
        "hassubset",
        "hassubsequence",
        "matchesPattern",
    ]
)


@dataclass(frozen=True)
class _Typed:
    type: str
    of: Value


@dataclass(frozen=True)
class _Signature:
    takes: tuple[str, ...]
    gives: str
    of: Callable[..., Any]
    optional: int = 0


_FUNCTIONS: Final = {
    "contains": _Signature((STRING, STRING), BOOLEAN, lambda text, part: part in text),
    "startswith": _Signature((STRING, STRING), BOOLEAN, str.startswith),
    "endswith": _Signature((STRING, STRING), BOOLEAN, str.endswith),
    "length": _Signature((STRING,), _NUMBER, len),
    "indexof": _Signature((STRING, STRING), _NUMBER, str.find),
    "tolower": _Signature((STRING,), STRING, str.lower),
    "toupper": _Signature((STRING,), STRING, str.upper),
    "trim": _Signature((STRING,), STRING, str.strip),
    "concat": _Signature((STRING, STRING), STRING, operator.add),
    "substring": _Signature(
        (STRING, _NUMBER, _NUMBER),
        STRING,
        lambda text, start, length=None: text[start:] if length is None else text[start : start + length],
        optional=1,
    ),
}


def predicate(node: Node, entity_set: EntitySet, zone: Zone) -> Predicate:
    """What a row must pass. Raises ODataError for an unknown name and for types that do not fit."""
    typed = _Compiler(entity_set, zone).compile(node)
    if typed.type not in {BOOLEAN, NULL}:
        raise malformed(f"$filter gives a value of type {typed.type}, not true or false")
    return lambda row: typed.of(row) is True


class _Compiler:
    def __init__(self, entity_set: EntitySet, zone: Zone) -> None:
        self._set = entity_set
        self._zone = zone

    def compile(self, node: Node) -> _Typed:
        match node:
            case Literal(value, edm):
                return _Typed(_NUMBER if edm == INTEGER else edm, lambda _: value)
            case Name(name):
                return self._attribute(name)
            case Function():
                return self._function(node)
            case Unary():
                return self._unary(node)
        return self._binary(node)

    def _unary(self, node: Unary) -> _Typed:
        edm, turn = (BOOLEAN, operator.not_) if node.operator == "not" else (_NUMBER, operator.neg)
        of = self._expect(node.operand, edm)
        return _Typed(edm, lambda row: None if (value := of(row)) is None else turn(value))

    def _binary(self, node: Binary) -> _Typed:
        if node.operator in {"and", "or"}:
            return self._logic(node)
        return self._comparison(node) if node.operator in _COMPARISONS else self._arithmetic(node)

    def _attribute(self, name: str) -> _Typed:
        attribute = self._set.attributes.get(name)
        if attribute is None:
            raise unknown_property(name, self._set)
        edm = attribute.type
        if edm == ENUMERATION:
            edm = f"{self._set.namespace}.{attribute.enum}"
        if edm == TIMESTAMP and not self._zone.is_utc:
            return _Typed(edm, lambda row: self._zone.shown(row[name]))
        return _Typed(_NUMBER if edm == INTEGER else edm, operator.itemgetter(name))

    def _expect(self, node: Node, edm: str) -> Value:
        typed = self.compile(node)
        if typed.type not in {edm, NULL}:
            raise malformed(f"a value of type {typed.type} stands where {edm} is needed")
        return typed.of

    def _logic(self, node: Binary) -> _Typed:
        left, right = self._expect(node.left, BOOLEAN), self._expect(node.right, BOOLEAN)
        decided = node.operator == "or"

        def of(row: Row) -> Any:
            first = left(row)
            if first is decided:
                return decided
            second = right(row)
            if second is decided:
                return decided
            return None if first is None or second is None else not decided

        return _Typed(BOOLEAN, of)

    def _comparison(self, node: Binary) -> _Typed:
        left, right = self.compile(node.left), self.compile(node.right)
        types = {left.type, right.type} - {NULL}
        if len(types) == 2:
            raise malformed(f"{left.type} and {right.type} cannot be compared")
        equality = node.operator in {"eq", "ne"}
        if types - _ORDERED and not equality:
            raise malformed(f"{types.pop()} has no order")
        self._check_member(node.left, node.right)
        compare, first, second = _COMPARISONS[node.operator], left.of, right.of
        if equality:
            return _Typed(BOOLEAN, lambda row: compare(first(row), second(row)))

        def of(row: Row) -> bool:
            one, other = first(row), second(row)
            return one is not None and other is not None and compare(one, other)

        return _Typed(BOOLEAN, of)

    def _check_member(self, *sides: Node) -> None:
        for side, other in (sides, sides[::-1]):
            if not isinstance(side, Name) or not isinstance(other, Literal) or other.value is None:
                continue
            attribute = self._set.attributes[side.name]
            if attribute.members and other.value not in attribute.members:
                raise malformed(f"{attribute.enum} has no member {other.value!r}")

    def _arithmetic(self, node: Binary) -> _Typed:
        left, right = self._expect(node.left, _NUMBER), self._expect(node.right, _NUMBER)
        calculate = _ARITHMETIC[node.operator]

        def of(row: Row) -> Any:
            one, other = left(row), right(row)
            if one is None or other is None:
                return None
            try:
                return calculate(one, other)
            except ZeroDivisionError as error:
                raise malformed("division by zero") from error

        return _Typed(_NUMBER, of)

    def _function(self, node: Function) -> _Typed:
        signature = _FUNCTIONS.get(node.name)
        if signature is None:
            if node.name in _UNOFFERED or "." in node.name:
                raise not_implemented(f"The function {node.name}")
            raise malformed(f"the function {node.name} is unknown")
        most = len(signature.takes)
        if not most - signature.optional <= len(node.arguments) <= most:
            raise malformed(f"{node.name} takes {most} arguments")
        arguments = [
            self._expect(argument, edm) for argument, edm in zip(node.arguments, signature.takes, strict=False)
        ]

        def of(row: Row) -> Any:
            values = [argument(row) for argument in arguments]
            return None if None in values else signature.of(*values)

        return _Typed(signature.gives, of)


def unknown_property(name: str, entity_set: EntitySet) -> ODataError:
    return malformed(f"The property {name} is unknown in {entity_set.name}.")
