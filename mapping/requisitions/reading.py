"""From an IFS requisition to the one that JAGGAER should have, and what stands in the way (contracts/mapping.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from ifs_jaggaer.errors import Rejected
from mapping.distribution import Distribution, whole
from mapping.extras import read_extras
from mapping.findings import Findings, needed
from mapping.kinds import Item, ItemKind
from mapping.money import Currency, Money, canonical, exact_product, exact_sum, json_number, plain, round_half_even
from mapping.purchasing.document import REQUISITION
from mapping.purchasing.lines import line_number
from mapping.purchasing.model import Line, Order
from mapping.purchasing.reading import Reading, ship_to

if TYPE_CHECKING:
    from connectors.ifs.models import Requisition, RequisitionLine, Site
    from mapping.profile import Profile
    from mapping.purchasing.lines import LineKey

T = TypeVar("T")
_LINE_STATUS = {"Closed": "Closed", "Cancelled": "Cancelled"}
_ZERO = Decimal(0)
_PRICE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class RequisitionRows:
    """The rows of one requisition in IFS, the site it is for, and which of its preferred suppliers are linked."""

    head: Requisition
    lines: tuple[RequisitionLine, ...]
    site: Site | None
    linked: frozenset[str] = frozenset()

    @property
    def state(self) -> str:
        return self.head.objstate or ""

    @property
    def company(self) -> str:
        """IFS states it of the site alone; "" where the site does not come."""
        return (self.site and self.site.company) or ""

    @property
    def keys(self) -> list[LineKey]:
        return [(line.line_no or "", line.release_no or "") for line in self.lines]

    @property
    def stated(self) -> Money | None:
        """IFS states no total of a requisition."""
        return None

    def read(self, profile: Profile, base: Order | None) -> Reading:
        return _Reader(self, profile, base).read()


class _Reader:
    def __init__(self, rows: RequisitionRows, profile: Profile, base: Order | None) -> None:
        self._rows = rows
        self._profile = profile
        self._base = base
        self._found = Findings()
        self._aside: list[Item] = []

    def read(self) -> Reading:
        rows, base, head, found = self._rows, self._base, self._rows.head, self._found
        currency = self._currency()
        lines = self._lines()
        total = self._total(lines, currency) if currency else _ZERO
        order = Order(
            number=head.requisition_no or "",
            status=REQUISITION.states[rows.state],
            date=head.requisition_date if head.came("requisition_date") or base is None else base.date,
            business_unit=found.attempt("Contract", self._business_unit, ""),
            supplier="",
            currency=currency.code if currency else "",
            terms="",
            buyer=self._requester(),
            ship_to=ship_to(rows.site, head.contract or "", base),
            total=total,
            note=(head.note_text or "") if head.came("note_text") or base is None else base.note,
            lines=lines,
            type=REQUISITION,
            extras=read_extras("requisition", head, base.extras if base else {}, self._profile, found),
        )
        amount = Money(total, currency.code) if currency and not found.items else None
        return Reading(order, found.items, tuple(found.notes), tuple(self._aside), amount)

    def _business_unit(self) -> str:
        site, company = self._rows.head.contract or "", self._rows.company
        if not company:
            raise Rejected(
                "IFS does not show the company of this site",
                system="ifs",
                field="Contract",
                value=site,
                remedy="correct the site of the requisition, or let the service user read CompanySiteSet",
            )
        return self._profile.business_unit(company, site)

    def _requester(self) -> str:
        code = self._rows.head.requisitioner_code
        if self._base and not self._rows.head.came("requisitioner_code"):
            return self._base.buyer
        buyers = self._profile.map("buyer")
        return self._found.attempt("RequisitionerCode", lambda: buyers.to_jaggaer(code), "") if code else ""

    def _currency(self) -> Currency | None:
        """That of all lines: JAGGAER's requisition has one."""
        codes = sorted({line.currency_code for line in self._rows.lines if line.currency_code})
        if len(codes) > 1:
            self._found.dead(
                "CurrencyCode",
                ", ".join(codes),
                "lines in several currencies: a requisition at JAGGAER has one",
                "give each currency a requisition of its own",
            )
        if not codes:
            self._found.dead("CurrencyCode", None, "no line states a currency", "state it on the lines in IFS")
            return None
        return self._found.attempt("CurrencyCode", lambda: self._profile.currency(codes[0]), None)

    def _lines(self) -> tuple[Line, ...]:
        made: dict[str, Line] = {}
        for row in sorted(self._rows.lines, key=_place_of):
            at = line_number(row.line_no or "", row.release_no or "")
            line = self._line(row, at)
            if line is None:
                continue
            if at in made:
                reason = "two lines of the requisition would have this number at JAGGAER"
                self._found.dead(f"lines[{at}]", at, reason, "renumber one of them in IFS")
            made[at] = line
        if not made:
            self._found.add(
                Item(
                    ItemKind.HELD,
                    "lines",
                    None,
                    "no line is released" if self._rows.lines else "no line came: it is empty, or they may not be read",
                    "release or add a line; look whether the service user may read PurchaseReqLineSet",
                )
            )
        return tuple(made.values())

    def _line(self, row: RequisitionLine, at: str) -> Line | None:
        """None for a line that is not released yet; one that JAGGAER has already stays as it is there."""
        before = self._base.line(at) if self._base else None
        if row.objstate in REQUISITION.not_sent:
            self._found.notes.append(f"line {at} is not released: {'stays as sent' if before else 'not sent'}")
            return before
        return Line(
            number=at,
            status=_LINE_STATUS.get(row.objstate or "", "Open"),
            part=(row.part_no or "") if row.came("part_no") or not before else before.part,
            description=(row.description or "") if row.came("description") or not before else before.description,
            unit=self._try(at, "UnitMeas", lambda: self._unit(row), ""),
            product_type=before.product_type if before else "Product",
            quantity=self._try(at, "OriginalQty", lambda: _number(row.original_qty, "OriginalQty"), _ZERO),
            unit_price=self._try(at, "EstimatedPrice", lambda: self._price(row, at), _ZERO),
            discount=_ZERO,
            charges=_ZERO,
            requested=row.wanted_receipt_date if row.came("wanted_receipt_date") or not before else before.requested,
            distribution=self._try(at, "distribution", lambda: self._distribution(row), None),
            supplier=self._preferred(row, at),
            order=row.order_no or self._theirs(before),
            extras=read_extras(
                "requisition_line", row, before.extras if before else {}, self._profile, self._found, at=f"lines[{at}]."
            ),
        )

    def _theirs(self, before: Line | None) -> str:
        """The order that came of it at JAGGAER, where IFS has none: it stays there, and nothing is written to IFS."""
        if before is None or not before.order:
            return ""
        self._found.notes.append(f"line {before.number}: JAGGAER's order {before.order}, none in IFS")
        return before.order

    def _unit(self, row: RequisitionLine) -> str:
        return self._profile.map("unit").to_jaggaer(needed(row.unit_meas, "UnitMeas"))

    def _price(self, row: RequisitionLine, at: str) -> Decimal:
        """An estimate: where IFS has none, JAGGAER, which wants one, is told 0."""
        if row.estimated_price is None:
            self._found.notes.append(f"line {at} has no estimated price: sent as 0")
            return _ZERO
        return round_half_even(row.estimated_price, _PRICE_DIGITS)

    def _distribution(self, row: RequisitionLine) -> Distribution | None:
        company = self._rows.company
        codes = [(self._profile.custom_field(company, part), value) for part, value in row.codes.items()]
        return whole(*codes) if codes else None

    def _preferred(self, row: RequisitionLine, at: str) -> str:
        """A preference keeps nothing back: without its link the line goes, and the supplier follows by itself.

        Of a requisition that has ended nothing follows: JAGGAER takes no revision of it.
        """
        vendor = row.vendor_no or ""
        if not vendor or vendor in self._rows.linked:
            return vendor
        if REQUISITION.states[self._rows.state] != REQUISITION.open:
            self._found.notes.append(f"line {at}: supplier {vendor} is not linked, the line ended without it")
            return ""
        self._aside.append(
            Item(
                ItemKind.WAITING,
                f"lines[{at}].VendorNo",
                vendor,
                f"supplier {vendor} is not linked yet: the line goes without it",
                "follows by itself once the supplier is in both systems",
                waits_for=f"supplier:{vendor}",
            )
        )
        return ""

    def _total(self, lines: tuple[Line, ...], currency: Currency) -> Decimal:
        """IFS states none: the estimates of the lines that are not cancelled, each rounded to the minor unit."""
        return exact_sum(
            round_half_even(exact_product(line.quantity, line.unit_price), currency.digits)
            for line in lines
            if line.status != "Cancelled"
        )

    def _try(self, at: str, name: str, step: Callable[[], T], instead: T) -> T:
        return self._found.attempt(f"lines[{at}].{name}", step, instead)


def _number(stated: Decimal | None, name: str) -> Decimal:
    value = needed(stated, name)
    try:
        finest = round_half_even(json_number(value), _PRICE_DIGITS)
    except ValueError as fault:
        raise Rejected(str(fault), field=name, value=plain(value), remedy="round it in the requisition") from None
    if finest != value:
        raise Rejected("is finer than six decimals", field=name, value=canonical(value), remedy="round it in IFS")
    return value


def _place_of(row: RequisitionLine) -> tuple[tuple[int, str], ...]:
    return tuple((len(part), part) for part in (row.line_no or "", row.release_no or ""))
