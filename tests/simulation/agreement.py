"""Field by field, with nothing of the product's mapping between: what one side says, the other says too."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from simulation.standing import Row, Standing

_STATUS = {"Active": "ACTIVE", "Blocked": "SUSPENDED", "Closed": "INACTIVE"}


def supplier_field(now: Standing, key: str, name: str) -> dict[Any, str]:
    """A field of a linked supplier on both sides, in JAGGAER's words."""
    info = next((i for i in now.companies if i.get("extCode") == key), None)
    row = next((r for r in now.ifs("SupplierInfoGeneralSet") if r["SupplierId"] == key), None)
    if info is None or row is None:
        return {}
    place = next((r for r in now.ifs("SupplierInfoAddressSet") if r["SupplierId"] == key), {})
    mails = {r["Identity"]: r["Value"] for r in now.ifs("CommMethodSet") if r["MethodId"] == "E_MAIL"}
    sides = {
        "name": (row["Name"], info["companyName"]),
        "legal form": (row["CorporateForm"], info.get("bizLegalStruct")),
        "registration": (row["AssociationNo"], info.get("fiscalCode")),
        "status": (_STATUS[row["Status"]], info["status"]),
        "city": (place.get("City"), info.get("city")),
        "e-mail": (mails.get(key), info.get("bizEmail")),
    }
    return dict(zip(("ifs", "jaggaer"), sides[name], strict=True))


_LINE_STATUS = {"Closed": "Closed", "Cancelled": "Cancelled"}


def orders_agree(now: Standing) -> Iterator[str]:
    """Field by field, with nothing of the product's mapping between."""
    there = {order["header"]["poNumber"]: order for order in now.jaggaer("purchaseorders")}
    for row in now.ifs("PurchaseOrderSet"):
        number = row["OrderNo"]
        if number not in there or now.is_open("purchase-orders", number) or row["Objstate"] in {"Planned", "Stopped"}:
            continue
        header = there[number]["header"]
        status = {"Closed": "Completed", "Cancelled": "Cancelled"}.get(row["Objstate"], "Sent")
        if header["status"] != status:
            yield f"order {number}: {row['Objstate']}, there {header['status']}"
        if status != "Sent":
            continue
        if (row["NoteText"] or "") != header.get("note", ""):
            yield f"order {number}: note {row['NoteText']}, there {header.get('note')}"
        said = header.get("acknowledgement", {}).get("number")
        if said and row["AckOrderNo"] != said:
            yield f"order {number}: acknowledged {said}, in IFS {row['AckOrderNo']}"
        yield from _lines_agree(now, number, there[number])


def _lines_agree(now: Standing, number: str, order: Row) -> Iterator[str]:
    there = {line["lineNumber"]: line for line in order["lineList"]["poLine"]}
    lines = [row for row in now.ifs("PurchaseOrderLineSet") if row["OrderNo"] == number]
    if len(lines) != len(there):
        yield f"order {number}: {len(lines)} lines, there {sorted(there)}"
    for row in lines:
        name = f"{row['LineNo']}-{row['ReleaseNo']}"
        line = there.get(name)
        if line is None:
            yield f"order {number}: line {name} is not there"
            continue
        here = {
            "quantity": Decimal(str(row["BuyQtyDue"])),
            "price": Decimal(str(row["FbuyUnitPrice"])),
            "wanted": str(row["WantedDeliveryDate"])[:10],
            "status": _LINE_STATUS.get(row["Objstate"], "Open"),
        }
        told = {
            "quantity": Decimal(str(line["quantity"])),
            "price": Decimal(str(line["unitPrice"]["value"])),
            "wanted": str(line["requestedDeliveryDate"])[:10],
            "status": line["status"],
        }
        if here != told:
            yield f"order {number} line {name}: {here}, there {told}"
        promised = line.get("promisedDeliveryDate")
        if promised and line["status"] == "Open" and str(row["PromisedDeliveryDate"])[:10] != promised[:10]:
            yield f"order {number} line {name}: promised {promised}, in IFS {row['PromisedDeliveryDate']}"


def accounts_agree(now: Standing) -> Iterator[str]:
    """The lead company's word counts."""
    there = {r["value"]: r for r in now.jaggaer("customfieldvalues") if r["customField"] == "Account"}
    for row in now.ifs("AccountSet"):
        value = there.get(row["Account"])
        if row["Company"] != "10" or value is None or now.is_open("gl-accounts", f"Account:{row['Account']}"):
            continue
        if value["description"] != row["Description"]:
            yield f"account {row['Account']}: {row['Description']}, there {value['description']}"
        alone = not row["Account"].startswith(("40", "15"))
        if alone and (value["active"] == "true") != (str(row["ValidUntil"]) > "2026-02-01"):
            yield f"account {row['Account']}: until {row['ValidUntil']}, there active {value['active']}"


def requisitions_agree(now: Standing) -> Iterator[str]:
    there = {one["header"]["requisitionNumber"]: one for one in now.jaggaer("requisitions")}
    quantities = {row["RequisitionNo"]: row["OriginalQty"] for row in now.ifs("PurchaseReqLineSet")}
    for row in now.ifs("PurchaseRequisitionSet"):
        number = row["RequisitionNo"]
        one = there.get(number)
        if one is None or now.is_open("requisitions", number) or row["Objstate"] != "Released":
            continue
        here = (row["NoteText"] or "", Decimal(str(quantities[number])))
        told = (one["header"].get("note", ""), Decimal(str(one["lineList"]["requisitionLine"][0]["quantity"])))
        if here != told:
            yield f"requisition {number}: {here}, there {told}"


def prices_agree(now: Standing) -> Iterator[str]:
    """Those of contracts in effect: each in IFS with its amount, and no other that is valid."""
    numbers = {row["ExternalReference"]: row["AgreementId"] for row in now.ifs("SupplierAgreementSet")}
    for contract in now.contracts:
        code = contract["contractReferenceCode"]
        number = numbers.get(f"JAG:{code}")
        if number is None or contract["status"] != "ExecutedInEffect" or now.is_open("contracts", code):
            continue
        told = {
            (each["itemCode"], Decimal(str(each["minQuantity"]))): Decimal(str(each["unitPrice"]["value"]))
            for each in contract["priceList"]["price"]
        }
        here = {
            (row["PartNo"], Decimal(str(row["MinQuantity"]))): Decimal(str(row["Price"]))
            for row in now.ifs("SupplierAgreementPartSet")
            if row["AgreementId"] == number and str(row["ValidUntil"])[:4] == "2049"
        }
        if here != told:
            yield f"contract {code}: {told}, in IFS {here}"
