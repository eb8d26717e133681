"""From an invoice to what is posted in IFS, with everything that stands in the way (contracts/mapping.md, invoices)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import Rejected
from mapping.distribution import divide_amount, divide_net, divide_quantity
from mapping.extras import for_ifs
from mapping.invoices.accounts import check_codes, check_voucher_accounts
from mapping.invoices.checks import check_number, check_supplier, posting_date
from mapping.invoices.draft import Draft, DraftLine, draft
from mapping.invoices.match import InvoiceMatch, key_of
from mapping.invoices.model import Sums, add_up, check_fees, is_credit, number_of, text_of
from mapping.invoices.tax import Taxable, taxes
from mapping.kinds import Item, ItemKind
from mapping.money import Currency, exact_product, exact_sum, plain, round_half_even, spread
from mapping.watching import any_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from connectors.jaggaer.fields import Wire as JaggaerRecord
    from connectors.jaggaer.invoices import Invoice
    from mapping.findings import Findings
    from mapping.invoices.case import InvoiceCase, OrderLineKey
    from mapping.kinds import MatchDiscrepancy
    from mapping.profile import Profile

_ZERO, _ONE = Decimal(0), Decimal(1)
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One line to be posted to one place. Amounts in the invoice's currency, of a credit note positive.

    `extras`: further attributes of IFS, by the profile.
    `order_no` is the order that the invoice names, also where it has no such line.
    """

    order: OrderLineKey | None
    order_no: str
    text: str
    quantity: Decimal
    unit_price: Decimal | None
    net: Decimal
    tax: Decimal
    tax_code: str
    codes: tuple[tuple[str, str], ...]
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """An invoice as the ERP posts it, whatever the document there is called. `mark` is our natural key."""

    mark: str
    company: str
    supplier: str
    number: str
    credit: bool
    currency: str
    invoice_date: date
    due_date: date | None
    posting_date: date
    lines: tuple[PostingLine, ...]
    extras: Mapping[str, str] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        return exact_sum(line.net for line in self.lines)

    @property
    def tax(self) -> Decimal:
        return exact_sum(line.tax for line in self.lines)

    @property
    def gross(self) -> Decimal:
        return exact_sum((self.net, self.tax))

    @property
    def stated_gross(self) -> Decimal:
        """The gross with the sign that the invoice has: negative for a credit note."""
        return -self.gross if self.credit else self.gross

    @property
    def has_order(self) -> bool:
        return any(line.order_no for line in self.lines)

    def quantities(self) -> dict[OrderLineKey, Decimal]:
        """What it asks for of each order line."""
        asked: dict[OrderLineKey, Decimal] = {}
        for line in self.lines:
            if line.order:
                asked[line.order] = exact_sum((asked.get(line.order, _ZERO), line.quantity))
        return asked


@dataclass(frozen=True, slots=True)
class Examined:
    """The posting, None where something stands in the way: then `items` say what. `company` is "" if unknown."""

    company: str
    posting: Posting | None
    items: tuple[Item, ...]
    notes: tuple[str, ...]
    discrepancies: tuple[MatchDiscrepancy, ...]


def examine(case: InvoiceCase, invoice: Invoice, profile: Profile, approved: Mapping[str, str | None]) -> Examined:
    """Checks everything, so that every fault is named at once. `approved` are discrepancies a person lets pass."""
    drafted = draft(case, invoice, profile)
    found, header = drafted.found, invoice.header
    check_supplier(case, drafted.company, found)
    check_number(case, drafted.company, number_of(header), found)
    if header.invoice_date is None:
        found.dead("invoiceDate", None, "the invoice has no date", "enter its date at JAGGAER")
    on = posting_date(case, drafted.company, header.accounting_date or header.invoice_date, profile, found)
    check_codes(drafted, case.ledger, on, profile)
    check_voucher_accounts(drafted, invoice, case.ledger, on, profile)
    _check_withholding(invoice, found)
    credit = found.attempt("invoiceType", lambda: is_credit(header), instead=False)
    currency = (
        found.attempt("total.currency", lambda: profile.currency(drafted.currency), None) if drafted.currency else None
    )
    matching = InvoiceMatch(case, drafted, profile, approved)
    matching.unknown_lines()
    lines: tuple[PostingLine, ...] = ()
    if currency and drafted.company and drafted.lines and _quantified(drafted, found):
        sums = _sums(invoice, currency, found, credit=credit)
        if sums:
            found.notes.extend(sums.notes)
            matching.lines(sums.nets, currency, credit=credit)
            lines = _Lines(case, drafted, sums, currency=currency, profile=profile, found=found, credit=credit).made()
    extras = _extras("invoice", header, "", profile, found)
    discrepancies = tuple(matching.told)
    if found.items or on is None or header.invoice_date is None:
        return Examined(drafted.company, None, found.items, tuple(found.notes), discrepancies)
    posting = Posting(
        mark=case.mark,
        company=drafted.company,
        supplier=case.supplier,
        number=number_of(header),
        credit=credit,
        currency=drafted.currency,
        invoice_date=header.invoice_date,
        due_date=header.due_date,
        posting_date=on,
        lines=lines,
        extras=extras,
    )
    return Examined(drafted.company, posting, (), tuple(found.notes), discrepancies)


def _extras(part: str, record: JaggaerRecord, at: str, profile: Profile, found: Findings) -> dict[str, str]:
    """What is stated of the extra fields of a header or line, by IFS's attribute."""
    said, faults = for_ifs(part, record, profile)
    for fault in faults:
        found.rejected(f"{at}{fault.field}", fault)
    return {name: text for name, text in said.items() if text is not None}


def _sums(invoice: Invoice, currency: Currency, found: Findings, *, credit: bool) -> Sums | None:
    try:
        check_fees(invoice.header)
    except Rejected as fault:
        found.rejected("miscFeeList", fault)
        return None
    sums = found.attempt("total", lambda: add_up(invoice, currency), None)
    if sums and credit and sums.total > _ZERO:
        found.dead(
            "total",
            plain(sums.total),
            "a credit memo owes the supplier money: its amounts are negative, and this one's are not",
            "turn the signs of its quantities, charges and taxes at JAGGAER, or make it an invoice",
        )
        return None
    return sums


def _check_withholding(invoice: Invoice, found: Findings) -> None:
    withheld = exact_sum(part.withholding_tax1 or _ZERO for part in (invoice.header, *(invoice.lines or ())))
    if withheld:
        found.add(
            Item(
                ItemKind.HELD,
                "withholdingTax1",
                plain(withheld),
                "withholding tax is not posted automatically",
                "post the invoice by hand in IFS",
            )
        )


def _quantified(drafted: Draft, found: Findings) -> bool:
    """Whether every line states a quantity and a price."""
    complete = True
    for line in drafted.lines:
        quantity = line.line.quantity
        for name, value in (("quantity", quantity), ("unitPrice", line.line.unit_price)):
            if value is None:
                complete = False
                found.dead(f"lines[{line.at}].{name}", None, "is missing", "enter it in the invoice at JAGGAER")
        if quantity is not None and quantity != round_half_even(quantity, _DIGITS):
            found.dead(f"lines[{line.at}].quantity", plain(quantity), "is finer than six decimals", "round it")
    return complete


class _Lines:
    """Spreads, taxes and splits the lines of one invoice whose amounts tie."""

    def __init__(
        self,
        case: InvoiceCase,
        drafted: Draft,
        sums: Sums,
        *,
        currency: Currency,
        profile: Profile,
        found: Findings,
        credit: bool,
    ) -> None:
        self._case = case
        self._drafted = drafted
        self._sums = sums
        self._currency = currency
        self._profile = profile
        self._found = found
        self._sign = -_ONE if credit else _ONE

    def made(self) -> tuple[PostingLine, ...]:
        sums = self._sums
        if self._case.finance_in(self._drafted.company) is None:
            return ()  # the invoice waits for it, and without it no tax code can be told
        shares = spread(sums.charges, [abs(net) for net in sums.nets], self._currency)
        nets = [exact_sum((net, share)) for net, share in zip(sums.nets, shares, strict=True)]
        codes = [self._tax_code(line) for line in self._drafted.lines]
        taxable = [
            Taxable(line.at, net, stated, code, line.watches)
            for line, net, stated, code in zip(self._drafted.lines, nets, sums.taxes, codes, strict=True)
        ]
        taxed = taxes(taxable, sums.tax, self._currency, self._profile, self._found)
        return tuple(
            posted
            for line, net, share, tax, code in zip(self._drafted.lines, sums.nets, shares, taxed, codes, strict=True)
            for posted in self._split(line, net, share, tax, code)
        )

    def _tax_code(self, line: DraftLine) -> str:
        finance = self._case.finance_in(self._drafted.company)
        return (line.ordered.fee_code if line.ordered else None) or (finance.def_vat_code if finance else None) or ""

    def _split(self, line: DraftLine, net: Decimal, share: Decimal, tax: Decimal, code: str) -> tuple[PostingLine, ...]:
        distribution = line.distribution
        if distribution is None:
            return ()  # an item says why
        quantity = line.line.quantity or _ZERO
        extras = _extras("invoice_line", line.line, f"lines[{line.at}].", self._profile, self._found)
        try:
            nets = divide_net(net, share, distribution, self._currency)
        except Rejected as fault:
            self._found.rejected(f"lines[{line.at}].splits", fault, any_of(*line.watches))
            return ()
        return tuple(
            PostingLine(
                order=key_of(line.ordered),
                order_no=line.line.po_number or "",
                text=text_of(line.line),
                quantity=exact_product(self._sign, part),
                unit_price=self._unit_price(line, net, share),
                net=exact_product(self._sign, amount),
                tax=exact_product(self._sign, taxed),
                tax_code=code,
                codes=place.codes,
                extras=extras,
            )
            for place, part, amount, taxed in zip(
                distribution.shares,
                divide_quantity(quantity, distribution),
                nets,
                divide_amount(tax, distribution, self._currency),
                strict=True,
            )
        )

    def _unit_price(self, line: DraftLine, net: Decimal, share: Decimal) -> Decimal | None:
        """None where quantity x price would not be the line's net."""
        price = line.line.unit_price or _ZERO
        difference = exact_sum((exact_product(line.line.quantity or _ZERO, price), -net))
        exact = price == round_half_even(price, _DIGITS)
        return price if exact and not share and abs(difference) <= self._currency.minor_unit else None
