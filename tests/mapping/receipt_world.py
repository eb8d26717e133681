"""One order of IFS and the receipts of JAGGAER for it, as a few dictionaries that answer, register and cancel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from answering import gathered

from connectors.wire import ETag, Row
from mapping.kinds import (
    Case,
    Decision,
    IfsAct,
    IfsCreate,
    IfsRows,
    Instructions,
    JaggaerDetails,
    JaggaerHeaders,
    JaggaerPost,
    Link,
    Links,
    Snapshot,
    Snapshots,
    WireAsk,
)
from mapping.profile import Profile
from mapping.purchasing.lines import LineKey, detail
from mapping.receipts.kind import RECEIPTS

TODAY = date(2026, 3, 10)
ORDER = "P1001"
SUCCESS = {"SUCCESS": "Exported", "FAILED": "Failed"}


def receipt_line(number: str = "1", quantity: object = 4, **changed: Any) -> dict[str, Any]:
    told = {"lineNumber": number, "poLineNumber": "1-1", "quantity": quantity, "unitOfMeasure": "EA", "type": "Receive"}
    return {name: value for name, value in (told | changed).items() if value is not None}


def receipt(receipt_id: str = "7001", *lines: dict[str, Any], **header: Any) -> dict[str, Any]:
    told = {
        "receiptId": receipt_id,
        "receiptNumber": f"RC{receipt_id}",
        "receiptDate": "2026-03-02T00:00:00.000Z",
        "poNumber": ORDER,
        "status": "Completed",
        "lastUpdate": "2026-03-03T08:00:00.000Z",
        "exportStatus": "NotExported",
    }
    told = {name: value for name, value in (told | header).items() if value is not None}
    return {"header": told, "lineList": {"receiptLine": list(lines or (receipt_line(),))}}


@dataclass
class World:
    """Order P1001 with two lines of ten pieces, linked. `refuses`: what IFS says of a reference or sequence."""

    profile: Profile
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    order_lines: dict[LineKey, dict[str, Any]] = field(default_factory=dict)
    registered: list[dict[str, Any]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    company: str = "10"
    net_at_jaggaer: dict[str, int] = field(default_factory=dict)
    written: list[Any] = field(default_factory=list)
    since: datetime | None = None

    def __post_init__(self) -> None:
        for number in ("1", "2"):
            self.order_lines[number, "1"] = {
                "BuyQtyDue": Decimal(10), "QtyReceived": Decimal(0), "BuyUnitMeas": "PCS", "Objstate": "Released",
            }  # fmt: skip
        self.links.append(Link("purchase_order", ORDER, "88001", detail(self.order_lines)))

    def show(self, *records: dict[str, Any]) -> None:
        self.receipts |= {record["header"]["receiptId"]: record for record in records}

    # --- Answers ---

    def rows(self, ask: WireAsk) -> list[Row]:
        match ask:
            case IfsRows("receipt", attribute, values):
                return [self._row(one) for one in self.registered if one[attribute] in values]
            case IfsRows("purchase_order", "OrderNo", values):
                values = values & {ORDER}
                return [Row("purchase_order", (ORDER,), {"OrderNo": ORDER, "Company": self.company})] if values else []
            case IfsRows("purchase_order_line", "OrderNo", values):
                return [
                    Row(
                        "purchase_order_line",
                        (ORDER, *key),
                        {"OrderNo": ORDER, "LineNo": key[0], "ReleaseNo": key[1], **line},
                    )
                    for key, line in self.order_lines.items()
                    if ORDER in values
                ]
            case JaggaerHeaders("receipts", ids, since):
                self.since = since
                return [Row("receipts", (key,), self.receipts[key]) for key in sorted(ids) if key in self.receipts]
            case JaggaerDetails("purchaseorders", ids):
                lines = [{"lineNumber": at, "receivedQuantity": net} for at, net in self.net_at_jaggaer.items()]
                order: dict[str, Any] = {"header": {"poNumber": ORDER}, "lineList": {"poLine": lines}}
                return [Row("purchaseorders", (key,), order) for key in ids]
        raise AssertionError(f"nobody answers {ask}")

    def _row(self, one: dict[str, Any]) -> Row:
        key = str(one["ReceiptSequence"])
        return Row("receipt", (key,), one, etag=ETag(f'W/"{key}-{one["Objstate"]}"'))

    def links_of(self, ask: Links) -> dict[str, Link]:
        side = "ifs_key" if ask.side == "ifs" else "jaggaer_key"
        return {
            getattr(one, side): one for one in self.links if one.kind == ask.kind and getattr(one, side) in ask.keys
        }

    def snapshots_of(self, ask: Snapshots) -> dict[str, Snapshot]:
        return {key: self.snapshots[key] for key in ask.keys if key in self.snapshots}

    # --- a run ---

    def gather(self, *ids: str) -> list[Case]:
        return gathered(RECEIPTS.gather(frozenset(f"jaggaer:{key}" for key in ids), self.profile), self)

    def decide(self, *ids: str, told: Instructions | None = None) -> list[Decision]:
        return [RECEIPTS.decide(case, self.profile, TODAY, told or Instructions()) for case in self.gather(*ids)]

    def run(self, receipt_id: str = "7001", told: Instructions | None = None) -> Decision:
        """One receipt to its end."""
        self.written.clear()
        for _ in range(4):
            (decision,) = self.decide(receipt_id, told=told)
            for write in decision.writes:
                self.carry_out(write)
            self._settle(decision)
            if not decision.again:
                return decision
        raise AssertionError("asks to be decided again for ever")

    def done(self) -> list[str]:
        """What was written, in order: "create", "cancel", "SUCCESS", "FAILED"."""
        return [str(one.body["status"]) if isinstance(one, JaggaerPost) else one.action for one in self.written]

    def _settle(self, decision: Decision) -> None:
        if decision.settlement and decision.settlement.link:
            link = decision.settlement.link
            assert link.ifs_key
            assert link.jaggaer_key == decision.key
            self.links = [one for one in self.links if (one.kind, one.jaggaer_key) != ("receipt", decision.key)]
            self.links.append(link)
        if decision.settlement and decision.settlement.snapshot is not None:
            assert decision.base_version == (
                self.snapshots[decision.key].version if decision.key in self.snapshots else 0
            )
            fields = dict(decision.settlement.snapshot)
            self.snapshots[decision.key] = Snapshot("receipt", decision.key, fields, decision.base_version + 1)

    def carry_out(self, write: object) -> None:
        self.written.append(write)
        match write:
            case IfsCreate(set="receipt", values=values):
                self.register(**values)
            case IfsAct(set="receipt", key=(number,), etag=etag, action="cancel"):
                one = next(one for one in self.registered if str(one["ReceiptSequence"]) == number)
                assert etag == self._row(one).etag, "the ETag of what was read"
                self.cancel(one)
            case JaggaerPost(resource="receipts", key=key, body=body, path=path):
                assert path == f"/{key}/exportstatus"
                header = self.receipts[key]["header"]
                header["exportStatus"] = SUCCESS[str(body["status"])]
                header["lastUpdate"] = f"2026-03-10T08:00:00.{len(self.written):03d}Z"
            case _:
                raise AssertionError(f"nobody carries out {write}")

    def register(self, **values: Any) -> dict[str, Any]:
        """As IFS does: within the open quantity, in the order line's unit."""
        line = self.order_lines[values["LineNo"], values["ReleaseNo"]]
        assert values["QtyArrived"] <= line["BuyQtyDue"] - line["QtyReceived"], "DATABASE_ERROR"
        line["QtyReceived"] += values["QtyArrived"]
        one = {"ReceiptSequence": 5001 + len(self.registered), "ReceiptNo": 1, "Objstate": "Received", **values}
        self.registered.append(one)
        return one

    def cancel(self, one: dict[str, Any]) -> None:
        one["Objstate"] = "Cancelled"
        self.order_lines[one["LineNo"], one["ReleaseNo"]]["QtyReceived"] -= one["QtyArrived"]

    def lose_store(self) -> None:
        """The store of this sync; orders are linked again before receipts are looked at."""
        self.links = [one for one in self.links if one.kind != "receipt"]
        self.snapshots.clear()
