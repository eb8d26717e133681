"""Purchase orders, IFS to JAGGAER, their status back: what is read, what is decided (DESIGN, purchase orders)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from connectors.ifs.fields import Record
from connectors.ifs.models import PreAccounting, Site
from connectors.ifs.models import PurchaseOrder as IfsOrder
from connectors.ifs.models import PurchaseOrderLine as IfsLine
from ifs_jaggaer.errors import Rejected
from mapping.findings import readable
from mapping.kinds import (
    Answers,
    Ask,
    IfsRows,
    JaggaerDetails,
    JaggaerPost,
    JaggaerRecords,
    Links,
    Reach,
    Snapshots,
    Source,
)
from mapping.purchase_orders.case import OrderCase
from mapping.purchase_orders.decision import decide_order
from mapping.purchase_orders.reading import OrderRows
from mapping.purchasing.document import ORDER
from mapping.purchasing.gathering import number_in, with_charts, with_headers, with_wholes
from mapping.purchasing.looking import must_compare
from mapping.purchasing.model import Words

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date
    from typing import TypeAlias

    from connectors.wire import Row
    from mapping.kinds import Case, Decision, Instructions, Write
    from mapping.profile import Profile

    Cases: TypeAlias = Generator[tuple[Ask, ...], Answers, list[OrderCase]]


T = TypeVar("T")


def _leads_to(row: Row) -> str | None:
    number = row.values.get("OrderNo")
    return f"ifs:{number}" if number else None


def _unnamed(row: Row) -> bool:
    return row.kind == "pre_accounting" and not row.values.get("OrderNo")


def _known_there(row: Row) -> str | None:
    """By its number, which is IFS's; whether the order is ours is seen when it is looked at."""
    number = number_in(row, ORDER)
    return f"jaggaer:{number}" if number else None


class PurchaseOrders:
    """Orders, their lines and distributions; all lead to the order.

    JAGGAER's orders are polled for what comes back of ours; those that others made there, without link and mark, are
    out of scope.
    """

    name = "purchase-orders"
    record = ORDER.record
    sources = (
        Source("ifs", "purchase_order", _leads_to, scope_attribute="Company", document=True),
        Source("ifs", "purchase_order_line", _leads_to, document=True),
        Source("ifs", "pre_accounting", _leads_to, document=True),
        Source("jaggaer", ORDER.resource, _known_there, document=True),
    )

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:
        """What orders refer to, JAGGAER's orders, and the confirmation where it is asked for."""
        confirm = (Reach("ifs", "purchase_order", actions=("confirm",)),) if profile.purchase_orders.confirm else ()
        return (
            *(Reach("ifs", name) for name in ("site", "account", "code_part_value")),
            *confirm,
            Reach("jaggaer", ORDER.resource, filters=(ORDER.number,)),
        )

    def named_by(self, rows: Iterable[Row], profile: Profile) -> IfsRows | None:
        """The lines that have distributions which do not state their order."""
        ids = frozenset(str(row.values.get("PreAccountingId")) for row in rows if _unnamed(row))
        known = "PreAccountingId" in profile.ifs_set("purchase_order_line").present
        return IfsRows("purchase_order_line", "PreAccountingId", ids) if ids and known else None

    def led(self, rows: Iterable[Row], by: Iterable[Row]) -> Mapping[tuple[str, tuple[str, ...]], str]:
        """Distributions that do not state their order belong to that of the line which has their number."""
        order_of = {
            str(line.values["PreAccountingId"]): reference
            for line in by
            if line.kind == "purchase_order_line"
            and line.values.get("PreAccountingId") is not None
            and (reference := _leads_to(line))
        }
        unnamed = {(row.kind, row.key): str(row.values.get("PreAccountingId")) for row in rows if _unnamed(row)}
        return {at: order_of[number] for at, number in unnamed.items() if number in order_of}

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """JAGGAER's headers of all of them in one look-up; orders whole only where they differ, or tell something new.

        What JAGGAER alone shows, and shows as it was settled, is our own doing and makes no case.
        """
        named = frozenset(reference for reference in references if reference.startswith("ifs:"))
        numbers = frozenset(reference.partition(":")[2] for reference in named)
        polled = yield from _moved(references - named, profile)
        cases = yield from _from_ifs(numbers | polled)
        cases = yield from _headers(cases, at_hand=polled - numbers)
        cases = yield from _wholes(cases, profile)
        cases = yield from with_charts(cases, profile)
        return list(cases)

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:
        """The accounts of an order must be valid on the day on which it goes."""
        assert isinstance(case, OrderCase)  # noqa: S101 - gather makes no others
        return decide_order(case, profile, as_of, told)

    def refused(self, write: Write, refusal: Rejected, profile: Profile) -> frozenset[str]:  # noqa: ARG002
        """What of the acknowledgement IFS refused; of what goes to JAGGAER nothing goes by parts."""
        return frozenset() if isinstance(write, JaggaerPost) else frozenset(each.field for each in write.changes)


def _moved(references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, frozenset[str]]:
    """Orders of ours that are not at JAGGAER as they were settled; named by number, or by a person by JAGGAER's key."""
    named = frozenset(reference.partition(":")[2] for reference in references)
    if not named:
        return frozenset()
    by_number, by_id = Links(ORDER.record, "ifs", named), Links(ORDER.record, "jaggaer", named)
    snapshots = Snapshots(ORDER.record, named)
    headers = JaggaerRecords(ORDER.resource, ORDER.number, named, at_hand=True)
    answers = yield (by_number, by_id, snapshots, headers)
    links, settled = answers.links(by_number), answers.snapshots(snapshots)
    cases = [OrderCase(at, None, link=links.get(at), snapshot=settled.get(at)) for at in sorted(named)]
    seen = with_headers(cases, answers.rows(headers), ORDER)
    moved = {case.number for case in seen if (case.link or case.mark) and not case.quiet(Words.of(profile))}
    return frozenset(moved | {link.ifs_key for link in answers.links(by_id).values()})


def _from_ifs(numbers: frozenset[str]) -> Cases:
    heads = IfsRows("purchase_order", "OrderNo", numbers)
    lines = IfsRows("purchase_order_line", "OrderNo", numbers)
    shares = IfsRows("pre_accounting", "OrderNo", numbers)
    links = Links(ORDER.record, "ifs", numbers)
    snapshots = Snapshots(ORDER.record, numbers)
    answers = yield (heads, lines, shares, links, snapshots)
    faults: dict[str, list[Rejected]] = {}
    head_rows, line_rows = answers.rows(heads), answers.rows(lines)
    rows_by = _grouped((*head_rows, *line_rows), lambda row: row.key[0])
    head_of = {head.order_no: head for head in _read(IfsOrder, head_rows, faults)}
    lines_of = _grouped(_read(IfsLine, line_rows, faults), lambda line: line.order_no)
    every_share = _read(PreAccounting, answers.rows(shares), faults)

    # A distribution may come without its order's number: then by its own.
    named = {line.pre_accounting_id for mine in lines_of.values() for line in mine}
    missing = named - {share.pre_accounting_id for share in every_share} - {None}
    by_id = IfsRows("pre_accounting", "PreAccountingId", frozenset(map(str, missing)))
    sites = IfsRows("site", "Contract", frozenset(head.contract for head in head_of.values() if head.contract))
    vendors = Links("supplier", "ifs", frozenset(head.vendor_no for head in head_of.values() if head.vendor_no))
    further = yield (by_id, sites, vendors)
    every_share += _read(PreAccounting, further.rows(by_id), faults)
    shares_of = _grouped(every_share, lambda share: share.pre_accounting_id)
    unnamed_of = _grouped(every_share, lambda share: share.order_no)
    site_of = {site.contract: site for site in readable(Site, further.rows(sites))[0]}
    vendor_of = further.links(vendors)

    def rows_of(number: str) -> OrderRows | None:
        head = head_of.get(number)
        if head is None:
            return None
        mine = tuple(lines_of.get(number, ()))
        ids = {line.pre_accounting_id for line in mine} - {None}
        own = [share for of in ids for share in shares_of.get(of, ())]
        others = [share for share in unnamed_of.get(number, ()) if share.pre_accounting_id not in ids]
        return OrderRows(head, mine, (*own, *others), site_of.get(head.contract))

    return [
        OrderCase(
            number=number,
            rows=(rows := rows_of(number)),
            faults=tuple(faults.get(number, ())),
            supplier=vendor_of.get((rows and rows.head.vendor_no) or ""),
            link=answers.links(links).get(number),
            snapshot=answers.snapshots(snapshots).get(number),
            etags={(row.kind, *row.key): row.etag for row in rows_by.get(number, ())},
        )
        for number in sorted(numbers)
    ]


def _headers(cases: list[OrderCase], at_hand: frozenset[str]) -> Cases:
    """JAGGAER's headers of the orders, in as few requests as hold their numbers; `at_hand`: just polled."""
    wanted = frozenset(case.number for case in cases if case.must_look)
    anew = JaggaerRecords(ORDER.resource, ORDER.number, wanted - at_hand)
    polled = JaggaerRecords(ORDER.resource, ORDER.number, wanted & at_hand, at_hand=True)
    answers = yield (anew, polled)
    return with_headers(cases, [*answers.rows(anew), *answers.rows(polled)], ORDER)


def _wholes(cases: list[OrderCase], profile: Profile) -> Cases:
    """Whole records, where what JAGGAER has is not what was last settled, or may hold what the supplier promised."""
    ids = {case.there_as for case in cases if case.must_read or must_compare(case, profile)} - {""}
    ask = JaggaerDetails(ORDER.resource, frozenset(ids))
    answers = yield (ask,)
    return with_wholes(cases, answers.rows(ask), ORDER)


def _read(model: type[Record], rows: list[Row], faults: dict[str, list[Rejected]]) -> list[Record]:
    """The readable rows; the faults of the others under the number of their order."""
    good: list[Record] = []
    for row in rows:
        readable_one, wrong = readable(model, (row,))
        good += readable_one
        if wrong:
            faults.setdefault(str(row.values.get("OrderNo")), []).extend(wrong)
    return good


def _grouped(records: Iterable[T], key: Callable[[T], object]) -> dict[object, list[T]]:
    groups: dict[object, list[T]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups


PURCHASE_ORDERS = PurchaseOrders()
