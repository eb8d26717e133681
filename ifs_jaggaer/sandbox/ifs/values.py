"""Values of attributes: as clients send them, as rows keep them, as answers show them.

A row keeps texts, ints, Decimals, bools and None; a date is `2026-02-14`, a timestamp
`2026-02-14T08:30:00Z` in UTC, so that texts compare as times.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from ifs_jaggaer.sandbox.ifs.errors import database_error, not_deserialized
from ifs_jaggaer.sandbox.ifs.model import (
    BOOLEAN,
    DATE,
    DECIMAL,
    ENUMERATION,
    INTEGER,
    STRING,
    TIMESTAMP,
    Attribute,
)

_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_WORDS: Final = {"True": True, "False": False}


def stamp(moment: datetime) -> str:
    """A timestamp as rows keep it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Zone:
    """In which zone an answer writes its timestamps, though they end in Z (contracts/ifs.md 2, Time)."""

    def __init__(self, name: str = "UTC") -> None:
        self.is_utc = name == "UTC"
        self._zone = ZoneInfo(name)

    def shown(self, kept: str | None) -> str | None:
        """A kept timestamp as this zone's clocks show it."""
        if kept is None or self.is_utc:
            return kept
        return datetime.fromisoformat(kept).astimezone(self._zone).strftime("%Y-%m-%dT%H:%M:%SZ")


UTC_ZONE: Final = Zone()


def is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _parses(text)


def is_timestamp(text: str) -> bool:
    return _TIMESTAMP.fullmatch(text) is not None and _parses(text)


def _parses(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def from_wire(attribute: Attribute, value: Any) -> Any:
    """A value of a JSON body, checked against its type; a decimal may be a number or a text.

    Raises ODataError: 400 for a value of the wrong type, DATABASE_ERROR for one that is too long.
    """
    if value is None:
        return None
    read = _READERS[attribute.type](attribute, value)
    if read is None:
        raise not_deserialized(f"{attribute.name}: {value!r} is no {attribute.enum or attribute.type}")
    if attribute.max_length and len(read) > attribute.max_length:
        raise database_error(f"{attribute.name} is longer than {attribute.max_length} characters.")
    return read


def _string(_: Attribute, value: Any) -> Any:
    return value if isinstance(value, str) else None


def _integer(_: Attribute, value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _decimal(_: Attribute, value: Any) -> Any:
    if isinstance(value, bool | float):
        return None
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return Decimal(format(number, "f")) if number.is_finite() else None


def _boolean(_: Attribute, value: Any) -> Any:
    return value if isinstance(value, bool) else _WORDS.get(value) if isinstance(value, str) else None


def _date(_: Attribute, value: Any) -> Any:
    return value if isinstance(value, str) and is_date(value) else None


def _timestamp(_: Attribute, value: Any) -> Any:
    return value if isinstance(value, str) and is_timestamp(value) else None


def _enumeration(attribute: Attribute, value: Any) -> Any:
    if attribute.enum == "FndBoolean" and isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value in attribute.members else None


_READERS: Final = {
    STRING: _string,
    INTEGER: _integer,
    DECIMAL: _decimal,
    BOOLEAN: _boolean,
    DATE: _date,
    TIMESTAMP: _timestamp,
    ENUMERATION: _enumeration,
}


def from_person(attribute: Attribute, value: Any) -> Any:
    """A value of the seed or of a test, which may also be a date, a datetime, or a number in a text."""
    if isinstance(value, datetime):
        value = stamp(value)
    elif isinstance(value, date):
        value = value.isoformat()
    if attribute.type == STRING and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if attribute.type == INTEGER and isinstance(value, str) and value.isdecimal():
        value = int(value)
    return from_wire(attribute, value)
