"""Both foreign tenants, seeded, and the product against them through its command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from programs import Product, product_of, store_files

from foreign.ifs import Ifs, IfsHabits
from foreign.j1p import J1p, J1pHabits
from foreign.seed_contracts import Contract, seed_contracts
from foreign.seed_invoices import Invoice, seed_invoices
from foreign.seed_orders import Order, seed_orders
from foreign.seed_receipts import Receipt, seed_receipts
from foreign.seed_requisitions import Requisition, seed_requisitions
from foreign.seed_suppliers import back, seed_ledger, seed_suppliers, today
from foreign.serving import SECRET, Asked, serving

PROFILE = """
[company."20"]
invoices_without_order = "voucher"
closed_period = "next_open"
"""


@dataclass
class Lab:
    ifs: Ifs
    j1p: J1p
    product: Product
    folder: Path
    orders: list[Order]
    invoices: list[Invoice]
    receipts: list[Receipt]
    contracts: list[Contract]
    requisitions: list[Requisition]
    paid: dict[int, tuple[Decimal, date, str]] = field(default_factory=dict)
    """What JAGGAER is to be told of payments: amount, day and reference, by invoice."""
    listed: list[dict[str, Any]] | None = None

    def run(self, *words: str, codes: set[int]) -> dict[str, Any]:
        """`run all`, with empty logs."""
        for tenant in (self.ifs, self.j1p):
            tenant.log.clear()
            tenant.throttled = 0
        self.listed = None
        return self.product.run("all", *words, codes=codes)

    def items(self, sync: str = "") -> list[dict[str, Any]]:
        """What stood open after the last run."""
        if self.listed is None:
            self.listed = self.product.items()
        return [item for item in self.listed if sync in {"", item["sync"]}]

    def lose_store(self) -> None:
        for file in store_files(self.folder):
            file.unlink()

    def writes(self) -> list[Asked]:
        return [*self.ifs.writes(), *self.j1p.writes()]


@contextmanager
def lab(
    folder: Path,
    prefect: dict[str, str],
    ifs_habits: IfsHabits,
    j1p_habits: J1pHabits,
    *,
    profile: str = "",
    **settings: str,
) -> Iterator[Lab]:
    with serving(Ifs(ifs_habits)) as ifs, serving(J1p(j1p_habits)) as j1p:
        assert isinstance(ifs, Ifs)
        assert isinstance(j1p, J1p)
        seed_ledger(ifs)
        seed_suppliers(ifs, j1p)
        orders = seed_orders(ifs)
        invoices = seed_invoices(j1p, orders)
        receipts, contracts = seed_receipts(j1p, orders), seed_contracts(j1p)
        requisitions = seed_requisitions(ifs)
        seed_strays(ifs, j1p)
        (folder / "profile.toml").write_text(PROFILE + profile, "utf-8")
        variables = {
            "IFS_JAGGAER_STORE__URL": f"sqlite:///{folder}/store.sqlite3",
            "IFS_JAGGAER_START_FROM": "2000-01-01",
            "IFS_JAGGAER_PROFILE": str(folder / "profile.toml"),
            "IFS_JAGGAER_IFS__HOST": ifs.host,
            "IFS_JAGGAER_IFS__REALM": "foreign realm",
            "IFS_JAGGAER_IFS__CLIENT_ID": ifs.client,
            "IFS_JAGGAER_IFS__CLIENT_SECRET": SECRET,
            "IFS_JAGGAER_IFS__REQUESTS_PER_MINUTE": str(min(ifs_habits.limit, 600_000)),
            "IFS_JAGGAER_JAGGAER__HOST": j1p.host,
            "IFS_JAGGAER_JAGGAER__CLIENT_ID": j1p.client,
            "IFS_JAGGAER_JAGGAER__CLIENT_SECRET": SECRET,
            "IFS_JAGGAER_JAGGAER__REQUESTS_PER_MINUTE": str(min(j1p_habits.limit, 600_000)),
        }
        yield Lab(
            ifs,
            j1p,
            product_of(variables | settings, prefect),
            folder,
            orders,
            invoices,
            receipts,
            contracts,
            requisitions,
        )


def seed_strays(ifs: Ifs, j1p: J1p) -> None:
    """What others made: an order at JAGGAER under a number of ours, an invoice that somebody keyed by hand."""
    j1p.put(
        "purchaseorders",
        {
            "header": {
                "poNumber": "P2014",
                "revisionNumber": 3,
                "status": "Sent",
                "currency": "EUR",
                "externalReference": "by hand",
                "supplier": {"supplierNumber": "0006510001"},
            },
            "lineList": {"poLine": []},
        },
    )
    ifs.put(
        "InvoiceLedgerItemSet",
        Company="10",
        Identity="0006510002",
        PartyType="Supplier",
        LedgerItemId="L1",
        InvoiceNo="KEYED",
        OpenAmount=0,
        PaidAmount=10,
        PaymentDate=today(),
        LastModifiedDate=back(30),
    )
