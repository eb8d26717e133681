"""Invoices at JAGGAER: most match what was ordered and received, some do not (contracts/jaggaer.md 7)."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from ifs_jaggaer.sandbox.seed.bills import (
    NO_CHARGES,
    RATE,
    Charges,
    Item,
    billed,
    tax_is_plain,
)
from ifs_jaggaer.sandbox.seed.companies import UNKNOWN_ACCOUNT, Company
from ifs_jaggaer.sandbox.seed.deck import Deck, Part
from ifs_jaggaer.sandbox.seed.invoice_documents import Invoice, Writer
from ifs_jaggaer.sandbox.seed.model import Row, deal, spread
from ifs_jaggaer.sandbox.seed.money import HUNDRED, ZERO, minor, on_a_tie, rounded
from ifs_jaggaer.sandbox.seed.orders import SPLITS, UNKNOWN_SUPPLIER, Order, doubtful
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.suppliers import Supplier

SERVICES = (
    ("Strom und Gas", "EA"), ("Beratung §-Prüfung", "HUR"), ("Loyer entrepôt", "EA"), ("Usługa sprzątania", "HUR"),
    ('Seminar "Lean"', "EA"), ("Fracht Hamburg—Wrocław", "EA"),
)  # fmt: skip
NOT_READY = (("InProcess", "Pending"), ("Payable", "Pending"), ("InProcess", "Rejected"), ("Paid", "Completed"))


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
    writer = Writer(scene)
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
