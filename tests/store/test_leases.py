"""One writer for a document at a time, by the database's clock."""

from __future__ import annotations

import time

from races import in_processes, in_threads

from ifs_jaggaer.store import Store


def test_a_lease_is_its_holders_until_it_is_given_back_or_runs_out(store: Store) -> None:
    with store.unit() as unit:
        leases = unit.leases
        assert leases.take(["a", "b"], "one", 60) == {"a", "b"}
        assert leases.take(["b", "c"], "two", 0.01) == {"c"}
        assert leases.take(["a"], "one", 60) == {"a"}
        time.sleep(0.02)
        assert leases.take(["a", "c"], "three", 60) == {"c"}
        assert leases.renew(["a", "c"], "two", 60) == set()
        leases.release("one")
        assert leases.take(["a", "b", "c"], "two", 60) == {"a", "b"}


def test_a_renewed_lease_lasts(store: Store) -> None:
    with store.unit() as unit:
        unit.leases.take(["a"], "one", 0.01)
        assert unit.leases.renew(["a", "b"], "one", 60) == {"a"}
        time.sleep(0.02)
        assert unit.leases.take(["a"], "two", 60) == set()


def test_no_two_workers_ever_hold_the_same_document_or_wait_for_each_other(store: Store) -> None:
    names = [f"document {number}" for number in range(400)]

    def take(index: int) -> list[str]:
        mine = []
        for turn in range(6):
            mine_now = [f"{turn} {name}" for name in (names if index % 2 else reversed(names))]
            with store.unit() as unit:
                mine += unit.leases.take(mine_now, str(index), 60)
        return mine

    everything = [name for mine in in_threads(4, take) for name in mine]
    assert len(everything) == len(set(everything)) == 6 * 400


TAKE = """
mine = []
for turn in range(10):
    with store.unit() as unit:
        mine += unit.leases.take([f"{turn}-{name}" for name in range(20)], str(index), 60)
print(json.dumps(mine))
"""


def test_no_two_processes_ever_hold_the_same_document(store: Store, database: str) -> None:
    taken = in_processes(2, database, store.connection, TAKE)
    everything = [name for mine in taken for name in mine]
    assert len(everything) == len(set(everything)) == 200
