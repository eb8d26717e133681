"""The audit record as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, get_args

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_, update

from ifs_jaggaer.errors import System
from ifs_jaggaer.store.audit.events import (
    ERASED,
    EVENTS,
    PRUNED,
    RESTORED,
    Event,
    Head,
    Recorded,
    ordinal_of,
    place_of,
    recorded,
)
from ifs_jaggaer.store.audit.findings import Finding
from ifs_jaggaer.store.audit.verify import verify
from ifs_jaggaer.store.audit.writing import Author, Chains
from ifs_jaggaer.store.columns import CHUNK, chunks
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.schema import ChainRow, EventRow, PayloadRow

SYSTEMS: tuple[System, ...] = get_args(System)

if TYPE_CHECKING:
    from ifs_jaggaer.store.store import Store, Unit


class Chain:
    """The chain of one run, for writing."""

    def __init__(self, store: Store, id: str, author: Author) -> None:  # noqa: A002
        self._store = store
        self._author = author
        self.id = id

    def append(self, event: Event, unit: Unit) -> str:
        """Writes an event, committed with the unit; gives its hash.

        Raises:
            Conflict: the chain was pruned, or the store restored, under the run.
        """
        return self.append_all([event], unit)

    def append_all(self, events: Sequence[Event], unit: Unit) -> str:
        """Writes events in order, committed with the unit; gives the last one's hash."""
        return Chains(unit.db, unit.connection).append(self.id, self._author, events)

    @property
    def head(self) -> str:
        """The end of what is committed, as an anchor "chain:sequence:hash" to be kept outside the store."""
        with self._store.look() as unit:
            return str(Chains(unit.db, unit.connection).head(self.id))


class Audit:
    """Chains of a connection: written, verified, searched, erased, pruned."""

    def __init__(self, store: Store, audit_key: bytes | None) -> None:
        self._store = store
        self._audit_key = audit_key

    def chain(self, run_id: str, trigger: str = "") -> Chain:
        """Starts a chain for a run; its first event holds the heads of all chains not yet referred to."""
        author = Author(run_id, trigger, self._audit_key)
        with self._store.unit() as unit:
            started = Chains(unit.db, unit.connection).start(author)
        return Chain(self._store, started, author)

    def heads(self) -> list[str]:
        """Anchors of all chains that no other chain refers to, the oldest first."""
        with self._store.look() as unit:
            return [str(head) for head in Chains(unit.db, unit.connection).heads()]

    def verify(self, anchors: Iterable[str] = ()) -> list[Finding]:
        """What is wrong or remarkable; see `audit.verify`. All is well if none of them is a fault.

        Raises:
            SettingsError: an anchor cannot be read.
        """
        with self._store.look() as unit:
            return list(verify(unit.db, unit.connection, anchors, self._audit_key))

    def trace(self, keys: Iterable[str]) -> list[Recorded]:
        """Events of a document by any of its keys over all runs, in order of time, with payloads.

        A key may name its system ("ifs:1001") or not, or be the last part alone of a key that names a company,
        too ("1001" for "10:1001"). The other key of a linked record is followed, and so are rows of a document,
        whose keys go on after a bar ("1001|10").
        """
        with self._store.look() as unit:
            found = [
                recorded(row)
                for part in chunks(sorted(_all_keys(unit, keys)), 100)
                for row in unit.db.execute(EVENTS.where(EventRow.connection == unit.connection, _about(part)))
            ]
        return sorted(found, key=lambda event: (event.at, event.era, event.chain, event.sequence))

    def export(self) -> Iterator[Recorded]:
        """Every event, chain by chain; a writer is never made to wait."""
        after = ("", 0)
        while True:
            with self._store.look() as unit:
                rest = tuple_(EventRow.chain, EventRow.sequence) > after
                query = EVENTS.where(EventRow.connection == unit.connection, rest)
                ordered = query.order_by(EventRow.chain, EventRow.sequence).limit(CHUNK)
                page = [recorded(row) for row in unit.db.execute(ordered)]
            if not page:
                return
            yield from page
            after = (page[-1].chain, page[-1].sequence)

    def erase(self, ids: Iterable[str], by: str) -> int:
        """Erases payloads by the ids of their events, and notes it; gives how many there were.

        Raises:
            SettingsError: an id cannot be read.
        """
        events = sorted(map(place_of, set(ids)))
        with self._store.unit() as unit:
            now = clock(unit.db)
            erased: list[str] = []
            for chain, its_events in groupby(events, key=lambda event: event[0]):
                for part in chunks(number for _, number in its_events):
                    these = update(PayloadRow).where(
                        PayloadRow.connection == unit.connection,
                        PayloadRow.chain == chain,
                        PayloadRow.sequence.in_(part),
                        PayloadRow.body.is_not(None),
                    )
                    erase = these.values(salt=None, body=None, erased_at=now)
                    rows = unit.db.execute(erase.returning(PayloadRow.chain, PayloadRow.sequence))
                    erased += (f"{row.chain}:{row.sequence}" for row in rows)
            if erased:
                self._note(unit, Event(ERASED, "note", rows=len(erased)), by, tuple(sorted(erased)))
        return len(erased)

    def restored(self, anchors: Iterable[str], by: str) -> list[str]:
        """Notes that the store was restored from a copy; gives those anchors that were lost by it.

        Raises:
            SettingsError: an anchor cannot be read.
        """
        heads = [Head.parse(anchor) for anchor in anchors]
        with self._store.unit() as unit:
            lost = tuple(str(head) for head in heads if not _stands(unit, head))
            self._note(unit, Event(RESTORED, "note", rows=len(lost)), by, lost)
        return list(lost)

    def prune(self, before: datetime, by: str) -> int:
        """Deletes the oldest chains, those that ended before then, and notes where the record begins now.

        The note lists the heads to which the remaining chains refer. Gives the number of events deleted.
        """
        with self._store.unit() as unit:
            kept = select(func.min(ChainRow.ordinal)).where(
                ChainRow.connection == unit.connection, ChainRow.last_at >= before
            )
            oldest = select(func.min(ChainRow.ordinal)).where(ChainRow.connection == unit.connection)
            newest = select(func.max(ChainRow.ordinal)).where(ChainRow.connection == unit.connection)
            first = unit.db.execute(kept).scalar()
            if first is None:
                first = (unit.db.execute(newest).scalar() or 0) + 1
            if (unit.db.execute(oldest).scalar() or first) >= first:
                return 0
            chains = Chains(unit.db, unit.connection)
            author = Author(by, PRUNED, self._audit_key)
            chain = chains.start(author)
            starts = select(EventRow.chain, EventRow.references).where(
                EventRow.connection == unit.connection, EventRow.sequence == 1
            )
            needed = {
                reference
                for id_, references in unit.db.execute(starts)
                for reference in references
                if ordinal_of(id_) >= first > Head.parse(reference).ordinal
            }
            old = select(ChainRow.id).where(ChainRow.connection == unit.connection, ChainRow.ordinal < first)
            unit.db.execute(delete(PayloadRow).where(PayloadRow.chain.in_(old)))
            deleted = unit.db.execute(delete(EventRow).where(EventRow.chain.in_(old))).rowcount
            unit.db.execute(delete(ChainRow).where(ChainRow.id.in_(old)))
            note = Event(PRUNED, "note", key=str(first), rows=deleted)
            chains.append(chain, author, [note], tuple(sorted(needed)))
        return deleted

    def _note(self, unit: Unit, event: Event, by: str, references: tuple[str, ...]) -> None:
        chains = Chains(unit.db, unit.connection)
        author = Author(by, event.action, self._audit_key)
        chains.append(chains.start(author), author, [event], references)


def _all_keys(unit: Unit, keys: Iterable[str]) -> set[str]:
    wanted: set[str] = set()
    for key in set(keys):
        system, colon, bare = key.partition(":")
        named = {system} if colon and system in SYSTEMS else set(SYSTEMS)
        bare = bare if len(named) == 1 else key
        wanted |= {bare, *(spelt for name in named for spelt in _spelt(name, bare))}
        for link in (*unit.links.touching([bare]), *unit.links.with_last_part(bare)):
            ends = {"ifs": link.ifs_key, "jaggaer": link.jaggaer_key}
            if any(bare in {ends[name], ends[name].rpartition(":")[2]} for name in named):
                wanted |= {*ends.values(), *(spelt for name, end in ends.items() for spelt in _spelt(name, end))}
    return wanted


def _spelt(system: str, key: str) -> tuple[str, str]:
    """A key with its system; in capitals where the other side was not known yet."""
    return f"{system}:{key}", f"{system.upper()}:{key}"


def _about(keys: Sequence[str]) -> ColumnElement[bool]:
    after_bar = chr(ord("|") + 1)
    rows = (and_(EventRow.key >= f"{key}|", EventRow.key < f"{key}{after_bar}") for key in keys)
    return or_(EventRow.key.in_(keys), *rows)


def _stands(unit: Unit, head: Head) -> bool:
    query = select(EventRow.hash).filter_by(connection=unit.connection, chain=head.chain, sequence=head.sequence)
    return unit.db.execute(query).scalar_one_or_none() == head.hash
