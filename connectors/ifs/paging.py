"""Keyset paging as a state machine: which question comes after which page (contracts/ifs.md 2).

Never by offset: rows would be lost and doubled while data changes. An `@odata.nextLink` therefore only
tells that there is more; the next question is made from the last row that came.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from connectors.ifs import filters
from connectors.ifs.filters import Expr
from connectors.ifs.literals import Value
from connectors.ifs.sets import EntitySet

LARGEST_PAGE = 5000
# Fewer rows than this are never cut by the server's own limit.
NEVER_CUT = 100


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place behind one row: its change time as the set wrote it (None in a keyset over keys), its key."""

    modified: str | None
    key: tuple[str, ...]

    def dumps(self) -> str:
        return json.dumps([self.modified, *self.key], separators=(",", ":"))

    @classmethod
    def loads(cls, text: str) -> Cursor:
        """The cursor that `dumps` wrote.

        Raises:
            ValueError: no cursor.
        """
        match json.loads(text):
            case [str() | None as modified, *key] if key and all(isinstance(part, str) for part in key):
                return cls(modified, tuple(key))
        raise ValueError("not a cursor")


@dataclass(frozen=True, slots=True)
class Keyset:
    """All rows of a set from `since` on and before `until`, in pages of `size`.

    `by_change`: ordered by change time and key, else by key alone. `keys_only`: just what a version needs.
    """

    entity_set: EntitySet
    size: int
    by_change: bool = False
    since: str | None = None
    until: str | None = None
    where: Expr | None = None
    keys_only: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """What orders the rows, under the contract's names."""
        change = (self.entity_set.change,) if self.by_change and self.entity_set.change else ()
        return (*change, *self.entity_set.keys)

    @property
    def top(self) -> int:
        return max(1, min(self.size, LARGEST_PAGE))

    def query(self, after: Cursor | None) -> str:
        """The query that gives the page behind `after`, percent-encoded.

        Raises:
            SettingsError, ValueError: see `filters.render`.
        """
        wanted = self.entity_set
        parts = [f"$top={self.top}", f"$orderby={filters.encoded(','.join(map(wanted.tenant, self.columns)))}"]
        if asked := self._filter(after):
            parts.append(f"$filter={filters.encoded(filters.render(asked, wanted))}")
        if wanted.select:
            names = dict.fromkeys((*self.columns, *(() if self.keys_only else wanted.types)))
            parts.append(f"$select={filters.encoded(','.join(map(wanted.tenant, names)))}")
        return "&".join(parts)

    def ends(self, *, rows: int, more: bool) -> bool:
        """Whether a page of so many rows is the last; `more`: the server announced another.

        A page shorter than asked for may be the server's own limit, but not below a hundred.
        """
        return not more and rows < min(self.top, NEVER_CUT)

    def _filter(self, after: Cursor | None) -> Expr | None:
        bounds: list[Expr] = []
        change = self.entity_set.change if self.by_change else None
        if change:
            if after is None and self.since is not None:
                bounds.append(filters.ge(change, self.since))
            if self.until is not None:
                bounds.append(filters.lt(change, self.until))
        if after is not None:
            bounds.append(behind(self.columns, (after.modified, *after.key) if change else after.key))
        if self.where is not None:
            bounds.append(self.where)
        return filters.and_(*bounds) if bounds else None


def behind(columns: tuple[str, ...], values: tuple[Value, ...]) -> Expr:
    """The row comparison `columns > values`, written out: OData has none for several columns."""
    return filters.or_(
        *(
            filters.and_(
                *(filters.eq(*pair) for pair in zip(columns[:at], values[:at], strict=True)),
                filters.gt(columns[at], values[at]),
            )
            for at in range(len(columns))
        )
    )
