"""What `$metadata` said of each set, since when: the history of a tenant's schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import insert, put_new
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.records import SchemaChange
from ifs_jaggaer.store.schema import AttributeRow as Row
from ifs_jaggaer.store.schema import LookRow


class Attributes(Bound):
    """Attributes with their types by service and entity set, in the tenant's names."""

    def looked_at(self, service: str) -> datetime | None:
        """When the service's metadata was read last; None for never."""
        query = select(LookRow.at).filter_by(connection=self.connection, service=service)
        return self.db.execute(query).scalar_one_or_none()

    def known(self, service: str) -> dict[str, dict[str, str]]:
        """What the last look found: set to attribute to type; a set that was never seen is left out."""
        found: dict[str, dict[str, str]] = {}
        query = select(Row.set, Row.attribute, Row.type, Row.until).where(*self._of(service))
        for row in self.db.execute(query):
            attributes = found.setdefault(row.set, {})
            if row.until is None:
                attributes[row.attribute] = row.type
        return found

    def former(self, service: str, name: str, attribute: str, found: str) -> str:
        """The attribute's last type that is not the one found now ("" where it has none); "" for none."""
        query = (
            select(Row.type)
            .where(*self._of(service), Row.set == name, Row.attribute == attribute, Row.type != found)
            .order_by(Row.since.desc())
        )
        return self.db.execute(query.limit(1)).scalar_one_or_none() or ""

    def keep(self, service: str, sets: Mapping[str, Mapping[str, str]]) -> list[SchemaChange]:
        """Notes what a look at a service found; gives what is not as it was, nothing for a set seen for the first time.

        A set of which nothing is given any more has lost all its attributes.
        """
        now = clock(self.db)
        known = self.known(service)
        look = insert(self.db, LookRow).values(connection=self.connection, service=service, at=now)
        self.db.execute(look.on_conflict_do_update(index_elements=["connection", "service"], set_={"at": now}))
        changes: list[SchemaChange] = []
        for name in sorted(known.keys() | sets.keys()):
            before, after = known.get(name, {}), sets.get(name, {})
            for attribute in sorted(before.keys() | after.keys()):
                was, is_now = before.get(attribute, ""), after.get(attribute, "")
                if was == is_now:
                    continue
                if was:
                    self._end(service, name, attribute, now)
                if is_now:
                    self._begin(service, name, attribute, is_now, now)
                if name in known:
                    changes.append(SchemaChange(service, name, attribute, was, is_now, now))
        return changes

    def changes(self, since: datetime) -> list[SchemaChange]:
        """What was found changed from then on, in the order of time."""
        first = (
            select(Row.service, Row.set, func.min(Row.since).label("first"))
            .where(Row.connection == self.connection)
            .group_by(Row.service, Row.set)
            .subquery()
        )
        query = (
            select(Row.service, Row.set, Row.attribute, Row.type, Row.since, Row.until, first.c.first)
            .join(first, (Row.service == first.c.service) & (Row.set == first.c.set))
            .where(Row.connection == self.connection, or_(Row.since >= since, Row.until >= since))
        )
        found: dict[tuple[datetime, str, str, str], list[str]] = {}
        for row in self.db.execute(query):
            if row.since >= since and row.since > row.first:
                found.setdefault((row.since, row.service, row.set, row.attribute), ["", ""])[1] = row.type
            if row.until is not None and row.until >= since:
                found.setdefault((row.until, row.service, row.set, row.attribute), ["", ""])[0] = row.type
        return [
            SchemaChange(service, name, attribute, before, after, at)
            for (at, service, name, attribute), (before, after) in sorted(found.items())
        ]

    def _begin(self, service: str, name: str, attribute: str, kind: str, now: datetime) -> None:
        where = {"service": service, "set": name, "attribute": attribute}
        put_new(self.db, Row, connection=self.connection, type=kind, since=now, until=None, **where)

    def _end(self, service: str, name: str, attribute: str, now: datetime) -> None:
        standing = (*self._of(service), Row.set == name, Row.attribute == attribute, Row.until.is_(None))
        self.db.execute(update(Row).where(*standing).values(until=now))

    def _of(self, service: str) -> tuple[ColumnElement[bool], ...]:
        return (Row.connection == self.connection, Row.service == service)
