"""The kinds of record that the pipeline knows; a new one is one module in `mapping/` and one line here."""

from __future__ import annotations

from mapping.contracts import Contracts
from mapping.gl_accounts import GlAccounts
from mapping.invoices import Invoices
from mapping.kinds import Kind
from mapping.payments import Payments
from mapping.purchase_orders import PurchaseOrders
from mapping.receipts import Receipts
from mapping.requisitions import Requisitions
from mapping.suppliers import Suppliers

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Suppliers(),
        GlAccounts(),
        Contracts(),
        Requisitions(),
        PurchaseOrders(),
        Receipts(),
        Invoices(),
        Payments(),
    )
}
