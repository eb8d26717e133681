"""What both kinds of document ask for: their records at JAGGAER, and what IFS has of their accounts."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from connectors.jaggaer.models import read
from ifs_jaggaer.errors import Rejected
from mapping.findings import check_numbers
from mapping.kinds import Answers, Ask
from mapping.purchasing.accounts import Chart, Codes, charts, codes_in
from mapping.purchasing.case import DocumentCase
from mapping.purchasing.looking import may_send, must_ask
from mapping.purchasing.model import Wired, Words, model_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.wire import Row
    from mapping.profile import Profile
    from mapping.purchasing.document import DocumentType

Case = TypeVar("Case", bound=DocumentCase)


def with_headers(cases: list[Case], rows: Iterable[Row], document: DocumentType) -> list[Case]:
    """The cases with their headers at JAGGAER where the rows have them; what is unreadable stands as a fault."""
    found, faults = _by_number(rows, document)
    return [
        replace(case, faults=(*case.faults, faults[case.number]))
        if case.number in faults
        else replace(case, there=found.get(case.number, case.there))
        for case in cases
    ]


def with_wholes(cases: list[Case], rows: Iterable[Row], document: DocumentType) -> list[Case]:
    """The same with whole records, which need not show the id by which they were asked for."""
    found, faults = _by_number(rows, document)

    def joined(case: Case) -> Case:
        if case.number in faults:
            return replace(case, faults=(*case.faults, faults[case.number]))
        record = found.get(case.number)
        if record is None:
            return case
        header = record.header.named(case.there_as)
        return replace(case, there=record.model_copy(update={"header": header}), whole=record)

    return [joined(case) for case in cases]


def with_charts(cases: list[Case], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
    """What IFS has of the accounts and code parts of those that may be sent; what has ended is posted to no more."""
    named: dict[str, tuple[str, Codes]] = {}
    for case in cases:
        sends = may_send if case.there else must_ask
        if case.rows and case.opened and case.rows.company and sends(case, profile):
            reading = case.rows.read(profile, case.base(Words.of(profile, case.type)))
            named[case.number] = (case.rows.company, codes_in(reading.order.lines))
    found = yield from charts(named, profile)
    return [replace(case, chart=found.get(case.number, Chart())) for case in cases]


def number_in(row: Row, document: DocumentType) -> str:
    """That of a row of JAGGAER which may not be readable otherwise; "" for none."""
    header = row.values.get("header")
    return str(header.get(document.number) or "") if isinstance(header, dict) else ""


def _by_number(rows: Iterable[Row], document: DocumentType) -> tuple[dict[str, Wired], dict[str, Rejected]]:
    found: dict[str, Wired] = {}
    faults: dict[str, Rejected] = {}
    for row in rows:
        try:
            check_numbers(row)
            record = read(model_of(document), row)
            found[record.header.number] = record
        except Rejected as fault:
            faults[number_in(row, document)] = fault
    return found, faults
