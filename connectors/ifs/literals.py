"""Values as OData writes them in a filter or a key, and as JSON bodies hold them (contracts/ifs.md 2)."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from connectors.ifs import times
from connectors.payload import WIDEST_NUMBER, storable
from connectors.wire import JsonValue

Value: TypeAlias = str | int | Decimal | bool | date | datetime | None

_IDENTIFIER = re.compile(r"\w+", re.ASCII)


def literal(kind: str, value: Value, zone: times.WireTimes) -> str:
    """The value as a literal of that type, not yet percent-encoded.

    Raises:
        ValueError: the type cannot hold the value.
    """
    if value is None:
        return "null"
    if kind == "timestamp":
        return zone.from_moment(value) if isinstance(value, datetime) else times.literal(str(value))
    text = canonical(kind, value)
    if kind == "text":
        return quoted(text)
    if kind.startswith("enum:"):
        return f"{kind.removeprefix('enum:')}{quoted(text)}"
    return text


def canonical(kind: str, value: Value) -> str:
    """One text for one value of the type, whatever form it came in: `1.50` and `1.5`, `True` and `true`.

    Raises:
        ValueError: the type cannot hold the value.
    """
    if kind == "decimal":
        return _plain(number(value))
    if kind == "int":
        whole = number(value)
        if whole != whole.to_integral_value():
            raise ValueError("not a whole number")
        return _plain(whole)
    if kind == "bool":
        return "true" if truth(value) else "false"
    if kind == "date":
        return _day(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _plain(value) if isinstance(value, Decimal) else str(value)
    if not storable(text):
        raise ValueError("characters that no filter can hold")
    if kind.startswith("enum:") and not _IDENTIFIER.fullmatch(text):
        raise ValueError("not an enumeration's identifier")
    return text


def json_value(kind: str, value: JsonValue | date, zone: times.WireTimes) -> JsonValue:
    """The value as a body holds it: decimals and integers as numbers, dates as text.

    Raises:
        ValueError: the type cannot hold the value.
    """
    if value is None or isinstance(value, list | dict):
        return value
    if kind == "decimal":
        return number(value)
    if kind == "int":
        return int(canonical(kind, value))
    if kind == "bool":
        return truth(value)
    if kind == "timestamp" and isinstance(value, datetime):
        return zone.from_moment(value)
    return canonical(kind, value)


def quoted(text: str) -> str:
    """In single quotes, those inside doubled."""
    return "'{}'".format(text.replace("'", "''"))


def truth(value: object) -> bool:
    """Edm.Boolean, or FndBoolean's `True` and `False`.

    Raises:
        ValueError: neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise ValueError("neither true nor false")


def number(value: object) -> Decimal:
    """The exact number, of a number or its text.

    Raises:
        ValueError: none, or one that no amount can be.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError("not a number")  # noqa: TRY004 - one error for every value that does not fit
    try:
        exact = Decimal(value)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not exact.is_finite() or exact.adjusted() > WIDEST_NUMBER:
        raise ValueError("not a finite number")
    return exact


def _plain(exact: Decimal) -> str:
    text = format(exact, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _day(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)[:10]).isoformat()
