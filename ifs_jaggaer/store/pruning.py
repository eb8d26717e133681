"""Deleting what nobody needs any more. Links, snapshots, watermarks, kept versions and runs always stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete

from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.schema import IntentRow, ItemRow, LeaseRow

BRAKE_MEMORY = timedelta(hours=24)
"""The brake counts what was put aside in this time, closed or not (DESIGN, law 11)."""


class Pruned(NamedTuple):
    """How much of each was deleted."""

    intents: int
    items: int
    events: int


class Pruning(Bound):
    """What is settled or closed, of one connection."""

    def settled(self, before: datetime) -> tuple[int, int]:
        """Deletes settled intents and closed items that ended before then, and leases that ran out.

        Raises:
            SettingsError: the time lies within the last 24 hours, which the brake still counts.
        """
        now = clock(self.db)
        if before > now - BRAKE_MEMORY:
            raise SettingsError("what is younger than 24 hours is not pruned", field="before", value=str(before))
        intents = delete(IntentRow).where(
            IntentRow.connection == self.connection,
            IntentRow.state.in_(["done", "failed"]),
            IntentRow.closed_at < before,
        )
        items = delete(ItemRow).where(ItemRow.connection == self.connection, ItemRow.closed_at < before)
        self.db.execute(delete(LeaseRow).where(LeaseRow.connection == self.connection, LeaseRow.until < now))
        return self.db.execute(intents).rowcount, self.db.execute(items).rowcount
