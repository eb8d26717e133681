"""Requisitions, IFS to JAGGAER: what is read, what must be known, what is decided (docs/requisitions.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.ifs.models import Requisition as IfsRequisition
from connectors.ifs.models import RequisitionLine, Site
from connectors.jaggaer.models import Requisition
from connectors.jaggaer.models import read as read_jaggaer
from ifs_jaggaer.errors import Rejected
from mapping.findings import check_numbers, readable
from mapping.invoices.gather import grouped, read_strictly
from mapping.kinds import Answers, Ask, IfsRows, JaggaerDetails, JaggaerRecords, Links, Reach, Snapshots, Source
from mapping.purchasing.accounts import Chart, charts, codes_in
from mapping.purchasing.document import REQUISITION
from mapping.references import home_keys
from mapping.requisitions.case import RequisitionCase, aim
from mapping.requisitions.decision import RECORD, decide_requisition, must_compare, must_look
from mapping.requisitions.reading import STATUS, RequisitionRows

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date
    from typing import TypeAlias

    from connectors.wire import Row
    from mapping.kinds import Case, Decision, Instructions
    from mapping.profile import Profile

    Cases: TypeAlias = Generator[tuple[Ask, ...], Answers, list[RequisitionCase]]


def _leads_to(row: Row) -> str | None:
    number = row.values.get("RequisitionNo")
    return f"ifs:{number}" if number else None


class Requisitions:
    """Requisitions and their lines; both lead to the requisition."""

    name = "requisitions"
    record = RECORD
    sources = (
        Source("ifs", "requisition", _leads_to, document=True),
        Source("ifs", "requisition_line", _leads_to, document=True),
    )

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """What requisitions refer to, and JAGGAER's."""
        return (
            *(Reach("ifs", name) for name in ("site", "account", "code_part_value")),
            Reach("jaggaer", REQUISITION.resource, filters=("requisitionNumber",)),
        )

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """Asks JAGGAER only for those that are not linked, or differ from what was last settled."""
        numbers = yield from home_keys(references, RECORD, "ifs")
        cases = yield from _from_ifs(numbers)
        cases = yield from _headers(cases, profile)
        cases = yield from _wholes(cases, profile)
        cases = yield from _accounts(cases, profile)
        return list(cases)

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:
        """Its accounts must be valid on the day on which it goes."""
        assert isinstance(case, RequisitionCase)  # noqa: S101 - gather makes no others
        return decide_requisition(case, profile, as_of, told)


def _from_ifs(numbers: frozenset[str]) -> Cases:
    heads = IfsRows("requisition", "RequisitionNo", numbers)
    lines = IfsRows("requisition_line", "RequisitionNo", numbers)
    links, snapshots = Links(RECORD, "ifs", numbers), Snapshots(RECORD, numbers)
    answers = yield (heads, lines, links, snapshots)
    found, odd = read_strictly(IfsRequisition, answers.rows(heads), "RequisitionNo")
    every_line, odd_lines = read_strictly(RequisitionLine, answers.rows(lines), "RequisitionNo")
    head_of = {head.requisition_no: head for head in found}
    lines_of = grouped(every_line, lambda line: line.requisition_no)
    sites = IfsRows("site", "Contract", frozenset(head.contract for head in found if head.contract))
    vendors = Links("supplier", "ifs", frozenset(line.vendor_no for line in every_line if line.vendor_no))
    further = yield (sites, vendors)
    site_of = {site.contract: site for site in readable(Site, further.rows(sites))[0]}
    linked = frozenset(further.links(vendors))

    def rows_of(number: str) -> RequisitionRows | None:
        head = head_of.get(number)
        if head is None:
            return None
        return RequisitionRows(head, tuple(lines_of.get(number, ())), site_of.get(head.contract), linked)

    return [
        RequisitionCase(
            number=number,
            rows=rows_of(number),
            faults=(*odd.get(number, ()), *odd_lines.get(number, ())),
            link=answers.links(links).get(number),
            snapshot=answers.snapshots(snapshots).get(number),
        )
        for number in sorted(numbers)
    ]


def _headers(cases: list[RequisitionCase], profile: Profile) -> Cases:
    """JAGGAER's headers of those that need them, in as few requests as hold their numbers."""
    wanted = frozenset(case.number for case in cases if must_look(case, profile))
    ask = JaggaerRecords(REQUISITION.resource, "requisitionNumber", wanted)
    answers = yield (ask,)
    return _joined(cases, answers.rows(ask), whole=False)


def _wholes(cases: list[RequisitionCase], profile: Profile) -> Cases:
    """Whole records, where what JAGGAER has is not what was last settled."""
    ids = {case.there_as for case in cases if must_compare(case, profile)} - {""}
    ask = JaggaerDetails(REQUISITION.resource, frozenset(ids))
    answers = yield (ask,)
    return _joined(cases, answers.rows(ask), whole=True)


def _accounts(cases: list[RequisitionCase], profile: Profile) -> Cases:
    """What IFS has of the accounts and code parts of those to be sent."""
    named = {
        case.number: (case.rows.company, codes_in(aim(case, profile, {}).order.lines))
        for case in cases
        if case.rows and case.rows.company and must_look(case, profile) and STATUS.get(case.state) == "Pending"
    }
    found = yield from charts(named, profile)
    return [replace(case, chart=found.get(case.number, Chart())) for case in cases]


def _joined(cases: list[RequisitionCase], rows: list[Row], *, whole: bool) -> list[RequisitionCase]:
    found: dict[str, Requisition] = {}
    faults: dict[str, Rejected] = {}
    for row in rows:
        try:
            check_numbers(row)
            record = read_jaggaer(Requisition, row)
            found[record.header.requisition_number] = record
        except Rejected as fault:
            header = row.values.get("header")
            faults[str(header.get("requisitionNumber")) if isinstance(header, dict) else ""] = fault

    def joined(case: RequisitionCase) -> RequisitionCase:
        if case.number in faults:
            return replace(case, faults=(*case.faults, faults[case.number]))
        record = found.get(case.number)
        if record is None:
            return case
        if not whole:
            return replace(case, there=record)
        header = record.header.model_copy(update={"requisition_id": record.header.requisition_id or case.there_as})
        return replace(case, there=record.model_copy(update={"header": header}), whole=record)

    return [joined(case) for case in cases]
