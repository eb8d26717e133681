"""The three-way match: ordered, received and invoiced quantity and price of one order line (DESIGN, invoices)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from mapping.money import Currency, canonical, exact_product, exact_sum, plain

if TYPE_CHECKING:
    from mapping.profile_tables import Match

_ONE, _HUNDRED, _ZERO = Decimal(1), Decimal(100), Decimal(0)
_HUNDREDTH = Decimal("0.01")


class Cause(StrEnum):
    """Why an invoice does not match."""

    PRICE = "price"
    QUANTITY = "quantity"
    NOT_RECEIVED = "not received"
    OVER_INVOICED = "over-invoiced"


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order line. Quantities in `unit`; `net_price` for one unit less discount; `charges` for the whole line."""

    quantity: Decimal
    net_price: Decimal
    charges: Decimal
    received: Decimal
    invoiced: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one invoice line asks for: a quantity and its net before header charges are spread."""

    at: str
    quantity: Decimal
    net: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One cause at one invoice line, in words; `value` is what the invoice states."""

    at: str
    cause: Cause
    value: str
    reason: str


def match(
    claims: Sequence[Claim], ordered: Ordered, tolerance: Match, currency: Currency, *, credit: bool = False
) -> list[Discrepancy]:
    """All claims of one invoice on one order line, against what was ordered, received and invoiced before.

    Of a credit note quantities and nets are positive, and it is matched against the invoiced quantity.
    """
    found = [*_units(claims, ordered), *_prices(claims, ordered, tolerance, currency)]
    more = exact_product(_ONE + tolerance.quantity_percent * _HUNDREDTH)
    asked = exact_sum(claim.quantity for claim in claims)
    last = claims[-1].at
    if credit:
        if asked > ordered.invoiced * more:
            found.append(
                Discrepancy(
                    last,
                    Cause.OVER_INVOICED,
                    plain(asked),
                    f"{canonical(asked)} credited, invoiced {canonical(ordered.invoiced)}",
                )
            )
        return found
    total = exact_sum((ordered.invoiced, asked))
    if asked > ordered.quantity * more:
        reason = f"{canonical(asked)} invoiced, ordered {canonical(ordered.quantity)}"
        found.append(Discrepancy(last, Cause.QUANTITY, plain(asked), reason))
    elif total > ordered.quantity * more:
        reason = (
            f"{canonical(asked)} invoiced beside {canonical(ordered.invoiced)} before, "
            f"ordered {canonical(ordered.quantity)}"
        )
        found.append(Discrepancy(last, Cause.OVER_INVOICED, plain(asked), reason))
    if total > ordered.received * more:
        reason = (
            f"{canonical(asked)} invoiced beside {canonical(ordered.invoiced)} before, "
            f"received {canonical(ordered.received)}"
        )
        found.append(Discrepancy(last, Cause.NOT_RECEIVED, plain(asked), reason))
    return found


def _units(claims: Iterable[Claim], ordered: Ordered) -> list[Discrepancy]:
    return [
        Discrepancy(claim.at, Cause.QUANTITY, claim.unit, f"invoiced in {claim.unit}, ordered in {ordered.unit}")
        for claim in claims
        if claim.unit and ordered.unit and claim.unit != ordered.unit
    ]


def _prices(claims: Iterable[Claim], ordered: Ordered, tolerance: Match, currency: Currency) -> list[Discrepancy]:
    """The line's charges come once, with any part of the quantity: so a net with and without them is right."""
    found = []
    for claim in claims:
        low = exact_product(claim.quantity, ordered.net_price)
        high = exact_sum((low, ordered.charges))
        room = max(abs(low), abs(high)) * tolerance.price_percent / _HUNDRED + currency.minor_unit
        if min(low, high) - room <= claim.net <= max(low, high) + room:
            continue
        due = canonical(low) if low == high else f"{canonical(low)} to {canonical(high)}"
        found.append(
            Discrepancy(
                claim.at,
                Cause.PRICE,
                plain(claim.net),
                f"{plain(claim.net)} invoiced for {canonical(claim.quantity)}, by the order {due} {currency.code}",
            )
        )
    return found
