"""How far each source was read."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import put_new
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.records import Watermark
from ifs_jaggaer.store.runs import FIXED
from ifs_jaggaer.store.schema import WatermarkRow as Row


class Watermarks(Bound):
    """Watermarks of a connection by sync and source."""

    def get(self, sync: str, source: str) -> Watermark | None:
        """Where the source stands; None before the first move."""
        query = select(Row.value, Row.version).where(
            Row.connection == self.connection, Row.sync == sync, Row.source == source
        )
        found = self.db.execute(query).one_or_none()
        return Watermark(found.value, found.version) if found else None

    def in_use(self, sync: str, source: str) -> dict[str, Watermark | None]:
        """The watermarks of a source by fixed scope ("@10,20", "" for all) that today's runs move.

        Either that of the runs for all, or those of the scopes, whichever was moved last.
        """
        query = (
            select(Row.source, Row.value, Row.version)
            .where(Row.connection == self.connection, Row.sync == sync)
            .where((Row.source == source) | Row.source.startswith(f"{source}{FIXED}", autoescape=True))
            .order_by(Row.moved_at.desc())
        )
        found = {row.source.removeprefix(source): Watermark(row.value, row.version) for row in self.db.execute(query)}
        if not found or not next(iter(found)):
            return {"": found.get("")}
        return {scope: mark for scope, mark in found.items() if scope}

    def move(self, sync: str, source: str, expected: Watermark | None, value: str, run_id: str) -> bool:
        """Moves it from `expected` to `value`; False, and nothing done, when somebody else moved it."""
        moved = {"value": value, "moved_at": clock(self.db), "moved_by": run_id}
        key = {"connection": self.connection, "sync": sync, "source": source}
        if expected is None:
            return put_new(self.db, Row, **key, **moved, version=1)
        move = (
            update(Row)
            .filter_by(**key)
            .where(Row.version == expected.version, Row.value == expected.value)
            .values(**moved, version=expected.version + 1)
        )
        return bool(self.db.execute(move).rowcount)

    def all(self) -> dict[tuple[str, str], Watermark]:
        """Every watermark by (sync, source)."""
        query = select(Row.sync, Row.source, Row.value, Row.version).where(Row.connection == self.connection)
        found = {(row.sync, row.source): Watermark(row.value, row.version) for row in self.db.execute(query)}
        return dict(sorted(found.items()))

    def reset(self, sync: str | None) -> int:
        """Forgets those of one sync, or of all; gives their number."""
        forget = delete(Row).where(Row.connection == self.connection)
        return self.db.execute(forget if sync is None else forget.where(Row.sync == sync)).rowcount
