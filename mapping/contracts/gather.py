"""Reads what contracts are decided from, many of them in a handful of requests, whichever side asked."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from connectors.jaggaer.contracts import ContractSupplier
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping.contracts.case import ContractCase, agreement_code
from mapping.contracts.model import AGREEMENT, PRICE, RECORD, RESOURCE, Terms, mark_of, terms_of
from mapping.kinds import Answers, Ask, Case, IfsRows, JaggaerHeaders, Link, Links, Snapshot, Snapshots, announced_kind
from mapping.profile import Profile
from mapping.watching import Watch


@dataclass(slots=True)
class _Known:
    """What was read so far, by key."""

    records: dict[str, Row] = field(default_factory=dict)
    agreements: dict[str, Row] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    bases: dict[str, Snapshot] = field(default_factory=dict)
    announced: dict[str, Snapshot] = field(default_factory=dict)
    prices: dict[str, list[Row]] = field(default_factory=dict)
    marked: dict[str, Watch] = field(default_factory=dict)
    by_number: dict[str, Link] = field(default_factory=dict)
    by_bravo: dict[str, Link] = field(default_factory=dict)


def gather(references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
    """Every contract that the references lead to, from whichever side."""
    known = _Known()
    codes = _keys(references, "jaggaer")
    ids = _keys(references, "ifs")
    if ids:
        codes |= yield from _codes_of(ids, known)
    if not codes:
        return []
    shown, linked = JaggaerHeaders(RESOURCE, codes), Links(RECORD, "jaggaer", codes)
    kept, marked = Snapshots(RECORD, codes), IfsRows(AGREEMENT, "ExternalReference", frozenset(map(mark_of, codes)))
    announced = Snapshots(announced_kind(RECORD), codes)
    answers = yield (shown, linked, kept, marked, announced)
    known.records = {row.key[-1]: row for row in answers.rows(shown)}
    known.links, known.bases = answers.links(linked), answers.snapshots(kept)
    known.announced = answers.snapshots(announced)
    known.agreements |= {row.key[-1]: row for row in answers.rows(marked)}
    known.marked = Watch.each(marked.set, marked.attribute, marked.values, answers.rows(marked))
    read = {code: _terms(row, profile) for code, row in known.records.items()}
    terms = {code: found for code, found in read.items() if isinstance(found, Terms)}
    yield from _surroundings(codes, terms.values(), known)
    cases = (_case(code, read.get(code), known) for code in sorted(codes))
    return [case for case in cases if case is not None]


def _keys(references: Iterable[str], system: str) -> frozenset[str]:
    parted = (reference.partition(":") for reference in references)
    return frozenset(key for side, _, key in parted if side == system and key)


def _codes_of(ids: frozenset[str], known: _Known) -> Generator[tuple[Ask, ...], Answers, frozenset[str]]:
    """The contracts of agreements: by link, else by mark; an agreement without either is somebody else's."""
    linked, rows = Links(RECORD, "ifs", ids), IfsRows(AGREEMENT, "AgreementId", ids)
    answers = yield (linked, rows)
    links = answers.links(linked)
    known.agreements = {row.key[-1]: row for row in answers.rows(rows)}
    codes = {link.jaggaer_key for link in links.values()}
    codes |= {agreement_code(row) for key, row in known.agreements.items() if key not in links}
    return frozenset(codes - {""})


def _surroundings(
    codes: frozenset[str], terms: Iterable[Terms], known: _Known
) -> Generator[tuple[Ask, ...], Answers, None]:
    """Linked agreements that no mark led to, prices of all that are in question, the suppliers."""
    linked = frozenset(link.ifs_key for link in known.links.values())
    marked = frozenset(key for key, row in known.agreements.items() if agreement_code(row) in codes)
    rows = IfsRows(AGREEMENT, "AgreementId", linked.difference(known.agreements))
    prices = IfsRows(PRICE, "AgreementId", linked | marked)
    told = [each.supplier for each in terms]
    by_number = Links("supplier", "ifs", frozenset(one.ext_code for one in told if one.ext_code))
    by_bravo = Links("supplier", "jaggaer", frozenset(one.bravo_id for one in told if one.bravo_id))
    answers = yield (rows, prices, by_number, by_bravo)
    known.agreements |= {row.key[-1]: row for row in answers.rows(rows)}
    for row in answers.rows(prices):
        known.prices.setdefault(row.key[0], []).append(row)
    known.by_number, known.by_bravo = answers.links(by_number), answers.links(by_bravo)


def _terms(row: Row, profile: Profile) -> Terms | Rejected:
    try:
        return terms_of(row, profile)
    except Rejected as fault:
        return fault


def _case(code: str, read: Terms | Rejected | None, known: _Known) -> ContractCase | None:
    """None for a contract that neither system has."""
    link = known.links.get(code)
    marked = tuple(row for row in known.agreements.values() if agreement_code(row) == code)
    agreement = known.agreements.get(link.ifs_key) if link else marked[0] if len(marked) == 1 else None
    if read is None and link is None and not marked:
        return None
    terms = read if isinstance(read, Terms) else None
    found = _suppliers(terms.supplier, known) if terms else ()
    return ContractCase(
        code=code,
        terms=terms,
        fault=read if isinstance(read, Rejected) else None,
        link=link,
        base=known.bases.get(code),
        announced=known.announced.get(code),
        agreement=agreement,
        twins=marked if link is None and len(marked) > 1 else (),
        marked=known.marked.get(mark_of(code)),
        prices=tuple(known.prices.get(agreement.key[-1], ())) if agreement else (),
        supplier=found[0] if len(found) == 1 else "",
        suppliers=found if len(found) > 1 else (),
    )


def _suppliers(told: ContractSupplier, known: _Known) -> tuple[str, ...]:
    """IFS's number of the supplier; two where JAGGAER's id and the number it shows are of different ones."""
    links = (known.by_bravo.get(told.bravo_id or ""), known.by_number.get(told.ext_code or ""))
    return tuple(dict.fromkeys(link.ifs_key for link in links if link))
