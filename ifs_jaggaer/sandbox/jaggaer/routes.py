"""Which request does what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from ifs_jaggaer.sandbox.jaggaer import documents, feedback, field_values, profiles
from ifs_jaggaer.sandbox.jaggaer.codes import Declined, invalid
from ifs_jaggaer.sandbox.jaggaer.listing import document, envelope, options, page
from ifs_jaggaer.sandbox.jaggaer.resources import (
    BASE,
    FIELD_VALUES,
    INVOICES,
    ORDERS,
    PROFILES,
    RECEIPTS,
    REQUISITIONS,
    RESOURCES,
    Resource,
)
from ifs_jaggaer.sandbox.kernel import Answer, Call, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from ifs_jaggaer.sandbox.jaggaer.records import Records

_WRITES: Final[dict[str, Callable[[Records, Any], Answer]]] = {
    PROFILES.name: profiles.write,
    FIELD_VALUES.name: field_values.write,
    ORDERS.name: lambda records, body: documents.write(records, documents.ORDER, body),
    REQUISITIONS.name: lambda records, body: documents.write(records, documents.REQUISITION, body),
}
_ACTIONS: Final[dict[tuple[str, str], Callable[[Records, Resource, str, Any], Answer]]] = {
    (RECEIPTS.name, "exportstatus"): feedback.export_status,
    (INVOICES.name, "exportstatus"): feedback.export_status,
    (INVOICES.name, "payment"): feedback.payment,
}


@dataclass(frozen=True)
class Route:
    """A path below the base: a resource, perhaps a document of it, perhaps something done to that."""

    resource: Resource
    identity: str | None = None
    action: str | None = None

    @property
    def subject(self) -> str:
        return f"{self.resource.name}/{self.action}" if self.action else self.resource.name


def route(path: str, base: str = BASE) -> Route | None:
    """Where a path leads; None for one that is not known."""
    below = path.removeprefix(f"{base}/").split("/")
    if below == [path] or len(below) < 3 or below[1] != "v1":
        return None
    module, _, name, *rest = (unquote(part) for part in below)
    resource = RESOURCES.get(name)
    if resource is None or resource.module != module or len(rest) > 2 or not all(rest):
        return None
    found = Route(resource, *rest)
    if found.action is None:
        return found if found.identity is None or resource.has_documents else None
    return found if (resource.name, found.action) in _ACTIONS else None


def carry_out(records: Records, to: Route, call: Call, page_size: int) -> Answer:
    """Answer one request. Errors come as HTTP 200 with a code; what is refused changes nothing."""
    try:
        if call.method == "GET" and to.action is None:
            if to.identity is None:
                return page(records, to.resource, call.query, page_size)
            return document(records, to.resource, to.identity, call.query)
        return _write(records, to, call)
    except Declined as declined:
        return envelope(to.resource, declined.code, str(declined))


def _write(records: Records, to: Route, call: Call) -> Answer:
    action = _ACTIONS.get((to.resource.name, to.action or ""))
    write = _WRITES.get(to.resource.name) if to.identity is None else None
    if call.method != "POST" or (action is None and write is None):
        return Answer.json(405, {"error": f"{call.method} is not allowed here"})
    if call.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return Answer.json(415, {"error": "the body must be application/json"})
    options(call.query)
    try:
        body = parse_json(call.body)
    except ValueError as error:
        raise invalid("body", f"is not JSON: {error}") from error
    with records.database.transaction():
        if action is not None and to.identity is not None:
            return action(records, to.resource, to.identity, body)
        if write is not None:
            return write(records, body)
    raise AssertionError(f"{to} leads nowhere")
