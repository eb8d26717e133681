"""Which version of each row was last dealt with, and the document it led to (DESIGN, law 1: the sweep)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import ColumnElement, case, delete, select

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import chunks, insert
from ifs_jaggaer.store.records import Kept
from ifs_jaggaer.store.schema import VersionRow

READ_AT_ONCE = 10_000


class Versions(Bound):
    """Kept rows of a connection by sync, set and key: two syncs that poll one set hide nothing from each other."""

    def kept(self, sync: str, set_: str, keys: Iterable[str]) -> dict[str, Kept]:
        """Kept rows by key; keys without one are left out."""
        found: dict[str, Kept] = {}
        for part in chunks(sorted(set(keys))):
            query = select(VersionRow.key, VersionRow.version, VersionRow.reference, VersionRow.profile).where(
                *self._of(sync, set_), VersionRow.key.in_(part)
            )
            found.update((row.key, Kept(row.version, row.reference, row.profile)) for row in self.db.execute(query))
        return found

    def keys(self, sync: str, set_: str) -> Iterator[str]:
        """Every key of a set, in their order."""
        query = select(VersionRow.key).where(*self._of(sync, set_)).order_by(VersionRow.key)
        yield from self.db.execute(query.execution_options(yield_per=READ_AT_ONCE)).scalars()

    def put(self, sync: str, set_: str, rows: Mapping[str, Kept]) -> None:
        """Keeps rows in place of those kept under the same keys; what is empty leaves what is known."""
        values = [
            {"connection": self.connection, "sync": sync, "set": set_, "key": key}
            | {"version": kept.version, "reference": kept.reference, "profile": kept.profile}
            for key, kept in sorted(rows.items())  # two writers must not wait for each other
        ]
        put = insert(self.db, VersionRow)
        reference = case((put.excluded.reference == "", VersionRow.reference), else_=put.excluded.reference)
        profile = case((put.excluded.profile == "", VersionRow.profile), else_=put.excluded.profile)
        put = put.on_conflict_do_update(
            index_elements=["connection", "sync", "set", "key"],
            set_={"version": put.excluded.version, "reference": reference, "profile": profile},
        )
        if values:
            self.db.execute(put, values)

    def remove(self, sync: str, set_: str, keys: Iterable[str]) -> None:
        """Forgets rows, so that they are dealt with again when they come."""
        for part in chunks(sorted(set(keys))):
            self.db.execute(delete(VersionRow).where(*self._of(sync, set_), VersionRow.key.in_(part)))

    def _of(self, sync: str, set_: str) -> tuple[ColumnElement[bool], ...]:
        return (VersionRow.connection == self.connection, VersionRow.sync == sync, VersionRow.set == set_)
