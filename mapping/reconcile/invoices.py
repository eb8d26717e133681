"""Invoices against what was posted of them: amounts, tax and accounts, line by line (docs/reconcile.md).

What a run decides from is the head of a posting alone: a line that somebody changed in IFS would go unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.ifs.models import PostingProposal, PostingProposalLine, Voucher, VoucherRow
from connectors.jaggaer.invoices import Invoice
from connectors.jaggaer.models import read as read_jaggaer
from ifs_jaggaer.errors import Rejected
from mapping.distribution import divide_net, states_account
from mapping.findings import readable
from mapping.invoices.case import InvoiceCase, invoice_of, mark_of
from mapping.invoices.draft import draft
from mapping.invoices.gather import Cases, grouped, surroundings
from mapping.invoices.made import SERIE
from mapping.invoices.model import add_up, is_credit, number_of, tidy
from mapping.kinds import Change, IfsRows, JaggaerDetails, Links
from mapping.money import canonical, exact_sum, spread
from mapping.reconcile.documents import Compared
from mapping.reconcile.posted_extras import unlike_extras

if TYPE_CHECKING:
    from connectors.ifs.models import Coded
    from connectors.wire import Row
    from mapping.kinds import Case, Gathering
    from mapping.profile import Profile

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Stated:
    """An invoice's amounts as one system has them, with the sign of the invoice.

    `by_codes`: net by account and code parts ("A=4010 B=100"); None where that cannot be told.
    """

    number: str
    currency: str
    net: Decimal
    tax: Decimal
    by_codes: dict[str, Decimal] | None = None

    @property
    def gross(self) -> Decimal:
        return exact_sum((self.net, self.tax))

    def fields(self) -> dict[str, str]:
        """What is compared, by the name of the field."""
        return {
            "invoiceNumber": self.number,
            "currency": self.currency,
            "net": canonical(self.net),
            "tax": canonical(self.tax),
            "total": canonical(self.gross),
        }


@dataclass(frozen=True, slots=True)
class Posted:
    """What stands in IFS of one invoice, by its lines. `head` are the amounts of the head; a voucher has none.

    `changed` is when its lines were last changed, in IFS's words.
    """

    stated: Stated
    head: Stated | None = None
    changed: str | None = None


@dataclass(slots=True)
class _Sums:
    net: list[Decimal] = field(default_factory=list)
    tax: list[Decimal] = field(default_factory=list)
    by_codes: dict[str, list[Decimal]] = field(default_factory=dict)


def compare_invoices(ids: frozenset[str], profile: Profile) -> Gathering:
    """Those of the invoices that were posted, once each; a double or a cancelled one is told elsewhere."""
    marks = IfsRows("posting_proposal", "SourceReference", frozenset(map(mark_of, ids)))
    serie = (("ReferenceSerie", frozenset({SERIE})),)
    vouchers = IfsRows("voucher", "ReferenceNumber", ids, serie)
    answers = yield (marks, vouchers)
    heads_as_came = {key: row for row in (*answers.rows(marks), *answers.rows(vouchers)) if (key := _invoice_of(row))}
    proposals = [one for one in readable(PostingProposal, answers.rows(marks))[0] if one.objstate != "Cancelled"]
    entered = readable(Voucher, answers.rows(vouchers))[0]
    made: dict[str, list[PostingProposal | Voucher]] = {}
    for one in proposals:
        made.setdefault((one.source_reference or "").removeprefix(mark_of("")), []).append(one)
    for each in entered:
        made.setdefault(each.reference_number or "", []).append(each)
    once = {key: found[0] for key, found in made.items() if len(found) == 1}
    heads = [one for one in once.values() if isinstance(one, PostingProposal)]
    details = JaggaerDetails("invoices", frozenset(once))
    lines = IfsRows(
        "posting_proposal_line",
        "ProposalId",
        frozenset(str(one.proposal_id) for one in heads),
        (("Company", frozenset(one.company for one in heads if one.company)),),
    )
    of_vouchers = frozenset(key for key, one in once.items() if isinstance(one, Voucher))
    rows = IfsRows("voucher_row", "ReferenceNumber", of_vouchers, serie)
    answers = yield (details, lines, rows)
    every_line = readable(PostingProposalLine, answers.rows(lines))[0]
    lines_of = grouped(every_line, lambda line: f"{line.company}:{line.proposal_id}")
    rows_of = grouped(readable(VoucherRow, answers.rows(rows))[0], lambda row: row.reference_number or "")
    parts = _by_head([*answers.rows(lines), *answers.rows(rows)])
    cases: list[InvoiceCase] = []
    for record in answers.rows(details):
        try:
            cases.append(_to_be_posted(read_jaggaer(Invoice, record), profile))
        except Rejected:
            continue  # what cannot be read is a dead letter, or told as changed
    cases = yield from _with_suppliers(cases)
    cases = yield from surroundings(cases, profile)
    found: list[Case] = []
    for case in cases:
        there = once[case.key]
        if isinstance(there, PostingProposal):
            mine = lines_of.get(f"{there.company}:{there.proposal_id}", [])
            posted = of_proposal(there, mine, credit=there.invoice_type == "Credit")
        else:
            posted = _of_voucher(there, rows_of.get(case.key, []), profile)
        changes = [*differences(case, posted, profile)]
        head = heads_as_came.get(case.key)
        if case.whole and head:
            changes += unlike_extras(case.whole, head, parts.get(head.key, []), profile)
        found.append(Compared(case.key, tuple(changes)))
    return found


def _by_head(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(row.key[:-1], []).append(row)
    return found


def _invoice_of(row: Row) -> str:
    """The invoice that a head which stands was made of."""
    if row.values.get("Objstate") == "Cancelled":
        return ""
    return invoice_of(row.values.get("SourceReference")) or str(row.values.get("ReferenceNumber") or "")


def differences(case: InvoiceCase, posted: Posted, profile: Profile) -> Iterator[Change]:
    """Field by field: `before` as it stands in IFS, `after` as the invoice says."""
    if case.whole is None:
        return
    try:
        due = expected(case, case.whole, posted.stated.currency, profile)
    except Rejected:
        return  # it could not be posted as it is now; deciding says so
    # A voucher says its currency in its rows; of nothing it may have none.
    stated = posted.stated if posted.stated.currency else replace(posted.stated, currency=due.currency)
    yield from _unlike(due.fields(), stated.fields(), "")
    if posted.head is not None:
        yield from _unlike(posted.stated.fields(), posted.head.fields(), "head ")
    moved = _derived_from(case, case.whole, profile)
    if moved and (posted.changed is None or moved > posted.changed):
        return  # the accounts came from an order or a supplier that changed since: what was posted stays
    if due.by_codes is not None and posted.stated.by_codes is not None:
        wanted = {name: canonical(amount) for name, amount in due.by_codes.items() if amount}
        there = {name: canonical(amount) for name, amount in posted.stated.by_codes.items() if amount}
        yield from _unlike(wanted, there, "accounts ")


def _unlike(due: dict[str, str], there: dict[str, str], prefix: str) -> Iterator[Change]:
    for name in dict.fromkeys((*due, *there)):
        if due.get(name) != there.get(name):
            yield Change(f"{prefix}{name}", there.get(name), due.get(name))


def expected(case: InvoiceCase, invoice: Invoice, currency: str, profile: Profile) -> Stated:
    """The invoice's own amounts. Raises Rejected where they do not add up."""
    known = profile.currency((invoice.header.total and invoice.header.total.currency) or currency)
    sums = add_up(invoice, known)
    drafted = draft(case, invoice, profile)
    by_codes: dict[str, list[Decimal]] | None = {}
    shares = spread(sums.charges, [abs(net) for net in sums.nets], known) if sums.nets else []
    for line, net, share in zip(drafted.lines, sums.nets, shares, strict=True):
        if line.distribution is None or by_codes is None:
            by_codes = None
            continue
        for place, amount in zip(
            line.distribution.shares, divide_net(net, share, line.distribution, known), strict=True
        ):
            by_codes.setdefault(_place(place.codes), []).append(amount)
    return Stated(
        number=number_of(invoice.header),
        currency=known.code,
        net=exact_sum((*sums.nets, sums.charges)),
        tax=exact_sum((*sums.taxes, sums.tax)),
        by_codes=None if by_codes is None else {name: exact_sum(some) for name, some in by_codes.items()},
    )


def _derived_from(case: InvoiceCase, invoice: Invoice, profile: Profile) -> str | None:
    """When what the accounts were taken from was last changed; None where the invoice states them all itself."""
    fields = {profile.of_company(company).code_parts["A"] for company in profile.companies}
    if all(states_account(line.split_groups, fields.__contains__) for line in invoice.lines or ()):
        return None
    numbers = {line.po_number for line in invoice.lines or ()}
    orders = [order for number, order in case.orders.items() if number in numbers]
    stamps = [row.last_modified_date for row in case.finance]
    for order in orders:
        stamps += [line.last_modified_date for line in order.lines]
        stamps += [share.last_modified_date for share in order.shares]
    return max(filter(None, stamps), default=None)


def of_proposal(head: PostingProposal, lines: Iterable[PostingProposalLine], *, credit: bool) -> Posted:
    """A proposal by its lines, and by its head."""
    sign = -1 if credit else 1
    sums, lines = _Sums(), list(lines)
    for line in lines:
        sums.net.append(sign * (line.net_amount or _ZERO))
        sums.tax.append(sign * (line.tax_amount or _ZERO))
        sums.by_codes.setdefault(_codes(line), []).append(sums.net[-1])
    number, currency = tidy(head.invoice_no), head.currency_code or ""
    net, tax = sign * (head.net_amount or _ZERO), sign * (head.tax_amount or _ZERO)
    return Posted(
        _stated(sums, number, currency),
        Stated(number, currency, net, tax),
        max((line.last_modified_date for line in lines if line.last_modified_date), default=None),
    )


def _of_voucher(head: Voucher, rows: Iterable[VoucherRow], profile: Profile) -> Posted:
    """A voucher by its rows but the one that it owes the supplier."""
    company = profile.of_company(head.company or "")
    sums, currency, rows = _Sums(), "", list(rows)
    for row in rows:
        currency = row.currency_code or currency
        if row.party_type_id:
            continue
        amount = exact_sum((row.currency_debet_amount or _ZERO, -(row.currency_credit_amount or _ZERO)))
        if row.account == company.tax_account:
            sums.tax.append(amount)
        else:
            sums.net.append(amount)
            place = {"A": row.account or ""} | {part: value for part, value in row.codes.items() if part != "A"}
            sums.by_codes.setdefault(_place(tuple(sorted(place.items()))), []).append(amount)
    changed = max((row.last_modified_date for row in rows if row.last_modified_date), default=None)
    return Posted(_stated(sums, tidy(head.text), currency), changed=changed)


def _stated(sums: _Sums, number: str, currency: str) -> Stated:
    return Stated(
        number=number,
        currency=currency,
        net=exact_sum(sums.net),
        tax=exact_sum(sums.tax),
        by_codes={name: exact_sum(some) for name, some in sums.by_codes.items()},
    )


def _codes(row: Coded) -> str:
    return _place(tuple(sorted(row.codes.items())))


def _place(codes: tuple[tuple[str, str], ...]) -> str:
    return " ".join(f"{part}={value}" for part, value in codes)


def _to_be_posted(invoice: Invoice, profile: Profile) -> InvoiceCase:
    """The invoice as if it were to be posted now: so its orders and the supplier's defaults are read."""
    is_credit(invoice.header)
    words = profile.words("invoice")
    now = {
        "export_status": words.to_jaggaer("NotExported"),
        "payment_status": words.to_jaggaer("Payable"),
        "workflow_status": words.to_jaggaer("Completed"),
    }
    header = invoice.header.model_copy(update=now)
    return InvoiceCase(header.invoice_id, header, whole=invoice.model_copy(update={"header": header}))


def _with_suppliers(cases: list[InvoiceCase]) -> Cases:
    told = [case.header.supplier for case in cases if case.header and case.header.supplier]
    by_number = Links("supplier", "ifs", frozenset(one.supplier_number for one in told if one.supplier_number))
    by_id = Links("supplier", "jaggaer", frozenset(one.id for one in told if one.id))
    answers = yield (by_number, by_id)
    numbers, ids = answers.links(by_number), answers.links(by_id)

    def supplier(case: InvoiceCase) -> str:
        named = case.header.supplier if case.header else None
        link = numbers.get((named and named.supplier_number) or "") or ids.get((named and named.id) or "")
        return link.ifs_key if link else ""

    return [replace(case, supplier=supplier(case)) for case in cases]
