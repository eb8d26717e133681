"""Requisition R1 of two lines in IFS, JAGGAER's requisitions and a store, as a few dictionaries."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from answering import gathered

from connectors.wire import Row
from mapping.kinds import (
    Action,
    Case,
    Decision,
    IfsRows,
    Instructions,
    JaggaerDetails,
    JaggaerPost,
    JaggaerRecords,
    Link,
    Links,
    Snapshot,
    Snapshots,
    WireAsk,
)
from mapping.profile import Profile
from mapping.requisitions.kind import Requisitions

TODAY = date(2026, 3, 10)
NUMBER = "R1"
ENDED = {"Completed", "Cancelled", "Rejected"}


def head(**changed: Any) -> Row:
    told = {
        "RequisitionNo": NUMBER,
        "RequisitionerCode": "GNOWAK",
        "Contract": "101",
        "RequisitionDate": "2026-02-14",
        "Objstate": "Released",
        "NoteText": "für Halle 3",
    } | changed
    return Row("requisition", (told["RequisitionNo"],), told)


def line(line_no: str = "1", release_no: str = "1", **changed: Any) -> Row:
    told = {
        "RequisitionNo": NUMBER,
        "LineNo": line_no,
        "ReleaseNo": release_no,
        "PartNo": "4711",
        "Description": "Welle Ø 40",
        "OriginalQty": "10",
        "UnitMeas": "PCS",
        "EstimatedPrice": "12.50",
        "CurrencyCode": "EUR",
        "WantedReceiptDate": "2026-03-01",
        "VendorNo": "1001",
        **{f"Code{part}": None for part in "ABCDEFGHIJ"},
        "CodeA": "4010",
        "CodeB": "1100",
        "Objstate": "Released",
        "OrderNo": None,
    } | changed
    return Row("requisition_line", (told["RequisitionNo"], line_no, release_no), told)


def site(company: str = "10") -> Row:
    told = {"Contract": "101", "Company": company, "Address1": "Am Tor 1", "ZipCode": "89073", "City": "Ulm"}
    return Row("site", ("101",), {**told, "Address2": None, "Country": "DE"})


@dataclass
class World:
    """`asked` counts requests; an ask that names no key is none."""

    profile: Profile
    rows_there: list[Row] = field(default_factory=lambda: [head(), line(), line("2", EstimatedPrice="0.335"), site()])
    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=lambda: [Link("supplier", "1001", "10442")])
    snapshots: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    accounts: set[str] = field(default_factory=lambda: {"Account:4010", "Account:4020", "CostCenter:1100"})
    written: list[JaggaerPost] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    hidden: set[str] = field(default_factory=set)

    def company(self, **changed: Any) -> None:
        own = self.profile.company_defaults.model_copy(update=changed)
        self.profile = self.profile.model_copy(update={"company_defaults": own})

    def change(self, kind: str, line_no: str = "1", **values: Any) -> None:
        for at, row in enumerate(self.rows_there):
            if row.kind == kind and (kind != "requisition_line" or row.key[1] == line_no):
                self.rows_there[at] = replace(row, values={**row.values, **values})

    def close(self, order: str = "P77") -> None:
        """What IFS does when an order comes of it."""
        self.change("requisition", Objstate="Closed")
        for number in ("1", "2"):
            self.change("requisition_line", number, Objstate="Closed", OrderNo=order)

    def without(self, kind: str, line_no: str = "") -> None:
        self.rows_there = [r for r in self.rows_there if r.kind != kind or (line_no and r.key[1] != line_no)]

    @property
    def record(self) -> dict[str, Any]:
        (one,) = self.there.values()
        return one

    # --- Answers ---

    def rows(self, ask: WireAsk) -> list[Row]:
        match ask:
            case IfsRows(name, attribute, values, also):
                wanted = ((attribute, values), *also)
                if not all(allowed for _, allowed in wanted):
                    return []
                self.asked[f"ifs {name}"] += 1
                found = [row for row in self.rows_there if row.kind == name and name not in self.hidden]
                return [row for row in found if all(str(row.values.get(at)) in allowed for at, allowed in wanted)]
            case JaggaerRecords("requisitions", "requisitionNumber", values):
                self.asked["jaggaer list"] += bool(values)
                return [
                    Row("requisitions", (key,), {"header": record["header"]})
                    for key, record in self.there.items()
                    if record["header"]["requisitionNumber"] in values
                ]
            case JaggaerDetails("requisitions", ids):
                self.asked["jaggaer detail"] += len(ids)
                return [Row("requisitions", (key,), self.there[key]) for key in sorted(ids) if key in self.there]
        raise AssertionError(f"nobody answers {ask}")

    def links_of(self, ask: Links) -> dict[str, Link]:
        side = "ifs_key" if ask.side == "ifs" else "jaggaer_key"
        return {
            getattr(one, side): one for one in self.links if one.kind == ask.kind and getattr(one, side) in ask.keys
        }

    def snapshots_of(self, ask: Snapshots) -> dict[str, Snapshot]:
        known = {key: Snapshot("gl_account", key, {"companies": "10,20"}, 1) for key in self.accounts & ask.keys}
        kept = {key: self.snapshots[ask.kind, key] for key in ask.keys if (ask.kind, key) in self.snapshots}
        own = {key: replace(one, doubted=key in self.named) for key, one in kept.items()}
        return known if ask.kind == "gl_account" else own

    # --- a run ---

    def gather(self, *references: str) -> list[Case]:
        return gathered(Requisitions().gather(frozenset(references or (f"ifs:{NUMBER}",)), self.profile), self)

    def decide(self, told: Instructions | None = None) -> Decision:
        (case,) = self.gather()
        return Requisitions().decide(case, self.profile, TODAY, told or Instructions())

    def run(self, told: Instructions | None = None) -> Decision:
        decision = self.decide(told)
        learned = "".join(self._carry_out(write) for write in decision.writes)
        settlement = decision.settlement
        if settlement and settlement.link:
            link = settlement.link
            link = replace(link, jaggaer_key=link.jaggaer_key or learned)
            assert link.jaggaer_key
            self.links = [one for one in self.links if (one.kind, one.ifs_key) != (link.kind, link.ifs_key)] + [link]
        if settlement and settlement.snapshot is not None:
            at = ("requisition", decision.key)
            version = self.snapshots[at].version if at in self.snapshots else 0
            assert version == decision.base_version
            self.snapshots[at] = Snapshot(*at, dict(settlement.snapshot), version + 1)
        return decision

    def _carry_out(self, write: object) -> str:
        assert isinstance(write, JaggaerPost)
        assert (write.resource, write.path, write.enforced) == ("requisitions", "", True)
        self.written.append(write)
        body = copy.deepcopy(dict(write.body))
        told: Any = body["requisition"]
        header = told["header"]
        there = next((r for r in self.there.values() if r["header"]["requisitionNumber"] == NUMBER), None)
        if body["operationCode"] == "CREATE":
            assert there is None, "-996"
            assert header["revisionNumber"] == 0
            header["requisitionId"] = str(61_000 + len(self.there))
            self.there[header["requisitionId"]] = told
            return str(header["requisitionId"])
        assert there is not None
        assert there["header"]["status"] not in ENDED, "-1105"
        assert header["revisionNumber"] == there["header"]["revisionNumber"] + 1, "-1104"
        if body["operationCode"] == "CANCEL":
            assert set(told) == {"header"}
            there["header"] |= header
        else:
            there |= told | {"header": {"requisitionId": there["header"]["requisitionId"], **header}}
        return str(there["header"]["requisitionId"])

    def lose_store(self) -> None:
        self.links = [link for link in self.links if link.kind == "supplier"]
        self.snapshots.clear()

    def at_rest(self) -> bool:
        """Whether nothing is written now, nor after the store was lost."""
        before = len(self.written)
        first = self.run()
        self.lose_store()
        rebuilt, last = self.run(), self.run()
        assert last.settlement is None or last.action == Action.NONE
        assert [item.field for item in first.items] == [item.field for item in rebuilt.items]
        return len(self.written) == before
