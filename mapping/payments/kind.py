"""Payment status, IFS to JAGGAER: what is read, what must be known, what is decided (contracts/mapping.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.ifs.models import LedgerItem, PostingProposal
from connectors.jaggaer.invoices import Invoice, InvoiceHeader
from connectors.jaggaer.models import read as read_jaggaer
from ifs_jaggaer.errors import Rejected
from mapping.findings import check_numbers
from mapping.invoices.case import mark_of
from mapping.invoices.gather import grouped, read_strictly
from mapping.kinds import Answers, Ask, IfsRows, JaggaerHeaders, Links, Reach, Snapshots, Source
from mapping.payments.case import CUSTOMER, RECORD, PaymentCase, key_of
from mapping.payments.decision import decide_payment, must_look
from mapping.references import home_keys

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from connectors.wire import Row
    from mapping.kinds import Case, Decision, Instructions
    from mapping.profile import Profile

_PARTS = 3


def _leads_to(row: Row) -> str | None:
    """All instalments of an invoice lead to it; a ledger item of a customer, or without invoice, to none of ours."""
    told = row.values
    key = key_of(*(str(told.get(name) or "") for name in ("Company", "Identity", "InvoiceNo")))
    return f"ifs:{key}" if key and told.get("PartyType") != CUSTOMER else None


class Payments:
    """Invoices of IFS's supplier ledger, of which JAGGAER learns that they are paid."""

    name = "payments"
    record = RECORD
    sources = (Source("ifs", "paid_invoice", _leads_to, scope_attribute="Company", document=True),)

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """Our postings, and the invoices that they were made of."""
        return (Reach("ifs", "posting_proposal"), Reach("jaggaer", "invoices"))

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """Asks JAGGAER only for invoices that IFS says are paid, or that were not looked at before."""
        keys = yield from home_keys(references, RECORD, "ifs")
        keys = yield from _by_invoice(keys)
        cases = yield from _from_ifs(keys)
        cases = yield from _headers(cases, profile)
        return list(cases)

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:  # noqa: ARG002
        """Paid is paid, whatever the day."""
        assert isinstance(case, PaymentCase)  # noqa: S101 - gather makes no others
        return decide_payment(case, profile, told)


def _by_invoice(keys: frozenset[str]) -> Generator[tuple[Ask, ...], Answers, frozenset[str]]:
    """A person may name an invoice by JAGGAER's id, linked or not: its proposal says what IFS calls it."""
    short = frozenset(key for key in keys if key.count(":") < _PARTS - 1)
    if not short:
        return keys
    ask = IfsRows("posting_proposal", "SourceReference", frozenset(map(mark_of, short)))
    answers = yield (ask,)
    found, _ = read_strictly(PostingProposal, answers.rows(ask), "SourceReference")
    named = {one.source_reference: key_of(one.company, one.supplier_id, one.invoice_no) for one in found}
    return frozenset(named.get(mark_of(key)) or key if key in short else key for key in keys)


def _from_ifs(keys: frozenset[str]) -> Generator[tuple[Ask, ...], Answers, list[PaymentCase]]:
    parts = [tuple(key.split(":", _PARTS - 1)) for key in keys if key.count(":") >= _PARTS - 1]
    companies, suppliers, numbers = (frozenset(part[at] for part in parts) for at in range(_PARTS))
    in_companies = ("Company", companies)
    items = IfsRows("paid_invoice", "InvoiceNo", numbers, (in_companies, ("Identity", suppliers)))
    proposals = IfsRows("posting_proposal", "InvoiceNo", numbers, (in_companies, ("SupplierId", suppliers)))
    links, snapshots = Links(RECORD, "ifs", keys), Snapshots(RECORD, keys)
    answers = yield (items, proposals, links, snapshots)
    rows = [row for row in answers.rows(items) if row.values.get("PartyType") != CUSTOMER]
    good, bad = read_strictly(LedgerItem, rows, "InvoiceNo")
    posted, odd = read_strictly(PostingProposal, answers.rows(proposals), "InvoiceNo")
    items_of = grouped(good, lambda one: key_of(one.company, one.identity, one.invoice_no))
    posted_of = grouped(posted, lambda one: key_of(one.company, one.supplier_id, one.invoice_no))
    return [
        PaymentCase(
            key=key,
            items=tuple(items_of.get(key, ())),
            proposals=tuple(posted_of.get(key, ())),
            faults=(*bad.get(number, ()), *odd.get(number, ())),
            link=answers.links(links).get(key),
            snapshot=answers.snapshots(snapshots).get(key),
        )
        for key, number in ((key, key.split(":", _PARTS - 1)[-1]) for key in sorted(keys))
    ]


def _headers(cases: list[PaymentCase], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[PaymentCase]]:
    ask = JaggaerHeaders("invoices", frozenset(case.invoice_id for case in cases if must_look(case, profile)))
    answers = yield (ask,)
    found: dict[str, InvoiceHeader] = {}
    faults: dict[str, Rejected] = {}
    for row in answers.rows(ask):
        try:
            check_numbers(row)
            header = read_jaggaer(Invoice, row).header
            found[header.invoice_id] = header
        except Rejected as fault:
            faults[row.key[-1]] = fault
    return [
        replace(case, header=found.get(case.invoice_id), faults=(*case.faults, faults[case.invoice_id]))
        if case.invoice_id in faults
        else replace(case, header=found.get(case.invoice_id))
        for case in cases
    ]
