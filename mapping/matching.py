"""The three-way match: ordered, received and invoiced quantity and price of one order line (DESIGN, invoices)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from mapping.money import Currency, canonical, exact_product, exact_sum, plain, round_half_even

if TYPE_CHECKING:
    from mapping.profile_tables import Match

_HUNDREDTH = Decimal("0.01")


class Cause(StrEnum):
    """Why an invoice does not match; `key` is its name in the profile."""

    PRICE = "price"
    QUANTITY = "quantity"
    NOT_RECEIVED = "not received"
    OVER_INVOICED = "over-invoiced"
    UNKNOWN_LINE = "unknown line"

    @property
    def key(self) -> str:
        return self.value.replace(" ", "_").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Limit:
    """How far something may lie off: percent of what is due and, where it is set, an amount.

    Where both are set both are kept, so the narrower one counts; `either`: the wider one.
    """

    percent: Decimal
    amount: Decimal | None = None
    either: bool = False

    def room(self, due: Decimal) -> Decimal:
        """What lies within the limit, in the unit of `due`."""
        by_percent = exact_product(abs(due), self.percent, _HUNDREDTH)
        if self.amount is None:
            return by_percent
        return max(by_percent, self.amount) if self.either else min(by_percent, self.amount)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The limits that hold for one order line: of its quantities, and of an invoice line's net."""

    quantity: Limit
    price: Limit

    @classmethod
    def of(cls, settings: Match, unit: str, currency: str) -> Tolerance:
        """What a company sets for that unit (IFS's) and currency."""
        either = settings.within == "either"
        return cls(
            Limit(settings.quantity_percent, settings.quantity_amount.get(unit), either),
            Limit(settings.price_percent, settings.price_amount.get(currency), either),
        )


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order line. Quantities in `unit`; `net_price` for one unit less discount; `charges` for the whole line.

    `ended`: "closed" or "cancelled", "" while it is neither; of a cancelled one nothing is ordered.
    """

    quantity: Decimal
    net_price: Decimal
    charges: Decimal
    received: Decimal
    invoiced: Decimal
    unit: str
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one invoice line asks for: a quantity and its net before header charges are spread."""

    at: str
    quantity: Decimal
    net: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One cause at one invoice line, in words; `value` is what the invoice states, `remedy` what a person can do."""

    at: str
    cause: Cause
    value: str
    reason: str
    remedy: str


_RAISE = "correct the quantity of the order line in IFS or of the invoice at JAGGAER"
_REOPEN = "reopen the order line in IFS, or let the invoice name the line that was delivered, at JAGGAER"
_RECEIVE = "register the receipt in IFS, or correct the invoice at JAGGAER"


def match(
    claims: Sequence[Claim], ordered: Ordered, tolerance: Tolerance, currency: Currency, *, credit: bool = False
) -> list[Discrepancy]:
    """All claims of one invoice on one order line, against what was ordered, received and invoiced before.

    Of a credit note quantities and nets are positive, and it is matched against the invoiced quantity.
    """
    found = [*_units(claims, ordered), *_prices(claims, ordered, tolerance.price, currency)]
    asked = exact_sum(claim.quantity for claim in claims)
    last = claims[-1].at

    def beyond(quantity: Decimal, due: Decimal) -> bool:
        return quantity > exact_sum((due, tolerance.quantity.room(due)))

    def add(cause: Cause, reason: str, remedy: str) -> None:
        ended = ordered.ended and not credit
        said = f"{reason}; the order line is {ordered.ended}" if ended else reason
        found.append(Discrepancy(last, cause, canonical(asked), said, _REOPEN if ended else remedy))

    if credit:
        if beyond(asked, ordered.invoiced):
            reason = f"{canonical(asked)} credited, invoiced {canonical(ordered.invoiced)}"
            remedy = "look which credit notes took it back already, or whether the invoice is posted that it takes back"
            add(Cause.OVER_INVOICED, reason, f"{remedy}; else correct the quantity of the credit note at JAGGAER")
        return found
    total = exact_sum((ordered.invoiced, asked))
    beside = f"{canonical(asked)} invoiced beside {canonical(ordered.invoiced)} before"
    if beyond(asked, ordered.quantity):
        add(Cause.QUANTITY, f"{canonical(asked)} invoiced, ordered {canonical(ordered.quantity)}", _RAISE)
    elif beyond(total, ordered.quantity):
        remedy = "look which invoices took the quantity; raise the order line in IFS, or correct the invoice"
        add(Cause.OVER_INVOICED, f"{beside}, ordered {canonical(ordered.quantity)}", remedy)
    # What was never ordered is not awaited: that it is too much is said above.
    if beyond(min(total, ordered.quantity), ordered.received):
        add(Cause.NOT_RECEIVED, f"{beside}, received {canonical(ordered.received)}", _RECEIVE)
    return found


def _units(claims: Iterable[Claim], ordered: Ordered) -> list[Discrepancy]:
    return [
        Discrepancy(
            claim.at,
            Cause.QUANTITY,
            claim.unit,
            f"invoiced in {claim.unit}, ordered in {ordered.unit}",
            "correct the unit of the invoice line at JAGGAER, with quantity and price, or that of the order line in "
            "IFS; where both are one unit, let maps.unit of the profile say so",
        )
        for claim in claims
        if claim.unit and ordered.unit and claim.unit != ordered.unit
    ]


def _prices(claims: Iterable[Claim], ordered: Ordered, limit: Limit, currency: Currency) -> list[Discrepancy]:
    """The line's charges come once, with any part of the quantity: so a net with and without them is right."""
    found = []
    for claim in claims:
        low = exact_product(claim.quantity, ordered.net_price)
        high = exact_sum((low, ordered.charges))
        # A minor unit is rounding, whatever the limit.
        room = exact_sum((limit.room(max(abs(low), abs(high))), currency.minor_unit))
        if min(low, high) - room <= claim.net <= max(low, high) + room:
            continue
        least, most = (plain(round_half_even(one, currency.digits)) for one in (low, high))
        due = least if low == high else f"{least} to {most}"
        found.append(
            Discrepancy(
                claim.at,
                Cause.PRICE,
                plain(claim.net),
                f"{plain(claim.net)} invoiced for {canonical(claim.quantity)}, by the order {due} {currency.code}",
                "correct the price of the order line in IFS or the invoice at JAGGAER",
            )
        )
    return found
