"""Open items: what waits for a person, another record or another time; one table, one lifecycle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, TextualSelect, bindparam, distinct, func, select, update

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import chunks, insert_on, worded
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.records import Concern, OpenItem, Replaced
from ifs_jaggaer.store.schema import OPEN
from ifs_jaggaer.store.schema import ItemRow as Row

_COLUMNS = (
    *(Row.id, Row.sync, Row.key, Row.other_key, Row.field, Row.kind, Row.value, Row.reason, Row.remedy),
    *(Row.waits_for, Row.brake, Row.since, Row.opened_by, Row.last_tried, Row.closed_at, Row.closed_by),
    *(Row.brake_limit, Row.alerted_by),
)
_KEY = ("connection", "sync", "key", "field")
_STATED = ("other_key", "kind", "value", "reason", "remedy", "waits_for", "brake", "brake_limit", "last_tried")
_ONCE = ("since", "opened_by", "alerted_by")
_STANDING = (
    select(*_COLUMNS)
    .where(
        Row.connection == bindparam("of_connection"),
        Row.sync == bindparam("of_sync"),
        Row.key == bindparam("of_key"),
        Row.closed_at.is_(None),
    )
    .order_by(Row.since, Row.id)
)


class Items(Bound):
    """Open items of a connection; at most one open for each (sync, key, field)."""

    def replace(self, sync: str, key: str, other_key: str, items: Sequence[Concern], run_id: str) -> Replaced:
        """States what is open for a document now; what is not among `items` is closed by this run.

        `since` is kept while kind and reason stay; when they change, it starts again, nobody has been told of its
        age, and the item is among the opened ones. Two items for one field: the first counts.
        """
        these = {"of_connection": self.connection, "of_sync": sync, "of_key": key}
        standing = {item.field: item for item in (OpenItem(*row) for row in self.db.execute(_STANDING, these))}
        if not (standing or items):
            return Replaced((), (), ())
        now = clock(self.db)
        wanted: dict[str, Concern] = {}
        for item in items:
            wanted.setdefault(item.field, item)
        over = [item.id for field, item in standing.items() if field not in wanted]
        closed = self._close(over, run_id, now)
        opened: list[OpenItem] = []
        still: list[OpenItem] = []
        for field, item in wanted.items():
            former = standing.get(field)
            same = former is not None and (former.kind, former.reason) == (str(item.kind), item.reason)
            stated: dict[str, Any] = {
                "connection": self.connection,
                "sync": sync,
                "key": key,
                "field": field,
                "other_key": other_key,
                "kind": str(item.kind),
                "value": item.value,
                "reason": item.reason,
                "remedy": item.remedy,
                "waits_for": item.waits_for,
                "brake": item.brake,
                "brake_limit": item.limit,
                "last_tried": now,
                "since": now,
                "opened_by": run_id,
                "alerted_by": "",
            }
            row = self.db.execute(_state(self.db.dialect.name, anew=not same), stated).one()
            (still if same else opened).append(OpenItem(*row))
        return Replaced(tuple(opened), tuple(still), tuple(closed))

    def open(self, sync: str | None = None, kind: str | None = None, key: str | None = None) -> list[OpenItem]:
        """Open items, oldest first, of a sync, a kind, a document, or all."""
        narrowed = [
            *([Row.sync == sync] if sync is not None else []),
            *([Row.kind == str(kind)] if kind is not None else []),
            *([Row.key == key] if key is not None else []),
        ]
        return self._find(Row.closed_at.is_(None), *narrowed)

    def get(self, id: int) -> OpenItem | None:  # noqa: A002
        """One item, open or closed."""
        found = self._find(Row.id == id)
        return found[0] if found else None

    def due(self, sync: str, before: datetime) -> list[OpenItem]:
        """Open items of a sync that were last tried before a moment."""
        return self._find(Row.closed_at.is_(None), Row.sync == sync, Row.last_tried < before)

    def waiting_for(self, references: Iterable[str]) -> list[OpenItem]:
        """Open items, of any sync, that wait for one of these ("supplier:1001")."""
        found: list[OpenItem] = []
        for part in chunks(sorted(set(references))):
            found += self._find(Row.closed_at.is_(None), Row.waits_for.in_(part))
        return found

    def touch(self, tried: Iterable[int]) -> None:
        """Notes that these were tried just now."""
        now = clock(self.db)
        for part in chunks(sorted(set(tried))):
            these = (Row.connection == self.connection, Row.id.in_(part))
            self.db.execute(update(Row).where(*these).values(last_tried=now))

    def alerted(self, ids: Iterable[int], run_id: str) -> None:
        """Notes that this run said of these that they are too old; "" for a run that nobody heard."""
        for part in chunks(sorted(set(ids))):
            these = (Row.connection == self.connection, Row.id.in_(part))
            self.db.execute(update(Row).where(*these).values(alerted_by=run_id))

    def discard(self, id: int, by: str) -> OpenItem | None:  # noqa: A002
        """A person closes an item; None when it is not open."""
        closed = self._close([id], by, clock(self.db))
        return closed[0] if closed else None

    def brake_count(self, sync: str, since: datetime, limit: str = "") -> int:
        """How many fields of documents were put aside under that limit of the brake since then, open or closed."""
        aside = select(distinct(Row.key + "\n" + Row.field)).where(
            Row.connection == self.connection,
            Row.sync == sync,
            Row.brake.is_(True),
            Row.brake_limit == limit,
            Row.since >= since,
        )
        return self.db.execute(select(func.count()).select_from(aside.subquery())).scalar_one()

    def _close(self, ids: Sequence[int], by: str, now: datetime) -> list[OpenItem]:
        closed: list[OpenItem] = []
        for part in chunks(ids):
            close = (
                update(Row)
                .where(Row.connection == self.connection, Row.id.in_(part), Row.closed_at.is_(None))
                .values(closed_at=now, closed_by=by)
            )
            closed += (OpenItem(*row) for row in self.db.execute(close.returning(*_COLUMNS)))
        return closed

    def _find(self, *conditions: ColumnElement[bool]) -> list[OpenItem]:
        query = select(*_COLUMNS).where(Row.connection == self.connection, *conditions)
        return [OpenItem(*row) for row in self.db.execute(query.order_by(Row.since, Row.id))]


@cache
def _state(dialect: str, *, anew: bool) -> TextualSelect:
    """States an item; `anew`: since now."""
    put = insert_on(dialect, Row)
    stated = {name: put.excluded[name] for name in (*_STATED, *(_ONCE if anew else ()))}
    put = put.on_conflict_do_update(index_elements=_KEY, index_where=OPEN, set_=stated)
    return worded(dialect, put.returning(*_COLUMNS), (*_KEY, *_STATED, *_ONCE)).columns(*_COLUMNS)
