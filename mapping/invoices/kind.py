"""Invoices, JAGGAER to IFS: what is read, what must be known, what is decided (DESIGN, invoices and receipts)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.invoices.case import InvoiceCase, invoice_of, mark_of
from mapping.invoices.decision import RECORD, decide_invoice
from mapping.invoices.gather import headers, ledger, surroundings, wholes
from mapping.invoices.made import SERIE
from mapping.invoices.taken import one_after_the_other, taken
from mapping.invoices.voucher import uses_vouchers
from mapping.kinds import Reach, Source
from mapping.references import home_keys

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from connectors.wire import Row
    from mapping.kinds import Answers, Ask, Case, Decision, Instructions
    from mapping.profile import Profile


def _leads_to(row: Row) -> str | None:
    return f"jaggaer:{row.key[-1]}" if row.key else None


def _of_proposal(row: Row) -> str | None:
    """Those that carry our mark lead to their invoice."""
    invoice = invoice_of(row.values.get("SourceReference"))
    return f"ifs:{mark_of(invoice)}" if invoice else None


def _of_voucher(row: Row) -> str | None:
    """Of a voucher and of its rows alike."""
    number = row.values.get("ReferenceNumber")
    ours = row.values.get("ReferenceSerie") == SERIE
    return f"ifs:{mark_of(str(number))}" if ours and number else None


_REACHED = (
    "posting_proposal_line",
    "purchase_order",
    "purchase_order_line",
    "pre_accounting",
    "supplier_finance",
    "paid_invoice",
    "account",
    "code_part_value",
    "accounting_period",
)


class Invoices:
    """JAGGAER's invoices; the list shows headers, states are filtered here (DESIGN, law 1).

    What was posted of them is polled too, so that what a person does to it in IFS is seen. Of the general ledger only
    vouchers of ours are read, row by row, since a row may change without its voucher.
    """

    name = "invoices"
    record = RECORD
    sources = (
        Source("jaggaer", "invoices", _leads_to, document=True),
        Source("ifs", "posting_proposal", _of_proposal, scope_attribute="Company", document=True),
        *(
            Source(
                "ifs",
                name,
                _of_voucher,
                scope_attribute="Company",
                document=True,
                only=("ReferenceSerie", SERIE),
                used=uses_vouchers,
            )
            for name in ("voucher", "voucher_row")
        ),
    )

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """What is posted, what it is checked against; vouchers too, since they may be ours from former settings."""
        return tuple(Reach("ifs", name) for name in _REACHED)

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """Reads lines and surroundings only of invoices that are to be posted, or that may have changed since."""
        marked = {one: invoice_of(one.removeprefix("ifs:")) for one in references}
        ids = yield from home_keys(frozenset(one for one in references if not marked[one]), RECORD, "jaggaer")
        cases = yield from headers(ids, frozenset(marked.values()) - ids - {""})
        cases = yield from wholes(cases, profile)
        cases = yield from surroundings(cases, profile)
        cases = yield from taken(cases, profile)
        cases = yield from ledger(cases, profile)
        return list(one_after_the_other(cases, profile))

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:  # noqa: ARG002
        """Validity goes by the posting date, not by the day of the run."""
        assert isinstance(case, InvoiceCase)  # noqa: S101 - gather makes no others
        return decide_invoice(case, profile, told)


INVOICES = Invoices()
