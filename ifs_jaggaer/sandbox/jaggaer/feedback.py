"""What the ERP tells about receipts and invoices: exported, paid (contracts/jaggaer.md 6 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ifs_jaggaer.sandbox.jaggaer.checks import Check, check, is_number, is_text, is_timestamp, need, one_of
from ifs_jaggaer.sandbox.jaggaer.codes import invalid
from ifs_jaggaer.sandbox.jaggaer.listing import envelope, find

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.jaggaer.resources import Resource
    from ifs_jaggaer.sandbox.kernel import Answer, Row

_BECOMES: Final = {"SUCCESS": "Exported", "FAILED": "Failed"}
_EXPORT: Final[dict[str, Check]] = {
    "status": one_of(_BECOMES),
    "erpNumber": is_text,
    "erpDate": is_timestamp,
    "message": is_text,
}
_PAYMENT: Final[dict[str, Check]] = {
    "status": one_of(("Paid",)),
    "paymentDate": is_timestamp,
    "amount": is_number,
    "reference": is_text,
}


def export_status(records: Records, resource: Resource, identity: str, body: Any) -> Answer:
    """Set the export status of a receipt or an invoice. Raises Declined."""
    row = find(records, resource, identity)
    _checked(body, _EXPORT)
    if body["status"] == "SUCCESS":
        need(body, "erpNumber")
    told = {"exportStatus": _BECOMES[body["status"]], "erpNumber": body.get("erpNumber", "")}
    told |= {"erpDate": body.get("erpDate", ""), "exportMessage": body.get("message", "")}
    return _put(records, resource, row, told)


def payment(records: Records, resource: Resource, identity: str, body: Any) -> Answer:
    """Make an invoice paid. Raises Declined."""
    row = find(records, resource, identity)
    _checked(body, _PAYMENT)
    need(body, "paymentDate", "amount")
    paid = {name: body[name] for name in ("paymentDate", "amount", "reference") if name in body}
    return _put(records, resource, row, {"paymentStatus": body["status"], "payment": paid})


def _checked(body: Any, checks: dict[str, Check]) -> None:
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    need(body, "status")
    for name in body:
        if name not in checks:
            raise invalid(name, "is no field here")
    check(body, checks)


def _put(records: Records, resource: Resource, row: Row, told: Row) -> Answer:
    header = {name: value for name, value in (row["header"] | told).items() if value != ""}
    records.put(resource, {**row, "header": header})
    return envelope(resource)
