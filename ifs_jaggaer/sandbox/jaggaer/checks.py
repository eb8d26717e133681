"""Formats of values (contracts/jaggaer.md 2) and the checks of a body that name the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from ifs_jaggaer.sandbox.jaggaer.codes import invalid

_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_MIDNIGHT: Final = "T00:00:00.000Z"
_EXPONENT: Final = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0} | dict.fromkeys(
    ("TND", "KWD", "BHD", "OMR", "JOD", "IQD", "LYD"), 3
)

Check = Callable[[Any], bool]


def timestamp(at: datetime) -> str:
    """`2024-02-14T19:58:56.973Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def is_timestamp(value: object) -> bool:
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_day(value: object) -> bool:
    """A date-only field: midnight UTC."""
    return is_timestamp(value) and str(value).endswith(_MIDNIGHT)


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def is_currency(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None


def is_money(value: object) -> bool:
    return isinstance(value, dict) and is_currency(value.get("currency")) and is_number(value.get("value"))


def one_of(words: Collection[str]) -> Check:
    return lambda value: value in words if isinstance(value, str) else False


def minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-_EXPONENT.get(currency, 2))


def is_rounding_of(amount: Decimal, exact: Decimal, currency: str) -> bool:
    """Whether `amount` is what `exact` rounds to in the currency's minor units, whichever way a tie goes."""
    unit = minor_unit(currency)
    return amount % unit == 0 and abs(amount - exact) * 2 <= unit


def check(values: dict[str, Any], checks: dict[str, Check], where: str = "") -> None:
    """Test the fields that are there. Raises Declined naming the first that does not fit."""
    for name, test in checks.items():
        if name in values and not test(values[name]):
            raise invalid(f"{where}{name}", f"{values[name]!r} is not a valid value")


def need(values: dict[str, Any], *names: str, where: str = "") -> None:
    """Raises Declined naming the first field that is missing or empty."""
    for name in names:
        if values.get(name) in (None, "", {}, []):
            raise invalid(f"{where}{name}", "is required")


def part(body: Any, *names: str) -> dict[str, Any]:
    """An object inside a body. Raises Declined naming it where it is missing or none."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
        if not isinstance(body, dict):
            raise invalid(name, "is required and must be an object")
    return dict(body)


def rows(body: Any, *names: str) -> list[dict[str, Any]]:
    """A list of objects inside a body. Raises Declined naming it."""
    inner = part(body, *names[:-1]) if len(names) > 1 else body
    found = inner.get(names[-1])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise invalid(names[-1], "must be a list of objects")
    return found


def refuse_null(body: Any, where: str) -> None:
    """A missing value is a missing key, never null. Raises Declined naming the field."""
    if body is None:
        raise invalid(where, "null is no value")
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in inner:
        refuse_null(value, name if isinstance(name, str) else where)
