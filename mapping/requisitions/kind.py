"""Requisitions, IFS to JAGGAER: what is read, what must be known, what is decided (docs/requisitions.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.ifs.models import Requisition as IfsRequisition
from connectors.ifs.models import RequisitionLine, Site
from mapping.findings import readable
from mapping.invoices.gather import grouped, read_strictly
from mapping.kinds import Answers, Ask, IfsRows, JaggaerDetails, JaggaerRecords, Links, Reach, Snapshots, Source
from mapping.purchasing.course import Course, onward, outside
from mapping.purchasing.document import REQUISITION
from mapping.purchasing.gathering import with_charts, with_headers, with_wholes
from mapping.purchasing.looking import must_ask, must_compare
from mapping.references import home_keys
from mapping.requisitions.case import RequisitionCase
from mapping.requisitions.reading import RequisitionRows

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
    record = REQUISITION.record
    sources = (
        Source("ifs", "requisition", _leads_to, document=True),
        Source("ifs", "requisition_line", _leads_to, document=True),
    )

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """What requisitions refer to, and JAGGAER's."""
        return (
            *(Reach("ifs", name) for name in ("site", "account", "code_part_value")),
            Reach("jaggaer", REQUISITION.resource, filters=(REQUISITION.number,)),
        )

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """Asks JAGGAER only for those that are not linked, differ from what was last settled, or were named."""
        numbers = yield from home_keys(references, REQUISITION.record, "ifs")
        cases = yield from _from_ifs(numbers)
        cases = yield from _headers(cases, profile)
        cases = yield from _wholes(cases, profile)
        cases = yield from with_charts(cases, profile)
        return list(cases)

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:
        """Its accounts must be valid on the day on which it goes."""
        assert isinstance(case, RequisitionCase)  # noqa: S101 - gather makes no others
        course = Course(case, profile, as_of, told)
        return outside(course) or onward(course)


def _from_ifs(numbers: frozenset[str]) -> Cases:
    heads = IfsRows("requisition", "RequisitionNo", numbers)
    lines = IfsRows("requisition_line", "RequisitionNo", numbers)
    links, snapshots = Links(REQUISITION.record, "ifs", numbers), Snapshots(REQUISITION.record, numbers)
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
    wanted = frozenset(case.number for case in cases if must_ask(case, profile))
    ask = JaggaerRecords(REQUISITION.resource, REQUISITION.number, wanted)
    answers = yield (ask,)
    return with_headers(cases, answers.rows(ask), REQUISITION)


def _wholes(cases: list[RequisitionCase], profile: Profile) -> Cases:
    """Whole records, where what JAGGAER has is not what was last settled."""
    ids = {case.there_as for case in cases if must_compare(case, profile)} - {""}
    ask = JaggaerDetails(REQUISITION.resource, frozenset(ids))
    answers = yield (ask,)
    return with_wholes(cases, answers.rows(ask), REQUISITION)
