"""Purchase orders, IFS to JAGGAER: what is read, what must be known, what is decided (DESIGN, purchase orders)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.ifs.fields import Record
from connectors.ifs.models import Account, CodePartValue, PreAccounting, Site
from connectors.ifs.models import PurchaseOrder as IfsOrder
from connectors.ifs.models import PurchaseOrderLine as IfsLine
from connectors.jaggaer.models import PurchaseOrder as JaggaerOrder
from connectors.jaggaer.models import read as read_jaggaer
from ifs_jaggaer.errors import Rejected
from mapping.findings import check_numbers, readable
from mapping.kinds import Answers, Ask, IfsRows, JaggaerDetails, JaggaerRecords, Links, Reach, Snapshots, Source
from mapping.purchase_orders_case import OrderCase, codes_of
from mapping.purchase_orders_decision import RECORD, decide_order, must_compare, must_look
from mapping.purchase_orders_reading import OrderRows
from mapping.references import home_keys

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from connectors.wire import Row
    from mapping.kinds import Case, Decision, Instructions
    from mapping.profile import Profile


def _leads_to(row: Row) -> str | None:
    number = row.values.get("OrderNo")
    return f"ifs:{number}" if number else None


class PurchaseOrders:
    """Orders, their lines and distributions; all lead to the order."""

    name = "purchase-orders"
    record = RECORD
    sources = (
        Source("ifs", "purchase_order", _leads_to, scope_attribute="Company", document=True),
        Source("ifs", "purchase_order_line", _leads_to, document=True),
        Source("ifs", "pre_accounting", _leads_to, document=True),
    )

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """What orders refer to, and JAGGAER's orders."""
        return (
            *(Reach("ifs", name) for name in ("site", "account", "code_part_value")),
            Reach("jaggaer", "purchaseorders", filters=("poNumber",)),
        )

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """Asks JAGGAER only for orders that are not linked, or differ from what was last settled."""
        numbers = yield from home_keys(references, RECORD, "ifs")
        cases = yield from _from_ifs(numbers)
        cases = yield from _headers(cases, profile)
        cases = yield from _whole(cases, profile)
        cases = yield from _accounts(cases, profile)
        return list(cases)

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:  # noqa: ARG002
        """Nothing about an order depends on the day."""
        assert isinstance(case, OrderCase)  # noqa: S101 - gather makes no others
        return decide_order(case, profile, told)


def _from_ifs(numbers: frozenset[str]) -> Generator[tuple[Ask, ...], Answers, list[OrderCase]]:
    heads = IfsRows("purchase_order", "OrderNo", numbers)
    lines = IfsRows("purchase_order_line", "OrderNo", numbers)
    shares = IfsRows("pre_accounting", "OrderNo", numbers)
    links = Links(RECORD, "ifs", numbers)
    snapshots = Snapshots(RECORD, numbers)
    answers = yield (heads, lines, shares, links, snapshots)
    faults: dict[str, list[Rejected]] = {}
    head_of = {head.order_no: head for head in _read(IfsOrder, answers.rows(heads), faults)}
    lines_of = _grouped(_read(IfsLine, answers.rows(lines), faults), lambda line: line.order_no)
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
        )
        for number in sorted(numbers)
    ]


def _headers(cases: list[OrderCase], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[OrderCase]]:
    """JAGGAER's headers of the orders that need them, in as few requests as hold their numbers."""
    wanted = frozenset(case.number for case in cases if must_look(case, profile))
    ask = JaggaerRecords("purchaseorders", "poNumber", wanted)
    answers = yield (ask,)
    return _with_records(cases, answers.rows(ask), lambda case, record: replace(case, there=record))


def _whole(cases: list[OrderCase], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[OrderCase]]:
    """Whole records, where what JAGGAER has is not what was last settled."""
    ids = {case.po_id for case in cases if must_compare(case, profile)} - {""}
    ask = JaggaerDetails("purchaseorders", frozenset(ids))
    answers = yield (ask,)

    def joined(case: OrderCase, record: JaggaerOrder) -> OrderCase:
        header = record.header.model_copy(update={"po_id": record.header.po_id or case.po_id})
        return replace(case, there=record.model_copy(update={"header": header}), whole=record)

    return _with_records(cases, answers.rows(ask), joined)


def _accounts(cases: list[OrderCase], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[OrderCase]]:
    """Which accounts and code parts of orders to be sent are neither synchronised nor in IFS."""
    codes = {case.number: codes_of(case, profile) for case in cases if must_look(case, profile)}
    kept = Snapshots("gl_account", frozenset(f"{name}:{value}" for each in codes.values() for name, value in each))
    answers = yield (kept,)
    known = answers.snapshots(kept)
    wanted: dict[str, set[tuple[str, str, str]]] = {}
    for case in cases:
        company = (case.rows and case.rows.head.company) or ""
        wanted[case.number] = {
            (company, profile.code_part(company, name), value)
            for name, value in codes.get(case.number, ())
            if f"{name}:{value}" not in known
        }
    every = {each for mine in wanted.values() for each in mine}
    companies = (("Company", frozenset(company for company, _, _ in every)),)
    accounts = IfsRows("account", "Account", frozenset(v for _, part, v in every if part == "A"), companies)
    values = IfsRows(
        "code_part_value",
        "CodePartValue",
        frozenset(value for _, part, value in every if part != "A"),
        (*companies, ("CodePart", frozenset(part for _, part, _ in every if part != "A"))),
    )
    found = yield (accounts, values)
    there = {(row.company, "A", row.account) for row in readable(Account, found.rows(accounts))[0]} | {
        (row.company, row.code_part, row.code_part_value) for row in readable(CodePartValue, found.rows(values))[0]
    }
    return [
        replace(
            case,
            unknown=frozenset(
                (profile.custom_field(company, part), value) for company, part, value in wanted[case.number] - there
            ),
        )
        for case in cases
    ]


def _with_records(
    cases: list[OrderCase], rows: list[Row], joined: Callable[[OrderCase, JaggaerOrder], OrderCase]
) -> list[OrderCase]:
    found: dict[str, JaggaerOrder] = {}
    faults: dict[str, Rejected] = {}
    for row in rows:
        try:
            check_numbers(row)
            record = read_jaggaer(JaggaerOrder, row)
            found[record.header.po_number] = record
        except Rejected as fault:
            faults[_number_in(row)] = fault
    return [
        joined(case, found[case.number])
        if case.number in found
        else replace(case, faults=(*case.faults, faults[case.number]))
        if case.number in faults
        else case
        for case in cases
    ]


def _number_in(row: Row) -> str:
    header = row.values.get("header")
    return str(header.get("poNumber")) if isinstance(header, dict) else ""


def _read(model: type[Record], rows: list[Row], faults: dict[str, list[Rejected]]) -> list[Record]:
    """The readable rows; the faults of the others under the number of their order."""
    good: list[Record] = []
    for row in rows:
        readable_one, wrong = readable(model, (row,))
        good += readable_one
        if wrong:
            faults.setdefault(str(row.values.get("OrderNo")), []).extend(wrong)
    return good


def _grouped(records: Iterable[Record], key: Callable[[Record], object]) -> dict[object, list[Record]]:
    groups: dict[object, list[Record]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups


PURCHASE_ORDERS = PurchaseOrders()
