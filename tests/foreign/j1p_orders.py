"""Orders and requisitions as a foreign JAGGAER takes them (contracts/jaggaer.md 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from foreign.j1p_lists import INVALID, Record, Wrong
from foreign.serving import Asked, copied

ZERO, HUNDRED = Decimal(0), Decimal(100)
UNKNOWN_SUPPLIER, UNKNOWN_VALUE, UNKNOWN_ORDER = -1101, -1102, -1103
NOT_NEWER, CLOSED, EXISTS = -1104, -1105, -996
_HEADER = {"revisionNumber", "status", "businessUnit", "currency", "terms", "shipTo", "billTo", "total", "note"}
_LINE = {
    "lineNumber",
    "status",
    "item",
    "quantity",
    "unitPrice",
    "discountPercent",
    "charges",
    "requestedDeliveryDate",
    "splittableFieldSetGroupList",
}


@dataclass(frozen=True)
class Document:
    """What differs between the two."""

    resource: str
    body: str
    number: str
    ident: str
    day: str
    lines: str
    statuses: frozenset[str]
    header: frozenset[str]
    line: frozenset[str]


DOCUMENTS = {
    "purchaseorders": Document(
        "purchaseorders",
        "purchaseOrder",
        "poNumber",
        "poId",
        "poDate",
        "poLine",
        frozenset({"Draft", "Pending", "Sent", "Completed", "Cancelled"}),
        frozenset(_HEADER | {"poNumber", "poDate", "supplier", "buyer", "externalReference"}),
        frozenset(_LINE | {"receivedQuantity", "invoicedQuantity"}),
    ),
    "requisitions": Document(
        "requisitions",
        "requisition",
        "requisitionNumber",
        "requisitionId",
        "requisitionDate",
        "requisitionLine",
        frozenset({"Draft", "Pending", "Completed", "Cancelled", "Rejected"}),
        frozenset(_HEADER | {"requisitionNumber", "requisitionDate", "requester", "externalReference"}),
        frozenset(_LINE | {"preferredSupplier", "poNumber"}),
    ),
}


class Habits(Protocol):
    ids_as_text: bool
    forgets_promises: bool


class Server(Protocol):
    @property
    def habits(self) -> Habits: ...

    def new_id(self) -> int: ...

    def stamp(self) -> str: ...


def sent(  # noqa: C901 - one rule after the other
    records: dict[str, dict[Any, Record]], kind: Document, asked: Asked, body: Record, server: Server
) -> dict[str, Any]:
    """Takes one, and gives what the envelope says of it. Raises Wrong."""
    only(body, {"operationCode", kind.body})
    document, operation = body[kind.body], body["operationCode"]
    header = document["header"]
    number = header[kind.number]
    there = records[kind.resource].get(number)
    asked.about |= {"operation": operation, "before": copied(there), "number": number}
    if operation == "CREATEUPDATE":
        operation = "UPDATE" if there else "CREATE"
    if operation == "CREATE" and there:
        raise Wrong(EXISTS, f"{kind.number} {number} already exists")
    if operation in {"UPDATE", "CANCEL"} and not there:
        raise Wrong(UNKNOWN_ORDER, f"{kind.number} {number}")
    if there and there["header"]["status"] in {"Completed", "Cancelled"}:
        raise Wrong(CLOSED, f"{number} is closed")
    if there and operation == "UPDATE" and header["revisionNumber"] != there["header"]["revisionNumber"] + 1:
        raise Wrong(NOT_NEWER, f"revision {header['revisionNumber']}")
    if there and operation == "CANCEL":
        if set(document) != {"header"}:
            raise Wrong(INVALID, "CANCEL carries the header alone")
        there["header"] |= {"status": "Cancelled", "lastUpdate": server.stamp()}
        return _said(kind, there, server)
    _check(records, kind, document)
    record = copied({"header": header, "lineList": document["lineList"]})
    record["header"] |= {kind.ident: there["header"][kind.ident] if there else server.new_id()}
    record["header"]["lastUpdate"] = server.stamp()
    if kind.resource == "purchaseorders":
        for line in record["lineList"][kind.lines]:
            line |= {"receivedQuantity": 0, "invoicedQuantity": 0}
        if there and not server.habits.forgets_promises:
            _keep_promises(there, record)
    records[kind.resource][number] = record
    return _said(kind, record, server)


def _keep_promises(before: Record, after: Record) -> None:
    if "acknowledgement" in before["header"]:
        after["header"]["acknowledgement"] = before["header"]["acknowledgement"]
    promised = {line["lineNumber"]: line.get("promisedDeliveryDate") for line in before["lineList"]["poLine"]}
    for line in after["lineList"]["poLine"]:
        if promised.get(line["lineNumber"]):
            line["promisedDeliveryDate"] = promised[line["lineNumber"]]


def _said(kind: Document, record: Record, server: Server) -> dict[str, Any]:
    header = record["header"]
    ident = str(header[kind.ident]) if server.habits.ids_as_text else header[kind.ident]
    return {
        kind.ident: ident,
        kind.number: header[kind.number],
        "revisionNumber": header["revisionNumber"],
    }


def _check(records: dict[str, dict[Any, Record]], kind: Document, document: Record) -> None:  # noqa: C901
    header = document["header"]
    only(document, {"header", "lineList"})
    only(header, kind.header)
    midnight(header[kind.day])
    if header["status"] not in kind.statuses:
        raise Wrong(INVALID, f"status {header['status']}")
    lines = document["lineList"][kind.lines]
    suppliers = [part["preferredSupplier"] for part in lines if part.get("preferredSupplier")]
    if kind.resource == "purchaseorders":
        suppliers = [header["supplier"]]
    known = {record["returnCompanyInfo"].get("extCode") for record in records["companyprofiles"].values()}
    for supplier in suppliers:
        if supplier["supplierNumber"] not in known:
            raise Wrong(UNKNOWN_SUPPLIER, f"supplier {supplier['supplierNumber']}")
    numbers = [line["lineNumber"] for line in lines]
    if len(set(numbers)) != len(numbers) or not numbers:
        raise Wrong(INVALID, f"line numbers {numbers}")
    for line in lines:
        only(line, kind.line)
        if line["status"] not in {"Open", "Closed", "Cancelled"}:
            raise Wrong(INVALID, f"line status {line['status']}")
        for field in ("quantity", "discountPercent", "charges"):
            if field in line and (isinstance(line[field], str | bool) or line[field] is None):
                raise Wrong(INVALID, f"{field} is a number")
        if line.get("requestedDeliveryDate"):
            midnight(line["requestedDeliveryDate"])
        _check_splits(records, line)


def _check_splits(records: dict[str, dict[Any, Record]], line: Record) -> None:
    for group in line.get("splittableFieldSetGroupList", {}).get("splittableFieldSetGroup", []):
        for field_set in group["splittableFieldIndexSet"]:
            splits = field_set["splittableFieldIndexList"]["splittableFieldIndex"]
            added = sum((Decimal(s["distributionValue"]) for s in splits), ZERO)
            if field_set["distributionType"] != "PercentOfPrice" or added != HUNDRED:
                raise Wrong(INVALID, f"{field_set['distributionType']} adds up to {added}")
            for split in splits:
                for value in split["customFieldValueList"]["customFieldValue"]:
                    key = (value["internalName"], value["value"])
                    there = records["customfieldvalues"].get(key)
                    if there is None or there["active"] != "true":
                        raise Wrong(UNKNOWN_VALUE, f"{key} is unknown")


def only(record: Record, allowed: set[str] | frozenset[str]) -> None:
    if set(record) - allowed:
        raise Wrong(INVALID, f"unknown fields {sorted(set(record) - allowed)}")


def midnight(text: str) -> None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\.000Z", text):
        raise Wrong(INVALID, f"{text} is no day at midnight UTC")
