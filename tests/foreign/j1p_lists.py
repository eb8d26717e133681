"""What a foreign JAGGAER lists, and its `flt`: the fields that contracts/jaggaer.md names, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

INVALID = -1106
Record = dict[str, Any]

# resource: module, container, path of the time, of the key, filter fields
RESOURCES: dict[str, tuple[str, str, str, str, set[str]]] = {
    "companyprofiles": (
        "ja",
        "returnCompanyData",
        "returnCompanyInfo.lastModTime",
        "returnCompanyInfo.bravoId",
        {"TYPE", "BRAVOID", "extCode", "extUniqueCode", "fiscalCode", "LASTMODTIME"},
    ),
    "customfieldvalues": (
        "ji",
        "customFieldValueList.customFieldValue",
        "lastUpdate",
        "value",
        {"customField", "lastUpdate"},
    ),
    "purchaseorders": (
        "ji",
        "purchaseOrderList.purchaseOrder",
        "header.lastUpdate",
        "header.poNumber",
        {"poNumber", "lastUpdate", "status", "supplierNumber"},
    ),
    "requisitions": (
        "ji",
        "requisitionList.requisition",
        "header.lastUpdate",
        "header.requisitionNumber",
        {"requisitionNumber", "lastUpdate", "status", "supplierNumber"},
    ),
    "receipts": ("ji", "receiptList.receipt", "header.lastUpdate", "header.receiptId", {"lastUpdate"}),
    "invoices": (
        "ji",
        "jiinvoiceList.jiinvoice",
        "header.lastUpdate",
        "header.invoiceId",
        {"lastUpdate", "paymentStatus", "workflowStatus"},
    ),
    "contracts": ("ja", "contractList.item", "lastModTime", "contractReferenceCode", {"deletedStatus", "LASTMODTIME"}),
}

_FIELDS: dict[str, Callable[[Record], Any]] = {
    "TYPE": lambda r: r["returnCompanyInfo"].get("type"),
    "BRAVOID": lambda r: r["returnCompanyInfo"].get("bravoId"),
    "extCode": lambda r: r["returnCompanyInfo"].get("extCode"),
    "extUniqueCode": lambda r: r["returnCompanyInfo"].get("extUniqueCode"),
    "fiscalCode": lambda r: r["returnCompanyInfo"].get("fiscalCode"),
    "LASTMODTIME": lambda r: r.get("lastModTime") or r["returnCompanyInfo"]["lastModTime"],
    "customField": lambda r: r["customField"],
    "lastUpdate": lambda r: r.get("lastUpdate") or r["header"]["lastUpdate"],
    "poNumber": lambda r: r["header"]["poNumber"],
    "requisitionNumber": lambda r: r["header"]["requisitionNumber"],
    "status": lambda r: r["header"].get("status"),
    "supplierNumber": lambda r: r["header"].get("supplier", {}).get("supplierNumber"),
    "paymentStatus": lambda r: r["header"].get("paymentStatus"),
    "workflowStatus": lambda r: r["header"].get("workflowStatus"),
    "deletedStatus": lambda r: r["deletedStatus"],
}
_TIMES = {"LASTMODTIME", "lastUpdate"}
_VALUE = r"(?:'(?:[^']|'')*'|[^'();, ]+)"
_TERM = re.compile(rf"(\w+)(==|=in=|>=)({_VALUE}|\({_VALUE}(?:,{_VALUE})*\))(;|$)")
INFO = set(
    "bravoId type status companyName extCode extUniqueCode fiscalCode euVat dAndBCode currency bizLegalStruct bizEmail"  # noqa: SIM905
    " bizPhone bizFax webSite address zip city province isoCountry userName userSurName userEmail userPhone".split()
)


class Wrong(Exception):
    """The envelope's code and message."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class NotForLists(Wrong):
    """A choice of this tenant, not a mistake of the client's."""


def tests(
    text: str, allowed: set[str], equal: dict[str, set[str]], *, in_everywhere: bool
) -> Iterator[Callable[[Record], bool]]:
    """The terms, which must all hold; `equal` gets the values asked for by field. Raises Wrong."""
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if not match:
            raise Wrong(INVALID, f"filter at {text[at:]!r}")
        at = match.end()
        field, operator, raw = match[1], match[2], match[3]
        if field not in allowed:
            raise Wrong(INVALID, f"filter field {field}")
        if (operator == ">=") != (field in _TIMES):
            raise Wrong(INVALID, f"filter {field}{operator}")
        if operator == ">=":
            since = datetime.fromisoformat(raw.strip("'"))
            yield lambda r, f=_FIELDS[field], since=since: datetime.fromisoformat(f(r)) >= since
            continue
        if operator == "=in=" and not (in_everywhere or field == "poNumber"):
            raise NotForLists(INVALID, f"=in= is not for {field}")
        wanted = set(_values(raw, listed=operator == "=in="))
        equal.setdefault(field, set()).update(wanted)
        yield lambda r, f=_FIELDS[field], wanted=wanted: str(f(r)) in wanted


def _values(raw: str, *, listed: bool) -> Iterator[str]:
    for piece in re.findall(r"'(?:[^']|'')*'|[^'();, ]+", raw):
        yield piece[1:-1].replace("''", "'") if piece.startswith("'") else piece
        if not listed:
            return


def at(record: Record, path: str) -> Any:
    for step in path.split("."):
        record = record[step]
    return record
