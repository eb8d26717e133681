"""The fault `edit_first`: another user changes the record just before the request is carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ifs_jaggaer.sandbox.jaggaer.resources import FIELD_VALUES, ORDERS, PROFILES, REQUISITIONS, dig
from ifs_jaggaer.sandbox.kernel import Refusal, parse_json

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.routes import Route
    from ifs_jaggaer.sandbox.jaggaer.steering import Steering
    from ifs_jaggaer.sandbox.kernel import Call, Row


def edit_first(steering: Steering, to: Route, call: Call, values: Row | None) -> None:
    """Change what the request is about: by `values`, else a field of it. Nothing if it names nothing that is there."""
    try:
        key = _key(to, call)
        if key:
            row = steering.find(to.resource, key)
            steering.change(to.resource.name, key, _edited(to, row) if values is None else values)
    except Refusal:
        return


def _key(to: Route, call: Call) -> Row | None:
    """The record that the request is about."""
    if to.identity is not None:
        return {next(iter(to.resource.names)): to.identity}
    try:
        body: Any = parse_json(call.body)
    except ValueError:
        return None
    if to.resource is FIELD_VALUES:
        entries = dig(body, ("valueList", "value")) or [{}]
        return {"customField": dig(body, ("customField",)), "value": entries[0].get("value")}
    wrapper = {PROFILES: "company", ORDERS: "purchaseOrder", REQUISITIONS: "requisition"}.get(to.resource)
    if wrapper is None:
        return None
    inner = dig(body, (wrapper, "companyInfo" if to.resource is PROFILES else "header")) or {}
    return next(({name: inner[name]} for name in to.resource.names if inner.get(name)), None)


def _edited(to: Route, row: Row) -> Row:
    """A change as a person would make it; of an order a revision."""
    if to.resource is PROFILES:
        info = row["returnCompanyInfo"]
        name = "city" if info.get("city") else "companyName"
        return {"returnCompanyInfo": {name: f"{info[name]} II"}}
    if to.resource is FIELD_VALUES:
        return {"description": f"{row.get('description', '')} (edited)"}
    note: Row = {"note": "changed by another user"}
    if to.resource in (ORDERS, REQUISITIONS):
        note["revisionNumber"] = row["header"]["revisionNumber"] + 1
    return {"header": note}
