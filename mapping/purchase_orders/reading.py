"""From an IFS order to the order that JAGGAER should have, and what stands in the way (contracts/mapping.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from ifs_jaggaer.errors import Rejected
from mapping.distribution import Distribution, of_order_line
from mapping.extras import read_extras
from mapping.findings import Findings, needed
from mapping.kinds import Item, ItemKind
from mapping.money import (
    Currency,
    Money,
    canonical,
    exact_product,
    exact_sum,
    json_number,
    plain,
    round_half_even,
)
from mapping.purchasing.document import ORDER
from mapping.purchasing.lines import line_number
from mapping.purchasing.model import Line, Order
from mapping.purchasing.reading import Reading, ship_to

if TYPE_CHECKING:
    from connectors.ifs.models import PreAccounting, PurchaseOrder, PurchaseOrderLine, Site
    from mapping.profile import Profile
    from mapping.purchasing.lines import LineKey

T = TypeVar("T")
_LINE_STATUS = {"Closed": "Closed", "Cancelled": "Cancelled"}
_ONE, _HUNDRED, _ZERO = Decimal(1), Decimal(100), Decimal(0)
_PRICE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class OrderRows:
    """The rows of one order in IFS. `site` and `lines` may be missing: unknown, not empty (DESIGN, law 11)."""

    head: PurchaseOrder
    lines: tuple[PurchaseOrderLine, ...]
    shares: tuple[PreAccounting, ...]
    site: Site | None

    @property
    def state(self) -> str:
        return self.head.objstate or ""

    @property
    def company(self) -> str:
        return self.head.company or ""

    @property
    def keys(self) -> list[LineKey]:
        return [(line.line_no or "", line.release_no or "") for line in self.lines]

    @property
    def stated(self) -> Money | None:
        head = self.head
        if head.total_amount is None or not head.currency_code:
            return None
        return Money(head.total_amount, head.currency_code)

    def read(self, profile: Profile, base: Order | None) -> Reading:
        return read_order(self, profile, base)


def read_order(rows: OrderRows, profile: Profile, base: Order | None) -> Reading:
    """The order in JAGGAER's terms.

    `base` is what JAGGAER has of it: what did not come from IFS stays as it is there, and a delivery date
    that IFS derives stays as first sent.
    """
    found = Findings()
    head = rows.head
    currency = found.attempt("CurrencyCode", lambda: profile.currency(head.currency_code or ""), None)
    lines = _Lines(rows, profile, base, currency, found).read()
    if not rows.lines:
        found.add(
            Item(
                ItemKind.HELD,
                "lines",
                None,
                "no line came: the order is empty, or its lines may not be read",
                "look whether the service user may read PurchaseOrderLineSet, or add a line",
            )
        )
    order = Order(
        number=head.order_no or "",
        status=ORDER.states[rows.state],
        date=head.order_date if head.came("order_date") or base is None else base.date,
        business_unit=found.attempt(
            "Company", lambda: profile.business_unit(needed(head.company, "Company"), head.contract or ""), ""
        ),
        supplier=head.vendor_no or "",
        currency=head.currency_code or "",
        terms=_terms(head, profile, found) if head.came("pay_term_id") or base is None else base.terms,
        buyer=_buyer(head, profile, found) if head.came("buyer_code") or base is None else base.buyer,
        ship_to=ship_to(rows.site, head.contract or "", base),
        total=_total(head, lines, currency, found) if currency and rows.lines else _ZERO,
        note=(head.note_text or "") if head.came("note_text") or base is None else base.note,
        lines=tuple(line for line, _ in lines),
        extras=read_extras("purchase_order", head, base.extras if base else {}, profile, found),
    )
    return Reading(order, found.items, tuple(found.notes), amount=rows.stated)


def _terms(head: PurchaseOrder, profile: Profile, found: Findings) -> str:
    code = head.pay_term_id
    return found.attempt("PayTermId", lambda: profile.map("payment_terms").to_jaggaer(code), "") if code else ""


def _buyer(head: PurchaseOrder, profile: Profile, found: Findings) -> str:
    code = head.buyer_code
    return found.attempt("BuyerCode", lambda: profile.map("buyer").to_jaggaer(code), "") if code else ""


def _total(head: PurchaseOrder, lines: list[tuple[Line, Decimal]], currency: Currency, found: Findings) -> Decimal:
    summed = exact_sum(net for line, net in lines if line.status != "Cancelled")
    stated = head.total_amount
    if stated is None:
        found.notes.append(f"TotalAmount is missing: the sum of the lines, {plain(summed)}, is taken")
        return summed
    if stated != summed:
        found.dead(
            "TotalAmount",
            plain(stated),
            f"differs by {plain(abs(stated - summed))} {currency.code} from the sum of the lines not cancelled, "
            f"{plain(summed)}",
            "correct the order in IFS",
        )
    elif stated != round_half_even(stated, currency.digits):
        found.dead(
            "TotalAmount",
            plain(stated),
            f"is finer than the smallest amount of {currency.code}",
            "correct the order in IFS",
        )
    return stated


class _Lines:
    """Reads the lines of one order."""

    def __init__(
        self,
        rows: OrderRows,
        profile: Profile,
        base: Order | None,
        currency: Currency | None,
        found: Findings,
    ) -> None:
        self._rows = rows
        self._profile = profile
        self._base = base
        self._currency = currency
        self._found = found

    def read(self) -> list[tuple[Line, Decimal]]:
        """Each line with its stated net, in the order of their numbers."""
        made: dict[str, tuple[Line, Decimal]] = {}
        for row in sorted(self._rows.lines, key=_place_of):
            at = line_number(row.line_no or "", row.release_no or "")
            if at in made:
                self._found.dead(
                    f"lines[{at}]",
                    at,
                    "two lines of the order would have this number at JAGGAER",
                    "renumber one of them in IFS",
                )
            made[at] = self._line(row, at)
        return list(made.values())

    def _line(self, row: PurchaseOrderLine, at: str) -> tuple[Line, Decimal]:
        before = self._base.line(at) if self._base else None
        line = Line(
            number=at,
            status=_LINE_STATUS.get(row.objstate or "", "Open"),
            part=(row.part_no or "") if row.came("part_no") or not before else before.part,
            description=(row.description or "") if row.came("description") or not before else before.description,
            unit=self._try(at, "BuyUnitMeas", lambda: self._unit(row), ""),
            product_type=before.product_type if before and not row.came("service_type") else _type_of(row),
            quantity=self._number(at, "BuyQtyDue", row.buy_qty_due),
            unit_price=self._try(at, "FbuyUnitPrice", lambda: _unit_price(row), _ZERO),
            discount=before.discount
            if before and not row.came("discount")
            else self._number(at, "Discount", row.discount or _ZERO),
            charges=before.charges
            if before and not row.came("additional_cost")
            else self._number(at, "AdditionalCost", row.additional_cost or _ZERO),
            requested=row.wanted_delivery_date or (before and before.requested) or row.planned_receipt_date,
            distribution=self._try(at, "distribution", lambda: self._distribution(row), None),
            extras=read_extras(
                "purchase_order_line",
                row,
                before.extras if before else {},
                self._profile,
                self._found,
                at=f"lines[{at}].",
            ),
        )
        if line.status == "Cancelled":
            return line, _ZERO
        net = self._try(at, "NetAmtCurr", lambda: needed(row.net_amt_curr, "NetAmtCurr"), None)
        if net is None:
            return line, _ZERO
        self._check(line, net)
        return line, net

    def _check(self, line: Line, net: Decimal) -> None:
        """Quantity x price against the stated net (DESIGN, law 7)."""
        if self._currency is None:
            return
        share = exact_product(exact_sum((_HUNDRED, -line.discount)), Decimal("0.01"))
        computed = exact_sum((exact_product(line.quantity, line.unit_price, share), line.charges))
        difference = abs(exact_sum((computed, -net)))
        unit = self._currency.minor_unit
        if difference * 2 <= unit:
            return
        at = f"lines[{line.number}].NetAmtCurr"
        words = (
            f"quantity x price less discount plus charges is {canonical(computed)}, "
            f"the line states {plain(net)} {self._currency.code}: a difference of {canonical(difference)}"
        )
        if difference <= unit:
            self._found.notes.append(f"{at}: {words}, within one minor unit")
        else:
            self._found.dead(at, plain(net), words, "correct quantity, price or net of the line in IFS")

    def _unit(self, row: PurchaseOrderLine) -> str:
        return self._profile.map("unit").to_jaggaer(needed(row.buy_unit_meas, "BuyUnitMeas"))

    def _distribution(self, row: PurchaseOrderLine) -> Distribution | None:
        company = self._rows.head.company or ""
        made = of_order_line(row, self._rows.shares)
        return made and made.renamed(lambda part: self._profile.custom_field(company, part))

    def _number(self, at: str, name: str, stated: Decimal | None) -> Decimal:
        def step() -> Decimal:
            value = needed(stated, name)
            try:
                return json_number(value)
            except ValueError as fault:
                raise Rejected(str(fault), field=name, value=plain(value), remedy="round it in the order") from None

        return self._try(at, name, step, _ZERO)

    def _try(self, at: str, name: str, step: Callable[[], T], instead: T) -> T:
        return self._found.attempt(f"lines[{at}].{name}", step, instead)


def _unit_price(row: PurchaseOrderLine) -> Decimal:
    price = needed(row.fbuy_unit_price, "FbuyUnitPrice")
    factor = _ONE if row.price_conv_factor is None else row.price_conv_factor
    return round_half_even(exact_product(price, factor), _PRICE_DIGITS)


def _type_of(row: PurchaseOrderLine) -> str:
    return "Service" if row.service_type else "Product"


def _place_of(row: PurchaseOrderLine) -> tuple[tuple[int, str], ...]:
    return tuple((len(part), part) for part in (row.line_no or "", row.release_no or ""))
