"""Answers what a kind asks for: many keys in one request, independent asks at the same time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from connectors.ifs.client import IfsClient
from connectors.jaggaer.client import JaggaerClient
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.hooked import Hooked
from ifs_jaggaer.pipeline.together import together
from ifs_jaggaer.store import Store
from mapping.kinds import (
    Answers,
    Ask,
    Case,
    Gathering,
    IfsRows,
    JaggaerDetails,
    JaggaerHeaders,
    JaggaerRecords,
    Link,
    Links,
    Polled,
    Snapshot,
    Snapshots,
    WireAsk,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

WHOLE = (JaggaerHeaders, JaggaerDetails)
"""Asks that may be answered by whole records: a poll shows their headers alone, which is another version."""


@dataclass(slots=True)
class Found:
    """What came of one round of asks (mapping.kinds.Answers)."""

    all_rows: dict[Ask, list[Row]] = field(default_factory=dict)
    all_links: dict[Links, dict[str, Link]] = field(default_factory=dict)
    all_snapshots: dict[Snapshots, dict[str, Snapshot]] = field(default_factory=dict)
    as_polled: list[Row] = field(default_factory=list)

    def rows(self, ask: WireAsk) -> list[Row]:
        return self.all_rows[ask]

    def links(self, ask: Links) -> dict[str, Link]:
        return self.all_links[ask]

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]:
        return self.all_snapshots[ask]


class Reader:
    """Reads for one run. `assumed` is what a dry run plans but has not made; `hooked` holds the run's kind.

    `named` are the keys of documents that a person named: what was settled of these is doubted.
    `refused`: why JAGGAER did not show a record, by resource and id; nothing follows from its absence.
    """

    def __init__(
        self,
        ifs: IfsClient,
        jaggaer: JaggaerClient,
        store: Store,
        *,
        concurrency: int,
        assumed: Assumed,
        hooked: Hooked,
    ) -> None:
        self.refused: dict[tuple[str, str], Rejected] = {}
        self._ifs = ifs
        self._jaggaer = jaggaer
        self._store = store
        self._slots = asyncio.Semaphore(concurrency)
        self._assumed = assumed
        self._hooked = hooked
        self._own = hooked.kind.record
        self.named: frozenset[str] = frozenset()
        self._fresh: dict[tuple[str, str], Row] = {}
        self._page: dict[tuple[str, tuple[str, ...]], Row] = {}

    async def drive(self, gathering: Gathering) -> tuple[list[Case], list[Row]]:
        """The cases that a kind's gathering makes, and the rows that were read for them as a poll shows them."""
        read: list[Row] = []
        return await self.answered(gathering, read), read

    async def answered(self, asking: Generator[tuple[Ask, ...], Answers, T], read: list[Row] | None = None) -> T:
        """What comes of asking; the rows that were read for it, as a poll shows them, are added to `read`."""
        try:
            asks = next(asking)
            while True:
                found = await self._answer(asks)
                if read is not None:
                    read.extend(found.as_polled)
                asks = asking.send(found)
        except StopIteration as done:
            result: T = done.value
            return result

    async def _answer(self, asks: tuple[Ask, ...]) -> Found:
        found = Found()
        wire: list[WireAsk] = []
        with self._store.unit() as unit:
            for ask in asks:
                match ask:
                    case Links(kind, side, keys):
                        known = (unit.links.by_ifs if side == "ifs" else unit.links.by_jaggaer)(kind, keys)
                        links = {
                            key: Link(kind, link.ifs_key, link.jaggaer_key, link.detail) for key, link in known.items()
                        }
                        found.all_links[ask] = {**self._assumed.links_for(ask, self._own), **links}
                    case Snapshots(kind, keys):
                        kept = unit.snapshots.get(kind, keys)
                        doubted = self.named if kind == self._own else frozenset()
                        own = {
                            key: Snapshot(kind, key, one.fields, one.version, key in doubted)
                            for key, one in kept.items()
                        }
                        found.all_snapshots[ask] = {**self._assumed.snapshots_for(ask, self._own), **own}
                    case _:
                        wire.append(ask)
        for ask, rows in zip(wire, await together(map(self._read, wire)), strict=True):
            found.all_rows[ask] = self._hooked.rows(rows)
            if not isinstance(ask, WHOLE):
                found.as_polled.extend(rows)
        return found

    async def _read(self, ask: WireAsk) -> list[Row]:
        match ask:
            case IfsRows(set_name, attribute, values, also, any_case):
                if not values or not all(allowed for _, allowed in also):
                    return []
                rows = await self._ifs.rows(set_name, attribute, sorted(values), also=also, any_case=any_case)
                return [self._assumed.row_for(row, self._own) for row in rows]
            case JaggaerRecords(resource, filter_field, values, at_hand):
                polled = [
                    self._fresh[resource, key] for key in sorted(values) if at_hand and (resource, key) in self._fresh
                ]
                missing = values - {row.key[-1] for row in polled}
                found = await self._jaggaer.records(resource, filter_field, sorted(missing)) if missing else []
                return polled + found
            case JaggaerHeaders(resource, ids, since):
                return await self._headers(resource, ids, since)
            case JaggaerDetails(resource, ids):
                return await self._details(resource, ids)
            case Polled(name, keys):
                return [self._page[name, key] for key in sorted(keys) if (name, key) in self._page]

    def polled(self, rows: Iterable[Row]) -> None:
        """Rows of the page at hand, which need not be read once more."""
        self._page = {(row.kind, row.key): row for row in rows}
        self._fresh = {(kind, key[-1]): row for (kind, key), row in self._page.items()}

    def stale(self, key: str) -> None:
        """Somebody changed this document meanwhile: whoever decides it again reads it again."""
        self._fresh = {known: row for known, row in self._fresh.items() if known[1] != key}
        self._jaggaer.forget(key)

    async def _headers(self, resource: str, ids: frozenset[str], since: datetime | None) -> list[Row]:
        at_hand = [self._fresh[resource, key] for key in sorted(ids) if (resource, key) in self._fresh]
        missing = ids - {row.key[-1] for row in at_hand}
        if missing and self._jaggaer.only_listed(resource):
            listed = await self._jaggaer.details(resource, missing, since=since)
            self._fresh |= {(resource, row.key[-1]): row for row in listed}
            return at_hand + listed
        return at_hand + await self._details(resource, missing)

    async def _details(self, resource: str, ids: Iterable[str]) -> list[Row]:
        found = await together((self._one(resource, key) for key in sorted(ids)), slots=self._slots)
        return [row for row in found if row is not None]

    async def _one(self, resource: str, key: str) -> Row | None:
        """A record that is refused stops nobody: its document says so, the others go on."""
        self.refused.pop((resource, key), None)
        try:
            return await self._jaggaer.detail(resource, key)
        except Rejected as refused:
            log.warning("%s %s cannot be read: %s", resource, key, refused)
            self.refused[resource, key] = refused
            return None
