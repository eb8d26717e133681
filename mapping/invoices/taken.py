"""What others took already: a supplier's number, the quantity of an order line; in IFS and in the same batch."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.ifs.models import LedgerItem, PostingProposal, PostingProposalLine, Voucher, VoucherRow
from mapping.invoices.decision import must_post
from mapping.invoices.gather import grouped, read_strictly
from mapping.invoices.made import SERIE, of_voucher
from mapping.invoices.model import alike, number_of
from mapping.invoices.posting import examine
from mapping.kinds import IfsRows
from mapping.money import exact_sum
from mapping.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.jaggaer.invoices import InvoiceHeader
    from connectors.wire import Row
    from ifs_jaggaer.errors import Rejected
    from mapping.invoices.case import InvoiceCase, OrderLineKey
    from mapping.invoices.gather import Cases
    from mapping.profile import Profile

_ZERO = Decimal(0)
_OURS = (("ReferenceSerie", frozenset({SERIE})),)


def taken(cases: list[InvoiceCase], profile: Profile) -> Cases:
    """Proposals, vouchers of ours and ledger items with their numbers; what proposals take of their order lines."""
    open_ = [case for case in cases if case.whole and must_post(case, profile)]
    numbers = frozenset(name for case in open_ if case.header for name in _names(case.header)) - {""}
    suppliers = frozenset(case.supplier for case in open_) - {""}
    orders = frozenset(
        line.po_number for case in open_ for line in (case.whole.lines if case.whole else None) or () if line.po_number
    )
    namesakes = IfsRows("posting_proposal", "InvoiceNo", numbers, (("SupplierId", suppliers),), any_case=True)
    keyed = IfsRows("paid_invoice", "InvoiceNo", numbers, (("Identity", suppliers),), any_case=True)
    entered = IfsRows("voucher", "Text", numbers if suppliers else frozenset(), _OURS, any_case=True)
    booked = IfsRows("posting_proposal_line", "OrderNo", orders)
    answers = yield (namesakes, keyed, entered, booked)
    numbered = {one: answers.rows(one) for one in (namesakes, keyed, entered)}
    proposals, odd_proposals = read_strictly(PostingProposal, numbered[namesakes], "InvoiceNo")
    items, odd_items = read_strictly(LedgerItem, numbered[keyed], "InvoiceNo")
    vouchers, odd_vouchers = read_strictly(Voucher, numbered[entered], "Text")
    of_number = {ask: _by_number(rows, ask.attribute) for ask, rows in numbered.items()}
    lines, odd_lines = read_strictly(PostingProposalLine, answers.rows(booked), "OrderNo")
    marks = frozenset(one.reference_number or "" for one in vouchers) - {case.invoice_id for case in open_}
    rows = IfsRows("voucher_row", "ReferenceNumber", marks, _OURS)
    heads = IfsRows(
        "posting_proposal",
        "ProposalId",
        frozenset(str(line.proposal_id) for line in lines),
        (("Company", frozenset(line.company for line in lines if line.company)),),
    )
    answers = yield (rows, heads)
    owed = grouped(read_strictly(VoucherRow, answers.rows(rows), "ReferenceNumber")[0], lambda row: row.voucher_no)
    made = [(one.text, of_voucher(one, owed.get(one.voucher_no, ()))) for one in vouchers]
    quantities = _proposed(lines, read_strictly(PostingProposal, answers.rows(heads), "ProposalId")[0])

    def known(case: InvoiceCase) -> InvoiceCase:
        number = alike(number_of(case.header)) if case.header else ""
        faults: list[Rejected] = []
        for odd in (odd_proposals, odd_items, odd_vouchers):
            faults += [fault for name, wrong in odd.items() if alike(name) == number for fault in wrong]
        for line in (case.whole.lines if case.whole else None) or ():
            faults += odd_lines.get(line.po_number or "", ())
        return replace(
            case,
            faults=(*case.faults, *faults),
            namesakes=tuple(
                one
                for one in proposals
                if (one.supplier_id, alike(one.invoice_no)) == (case.supplier, number)
                and one.source_reference != case.mark
            ),
            vouchers=tuple(one for text, one in made if (one.supplier, alike(text)) == (case.supplier, number)),
            keyed=tuple(one for one in items if (one.identity, alike(one.invoice_no)) == (case.supplier, number)),
            number_watches=_watches(case, number, of_number),
            proposed=quantities,
        )

    return [known(case) if case.supplier or case.whole else case for case in cases]


def _names(header: InvoiceHeader) -> tuple[str, ...]:
    """Its number as it is written now and, white space and all, as it was once."""
    return number_of(header), header.supplier_invoice_number or header.invoice_number or ""


def _by_number(rows: Iterable[Row], attribute: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(alike(str(row.values.get(attribute))), []).append(row)
    return found


def _watches(case: InvoiceCase, number: str, asked: Mapping[IfsRows, Mapping[str, list[Row]]]) -> tuple[Watch, ...]:
    """The rows that have its number, as it is spelt there; where there is none those that the ledger may show."""
    found: list[Watch] = []
    for ask, by_number in asked.items():
        within = (ask.also[0][0], SERIE if ask.set == "voucher" else case.supplier)
        mine = [row for row in by_number.get(number, ()) if row.values.get(within[0]) == within[1]]
        spelt = sorted({str(row.values[ask.attribute]) for row in mine})
        found += Watch.each(ask.set, ask.attribute, spelt, mine, within).values()
    own = number_of(case.header) if case.header else ""
    none = Watch.each("paid_invoice", "InvoiceNo", [own], (), ("Identity", case.supplier)).values()
    return tuple(found or none)


def _proposed(lines: Iterable[PostingProposalLine], heads: Iterable[PostingProposal]) -> dict[OrderLineKey, Decimal]:
    """Quantities by order line; credit notes take back, cancelled proposals take nothing."""
    signs = {
        (head.company, head.proposal_id): -1 if head.invoice_type == "Credit" else 1
        for head in heads
        if head.objstate != "Cancelled"
    }
    found: dict[OrderLineKey, Decimal] = {}
    for line in lines:
        key = (line.order_no or "", line.line_no or "", line.release_no or "")
        sign = signs.get((line.company, line.proposal_id), 0)
        found[key] = exact_sum((found.get(key, _ZERO), sign * (line.quantity or _ZERO)))
    return found


def one_after_the_other(cases: list[InvoiceCase], profile: Profile) -> list[InvoiceCase]:
    """Each of several invoices on one order line knows what those before it will have taken of it, or given back.

    Of several with one number of a supplier the first is posted, so that it is not chance which of them is.
    """
    taken_: dict[OrderLineKey, Decimal] = {}
    credited: dict[OrderLineKey, Decimal] = {}
    numbers: dict[tuple[str, str, str], tuple[str, str]] = {}
    made = []
    for case in cases:
        knowing = replace(case, earlier=dict(taken_), credited=dict(credited)) if taken_ or credited else case
        if knowing.whole and must_post(knowing, profile):
            examined = examine(knowing, knowing.whole, profile, {})
            number = number_of(knowing.whole.header)
            name = (examined.company, knowing.supplier, alike(number))
            rival, its_number = numbers.get(name, ("", ""))
            knowing = replace(knowing, rival=rival, rival_number=its_number)
            posting = None if knowing.rival else examined.posting
            if posting:
                numbers[name] = (knowing.invoice_id, number)
                count = credited if posting.credit else taken_
                for key, quantity in posting.quantities().items():
                    count[key] = exact_sum((count.get(key, _ZERO), quantity))
        made.append(knowing)
    return made
