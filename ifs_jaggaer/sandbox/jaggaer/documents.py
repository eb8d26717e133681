"""Writing purchase orders and requisitions, which keep the same rules (contracts/jaggaer.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ifs_jaggaer.sandbox.jaggaer.checks import need, part, refuse_null
from ifs_jaggaer.sandbox.jaggaer.codes import CLOSED, EXISTS, NOT_NEWER, UNKNOWN_ORDER, Declined, invalid
from ifs_jaggaer.sandbox.jaggaer.listing import envelope
from ifs_jaggaer.sandbox.jaggaer.quantities import counted
from ifs_jaggaer.sandbox.jaggaer.resources import ORDERS, REQUISITIONS, Resource
from ifs_jaggaer.sandbox.jaggaer.validation import Validation, whole

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.kernel import Answer, Row


@dataclass(frozen=True)
class Kind:
    """What differs between the two kinds of document."""

    resource: Resource
    wrapper: str
    lines: str
    date: str
    statuses: frozenset[str]

    @property
    def identity(self) -> str:
        return next(iter(self.resource.names))

    @property
    def number(self) -> str:
        return list(self.resource.names)[1]


ORDER: Final = Kind(
    ORDERS, "purchaseOrder", "poLine", "poDate", frozenset({"Draft", "Pending", "Sent", "Completed", "Cancelled"})
)
REQUISITION: Final = Kind(
    REQUISITIONS,
    "requisition",
    "requisitionLine",
    "requisitionDate",
    frozenset({"Draft", "Pending", "Completed", "Cancelled", "Rejected"}),
)
_ENDED: Final = frozenset({"Completed", "Cancelled", "Rejected"})
#: Kept by the server through a revision: what suppliers and receipts said.
_KEPT_IN_HEADER: Final = ("acknowledgement",)
_KEPT_IN_LINE: Final = ("receivedQuantity", "invoicedQuantity", "promisedDeliveryDate")


def write(records: Records, kind: Kind, body: Any) -> Answer:
    """CREATE, UPDATE, CREATEUPDATE or CANCEL one document. Raises Declined."""
    document = part(body, kind.wrapper)
    refuse_null(document, kind.wrapper)
    header = part(document, "header")
    need(header, kind.number)
    operation = body.get("operationCode")
    kept = records.numbered(kind.resource, header[kind.number])
    match operation:
        case "CREATE" if kept is not None:
            raise Declined(EXISTS, f"{kind.number}: {header[kind.number]} already exists")
        case "UPDATE" | "CANCEL" if kept is None:
            raise Declined(UNKNOWN_ORDER, f"{kind.number}: no document {header[kind.number]}")
        case "CANCEL" if kept is not None:
            row = _cancelled(kind, kept, header)
        case "CREATE" | "UPDATE" | "CREATEUPDATE":
            row = _written(records, kind, kept, document)
        case _:
            raise invalid("operationCode", f"{operation!r} is not known")
    row = records.put(kind.resource, row)
    named = {name: row["header"][name] for name in (kind.identity, kind.number, "revisionNumber")}
    return envelope(kind.resource, **named)


def _refuse_ended(kind: Kind, kept: Row) -> None:
    status = kept["header"].get("status")
    if status in _ENDED:
        raise Declined(CLOSED, f"{kind.number}: {kept['header'][kind.number]} is {status}")


def _refuse_old(kept: Row, revision: object) -> None:
    present = kept["header"]["revisionNumber"]
    if revision != present + 1:
        raise Declined(NOT_NEWER, f"revisionNumber: {revision} does not follow the present {present}")


def _cancelled(kind: Kind, kept: Row, header: Row) -> Row:
    """The header alone came: what it says is taken, all else stays."""
    _refuse_ended(kind, kept)
    whole(header)
    _refuse_old(kept, header["revisionNumber"])
    server = {name: kept["header"][name] for name in _KEPT_IN_HEADER if name in kept["header"]}
    own = {kind.identity: kept["header"][kind.identity], "status": "Cancelled"}
    return {**kept, "header": {**kept["header"], **header, **server, **own}}


def _written(records: Records, kind: Kind, kept: Row | None, document: Row) -> Row:
    """The whole document replaces the one before."""
    if kept is not None:
        _refuse_ended(kind, kept)
    lines = Validation(records, kind.statuses, kind.number, kind.date).document(document, kind.lines)
    header = {name: value for name, value in document["header"].items() if name not in _KEPT_IN_HEADER}
    if kept is None:
        header[kind.identity] = records.next_id(kind.identity)
        lines = [{name: value for name, value in line.items() if name not in _KEPT_IN_LINE} for line in lines]
        if kind is ORDER:
            lines = counted(records, header[kind.number], lines)
    else:
        _refuse_old(kept, header["revisionNumber"])
        header[kind.identity] = kept["header"][kind.identity]
        header |= {name: kept["header"][name] for name in _KEPT_IN_HEADER if name in kept["header"]}
        lines = _carried(kind, kept, lines)
    return {"header": header, "lineList": {kind.lines: lines}}


def _carried(kind: Kind, kept: Row, lines: list[Row]) -> list[Row]:
    """Lines of a revision, with what the server keeps for those that were there before."""
    before = {line.get("lineNumber"): line for line in kept["lineList"][kind.lines]}
    started = {"receivedQuantity": 0, "invoicedQuantity": 0} if kind is ORDER else {}
    carried = []
    for line in lines:
        known = started | before.get(line["lineNumber"], {})
        sent = {name: value for name, value in line.items() if name not in _KEPT_IN_LINE}
        became = {"poNumber": known["poNumber"]} if kind is REQUISITION and "poNumber" in known else {}
        carried.append(became | sent | {name: known[name] for name in _KEPT_IN_LINE if name in known})
    return carried
