"""One invoice of JAGGAER that was posted in IFS, its ledger items, and a store, as a few dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from answering import gathered

from connectors.wire import Row
from mapping.kinds import (
    Case,
    Decision,
    IfsRows,
    Instructions,
    JaggaerHeaders,
    JaggaerPost,
    Link,
    Links,
    Snapshot,
    Snapshots,
    WireAsk,
)
from mapping.payments.kind import Payments
from mapping.profile import Profile

TODAY = date(2026, 4, 10)
KEY = "10:1001:RE-1"
INVOICE = "991"


def ledger_item(number: str = "1", **changed: Any) -> Row:
    told = {
        "Company": "10",
        "Identity": "1001",
        "PartyType": "Supplier",
        "LedgerItemId": number,
        "InvoiceNo": "RE-1",
        "PaidAmount": "119.00",
        "OpenAmount": "0",
        "PaymentDate": "2026-03-31",
        "PaymentReference": "ZL7",
    } | changed
    return Row("paid_invoice", (told["Company"], told["Identity"], told["PartyType"], number), told)


def proposal(**changed: Any) -> Row:
    told = {
        "Company": "10",
        "ProposalId": 9000,
        "SupplierId": "1001",
        "InvoiceNo": "RE-1",
        "InvoiceType": "Invoice",
        "CurrencyCode": "EUR",
        "GrossAmount": "119.00",
        "SourceReference": f"JAG:{INVOICE}",
        "Objstate": "Posted",
    } | changed
    return Row("posting_proposal", (told["Company"], str(told["ProposalId"])), told)


@dataclass
class World:
    """`asked` are the invoices whose header was read, one request each."""

    profile: Profile
    items: list[Row] = field(default_factory=list)
    proposals: list[Row] = field(default_factory=lambda: [proposal()])
    status: dict[str, str] = field(default_factory=lambda: {INVOICE: "Payable"})
    links: list[Link] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    told: list[JaggaerPost] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def ledger(self, *items: Row) -> None:
        self.items = list(items)

    def company(self, **changed: Any) -> None:
        own = self.profile.company_defaults.model_copy(update=changed)
        self.profile = self.profile.model_copy(update={"company_defaults": own})

    # --- Answers ---

    def rows(self, ask: WireAsk) -> list[Row]:
        match ask:
            case IfsRows(name, attribute, values, also):
                wanted = ((attribute, values), *also)
                rows = [*self.items, *self.proposals]
                return [
                    row
                    for row in rows
                    if row.kind == name and all(str(row.values[at]) in allowed for at, allowed in wanted)
                ]
            case JaggaerHeaders("invoices", ids):
                self.asked += sorted(ids)
                found = [(one, self.status[one]) for one in sorted(ids) if one in self.status]
                return [
                    Row("invoices", (one,), {"header": {"invoiceId": int(one), "paymentStatus": status}})
                    for one, status in found
                ]
        raise AssertionError(f"nobody answers {ask}")

    def links_of(self, ask: Links) -> dict[str, Link]:
        side = "ifs_key" if ask.side == "ifs" else "jaggaer_key"
        return {getattr(one, side): one for one in self.links if getattr(one, side) in ask.keys}

    def snapshots_of(self, ask: Snapshots) -> dict[str, Snapshot]:
        return {key: self.snapshots[key] for key in ask.keys if key in self.snapshots}

    # --- a run ---

    def gather(self, *references: str) -> list[Case]:
        kind = Payments()
        every = references or tuple(lead for row in self.items if (lead := kind.sources[0].leads_to(row)))
        return gathered(kind.gather(frozenset(every), self.profile), self)

    def decide(self, *references: str, told: Instructions | None = None) -> Decision:
        (case,) = self.gather(*references)
        return Payments().decide(case, self.profile, TODAY, told or Instructions())

    def run(self, *references: str, told: Instructions | None = None) -> Decision:
        decision = self.decide(*references, told=told)
        for write in decision.writes:
            assert isinstance(write, JaggaerPost)
            assert (write.resource, write.path) == ("invoices", f"/{write.key}/payment")
            self.told.append(write)
            self.status[write.key] = str(write.body["status"])
        settlement = decision.settlement
        if settlement and settlement.link:
            assert settlement.link.ifs_key
            assert settlement.link.jaggaer_key
            self.links = [settlement.link]
        if settlement and settlement.snapshot is not None:
            known = self.snapshots.get(decision.key)
            assert decision.base_version == (known.version if known else 0)
            version = decision.base_version + 1
            self.snapshots[decision.key] = Snapshot("payment", decision.key, dict(settlement.snapshot), version)
        return decision

    def lose_store(self) -> None:
        self.links, self.snapshots = [], {}

    def change(self, at: int = 0, **values: Any) -> None:
        row = self.items[at]
        self.items[at] = replace(row, values={**row.values, **values})
