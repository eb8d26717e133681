"""The three-way match of one invoice: its lines against their order lines, and what a discrepancy does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.invoices.model import unit_of
from mapping.kinds import Item, ItemKind, MatchDiscrepancy
from mapping.matching import Cause, Claim, Discrepancy, Ordered, Tolerance, match
from mapping.money import Currency, exact_product, exact_sum, round_half_even

if TYPE_CHECKING:
    from connectors.ifs.models import PurchaseOrderLine
    from mapping.invoices.case import InvoiceCase, OrderLineKey
    from mapping.invoices.draft import Draft
    from mapping.profile import Profile

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_DIGITS = 6

_NO_SUCH_LINE = "correct the line number in the invoice at JAGGAER, or add the line to the order in IFS"
_ENDED = {"Cancelled": "cancelled", "Closed": "closed"}


@dataclass(slots=True)
class InvoiceMatch:
    """Matches one invoice; what is found goes to the draft's findings by the company's setting, and into `told`.

    `approved` are discrepancies that a person lets pass, by item field.
    """

    case: InvoiceCase
    drafted: Draft
    profile: Profile
    approved: Mapping[str, str | None]
    told: list[MatchDiscrepancy] = field(default_factory=list)

    def unknown_lines(self) -> None:
        """Lines that name a line which their order does not have."""
        for line in self.drafted.lines:
            if line.unknown:
                number = line.line.po_line_number or ""
                order = line.line.po_number or ""
                reason = f"order {order} has no line {number}" if number else f"no line of order {order} is named"
                unknown = Discrepancy(line.at, Cause.UNKNOWN_LINE, number, reason, _NO_SUCH_LINE)
                self._report([unknown], order, number)

    def lines(self, nets: Iterable[Decimal], currency: Currency, *, credit: bool) -> None:
        """Quantities and prices; `nets` of the invoice's lines before header charges are spread."""
        sign = -_ONE if credit else _ONE
        by_order_line: dict[OrderLineKey, list[tuple[PurchaseOrderLine, Claim]]] = {}
        for line, net in zip(self.drafted.lines, nets, strict=True):
            key = key_of(line.ordered)
            if line.ordered and key:
                claim = Claim(
                    at=line.at,
                    quantity=exact_product(sign, line.line.quantity or _ZERO),
                    net=exact_product(sign, net),
                    unit=unit_of(line.line),
                )
                by_order_line.setdefault(key, []).append((line.ordered, claim))
        settings = self.profile.of_company(self.drafted.company).match
        for key, claims in by_order_line.items():
            row = claims[0][0]
            ordered = self._ordered(row, key, credit=credit)
            if ordered:
                tolerance = Tolerance.of(settings, row.buy_unit_meas or "", currency.code)
                found = match([claim for _, claim in claims], ordered, tolerance, currency, credit=credit)
                self._report(found, key[0], "/".join(key[1:]))

    def _ordered(self, row: PurchaseOrderLine, key: OrderLineKey, *, credit: bool) -> Ordered | None:
        at = f"order {'/'.join(key)}"
        found, watch = self.drafted.found, str(self.case.orders[key[0]].watch)
        if row.buy_qty_due is None or row.fbuy_unit_price is None:
            found.dead(at, None, f"{at} states no quantity or price", "complete the order line in IFS", watch)
            return None
        factor = _ONE if row.price_conv_factor is None else row.price_conv_factor
        price = round_half_even(exact_product(row.fbuy_unit_price, factor), _DIGITS)
        unit = row.buy_unit_meas or ""
        return Ordered(
            quantity=_ZERO if row.objstate == "Cancelled" else row.buy_qty_due,
            net_price=exact_product(price, exact_sum((_HUNDRED, -(row.discount or _ZERO))), Decimal("0.01")),
            charges=row.additional_cost or _ZERO,
            received=row.qty_received or _ZERO,
            invoiced=self._invoiced(row, key, credit=credit),
            unit=found.attempt(at, lambda: self.profile.map("unit").to_jaggaer(unit, "BuyUnitMeas"), unit, watch),
            ended=_ENDED.get(row.objstate or "", ""),
        )

    def _invoiced(self, row: PurchaseOrderLine, key: OrderLineKey, *, credit: bool) -> Decimal:
        """What the order line says or, if that is more, what stands in proposals: some tenants count those late.

        And what the batch takes before. A credit that may still fail frees nothing for an invoice.
        """
        standing = max(row.qty_invoiced or _ZERO, self.case.proposed.get(key, _ZERO))
        credited = self.case.credited.get(key, _ZERO) if credit else _ZERO
        return exact_sum((standing, self.case.earlier.get(key, _ZERO), -credited))

    def _report(self, discrepancies: Iterable[Discrepancy], order_no: str, line: str) -> None:
        settings = self.profile.of_company(self.drafted.company).match
        watch = self.case.orders[order_no].watch
        for one in discrepancies:
            name = f"lines[{one.at}].match {one.cause}"
            does = settings.does(one.cause.key)
            approved = one.cause is not Cause.UNKNOWN_LINE and self.approved.get(name, one) == one.value
            passes = does == "post" or approved
            outcome = "passed" if passes else "held" if does == "hold" else "rejected"
            self.told.append(
                MatchDiscrepancy(one.at, f"{order_no}/{line}", str(one.cause), one.value, one.reason, outcome)
            )
            if passes:
                self.drafted.found.notes.append(f"line {one.at}: match: {one.cause}: {one.reason}")
                continue
            kind = ItemKind.HELD if does == "hold" else ItemKind.DEAD_LETTER
            remedy = f"{one.remedy}; it then goes by itself"
            if one.cause is not Cause.UNKNOWN_LINE:
                let = f"ifs-jaggaer replay invoices --held match --key {self.case.key}"
                remedy = f"{remedy}. Or a person lets it pass: {let}"
            self.drafted.found.add(Item(kind, name, one.value, one.reason, remedy, waits_for=str(watch)))


def key_of(row: PurchaseOrderLine | None) -> OrderLineKey | None:
    """OrderNo, LineNo, ReleaseNo."""
    return (row.order_no or "", row.line_no or "", row.release_no or "") if row else None
