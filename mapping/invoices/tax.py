"""The tax of each line: its code, its share of the header's tax, and whether that agrees with the rate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.kinds import Item, ItemKind
from mapping.money import Currency, canonical, exact_product, exact_sum, plain, spread
from mapping.remedies import add_below, blank, entry
from mapping.watching import any_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mapping.findings import Findings
    from mapping.profile import Profile
    from mapping.watching import Watch

_ZERO = Decimal(0)
_HUNDREDTH = Decimal("0.01")
_REMEDY = "correct tax or tax code: FeeCode of the order line, else DefVatCode of the supplier"


@dataclass(frozen=True, slots=True)
class Taxable:
    """A line as far as tax goes: its net with all that was spread over it, the tax that it states, its code.

    `watches`: what its code was taken from.
    """

    at: str
    net: Decimal
    stated: Decimal
    code: str
    watches: tuple[Watch, ...] = ()


def taxes(
    lines: Sequence[Taxable], at_header: Decimal, currency: Currency, profile: Profile, found: Findings
) -> list[Decimal]:
    """The tax of each line, header tax by rate x net; together all that is stated.

    The rate only checks: a line's own tax within one minor unit, with tax at the header all of it within
    one minor unit a line. What does not agree is held as undecided; zero tax never chooses a code.
    """
    due = [exact_product(_rate(line, profile, found), line.net, _HUNDREDTH) for line in lines]
    shares = spread(at_header, due, currency) if lines else []
    made = [exact_sum((line.stated, share)) for line, share in zip(lines, shares, strict=True)]
    unit = currency.minor_unit
    if at_header:
        difference = abs(exact_sum((*made, *(-amount for amount in due))))
        without = [line.at for line in lines if not line.code]
        if without or difference > unit * len(lines):
            reason = f"line {without[0]} has no tax code" if without else _differs(exact_sum(made), exact_sum(due))
            _undecided("taxCharge1", plain(at_header), reason, lines, found)
        return made
    for line, amount in zip(lines, due, strict=True):
        if not line.code and line.stated:
            _undecided(f"lines[{line.at}].taxCharge1", plain(line.stated), "no tax code", [line], found)
        elif line.code and abs(exact_sum((line.stated, -amount))) > unit:
            reason = f"{line.code}: {_differs(line.stated, amount)}"
            _undecided(f"lines[{line.at}].taxCharge1", plain(line.stated), reason, [line], found)
    return made


def _rate(line: Taxable, profile: Profile, found: Findings) -> Decimal:
    if not line.code:
        return _ZERO
    rate = profile.tax_rate(line.code)
    if rate is None:
        found.dead(
            f"lines[{line.at}].TaxCode",
            line.code,
            "value map 'tax_rate' has no rate for it",
            add_below("maps.tax_rate.values", entry(line.code, blank("percent"))),
            any_of(*line.watches),
        )
    return rate or _ZERO


def _differs(stated: Decimal, due: Decimal) -> str:
    return f"{plain(stated)} stated, by the rate {canonical(due)}"


def _undecided(field: str, value: str, reason: str, lines: Iterable[Taxable], found: Findings) -> None:
    waits_for = any_of(*(watch for line in lines for watch in line.watches))
    found.add(Item(ItemKind.HELD, field, value, f"tax code undecided: {reason}", _REMEDY, waits_for))
