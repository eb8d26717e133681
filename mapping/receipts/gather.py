"""Asks for what receipts are decided from, for many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from connectors.ifs.models import PurchaseOrder, PurchaseOrderLine
from connectors.ifs.models import Receipt as IfsReceipt
from connectors.jaggaer.models import PurchaseOrder as JaggaerOrder
from connectors.jaggaer.models import read as read_jaggaer
from connectors.jaggaer.receipts import Receipt
from ifs_jaggaer.errors import Rejected
from mapping.findings import check_numbers, readable
from mapping.kinds import Answers, Ask, IfsRows, JaggaerDetails, JaggaerHeaders, Links, Snapshots
from mapping.money import exact_sum
from mapping.receipts.case import DONE, RETURN, SEEN, KnownOrder, ReceiptCase, Registered, reference
from mapping.receipts.lines import SET, examine
from mapping.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Generator

    from connectors.wire import Row
    from mapping.kinds import Snapshot
    from mapping.profile import Profile
    from mapping.receipts.case import OrderLineKey

RECORD = "receipt"
_ZERO = Decimal(0)
Cases: TypeAlias = "Generator[tuple[Ask, ...], Answers, list[ReceiptCase]]"


def is_completed(receipt: Receipt, profile: Profile) -> bool:
    """Whether it says that something arrived or went back."""
    return receipt.header.status == profile.words("receipt").to_jaggaer("Completed")


def glance(
    ids: frozenset[str],
) -> Generator[tuple[Ask, ...], Answers, tuple[frozenset[str], list[ReceiptCase]]]:
    """Of receipts to which rows of IFS led those that need a look at JAGGAER, and those of which only IFS is kept.

    What IFS says as it did when the receipt was settled needs neither.
    """
    if not ids:
        return frozenset(), []
    snapshots = Snapshots(RECORD, ids)
    kept = (yield (snapshots,)).snapshots(snapshots)
    cases = [ReceiptCase(key, None, snapshot=kept.get(key)) for key in sorted(ids)]
    references = {reference(case.key, number): (case.key, number) for case in cases for number in case.line_numbers}
    ours = IfsRows(SET, "ReceiptReference", frozenset(references))
    registered, faults = _registered((yield (ours,)).rows(ours), references)
    cases = [
        replace(case, registered=registered.get(case.key, {}), faults=faults.get(case.key, ()), glanced=True)
        for case in cases
    ]
    seen = {case.key: case.unchanged_in_ifs() for case in cases}
    unlike = frozenset(key for key, unchanged in seen.items() if unchanged is False)
    return unlike, [case for case in cases if seen[case.key] is None]


def records(ids: frozenset[str]) -> Cases:
    """What JAGGAER shows of them, and what is kept."""
    links, snapshots = Links(RECORD, "jaggaer", ids), Snapshots(RECORD, ids)
    answers = yield (links, snapshots)
    link_of, snapshot_of = answers.links(links), answers.snapshots(snapshots)
    shown = JaggaerHeaders("receipts", ids, _since(ids, snapshot_of))
    answers = yield (shown,)
    found: dict[str, Receipt] = {}
    faults: dict[str, Rejected] = {}
    for row in answers.rows(shown):
        try:
            check_numbers(row)
            found[row.key[-1]] = read_jaggaer(Receipt, row)
        except Rejected as fault:
            faults[row.key[-1]] = fault
    return [
        ReceiptCase(
            receipt_id=key,
            receipt=found.get(key),
            faults=(faults[key],) if key in faults else (),
            link=link_of.get(key),
            snapshot=snapshot_of.get(key),
        )
        for key in sorted(ids)
    ]


def _since(ids: frozenset[str], known: Mapping[str, Snapshot]) -> datetime | None:
    """When the first of them was changed last; None where that is not known of all."""
    seen = [(known[key].fields.get(SEEN) if key in known else None) or "" for key in ids]
    return datetime.fromisoformat(min(seen)) if seen and all(seen) else None


def surroundings(cases: list[ReceiptCase], profile: Profile) -> Cases:
    """What carries our mark in IFS, their orders, and what IFS shows of returns."""
    references = {reference(case.key, number): (case.key, number) for case in cases for number in case.line_numbers}
    orders = frozenset(number for case in cases if (number := _order_of(case)))
    of_returns = frozenset(number for case in cases if (number := _order_of(case)) and _returns(case, profile))
    ours = IfsRows(SET, "ReceiptReference", frozenset(references))
    heads = IfsRows("purchase_order", "OrderNo", orders)
    lines = IfsRows("purchase_order_line", "OrderNo", orders)
    links = Links("purchase_order", "ifs", orders)
    arrived = IfsRows(SET, "OrderNo", of_returns)
    answers = yield (ours, heads, lines, links, arrived)
    registered, faults = _registered(answers.rows(ours), references)
    lines_of: dict[str, list[PurchaseOrderLine]] = {}
    for line in readable(PurchaseOrderLine, answers.rows(lines))[0]:
        lines_of.setdefault(line.order_no or "", []).append(line)
    watches = Watch.each(lines.set, lines.attribute, orders, answers.rows(lines))
    known = {
        head.order_no or "": KnownOrder(
            head,
            {(line.line_no or "", line.release_no or ""): line for line in lines_of.get(head.order_no or "", ())},
            answers.links(links).get(head.order_no or ""),
            watches[head.order_no or ""],
        )
        for head in readable(PurchaseOrder, answers.rows(heads))[0]
    }
    returned = _sent_back(readable(IfsReceipt, answers.rows(arrived))[0], lines_of)
    received = yield from _received_at_jaggaer([known[number] for number in sorted(of_returns) if number in known])
    return [
        replace(
            case,
            faults=(*case.faults, *faults.get(case.key, ())),
            registered=registered.get(case.key, {}),
            order=known.get(_order_of(case)),
            returned=returned,
            received=received.get(_order_of(case), {}),
        )
        for case in cases
    ]


def one_after_the_other(cases: list[ReceiptCase], profile: Profile) -> list[ReceiptCase]:
    """Each of several receipts on one order line knows what those before it will have taken of it."""
    taken: dict[OrderLineKey, Decimal] = {}
    claimed: dict[OrderLineKey, Decimal] = {}
    made = []
    for case in cases:
        knowing = replace(case, earlier=dict(taken), claimed=dict(claimed))
        made.append(knowing)
        if not knowing.receipt or knowing.faults or not is_completed(knowing.receipt, profile):
            continue
        for end in examine(knowing, knowing.receipt, profile):
            if end.moves:
                key, quantity = end.moves
                sums = taken if end.create else claimed
                sums[key] = exact_sum((sums.get(key, _ZERO), quantity))
    return made


def _order_of(case: ReceiptCase) -> str:
    return (case.receipt.header.po_number if case.receipt else None) or ""


def _returns(case: ReceiptCase, profile: Profile) -> bool:
    """Whether something went back that IFS was not seen to show."""
    if not case.receipt or not is_completed(case.receipt, profile):
        return False
    word = profile.words("receipt").to_jaggaer("Return")
    return any(
        line.type == word and case.kept(f"{RETURN}{line.line_number}") != DONE for line in case.receipt.lines or ()
    )


def _registered(
    rows: Iterable[Row], references: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, dict[str, tuple[Registered, ...]]], dict[str, tuple[Rejected, ...]]]:
    """By receipt and line number. One that cannot be read is a fault of its receipt: overlooked, it is doubled."""
    found: dict[str, dict[str, tuple[Registered, ...]]] = {}
    faults: dict[str, tuple[Rejected, ...]] = {}
    for row in rows:
        mark = str(row.values.get("ReceiptReference"))
        if mark not in references:
            continue
        receipt_id, number = references[mark]
        good, wrong = readable(IfsReceipt, (row,))
        if wrong:
            faults[receipt_id] = (*faults.get(receipt_id, ()), *wrong)
        of_receipt = found.setdefault(receipt_id, {})
        of_receipt[number] = (*of_receipt.get(number, ()), *(Registered(one, row) for one in good))
    return {key: _in_order(of_receipt) for key, of_receipt in found.items()}, faults


def _in_order(of_receipt: Mapping[str, tuple[Registered, ...]]) -> dict[str, tuple[Registered, ...]]:
    """Each line's as IFS numbered them."""
    return {
        number: tuple(sorted(some, key=lambda one: (len(one.number), one.number)))
        for number, some in of_receipt.items()
    }


def _sent_back(
    receipts: Iterable[IfsReceipt], lines_of: Mapping[str, Iterable[PurchaseOrderLine]]
) -> dict[OrderLineKey, Decimal]:
    """What arrived of each order line, less what IFS counts as received."""
    arrived: dict[OrderLineKey, Decimal] = {}
    for one in receipts:
        if one.objstate != "Cancelled":
            key = (one.order_no or "", one.line_no or "", one.release_no or "")
            arrived[key] = exact_sum((arrived.get(key, _ZERO), one.qty_arrived or _ZERO))
    received = {
        (line.order_no or "", line.line_no or "", line.release_no or ""): line.qty_received or _ZERO
        for lines in lines_of.values()
        for line in lines
    }
    return {key: exact_sum((arrived.get(key, _ZERO), -quantity)) for key, quantity in received.items()}


def _received_at_jaggaer(
    orders: list[KnownOrder],
) -> Generator[tuple[Ask, ...], Answers, dict[str, dict[str, Decimal]]]:
    """What JAGGAER counts as received, by order and line number."""
    ask = JaggaerDetails("purchaseorders", frozenset(order.link.jaggaer_key for order in orders if order.link))
    if not ask.ids:
        return {}
    found: dict[str, dict[str, Decimal]] = {}
    for row in (yield (ask,)).rows(ask):
        try:
            check_numbers(row)
            order = read_jaggaer(JaggaerOrder, row)
        except Rejected:
            continue
        found[order.header.po_number] = {
            line.line_number: line.received_quantity or _ZERO for line in order.lines or ()
        }
    return found
