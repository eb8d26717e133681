"""Writing suppliers (contracts/jaggaer.md 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ifs_jaggaer.sandbox.jaggaer.checks import check, is_currency, is_text, need, one_of, part, rows
from ifs_jaggaer.sandbox.jaggaer.codes import EXISTS, UNKNOWN_SUPPLIER, Declined, invalid
from ifs_jaggaer.sandbox.jaggaer.listing import envelope
from ifs_jaggaer.sandbox.jaggaer.resources import PROFILES

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.kernel import Answer, Row

REQUIRED: Final = ("companyName", "isoCountry", "type")
_KEPT_BY_SERVER: Final = frozenset({"registrationDate", "lastModTime"})
_TEXTS: Final = (
    "companyName", "extCode", "extUniqueCode", "fiscalCode", "euVat", "dAndBCode", "bizLegalStruct", "bizEmail",
    "bizPhone", "bizFax", "webSite", "address", "zip", "city", "province", "userName", "userSurName", "userEmail",
    "userPhone",
)  # fmt: skip


def _is_country(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[A-Z]{2,3}", value) is not None


_CHECKS: Final = dict.fromkeys(_TEXTS, is_text) | {
    "bravoId": lambda value: re.fullmatch(r"\d+", str(value)) is not None,
    "type": one_of(("SELLER", "BUYER")),
    "status": one_of(("ACTIVE", "SUSPENDED", "INACTIVE")),
    "isoCountry": _is_country,
    "currency": lambda value: value == "" or is_currency(value),
}


def write(records: Records, body: Any) -> Answer:
    """CREATE, UPDATE or CREATEUPDATE one supplier. Raises Declined."""
    company = part(body, "company")
    operation = company.get("operationCode")
    if operation not in {"CREATE", "UPDATE", "CREATEUPDATE"}:
        raise invalid("operationCode", f"{operation!r} is not known")
    check(company, {"sendEMail": one_of(("true", "false"))})
    info = part(company, "companyInfo")
    for name in info:
        if name not in _CHECKS:
            why = "is kept by the server" if name in _KEPT_BY_SERVER else "is no field of a company"
            raise invalid(name, why)
    check(info, _CHECKS)
    kept = _addressed(records, operation, info)
    if kept is None:
        need(info, *REQUIRED)
        kept = new(records)
    row = _changed(kept, info, _extended(company))
    need(row["returnCompanyInfo"], *REQUIRED)
    _refuse_twice(records, row)
    records.put(PROFILES, row)
    return envelope(PROFILES, bravoId=int(row["returnCompanyInfo"]["bravoId"]))


def new(records: Records) -> Row:
    """A supplier with nothing but what the server gives it."""
    info = {"bravoId": str(records.next_id("bravoId")), "status": "ACTIVE", "registrationDate": records.now()}
    return {"returnCompanyInfo": info, "deBasic": {"deInfo": []}}


def _addressed(records: Records, operation: str, info: Row) -> Row | None:
    """The supplier that is to be updated; None for one that is to be created. Raises Declined."""
    if operation == "CREATE":
        if "bravoId" in info:
            raise invalid("bravoId", "is given by the server")
        return None
    if operation == "UPDATE":
        need(info, "bravoId")
    if info.get("bravoId"):
        kept = records.get(PROFILES, info["bravoId"])
        if kept is None:
            raise Declined(UNKNOWN_SUPPLIER, f"bravoId: no supplier {info['bravoId']}")
        return kept
    need(info, "extCode")
    return records.supplier(info["extCode"])


def _changed(kept: Row, info: Row, extended: dict[str, Row | None]) -> Row:
    """What was sent replaces, "" clears, what was not sent stays."""
    merged = kept["returnCompanyInfo"] | {name: value for name, value in info.items() if name != "bravoId"}
    entries = {entry["name"]: entry for entry in kept["deBasic"]["deInfo"]} | extended
    return {
        "returnCompanyInfo": {name: value for name, value in merged.items() if value != ""},
        "deBasic": {"deInfo": [entry for entry in entries.values() if entry is not None]},
    }


def _extended(company: Row) -> dict[str, Row | None]:
    """Extended fields by name; None for one that is cleared. Raises Declined."""
    if "deBasic" not in company:
        return {}
    found: dict[str, Row | None] = {}
    for entry in rows(part(company, "deBasic"), "deInfo"):
        need(entry, "name", where="deInfo.")
        name = entry["name"]
        values = [value.get("deValue") for value in rows(entry, "values", "value")]
        if not values or not all(is_text(value) for value in values):
            raise invalid(f"deInfo.{name}", "wants texts as deValue")
        if name in found:
            raise invalid(f"deInfo.{name}", "came twice")
        filled = [{"deValue": value} for value in values if value != ""]
        kind = entry.get("type", "TEXT")
        found[name] = {"name": name, "type": kind, "values": {"value": filled}} if filled else None
    return found


def _refuse_twice(records: Records, row: Row) -> None:
    taken = taken_number(records, row)
    if taken:
        raise Declined(EXISTS, taken)


def taken_number(records: Records, row: Row) -> str | None:
    """What of a supplier another one has already, in words; extCode and extUniqueCode are unique."""
    info = row["returnCompanyInfo"]
    for name, index in records.unique.items():
        for other in index.find(str(info[name])) if name in info else []:
            if other["returnCompanyInfo"]["bravoId"] != info["bravoId"]:
                return f"{name}: {info[name]} already exists"
    return None
