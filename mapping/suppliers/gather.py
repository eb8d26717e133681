"""Reads what a decision about suppliers needs: many keys in one request, whichever side asked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from connectors.wire import Row
from ifs_jaggaer.errors import System
from mapping.fields import Texts, at_ifs, at_jaggaer, number_key, one
from mapping.kinds import Answers, Ask, IfsRows, JaggaerRecords, Link, Links, Snapshot, Snapshots
from mapping.profile import Profile
from mapping.suppliers.case import PARTS, RECORD, RESOURCE, SETS, IfsSupplier, SupplierCase, bravo_id, supplier_id
from mapping.suppliers.match import Doubt, Matches, match, name_key

GENERAL = SETS["general"]
OF_LEAD = frozenset({"finance", "bank"})
"""Parts that are one row a company: those of the leading company count (contracts/mapping.md)."""

Step: TypeAlias = "Generator[tuple[Ask, ...], Answers, None]"


def is_seller(record: Row) -> bool:
    """Buyers are companies too."""
    return one(at_jaggaer(record, "info.type")) in {"", "SELLER"}


@dataclass(slots=True)
class Known:
    """What was read so far, by key."""

    profile: Profile
    wanted: dict[System, set[str]] = field(default_factory=lambda: {"ifs": set(), "jaggaer": set()})
    generals: dict[str, Row] = field(default_factory=dict)
    records: dict[str, Row] = field(default_factory=dict)
    parts: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    by_ifs: dict[str, Link] = field(default_factory=dict)
    by_jaggaer: dict[str, Link] = field(default_factory=dict)
    bases: dict[str, Snapshot] = field(default_factory=dict)

    # --- first: what was asked for ---

    def asked_for(self, references: Iterable[str]) -> Step:
        """The records themselves, their links, and, of what IFS names, all rows."""
        for reference in references:
            system, _, key = reference.partition(":")
            self.wanted["ifs" if system == "ifs" else "jaggaer"].add(key)
        yield from self._read(
            generals={"SupplierId": self.wanted["ifs"]},
            records={"BRAVOID": self.wanted["jaggaer"]},
            parts_of=self.wanted["ifs"],
            links=(self.wanted["ifs"], self.wanted["jaggaer"]),
        )
        self.wanted["jaggaer"] = {key for key in self.wanted["jaggaer"] if self._is_seller(key)}

    def _is_seller(self, bravo: str) -> bool:
        return bravo in self.by_jaggaer or (bravo in self.records and is_seller(self.records[bravo]))

    # --- then: who they may be on the other side ---

    def counterparts(self) -> Step:
        """The linked ones by their link; for the others whoever shares a mark, a number or a name."""
        ours = [self.generals[key] for key in self._unlinked("ifs") if key in self.generals]
        theirs = [self.records[key] for key in self._unlinked("jaggaer") if key in self.records]
        taxes = _spellings(
            (*(at_ifs(row, "VatNo") for row in ours), *(at_jaggaer(row, "info.extUniqueCode") for row in theirs))
        )
        generals: dict[str, set[str]] = {
            "SupplierId": {link.ifs_key for link in self.by_jaggaer.values()}
            | {one(at_jaggaer(row, "info.extCode")) for row in theirs},
            "VatNo": taxes,
            "AssociationNo": _spellings(at_jaggaer(row, "info.fiscalCode") for row in theirs),
            "Name": _names_alike(one(at_jaggaer(row, "info.companyName")) for row in theirs),
        }
        if "Cf_JaggaerId" in self.profile.ifs_set(GENERAL).present:
            generals["Cf_JaggaerId"] = {bravo_id(row) for row in theirs}
        records: dict[str, set[str]] = {"BRAVOID": {link.jaggaer_key for link in self.by_ifs.values()}}
        if ours and self.profile.suppliers.compare_names:
            # JAGGAER cannot be asked for a name: all of it is read, and only look-alikes are kept.
            records["TYPE"] = {"SELLER"}
        elif ours:
            records["BRAVOID"] |= {one(at_ifs(row, "Cf_JaggaerId")) for row in ours}
            records["extCode"] = {supplier_id(row) for row in ours}
            records["extUniqueCode"] = taxes
            records["fiscalCode"] = _spellings(at_ifs(row, "AssociationNo") for row in ours)
        before = set(self.generals), set(self.records)
        yield from self._read(generals=generals, records=records, keep=_resembling(ours))
        found = set(self.generals) - before[0], set(self.records) - before[1]
        linked = {link.ifs_key for link in self.by_jaggaer.values()}
        yield from self._read(
            parts_of=linked - self.wanted["ifs"],
            links=(found[0] - set(self.by_ifs), found[1] - set(self.by_jaggaer)),
        )

    def _unlinked(self, side: System) -> list[str]:
        links = self.by_ifs if side == "ifs" else self.by_jaggaer
        return sorted(key for key in self.wanted[side] if key not in links)

    def matches(self) -> Matches:
        """Pairs and doubts among all that was read."""
        linked = {link.ifs_key: link.jaggaer_key for links in (self.by_ifs, self.by_jaggaer) for link in links.values()}
        sellers = [row for row in self.records.values() if is_seller(row)]
        return match(self.generals.values(), sellers, linked)

    def rows_of_matched(self, matches: Matches) -> Step:
        """All rows of the suppliers of IFS that were found only now."""
        found = {ours for ours, theirs in matches.pairs.items() if theirs in self.wanted["jaggaer"]}
        yield from self._read(parts_of=found - self.wanted["ifs"])

    # --- at last ---

    def cases(self, matches: Matches) -> list[SupplierCase]:
        """Each supplier once, from whichever side it was asked for."""
        cases: dict[str, SupplierCase] = {}
        back = {theirs: ours for ours, theirs in matches.pairs.items()}
        for key in sorted(self.wanted["ifs"]):
            link = self.by_ifs.get(key)
            if link is None and key not in self.generals:
                continue
            theirs = link.jaggaer_key if link else matches.pairs.get(key, "")
            case = self._case(key, theirs, link, matches.ifs.get(key), matches.by.get(key, ""))
            cases[case.key] = case
        for key in sorted(self.wanted["jaggaer"]):
            link = self.by_jaggaer.get(key)
            ours = link.ifs_key if link else back.get(key, "")
            case = self._case(ours, key, link, matches.jaggaer.get(key), matches.by.get(ours, ""))
            cases.setdefault(case.key, case)
        return list(cases.values())

    def _case(self, ours: str, theirs: str, link: Link | None, doubt: Doubt | None, by: str) -> SupplierCase:
        general, record = self.generals.get(ours), self.records.get(theirs)
        supplier = None
        if general is not None:
            parts = {head: rows.get(ours, []) for head, rows in self.parts.items()}
            supplier = IfsSupplier.of(general, parts)
        known = self.generals if supplier is None else self.records
        return SupplierCase(
            ifs=supplier,
            record=record,
            link=link,
            matched_by="" if link else by,
            base=self.bases.get(ours),
            doubt=doubt.reason if doubt and link is None else "",
            candidates=tuple(known[key] for key in doubt.candidates if key in known) if doubt else (),
        )

    # --- reading ---

    def _read(
        self,
        *,
        generals: Mapping[str, set[str]] | None = None,
        records: Mapping[str, set[str]] | None = None,
        parts_of: Iterable[str] = (),
        links: tuple[Iterable[str], Iterable[str]] = ((), ()),
        keep: Callable[[Row], bool] | None = None,
    ) -> Step:
        """One round of requests; values that are empty or known already are not asked for."""
        general_asks = [
            IfsRows(GENERAL, attribute, wanted, any_case=attribute == "Name")
            for attribute, values in (generals or {}).items()
            if (wanted := frozenset(values) - {""} - (set(self.generals) if attribute == "SupplierId" else set()))
        ]
        record_asks = [
            JaggaerRecords(RESOURCE, name, wanted)
            for name, values in (records or {}).items()
            if (wanted := frozenset(values) - {""} - (set(self.records) if name == "BRAVOID" else set()))
        ]
        numbers = frozenset(parts_of) - {""}
        part_asks = {head: self._part(head, numbers) for head in PARTS} if numbers else {}
        snapshots = Snapshots(RECORD, numbers)
        sides: tuple[tuple[System, frozenset[str]], ...] = (
            ("ifs", frozenset(links[0])),
            ("jaggaer", frozenset(links[1])),
        )
        link_asks = [Links(RECORD, side, keys) for side, keys in sides if keys]
        asks: list[Ask] = [*general_asks, *record_asks, *part_asks.values(), *link_asks]
        if numbers:
            asks.append(snapshots)
        if not asks:
            return
        answers = yield tuple(asks)
        for ask in general_asks:
            self.generals.update((supplier_id(row), row) for row in answers.rows(ask))
        for record_ask in record_asks:
            rows = answers.rows(record_ask)
            if record_ask.filter == "TYPE" and keep is not None:
                rows = [row for row in rows if keep(row)]
            self.records.update((bravo_id(row), row) for row in rows)
        for head, part_ask in part_asks.items():
            for row in answers.rows(part_ask):
                self.parts.setdefault(head, {}).setdefault(one(at_ifs(row, PARTS[head][1])), []).append(row)
        for link_ask in link_asks:
            links_found = self.by_ifs if link_ask.side == "ifs" else self.by_jaggaer
            links_found.update(answers.links(link_ask))
        if numbers:
            self.bases.update(answers.snapshots(snapshots))

    def _part(self, head: str, numbers: frozenset[str]) -> IfsRows:
        name, attribute = PARTS[head]
        also = (("Company", frozenset({self.profile.lead})),) if head in OF_LEAD else ()
        return IfsRows(name, attribute, numbers, also)


def _spellings(found: Iterable[Texts]) -> set[str]:
    """Numbers as they stand and as they are compared: a filter knows no other."""
    numbers = {one(text) for text in found}
    return (numbers | {number_key(number) for number in numbers}) - {""}


def _names_alike(found: Iterable[str]) -> set[str]:
    """Names as they stand and with single spaces; of both spellings a filter on lower case finds all others."""
    return {spelling for name in found for spelling in (name, " ".join(name.split()))}


def _resembling(ours: Iterable[Row]) -> Callable[[Row], bool]:
    """Whether a company shares a mark, a number or the name with one of these suppliers."""
    suppliers = list(ours)
    marks = {one(at_ifs(row, "Cf_JaggaerId")) for row in suppliers}
    numbers = {supplier_id(row) for row in suppliers}
    taxes = {number_key(one(at_ifs(row, "VatNo"))) for row in suppliers}
    registrations = {number_key(one(at_ifs(row, "AssociationNo"))) for row in suppliers}
    names = {name_key(one(at_ifs(row, "Name"))) for row in suppliers}
    known = [each - {""} for each in (marks, numbers, taxes, registrations, names)]

    def keep(record: Row) -> bool:
        own = (
            bravo_id(record),
            one(at_jaggaer(record, "info.extCode")),
            number_key(one(at_jaggaer(record, "info.extUniqueCode"))),
            number_key(one(at_jaggaer(record, "info.fiscalCode"))),
            name_key(one(at_jaggaer(record, "info.companyName"))),
        )
        return any(value in values for value, values in zip(own, known, strict=True))

    return keep
