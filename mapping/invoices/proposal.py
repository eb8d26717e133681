"""A posting as an IFS posting proposal: head and lines in one change set (contracts/ifs.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.findings import few
from mapping.kinds import Change, IfsCreate
from mapping.money import json_number, plain

if TYPE_CHECKING:
    from connectors.wire import Json
    from mapping.invoices.posting import Posting, PostingLine
    from mapping.profile import Profile

SET = "posting_proposal"


def proposal(posting: Posting, profile: Profile) -> IfsCreate:
    """The write.

    IFS refuses a second proposal of the supplier's number in the company, but knows no mark of ours: the number may be
    corrected at JAGGAER while a first request is in doubt. So it is looked up, and not sent again at once.
    """
    orders = sorted({line.order_no for line in posting.lines if line.order_no})
    head: Json = {
        "Company": posting.company,
        "SupplierId": posting.supplier,
        "InvoiceNo": posting.number,
        "InvoiceType": "Credit" if posting.credit else "Invoice",
        "InvoiceDate": posting.invoice_date.isoformat(),
        "PostingDate": posting.posting_date.isoformat(),
        "CurrencyCode": posting.currency,
        "NetAmount": json_number(posting.net),
        "TaxAmount": json_number(posting.tax),
        "GrossAmount": json_number(posting.gross),
        "SourceReference": posting.mark,
        **posting.extras,
    }
    if posting.due_date:
        head["DueDate"] = posting.due_date.isoformat()
    if len(orders) == 1:
        head["PoRefNumber"] = orders[0]
    name = profile.ifs_set(SET).lines
    return IfsCreate(
        set=SET,
        key=posting.mark,
        values=head,
        changes=few(
            (
                *(Change(field, None, _shown(value)) for field, value in head.items()),
                *(Change(f"lines[{at}]", None, _in_words(line)) for at, line in enumerate(posting.lines, 1)),
            )
        ),
        lines=tuple((name, _line(line)) for line in posting.lines),
        instead_of=("voucher",),
    )


def _line(line: PostingLine) -> Json:
    told: Json = {
        "Text": line.text,
        "Quantity": json_number(line.quantity),
        "NetAmount": json_number(line.net),
        "TaxAmount": json_number(line.tax),
    }
    if line.order:
        told |= dict(zip(("OrderNo", "LineNo", "ReleaseNo"), line.order, strict=True))
    if line.unit_price is not None:
        told["UnitPrice"] = json_number(line.unit_price)
    if line.tax_code:
        told["TaxCode"] = line.tax_code
    return told | {f"Code{part}": value for part, value in line.codes} | dict(line.extras)


def _in_words(line: PostingLine) -> str:
    order = f"order {'/'.join(line.order)}, " if line.order else ""
    codes = " ".join(f"{part}={value}" for part, value in line.codes)
    extras = "".join(f", {name} {text}" for name, text in line.extras.items())
    return f"{order}net {plain(line.net)}, tax {plain(line.tax)} {line.tax_code}, {codes}{extras}"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else plain(value)  # type: ignore[arg-type]
