"""What users of both systems do, by name: each to a record that chance picks among those that are there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from simulation.tenants import Users
from simulation.wishes import Wishes

from ifs_jaggaer.pipeline.request import SyncName

T = TypeVar("T")
Row: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True)
class Desk:
    """Where a user sits for one edit: the systems, chance, and what shall be remembered of it."""

    users: Users
    chance: random.Random
    wishes: Wishes

    def pick(self, among: Iterable[T]) -> T:
        """Raises Nothing where there is none."""
        found = list(among)
        if not found:
            raise Nothing
        return self.chance.choice(found)

    def word(self, prefix: str) -> str:
        return f"{prefix} {self.chance.randrange(1000)}"

    def change_ifs(self, name: str, key: Row, values: Row) -> None:
        """As its user would; now and then the transaction becomes visible minutes after its time."""
        late = self._late()
        times = {"LastModifiedDate": self.users.ago("ifs", late)} if late else {}
        self.users.change("ifs", name, key, values | times)

    def change_jaggaer(self, name: str, key: Row, values: Row) -> None:
        """The same at JAGGAER, where the time of a record does not go back."""
        late = self._late()
        where, what = STAMPS[name]
        every = [record[where] if where else record for record in self.users.records("jaggaer", name)]
        (stated,) = (each for each in every if each.items() >= key.items())
        moment = self.users.ago("jaggaer", late).replace("Z", ".000Z")
        if late and moment > stated[what]:
            values = values | ({where: {what: moment, **values.get(where, {})}} if where else {what: moment})
        self.users.change("jaggaer", name, key, values)

    def _late(self) -> int:
        return self.chance.choice((0, 0, 0, 0, 30, LATEST))


class Nothing(Exception):
    """There is no record that this could be done to."""


STAMPS = {
    "companyprofiles": ("returnCompanyInfo", "lastModTime"),
    "purchaseorders": ("header", "lastUpdate"),
    "receipts": ("header", "lastUpdate"),
    "invoices": ("header", "lastUpdate"),
    "contracts": ("", "lastModTime"),
}
"""Where the time of a record stands at JAGGAER."""

LATEST = 240
"""Seconds after its time that a transaction becomes visible: within the overlap of 300."""


@dataclass(frozen=True)
class EditOf:
    """One thing that a user may do; `do` says what it was done to, `sync` is the one that it is work for."""

    do: Callable[[Desk], str]
    weight: int
    sync: SyncName


EDITS: dict[str, EditOf] = {}


def edit(weight: int, sync: SyncName) -> Callable[[Callable[[Desk], str]], Callable[[Desk], str]]:
    """Enters a function under its name; `weight`: how often it happens compared with others."""

    def enter(do: Callable[[Desk], str]) -> Callable[[Desk], str]:
        EDITS[do.__name__] = EditOf(do, weight, sync)
        return do

    return enter


def keyed(row: Mapping[str, Any], *names: str) -> Row:
    return {name: row[name] for name in names}
