"""Runs of each sync, and the fingerprints of what they were set up with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import insert
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.records import Document, Run
from ifs_jaggaer.store.schema import FingerprintRow
from ifs_jaggaer.store.schema import RunRow as Row

_ALL = select(
    *(Row.id, Row.sync, Row.trigger, Row.scope, Row.parameters, Row.started_at, Row.finished_at),
    *(Row.state, Row.completed, Row.counts),
)

_REAL = Row.parameters["dry_run"].as_boolean().is_not(True)

FIXED = "@"
"""Begins the scope of a run whose deployment is for some companies only, with watermarks of its own: "@10,20"."""


class Runs(Bound):
    """Runs of a connection."""

    def start(self, run_id: str, sync: str, trigger: str, parameters: Document, scope: str = "") -> Run:
        """Notes that a run started; a run that is retried under its id starts anew."""
        fresh = {
            "sync": sync,
            "trigger": trigger,
            "scope": scope,
            "parameters": parameters,
            "started_at": clock(self.db),
            "finished_at": None,
            "state": "running",
            "completed": False,
            "counts": {},
        }
        start = insert(self.db, Row).values(connection=self.connection, id=run_id, **fresh)
        self.db.execute(start.on_conflict_do_update(index_elements=["connection", "id"], set_=fresh))
        return self._find(Row.id == run_id)[0]

    def finish(self, run_id: str, state: str, counts: Document, *, completed: bool) -> None:
        """Notes how a run ended; `completed`: all that it set out to read was settled or put aside."""
        finish = update(Row).where(Row.connection == self.connection, Row.id == run_id)
        ended = {"finished_at": clock(self.db), "state": state, "completed": completed, "counts": counts}
        self.db.execute(finish.values(**ended))

    def get(self, run_id: str) -> Run | None:
        found = self._find(Row.id == run_id)
        return found[0] if found else None

    def last_that_wrote(self, sync: str, after: datetime) -> datetime | None:
        """When the last run of a sync ended that created or updated something, if that was after a moment.

        One that only showed what it would write is none.
        """
        wrote = or_(*(Row.counts[name].as_integer() > 0 for name in ("created", "updated")))
        ended = select(func.max(Row.finished_at)).where(
            Row.connection == self.connection, Row.sync == sync, Row.finished_at > after, wrote, _REAL
        )
        return self.db.execute(ended).scalar_one()

    def latest(self) -> list[tuple[Run, Run | None]]:
        """The last run of each sync and fixed scope, and the last that completed; dry runs and fits do not count.

        Runs without a fixed scope count together, whatever they were narrowed to.
        """
        known = select(Row.sync, Row.scope).where(Row.connection == self.connection, _REAL).distinct()
        groups = {(row.sync, row.scope if row.scope.startswith(FIXED) else "") for row in self.db.execute(known)}
        found: list[tuple[Run, Run | None]] = []
        for sync, scope in sorted(groups):
            mine = (_REAL, Row.sync == sync, Row.scope == scope if scope else Row.scope.not_like(f"{FIXED}%"))
            completed = self._find(*mine, Row.completed.is_(True))
            found.append((self._find(*mine)[0], completed[0] if completed else None))
        return found

    def scopes(self, sync: str, since: datetime) -> set[frozenset[str]]:
        """The companies of each run of a sync that started since then; dry runs do not count."""
        lately = (Row.connection == self.connection, Row.sync == sync, Row.started_at >= since, _REAL)
        found = self.db.execute(select(Row.scope).where(*lately).distinct()).scalars()
        return {frozenset(scope.removeprefix(FIXED).split(",")) for scope in found}

    def recent(self, sync: str | None = None, limit: int = 100) -> list[Run]:
        """Runs of a sync or of all, the newest first."""
        return self._find(*([Row.sync == sync] if sync is not None else []), limit=limit)

    def _find(self, *conditions: ColumnElement[bool], limit: int = 1) -> list[Run]:
        query = _ALL.where(Row.connection == self.connection, *conditions)
        newest = query.order_by(Row.started_at.desc(), Row.id.desc()).limit(limit)
        return [Run(*row) for row in self.db.execute(newest)]


class Fingerprints(Bound):
    """Fingerprints by name, e.g. of the profile or of a sync's scope."""

    def get(self, name: str) -> str | None:
        """The one kept last; None when there is none."""
        query = select(FingerprintRow.value).filter_by(connection=self.connection, name=name)
        return self.db.execute(query).scalar_one_or_none()

    def names(self, beginning: str) -> list[str]:
        """The names that begin so."""
        query = select(FingerprintRow.name).where(
            FingerprintRow.connection == self.connection, FingerprintRow.name.startswith(beginning, autoescape=True)
        )
        return sorted(self.db.execute(query).scalars())

    def put(self, name: str, value: str) -> None:
        """Keeps it in place of the former one."""
        put = insert(self.db, FingerprintRow).values(connection=self.connection, name=name, value=value)
        kept = put.on_conflict_do_update(index_elements=["connection", "name"], set_={"value": value})
        self.db.execute(kept)
