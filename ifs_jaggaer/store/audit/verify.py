"""Proves the audit record: finds edits, gaps, reordering, cut-off ends and foreign insertions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, and_, select

from ifs_jaggaer.store.audit.events import (
    EVENTS,
    HASHED,
    START,
    Head,
    Recorded,
    digest,
    ordinal_of,
    payload_digest,
    recorded,
    seal_of,
)
from ifs_jaggaer.store.audit.findings import Fault, Finding
from ifs_jaggaer.store.audit.known import Known, read_known
from ifs_jaggaer.store.schema import EventRow, PayloadRow

CLOCK_STEP = timedelta(minutes=5)
"""How far a clock may have been set back before a chain that is dated too early is a fault."""


def verify(db: Connection, connection: str, anchors: Iterable[str], audit_key: bytes | None) -> Iterator[Finding]:
    """What is wrong with the chains of a connection, or remarkable; nothing if all is well.

    An end is known to be complete up to the last anchor, or the last event that another chain's first
    event refers to; what is later than both could be cut off without a trace. With the key, every
    event must be sealed by it, or lie before a head that a sealed chain refers to.

    Raises:
        SettingsError: an anchor cannot be read.
    """
    known = read_known(db, connection, anchors)
    query = EVENTS.where(EventRow.connection == connection)
    # The newest chain first: whether an unsealed one is vouched for is known when its turn comes.
    in_order = query.order_by(EventRow.chain.desc(), EventRow.sequence)
    events = map(recorded, db.execute(in_order.execution_options(yield_per=1000)))
    seals = _Seals(known, audit_key)
    latest = _LatestAnchor()
    seen: dict[int, str] = {}
    for chain, its_events in groupby(events, key=lambda event: event.chain):
        if other := seen.get(ordinal_of(chain)):
            yield Finding("foreign", chain, f"takes the place of {other}")
        seen[ordinal_of(chain)] = chain
        yield from _Walk(chain, known, seals, latest).through(its_events)
    yield from latest.findings()
    yield from _missing(known, seen)
    yield from _lost_anchors(known, set(seen.values()))
    yield from _orphans(db, connection)


class _Walk:
    """One chain from its first event to its last."""

    def __init__(self, chain: str, known: Known, seals: _Seals, latest: _LatestAnchor) -> None:
        self.chain = chain
        self.known = known
        self.seals = seals
        self.latest = latest
        self.last = Head(chain, 0, "")
        self.era = 0
        self.claims = [
            *((head, f"chain {by} refers to") for by, head in known.references[chain].items()),
            *((head, "an anchor names") for head in known.anchors[chain]),
        ]
        self.claimed = {head.sequence for head, _ in self.claims}
        self.hashes: dict[int, str] = {}

    def through(self, events: Iterator[Recorded]) -> Iterator[Finding]:
        event: Recorded | None = None
        for event in events:
            yield from self._link(event)
            yield from _payload(event, self.known)
            yield from self.seals.check(event)
            if event.sequence in self.claimed:
                self.hashes[event.sequence] = event.hash
                self.latest.anchored(event, self.known)
        yield from self._era_over()
        yield from self._claims()
        yield from self._row()
        if event is not None:
            self.latest.ended(event)

    def _link(self, event: Recorded) -> Iterator[Finding]:
        if event.sequence != self.last.sequence + 1:
            yield self._finding("gap", event, f"{event.sequence - self.last.sequence - 1} events before it are missing")
        elif event.previous != self.last.hash:
            yield self._finding("order", event, "does not follow the event before it")
        if digest({name: getattr(event, name) for name in HASHED}) != event.hash:
            yield self._finding("edit", event, "was changed after it was written")
        if event.sequence == 1 and (event.action, event.era) != (START, ordinal_of(self.chain)):
            yield self._finding("foreign", event, "is no start of this chain")
        if event.era != self.era:
            yield from self._era_over()
        self.era = event.era
        self.last = event.head

    def _era_over(self) -> Iterator[Finding]:
        """The chain that was started next must refer to exactly the last event of the era."""
        if not 0 < self.era < self.known.newest:
            return
        claimed = self.known.references[self.chain].get(self.era + 1)
        if claimed is None or claimed.sequence < self.last.sequence:
            says = f"chain {self.era + 1} was started later and does not know it"
            yield Finding("foreign", f"{self.chain}:{self.last.sequence}", says)

    def _claims(self) -> Iterator[Finding]:
        for head, who in self.claims:
            found = self.hashes.get(head.sequence)
            where = f"{head.chain}:{head.sequence}"
            if found == head.hash:
                continue
            if str(head) in self.known.restored:
                yield Finding("restored", where, "lost by a restore that was noted")
            elif found is not None:
                yield Finding("edit", where, f"is not the event that {who}")
            elif head.sequence > self.last.sequence:
                yield Finding("cut", where, f"{who} it, but the chain ends at {self.last.sequence}")

    def _row(self) -> Iterator[Finding]:
        row = self.known.rows.get(self.chain)
        if row is None or row.sequence < self.last.sequence:
            yield Finding("foreign", self.chain, "has events that the store did not write")
        elif row.sequence > self.last.sequence:
            yield Finding("cut", self.chain, f"ends at {self.last.sequence}, not at {row.sequence}")
        elif row != self.last:
            yield Finding("edit", self.chain, "ends in another event than the store wrote")

    def _finding(self, kind: Fault, event: Recorded, says: str) -> Finding:
        return Finding(kind, event.id, says)


class _Seals:
    """Which events the holder of the key wrote, or a chain of the holder's vouches for."""

    def __init__(self, known: Known, key: bytes | None) -> None:
        self.known = known
        self.key = key
        self.vouching: set[int] = set()
        self.chain = ""
        self.vouched_to = 0

    def check(self, event: Recorded) -> Iterator[Finding]:
        if self.key is None:
            return
        if event.chain != self.chain:
            claims = self.known.references[event.chain].items()
            self.chain = event.chain
            self.vouched_to = max((head.sequence for by, head in claims if by in self.vouching), default=0)
        if event.seal == seal_of(self.key, event.hash) or event.sequence <= self.vouched_to:
            if event.sequence == 1:
                self.vouching.add(ordinal_of(event.chain))
            return
        yield Finding("seal", event.id, "not sealed with this key")


class _LatestAnchor:
    """No chain that started after the last anchored event may be dated before it."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self.era = 0
        self.ends: list[Recorded] = []

    def anchored(self, event: Recorded, known: Known) -> None:
        if event.head in known.anchors[event.chain] and (self.at is None or event.at > self.at):
            self.at, self.era = event.at, event.era

    def ended(self, event: Recorded) -> None:
        self.ends.append(event)

    def findings(self) -> Iterator[Finding]:
        for event in self.ends:
            if self.at and ordinal_of(event.chain) > self.era and event.at < self.at - CLOCK_STEP:
                says = "is dated before the last anchor, but was started after it"
                yield Finding("foreign", event.chain, says)


def _payload(event: Recorded, known: Known) -> Iterator[Finding]:
    if event.payload_hash is None:
        if event.body is not None:
            yield Finding("payload", event.id, "has a payload that it does not vouch for")
    elif event.body is not None and event.salt is not None:
        if payload_digest(event.salt, event.body) != event.payload_hash:
            yield Finding("payload", event.id, "its payload was changed")
    elif event.erased_at is None:
        yield Finding("payload", event.id, "its payload is missing")
    elif event.id in known.erased:
        yield Finding("erased", event.id, f"its payload was erased on {event.erased_at:%Y-%m-%d}")
    else:
        yield Finding("payload", event.id, "its payload was erased without a note")


def _missing(known: Known, seen: dict[int, str]) -> Iterator[Finding]:
    present = set(seen.values())
    for ordinal in range(max(1, known.pruned_below), known.newest + 1):
        if ordinal not in seen:
            yield Finding("gap", f"chain {ordinal}", "is missing")
    for chain in known.rows.keys() - present:
        yield Finding("cut", chain, "has no events")
    for chain, claims in known.references.items():
        for by, head in claims.items():
            if chain not in present and by in seen and str(head) not in known.pruned:
                yield Finding("gap", chain, f"is missing, though chain {by} refers to it")


def _lost_anchors(known: Known, present: set[str]) -> Iterator[Finding]:
    for chain, heads in known.anchors.items():
        for head in heads if chain not in present else ():
            if str(head) in known.restored:
                yield Finding("restored", str(head), "lost by a restore that was noted")
            elif known.is_pruned(chain):
                yield Finding("pruned", str(head), "older than what was kept")
            else:
                yield Finding("cut", str(head), "is missing, though it is an anchor")


def _orphans(db: Connection, connection: str) -> Iterator[Finding]:
    its_event = and_(EventRow.chain == PayloadRow.chain, EventRow.sequence == PayloadRow.sequence)
    query = select(PayloadRow.chain, PayloadRow.sequence).outerjoin(EventRow, its_event)
    for chain, sequence in db.execute(query.where(EventRow.chain.is_(None), PayloadRow.connection == connection)):
        yield Finding("payload", f"{chain}:{sequence}", "a payload without an event")
