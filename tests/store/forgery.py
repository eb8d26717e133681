"""Somebody with full rights on the database, who knows how the audit record is made."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ifs_jaggaer.store import Store
from ifs_jaggaer.store.audit.events import Head, digest
from ifs_jaggaer.store.schema import ChainRow, EventRow, PayloadRow

Row = dict[str, Any]

CARELESS, CAREFUL, THOROUGH = 0, 1, 2
"""Changes rows only · makes the chain's own hashes fit · makes all chains that refer to it fit, too."""


@dataclass
class Forger:
    """The record of a connection in memory, to be changed and put back.

    Attributes:
        chains: events of each chain in order, the oldest chain first.
    """

    store: Store
    care: int

    def __post_init__(self) -> None:
        self.chains: dict[str, list[Row]] = {}
        with self.store.look() as unit:
            query = sa.select(*EventRow.__table__.columns).filter_by(connection=self.store.connection)
            for row in unit.db.execute(query.order_by(EventRow.chain, EventRow.sequence)):
                self.chains.setdefault(row.chain, []).append(dict(row._mapping))

    def put_back(self) -> None:
        """Writes the changed record to the database."""
        heads: dict[str, list[str]] = {}
        for chain, events in self.chains.items():
            previous = ""
            for number, event in enumerate(events, 1):
                if self.care >= CAREFUL:
                    event["sequence"], event["previous"] = number, previous
                    if self.care >= THOROUGH:
                        event["references"] = [self._refit(reference, heads) for reference in event["references"]]
                    event["hash"] = digest(event)
                previous = event["hash"]
            heads[chain] = [event["hash"] for event in events]
        with self.store.unit() as unit:
            mine = {"connection": self.store.connection}
            unit.db.execute(sa.delete(EventRow).filter_by(**mine))
            for events in self.chains.values():
                if events:
                    unit.db.execute(sa.insert(EventRow), events)
            if self.care >= CAREFUL:
                self._fit_rows(unit.db)

    def _fit_rows(self, db: sa.Connection) -> None:
        known = set(db.execute(sa.select(ChainRow.id).filter_by(connection=self.store.connection)).scalars())
        for chain in known:
            events = self.chains.get(chain)
            if not events:
                db.execute(sa.delete(ChainRow).filter_by(id=chain))
                continue
            end = {"sequence": events[-1]["sequence"], "hash": events[-1]["hash"]}
            db.execute(sa.update(ChainRow).filter_by(id=chain).values(**end))
        # Payloads go where their events went, as far as they can.
        places = {(event["chain"], event["sequence"]) for events in self.chains.values() for event in events}
        query = sa.select(PayloadRow.chain, PayloadRow.sequence).filter_by(connection=self.store.connection)
        for chain, sequence in db.execute(query).all():
            if (chain, sequence) not in places:
                db.execute(sa.delete(PayloadRow).filter_by(chain=chain, sequence=sequence))

    def _refit(self, reference: str, heads: dict[str, list[str]]) -> str:
        head = Head.parse(reference)
        hashes = heads.get(head.chain, [])
        if not hashes:
            return reference
        sequence = min(head.sequence, len(hashes))
        return str(Head(head.chain, sequence, hashes[sequence - 1]))

    def edit(self, chain: str, index: int, column: str) -> None:
        event = self.chains[chain][index]
        event[column] = _other(event[column], column)

    def remove(self, chain: str, first: int, number: int) -> None:
        del self.chains[chain][first : first + number]

    def drop(self, chain: str) -> None:
        self.chains.pop(chain)

    def swap(self, chain: str, one: int, other: int) -> None:
        events = self.chains[chain]
        first, second = events[one], events[other]
        first["sequence"], second["sequence"] = second["sequence"], first["sequence"]
        events[one], events[other] = second, first

    def insert(self, chain: str, index: int) -> None:
        """A copy of an event after itself; what follows moves on."""
        events = self.chains[chain]
        events.insert(index + 1, copy.deepcopy(events[index]) | {"key": "forged", "payload_hash": None})
        for number, event in enumerate(events, 1):
            event["sequence"] = number


def _other(value: Any, column: str) -> Any:
    if column == "at":
        return value.replace(microsecond=(value.microsecond + 1000) % 1_000_000)
    if isinstance(value, list):
        return [*value, "0000000001-forged:1:00"]
    if isinstance(value, int):
        return value + 1
    if column in {"status", "rows"}:
        return 1
    return f"{value or ''}x"
