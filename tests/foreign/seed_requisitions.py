"""Requisitions of the foreign IFS, each with what must become of it, and how JAGGAER should have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from foreign.expected_orders import FIELDS, midnight
from foreign.ifs import Ifs
from foreign.seed_orders import DIGITS, UNITS, D, rounded
from foreign.seed_suppliers import back, today

if TYPE_CHECKING:
    from foreign.lab import Lab

_STATUS = {"Released": "Pending", "Closed": "Completed", "Cancelled": "Cancelled"}


@dataclass
class Requisition:
    number: str
    fate: str = "sent"
    """sent, waiting, rejected or out (of scope)."""
    state: str = "Released"
    company: str = "10"
    head: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    waits: bool = False
    """It is sent, and a supplier follows."""

    def line(self, **values: Any) -> Requisition:
        number = str(len(self.lines) + 1)
        base = {
            "RequisitionNo": self.number,
            "LineNo": number,
            "ReleaseNo": "1",
            "PartNo": f"P-{number}",
            "Description": f"Wanted {number}",
            "OriginalQty": D(3),
            "UnitMeas": "PCS",
            "EstimatedPrice": D("9.95"),
            "CurrencyCode": "EUR",
            "WantedReceiptDate": today() + timedelta(days=20),
            "VendorNo": "0006510001",
            "CodeA": "4010",
            "CodeB": "CC10",
            "Objstate": self.state,
        }
        self.lines.append({**base, **values})
        return self


def requisitions() -> list[Requisition]:
    return [
        Requisition("R-1").line().line(VendorNo=None, UnitMeas="KG", OriginalQty=D("2.5"), CodeB=None, CodeC="P-100"),
        Requisition("R'2;(x),ü", company="20").line(CurrencyCode="JPY", EstimatedPrice=D(1200), VendorNo="0006510005"),
        Requisition("R-3").line(EstimatedPrice=D("0.333333"), OriginalQty=D(7)).line(Objstate="Cancelled"),
        Requisition("R-4").line(),
        Requisition("R-5", waits=True).line(VendorNo="0006519999"),
        Requisition("R-6", "out", "Planned").line(),
        Requisition("R-7", "out", "Closed").line(),
        Requisition("R-8", "rejected").line().line(CurrencyCode="USD"),
        Requisition("R-9", "rejected").line(UnitMeas="BOX"),
        Requisition("R-10", "waiting").line(CodeA="5555"),
        Requisition("R-11", head={"NoteText": None, "RequisitionerCode": None}).line(PartNo=None, CodeA="6000"),
    ]


def seed_requisitions(ifs: Ifs) -> list[Requisition]:
    found = requisitions()
    for requisition in found:
        head = {
            "RequisitionNo": requisition.number,
            "RequisitionerCode": "ADA",
            "Contract": f"S{requisition.company}",
            "RequisitionDate": today() - timedelta(days=3),
            "Objstate": requisition.state,
            "NoteText": "for the works",
            "LastModifiedDate": back(3),
            **requisition.head,
        }
        ifs.put("PurchaseRequisitionSet", **head)
        for line in requisition.lines:
            ifs.put("PurchaseReqLineSet", **line, LastModifiedDate=back(3))
    return found


def differing(lab: Lab) -> Iterator[str]:
    """What stands at JAGGAER against what IFS has, field by field."""
    there = dict(lab.j1p.records["requisitions"])
    for requisition in lab.requisitions:
        record = there.pop(requisition.number, None)
        if (record is not None) != (requisition.fate == "sent"):
            yield f"requisition {requisition.number} is {requisition.fate}, at JAGGAER {bool(record)}"
        elif record:
            wanted, found = _wanted(lab.ifs, requisition.number), _found(record)
            for name in sorted(wanted.keys() | found.keys()):
                if wanted.get(name) != found.get(name):
                    where = f"requisition {requisition.number}.{name}"
                    yield f"{where}: {wanted.get(name)!r} wanted, {found.get(name)!r} found"
    yield from (f"nobody asked for requisition {number}" for number in there)


def _wanted(ifs: Ifs, number: str) -> dict[str, Any]:
    head = ifs.get("PurchaseRequisitionSet", RequisitionNo=number)
    rows = ifs.all("PurchaseReqLineSet", RequisitionNo=number)
    (currency,) = {row["CurrencyCode"] for row in rows}
    suppliers = {partner["SupplierId"] for partner in ifs.all("SupplierInfoGeneralSet")}
    flat: dict[str, Any] = {
        "date": midnight(head["RequisitionDate"]),
        "requester": head["RequisitionerCode"],
        "unit": ifs.get("CompanySiteSet", Contract=head["Contract"])["Company"],
        "status": _STATUS[head["Objstate"]],
        "note": head["NoteText"],
        "total": sum(
            (rounded(r["OriginalQty"] * r["EstimatedPrice"], currency) for r in rows if r["Objstate"] != "Cancelled"),
            Decimal(0),
        ),
        "currency": currency,
    }
    assert currency in DIGITS
    for row in rows:
        flat[f"{row['LineNo']}-{row['ReleaseNo']}"] = {
            "status": row["Objstate"] if row["Objstate"] in {"Closed", "Cancelled"} else "Open",
            "part": row["PartNo"],
            "description": row["Description"],
            "unit": UNITS[row["UnitMeas"]],
            "quantity": row["OriginalQty"],
            "price": row["EstimatedPrice"],
            "wanted": midnight(row["WantedReceiptDate"]),
            "supplier": row["VendorNo"] if row["VendorNo"] in suppliers else None,
            "order": row["OrderNo"],
            "codes": {name: row[f"Code{part}"] for part, name in FIELDS.items() if row[f"Code{part}"]},
        }
    return flat


def _found(record: dict[str, Any]) -> dict[str, Any]:
    header = record["header"]
    flat: dict[str, Any] = {
        "date": header["requisitionDate"],
        "requester": header.get("requester", {}).get("username") or None,
        "unit": header["businessUnit"]["internalName"],
        "status": header["status"],
        "note": header.get("note") or None,
        "total": D(header["total"]["value"]),
        "currency": header["total"]["currency"],
    }
    for line in record["lineList"]["requisitionLine"]:
        (group,) = line["splittableFieldSetGroupList"]["splittableFieldSetGroup"]
        (split,) = group["splittableFieldIndexSet"][0]["splittableFieldIndexList"]["splittableFieldIndex"]
        flat[line["lineNumber"]] = {
            "status": line["status"],
            "part": line["item"].get("catalogNumber") or None,
            "description": line["item"]["description"],
            "unit": line["item"]["unitOfMeasure"]["dimension"],
            "quantity": D(line["quantity"]),
            "price": D(line["unitPrice"]["value"]),
            "wanted": line["requestedDeliveryDate"],
            "supplier": line.get("preferredSupplier", {}).get("supplierNumber") or None,
            "order": line.get("poNumber") or None,
            "codes": {v["internalName"]: v["value"] for v in split["customFieldValueList"]["customFieldValue"]},
        }
    return flat
