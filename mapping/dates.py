"""Days as both systems write them, and what is valid on one (contracts/ifs.md 2, contracts/jaggaer.md 2)."""

from __future__ import annotations

from datetime import date

from ifs_jaggaer.errors import Rejected


def day(value: object, field: str) -> date | None:
    """The day that `2026-02-14` or a timestamp begins with, never converted; None for an empty value.

    Raises:
        Rejected: it begins with no date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise Rejected("is no date", field=field, value=str(value), remedy="correct the record") from None


def within(as_of: date, first: date | None, last: date | None) -> bool:
    """Whether `as_of` lies in the period; both ends belong to it, a missing end is open."""
    return (first is None or first <= as_of) and (last is None or as_of <= last)
