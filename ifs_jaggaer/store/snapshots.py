"""What was last settled for each document, and which version of each source row was last dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, select, update

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import chunks, insert, put_new
from ifs_jaggaer.store.records import Snapshot
from ifs_jaggaer.store.schema import SnapshotRow, VersionRow

_OF_KIND = (SnapshotRow.connection == bindparam("of_connection"), SnapshotRow.kind == bindparam("of_kind"))
_SNAPSHOTS = select(SnapshotRow.key, SnapshotRow.fields, SnapshotRow.version).where(
    *_OF_KIND, SnapshotRow.key.in_(bindparam("of_keys", expanding=True))
)
_SETTLE = update(SnapshotRow).where(
    *_OF_KIND, SnapshotRow.key == bindparam("of_key"), SnapshotRow.version == bindparam("of_version")
)


class Snapshots(Bound):
    """Snapshots of a connection by kind and key."""

    def get(self, kind: str, keys: Iterable[str]) -> dict[str, Snapshot]:
        """Snapshots by key; keys without one are left out."""
        found: dict[str, Snapshot] = {}
        for part in chunks(sorted(set(keys))):
            these = {"of_connection": self.connection, "of_kind": kind, "of_keys": part}
            for key, fields, version in self.db.execute(_SNAPSHOTS, these):
                found[key] = Snapshot(kind, key, fields, version)
        return found

    def put(self, kind: str, key: str, fields: Mapping[str, str | None], expected_version: int) -> bool:
        """Settles a document: version `expected_version` (0: none yet) becomes the next one.

        False, and nothing done, when it was settled by somebody else meanwhile.
        """
        kept = dict(fields)
        if expected_version == 0:
            key_ = {"connection": self.connection, "kind": kind, "key": key}
            return put_new(self.db, SnapshotRow, **key_, fields=kept, version=1)
        this = {"of_connection": self.connection, "of_kind": kind, "of_key": key, "of_version": expected_version}
        return bool(self.db.execute(_SETTLE, {**this, "fields": kept, "version": expected_version + 1}).rowcount)


class Versions(Bound):
    """The version of each row of a set that was last dealt with, e.g. its ETag or change time."""

    def get(self, set_: str, keys: Iterable[str]) -> dict[str, str]:
        """Versions by key; keys without one are left out."""
        found: dict[str, str] = {}
        for part in chunks(sorted(set(keys))):
            these = (VersionRow.connection == self.connection, VersionRow.set == set_, VersionRow.key.in_(part))
            query = select(VersionRow.key, VersionRow.version).where(*these)
            found.update((row.key, row.version) for row in self.db.execute(query))
        return found

    def all(self, set_: str) -> dict[str, str]:
        """Every key of a set with its version, for a sweep."""
        these = (VersionRow.connection == self.connection, VersionRow.set == set_)
        query = select(VersionRow.key, VersionRow.version).where(*these)
        return {row.key: row.version for row in self.db.execute(query)}

    def put(self, set_: str, versions: Mapping[str, str]) -> None:
        """Keeps versions; those kept before under the same keys are replaced."""
        rows = [
            {"connection": self.connection, "set": set_, "key": key, "version": version}
            for key, version in sorted(versions.items())  # two writers must not wait for each other
        ]
        put = insert(self.db, VersionRow)
        put = put.on_conflict_do_update(
            index_elements=["connection", "set", "key"], set_={"version": put.excluded.version}
        )
        if rows:
            self.db.execute(put, rows)

    def remove(self, set_: str, keys: Iterable[str]) -> None:
        """Forgets versions, so that the rows are dealt with again."""
        for part in chunks(sorted(set(keys))):
            these = (VersionRow.connection == self.connection, VersionRow.set == set_, VersionRow.key.in_(part))
            self.db.execute(delete(VersionRow).where(*these))
