"""All that one invoice is decided from: JAGGAER's record, our own posting, and what IFS knows of its parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from mapping.export_status import SUCCESS
from mapping.purchasing.lines import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.ifs.models import (
        Account,
        AccountingPeriod,
        CodePartValue,
        LedgerItem,
        PostingProposal,
        PostingProposalLine,
        PreAccounting,
        PurchaseOrder,
        PurchaseOrderLine,
        SupplierFinance,
    )
    from connectors.jaggaer.invoices import Invoice, InvoiceHeader
    from ifs_jaggaer.errors import Rejected
    from mapping.invoices.made import Made
    from mapping.kinds import Link, Snapshot
    from mapping.watching import Watch

FACT = "ifs:"
"""Prefix in the snapshot of what the posting said when it was settled, by IFS's attributes."""

DISPUTED = "disputed"
"""In the snapshot while a conflict stands open of it."""

OrderLineKey: TypeAlias = tuple[str, str, str]
"""OrderNo, LineNo, ReleaseNo."""


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order in IFS that the invoice refers to; `shares` are the distributions of its lines.

    `watch` are its lines, `head_watch` its head, `share_watches` the rows of its distributions by PreAccountingId.
    """

    head: PurchaseOrder
    lines: tuple[PurchaseOrderLine, ...]
    shares: tuple[PreAccounting, ...]
    link: Link | None
    watch: Watch
    head_watch: Watch
    share_watches: Mapping[str, Watch] = field(default_factory=dict)

    def watches(self, line: PurchaseOrderLine | None) -> tuple[Watch, ...]:
        """What a line says, and where it goes."""
        shares = self.share_watches.get(str(line.pre_accounting_id)) if line else None
        return (self.watch, shares) if shares else (self.watch,)

    def line(self, number: str) -> PurchaseOrderLine | None:
        """The line that JAGGAER calls by this number: by the link, else computed."""
        by_key = {(row.line_no or "", row.release_no or ""): row for row in self.lines}
        key = numbered(self.link.detail if self.link else None, by_key).get(number)
        return by_key.get(key) if key else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What IFS knows that every posting is checked against, by company and key.

    `watches` are those of the companies' periods, `code_watches` of accounts ("A") and other code parts by value.
    """

    accounts: Mapping[tuple[str, str], Account] = field(default_factory=dict)
    values: Mapping[tuple[str, str, str], CodePartValue] = field(default_factory=dict)
    periods: Mapping[str, tuple[AccountingPeriod, ...]] = field(default_factory=dict)
    watches: Mapping[str, Watch] = field(default_factory=dict)
    code_watches: Mapping[tuple[str, str, str], Watch] = field(default_factory=dict)

    def watch(self, company: str, part: str, value: str) -> Watch | None:
        """What the chart of that company says of an account or of a value of a code part."""
        return self.code_watches.get((company, "A" if part == "A" else "", value))


@dataclass(frozen=True, slots=True)
class InvoiceCase:
    """One invoice. `header` is None when JAGGAER does not show it, `whole` when its lines need not be known.

    `posted` are proposals and vouchers that carry our mark, `posted_lines` the lines of those that do not balance,
    `watch` are the proposals or vouchers that `posted` holds one of, or did;
    `namesakes`, `vouchers` and `keyed` are proposals, vouchers of ours and ledger items of the supplier with the same
    number, in whatever capitals; `number_watches` the rows that decide whether it is used.
    `glanced`: seen in IFS alone, where it stands as it was settled; JAGGAER was not asked.
    `supplier` is the SupplierId by link; `finance` its rows, one a company, `finance_watch` all of them.
    `proposed` are quantities of order lines in all their posting proposals; `earlier` those that other invoices of the
    same batch ask for first, `credited` those that its credit notes take back; `rival` is the one of them that has the
    same number, spelt `rival_number`, and goes first.
    """

    invoice_id: str
    header: InvoiceHeader | None
    faults: tuple[Rejected, ...] = ()
    link: Link | None = None
    snapshot: Snapshot | None = None
    posted: tuple[Made, ...] = ()
    posted_lines: tuple[PostingProposalLine, ...] = ()
    watch: Watch | None = None
    whole: Invoice | None = None
    supplier: str = ""
    orders: Mapping[str, KnownOrder] = field(default_factory=dict)
    finance: tuple[SupplierFinance, ...] = ()
    finance_watch: Watch | None = None
    namesakes: tuple[PostingProposal, ...] = ()
    vouchers: tuple[Made, ...] = ()
    keyed: tuple[LedgerItem, ...] = ()
    number_watches: tuple[Watch, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    proposed: Mapping[OrderLineKey, Decimal] = field(default_factory=dict)
    earlier: Mapping[OrderLineKey, Decimal] = field(default_factory=dict)
    credited: Mapping[OrderLineKey, Decimal] = field(default_factory=dict)
    rival: str = ""
    rival_number: str = ""
    glanced: bool = False

    @property
    def key(self) -> str:
        return self.invoice_id

    @property
    def references(self) -> tuple[str, ...]:
        return (f"jaggaer:{self.invoice_id}", f"ifs:{self.mark}")

    @property
    def mark(self) -> str:
        """Our mark on its proposal."""
        return mark_of(self.invoice_id)

    @property
    def posted_as_voucher(self) -> bool:
        """By the key of the link: that of a voucher has its type and year, too."""
        return self.link is not None and self.link.ifs_key.count(":") > 1

    @property
    def posted_in(self) -> set[str]:
        """The companies in which something stands, or stood, of it."""
        if self.posted:
            return {one.key.partition(":")[0] for one in self.posted}
        return {self.link.ifs_key.partition(":")[0]} if self.link else set()

    @property
    def just_posted(self) -> bool:
        """Posted by us and JAGGAER not told yet: what it shows now changes nothing about that."""
        posted = bool(self.kept("posted")) and not self.kept("told") and len(self.posted) == 1
        return posted and not self.posted[0].cancelled and not self.altered(self.posted[0])

    @property
    def at_rest(self) -> bool:
        """Told to JAGGAER, and in IFS as it was settled then, as far as that is kept."""
        told = self.link is not None and bool(self.kept("posted")) and self.kept("told") == SUCCESS
        if not told or self.faults or self.kept(DISPUTED) or len(self.posted) != 1:
            return False
        one = self.posted[0]
        accepted = one.cancelled and self.kept("accepted") == "Cancelled"
        return (one.stands or accepted) and not self.altered(one)

    def altered(self, one: Made) -> dict[str, tuple[str, str]]:
        """What its posting says otherwise than it did when it was settled: before and now."""
        kept = {name: self.kept(f"{FACT}{name}") for name in one.facts if self._keeps(name)}
        return {name: (before, one.facts[name]) for name, before in kept.items() if before != one.facts[name]}

    def unknown_facts(self) -> bool:
        """Whether something that its posting says is not kept: it was settled by an earlier release."""
        return any(not self._keeps(name) for one in self.posted for name in one.facts)

    def _keeps(self, name: str) -> bool:
        return self.snapshot is not None and f"{FACT}{name}" in self.snapshot.fields

    def kept(self, name: str) -> str:
        """What the snapshot keeps under that name; "" for nothing."""
        return (self.snapshot.fields.get(name) if self.snapshot else None) or ""

    def finance_in(self, company: str) -> SupplierFinance | None:
        return next((row for row in self.finance if row.company == company), None)


_MARK = "JAG:"


def mark_of(invoice_id: str) -> str:
    """`SourceReference` of the proposal of an invoice (contracts/mapping.md)."""
    return f"{_MARK}{invoice_id}"


def invoice_of(mark: object) -> str:
    """The invoice that a mark names; "" for what is no mark of ours."""
    return mark.removeprefix(_MARK) if isinstance(mark, str) and mark.startswith(_MARK) else ""
