"""Which records of the two systems are one; one to one, by constraint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from ifs_jaggaer.errors import Rejected
from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import chunks, put_new
from ifs_jaggaer.store.records import Link, LinkLike
from ifs_jaggaer.store.schema import LinkRow as Row


class LinkTaken(Rejected):
    """One of the two records is linked to another one; `taken` are the links that stand in the way."""

    def __init__(self, wanted: LinkLike, taken: tuple[Link, ...]) -> None:
        pairs = ", ".join(f"IFS {link.ifs_key} = JAGGAER {link.jaggaer_key}" for link in taken)
        super().__init__(
            f"cannot be linked to JAGGAER {wanted.jaggaer_key}: {pairs} already",
            record=f"{wanted.kind} IFS {wanted.ifs_key}",
            field="link",
            remedy="decide which two belong together, and remove the mark or number of the other one",
        )
        self.taken = taken


class Links(Bound):
    """Links of a connection by kind."""

    def by_ifs(self, kind: str, keys: Iterable[str]) -> dict[str, Link]:
        """Links by the key in IFS; keys without one are left out."""
        return {link.ifs_key: link for link in self._find(kind, Row.ifs_key, keys)}

    def by_jaggaer(self, kind: str, keys: Iterable[str]) -> dict[str, Link]:
        """Links by the key in JAGGAER; keys without one are left out."""
        return {link.jaggaer_key: link for link in self._find(kind, Row.jaggaer_key, keys)}

    def put(self, link: LinkLike) -> None:
        """Links two records; for the same two again the detail is replaced.

        Raises:
            LinkTaken: one of them is linked to another.
        """
        pair = {"kind": link.kind, "ifs_key": link.ifs_key, "jaggaer_key": link.jaggaer_key}
        if put_new(self.db, Row, connection=self.connection, **pair, detail=dict(link.detail)):
            return
        either = or_(Row.ifs_key == link.ifs_key, Row.jaggaer_key == link.jaggaer_key)
        in_the_way = _ALL.where(Row.connection == self.connection, Row.kind == link.kind, either)
        standing = tuple(map(_link, self.db.execute(in_the_way.order_by(Row.ifs_key).with_for_update())))
        if [(one.ifs_key, one.jaggaer_key) for one in standing] != [(link.ifs_key, link.jaggaer_key)]:
            raise LinkTaken(link, standing)
        this = (Row.connection == self.connection, Row.kind == link.kind, Row.ifs_key == link.ifs_key)
        self.db.execute(update(Row).where(*this).values(detail=dict(link.detail)))

    def remove(self, kind: str, ifs_key: str) -> bool:
        """Takes a link away; False when there was none."""
        this = (Row.connection == self.connection, Row.kind == kind, Row.ifs_key == ifs_key)
        return bool(self.db.execute(delete(Row).where(*this)).rowcount)

    def count(self, kind: str) -> int:
        """How many records of a kind are linked."""
        query = select(func.count()).where(Row.connection == self.connection, Row.kind == kind)
        return self.db.execute(query).scalar_one()

    def touching(self, keys: Iterable[str]) -> list[Link]:
        """Links of any kind that have one of the keys on either side."""
        found: list[Link] = []
        for part in chunks(sorted(set(keys))):
            either = or_(Row.ifs_key.in_(part), Row.jaggaer_key.in_(part))
            found += map(_link, self.db.execute(_ALL.where(Row.connection == self.connection, either)))
        return found

    def with_last_part(self, key: str) -> list[Link]:
        """Links of any kind whose key on either side has several parts, joined by colons, of which this is the last.

        As people name a record that has one number in each company: by the number alone.
        """
        either = or_(*(side.endswith(f":{key}", autoescape=True) for side in (Row.ifs_key, Row.jaggaer_key)))
        found = map(_link, self.db.execute(_ALL.where(Row.connection == self.connection, either)))
        # The databases do not agree on whether that minds the case.
        return [link for link in found if link.ifs_key.endswith(f":{key}") or link.jaggaer_key.endswith(f":{key}")]

    def _find(self, kind: str, side: InstrumentedAttribute[str], keys: Iterable[str]) -> list[Link]:
        found: list[Link] = []
        for part in chunks(sorted(set(keys))):
            these = {"of_connection": self.connection, "of_kind": kind, "of_keys": part}
            found += map(_link, self.db.execute(_BY_SIDE[side.key], these))
        return found


_ALL = select(Row.kind, Row.ifs_key, Row.jaggaer_key, Row.detail)
_OF_KIND = (Row.connection == bindparam("of_connection"), Row.kind == bindparam("of_kind"))
_BY_SIDE = {
    side.key: _ALL.where(*_OF_KIND, side.in_(bindparam("of_keys", expanding=True)))
    for side in (Row.ifs_key, Row.jaggaer_key)
}


def _link(row: sa.Row[tuple[str, str, str, dict[str, Any]]]) -> Link:
    return Link(*row)
