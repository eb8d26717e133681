"""The flows by the name of their sync, with the parameters that they take."""

from __future__ import annotations

from typing import Any

from prefect import Flow

from flows.contracts import contracts
from flows.gl_accounts import gl_accounts
from flows.invoices import invoices
from flows.parameters import ResolvingParameters, SupplierParameters, SyncParameters
from flows.payments import payments
from flows.purchase_orders import purchase_orders
from flows.receipts import receipts
from flows.requisitions import requisitions
from flows.suppliers import suppliers
from flows.sync_all import sync_all

FLOWS: dict[str, tuple[Flow[[Any], Any], type[SyncParameters]]] = {
    "suppliers": (suppliers, SupplierParameters),
    "gl-accounts": (gl_accounts, SyncParameters),
    "contracts": (contracts, ResolvingParameters),
    "requisitions": (requisitions, ResolvingParameters),
    "purchase-orders": (purchase_orders, ResolvingParameters),
    "receipts": (receipts, ResolvingParameters),
    "invoices": (invoices, ResolvingParameters),
    "payments": (payments, ResolvingParameters),
    "all": (sync_all, SyncParameters),
}
