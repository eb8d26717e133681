"""What contracts/mapping.md says an order of the foreign IFS looks like at JAGGAER."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from foreign.ifs import Ifs
from foreign.seed_orders import CODES, UNITS, D, six
from foreign.seed_suppliers import TERMS

FIELDS = {"A": "Account", "B": "CostCenter", "C": "Project", "D": "ObjectCode"}
STATUS = {"Closed": "Completed", "Cancelled": "Cancelled"}


def midnight(day: Any) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"


def order(ifs: Ifs, number: str) -> dict[str, Any]:
    """Header and lines, flat; lines by number. Amounts are Decimal."""
    head = ifs.get("PurchaseOrderSet", OrderNo=number)
    return {
        "poNumber": number,
        "poDate": midnight(head["OrderDate"]),
        "status": STATUS.get(head["Objstate"], "Sent"),
        "businessUnit": head["Company"],
        "supplier": head["VendorNo"],
        "currency": head["CurrencyCode"],
        "terms": TERMS.get(head["PayTermId"]),
        "buyer": head["BuyerCode"],
        "site": head["Contract"],
        "note": head["NoteText"],
        "total": head["TotalAmount"],
        "lines": {
            f"{r['LineNo']}-{r['ReleaseNo']}": _line(ifs, r) for r in ifs.all("PurchaseOrderLineSet", OrderNo=number)
        },
    }


def _line(ifs: Ifs, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": row["Objstate"] if row["Objstate"] in {"Closed", "Cancelled"} else "Open",
        "part": row["PartNo"],
        "description": row["Description"],
        "unit": UNITS[row["BuyUnitMeas"]],
        "type": "Service" if row["ServiceType"] else "Product",
        "quantity": row["BuyQtyDue"],
        "price": six(row["FbuyUnitPrice"] * (row["PriceConvFactor"] or 1)),
        "discount": row["Discount"] or D(0),
        "charges": row["AdditionalCost"] or D(0),
        "wanted": midnight(row["WantedDeliveryDate"] or row["PlannedReceiptDate"]),
        "splits": _splits(ifs, row),
    }


def _splits(ifs: Ifs, row: dict[str, Any]) -> list[tuple[Decimal, dict[str, str]]]:
    shares = [(D(100), row)]
    if row["PreAccountingId"] is not None:
        parts = ifs.all("PreAccountingSet", PreAccountingId=row["PreAccountingId"])
        shares = [(part["Percent"], part) for part in sorted(parts, key=lambda p: p["RowNo"])]
    return [(share, {FIELDS[c]: r[f"Code{c}"] for c in CODES if r[f"Code{c}"]}) for share, r in shares]


def found(record: dict[str, Any]) -> dict[str, Any]:
    """The same of what stands at JAGGAER; every money value must be in the header's currency."""
    header = record["header"]
    address = header["shipTo"]["address"]
    assert header["total"]["currency"] == header["currency"]
    return {
        "poNumber": header["poNumber"],
        "poDate": header["poDate"],
        "status": header["status"],
        "businessUnit": header["businessUnit"]["internalName"],
        "supplier": header["supplier"]["supplierNumber"],
        "currency": header["currency"],
        "terms": header.get("terms", {}).get("standardPaymentTermsCode") or None,
        "buyer": header.get("buyer", {}).get("username") or None,
        "site": address["addressCode"],
        "note": header.get("note") or None,
        "total": D(header["total"]["value"]),
        "lines": {line["lineNumber"]: _found_line(line, header["currency"]) for line in record["lineList"]["poLine"]},
    }


def _found_line(line: dict[str, Any], currency: str) -> dict[str, Any]:
    assert line["unitPrice"]["currency"] == currency
    (group,) = line["splittableFieldSetGroupList"]["splittableFieldSetGroup"]
    (inner,) = group["splittableFieldIndexSet"]
    splits = inner["splittableFieldIndexList"]["splittableFieldIndex"]
    item = line["item"]
    return {
        "status": line["status"],
        "part": item.get("catalogNumber") or None,
        "description": item["description"],
        "unit": item["unitOfMeasure"]["dimension"],
        "type": item["productType"],
        "quantity": D(line["quantity"]),
        "price": D(line["unitPrice"]["value"]),
        "discount": D(line.get("discountPercent", 0)),
        "charges": D(line.get("charges", 0)),
        "wanted": line["requestedDeliveryDate"],
        "splits": [
            (
                D(s["distributionValue"]),
                {v["internalName"]: v["value"] for v in s["customFieldValueList"]["customFieldValue"]},
            )
            for s in splits
        ],
    }


def mark_of(record: dict[str, Any]) -> tuple[str, str]:
    """Order number and revision of `IFS:<OrderNo>:<revision>:<fingerprint>`; an order number may hold colons."""
    prefix, _, rest = record["header"]["externalReference"].partition(":")
    number, revision, fingerprint = rest.rsplit(":", 2)
    assert prefix == "IFS"
    assert fingerprint
    return number, revision
