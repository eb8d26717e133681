"""A posting as a GL voucher in IFS: invoices without an order, where the company wants it (contracts/mapping.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.extras import attributes
from mapping.findings import few
from mapping.invoices.made import SERIE
from mapping.kinds import Change, IfsCreate
from mapping.money import exact_sum, json_number, plain

if TYPE_CHECKING:
    from connectors.ifs.models import AccountingPeriod
    from connectors.wire import Json
    from mapping.invoices.posting import Posting
    from mapping.profile import Profile

SET = "voucher"
_ZERO = Decimal(0)


def becomes_voucher(company: str, profile: Profile, *, has_order: bool) -> bool:
    """By the company's setting; an invoice of which one line has an order always becomes a proposal, whole."""
    return profile.of_company(company).invoices_without_order == "voucher" and not has_order


def uses_vouchers(profile: Profile) -> bool:
    """Whether any company in scope posts vouchers."""
    return any(becomes_voucher(company, profile, has_order=False) for company in profile.companies)


def voucher(posting: Posting, invoice_id: str, period: AccountingPeriod, profile: Profile) -> IfsCreate:
    """The write: debit rows of accounts and tax, one credit row of the clearing account; turned for a credit note.

    A row that would be negative stands on the other side. IFS knows no mark of ours, so it is never sent again at once.
    """
    mark: Json = {"ReferenceSerie": SERIE, "ReferenceNumber": invoice_id}
    head: Json = {
        "Company": posting.company,
        "VoucherType": profile.of_company(posting.company).voucher_type,
        "AccountingYear": period.accounting_year,
        "AccountingPeriod": period.accounting_period,
        "VoucherDate": posting.posting_date.isoformat(),
        "Text": posting.number,
        **mark,
        **posting.extras,
    }
    rows = [{**row, **mark} for row in _rows(posting, profile)]
    name = profile.ifs_set(SET).lines
    own = attributes("invoice_line", profile)
    return IfsCreate(
        set=SET,
        key=posting.mark,
        values=head,
        changes=few(
            (
                *(Change(field, None, str(value)) for field, value in head.items()),
                *(Change(f"rows[{at}]", None, _in_words(row, own)) for at, row in enumerate(rows, 1)),
            )
        ),
        lines=tuple((name, row) for row in rows),
        instead_of=("posting_proposal",),
    )


def _rows(posting: Posting, profile: Profile) -> Iterator[Json]:
    company = profile.of_company(posting.company)
    for line in posting.lines:
        codes = dict(line.codes)
        parts: Json = {f"Code{part}": value for part, value in codes.items() if part != "A"}
        yield from _row(posting, codes["A"], line.net, {**parts, "Text": line.text, **line.extras})
    for code in sorted({line.tax_code for line in posting.lines}):
        tax = exact_sum(line.tax for line in posting.lines if line.tax_code == code)
        yield from _row(posting, company.tax_account, tax, {"OptionalCode": code} if code else {})
    yield from _row(posting, company.clearing_account, -posting.gross, {"PartyTypeId": posting.supplier})


def _row(posting: Posting, account: str, debit: Decimal, more: Json) -> Iterator[Json]:
    """`debit` is that of an invoice; the posting's amounts are those of a credit note turned already."""
    amount = -debit if posting.credit else debit
    if amount:
        side = "CurrencyDebetAmount" if amount > _ZERO else "CurrencyCreditAmount"
        yield {"Account": account, "CurrencyCode": posting.currency, side: json_number(abs(amount)), **more}


def _in_words(row: Json, extras: Iterable[str]) -> str:
    debit, credit = row.get("CurrencyDebetAmount"), row.get("CurrencyCreditAmount")
    side, amount = ("debit", debit) if debit is not None else ("credit", credit)
    codes = " ".join(f"{name.removeprefix('Code')}={value}" for name, value in row.items() if name.startswith("Code"))
    more = "".join(f", {name} {row[name]}" for name in extras if name in row)
    return f"{row['Account']} {codes} {side} {plain(amount)}{more}".replace("  ", " ")  # type: ignore[arg-type]
