"""Who may write a document just now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.columns import chunks, insert
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.schema import LeaseRow as Row


class Leases(Bound):
    """Leases of a connection by name, for a time by the database's clock."""

    def take(self, names: Iterable[str], holder: str, seconds: float) -> set[str]:
        """Takes those that are free, run out, or the holder's own already; gives what is held now."""
        taken: set[str] = set()
        for part in chunks(sorted(set(names))):  # sorted: two takers must not wait for each other
            now = clock(self.db)
            until = now + timedelta(seconds=seconds)
            take = insert(self.db, Row).values(
                [{"connection": self.connection, "name": name, "holder": holder, "until": until} for name in part]
            )
            take = take.on_conflict_do_update(
                index_elements=["connection", "name"],
                set_={"holder": holder, "until": until},
                where=or_(Row.until < now, Row.holder == holder),
            )
            taken.update(self.db.execute(take.returning(Row.name)).scalars())
        return taken

    def renew(self, names: Iterable[str], holder: str, seconds: float) -> set[str]:
        """Prolongs those that are still the holder's; gives them."""
        kept: set[str] = set()
        for part in chunks(sorted(set(names))):
            renew = (
                update(Row)
                .where(Row.connection == self.connection, Row.holder == holder, Row.name.in_(part))
                .values(until=clock(self.db) + timedelta(seconds=seconds))
            )
            kept.update(self.db.execute(renew.returning(Row.name)).scalars())
        return kept

    def holders(self, names: Iterable[str]) -> dict[str, str]:
        """Who holds them, by name; those that are free are left out."""
        found: dict[str, str] = {}
        for part in chunks(sorted(set(names))):
            query = select(Row.name, Row.holder).where(Row.connection == self.connection, Row.name.in_(part))
            found.update((row.name, row.holder) for row in self.db.execute(query))
        return found

    def release(self, holder: str) -> None:
        """Gives back all that the holder has."""
        self.db.execute(delete(Row).where(Row.connection == self.connection, Row.holder == holder))
