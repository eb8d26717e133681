"""The kinds of record that the pipeline knows; a new one is one module in `mapping/` and one line here."""

from __future__ import annotations

from mapping.contracts.kind import Contracts
from mapping.gl_accounts import GlAccounts
from mapping.invoices.kind import Invoices
from mapping.kinds import Kind
from mapping.payments.kind import Payments
from mapping.purchase_orders.kind import PurchaseOrders
from mapping.receipts.kind import Receipts
from mapping.requisitions.kind import Requisitions
from mapping.suppliers.kind import Suppliers

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
