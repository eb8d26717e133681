"""Values as they come in paths and bodies, by the declared type."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from foreign.catalogue import EntitySet
from foreign.odata import Malformed


def from_text(kind: str, text: str) -> Any:
    """A key as it stands in the path."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    try:
        if kind == "date":
            return date.fromisoformat(text)
        return Decimal(text) if kind == "decimal" else int(text)
    except (ValueError, ArithmeticError) as error:
        raise Malformed(f"key {text}") from error


def from_json(entry: EntitySet, name: str, value: Any, *, compatible: bool) -> Any:
    """`compatible`: the body is declared IEEE754Compatible, so that decimals may be strings."""
    kind = entry.types[name]
    if value is None:
        return None
    good: bool = {
        "decimal": isinstance(value, Decimal | int) or (compatible and isinstance(value, str)),
        "int": isinstance(value, int),
        "bool": isinstance(value, bool) or value in {"True", "False"},
        "enum": value in entry.words.get(name, ()),
    }.get(kind, isinstance(value, str)) and not (isinstance(value, bool) and kind != "bool")
    with suppress(ValueError):
        if good and kind == "date":
            return date.fromisoformat(value)
        if good and kind == "decimal":
            return Decimal(value)
        if good:
            return value == "True" if isinstance(value, str) and kind == "bool" else value
    raise Malformed(f"{name} of {entry.name} is {kind}: {value!r}", name)
