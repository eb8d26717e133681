"""The kinds of record that the pipeline knows; a new one is one module in `mapping/` and one line here."""

from __future__ import annotations

from mapping.gl_accounts import GL_ACCOUNTS
from mapping.invoices import INVOICES

from mapping.kinds import Kind
from mapping.purchase_orders import PURCHASE_ORDERS
from mapping.suppliers import SUPPLIERS

KINDS: dict[str, Kind] = {kind.name: kind for kind in (SUPPLIERS, GL_ACCOUNTS, PURCHASE_ORDERS, INVOICES)}
