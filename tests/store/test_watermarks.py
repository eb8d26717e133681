"""A watermark is moved by compare-and-swap."""

from __future__ import annotations

from races import in_processes, in_threads

from ifs_jaggaer.store import Store, Watermark


def test_a_watermark_moves_only_from_where_it_was_seen(store: Store) -> None:
    with store.unit() as unit:
        marks = unit.watermarks
        assert marks.get("orders", "main") is None
        assert marks.move("orders", "main", None, "a", "r1")
        first = marks.get("orders", "main")
        assert first == Watermark("a", 1)
        assert not marks.move("orders", "main", None, "b", "r2")
        assert marks.move("orders", "main", first, "b", "r2")
        assert not marks.move("orders", "main", first, "c", "r3")
        assert marks.get("orders", "main") == Watermark("b", 2)
        assert not marks.move("orders", "other", first, "c", "r3")
        assert marks.get("orders", "other") is None


def test_a_reset_forgets_one_sync_or_all_and_stops_runs_that_are_under_way(store: Store) -> None:
    with store.unit() as unit:
        marks = unit.watermarks
        for sync, source in (("a", "x"), ("a", "y"), ("b", "x")):
            marks.move(sync, source, None, "1", "r")
        seen = marks.get("a", "x")
        assert marks.reset("a") == 2
        assert not marks.move("a", "x", seen, "2", "r")
        assert list(marks.all()) == [("b", "x")]
        assert marks.reset(None) == 1
        assert marks.all() == {}


def test_the_watermarks_in_use_are_those_of_the_runs_that_moved_one_last(store: Store) -> None:
    def move(source: str) -> None:
        with store.unit() as unit:
            seen = unit.watermarks.get("s", source)
            unit.watermarks.move("s", source, seen, source, "r")

    def in_use() -> set[str]:
        with store.look() as unit:
            return set(unit.watermarks.in_use("s", "ifs.a"))

    assert in_use() == {""}
    for source, known in (
        ("ifs.a", {""}),
        ("ifs.a_line@30", {""}),
        ("ifs.a@10", {"@10"}),
        ("ifs.a@20", {"@10", "@20"}),
        ("ifs.a", {""}),
    ):
        move(source)
        assert in_use() == known


def test_of_many_threads_that_move_it_from_the_same_place_one_wins(store: Store) -> None:
    def move(index: int) -> bool:
        with store.unit() as unit:
            return unit.watermarks.move("s", "a", None, str(index), "r")

    assert sorted(in_threads(6, move)) == [False] * 5 + [True]


COUNT = """
moved = 0
while moved < 20:
    with store.look() as unit:
        seen = unit.watermarks.get("s", "a")
    with store.unit() as unit:
        moved += unit.watermarks.move("s", "a", seen, str(int(seen.value) + 1), str(index))
print(json.dumps(moved))
"""


def test_processes_that_count_up_by_compare_and_swap_lose_no_count(store: Store, database: str) -> None:
    with store.unit() as unit:
        unit.watermarks.move("s", "a", None, "0", "r")
    in_processes(2, database, store.connection, COUNT)
    with store.look() as unit:
        assert unit.watermarks.get("s", "a") == Watermark("40", 41)
