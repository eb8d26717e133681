"""Receipts, JAGGAER to IFS: what is read, what must be known, what is decided (DESIGN, invoices and receipts)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.kinds import IfsAct, IfsCreate, Reach, Source
from mapping.receipts.case import ReceiptCase, mark_of, receipt_of, reference
from mapping.receipts.decision import cancelling, decide_receipt
from mapping.receipts.gather import RECORD, glance, one_after_the_other, records, surroundings
from mapping.receipts.lines import SET, field_of
from mapping.references import home_keys

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from connectors.wire import Row
    from ifs_jaggaer.errors import Rejected
    from mapping.kinds import Answers, Ask, Case, Decision, Instructions, Write
    from mapping.profile import Profile


def _leads_to(row: Row) -> str | None:
    return f"jaggaer:{row.key[-1]}" if row.key else None


def _registered(row: Row) -> str | None:
    """Those that carry our reference lead to their receipt."""
    receipt = receipt_of(row.values.get("ReceiptReference"))
    return f"ifs:{mark_of(receipt)}" if receipt else None


class Receipts:
    """JAGGAER's receipts; the list carries their lines, states are filtered here (DESIGN, law 1).

    What was registered of them is polled too, so that what a person does to it in IFS is seen.
    """

    name = "receipts"
    record = RECORD
    sources = (
        Source("jaggaer", "receipts", _leads_to, document=True),
        Source("ifs", SET, _registered, document=True),
    )

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """What is registered and cancelled, the orders on both sides."""
        return (
            Reach("ifs", SET, actions=("cancel",)),
            Reach("ifs", "purchase_order"),
            Reach("ifs", "purchase_order_line"),
            Reach("jaggaer", "purchaseorders"),
        )

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """What JAGGAER shows, what carries our mark in IFS, the orders: a few requests for many receipts."""
        marked = {one: receipt_of(one.removeprefix("ifs:")) for one in references}
        ids = yield from home_keys(frozenset(one for one in references if not marked[one]), RECORD, "jaggaer")
        unlike, glanced = yield from glance(frozenset(marked.values()) - ids - {""})
        ids |= unlike
        if not ids:
            return list(glanced)
        cases = yield from records(ids)
        cases = yield from surroundings(cases, profile)
        return [*one_after_the_other(cases, profile), *glanced]

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:  # noqa: ARG002
        """The day of the run plays no part."""
        assert isinstance(case, ReceiptCase)  # noqa: S101 - gather makes no others
        return decide_receipt(case, profile, told)

    def refused(self, write: Write, refusal: Rejected, profile: Profile) -> frozenset[str]:  # noqa: ARG002
        """A line that IFS will not register, or a receipt that it will not cancel; the others go (DESIGN, law 9)."""
        match write:
            case IfsCreate(key=key, values=values):
                own = reference(key.partition("|")[0], "")
                return frozenset({field_of(str(values["ReceiptReference"]).removeprefix(own))})
            case IfsAct(key=(number,)):
                return frozenset({cancelling(number)})
        return frozenset()


RECEIPTS = Receipts()
