"""What an invoice refers to: its company, currency, order lines and accounts, before anything is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mapping.findings import Findings
from mapping.invoices.places import Place, Places
from mapping.kinds import Item, ItemKind
from mapping.matching import Cause
from mapping.watching import any_of

if TYPE_CHECKING:
    from connectors.ifs.models import PurchaseOrderLine
    from connectors.jaggaer.invoices import Invoice, InvoiceLine
    from mapping.distribution import Distribution
    from mapping.invoices.case import InvoiceCase, KnownOrder
    from mapping.profile import Profile
    from mapping.watching import Watch


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One invoice line with its order line, where it has one, and where it goes.

    `unknown`: it names a line that its order does not have. `watches`: what is said in IFS of its order line and of the
    supplier, from which its tax code and, where it states none, its accounts are taken.
    """

    line: InvoiceLine
    ordered: PurchaseOrderLine | None
    place: Place
    unknown: bool = False
    watches: tuple[Watch, ...] = ()

    @property
    def distribution(self) -> Distribution | None:
        return self.place.distribution

    @property
    def at(self) -> str:
        return self.line.line_number


@dataclass(frozen=True, slots=True)
class Draft:
    """`company` and `currency` are "" where they could not be found out; the findings say why."""

    company: str
    currency: str
    lines: tuple[DraftLine, ...]
    found: Findings = field(default_factory=Findings)

    @property
    def has_order(self) -> bool:
        return any(line.line.po_number for line in self.lines)

    def codes(self) -> set[tuple[str, str]]:
        """Every code part and value that would be posted to."""
        shares = (share for line in self.lines if line.distribution for share in line.distribution.shares)
        return {code for share in shares for code in share.codes}


def draft(case: InvoiceCase, invoice: Invoice, profile: Profile) -> Draft:
    """Looks everything up that the invoice names."""
    found = Findings()
    company = _company(case, invoice, profile, found)
    places = Places(case, invoice, company, profile)
    lines = tuple(_line(case, line, places, found) for line in invoice.lines or ())
    if not lines:
        found.add(
            Item(
                ItemKind.HELD,
                "lines",
                None,
                "no line came: the invoice is empty, or its lines may not be read",
                "look at the invoice at JAGGAER",
            )
        )
    return Draft(company, _currency(case, invoice, company, found), lines, found)


def _orders(case: InvoiceCase, invoice: Invoice) -> list[KnownOrder]:
    numbers = dict.fromkeys(line.po_number for line in invoice.lines or () if line.po_number)
    return [case.orders[number] for number in numbers if number in case.orders]


def _company(case: InvoiceCase, invoice: Invoice, profile: Profile, found: Findings) -> str:
    unit = invoice.header.business_unit
    of_orders = sorted({order.head.company for order in _orders(case, invoice) if order.head.company})
    if unit:
        company = found.attempt("businessUnit", lambda: profile.company_of(unit), "")
        others = [other for other in of_orders if other != company]
        if company and others:
            found.dead(
                "businessUnit",
                unit,
                f"its order is in company {others[0]}, the invoice in company {company}",
                "correct the business unit of the invoice, or its order number",
                any_of(*(order.head_watch for order in _orders(case, invoice))),
            )
        return company
    if len(of_orders) == 1:
        return of_orders[0]
    waiting = any(line.po_number and line.po_number not in case.orders for line in invoice.lines or ())
    if not waiting:
        reason = "is missing, and its orders are in several companies" if of_orders else "is missing, and no order"
        found.dead("businessUnit", None, f"{reason}: no company", "state the business unit at JAGGAER")
    return ""


def _currency(case: InvoiceCase, invoice: Invoice, company: str, found: Findings) -> str:
    stated = invoice.header.total.currency if invoice.header.total else None
    of_orders = sorted({order.head.currency_code or "" for order in _orders(case, invoice)})
    if stated:
        if any(currency != stated for currency in of_orders):
            found.dead(
                "total.currency",
                stated,
                f"its order is in {' and '.join(of_orders)}",
                "correct the currency of the invoice",
                any_of(*(order.head_watch for order in _orders(case, invoice))),
            )
        return stated
    finance = case.finance_in(company)
    currency = of_orders[0] if len(of_orders) == 1 else (finance.def_currency if finance else None)
    if currency and len(of_orders) <= 1:
        found.notes.append(f"no currency is stated: {currency} of its {'order' if of_orders else 'supplier'} is taken")
        return currency
    if company:
        found.dead("total.currency", None, "no currency is stated", "state the total of the invoice at JAGGAER")
    return ""


def _line(case: InvoiceCase, line: InvoiceLine, places: Places, found: Findings) -> DraftLine:
    order = case.orders.get(line.po_number) if line.po_number else None
    theirs = _its_order(case, line, order, found)
    ordered = theirs.line(line.po_line_number or "") if theirs else None
    unknown = theirs is not None and ordered is None
    watches = (*(order.watches(ordered) if order else ()), *((case.finance_watch,) if case.finance_watch else ()))
    does = places.profile.of_company(places.company).match.does(Cause.UNKNOWN_LINE.key)
    goes = ordered or not line.po_number or (unknown and does == "post")
    if not places.company or not goes:
        return DraftLine(line, ordered, Place(None), unknown, watches)
    place = found.attempt(
        f"lines[{line.line_number}].splits",
        lambda: places.of(line, order, ordered),
        Place(None),
        waits_for=any_of(*watches),
    )
    return DraftLine(line, ordered, place, unknown, watches)


def _its_order(case: InvoiceCase, line: InvoiceLine, order: KnownOrder | None, found: Findings) -> KnownOrder | None:
    """The order that the line may be posted to."""
    number = line.po_number
    if not number:
        return None
    if order is None:
        found.add(
            Item(
                ItemKind.WAITING,
                f"lines[{line.line_number}].poNumber",
                number,
                f"order {number} is not in IFS",
                "goes by itself once the order is there, or correct its number in the invoice",
                waits_for=f"purchase_order:{number}",
            )
        )
        return None
    if case.supplier and order.head.vendor_no != case.supplier:
        found.dead(
            f"lines[{line.line_number}].poNumber",
            number,
            f"order {number} is one of supplier {order.head.vendor_no}, the invoice one of {case.supplier}",
            "correct the order number or the supplier of the invoice",
            any_of(order.head_watch),
        )
        return None
    return order
