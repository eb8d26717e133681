"""How single values come over IFS's wire (contracts/ifs.md 2), and the ground of all its models."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_pascal

from connectors.payload import storable
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected

_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T.*)?", re.ASCII)
# Never shown in a message: bank accounts (DESIGN, law 10).
_HIDDEN = frozenset({"Account", "BicCode"})


def _text(value: object) -> object:
    if isinstance(value, str) and not storable(value):
        raise ValueError("holds characters that cannot be kept")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _amount(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, bool | float) or not isinstance(value, int | Decimal | str):
        raise ValueError("must be an exact number")  # noqa: TRY004 - pydantic wants ValueError
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError("must be a number") from None
    if not amount.is_finite():
        raise ValueError("must be a finite number")
    return amount


def _whole(value: object) -> object:
    amount = _amount(value)
    if isinstance(amount, Decimal):
        if amount != amount.to_integral_value():
            raise ValueError("must be a whole number")
        return int(amount)
    return amount


def _flag(value: object) -> object:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def _day(value: object) -> object:
    if value is None or type(value) is date:
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a date such as 2026-02-14")
    return date.fromisoformat(value[:10])


Text = Annotated[str | None, BeforeValidator(_text)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
"""`true` or, as FndBoolean, `"True"`."""
Day = Annotated[date | None, BeforeValidator(_day)]
"""Edm.Date; of a timestamp the day as written, never converted."""


class Wire(BaseModel):
    """One row under the contract's names; unknown attributes stay in `model_extra`.

    Null is None: empty. An attribute that did not come is None too, but `came(name)` tells: unknown,
    never cleared (DESIGN, law 11).
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", alias_generator=to_pascal, validate_by_name=True, validate_by_alias=True
    )

    def came(self, field: str) -> bool:
        """Whether the attribute was in the row, under its Python name."""
        return field in self.model_fields_set


Record = TypeVar("Record", bound=Wire)


def read(model: type[Record], row: Row) -> Record:
    """The row as its model.

    Raises:
        Rejected: an attribute is not what the contract says; names the first such one.
    """
    try:
        return model.model_validate(row.values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        given = first.get("input")
        shown = isinstance(given, str | int | Decimal) and name not in _HIDDEN
        raise Rejected(
            first["msg"].removeprefix("Value error, "),
            system="ifs",
            record=f"{row.kind} {'/'.join(row.key)}",
            field=name,
            value=str(given)[:80] if shown else None,
            remedy="correct the record in IFS, or the attribute's name and type in the profile",
        ) from None
