"""One document of each kind, and how often its target has it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.world import World


@dataclass(frozen=True)
class Documents:
    """A supplier of each system, an account, an order and an invoice, all new."""

    supplier: str
    bravo: str
    account: str
    order: str
    invoice: int

    @classmethod
    def make(cls, world: World) -> Documents:
        """Makes them where they come from."""
        supplier, account = world.supplier(), world.number("5")
        world.account(account)
        return cls(supplier, world.company(), account, world.order(supplier), world.invoice(supplier))

    def there(self, world: World) -> dict[str, int]:
        """How many of each the target has."""
        ours = [row for row in world.records("ifs", "SupplierInfoGeneralSet") if row["Cf_JaggaerId"] == self.bravo]
        number = ours[0]["SupplierId"] if ours else ""
        infos = [record["returnCompanyInfo"] for record in world.records("jaggaer", "companyprofiles")]
        proposals = world.proposals(self.invoice)
        return {
            "supplier at JAGGAER": sum(info.get("extCode") == self.supplier for info in infos),
            "supplier in IFS": len(ours),
            "its address": sum(row["SupplierId"] == number for row in world.records("ifs", "SupplierInfoAddressSet")),
            "its purchase data": sum(row["VendorNo"] == number for row in world.records("ifs", "SupplierSet")),
            "its finance data": sum(
                row["Identity"] == number for row in world.records("ifs", "IdentityInvoiceInfoSet")
            ),
            "account": len(world.values_there(self.account)),
            "order": len(world.orders_there(self.order)),
            "proposal": len(proposals),
            "balanced": sum(row["Objstate"] == "Balanced" for row in proposals),
            "told": int(world.invoice_there(self.invoice)["header"]["exportStatus"] == "Exported"),
        }
