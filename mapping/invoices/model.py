"""A JAGGAER invoice as the ERP needs it: its lines, charges and taxes, and the fingerprint of its content."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import Rejected
from mapping.fingerprint import fingerprint
from mapping.money import Currency, exact_product, exact_sum, plain, round_half_even

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectors.jaggaer.documents import SplitGroup
    from connectors.jaggaer.invoices import Charges, Invoice, InvoiceHeader, InvoiceLine
    from connectors.wire import Json, JsonValue

_ZERO = Decimal(0)
_KINDS = {None: False, "Invoice": False, "Credit memo": True}


def is_credit(header: InvoiceHeader) -> bool:
    """Whether it is a credit note. Raises Rejected for a type that is neither."""
    if header.invoice_type not in _KINDS:
        raise Rejected(
            "is neither an invoice nor a credit memo",
            system="jaggaer",
            field="invoiceType",
            value=header.invoice_type,
            remedy="post it by hand in IFS",
        )
    return _KINDS[header.invoice_type]


def number_of(header: InvoiceHeader) -> str:
    """The supplier's number for it, else JAGGAER's, as it is compared and written; "" for none."""
    return tidy(header.supplier_invoice_number) or tidy(header.invoice_number)


def tidy(number: str | None) -> str:
    """A number without white space around it, one blank for any within: no person sees the difference in IFS."""
    return " ".join((number or "").split())


def alike(number: str | None) -> str:
    """Equal for numbers that differ in capitals alone: to IFS two, to whoever reads an invoice one."""
    return tidy(number).casefold()


def text_of(line: InvoiceLine) -> str:
    """What the line is about."""
    return (line.item.description if line.item else None) or ""


def unit_of(line: InvoiceLine) -> str:
    """JAGGAER's unit of the line; "" where it states none."""
    unit = line.item.unit_of_measure if line.item else None
    return (unit.dimension if unit else None) or ""


def tax_of(charged: Charges) -> Decimal:
    """Both taxes of a header or line."""
    return exact_sum((charged.tax_charge1 or _ZERO, charged.tax_charge2 or _ZERO))


@dataclass(frozen=True, slots=True)
class Sums:
    """The amounts that tie to the total: net and tax of each line, charges and tax of the header, spread later."""

    nets: tuple[Decimal, ...]
    taxes: tuple[Decimal, ...]
    charges: Decimal
    tax: Decimal
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        return exact_sum((*self.nets, *self.taxes, self.charges, self.tax))


def add_up(invoice: Invoice, currency: Currency) -> Sums:
    """The invoice's amounts, which give its stated total exactly (DESIGN, law 7).

    What a line states is quantity and price: where their product lies between two minor units, the total
    decides how it was rounded. Headers of some tenants repeat the charges and taxes of the lines: the total
    decides that, too. A missing total is the sum.

    Raises:
        Rejected: no reading gives the total, a stated amount is finer than the minor unit, a further fee states
            none, or, without a total, the header may repeat its lines.
    """
    lines = invoice.lines or ()
    check_fees(invoice.header)
    _check_fineness(invoice, currency)
    plainly = _sums(invoice, currency, round_half_even, repeated=False)
    repeats = bool(_repeated(invoice.header, lines))
    stated = invoice.header.total.value if invoice.header.total else None
    if stated is None:
        if repeats:
            raise Rejected(
                "the header states what the lines state already, and no total says whether it counts twice",
                system="jaggaer",
                field="total",
                remedy="state the total of the invoice",
            )
        note = f"total is missing: the sum, {plain(plainly.total)} {currency.code}, is taken"
        return Sums(plainly.nets, plainly.taxes, plainly.charges, plainly.tax, (note,))
    readings = [plainly, _sums(invoice, currency, _half_up, repeated=False)]
    if repeats:
        readings += [_sums(invoice, currency, how, repeated=True) for how in (round_half_even, _half_up)]
    for reading in readings:
        if reading.total == stated:
            return reading
    difference = exact_sum((stated, -plainly.total))
    raise Rejected(
        f"differs by {plain(abs(difference))} {currency.code} from lines, charges and taxes, {plain(plainly.total)}",
        system="jaggaer",
        field="total",
        value=plain(stated),
        remedy="correct the invoice at JAGGAER",
    )


def header_print(header: InvoiceHeader) -> str:
    """The fingerprint of the header's content; lastUpdate, exportStatus and paymentStatus are no part of it."""
    return fingerprint(header_content(header))


def whole_print(invoice: Invoice) -> str:
    """The fingerprint of header and lines."""
    lines: list[JsonValue] = [line_content(line) for line in invoice.lines or ()]
    return fingerprint({"header": header_content(invoice.header), "lines": lines})


def _sums(invoice: Invoice, currency: Currency, rounded: Callable[[Decimal, int], Decimal], *, repeated: bool) -> Sums:
    header, lines = invoice.header, invoice.lines or ()
    counted = set(_CHARGES) - (_repeated(header, lines) if repeated else set())
    nets = []
    for line in lines:
        goods = rounded(exact_product(line.quantity or _ZERO, line.unit_price or _ZERO), currency.digits)
        nets.append(exact_sum((goods, *(_charge(line, name) for name in _NET_CHARGES))))
    fees = [fee.fee or _ZERO for fee in header.misc_fees]
    charges = exact_sum((*fees, *(_charge(header, name) for name in _NET_CHARGES if name in counted)))
    tax = exact_sum(_charge(header, name) for name in _TAXES if name in counted)
    notes = ("the header repeats the charges or taxes of its lines: counted once",) if repeated else ()
    return Sums(tuple(nets), tuple(tax_of(line) for line in lines), charges, tax, notes)


_NET_CHARGES = ("shipping_charge", "handling_charge", "discount_amount")
_TAXES = ("tax_charge1", "tax_charge2")
_CHARGES = (*_NET_CHARGES, *_TAXES)


def _charge(charged: Charges, name: str) -> Decimal:
    stated: Decimal = getattr(charged, name) or _ZERO
    return -stated if name == "discount_amount" else stated


def _repeated(header: InvoiceHeader, lines: Iterable[InvoiceLine]) -> set[str]:
    """Charges and taxes that the header states with exactly the sum of its lines."""
    return {
        name
        for name in _CHARGES
        if (stated := _charge(header, name)) and stated == exact_sum(_charge(line, name) for line in lines)
    }


def check_fees(header: InvoiceHeader) -> None:
    """Raises Rejected for an entry that says something, but no amount where it is looked for: it would count as 0."""
    for fee in header.misc_fees:
        shown = {**({"name": fee.name} if fee.name else {}), **(fee.model_extra or {})}
        if fee.fee is None and shown:
            raise Rejected(
                "a further fee states no amount in 'fee'",
                system="jaggaer",
                field="miscFeeList",
                value=", ".join(f"{name}: {said}" for name, said in shown.items()),
                remedy="state its amount (0 for none) at JAGGAER, or take the fee out of the invoice",
            )


def _check_fineness(invoice: Invoice, currency: Currency) -> None:
    amounts = [("miscFeeList", fee.fee or _ZERO) for fee in invoice.header.misc_fees]
    for charged in (invoice.header, *(invoice.lines or ())):
        fields = type(charged).model_fields
        amounts += [(fields[name].alias or name, _charge(charged, name)) for name in _CHARGES]
    for field, stated in amounts:
        if stated != round_half_even(stated, currency.digits):
            raise Rejected(
                f"is finer than the smallest amount of {currency.code}",
                system="jaggaer",
                field=field,
                value=plain(stated),
                remedy="correct the invoice at JAGGAER",
            )


def _half_up(amount: Decimal, digits: int) -> Decimal:
    """A tie away from zero, as most suppliers round."""
    even = round_half_even(amount, digits)
    unit = Decimal(1).scaleb(-digits)
    if abs(exact_sum((amount, -even))) * 2 != unit or abs(even) > abs(amount):
        return even
    return exact_sum((even, unit if amount > 0 else -unit))


def header_content(header: InvoiceHeader) -> Json:
    """What the header's fingerprint is made of."""
    supplier, total = header.supplier, header.total
    return {
        "invoiceNumber": header.invoice_number,
        "supplierInvoiceNumber": header.supplier_invoice_number,
        "invoiceType": header.invoice_type,
        "dates": [str(day or "") for day in (header.invoice_date, header.due_date, header.accounting_date)],
        "businessUnit": header.business_unit,
        "supplier": [supplier.supplier_number, supplier.id] if supplier else [],
        "workflowStatus": header.workflow_status,
        "total": [total.currency, total.value] if total else [],
        "withholdingTax1": header.withholding_tax1 or _ZERO,
        "miscFees": [fee.fee for fee in header.misc_fees],
        "splits": _splits_content(header.split_groups),
        **_charges_content(header),
    }


def line_content(line: InvoiceLine) -> Json:
    """What a line adds to the fingerprint of the whole."""
    return {
        "lineNumber": line.line_number,
        "item": [text_of(line), unit_of(line)],
        "order": [line.po_number, line.po_line_number],
        "quantity": line.quantity,
        "unitPrice": line.unit_price,
        "withholdingTax1": line.withholding_tax1 or _ZERO,
        "splits": _splits_content(line.split_groups),
        **_charges_content(line),
    }


def _charges_content(charged: Charges) -> Json:
    return {name: _charge(charged, name) for name in _CHARGES}


def _splits_content(groups: Iterable[SplitGroup] | None) -> list[JsonValue]:
    return [
        [
            index_set.distribution_type,
            [
                [split.distribution_value, [[part.internal_name, part.value] for part in split.values if part.value]]
                for split in index_set.splits
            ],
        ]
        for group in groups or ()
        for index_set in group.sets
    ]
