"""Which line is which on the two sides; invoices and receipts find order lines by it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

LineKey: TypeAlias = tuple[str, str]
"""LineNo and ReleaseNo."""


def line_number(line_no: str, release_no: str) -> str:
    """The lineNumber at JAGGAER, `<LineNo>-<ReleaseNo>`; never parsed back."""
    return f"{line_no}-{release_no}"


def detail(keys: Iterable[LineKey], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The detail of an order's link: each line's number and key; lines `known` before are kept."""
    return {**(known or {}), **{line_number(*key): json.dumps(key) for key in keys}}


def numbered(linked: Mapping[str, str] | None, keys: Iterable[LineKey]) -> dict[str, LineKey]:
    """Line keys by number: as linked, and computed for lines whose link was lost."""
    computed = {line_number(*key): key for key in keys}
    stored = {at: (line_no, release_no) for at, (line_no, release_no) in _read(linked or {})}
    return computed | stored


def _read(linked: Mapping[str, str]) -> Iterable[tuple[str, list[str]]]:
    return ((at, json.loads(key)) for at, key in linked.items())
