"""All that the payment of one invoice is decided from: IFS's ledger items, our posting, JAGGAER's header."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.findings import needed
from mapping.money import exact_sum

if TYPE_CHECKING:
    from datetime import date

    from connectors.ifs.models import LedgerItem, PostingProposal
    from connectors.jaggaer.invoices import InvoiceHeader
    from ifs_jaggaer.errors import Rejected
    from mapping.kinds import Link, Snapshot

RECORD = "payment"
CUSTOMER = "Customer"
"""PartyType of ledger items that no supplier's invoice stands behind."""

_MARK = "JAG:"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PaymentCase:
    """One invoice in IFS's supplier ledger.

    `key` is company, supplier and invoice number, joined by colons; or JAGGAER's id alone, as a person named it,
    where nothing in IFS tells what it is there.
    `items` are its ledger items, one for each instalment; `proposals` the posting proposals of the same number.
    `header` is JAGGAER's where it was asked for and found.
    """

    key: str
    items: tuple[LedgerItem, ...] = ()
    proposals: tuple[PostingProposal, ...] = ()
    faults: tuple[Rejected, ...] = ()
    link: Link | None = None
    snapshot: Snapshot | None = None
    header: InvoiceHeader | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return (f"ifs:{self.key}",)

    @property
    def company(self) -> str:
        """Empty where IFS does not know the invoice."""
        company, colon, _ = self.key.partition(":")
        return company if colon else ""

    @property
    def ours(self) -> tuple[PostingProposal, ...]:
        """Proposals that an invoice of JAGGAER became, and that stand."""
        return tuple(one for one in self.proposals if invoice_of(one) and one.objstate != "Cancelled")

    @property
    def invoice_id(self) -> str:
        """JAGGAER's key: by our mark in IFS, else by the link; "" for none."""
        found = [invoice_of(one) for one in self.ours]
        return found[0] if len(found) == 1 else self.link.jaggaer_key if self.link else ""

    def kept(self, name: str) -> str:
        """What the snapshot keeps under that name; "" for nothing."""
        return (self.snapshot.fields.get(name) if self.snapshot else None) or ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What IFS says of an invoice: sums of its ledger items, in the sign that the ledger gives them."""

    paid: Decimal
    open: Decimal
    settled: bool
    on: date | None
    reference: str


def standing(items: tuple[LedgerItem, ...]) -> Standing:
    """All instalments taken together; settled when none of them is open.

    Raises:
        Rejected: an item does not say what is open.
    """
    still_open = [needed(item.open_amount, "OpenAmount") for item in items]
    paid = [item.paid_amount or _ZERO for item in items]
    days = [item.payment_date for item in items if item.payment_date]
    told = dict.fromkeys(item.payment_reference for item in sorted(items, key=_place) if item.payment_reference)
    return Standing(
        paid=exact_sum(paid),
        open=exact_sum(still_open),
        settled=not any(still_open),
        on=max(days, default=None),
        reference=", ".join(told),
    )


def invoice_of(proposal: PostingProposal) -> str:
    """The invoice that our mark on a proposal names; "" where it carries none."""
    reference = proposal.source_reference or ""
    return reference.removeprefix(_MARK) if reference.startswith(_MARK) else ""


def key_of(company: str | None, supplier: str | None, invoice_no: str | None) -> str:
    """The key of an invoice in IFS; "" where a part is missing."""
    parts = (company, supplier, invoice_no)
    return ":".join(part for part in parts if part) if all(parts) else ""


def _place(item: LedgerItem) -> tuple[int, str]:
    number = item.ledger_item_id or ""
    return len(number), number
