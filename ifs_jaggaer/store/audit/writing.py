"""Writing: each run has a chain of its own, so that runs never wait for each other."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select, update

from ifs_jaggaer.errors import Conflict
from ifs_jaggaer.store.audit.events import (
    START,
    Event,
    Head,
    canonical,
    chain_id,
    digest,
    payload_digest,
    seal_of,
)
from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import put_new
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.schema import ChainRow, EraRow, EventRow, PayloadRow

SALT_BYTES = 16

_ERA = select(EraRow.era).where(EraRow.connection == bindparam("of_connection")).with_for_update(read=True)
_END = (
    select(ChainRow.sequence, ChainRow.hash, ChainRow.last_at)
    .where(ChainRow.id == bindparam("of_id"))
    .with_for_update()
)
_GO_ON = update(ChainRow).where(ChainRow.id == bindparam("of_id"))
_EVENTS = sa.insert(EventRow)
_PAYLOADS = sa.insert(PayloadRow)


@dataclass(frozen=True, slots=True)
class Author:
    """In whose name events are written, and the key that seals them, if there is one."""

    run_id: str
    trigger: str
    audit_key: bytes | None


class Chains(Bound):
    """The chains of a connection, for writing.

    The era counts the chains that were started. Who starts a chain locks it alone, who appends shares
    it, the era always before a chain: so a first event refers to every event of an earlier era and to
    none of its own, which `verify` demands exactly, without a look at any clock.
    """

    def start(self, author: Author) -> str:
        """Starts a chain whose first event holds the heads of all chains not yet referred to; gives its id."""
        chain = self._next()
        heads = self.heads()
        self.db.execute(
            update(ChainRow)
            .where(ChainRow.connection == self.connection, ChainRow.sequence > ChainRow.referenced)
            .values(referenced=ChainRow.sequence)
        )
        now = clock(self.db)
        first = sa.insert(ChainRow).values(
            id=chain.id,
            connection=self.connection,
            ordinal=chain.ordinal,
            run_id=author.run_id,
            sequence=0,
            hash="",
            last_at=now,
            referenced=0,
        )
        self.db.execute(first)
        references = tuple(str(head) for head in heads)
        self.append(chain.id, author, [Event(START, "note")], references)
        return chain.id

    def append(self, chain: str, author: Author, events: Sequence[Event], references: tuple[str, ...] = ()) -> str:
        """Writes events at the end of a chain; gives the last one's hash.

        Raises:
            Conflict: the chain is no longer there.
        """
        era = self.db.execute(_ERA, {"of_connection": self.connection}).scalar_one()
        end = self.db.execute(_END, {"of_id": chain}).one_or_none()
        if end is None:
            raise Conflict("the audit chain of this run is gone", field="store", remedy="start the run again")
        sequence, previous, last_at = end
        at = max(clock(self.db), last_at)
        rows: list[dict[str, Any]] = []
        payloads: list[dict[str, Any]] = []
        for event in events:
            sequence += 1
            row = _row(event) | {
                "chain": chain,
                "sequence": sequence,
                "connection": self.connection,
                "era": era,
                "previous": previous,
                "at": at,
                "run_id": author.run_id,
                "trigger": author.trigger,
                "references": list(references),
                "payload_hash": None,
            }
            if event.payload:
                salt, body = secrets.token_bytes(SALT_BYTES), canonical(event.payload)
                row["payload_hash"] = payload_digest(salt, body)
                payloads.append(
                    {"chain": chain, "sequence": sequence, "connection": self.connection} | {"salt": salt, "body": body}
                )
            previous = row["hash"] = digest(row)
            row["seal"] = seal_of(author.audit_key, previous) if author.audit_key else None
            rows.append(row)
        if rows:
            self.db.execute(_EVENTS, rows)
            self.db.execute(_GO_ON, {"of_id": chain, "sequence": sequence, "hash": previous, "last_at": at})
        if payloads:
            self.db.execute(_PAYLOADS, payloads)
        return str(previous)

    def heads(self) -> list[Head]:
        """Heads of the chains that no other chain's first event refers to, oldest chain first."""
        query = (
            select(ChainRow.id, ChainRow.sequence, ChainRow.hash)
            .where(ChainRow.connection == self.connection, ChainRow.sequence > ChainRow.referenced)
            .order_by(ChainRow.ordinal)
        )
        return [Head(*row) for row in self.db.execute(query)]

    def head(self, chain: str) -> Head:
        query = select(ChainRow.id, ChainRow.sequence, ChainRow.hash).where(ChainRow.id == chain)
        return Head(*self.db.execute(query).one())

    def _next(self) -> _New:
        put_new(self.db, EraRow, connection=self.connection, era=0)
        count = update(EraRow).filter_by(connection=self.connection).values(era=EraRow.era + 1)
        ordinal = self.db.execute(count.returning(EraRow.era)).scalar_one()
        return _New(chain_id(ordinal, secrets.token_hex(6)), ordinal)


@dataclass(frozen=True, slots=True)
class _New:
    id: str
    ordinal: int


def _row(event: Event) -> dict[str, Any]:
    return {
        "action": event.action,
        "phase": event.phase,
        "system": event.system,
        "entity": event.entity,
        "key": event.key,
        "attempt": event.attempt,
        "etag": event.etag,
        "request_id": event.request_id,
        "server_request_id": event.server_request_id,
        "status": event.status,
        "rows": event.rows,
        "error": event.error,
    }
