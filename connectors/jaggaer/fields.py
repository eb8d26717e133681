"""How single values come over JAGGAER's wire (contracts/jaggaer.md 2), and the ground of all its models."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T.*)?", re.ASCII)

Item = TypeVar("Item")


def absent(value: object) -> bool:
    """Whether a value stands for a missing one: null, `{}`, an empty list, or nothing but such within."""
    if isinstance(value, Mapping):
        return all(absent(inner) for inner in value.values())
    return value is None or value == []


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return value


def _amount(value: object) -> object:
    if isinstance(value, bool | float) or not isinstance(value, int | Decimal | str):
        raise ValueError("an amount must be an exact number")  # noqa: TRY004 - pydantic wants ValueError
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError("an amount must be a number") from None
    if not amount.is_finite():
        raise ValueError("an amount must be finite")
    return amount


def _count(value: object) -> object:
    amount = _amount(value)
    if not isinstance(amount, Decimal) or amount != amount.to_integral_value():
        raise ValueError("a count must be a whole number")
    return int(amount)


def _flag(value: object) -> object:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    return value


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a timestamp must name its offset")
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("a timestamp must look like 2026-02-14T19:58:56.973Z")
    return datetime.fromisoformat(value).astimezone(UTC)


def _day(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a date must begin like 2026-02-14")
    return date.fromisoformat(value[:10])


Text = Annotated[str, BeforeValidator(_text)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Count = Annotated[int, BeforeValidator(_count)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Day = Annotated[date, BeforeValidator(_day)]
"""A date-only field: the first ten characters of its midnight-UTC timestamp, never converted."""


def unwrap(name: str) -> Callable[[object], object]:
    """Takes `{name: [...]}` down to the list; lists are wrapped twice on this wire."""

    def inner(value: object) -> object:
        if isinstance(value, Mapping) and name in value:
            return value[name]
        return value

    return inner


class Wire(BaseModel):
    """One object as JAGGAER writes it: names by their wire alias, unknown ones kept in `model_extra`.

    What is missing, null, `{}`, an empty list or `""` reads as None: an empty field inside a component
    that came. A field that holds a component or a list is None when that did not come or came empty:
    unknown, never cleared (DESIGN, law 11).
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_missing(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {name: value for name, value in given.items() if not absent(value) and value != ""}


class Money(Wire):
    """An amount with its currency, e.g. a header's total. Either may be missing."""

    currency: Text | None = None
    value: Amount | None = None


def _internal_name(value: object) -> object:
    return value.get("internalName") if isinstance(value, Mapping) else _text(value)


BusinessUnit = Annotated[str | None, BeforeValidator(_internal_name)]
"""`{"internalName": "10"}` on orders, a bare string on invoices."""
