"""Writing values of custom fields: GL accounts and code parts (contracts/jaggaer.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ifs_jaggaer.sandbox.jaggaer.checks import check, is_text, need, one_of, rows
from ifs_jaggaer.sandbox.jaggaer.codes import DONE, Declined, invalid
from ifs_jaggaer.sandbox.jaggaer.listing import envelope
from ifs_jaggaer.sandbox.jaggaer.resources import FIELD_VALUES

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.kernel import Answer, Row

MOST: Final = 500
_CHECKS: Final = {"value": is_text, "description": is_text, "active": one_of(("true", "false"))}


def write(records: Records, body: Any) -> Answer:
    """Create or update up to 500 values, each with a code of its own. Raises Declined for the whole."""
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    if body.get("operationCode") != "CREATEUPDATE":
        raise invalid("operationCode", f"{body.get('operationCode')!r} is not known")
    need(body, "customField")
    check(body, {"customField": is_text})
    entries = rows(body, "valueList", "value")
    if not 0 < len(entries) <= MOST:
        raise invalid("valueList", f"holds {len(entries)} values, 1 to {MOST} go at once")
    results = [_result(records, body["customField"], entry) for entry in entries]
    return envelope(FIELD_VALUES, resultList={"result": results})


def _result(records: Records, custom_field: str, entry: Row) -> Row:
    try:
        _put(records, custom_field, entry)
    except Declined as declined:
        return {"value": entry.get("value", ""), "returnCode": declined.code, "returnMessage": str(declined)}
    return {"value": entry["value"], "returnCode": DONE, "returnMessage": ""}


def _put(records: Records, custom_field: str, entry: Row) -> None:
    need(entry, "value")
    check(entry, _CHECKS)
    for name in entry:
        if name not in _CHECKS:
            raise invalid(name, "is no field of a value")
    kept = records.get(FIELD_VALUES, custom_field, entry["value"]) or {"customField": custom_field, "active": "true"}
    row = {name: value for name, value in (kept | entry).items() if value != ""}
    records.put(FIELD_VALUES, row)
