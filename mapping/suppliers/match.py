"""Which supplier of IFS is which of JAGGAER: by mark, number, tax number, registration; never by name.

What is uncertain is a doubt for a person, never a guess (DESIGN, suppliers; contracts/mapping.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from connectors.wire import Row
from mapping.fields import at_ifs, at_jaggaer, number_key, one
from mapping.suppliers.case import bravo_id, supplier_id


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a supplier must wait for a person, and which of the other side it may be."""

    reason: str
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Matches:
    """Pairs found (SupplierId -> bravoId), by what they were found, and doubts of either side, by its key."""

    pairs: dict[str, str] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)
    ifs: dict[str, Doubt] = field(default_factory=dict)
    jaggaer: dict[str, Doubt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Level:
    """One way to tell that two are one. `unique`: the other side cannot hold it twice."""

    name: str
    ifs: Callable[[Row], str]
    jaggaer: Callable[[Row], str]
    unique: bool = False


_LEVELS = (
    _Level("mark", lambda row: one(at_ifs(row, "Cf_JaggaerId")), bravo_id),
    _Level("supplier number", supplier_id, lambda row: one(at_jaggaer(row, "info.extCode"))),
    _Level(
        "tax number",
        lambda row: number_key(one(at_ifs(row, "VatNo"))),
        lambda row: number_key(one(at_jaggaer(row, "info.extUniqueCode"))),
        unique=True,
    ),
    _Level(
        "registration number",
        lambda row: number_key(one(at_ifs(row, "AssociationNo"))),
        lambda row: number_key(one(at_jaggaer(row, "info.fiscalCode"))),
    ),
)


def match(generals: Iterable[Row], records: Iterable[Row], linked: Mapping[str, str]) -> Matches:
    """Pairs the suppliers that are not linked. `linked`: SupplierId -> bravoId of all that are.

    `generals` and `records` must hold everything that shares a mark, number, tax or registration number
    with those that are in question.
    """
    return _Matching(list(generals), list(records), dict(linked)).run()


class _Matching:
    def __init__(self, generals: list[Row], records: list[Row], linked: dict[str, str]) -> None:
        self._generals = {supplier_id(row): row for row in generals}
        self._records = {bravo_id(row): row for row in records}
        self._taken = linked
        self._taken_back = {bravo: number for number, bravo in linked.items()}
        self._found = Matches()

    def run(self) -> Matches:
        for level in _LEVELS:
            self._at(level)
        self._dangling()
        self._alike()
        return self._found

    def _at(self, level: _Level) -> None:
        ours = _grouped(self._generals, level.ifs)
        theirs = _grouped(self._records, level.jaggaer)
        for value in sorted(set(ours) | set(theirs)):
            self._decide(level, ours.get(value, []), theirs.get(value, []))

    def _decide(self, level: _Level, ours: list[str], theirs: list[str]) -> None:
        """Those who share one value; the free ones among them are paired or doubted."""
        free_ours = [key for key in ours if self._free_ifs(key)]
        free_theirs = [key for key in theirs if self._free_jaggaer(key)]
        if not free_ours and not free_theirs:
            return
        if len(ours) == len(theirs) == 1 and free_ours and free_theirs:
            if (contradiction := self._contradiction(ours[0], theirs[0])) is None:
                self._pair(ours[0], theirs[0], level)
            else:
                self._doubt(f"same {level.name}, but {contradiction}", ours, theirs)
        elif ours and theirs:
            self._crowded(level, free_ours, free_theirs, ours, theirs)
        elif level.unique and len(ours or theirs) > 1:
            self._doubt(_shared(level, ours, theirs), ours, theirs)

    def _crowded(
        self, level: _Level, free_ours: list[str], free_theirs: list[str], ours: list[str], theirs: list[str]
    ) -> None:
        """More than two share the value: a second one for a linked one, or several on a side."""
        mates = {self._taken.get(key) for key in ours}
        if free_ours and not free_theirs:
            owner = next((self._taken_back[key] for key in theirs if key in self._taken_back), None)
            if owner is not None:
                reason = f"same {level.name} as JAGGAER's {theirs[0]}, which is linked with supplier {owner}"
                self._doubt(reason, free_ours, [], shown=theirs)
                return
        if free_theirs and not free_ours and mates != {None}:
            reason = (
                f"same {level.name} as supplier {ours[0]}, which is linked with JAGGAER's {self._taken.get(ours[0])}"
            )
            self._doubt(reason, [], free_theirs, shown=ours)
            return
        self._doubt(_shared(level, ours, theirs), ours, theirs)

    def _contradiction(self, ours: str, theirs: str) -> str | None:
        mark = one(at_ifs(self._generals[ours], "Cf_JaggaerId"))
        if mark not in {"", theirs}:
            return f"supplier {ours} carries the mark of JAGGAER's {mark}"
        ext_code = one(at_jaggaer(self._records[theirs], "info.extCode"))
        if ext_code not in {"", ours}:
            return f"JAGGAER's {theirs} carries the supplier number {ext_code}"
        return None

    def _dangling(self) -> None:
        """A mark or number that names somebody who is not there (or not visible) is no licence to make one."""
        for key, row in self._generals.items():
            mark = one(at_ifs(row, "Cf_JaggaerId"))
            if mark and self._free_ifs(key):
                self._doubt(f"carries the mark of JAGGAER's {mark}, which JAGGAER does not show", [key], [])
        for key, row in self._records.items():
            ext_code = one(at_jaggaer(row, "info.extCode"))
            if ext_code and self._free_jaggaer(key):
                self._doubt(f"carries the supplier number {ext_code}, which IFS does not show", [], [key])

    def _alike(self) -> None:
        """The same name with other numbers: perhaps the same, perhaps not."""
        ours = _grouped(self._generals, lambda row: name_key(one(at_ifs(row, "Name"))))
        theirs = _grouped(self._records, lambda row: name_key(one(at_jaggaer(row, "info.companyName"))))
        for name in sorted(set(ours) & set(theirs) - {""}):
            unlinked = [key for key in ours[name] if key not in self._taken]
            foreign = [key for key in theirs[name] if key not in self._taken_back]
            if unlinked and foreign:
                self._doubt("same name, other numbers", unlinked, foreign)

    def _pair(self, ours: str, theirs: str, level: _Level) -> None:
        self._found.pairs[ours] = theirs
        self._found.by[ours] = level.name
        self._taken[ours] = theirs
        self._taken_back[theirs] = ours

    def _doubt(self, reason: str, ours: list[str], theirs: list[str], *, shown: list[str] | None = None) -> None:
        for key in ours:
            if self._free_ifs(key):
                self._found.ifs[key] = Doubt(reason, tuple(shown or theirs))
        for key in theirs:
            if self._free_jaggaer(key):
                self._found.jaggaer[key] = Doubt(reason, tuple(shown or ours))

    def _free_ifs(self, key: str) -> bool:
        return key not in self._taken and key not in self._found.ifs

    def _free_jaggaer(self, key: str) -> bool:
        return key not in self._taken_back and key not in self._found.jaggaer


def _shared(level: _Level, ours: list[str], theirs: list[str]) -> str:
    sharing = " and ".join([*(f"supplier {key}" for key in ours), *(f"JAGGAER's {key}" for key in theirs)])
    return f"several suppliers have the same {level.name}: {sharing}"


def name_key(name: str) -> str:
    """A name as names are compared: without regard to case and white space."""
    return " ".join(name.split()).casefold()


def _grouped(rows: Mapping[str, Row], key: Callable[[Row], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, row in rows.items():
        if value := key(row):
            groups.setdefault(value, []).append(name)
    return groups
