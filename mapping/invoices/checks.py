"""Whether IFS would take an invoice: supplier, number, period (DESIGN, invoices). Each failure is an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.dates import within
from mapping.invoices.model import tidy
from mapping.kinds import Item, ItemKind
from mapping.watching import any_of

if TYPE_CHECKING:
    from datetime import date

    from connectors.ifs.models import AccountingPeriod
    from mapping.findings import Findings
    from mapping.invoices.case import InvoiceCase, Ledger
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
    used = _used(case, company)
    taken = [what for what, name in used if tidy(name) == number]
    if taken:
        found.dead(
            "invoiceNumber",
            number,
            f"number already used by {taken[0]} of supplier {case.supplier} in company {company}",
            "reject one of the two invoices",
            any_of(*case.number_watches),
        )
    elif used:
        what, name = used[0]
        found.add(
            Item(
                ItemKind.HELD,
                "invoiceNumber",
                number,
                f"looks like number {name}, already used by {what} of supplier {case.supplier} in company {company}: "
                "they differ in capitals alone",
                "reject it at JAGGAER if it is the same invoice; if it is another one, correct its number there as "
                "the supplier wrote it, or post it in IFS by hand",
                any_of(*case.number_watches),
            )
        )
    elif mark := vanished(case, company, number):
        found.add(
            Item(
                ItemKind.HELD,
                "invoiceNumber",
                number,
                f"ledger item {mark} had this number, and IFS no longer shows it: unknown, not gone",
                f"let the service user see the supplier ledger of company {company}; if the entry was taken out there, "
                "state another number at JAGGAER",
                any_of(*case.number_watches),
            )
        )


def _used(case: InvoiceCase, company: str) -> list[tuple[str, str]]:
    """What has its number or one like it in the company, and how that is spelt there."""
    used = [(f"invoice {case.rival}, which is posted first,", case.rival_number)] if case.rival else []
    used += [
        (f"posting proposal {one.proposal_id}", one.invoice_no or "")
        for one in case.namesakes
        if one.company == company
    ]
    used += [
        (f"voucher {one.key}", one.invoice_no or "")
        for one in case.vouchers
        if one.voucher and one.voucher.company == company
    ]
    return used + [
        (f"ledger item {one.ledger_item_id}", one.invoice_no or "") for one in case.keyed if one.company == company
    ]


def in_ledger(case: InvoiceCase, company: str, number: str) -> str:
    """What the snapshot keeps of an invoice that somebody keyed by hand: a lost permission looks like none."""
    keyed = [one.ledger_item_id for one in case.keyed if one.company == company]
    return f"{company}|{number}|{keyed[0]}" if keyed else case.kept("keyed")


def vanished(case: InvoiceCase, company: str, number: str) -> str:
    """The ledger item that had the number when it was last looked at; "" for none."""
    mark = f"{company}|{number}|"
    kept = case.kept("keyed")
    return kept.removeprefix(mark) if kept.startswith(mark) else ""


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
            waits_for=str(case.ledger.watches[company]) if company in case.ledger.watches else None,
        )
    )
    return None


def period_of(ledger: Ledger, company: str, on: date) -> AccountingPeriod:
    """The open period of a date that `posting_date` gave."""
    periods = ledger.periods.get(company, ())
    return next(one for one in periods if _is_open(one) and within(on, one.date_from, one.date_until))


def _is_open(period: AccountingPeriod) -> bool:
    return period.period_status == "Open"
