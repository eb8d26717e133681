"""Two tenants with fields of their own, the profile that carries them, and documents that have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.deals import Deals, price
from pipeline.documents import receipt_of, requisition_for
from pipeline.invoicing import bill, line
from pipeline.world import World

ATTRIBUTES = {
    "PurchaseOrderSet": ("Cf_Incoterm", "Cf_Urgent=Edm.Boolean"),
    "PurchaseOrderLineSet": ("Cf_Weight=Edm.Decimal", "Cf_Checked=Edm.Date"),
    "PurchaseRequisitionSet": ("Cf_Reason",),
    "PurchaseReqLineSet": ("Cf_Incoterm",),
    "PostingProposalHeadSet": ("Cf_Incoterm", "Cf_Approver"),
    "PostingProposalLineSet": ("Cf_Asset=Edm.Boolean",),
    "VoucherSet": ("Cf_Incoterm", "Cf_Approver"),
    "VoucherRowSet": ("Cf_Asset=Edm.Boolean",),
    "PurchaseReceiptSet": ("Cf_Slip", "Cf_Incoterm"),
    "SupplierAgreementSet": ("Cf_Incoterm",),
    "SupplierAgreementPartSet": ("Cf_Rebate=Edm.Decimal",),
}
PROFILE = """
[ifs.sets.purchase_order.attributes]
Cf_Incoterm = "text"
Cf_Urgent = "bool"
[ifs.sets.purchase_order_line.attributes]
Cf_Weight = "decimal"
Cf_Checked = "date"
[ifs.sets.requisition.attributes]
Cf_Reason = "text"
[ifs.sets.requisition_line.attributes]
Cf_Incoterm = "text"
[ifs.sets.posting_proposal.attributes]
Cf_Incoterm = "text"
Cf_Approver = "text"
[ifs.sets.posting_proposal_line.attributes]
Cf_Asset = "bool"
[ifs.sets.voucher.attributes]
Cf_Incoterm = "text"
Cf_Approver = "text"
[ifs.sets.voucher_row.attributes]
Cf_Asset = "bool"
[ifs.sets.receipt.attributes]
Cf_Slip = "text"
Cf_Incoterm = "text"
[ifs.sets.agreement.attributes]
Cf_Incoterm = "text"
[ifs.sets.agreement_price.attributes]
Cf_Rebate = "decimal"

[maps.incoterm.values]
DAP = "Delivered"
FCA = "Free carrier"

[extra_fields.purchase_order]
incoterm = { ifs = "Cf_Incoterm", jaggaer = "custom:Incoterm Code", form = "map:incoterm" }
urgent = { ifs = "Cf_Urgent", jaggaer = "delivery.urgent", form = "bool" }
[extra_fields.purchase_order_line]
weight = { ifs = "Cf_Weight", jaggaer = "item.weight", form = "decimal" }
checked = { ifs = "Cf_Checked", jaggaer = "custom:Checked", form = "date" }
[extra_fields.requisition]
reason = { ifs = "Cf_Reason", jaggaer = "reason" }
[extra_fields.requisition_line]
incoterm = { ifs = "Cf_Incoterm", jaggaer = "custom:Incoterm", form = "map:incoterm" }
[extra_fields.invoice]
incoterm = { ifs = "Cf_Incoterm", jaggaer = "custom:Incoterm", form = "map:incoterm" }
approver = { ifs = "Cf_Approver", jaggaer = "invoicedBy.username", longest = 12 }
[extra_fields.invoice_line]
asset = { ifs = "Cf_Asset", jaggaer = "custom:Fixed Asset", form = "bool" }
[extra_fields.receipt]
slip = { ifs = "Cf_Slip", jaggaer = "packingSlipNumber" }
[extra_fields.receipt_line]
incoterm = { ifs = "Cf_Incoterm", jaggaer = "custom:Incoterm", form = "map:incoterm" }
[extra_fields.contract]
incoterm = { ifs = "Cf_Incoterm", jaggaer = "custom:Incoterm", form = "map:incoterm" }
[extra_fields.contract_price]
rebate = { ifs = "Cf_Rebate", jaggaer = "rebate.percent", form = "decimal" }
"""


def tune(world: World) -> None:
    """The custom attributes, as an administrator of IFS adds them."""
    named = [f"{name}.{attribute}" for name, attributes in ATTRIBUTES.items() for attribute in attributes]
    world.tune("ifs", custom_attributes=named)


def custom(**values: str) -> dict[str, Any]:
    """JAGGAER's custom field values by name; one that is empty comes as such."""
    sets = [
        {
            "name": name.replace("_", " "),
            "customFieldValueList": {"customFieldValue": [{"value": value} if value else {}]},
        }
        for name, value in values.items()
    ]
    return {"customFieldValueSetList": {"customFieldValueSet": sets}}


def custom_value(part: dict[str, Any], name: str) -> str | None:
    """A custom field's value in JAGGAER's record."""
    sets = part.get("customFieldValueSetList", {}).get("customFieldValueSet", [])
    found = [each["customFieldValueList"]["customFieldValue"] for each in sets if each["name"] == name]
    return found[0][0]["value"] if found else None


@dataclass(frozen=True)
class Own:
    """One document of each kind with all its extra fields."""

    order: str
    requisition: str
    invoice: int
    receipt: str
    contract: str

    @classmethod
    def make(cls, world: World, supplier: str) -> Own:
        """The supplier is in both systems."""
        order = world.order(supplier, Cf_Incoterm="DAP", Cf_Urgent=True)
        requisition = requisition_for(world, supplier)
        made = cls(
            order=order,
            requisition=requisition,
            invoice=bill(
                world,
                supplier,
                line("10", "12.50", **custom(Fixed_Asset="true")),
                total="148.75",
                invoicedBy={"username": "AKLEIN"},
                **custom(Incoterm="Delivered"),
            ),
            receipt=receipt_of(world, order),
            contract=Deals(world).make(supplier, price(rebate={"percent": 2.5}), **custom(Incoterm="Delivered")),
        )
        made.at_line(world, Cf_Weight="1.50", Cf_Checked="2026-02-01")
        world.change("ifs", "PurchaseRequisitionSet", {"RequisitionNo": requisition}, {"Cf_Reason": "Ersatz"})
        key = {"RequisitionNo": requisition, "LineNo": "1", "ReleaseNo": "1"}
        world.change("ifs", "PurchaseReqLineSet", key, {"Cf_Incoterm": "FCA"})
        made.at_receipt(world, {"packingSlipNumber": "LS-7"}, custom(Incoterm="Free carrier"))
        return made

    def at_order(self, world: World, **values: Any) -> None:
        world.change("ifs", "PurchaseOrderSet", {"OrderNo": self.order}, values)

    def at_line(self, world: World, **values: Any) -> None:
        world.change("ifs", "PurchaseOrderLineSet", {"OrderNo": self.order, "LineNo": "1", "ReleaseNo": "1"}, values)

    def at_invoice(self, world: World, **header: Any) -> None:
        world.change("jaggaer", "invoices", {"invoiceId": self.invoice}, {"header": header})

    def at_receipt(self, world: World, header: dict[str, Any], its_line: dict[str, Any]) -> None:
        (record,) = (r for r in world.records("jaggaer", "receipts") if r["header"]["receiptId"] == self.receipt)
        lines = [each | its_line for each in record["lineList"]["receiptLine"]]
        values = {"header": header, "lineList": {"receiptLine": lines}}
        world.change("jaggaer", "receipts", {"receiptId": self.receipt}, values)

    def there(self, world: World) -> dict[str, Any]:
        """What of them stands at the targets."""
        (order,) = world.orders_there(self.order)
        (order_line,) = order["lineList"]["poLine"]
        records = world.records("jaggaer", "requisitions")
        (requisition,) = (one for one in records if one["header"]["requisitionNumber"] == self.requisition)
        (proposal,) = world.proposals(self.invoice)
        lines = world.records("ifs", "PostingProposalLineSet")
        (posted,) = (row for row in lines if row["ProposalId"] == proposal["ProposalId"])
        receipts = world.records("ifs", "PurchaseReceiptSet")
        (receipt,) = (row for row in receipts if row["ReceiptReference"] == f"JAG:{self.receipt}:1")
        deals = Deals(world)
        return {
            "order": (custom_value(order["header"], "Incoterm Code"), order["header"].get("delivery")),
            "order line": (float(order_line["item"]["weight"]), custom_value(order_line, "Checked")),
            "requisition": requisition["header"].get("reason"),
            "requisition line": custom_value(requisition["lineList"]["requisitionLine"][0], "Incoterm"),
            "invoice": (proposal["Cf_Incoterm"], proposal["Cf_Approver"], posted["Cf_Asset"]),
            "receipt": (receipt["Cf_Slip"], receipt["Cf_Incoterm"]),
            "contract": deals.agreement(self.contract)["Cf_Incoterm"],
            "price": float(deals.row(self.contract, "69-1")["Cf_Rebate"] or 0),
        }
