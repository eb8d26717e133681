"""Both systems and the store as a few dictionaries: answers what a kind asks, carries out what it writes."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from answering import gathered

from connectors.wire import Row
from mapping.kinds import (
    Action,
    Case,
    Decision,
    IfsAct,
    IfsCreate,
    IfsRows,
    IfsUpdate,
    Instructions,
    JaggaerDetails,
    JaggaerHeaders,
    JaggaerPost,
    JaggaerRecords,
    Kind,
    Link,
    Links,
    Snapshot,
    Snapshots,
    WireAsk,
)
from mapping.profile import Profile

TODAY = date(2026, 3, 10)


@dataclass
class World:
    """`asked` counts the requests that went to each system, an ask that names no key is none."""

    kind: Kind
    profile: Profile
    ifs: list[Row] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    named: frozenset[str] = frozenset()
    snapshots: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    written: list[Any] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    at_hand: set[str] = field(default_factory=set)
    id_shown: str = "header"
    seconds: int = 0

    @property
    def now(self) -> str:
        """JAGGAER's clock."""
        return f"2026-03-10T08:{self.seconds // 60:02d}:{self.seconds % 60:02d}"

    # --- Answers ---

    def rows(self, ask: WireAsk) -> list[Row]:
        match ask:
            case IfsRows(name, attribute, values, also, any_case):
                wanted = ((attribute, values), *also)
                if not all(allowed for _, allowed in wanted):
                    return []
                self.asked[f"ifs {name}"] += 1
                return [
                    one
                    for one in self.ifs
                    if one.kind == name
                    and name not in self.hidden
                    and all(
                        _among(one.values.get(key), allowed, any_case and key == attribute) for key, allowed in wanted
                    )
                ]
            case JaggaerRecords("purchaseorders", "poNumber", values, at_hand):
                self.asked["jaggaer orders"] += bool(values) and not at_hand
                return [
                    Row("purchaseorders", (po_id,), self._listed(record["header"]))
                    for po_id, record in self.orders.items()
                    if record["header"]["poNumber"] in values
                ]
            case JaggaerHeaders("invoices", ids):
                at_hand, self.at_hand = self.at_hand, set()
                self.asked["jaggaer invoice"] += len(ids - at_hand)
                return [
                    Row("invoices", (key,), {"header": record["header"]} if key in at_hand else record)
                    for key, record in self.invoices.items()
                    if key in ids
                ]
            case JaggaerDetails("purchaseorders", ids):
                self.asked["jaggaer order"] += len(ids)
                return [Row("purchaseorders", (key,), self.orders[key]) for key in sorted(ids) if key in self.orders]
            case JaggaerDetails("invoices", ids):
                self.asked["jaggaer invoice"] += len(ids)
                return [Row("invoices", (key,), self.invoices[key]) for key in sorted(ids) if key in self.invoices]
        raise AssertionError(f"nobody answers {ask}")

    def _listed(self, header: dict[str, Any]) -> dict[str, Any]:
        """As a list shows it; the contract does not say where the id stands."""
        without = {name: value for name, value in header.items() if name != "poId"}
        shown = {"header": {"header": header}, "beside": {"poId": header.get("poId"), "header": without}}
        return shown.get(self.id_shown, {"header": without})

    def links_of(self, ask: Links) -> dict[str, Link]:
        side = "ifs_key" if ask.side == "ifs" else "jaggaer_key"
        return {
            getattr(one, side): one for one in self.links if one.kind == ask.kind and getattr(one, side) in ask.keys
        }

    def snapshots_of(self, ask: Snapshots) -> dict[str, Snapshot]:
        kept = {key: self.snapshots[ask.kind, key] for key in ask.keys if (ask.kind, key) in self.snapshots}
        return {key: replace(one, doubted=key in self.named) for key, one in kept.items()}

    # --- a run ---

    def gather(self, *references: str) -> list[Case]:
        return gathered(self.kind.gather(frozenset(references), self.profile), self)

    def decide(self, *references: str, told: Instructions | None = None) -> list[Decision]:
        return [
            self.kind.decide(case, self.profile, TODAY, told or Instructions()) for case in self.gather(*references)
        ]

    def run(self, *references: str, told: Instructions | None = None) -> Decision:
        """One document to its end: writes, settlement, and once more where the decision asks for it.

        It begins with a page at hand that shows the document.
        """
        self.at_hand = {reference.partition(":")[2] for reference in references}
        for _ in range(5):
            (decision,) = self.decide(*references, told=told)
            learned = "".join(self._carry_out(write) for write in decision.writes)
            self._settle(decision, learned)
            self.seconds += 1
            if not decision.again:
                return decision
        raise AssertionError("asks to be decided again for ever")

    def _settle(self, decision: Decision, learned: str) -> None:
        settlement = decision.settlement
        if settlement is None:
            return
        if settlement.link:
            link = settlement.link
            if settlement.learns:
                link = Link(link.kind, link.ifs_key or learned, link.jaggaer_key or learned, dict(link.detail))
            assert link.ifs_key
            assert link.jaggaer_key
            self.links = [one for one in self.links if (one.kind, one.ifs_key) != (link.kind, link.ifs_key)]
            self.links.append(link)
        if settlement.snapshot is not None:
            stamped = {settlement.stamp: f"{self.now}+00:00"} if settlement.stamp else {}
            at = (self.kind.record, decision.key)
            version = self.snapshots[at].version if at in self.snapshots else 0
            assert version == decision.base_version
            self.snapshots[at] = Snapshot(*at, {**settlement.snapshot, **stamped}, version + 1)

    def _carry_out(self, write: object) -> str:
        self.written.append(write)
        match write:
            case JaggaerPost(resource="purchaseorders", body=body):
                po_id = self._order(copy.deepcopy(body))
                self.orders[po_id]["header"]["lastUpdate"] = f"{self.now}.500Z"
                return po_id
            case JaggaerPost(resource="invoices", key=key, body=body, path=path):
                assert path == f"/{key}/exportstatus"
                status = {"SUCCESS": "Exported", "FAILED": "Failed"}[str(body["status"])]
                header = self.invoices[key]["header"]
                header["exportStatus"] = status
                header["lastUpdate"] = f"2026-03-10T08:00:00.{len(self.written):03d}Z"
                return ""
            case IfsUpdate(set=name, key=key, etag=etag, values=values):
                assert etag
                self.change(name, *key, **values)
                return ""
            case IfsAct(set="purchase_order", key=key, etag=etag, action="confirm"):
                assert etag
                self.change("purchase_order", *key, Objstate="Confirmed")
                return ""
            case IfsCreate(set="posting_proposal", values=values, lines=lines):
                return self._proposal(dict(values), lines)
            case IfsCreate(set="voucher", values=values, lines=lines):
                return self._voucher(dict(values), lines)
        raise AssertionError(f"nobody carries out {write}")

    def _order(self, body: dict[str, Any]) -> str:
        told = body["purchaseOrder"]
        header = told["header"]
        there = next((r for r in self.orders.values() if r["header"]["poNumber"] == header["poNumber"]), None)
        if body["operationCode"] == "CREATE":
            assert there is None, "poNumber is unique"
            assert header["revisionNumber"] == 0
            header["poId"] = str(88_000 + len(self.orders))
            self.orders[header["poId"]] = told
            return str(header["poId"])
        assert there is not None
        assert there["header"]["status"] not in {"Completed", "Cancelled"}, "-1105"
        assert header["revisionNumber"] == there["header"]["revisionNumber"] + 1, "-1104"
        if body["operationCode"] == "CANCEL":
            assert set(told) == {"header"}
            there["header"] |= header
        else:
            there |= told | {"header": {"poId": there["header"]["poId"], **header}}
        return str(there["header"]["poId"])

    def _proposal(self, values: dict[str, Any], lines: tuple[tuple[str, Any], ...]) -> str:
        proposals = [one for one in self.ifs if one.kind == "posting_proposal"]
        taken = {(one.values["Company"], one.values["SupplierId"], one.values["InvoiceNo"]) for one in proposals}
        assert (values["Company"], values["SupplierId"], values["InvoiceNo"]) not in taken, "20112"
        net = sum((Decimal(each["NetAmount"]) for _, each in lines), Decimal(0))
        tax = sum((Decimal(each["TaxAmount"]) for _, each in lines), Decimal(0))
        ties = (net, tax, net + tax) == tuple(
            Decimal(values[name]) for name in ("NetAmount", "TaxAmount", "GrossAmount")
        )
        number = 9000 + len(proposals)
        values |= {"ProposalId": number, "Objstate": "Balanced" if ties else "Unbalanced"}
        self.ifs.append(Row("posting_proposal", (values["Company"], str(number)), values))
        return str(number)

    def _voucher(self, values: dict[str, Any], lines: tuple[tuple[str, Any], ...]) -> str:
        sides = [
            sum((Decimal(each.get(side, 0)) for _, each in lines), Decimal(0))
            for side in ("CurrencyDebetAmount", "CurrencyCreditAmount")
        ]
        assert sides[0] == sides[1], "DATABASE_ERROR"
        number = 4000 + sum(one.kind == "voucher" for one in self.ifs)
        values |= {"VoucherNo": number, "Objstate": "Approved"}
        key = tuple(str(values[name]) for name in ("Company", "VoucherType", "AccountingYear", "VoucherNo"))
        self.ifs.append(Row("voucher", key, values))
        head = {name: values[name] for name in ("Company", "VoucherType", "AccountingYear", "VoucherNo")}
        self.ifs += [
            Row("voucher_row", (*key, str(at)), {**each, **head, "RowNo": at}) for at, (_, each) in enumerate(lines, 1)
        ]
        return str(number)

    # --- what happens to it ---

    def lose_store(self) -> None:
        self.links = [link for link in self.links if link.kind == "supplier"]
        self.snapshots.clear()

    def change(self, kind: str, *key: str, **values: Any) -> None:
        at = next(at for at, one in enumerate(self.ifs) if (one.kind, one.key) == (kind, key))
        one = self.ifs[at]
        self.ifs[at] = Row(one.kind, one.key, {**one.values, **values}, one.etag, one.modified)

    def remove(self, kind: str, *key: str) -> None:
        self.ifs = [one for one in self.ifs if (one.kind, one.key) != (kind, key)]


def _among(value: object, allowed: frozenset[str], any_case: bool) -> bool:
    return str(value).lower() in {each.lower() for each in allowed} if any_case else str(value) in allowed


NOTHING_DONE = {Action.SKIP, Action.OUT_OF_SCOPE, Action.NONE}
