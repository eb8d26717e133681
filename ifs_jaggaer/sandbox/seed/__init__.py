"""The first state of both systems: a manufacturer's suppliers, orders, receipts, invoices and contracts.

The same arguments give the same data, byte for byte; times lie relative to `now`. No document in it depends on how
a tie is rounded. What bites, and where; `describe` names the keys:

| what | where |
|---|---|
| two companies a supplier | '10' (EUR, lead) and '20' (PLN) with other terms, tax codes, accounts |
| one value, two descriptions | accounts 4010 ff., code parts B and C of both companies |
| ended, future and control accounts | `ValidUntil` last year, `ValidFrom` in 60 days, `LedgFlag` (1600, 1800) |
| accounts for settings | clearing 1590, input tax 1576, in both companies |
| currencies with 0, 2, 3 decimals | JPY; EUR, USD, GBP, PLN; TND |
| splits 33.33/33.33/33.34 | PreAccountingSet; invoice lines, by percent and by amount |
| discount, AdditionalCost, PriceConvFactor | order lines; on invoice lines `discountAmount`, `handlingCharge` |
| many rows in one second | suppliers, accounts, orders, order lines, invoices: over 150 each at the default sizes |
| country codes of 2 and 3 letters | companyprofiles |
| matching by mark, number, tax number, registration number | suppliers in both; numbers written with spaces and dots |
| gaps to be filled from the other side | phone, web, account, categories, terms, currency |
| shared tax numbers, alike names | `supplier_tax_number_*`, `supplier_name_alike` |
| fields, bank, status that differ | `supplier_fields_conflict`, `supplier_bank_conflict`, `supplier_status_differs` |
| only JAGGAER knows it | active ones are to be made in IFS, `supplier_not_active` are not |
| orders that must not go | `order_*`: unit, sums, supplier, account, split, terms |
| orders out of scope | `order_planned`, `order_stopped`, `order_closed`, `order_cancelled` |
| invoices that must wait, be held, be rejected | `invoice_*`: 18 kinds |
| invoices not ready | `invoice_not_ready`, Payable with Pending among them |
| missing total, businessUnit, supplierInvoiceNumber | `invoice_without_*`, all with an order that tells |
| credit memos | negative amounts and quantities, for what was invoiced before; some with a positive restocking fee |
| header freight, fee, discount, tax | invoices for orders; the header's tax is besides the lines', not their sum |
| receipts that must wait or be held | `receipt_*` |
"""

from collections import Counter
from datetime import datetime
from typing import Any

from ifs_jaggaer.sandbox.seed.companies import CUSTOM_FIELD, companies
from ifs_jaggaer.sandbox.seed.companies import rows as company_rows
from ifs_jaggaer.sandbox.seed.contracts import contracts
from ifs_jaggaer.sandbox.seed.deck import Deck
from ifs_jaggaer.sandbox.seed.invoices import Invoicing
from ifs_jaggaer.sandbox.seed.invoices import invoices as make_invoices
from ifs_jaggaer.sandbox.seed.model import Row, Seed
from ifs_jaggaer.sandbox.seed.order_rows import rows as order_rows
from ifs_jaggaer.sandbox.seed.orders import orders as make_orders
from ifs_jaggaer.sandbox.seed.profiles import profiles
from ifs_jaggaer.sandbox.seed.receipts import receipts
from ifs_jaggaer.sandbox.seed.requisitions import rows as requisition_rows
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.stamps import Stamps
from ifs_jaggaer.sandbox.seed.supplier_rows import rows as supplier_rows
from ifs_jaggaer.sandbox.seed.suppliers import suppliers as make_suppliers

__all__ = ["Seed", "build", "describe"]

MADE_LATER = (
    "PostingProposalHeadSet",
    "PostingProposalLineSet",
    "VoucherSet",
    "VoucherRowSet",
    "SupplierAgreementSet",
    "SupplierAgreementPartSet",
)
"""Sets that are empty until invoices and contracts are synchronised."""

RESERVED = 60
"""Share of special invoices, in thousandths, for which whole orders are kept back."""


def build(seed: int, suppliers: int, orders: int, invoices: int, now: datetime) -> Seed:
    """Make the first state. `now` must be aware; numbers count suppliers of both systems, orders, invoices."""
    now = now.replace(microsecond=0)
    scene = Scene(seed, now, companies(now.date()))
    vendors = make_suppliers(scene, suppliers)
    placed = make_orders(scene, orders, vendors)
    deck = Deck(placed, wanted=invoices, reserved=invoices * RESERVED // 1000, rng=scene.rng("deck"))
    bills, keyed = make_invoices(scene, invoices, Invoicing(scene, deck, vendors, placed))
    ifs = (
        company_rows(scene.companies, now, scene.rng("company rows"))
        | supplier_rows(vendors, now, scene.rng("supplier rows"))
        | order_rows(placed, now, scene.rng("order rows"))
        | requisition_rows(placed, now, scene.rng("requisition rows"))
    )
    ifs["InvoiceLedgerItemSet"] += keyed
    ifs |= {name: [] for name in MADE_LATER}
    jaggaer = {
        "companyprofiles": profiles(scene, vendors),
        "customfieldvalues": _custom_field_values(scene),
        "purchaseorders": [],
        "requisitions": [],
        "receipts": receipts(scene, placed),
        "invoices": bills,
        "contracts": contracts(scene, vendors),
    }
    return Seed(ifs, jaggaer, scene.specials.found)


def _custom_field_values(scene: Scene) -> list[Row]:
    """A few that somebody keyed at JAGGAER: some right, one with an old description, one that IFS lacks."""
    lead, stamps = scene.companies[0], Stamps(scene.rng("custom fields"), scene.now, bulk=0.0)
    known = [("A", account.number, account.text) for account in lead.accounts[12:18]]
    known += [("B", value, text) for value, text in lead.parts["B"][:2]]
    known[0] = (*known[0][:2], "alte Bezeichnung")
    known.append(("C", "P-0815", "nur in JAGGAER"))
    return [
        {
            "customField": CUSTOM_FIELD[part],
            "value": value,
            "description": text,
            "active": "true",
            "lastUpdate": stamps.milliseconds(),
        }
        for part, value, text in known
    ]


def describe(seed: Seed) -> dict[str, Any]:
    """What bites where: kind of case -> keys, and under "counts" the number of records of each set and resource."""
    counts = Counter({name: len(rows) for name, rows in (seed.ifs | seed.jaggaer).items()})
    return {**seed.special, "counts": dict(counts)}
