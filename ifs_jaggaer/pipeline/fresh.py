"""What of the rows that a page shows is new: which documents they lead to, which versions settle with them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simplejson

from connectors.wire import Row
from ifs_jaggaer.pipeline.leading import led
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


def kept_of(source: Source, row: Row, otherwise: str = "") -> Kept:
    """The row as the store keeps it once it was dealt with; `otherwise`: its document where it names none itself."""
    return Kept(version_of(row), source.leads_to(row) or otherwise)


@dataclass(slots=True)
class Fresh:
    """Grows with the rows of one page. `references` are the documents to decide, `stale` those of known rows."""

    source: Source
    references: dict[str, None] = field(default_factory=dict)
    versions: list[RowVersion] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    rows: int = 0

    async def take(self, run: SyncRun, rows: Sequence[Row]) -> None:
        """Rows that were read whole."""
        by_key = {run.row_key(row): row for row in rows}
        known = run.known_rows(self.source.name, by_key)
        self.rows += len(rows)
        stale = {key for key, row in by_key.items() if key in known and known[key].version == version_of(row)}
        self.stale.update(filter(None, (known[key].reference for key in stale)))
        await self.add(run, [row for key, row in by_key.items() if key not in stale], known)

    async def add(self, run: SyncRun, rows: Sequence[Row], known: Mapping[str, Kept]) -> None:
        """Rows that are new or have changed; one that led elsewhere before is gone from there."""
        others = await led(run, rows)
        for row in rows:
            key, now = run.row_key(row), kept_of(self.source, row, others.get((row.kind, row.key), ""))
            self.versions.append(RowVersion(self.source.name, key, now.version, now.reference))
            self.lead(now.reference)
            if key in known:
                self.lead(known[key].reference)

    def lead(self, reference: str) -> None:
        if reference:
            self.references[reference] = None
