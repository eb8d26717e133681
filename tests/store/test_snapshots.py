"""Snapshots count up by compare-and-swap; rows are kept for ever."""

from __future__ import annotations

from races import in_processes

from ifs_jaggaer.store import Kept, Snapshot, Store


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


def test_kept_rows_are_replaced_listed_and_removed_by_sync_and_set(store: Store) -> None:
    many = {f"K{number:04}": Kept("1", f"ifs:{number}") for number in range(1201)}
    with store.unit() as unit:
        unit.versions.put("orders", "heads", many)
        unit.versions.put("orders", "heads", {"K0001": Kept("2", "ifs:other")})
        unit.versions.put("orders", "lines", {"K0001": Kept("9")})
        unit.versions.put("receipts", "heads", {"K0001": Kept("7")})
        unit.versions.put("orders", "lines", {})
        unit.versions.put("orders", "parts", {"1": Kept("1", "ifs:P1", "a-profile")})
        unit.versions.put("orders", "parts", {"1": Kept("")})
        assert unit.versions.kept("orders", "parts", ["1"]) == {"1": Kept("", "ifs:P1", "a-profile")}
        kept = unit.versions.kept("orders", "heads", ["K0000", "K0001", "none"])
        assert kept == {"K0000": Kept("1", "ifs:0"), "K0001": Kept("2", "ifs:other")}
        assert list(unit.versions.keys("orders", "heads")) == sorted(many)
        unit.versions.remove("orders", "heads", many.keys() - {"K0007"})
        assert list(unit.versions.keys("orders", "heads")) == ["K0007"]
        assert unit.versions.kept("orders", "lines", ["K0001"]) == {"K0001": Kept("9")}
        assert unit.versions.kept("receipts", "heads", ["K0001"]) == {"K0001": Kept("7")}


def test_a_kept_row_whose_document_is_not_told_stays_with_the_one_it_led_to(store: Store) -> None:
    """An answer to a change may hold no more than a key and an ETag."""
    with store.unit() as unit:
        unit.versions.put("orders", "lines", {"1": Kept("1", "ifs:P1")})
        unit.versions.put("orders", "lines", {"1": Kept("2")})
        assert unit.versions.kept("orders", "lines", ["1"]) == {"1": Kept("2", "ifs:P1")}
