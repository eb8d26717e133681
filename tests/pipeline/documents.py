"""One document of each kind, and how often its target has it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.deals import Deals, price
from pipeline.world import DAY, World

PROMISED = "2026-03-09"


@dataclass(frozen=True)
class Documents:
    """One of each kind, all new: a supplier of each system, an invoice to be posted and one that was paid."""

    supplier: str
    bravo: str
    account: str
    requisition: str
    order: str
    invoice: int
    receipt: str
    contract: str
    paid: int

    @classmethod
    def make(cls, world: World) -> Documents:
        """Makes them where they come from."""
        supplier, account = world.supplier(), world.number("5")
        world.account(account)
        bravo = world.company()
        order = world.order(supplier)
        prices = price(), price(quantity=100, value=11.0)
        contract = Deals(world).with_company(bravo, *prices)
        invoice, receipt = world.invoice(supplier), receipt_of(world, order)
        paid, requisition = paid_invoice(world, supplier), requisition_for(world, supplier)
        return cls(supplier, bravo, account, requisition, order, invoice, receipt, contract, paid)

    def there(self, world: World) -> dict[str, int]:
        """How many of each the target has."""
        ours = [row for row in world.records("ifs", "SupplierInfoGeneralSet") if row["Cf_JaggaerId"] == self.bravo]
        number = ours[0]["SupplierId"] if ours else ""
        infos = [record["returnCompanyInfo"] for record in world.records("jaggaer", "companyprofiles")]
        proposals = world.proposals(self.invoice)
        deals = Deals(world)
        agreements = deals.agreements(self.contract)
        quantities = [float(row["MinQuantity"]) for row in deals.rows(self.contract)] if agreements else []
        arrived = f"JAG:{self.receipt}:1"
        requisitions = [one["header"]["requisitionNumber"] for one in world.records("jaggaer", "requisitions")]
        receipts = {one["header"]["receiptId"]: one["header"] for one in world.records("jaggaer", "receipts")}
        return {
            "supplier at JAGGAER": sum(info.get("extCode") == self.supplier for info in infos),
            "supplier in IFS": len(ours),
            "its address": sum(row["SupplierId"] == number for row in world.records("ifs", "SupplierInfoAddressSet")),
            "its purchase data": sum(row["VendorNo"] == number for row in world.records("ifs", "SupplierSet")),
            "its finance data": sum(
                row["Identity"] == number for row in world.records("ifs", "IdentityInvoiceInfoSet")
            ),
            "account": len(world.values_there(self.account)),
            "requisition": requisitions.count(self.requisition),
            "order": len(world.orders_there(self.order)),
            "proposal": len(proposals),
            "balanced": sum(row["Objstate"] == "Balanced" for row in proposals),
            "told": int(world.invoice_there(self.invoice)["header"]["exportStatus"] == "Exported"),
            "receipt": sum(row["ReceiptReference"] == arrived for row in world.records("ifs", "PurchaseReceiptSet")),
            "its telling": int(receipts[self.receipt]["exportStatus"] == "Exported"),
            "agreement": len(agreements),
            "its first price": quantities.count(1),
            "its price for many": quantities.count(100),
            "payment": int(world.invoice_there(self.paid)["header"]["paymentStatus"] == "Paid"),
        }

    def change(self, world: World, turn: int) -> None:
        """Everything that may change of them, each at the side where it does."""
        address = {"SupplierId": self.supplier, "AddressId": "1"}
        world.change("ifs", "SupplierInfoAddressSet", address, {"City": f"Neustadt {turn}"})
        company = {"returnCompanyInfo": {"fiscalCode": f"HRB {turn}"}}
        world.change("jaggaer", "companyprofiles", {"bravoId": world.bravo(self.supplier)}, company)
        world.change("ifs", "AccountSet", {"Company": "10", "Account": self.account}, {"Description": f"neu {turn}"})
        note = {"NoteText": f"eilt {turn}"}
        world.change("ifs", "PurchaseRequisitionSet", {"RequisitionNo": self.requisition}, note)
        world.change("ifs", "PurchaseOrderSet", {"OrderNo": self.order}, note)
        (order,) = world.orders_there(self.order)
        lines = [{**line, "promisedDeliveryDate": f"{PROMISED}T00:00:00.000Z"} for line in order["lineList"]["poLine"]]
        said = {"header": {"acknowledgement": {"number": f"AB {turn}", "date": f"{DAY}T00:00:00.000Z"}}}
        key = {"poId": order["header"]["poId"]}
        world.change("jaggaer", "purchaseorders", key, said | {"lineList": {"poLine": lines}})
        Deals(world).reprice(self.contract, price(value=12.0 + turn), price(quantity=100, value=11.0))
        world.change("jaggaer", "receipts", {"receiptId": self.receipt}, {"header": {"status": "Voided"}})

    def changed(self, world: World, turn: int) -> dict[str, bool]:
        """Whether each change has arrived, once."""
        key = {"OrderNo": self.order}
        (order,) = (row for row in world.records("ifs", "PurchaseOrderSet") if row.items() >= key.items())
        (line,) = (row for row in world.records("ifs", "PurchaseOrderLineSet") if row.items() >= key.items())
        at_jaggaer = world.orders_there(self.order)[0]["header"]
        (requisition,) = (
            one["header"]
            for one in world.records("jaggaer", "requisitions")
            if one["header"]["requisitionNumber"] == self.requisition
        )
        arrived = f"JAG:{self.receipt}:1"
        receipts = [row for row in world.records("ifs", "PurchaseReceiptSet") if row["ReceiptReference"] == arrived]
        return {
            "city": world.info(self.supplier)["city"] == f"Neustadt {turn}",
            "registration": world.general(self.supplier)["AssociationNo"] == f"HRB {turn}",
            "account": world.values_there(self.account)[0]["description"] == f"neu {turn}",
            "requisition": (requisition["note"], requisition["revisionNumber"]) == (f"eilt {turn}", 1),
            "order": (at_jaggaer["note"], at_jaggaer["revisionNumber"]) == (f"eilt {turn}", 1),
            "acknowledgement": order["AckOrderNo"] == f"AB {turn}",
            "promise": str(line["PromisedDeliveryDate"])[:10] == PROMISED,
            "price": float(Deals(world).row(self.contract, "69-1")["Price"]) == 12.0 + turn,
            "receipt": [row["Objstate"] for row in receipts] == ["Cancelled"],
        }


def requisition_for(world: World, supplier: str) -> str:
    """Released, ten pieces that a supplier is wanted for; gives its number."""
    number = world.number("Q")
    head = {"Contract": "101", "RequisitionerCode": "AKLEIN", "RequisitionDate": DAY, "Objstate": "Released"}
    world.ifs("PurchaseRequisitionSet", RequisitionNo=number, **head)
    world.ifs(
        "PurchaseReqLineSet",
        RequisitionNo=number,
        LineNo="1",
        ReleaseNo="1",
        PartNo="69-1",
        Description="Öse",
        OriginalQty=10,
        UnitMeas="PCS",
        EstimatedPrice="12.50",
        CurrencyCode="EUR",
        WantedReceiptDate="2026-03-01",
        VendorNo=supplier,
        CodeA="4010",
        CodeB="CC1",
        Objstate="Released",
    )
    return number


def receipt_of(world: World, order: str) -> str:
    """Four pieces of an order's only line that arrived, as acknowledged at JAGGAER; gives the receipt's id."""
    line = {"lineNumber": "1", "poLineNumber": "1-1", "quantity": 4, "unitOfMeasure": "EA", "type": "Receive"}
    header = {"poNumber": order, "receiptDate": f"{DAY}T00:00:00.000Z", "status": "Completed"}
    header |= {"exportStatus": "NotExported", "receiptNumber": world.number("RC")}
    made = world.create("jaggaer", "receipts", {"header": header, "lineList": {"receiptLine": [line]}})
    return str(made["header"]["receiptId"])


def paid_invoice(world: World, supplier: str) -> int:
    """An invoice that was posted before our time, as its mark says, and that IFS has paid; gives its id."""
    invoice = world.invoice(supplier, exportStatus="Exported")
    number = world.invoice_there(invoice)["header"]["supplierInvoiceNumber"]
    made = world.ifs(
        "PostingProposalHeadSet",
        Company="10",
        SupplierId=supplier,
        InvoiceNo=number,
        InvoiceType="Invoice",
        InvoiceDate=DAY,
        PostingDate=DAY,
        CurrencyCode="EUR",
        NetAmount=125,
        TaxAmount=23.75,
        GrossAmount=148.75,
        SourceReference=f"JAG:{invoice}",
    )
    line = {"Company": "10", "ProposalId": made["ProposalId"], "RowNo": 1, "CodeA": "4010", "TaxCode": "V19"}
    world.ifs("PostingProposalLineSet", **line, NetAmount=125, TaxAmount=23.75)
    key = {"Company": "10", "ProposalId": made["ProposalId"]}
    world.change("ifs", "PostingProposalHeadSet", key, {"Objstate": "Posted"})
    ledger = world.records("ifs", "InvoiceLedgerItemSet")
    (item,) = (row for row in ledger if (row["Identity"], row["InvoiceNo"]) == (supplier, number))
    key = {name: item[name] for name in ("Company", "Identity", "PartyType", "LedgerItemId")}
    paid = {"PaidAmount": 148.75, "OpenAmount": 0, "PaymentDate": "2026-03-31", "PaymentReference": "ZL7"}
    world.change("ifs", "InvoiceLedgerItemSet", key, paid)
    return invoice
