"""Whether IFS would take an invoice: supplier, number, period, accounts (DESIGN, invoices). Each failure is an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.dates import within
from mapping.kinds import Item, ItemKind

if TYPE_CHECKING:
    from datetime import date

    from connectors.ifs.models import Account, AccountingPeriod
    from mapping.distribution import Share
    from mapping.findings import Findings
    from mapping.invoices_case import InvoiceCase, Ledger
    from mapping.invoices_draft import Draft
    from mapping.profile import Profile


def check_supplier(case: InvoiceCase, company: str, found: Findings) -> None:
    """Linked, and with finance data in the company."""
    told = case.header.supplier if case.header else None
    number = (told and (told.supplier_number or told.id)) or ""
    if not case.supplier:
        found.add(
            Item(
                ItemKind.WAITING,
                "supplier",
                number,
                f"supplier {number} is not linked yet",
                "goes by itself once the supplier is in both systems",
                waits_for=f"supplier:{number}",
            )
        )
    elif company and case.finance_in(company) is None:
        found.add(
            Item(
                ItemKind.WAITING,
                "supplier",
                case.supplier,
                f"supplier {case.supplier} has no finance data in company {company}",
                f"enter the supplier's invoice data for company {company} in IFS",
                waits_for=f"supplier:{case.supplier}",
            )
        )


def check_number(case: InvoiceCase, company: str, number: str, found: Findings) -> None:
    """Not used by another proposal, nor by an invoice that somebody keyed by hand."""
    if not number:
        found.dead("invoiceNumber", None, "the invoice has no number", "enter the supplier's number at JAGGAER")
        return
    taken = [f"invoice {case.rival}, which is posted first,"] if case.rival else []
    taken += [f"posting proposal {one.proposal_id}" for one in case.namesakes if one.company == company]
    taken += [f"ledger item {one.ledger_item_id}" for one in case.keyed if one.company == company]
    if taken:
        found.dead(
            "invoiceNumber",
            number,
            f"number already used by {taken[0]} of supplier {case.supplier} in company {company}",
            "reject one of the two invoices",
        )


def posting_date(
    case: InvoiceCase, company: str, wanted: date | None, profile: Profile, found: Findings
) -> date | None:
    """The accounting date if its period is open, else by the company's setting: held, or the next open period."""
    if wanted is None:
        found.dead("accountingDate", None, "neither accounting date nor invoice date", "enter the date at JAGGAER")
        return None
    if not company:
        return None
    periods = case.ledger.periods.get(company, ())
    its_own = [period for period in periods if within(wanted, period.date_from, period.date_until)]
    if any(_is_open(period) for period in its_own):
        return wanted
    later = sorted(one.date_from for one in periods if _is_open(one) and one.date_from and one.date_from > wanted)
    if its_own and later and profile.of_company(company).closed_period == "next_open":
        found.notes.append(f"the period of {wanted} is closed in company {company}: posted on {later[0]}")
        return later[0]
    found.add(
        Item(
            ItemKind.HELD,
            "accountingDate",
            wanted.isoformat(),
            f"its accounting period is {'closed' if its_own else 'not there'} in company {company}",
            "open the period in IFS, change the date at JAGGAER, or set closed_period to next_open",
        )
    )
    return None


def period_of(ledger: Ledger, company: str, on: date) -> AccountingPeriod:
    """The open period of a date that `posting_date` gave."""
    periods = ledger.periods.get(company, ())
    return next(one for one in periods if _is_open(one) and within(on, one.date_from, one.date_until))


def check_codes(drafted: Draft, ledger: Ledger, on: date | None, found: Findings) -> None:
    """Every account and code part known, valid on the posting date and allowed with each other."""
    for line in drafted.lines:
        for share in line.distribution.shares if line.distribution else ():
            _check_share(share, drafted.company, ledger, on, at=f"lines[{line.at}]", found=found)


def _check_share(share: Share, company: str, ledger: Ledger, on: date | None, *, at: str, found: Findings) -> None:
    values = dict(share.codes)
    account = ledger.accounts.get((company, values.get("A", "")))
    for part, value in share.codes:
        row = account if part == "A" else ledger.values.get((company, part, value))
        name = f"account {value}" if part == "A" else f"code part {part} {value}"
        if row is None:
            found.add(
                Item(
                    ItemKind.WAITING,
                    f"{at}.Code{part}",
                    value,
                    f"{name} is not in company {company}",
                    "goes by itself once it is there, or correct the line at JAGGAER",
                    waits_for=f"account:{company}:{value}" if part == "A" else f"code_part:{company}:{part}:{value}",
                )
            )
        elif on and not within(on, row.valid_from, row.valid_until):
            found.dead(
                f"{at}.Code{part}",
                value,
                f"{name} of company {company} is not valid on {on}",
                "correct the line at JAGGAER, or its validity in IFS",
            )
    if account:
        _check_requests(account, values, at, found)


def _check_requests(account: Account, values: dict[str, str], at: str, found: Findings) -> None:
    for part in "BCDEFGHIJ":
        asked = getattr(account, f"req_code_{part.lower()}")
        if asked == "Blocked" and part in values:
            found.dead(
                f"{at}.Code{part}",
                values[part],
                f"code part {part} is blocked for account {account.account}",
                "take it out of the line at JAGGAER",
            )
        elif asked == "Mandatory" and part not in values:
            found.dead(
                f"{at}.Code{part}",
                None,
                f"code part {part} is mandatory for account {account.account}",
                "state it in the line at JAGGAER",
            )


def _is_open(period: AccountingPeriod) -> bool:
    return period.period_status == "Open"
