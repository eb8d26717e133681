"""Invoices as they are made, and how they are written down in JAGGAER's wire shape (contracts/jaggaer.md 7)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ifs_jaggaer.sandbox.seed.bills import NO_CHARGES, RATE, Charges, Item, charge_fields, line_wire, total
from ifs_jaggaer.sandbox.seed.companies import Company, first_open
from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.money import HUNDRED, ZERO
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.stamps import Stamps, midnight
from ifs_jaggaer.sandbox.seed.supplier_rows import PARTY
from ifs_jaggaer.sandbox.seed.suppliers import TERMS, Supplier


@dataclass(frozen=True)
class Invoice:
    """One invoice before it is written down."""

    supplier: Supplier
    company: Company
    currency: str
    items: tuple[Item, ...]
    charges: Charges = NO_CHARGES
    credit: bool = False
    states: tuple[str, str] = ("Payable", "Completed")
    kind: str = ""
    missing: frozenset[str] = field(default_factory=frozenset)
    total_off: Decimal = ZERO
    in_closed_period: bool = False
    stated_supplier: str | None = None
    stated_currency: str | None = None
    stated_number: str | None = None

    @property
    def for_order(self) -> bool:
        return any(item.order for item in self.items)

    @property
    def total(self) -> Decimal:
        return total(self.items, self.charges, self.currency)


class Writer:
    """Writes invoices in JAGGAER's wire shape, ordered by their ids."""

    def __init__(self, scene: Scene) -> None:
        self.documents: list[Row] = []
        self.ledger: list[Row] = []
        self._now = scene.now
        self._rng = scene.rng("invoice documents")
        self._specials = scene.specials
        self._stamps = Stamps(self._rng, scene.now, bulk=0.35, days=25, load_days_ago=8)
        self._last: Invoice | None = None

    def write(self, made: Invoice, at: int) -> None:
        invoice_id = 2_526_000 + at * 4 + self._rng.randrange(3)
        number = made.stated_number or f"{self._rng.choice(('RE', 'FV', 'F', 'INV'))}-{10_000 + at}/{at % 97:02d}"
        if made.kind == "invoice_number_twice" and self._last:
            made = self._moved(made, self._last)
            number = self._last.stated_number or number
        header = self._header(made, invoice_id, at, number)
        lines = [
            line_wire(item, 8_870_000 + at * 40 + place, place, made.company, made.currency)
            for place, item in enumerate(made.items, 1)
        ]
        self.documents.append({"header": header, "lineList": {"invoiceLine": lines}})
        self._note(made, invoice_id, number)
        if made.states == ("Payable", "Completed") and not made.kind and not made.missing and not made.credit:
            self._last = replace(made, stated_number=number)

    def _moved(self, made: Invoice, to: Invoice) -> Invoice:
        """An invoice given to another's supplier and company, with accounts and taxes that are right there."""
        terms = to.supplier.terms_in(to.company.number)
        rate = RATE[terms.tax_code] if terms else ZERO
        splits = ((HUNDRED, to.company.coding(self._rng, self._now.date())),)
        items = tuple(replace(item, rate=rate, splits=splits).taxed(made.currency) for item in made.items)
        return replace(made, supplier=to.supplier, company=to.company, items=items)

    def _note(self, made: Invoice, invoice_id: int, number: str) -> None:
        if made.kind:
            self._specials.note(made.kind, str(invoice_id))
        if made.states != ("Payable", "Completed"):
            self._specials.note("invoice_not_ready", str(invoice_id))
        if made.credit:
            self._specials.note("invoice_credit", str(invoice_id))
        for name in sorted(made.missing):
            self._specials.note(f"invoice_without_{name}", str(invoice_id))
        if made.kind == "invoice_already_posted":
            self.ledger.append(self._ledger_item(made, number))

    def _header(self, made: Invoice, invoice_id: int, at: int, number: str) -> Row:
        day = self._now - timedelta(days=self._rng.randrange(2, 42))
        if made.in_closed_period:
            first = first_open(self._now)
            day = datetime(first.year, first.month, first.day, tzinfo=self._now.tzinfo) - timedelta(days=25)
        terms = made.supplier.terms_in(made.company.number) or made.supplier.terms[0]
        value = made.total + made.total_off
        header: Row = {
            "invoiceId": invoice_id,
            "validationStatus": "Unneeded",
            "lastUpdate": self._stamps.milliseconds(),
            "paymentStatus": made.states[0],
            "invoiceName": f"{day:%Y-%m-%d} ap@manufacturer.example {at % 90 + 1:02d}",
            "invoiceNumber": f"I{at:06d}",
            "invoiceType": "Credit memo" if made.credit else "Invoice",
            "invoiceLineType": "PO" if made.for_order else "Non-PO",
            "invoiceSource": self._rng.choice(("Manual", "OCR", "cXML")),
            "invoiceDate": midnight(day),
            "invoiceCreateDate": midnight(day),
            "dueDate": midnight(day + timedelta(days=int(terms.terms))),
            "accountingDate": midnight(day + timedelta(days=self._rng.randrange(2))),
            "businessUnit": made.company.number,
            "supplier": _supplier(made),
            "supplierInvoiceNumber": number,
            "terms": {"discount": {}, "days": 0, "type": "Net", "standardPaymentTermsCode": TERMS[terms.terms]},
            "matchStatus": _match_status(made),
            "workflowStatus": made.states[1],
            "nonPOInvoice": "false" if made.for_order else "true",
            **charge_fields(made.charges),
            "total": {"currency": made.stated_currency or made.currency, "value": value},
        }
        if at % 2:
            header["exportStatus"] = "NotExported"
        return {name: value for name, value in header.items() if name not in made.missing}

    def _ledger_item(self, made: Invoice, number: str) -> Row:
        return {
            "Company": made.company.number,
            "Identity": made.supplier.number,
            "PartyType": PARTY,
            "LedgerItemId": str(80_000 + len(self.ledger)),
            "InvoiceNo": number,
            "PaidAmount": ZERO,
            "OpenAmount": made.total,
            "PaymentDate": None,
            "PaymentReference": None,
            "LastModifiedDate": self._stamps.next(),
        }


def _supplier(made: Invoice) -> Row:
    if made.stated_supplier:
        return {"id": 99_999, "name": "Unbekannt GmbH", "supplierNumber": made.stated_supplier}
    supplier = made.supplier
    return {
        "id": supplier.bravo_id,
        "name": supplier.name,
        "supplierNumber": supplier.number,
        "duns": supplier.duns,
    }


def _match_status(made: Invoice) -> str:
    if not made.for_order:
        return "Do Not Match"
    return "Unmatched" if made.kind.endswith(("discrepancy", "before_receipt")) else "Matched"
