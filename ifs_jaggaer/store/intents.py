"""That something is about to be sent, committed before it leaves (DESIGN, law 2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam, select, update

from ifs_jaggaer.errors import Conflict, System, Unreachable, Waiting
from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import chunks, put_new
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.records import Intent
from ifs_jaggaer.store.schema import IntentRow as Row

SEND_BY_SECONDS = 10
ONCE = "create"
"""The action that is never repeated once it was done; others may recur with the same content."""

UNSETTLED = ("open", "unknown")
"""States in which nobody knows whether it was carried out."""

_ALL = select(
    *(Row.id, Row.sync, Row.system, Row.entity, Row.key, Row.action, Row.run_id, Row.attempt, Row.renewals),
    *(Row.state, Row.recorded_at, Row.send_by, Row.closed_at, Row.outcome),
)
_CONNECTION = Row.connection == bindparam("of_connection")
_THIS = (_CONNECTION, Row.id == bindparam("of_id"))
_MANY = _ALL.where(_CONNECTION, Row.id.in_(bindparam("of_ids", expanding=True)))
_FORMER = _ALL.where(*_THIS).with_for_update()
_STANDING = select(Row.run_id, Row.renewals, Row.state).where(*_THIS)
_RENEW = update(Row).where(*_THIS)
_DONE = update(Row).where(*_THIS, Row.state != "done")
_UNDONE = _DONE.where(Row.run_id == bindparam("of_run"), Row.state == "open")


class Intents(Bound):
    """Intents of a connection by their deterministic id."""

    def get(self, ids: Iterable[str]) -> dict[str, Intent]:
        """Intents by id; ids without one are left out."""
        found: dict[str, Intent] = {}
        for part in chunks(sorted(set(ids))):
            rows = self.db.execute(_MANY, {"of_connection": self.connection, "of_ids": part})
            found.update((row.id, Intent(*row)) for row in rows)
        return found

    def record(
        self,
        id: str,  # noqa: A002
        *,
        sync: str,
        system: System,
        entity: str,
        key: str,
        action: str,
        run_id: str,
        attempt: int,
        looked_at: datetime | None = None,
        send_by_seconds: float = SEND_BY_SECONDS,
    ) -> Intent:
        """Records that this run is about to send, until `send_by` (database clock).

        The run's own intent is renewed for each further attempt, and what was done may be done again
        unless it is a creation. Another run's is taken over when it was settled, or is past its send-by
        time; whether enough time has passed since to trust a look-up is the caller's to know
        (`settle_delay`).

        Args:
            id: deterministic key of the action.
            sync: whose it is.
            system: where it is sent to.
            entity: set or resource.
            key: key of the record.
            action: "create", or another name.
            run_id: who is about to send.
            attempt: number of the attempt on the wire.
            looked_at: when the target was read for this decision; an intent that another run recorded
                since makes that reading worthless.
            send_by_seconds: how long it may be sent.

        Raises:
            Waiting: another run may still be sending under it.
            Conflict: it was created already, or another run was at it since `looked_at`: decide again.
        """
        now = clock(self.db)
        fresh = {
            "run_id": run_id,
            "attempt": attempt,
            "state": "open",
            "recorded_at": now,
            "send_by": now + timedelta(seconds=send_by_seconds),
            "closed_at": None,
            "outcome": "",
        }
        about = {"sync": sync, "system": system, "entity": entity, "key": key, "action": action}
        renewals = 0
        if not put_new(self.db, Row, connection=self.connection, id=id, **about, **fresh, renewals=0):
            former = Intent(*self.db.execute(_FORMER, self._this(id)).one())
            record = f"{entity} {key}"
            if former.state == "done" and action == ONCE:
                raise Conflict("it was created already", system=system, record=record)
            if former.run_id != run_id:
                unsettled = former.state in UNSETTLED
                if unsettled and clock(self.db) <= former.send_by:
                    raise Waiting(
                        f"another run is at {action}",
                        system=system,
                        record=record,
                        waits_for=f"intent:{id}",
                    )
                if looked_at is not None and former.recorded_at > looked_at:
                    raise Conflict(f"another run was at {action} meanwhile", system=system, record=record)
            renewals = former.renewals + 1
            self.db.execute(_RENEW, {**self._this(id), **about, **fresh, "renewals": renewals})
        return Intent(
            id, sync, system, entity, key, action, run_id, attempt, renewals,
            "open", now, now + timedelta(seconds=send_by_seconds), None, "",
        )  # fmt: skip

    def check(self, intent: Intent) -> None:
        """The last look before the bytes leave.

        Raises:
            Unreachable: its send-by time is past, or it is no longer this run's: nothing may be sent.
        """
        standing = self.db.execute(_STANDING, self._this(intent.id)).one_or_none()
        mine = standing is not None and tuple(standing) == (intent.run_id, intent.renewals, "open")
        if not mine or clock(self.db) > intent.send_by:
            raise Unreachable(
                f"too late for {intent.action}: nothing was sent",
                system=intent.system,
                record=f"{intent.entity} {intent.key}",
            )

    def close(
        self,
        id: str,  # noqa: A002
        state: Literal["done", "failed", "unknown"],
        outcome: str = "",
        *,
        run_id: str,
    ) -> bool:
        """Says what became of it: done, not done, or sent without an answer that tells.

        Not done and unknown may be said only by the run that holds it open. Done may be said by
        whoever learns it, also of what was unknown, so that a run that took it over does not send.
        False, and nothing changed, where that does not hold.
        """
        closed = {**self._this(id), "state": state, "outcome": outcome, "closed_at": clock(self.db)}
        if state == "done":
            return bool(self.db.execute(_DONE, closed).rowcount)
        return bool(self.db.execute(_UNDONE, {**closed, "of_run": run_id}).rowcount)

    def unsettled(self, sync: str, keys: Iterable[str] | None = None) -> list[Intent]:
        """Those of which nobody knows whether they were carried out, of some documents or of the sync."""
        query = _ALL.where(
            Row.connection == self.connection,
            Row.sync == sync,
            Row.state.in_(UNSETTLED),
        )
        parts = [query] if keys is None else [query.where(Row.key.in_(part)) for part in chunks(sorted(set(keys)))]
        found = [Intent(*row) for part in parts for row in self.db.execute(part)]
        return sorted(found, key=lambda intent: (intent.recorded_at, intent.id))

    def _this(self, id: str) -> dict[str, str]:  # noqa: A002
        return {"of_connection": self.connection, "of_id": id}
