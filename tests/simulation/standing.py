"""How everything stands when both systems rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from simulation.tenants import Users
from simulation.wishes import Wishes

from ifs_jaggaer.errors import System
from ifs_jaggaer.pipeline.reconcile.course import Report
from ifs_jaggaer.store import Intent, OpenItem

Row: TypeAlias = "dict[str, Any]"


@dataclass
class Standing:
    """After some cycles at rest. `writes` and `failed` are of the last one, `findings` of the audit record.

    `store_lost`: once in this life.
    """

    users: Users
    wishes: Wishes
    items: Sequence[OpenItem]
    intents: Sequence[Intent]
    findings: Sequence[str]
    writes: Mapping[System, int]
    report: Report
    failed: Sequence[str]
    store_lost: bool
    at: datetime
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)

    def ifs(self, name: str) -> list[Row]:
        return self._of("ifs", name)

    def jaggaer(self, name: str) -> list[Row]:
        return self._of("jaggaer", name)

    def _of(self, system: str, name: str) -> list[Row]:
        if (system, name) not in self.rows:
            self.rows[system, name] = self.users.records(system, name)
        return self.rows[system, name]

    @cached_property
    def open_keys(self) -> set[tuple[str, str]]:
        return {(item.sync, key) for item in self.items for key in (item.key, item.other_key) if key}

    def is_open(self, sync: str, key: object) -> bool:
        """Whether the store says that something of the document is not done."""
        return (sync, str(key)) in self.open_keys or (sync, f"JAGGAER:{key}") in self.open_keys

    @property
    def companies(self) -> list[Row]:
        return [record["returnCompanyInfo"] for record in self.jaggaer("companyprofiles")]

    @property
    def invoices(self) -> list[Row]:
        return [record["header"] for record in self.jaggaer("invoices")]

    @property
    def receipts(self) -> list[Row]:
        return [record["header"] for record in self.jaggaer("receipts")]

    @property
    def contracts(self) -> list[Row]:
        """Those that are shown."""
        return [record for record in self.jaggaer("contracts") if record["deletedStatus"] == "NOT-DELETED"]
