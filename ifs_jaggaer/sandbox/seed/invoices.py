"""Invoices at JAGGAER: most match what was ordered and received, some do not (contracts/jaggaer.md 7)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from ifs_jaggaer.sandbox.seed.bills import (
    NO_CHARGES,
    RATE,
    Charges,
    Item,
    billed,
    charge_fields,
    line_wire,
    tax_is_plain,
    total,
)
from ifs_jaggaer.sandbox.seed.companies import UNKNOWN_ACCOUNT, Company, first_open
from ifs_jaggaer.sandbox.seed.deck import Deck, Part
from ifs_jaggaer.sandbox.seed.model import Row, deal, spread
from ifs_jaggaer.sandbox.seed.money import HUNDRED, ZERO, minor, on_a_tie, rounded
from ifs_jaggaer.sandbox.seed.orders import SPLITS, UNKNOWN_SUPPLIER, Order, doubtful
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.stamps import Stamps, midnight
from ifs_jaggaer.sandbox.seed.supplier_rows import PARTY
from ifs_jaggaer.sandbox.seed.suppliers import TERMS, Supplier

SERVICES = (
    ("Strom und Gas", "EA"), ("Beratung §-Prüfung", "HUR"), ("Loyer entrepôt", "EA"), ("Usługa sprzątania", "HUR"),
    ('Seminar "Lean"', "EA"), ("Fracht Hamburg—Wrocław", "EA"),
)  # fmt: skip
NOT_READY = (("InProcess", "Pending"), ("Payable", "Pending"), ("InProcess", "Rejected"), ("Paid", "Completed"))


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


class Invoicing:
    """Makes invoices of each sort from what the orders and suppliers allow; None where they do not."""

    def __init__(self, scene: Scene, deck: Deck, suppliers: list[Supplier], orders: list[Order]) -> None:
        self._rng = scene.rng("invoices")
        self._companies = scene.companies
        self._deck = deck
        self._today = scene.today
        self._suppliers = [each for each in suppliers if each.ordinary and each.invoices]
        self._creditable = [order for order in orders if order.before_cutover]
        self._not_received = [
            order
            for order in orders
            if order.state in {"Released", "Confirmed"} and not order.kind and order.supplier.invoices
        ]
        self._turn = 0

    @property
    def possible(self) -> bool:
        return bool(self._suppliers)

    def against_order(self) -> Invoice | None:
        part = self._deck.part()
        if part is None:
            return None
        self._turn += 1
        return _with_charges(self._from_part(*part), self._turn, self._rng)

    def whole_order(self) -> Invoice | None:
        part = self._deck.whole()
        return self._from_part(*part) if part else None

    def _from_part(self, order: Order, part: Part) -> Invoice:
        items = tuple(self._with_own_splits(order, billed(order, line, quantity)) for line, quantity in part)
        return Invoice(order.supplier, order.company, order.currency, items)

    def _with_own_splits(self, order: Order, item: Item) -> Item:
        if self._rng.random() > 0.12:
            return item
        line = next(each for each in order.lines if each.number == item.order_line)
        return replace(item, splits=line.splits, by_amount=self._rng.random() < 0.5)

    def without_order(self, *, account: bool = True, second_company: bool = False) -> Invoice | None:
        """With splits of its own, or left to the supplier's default account (the lead company's)."""
        rng = self._rng
        supplier = rng.choice(self._suppliers)
        terms = rng.choice(supplier.terms) if second_company else supplier.terms[0]
        company = next(each for each in self._companies if each.number == terms.company)
        by_default = account and company is self._companies[0] and terms.account and rng.random() < 0.3
        items = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            text, unit = rng.choice(SERVICES)
            item = Item(
                text=text,
                unit=unit,
                quantity=Decimal(rng.choice((1, 1, 1, 4, 12))),
                price=rounded(Decimal(rng.randrange(2_000, 300_000)) / 100, terms.currency),
                rate=RATE[terms.tax_code],
                splits=() if by_default or not account else self._splits(company),
                by_amount=rng.random() < 0.5,
            )
            items.append(item.taxed(terms.currency))
        return Invoice(supplier, company, terms.currency, tuple(items))

    def _splits(self, company: Company) -> tuple[tuple[Decimal, dict[str, str]], ...]:
        shares = self._rng.choice((("100",), ("100",), *SPLITS))
        return tuple((Decimal(share), company.coding(self._rng, self._today)) for share in shares)

    def credit(self) -> Invoice | None:
        """Part of what was invoiced before the cut-over comes back; now and then less a restocking fee."""
        if not self._creditable:
            return None
        order = self._creditable.pop()
        line = next(each for each in order.lines if each.invoiced > 0)
        quantity = max(Decimal(1), line.invoiced // 3)
        if quantity > line.invoiced or doubtful(line, quantity, order.currency):
            quantity = line.invoiced
        item = replace(billed(order, line, quantity), handling=ZERO).taxed(order.currency).reversed()
        items = [item]
        if self._rng.random() < 0.3:
            terms = next(each for each in order.supplier.terms if each.company == order.company.number)
            fee = Item(
                text="Rücknahmegebühr / restocking fee",
                unit="EA",
                quantity=Decimal(1),
                price=rounded(-item.net(order.currency) / 10, order.currency),
                rate=RATE[terms.tax_code],
                splits=((HUNDRED, order.company.coding(self._rng, self._today)),),
            )
            items.append(fee.taxed(order.currency))
        return Invoice(order.supplier, order.company, order.currency, tuple(items), credit=True)

    def before_receipt(self) -> Invoice | None:
        if not self._not_received:
            return None
        order = self._not_received.pop()
        lines = [(line, line.quantity) for line in order.lines if line.state == order.state]
        return self._from_part(order, lines) if lines else None

    def special(self, kind: str) -> Invoice | None:
        """One that must wait, be held or be rejected."""
        made = _KINDS[kind](self)
        return replace(made, kind=kind) if made else None

    def _other_company(self) -> Invoice | None:
        """In the second company, where the supplier has no finance data."""
        strangers = [each for each in self._suppliers if len(each.terms) == 1]
        made = self.without_order()
        if made is None or not strangers:
            return None
        second = self._companies[1]
        items = tuple(replace(item, splits=self._splits(second)) for item in made.items)
        return replace(made, supplier=self._rng.choice(strangers), company=second, items=items)

    def _no_account(self) -> Invoice | None:
        bare = [each for each in self._suppliers if each.terms[0].account is None]
        made = self.without_order(account=False)
        if made is None or not bare:
            return None
        supplier = self._rng.choice(bare)
        rate = RATE[supplier.terms[0].tax_code]
        items = tuple(replace(item, rate=rate).taxed(made.currency) for item in made.items)
        return replace(made, supplier=supplier, items=items)

    def _with_account(self, account: str) -> Invoice | None:
        made = self.without_order()
        if made is None:
            return None
        coding = {"A": account, "B": self._companies[0].parts["B"][0][0]}
        items = tuple(replace(item, splits=((HUNDRED, coding),)) for item in made.items)
        return replace(made, items=items)

    def ended_account(self) -> Invoice | None:
        return self._with_account(self._companies[0].ended(self._today).number)

    def unknown_account(self) -> Invoice | None:
        return self._with_account(UNKNOWN_ACCOUNT)


def _with_charges(invoice: Invoice, turn: int, rng: Random) -> Invoice:
    """Header charges, freight, discounts and several taxes, in turn; only where the tax of each line stays plain."""
    if len({item.rate for item in invoice.items}) > 1:
        return invoice
    charged = _charged(invoice, turn, rng.randrange(500, 9_000) * minor(invoice.currency))
    return charged if tax_is_plain(charged.items, charged.charges, charged.currency) else invoice


def _charged(invoice: Invoice, turn: int, amount: Decimal) -> Invoice:
    currency, items = invoice.currency, invoice.items
    rate = items[0].rate
    match turn % 10:
        case 1 | 2:
            return _taxed_at_header(invoice, Charges(shipping=amount), rate)
        case 3:
            smallest = min(item.net(currency) for item in items)
            discount = min(amount, rounded(smallest / 10, currency))
            return _taxed_at_header(invoice, Charges(discount=discount), rate)
        case 4:
            return _taxed_at_header(invoice, NO_CHARGES, rate)
        case 5:
            charges = Charges(handling=amount, misc=3 * minor(currency))
            charges = replace(charges, tax=rounded(charges.net * rate / HUNDRED, currency))
            return replace(invoice, charges=charges)
        case 6:
            return replace(invoice, items=tuple(_taxed_twice(item, currency) for item in items))
    return invoice


def _taxed_twice(item: Item, currency: str) -> Item:
    second = rounded(item.tax / 3, currency)
    return replace(item, tax=item.tax - second, tax2=second)


def _taxed_at_header(invoice: Invoice, charges: Charges, rate: Decimal) -> Invoice:
    items = tuple(replace(item, tax=ZERO) for item in invoice.items)
    net = sum((item.net(invoice.currency) for item in items), charges.net)
    tax = rounded(net * rate / HUNDRED, invoice.currency)
    return replace(invoice, items=items, charges=replace(charges, tax=tax))


def _items(change: Callable[[Item], Item]) -> Callable[[Invoice], Invoice]:
    def changed(made: Invoice) -> Invoice:
        first = change(made.items[0])
        while on_a_tie(first.quantity * first.price, made.currency):
            first = replace(first, quantity=first.quantity + 1, price=first.price + minor(made.currency))
        return replace(made, items=(first.taxed(made.currency), *made.items[1:]))

    return changed


def _dearer(item: Item) -> Item:
    return replace(item, price=(item.price * Decimal("1.08")).quantize(Decimal("0.0001")))


def _more(item: Item) -> Item:
    return replace(item, quantity=item.quantity + max(Decimal(1), item.quantity // 5))


def _wrong_tax(made: Invoice) -> Invoice:
    first = made.items[0]
    wrong = first.tax + max(10 * minor(made.currency), rounded(first.net(made.currency) * 6 / HUNDRED, made.currency))
    return replace(made, items=(replace(first, tax=wrong), *made.items[1:]))


def _withheld(made: Invoice) -> Invoice:
    withheld = max(minor(made.currency), rounded(made.total / 50, made.currency))
    return replace(made, charges=replace(made.charges, withholding=withheld))


def _spoiled(
    source: Callable[[Invoicing], Invoice | None], change: Callable[[Invoice], Invoice]
) -> Callable[[Invoicing], Invoice | None]:
    def make(invoicing: Invoicing) -> Invoice | None:
        made = source(invoicing)
        return change(made) if made else None

    return make


def _as_it_is(made: Invoice) -> Invoice:
    return made


_KINDS: dict[str, Callable[[Invoicing], Invoice | None]] = {
    "invoice_supplier_unknown": _spoiled(
        Invoicing.without_order, lambda made: replace(made, stated_supplier=UNKNOWN_SUPPLIER)
    ),
    "invoice_order_unknown": _spoiled(Invoicing.whole_order, _items(lambda item: replace(item, order="P999001"))),
    "invoice_order_line_unknown": _spoiled(
        Invoicing.whole_order, _items(lambda item: replace(item, order_line="99-1"))
    ),
    "invoice_period_closed": _spoiled(Invoicing.whole_order, lambda made: replace(made, in_closed_period=True)),
    "invoice_total_not_tying": _spoiled(
        Invoicing.whole_order, lambda made: replace(made, total_off=100 * minor(made.currency))
    ),
    "invoice_tax_wrong": _spoiled(Invoicing.whole_order, _wrong_tax),
    "invoice_account_ended": Invoicing.ended_account,
    "invoice_account_unknown": Invoicing.unknown_account,
    "invoice_price_discrepancy": _spoiled(Invoicing.whole_order, _items(_dearer)),
    "invoice_quantity_discrepancy": _spoiled(Invoicing.whole_order, _items(_more)),
    "invoice_before_receipt": Invoicing.before_receipt,
    "invoice_already_posted": _spoiled(Invoicing.whole_order, _as_it_is),
    "invoice_number_twice": _spoiled(Invoicing.without_order, _as_it_is),
    "invoice_company_missing": _spoiled(
        Invoicing.without_order, lambda made: replace(made, missing=frozenset({"businessUnit"}))
    ),
    "invoice_withholding": _spoiled(Invoicing.whole_order, _withheld),
    "invoice_finance_row_missing": Invoicing._other_company,  # noqa: SLF001 - one of its own
    "invoice_account_missing": Invoicing._no_account,  # noqa: SLF001 - one of its own
    "invoice_currency_unknown": _spoiled(Invoicing.without_order, lambda made: replace(made, stated_currency="ZZZ")),
}


def invoices(scene: Scene, count: int, invoicing: Invoicing) -> tuple[list[Row], list[Row]]:
    """The invoices, and IFS's ledger items of those that somebody keyed by hand."""
    if not invoicing.possible:
        return [], []
    writer = _Writer(scene)
    kinds = spread(count, 0.06, tuple(_KINDS))
    sorts = list(deal(count, (("credit", 0.04), ("non-PO", 0.14), ("not ready", 0.05)), "PO"))
    scene.rng("sorts of invoices").shuffle(sorts)
    for at, sort in enumerate(sorts):
        made = invoicing.special(kinds[at]) if at in kinds else None
        if made is None:
            made = _of_sort(sort, invoicing, at)
        writer.write(made, at)
    return writer.documents, writer.ledger


def _of_sort(sort: str, invoicing: Invoicing, at: int) -> Invoice:
    made: Invoice | None = None
    if sort == "credit":
        made = invoicing.credit()
    elif sort != "non-PO":
        made = invoicing.against_order()
    made = made or invoicing.without_order(second_company=True)
    if made is None:
        raise AssertionError("an invoice without order is always possible")
    if sort == "not ready":
        return replace(made, states=NOT_READY[at % len(NOT_READY)])
    return replace(made, missing=_missing(at)) if made.for_order else made


def _missing(at: int) -> frozenset[str]:
    turns = {"total": at % 25 == 7, "businessUnit": at % 20 == 3, "supplierInvoiceNumber": at % 30 == 11}
    return frozenset(name for name, now in turns.items() if now)


class _Writer:
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
