"""Snapshots count up by compare-and-swap; versions are kept for ever."""

from __future__ import annotations

from races import in_processes

from ifs_jaggaer.store import Snapshot, Store


def test_a_snapshot_is_settled_only_on_the_version_that_was_decided_on(store: Store) -> None:
    with store.unit() as unit:
        assert unit.snapshots.put("supplier", "1", {"name": "A", "fax": None}, 0)
        assert not unit.snapshots.put("supplier", "1", {"name": "B"}, 0)
        assert unit.snapshots.put("supplier", "1", {"name": "B"}, 1)
        assert not unit.snapshots.put("supplier", "1", {"name": "C"}, 1)
        assert not unit.snapshots.put("supplier", "2", {"name": "C"}, 1)
        assert unit.snapshots.get("supplier", ["1", "2"]) == {"1": Snapshot("supplier", "1", {"name": "B"}, 2)}


def test_absence_emptiness_and_any_letter_come_back_as_they_went_in(store: Store) -> None:
    fields = {"none": None, "empty": "", "amount": "1.10", "name": "Ære & Søn 株式会社 😀 'x' \"y\" \\ \n"}
    with store.unit() as unit:
        unit.snapshots.put("supplier", "1", fields, 0)
    with store.look() as unit:
        assert unit.snapshots.get("supplier", ["1"])["1"].fields == fields


SETTLE = """
settled = 0
for attempt in range(15):
    with store.look() as unit:
        known = unit.snapshots.get("k", ["1"]).get("1")
    version = known.version if known else 0
    with store.unit() as unit:
        settled += unit.snapshots.put("k", "1", {"by": str(index)}, version)
print(json.dumps(settled))
"""


def test_two_processes_never_settle_the_same_version(store: Store, database: str) -> None:
    settled = in_processes(2, database, store.connection, SETTLE)
    with store.look() as unit:
        assert unit.snapshots.get("k", ["1"])["1"].version == sum(settled)


def test_kept_versions_are_replaced_listed_and_removed_by_set(store: Store) -> None:
    many = {f"K{number}": "1" for number in range(1201)}
    with store.unit() as unit:
        unit.versions.put("orders", many)
        unit.versions.put("orders", {"K1": "2"})
        unit.versions.put("lines", {"K1": "9"})
        unit.versions.put("lines", {})
        assert unit.versions.get("orders", ["K0", "K1", "none"]) == {"K0": "1", "K1": "2"}
        assert unit.versions.all("orders") == many | {"K1": "2"}
        unit.versions.remove("orders", many.keys() - {"K7"})
        assert unit.versions.all("orders") == {"K7": "1"}
        assert unit.versions.all("lines") == {"K1": "9"}
