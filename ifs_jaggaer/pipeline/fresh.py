"""What of the rows that a page shows is new: which documents they lead to, which versions settle with them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simplejson

from connectors.wire import Row
from ifs_jaggaer.pipeline.pages import RowVersion
from ifs_jaggaer.store import Kept
from mapping.kinds import Source

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun


def version_of(row: Row) -> str:
    """What tells whether a row was seen as it is: its ETag, else a digest of all it holds.

    The change time is part of it: an invoice's list shows headers, and of a corrected line only that time tells.
    """
    if row.etag:
        return str(row.etag)
    text = simplejson.dumps(dict(row.values), use_decimal=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kept_of(source: Source, row: Row) -> Kept:
    """The row as the store keeps it once it was dealt with."""
    return Kept(version_of(row), source.leads_to(row) or "")


@dataclass(slots=True)
class Fresh:
    """Grows with the rows of one page. `references` are the documents to decide, `stale` those of known rows."""

    source: Source
    references: dict[str, None] = field(default_factory=dict)
    versions: list[RowVersion] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    rows: int = 0

    def take(self, run: SyncRun, rows: Sequence[Row]) -> None:
        """Rows that were read whole."""
        kept = {run.row_key(row): kept_of(self.source, row) for row in rows}
        known = run.known_rows(self.source.name, kept)
        self.rows += len(rows)
        for key, now in kept.items():
            before = known.get(key)
            if before is not None and before.version == now.version:
                self.stale.update(filter(None, [now.reference]))
            else:
                self.add(key, now, before)

    def add(self, key: str, now: Kept, before: Kept | None) -> None:
        """A row that is new or has changed; one that led elsewhere before is gone from there."""
        self.versions.append(RowVersion(self.source.name, key, now.version, now.reference))
        self.lead(now.reference)
        if before is not None:
            self.lead(before.reference)

    def lead(self, reference: str) -> None:
        if reference:
            self.references[reference] = None
