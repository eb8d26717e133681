"""`$filter` expressions: built from typed values, so that no value can become syntax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import quote

from connectors.ifs.literals import Value, canonical, literal
from connectors.ifs.sets import STATE, EntitySet
from connectors.ifs.times import WireTimes
from connectors.wire import JsonValue

Operator: TypeAlias = Literal["eq", "ne", "gt", "ge", "lt", "le"]


@dataclass(frozen=True, slots=True)
class Compare:
    """One attribute, under the contract's name, against one value; `lower`: the attribute in lower case."""

    attribute: str
    operator: Operator
    value: Value
    lower: bool = False


@dataclass(frozen=True, slots=True)
class Junction:
    """All (`and`) or one (`or`) of the parts; without parts true and false."""

    word: Literal["and", "or"]
    parts: tuple[Expr, ...]


Expr: TypeAlias = Compare | Junction


def eq(attribute: str, value: Value) -> Expr:
    return Compare(attribute, "eq", value)


def ne(attribute: str, value: Value) -> Expr:
    return Compare(attribute, "ne", value)


def gt(attribute: str, value: Value) -> Expr:
    return Compare(attribute, "gt", value)


def ge(attribute: str, value: Value) -> Expr:
    return Compare(attribute, "ge", value)


def lt(attribute: str, value: Value) -> Expr:
    return Compare(attribute, "lt", value)


def le(attribute: str, value: Value) -> Expr:
    return Compare(attribute, "le", value)


def and_(*parts: Expr) -> Expr:
    return parts[0] if len(parts) == 1 else Junction("and", parts)


def or_(*parts: Expr) -> Expr:
    return parts[0] if len(parts) == 1 else Junction("or", parts)


def any_of(attribute: str, values: Iterable[Value], *, lower: bool = False) -> Expr:
    """One of the values; IFS knows no `in`. `lower`: the attribute in lower case is one of them."""
    return or_(*(Compare(attribute, "eq", value, lower) for value in values))


def render(expr: Expr, entity_set: EntitySet) -> str:
    """The expression in OData's words and the tenant's names, not yet encoded.

    Raises:
        SettingsError: an attribute that the profile does not list.
        ValueError: a value that its attribute cannot hold.
    """
    if isinstance(expr, Compare):
        kind = entity_set.type_of(expr.attribute)
        value = literal(kind, expr.value, WireTimes(entity_set))
        name = entity_set.tenant(expr.attribute)
        return f"{f'tolower({name})' if expr.lower else name} {expr.operator} {value}"
    if not expr.parts:
        return "true" if expr.word == "and" else "false"
    inner = (render(part, entity_set) for part in expr.parts)
    nested = (f"({text})" if isinstance(part, Junction) else text for part, text in zip(expr.parts, inner, strict=True))
    return f" {expr.word} ".join(nested)


def encoded(text: str) -> str:
    """Percent-encoded for a query, a space as %20."""
    return quote(text, safe="(),:/")


def divided(expr: Expr | None, entity_set: EntitySet) -> tuple[Expr | None, Expr | None]:
    """What the server filters and what is filtered here, because some tenants cannot filter Objstate."""
    if expr is None or entity_set.filter_state:
        return expr, None
    parts = expr.parts if isinstance(expr, Junction) and expr.word == "and" else (expr,)
    there = tuple(part for part in parts if not _mentions(part, STATE))
    here = tuple(part for part in parts if _mentions(part, STATE))
    return and_(*there) if there else None, and_(*here) if here else None


def matches(expr: Expr, values: Mapping[str, JsonValue], entity_set: EntitySet) -> bool:
    """Whether a row fulfils an expression of `eq` and `ne`.

    Raises:
        ValueError: another comparison.
    """
    if isinstance(expr, Junction):
        each = (matches(part, values, entity_set) for part in expr.parts)
        return all(each) if expr.word == "and" else any(each)
    if expr.operator not in {"eq", "ne"}:
        raise ValueError(f"{expr.operator} is left to the server")
    found = values.get(expr.attribute)
    if expr.lower and isinstance(found, str):
        found = found.lower()
    same = _same(entity_set.type_of(expr.attribute), found, expr.value)
    return same if expr.operator == "eq" else not same


def _mentions(expr: Expr, attribute: str) -> bool:
    if isinstance(expr, Compare):
        return expr.attribute == attribute
    return any(_mentions(part, attribute) for part in expr.parts)


def _same(kind: str, one: JsonValue, other: Value) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return not isinstance(one, list | dict) and canonical(kind, one) == canonical(kind, other)
