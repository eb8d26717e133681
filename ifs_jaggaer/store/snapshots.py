"""What was last settled for each document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, select, update

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import chunks, put_new
from ifs_jaggaer.store.records import Snapshot
from ifs_jaggaer.store.schema import SnapshotRow

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
