"""What stands in IFS for an invoice: a posting proposal or a voucher, and of either what matters to the invoice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.money import exact_sum

if TYPE_CHECKING:
    from datetime import date

    from connectors.ifs.models import PostingProposal, Voucher, VoucherRow

SERIE = "JAG"
"""`ReferenceSerie` of our vouchers (contracts/mapping.md)."""

_PROPOSAL_STANDS = {"Balanced", "Authorized", "Posted"}
_VOUCHER_STANDS = {"Approved", "AwaitingApproval"}


@dataclass(frozen=True, slots=True)
class Made:
    """`key` is IFS's, its parts joined by colons. `gross` has the invoice's sign; None where it was not read."""

    what: str
    key: str
    number: str
    state: str | None
    stands: bool
    on: date | None
    currency: str | None
    gross: Decimal | None
    invoice_no: str | None
    supplier: str = ""
    proposal: PostingProposal | None = None
    voucher: Voucher | None = None

    @property
    def cancelled(self) -> bool:
        return self.state == "Cancelled"


def of_proposal(one: PostingProposal) -> Made:
    """A posting proposal that carries our mark."""
    gross = -one.gross_amount if one.gross_amount is not None and one.invoice_type == "Credit" else one.gross_amount
    return Made(
        what="posting proposal",
        key=f"{one.company}:{one.proposal_id}",
        number=str(one.proposal_id),
        state=one.objstate,
        stands=one.objstate in _PROPOSAL_STANDS,
        on=one.posting_date or one.invoice_date,
        currency=one.currency_code,
        gross=gross,
        invoice_no=one.invoice_no,
        supplier=one.supplier_id or "",
        proposal=one,
    )


def of_voucher(one: Voucher, rows: Iterable[VoucherRow] = ()) -> Made:
    """A voucher that carries our mark; its gross is what its rows owe the supplier."""
    mine = [row for row in rows if _head_of(row) == _head_of(one)]
    owed = [row for row in mine if row.party_type_id]
    sides = [part for row in owed for part in (row.currency_credit_amount, _minus(row.currency_debet_amount)) if part]
    return Made(
        what="voucher",
        key=":".join(map(str, _head_of(one))),
        number=str(one.voucher_no),
        state=one.objstate,
        stands=one.objstate in _VOUCHER_STANDS,
        on=one.voucher_date,
        currency=owed[0].currency_code if owed else None,
        gross=exact_sum(sides) if owed else None,
        invoice_no=one.text,
        supplier=next((row.party_type_id for row in owed if row.party_type_id), ""),
        voucher=one,
    )


def _head_of(one: Voucher | VoucherRow) -> tuple[object, ...]:
    return (one.company, one.voucher_type, one.accounting_year, one.voucher_no)


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount
