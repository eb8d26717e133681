"""Asks for what invoices are decided from, for many of them at once and no more than they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from connectors.ifs.fields import Wire
from connectors.ifs.models import (
    Account,
    AccountingPeriod,
    CodePartValue,
    PostingProposal,
    PostingProposalLine,
    PreAccounting,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierFinance,
    Voucher,
    VoucherRow,
)
from connectors.jaggaer.invoices import Invoice
from connectors.jaggaer.models import read as read_jaggaer
from ifs_jaggaer.errors import Rejected
from mapping.findings import check_numbers, readable
from mapping.invoices.accounts import own_accounts
from mapping.invoices.case import InvoiceCase, KnownOrder, Ledger, mark_of
from mapping.invoices.decision import RECORD, must_post, must_read
from mapping.invoices.draft import draft
from mapping.invoices.made import SERIE, Made, of_proposal, of_voucher
from mapping.invoices.voucher import becomes_voucher
from mapping.kinds import Answers, Ask, IfsRows, JaggaerDetails, JaggaerHeaders, Links, Snapshots
from mapping.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from connectors.wire import Row
    from mapping.profile import Profile

T = TypeVar("T", bound=Wire)
Cases: TypeAlias = "Generator[tuple[Ask, ...], Answers, list[InvoiceCase]]"


def headers(ids: frozenset[str], glanced: frozenset[str]) -> Cases:
    """What was made of them already, then their headers; of one posted this moment none is needed.

    `glanced` were led to by rows of IFS: what stands there as it was settled is left alone, and JAGGAER not asked.
    """
    ids |= glanced
    ours = IfsRows("posting_proposal", "SourceReference", frozenset(map(mark_of, ids)))
    serie = (("ReferenceSerie", frozenset({SERIE})),)
    vouchers = IfsRows("voucher", "ReferenceNumber", ids, serie)
    links, snapshots = Links(RECORD, "jaggaer", ids), Snapshots(RECORD, ids)
    answers = yield (ours, vouchers, links, snapshots)
    proposal_rows, voucher_rows = answers.rows(ours), answers.rows(vouchers)
    proposals, unreadable = read_strictly(PostingProposal, proposal_rows, "SourceReference")
    entered, odd = read_strictly(Voucher, voucher_rows, "ReferenceNumber")
    posted: dict[str, list[Made]] = {}
    for one in proposals:
        posted.setdefault(one.source_reference or "", []).append(of_proposal(one))
    for each in entered:
        posted.setdefault(mark_of(each.reference_number or ""), []).append(of_voucher(each))
    watched = Watch.each(ours.set, ours.attribute, ours.values, proposal_rows)
    seen = Watch.each(vouchers.set, vouchers.attribute, ids, voucher_rows, within=("ReferenceSerie", SERIE))
    links_of = answers.links(links)

    def case(key: str) -> InvoiceCase:
        mark = mark_of(key)
        made = InvoiceCase(
            invoice_id=key,
            header=None,
            faults=(*unreadable.get(mark, ()), *odd.get(key, ())),
            link=links_of.get(key),
            snapshot=answers.snapshots(snapshots).get(key),
            posted=tuple(posted.get(mark, ())),
        )
        entered_so = made.posted_as_voucher if not made.posted else not any(one.proposal for one in made.posted)
        return replace(made, watch=seen[key] if entered_so else watched[mark])

    cases = [case(key) for key in sorted(ids)]
    cases = yield from _with_rows(cases)
    resting = {case.key: case.unknown_facts() for case in cases if case.key in glanced and case.at_rest}
    cases = [replace(case, glanced=case.key in resting) for case in cases if resting.get(case.key, True)]
    asked = frozenset(case.key for case in cases if not case.just_posted and not case.glanced)
    shown = JaggaerHeaders("invoices", asked)
    answers = yield (shown,)
    found, faults = _records(answers.rows(shown))
    return [
        replace(
            case,
            header=found[case.key].header if case.key in found else None,
            whole=found[case.key] if case.key in found and found[case.key].lines is not None else None,
            faults=(*case.faults, *faults.get(case.key, ())),
        )
        for case in cases
    ]


def _with_rows(cases: list[InvoiceCase]) -> Cases:
    """The rows of vouchers, which alone say what they amount to."""
    rows = IfsRows(
        "voucher_row",
        "ReferenceNumber",
        frozenset(one.voucher.reference_number or "" for case in cases for one in case.posted if one.voucher),
        (("ReferenceSerie", frozenset({SERIE})),),
    )
    if not rows.values:
        return cases
    answers = yield (rows,)
    owed = _read(VoucherRow, answers.rows(rows))
    return [
        replace(case, posted=tuple(of_voucher(one.voucher, owed) if one.voucher else one for one in case.posted))
        for case in cases
    ]


def wholes(cases: list[InvoiceCase], profile: Profile) -> Cases:
    """Their lines where they matter; their suppliers; lines of proposals that do not balance."""
    details = JaggaerDetails(
        "invoices", frozenset(case.key for case in cases if case.whole is None and must_read(case, profile))
    )
    posting = [case.header.supplier for case in cases if must_post(case, profile) and case.header]
    told = [supplier for supplier in posting if supplier]
    by_number = Links("supplier", "ifs", frozenset(one.supplier_number for one in told if one.supplier_number))
    by_id = Links("supplier", "jaggaer", frozenset(one.id for one in told if one.id))
    odd = [p for case in cases for one in case.posted if (p := one.proposal) and p.objstate == "Unbalanced"]
    lines = IfsRows(
        "posting_proposal_line",
        "ProposalId",
        frozenset(str(one.proposal_id) for one in odd),
        (("Company", frozenset(one.company for one in odd if one.company)),),
    )
    answers = yield (details, by_number, by_id, lines)
    found, faults = _records(answers.rows(details))
    numbers, ids = answers.links(by_number), answers.links(by_id)
    lines_of = grouped(_read(PostingProposalLine, answers.rows(lines)), lambda line: (line.company, line.proposal_id))

    def supplier(case: InvoiceCase) -> str:
        told = case.header.supplier if case.header else None
        link = numbers.get((told and told.supplier_number) or "") or ids.get((told and told.id) or "")
        return link.ifs_key if link else ""

    return [
        replace(
            case,
            whole=found.get(case.key, case.whole),
            # One answer in place of both: what was decided from is what was read last.
            header=found[case.key].header if case.key in found else case.header,
            faults=(*case.faults, *faults.get(case.key, ())),
            supplier=supplier(case),
            posted_lines=tuple(
                line
                for one in case.posted
                if one.proposal
                for line in lines_of.get((one.proposal.company, one.proposal.proposal_id), ())
            ),
        )
        for case in cases
    ]


def surroundings(cases: list[InvoiceCase], profile: Profile) -> Cases:
    """Orders and finance data of the suppliers, for those to be posted."""
    open_ = [case for case in cases if case.whole and must_post(case, profile)]
    orders = frozenset(
        line.po_number for case in open_ for line in (case.whole.lines if case.whole else None) or () if line.po_number
    )
    suppliers = frozenset(case.supplier for case in open_) - {""}
    heads = IfsRows("purchase_order", "OrderNo", orders)
    lines = IfsRows("purchase_order_line", "OrderNo", orders)
    shares = IfsRows("pre_accounting", "OrderNo", orders)
    links = Links("purchase_order", "ifs", orders)
    finance = IfsRows("supplier_finance", "Identity", suppliers)
    answers = yield (heads, lines, shares, links, finance)
    line_rows = answers.rows(lines)
    watched = Watch.each("purchase_order_line", "OrderNo", orders, line_rows)
    lines_of = grouped(_read(PurchaseOrderLine, line_rows), lambda line: line.order_no)
    head_rows, share_rows = answers.rows(heads), answers.rows(shares)
    every_share = _read(PreAccounting, share_rows)
    # A distribution may come without its order's number: then by its own, as for orders.
    named = {line.pre_accounting_id for mine in lines_of.values() for line in mine}
    missing = named - {share.pre_accounting_id for share in every_share} - {None}
    by_id = IfsRows("pre_accounting", "PreAccountingId", frozenset(map(str, missing)))
    if by_id.values:
        further = yield (by_id,)
        share_rows = [*share_rows, *further.rows(by_id)]
        every_share = _read(PreAccounting, share_rows)
    heads_watched = Watch.each("purchase_order", "OrderNo", orders, head_rows)
    ids = frozenset(map(str, named - {None}))
    shares_watched = Watch.each("pre_accounting", "PreAccountingId", ids, share_rows)
    order_of = {
        head.order_no or "": KnownOrder(
            head=head,
            lines=(mine := tuple(lines_of.get(head.order_no, ()))),
            shares=_shares_of(head, mine, every_share),
            link=answers.links(links).get(head.order_no or ""),
            watch=watched[head.order_no or ""],
            head_watch=heads_watched[head.order_no or ""],
            share_watches=shares_watched,
        )
        for head in _read(PurchaseOrder, head_rows)
    }
    finance_rows = answers.rows(finance)
    finance_of = grouped(_read(SupplierFinance, finance_rows), lambda row: row.identity)
    finance_watched = Watch.each("supplier_finance", "Identity", suppliers, finance_rows)
    return [
        replace(
            case,
            orders=order_of,
            finance=tuple(finance_of.get(case.supplier, ())),
            finance_watch=finance_watched.get(case.supplier),
        )
        if case.supplier or case.whole
        else case
        for case in cases
    ]


def _shares_of(
    head: PurchaseOrder, lines: Iterable[PurchaseOrderLine], shares: Iterable[PreAccounting]
) -> tuple[PreAccounting, ...]:
    ids = {line.pre_accounting_id for line in lines} - {None}
    return tuple(share for share in shares if share.order_no == head.order_no or share.pre_accounting_id in ids)


def ledger(cases: list[InvoiceCase], profile: Profile) -> Cases:
    """Accounts, code parts and periods of the companies in which they would be posted."""
    drafts = [draft(case, case.whole, profile) for case in cases if case.whole and must_post(case, profile)]
    companies = frozenset(one.company for one in drafts) - {""}
    codes = {code for one in drafts for code in one.codes()}
    in_companies = (("Company", companies),)
    posting = [profile.of_company(one) for one in companies if becomes_voucher(one, profile, has_order=False)]
    own = {number for company in posting for _, number in own_accounts(company)}
    numbers = frozenset({value for part, value in codes if part == "A"} | own)
    accounts = IfsRows("account", "Account", numbers, in_companies)
    values = IfsRows(
        "code_part_value",
        "CodePartValue",
        frozenset(value for part, value in codes if part != "A"),
        in_companies,
    )
    periods = IfsRows("accounting_period", "Company", companies)
    answers = yield (accounts, values, periods)
    period_rows, account_rows, value_rows = answers.rows(periods), answers.rows(accounts), answers.rows(values)
    known = Ledger(
        accounts={(row.company or "", row.account or ""): row for row in _read(Account, account_rows)},
        values={
            (row.company or "", row.code_part or "", row.code_part_value or ""): row
            for row in _read(CodePartValue, value_rows)
        },
        periods={
            str(company): tuple(rows)
            for company, rows in grouped(_read(AccountingPeriod, period_rows), lambda row: row.company).items()
        },
        watches=Watch.each("accounting_period", "Company", companies, period_rows),
        code_watches={
            (company, part, value): watch
            for company in companies
            for part, ask, rows in (("A", accounts, account_rows), ("", values, value_rows))
            for value, watch in Watch.each(
                ask.set, ask.attribute, ask.values, rows, within=("Company", company)
            ).items()
        },
    )
    return [replace(case, ledger=known) for case in cases]


def _records(rows: Iterable[Row]) -> tuple[dict[str, Invoice], Mapping[str, tuple[Rejected, ...]]]:
    """Readable invoices by their id, and what is wrong with the others."""
    found: dict[str, Invoice] = {}
    faults: dict[str, tuple[Rejected, ...]] = {}
    for row in rows:
        try:
            check_numbers(row)
            record = read_jaggaer(Invoice, row)
            found[record.header.invoice_id] = record
        except Rejected as fault:
            faults[row.key[-1]] = (fault,)
    return found, faults


def _read(model: type[T], rows: Iterable[Row]) -> list[T]:
    """What IFS shows and can be read; a row that cannot is as if it were not there, and the invoice waits for it."""
    return readable(model, rows)[0]


def read_strictly(model: type[T], rows: Iterable[Row], by: str) -> tuple[list[T], Mapping[str, tuple[Rejected, ...]]]:
    """The same where a row that is overlooked could mean that an invoice is posted twice: faults by attribute."""
    good: list[T] = []
    faults: dict[str, tuple[Rejected, ...]] = {}
    for row in rows:
        readable_one, wrong = readable(model, (row,))
        good += readable_one
        if wrong:
            at = str(row.values.get(by))
            faults[at] = (*faults.get(at, ()), *wrong)
    return good, faults


def grouped(records: Iterable[T], key: Callable[[T], object]) -> dict[object, list[T]]:
    groups: dict[object, list[T]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups
