"""What stands in IFS for an invoice: a posting proposal or a voucher, and of either what matters to the invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.fingerprint import fingerprint
from mapping.money import canonical, exact_sum

if TYPE_CHECKING:
    from datetime import date

    from connectors.ifs.models import PostingProposal, Voucher, VoucherRow
    from connectors.wire import JsonValue

SERIE = "JAG"
"""`ReferenceSerie` of our vouchers (contracts/mapping.md)."""

DATES = frozenset({"InvoiceDate", "DueDate", "PostingDate", "VoucherDate"})
"""Of the facts those that a person may set while completing the document."""

_PROPOSAL_STANDS = {"Balanced", "Authorized", "Posted"}
_VOUCHER_STANDS = {"Approved", "AwaitingApproval"}


@dataclass(frozen=True, slots=True)
class Made:
    """`key` is IFS's, its parts joined by colons. `gross` has the invoice's sign; None where it was not read.

    `facts`: what it says that came from the invoice, by IFS's attributes, so that an alteration shows; what was not
    read is not among them.
    """

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
    facts: Mapping[str, str] = field(default_factory=dict)

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
        facts={
            "SupplierId": one.supplier_id or "",
            "InvoiceNo": one.invoice_no or "",
            "InvoiceType": one.invoice_type or "",
            "CurrencyCode": one.currency_code or "",
            "NetAmount": _amount(one.net_amount),
            "TaxAmount": _amount(one.tax_amount),
            "GrossAmount": _amount(one.gross_amount),
            "InvoiceDate": _day(one.invoice_date),
            "DueDate": _day(one.due_date),
            "PostingDate": _day(one.posting_date),
        },
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
        facts={
            "Text": one.text or "",
            "VoucherDate": _day(one.voucher_date),
            **({"rows": fingerprint([_content(row) for row in sorted(mine, key=_place)])} if mine else {}),
        },
    )


def _content(row: VoucherRow) -> JsonValue:
    codes: dict[str, JsonValue] = dict(row.codes)
    return {
        "account": row.account,
        "codes": codes,
        "debit": row.currency_debet_amount or None,
        "credit": row.currency_credit_amount or None,
        "currency": row.currency_code,
        "tax": row.optional_code,
        "party": row.party_type_id,
    }


def _place(row: VoucherRow) -> int:
    return row.row_no or 0


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else canonical(amount)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _head_of(one: Voucher | VoucherRow) -> tuple[object, ...]:
    return (one.company, one.voucher_type, one.accounting_year, one.voucher_no)


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount
