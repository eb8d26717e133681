"""Open items: one table, one lifecycle, at most one open for each field of a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from races import in_threads

from ifs_jaggaer.store import OpenItem, Store


@dataclass(frozen=True)
class Matter:
    kind: str
    field: str
    reason: str = "reason"
    value: str | None = None
    remedy: str = "remedy"
    waits_for: str | None = None
    brake: bool = False
    limit: str = ""


def test_an_item_opens_stays_and_closes_with_its_document(store: Store) -> None:
    with store.unit() as unit:
        wait = Matter("waiting", "supplier", waits_for="supplier:1")
        first = unit.items.replace("orders", "P1", "77", [wait], "r1")
        (item,) = first.opened
        assert (item.sync, item.key, item.other_key, item.opened_by) == ("orders", "P1", "77", "r1")
        assert (item.closed_at, item.closed_by) == (None, None)
        second = unit.items.replace("orders", "P1", "", [wait], "r2")
        assert (second.opened, second.closed) == ((), ())
        assert (second.still[0].id, second.still[0].since, second.still[0].opened_by) == (item.id, item.since, "r1")
        third = unit.items.replace("orders", "P1", "", [], "r3")
        assert [(over.id, over.closed_by) for over in third.closed] == [(item.id, "r3")]
        assert unit.items.open() == []
        assert unit.items.get(item.id) == third.closed[0]
        again = unit.items.replace("orders", "P1", "", [wait], "r4")
        assert again.opened[0].id != item.id


def test_a_changed_reason_is_news_and_a_changed_value_is_not(store: Store) -> None:
    with store.unit() as unit:
        (first,) = unit.items.replace("s", "1", "", [Matter("held", "f", value="a")], "r1").opened
        (still,) = unit.items.replace("s", "1", "", [Matter("held", "f", value="b", brake=True)], "r2").still
        assert (still.id, still.since, still.value, still.brake) == (first.id, first.since, "b", True)
        for changed in (Matter("held", "f", "other"), Matter("dead_letter", "f", "other")):
            (news,) = unit.items.replace("s", "1", "", [changed], "r3").opened
            assert news.id == first.id
            assert news.since >= still.since
            assert (news.opened_by, news.kind, news.reason) == ("r3", changed.kind, "other")
        assert len(unit.items.open()) == 1


def test_of_two_matters_of_one_field_the_first_is_kept(store: Store) -> None:
    with store.unit() as unit:
        both = [Matter("conflict", "f"), Matter("held", "f")]
        assert [item.kind for item in unit.items.replace("s", "1", "", both, "r").opened] == ["conflict"]


def test_items_are_found_by_sync_kind_key_age_and_by_what_they_wait_for(store: Store) -> None:
    with store.unit() as unit:
        unit.items.replace("orders", "P1", "", [Matter("waiting", "a", waits_for="supplier:1")], "r")
        unit.items.replace("orders", "P2", "", [Matter("dead_letter", "a"), Matter("held", "b")], "r")
        unit.items.replace("invoices", "P1", "", [Matter("waiting", "a", waits_for="supplier:1")], "r")
        unit.items.replace("invoices", "9", "", [Matter("waiting", "a", waits_for="supplier:2")], "r")

        def named(items: list[OpenItem]) -> list[tuple[str, str, str]]:
            return [(item.sync, item.key, item.field) for item in items]

        assert len(unit.items.open()) == 5
        assert named(unit.items.open("orders", key="P2")) == [("orders", "P2", "a"), ("orders", "P2", "b")]
        assert named(unit.items.open(kind="held")) == [("orders", "P2", "b")]
        assert named(unit.items.open(key="P1")) == [("orders", "P1", "a"), ("invoices", "P1", "a")]
        assert named(unit.items.waiting_for(["supplier:1", "supplier:3"])) == [
            ("orders", "P1", "a"),
            ("invoices", "P1", "a"),
        ]


def test_an_item_is_due_again_some_time_after_it_was_tried(store: Store) -> None:
    with store.unit() as unit:
        items = unit.items.replace("s", "1", "", [Matter("held", "a"), Matter("held", "b")], "r").opened
        soon = unit.now() + timedelta(seconds=1)
        assert [item.field for item in unit.items.due("s", soon)] == ["a", "b"]
        assert unit.items.due("other", soon) == []
        assert unit.items.due("s", items[0].last_tried) == []
        while unit.now() <= items[0].last_tried:
            pass
        unit.items.touch([items[0].id])
        touched = unit.items.get(items[0].id)
        assert touched is not None
        assert [item.field for item in unit.items.due("s", touched.last_tried)] == ["b"]
        assert touched.since == items[0].since


def test_an_alert_is_remembered_until_the_item_is_news_again(store: Store) -> None:
    with store.unit() as unit:
        wait = Matter("waiting", "a")
        (item,) = unit.items.replace("s", "1", "", [wait], "r1").opened
        assert item.alerted_by == ""
        unit.items.alerted([item.id], "r2")
        (still,) = unit.items.replace("s", "1", "", [wait], "r3").still
        assert still.alerted_by == "r2"
        (news,) = unit.items.replace("s", "1", "", [Matter("waiting", "a", "another reason")], "r4").opened
        assert news.alerted_by == ""


def test_what_a_person_discards_is_closed_in_the_persons_name(store: Store) -> None:
    with store.unit() as unit:
        (item,) = unit.items.replace("s", "1", "", [Matter("dead_letter", "a")], "r").opened
        closed = unit.items.discard(item.id, "anna")
        assert closed is not None
        assert closed.closed_by == "anna"
        assert unit.items.discard(item.id, "anna") is None
        assert unit.items.open() == []


def test_the_brake_counts_fields_put_aside_since_then_open_or_closed(store: Store) -> None:
    with store.unit() as unit:
        start = unit.now()
        brake = [Matter("held", "a", brake=True), Matter("held", "b", brake=True), Matter("held", "c")]
        unit.items.replace("s", "1", "", brake, "r1")
        assert unit.items.brake_count("s", start) == 2
        unit.items.replace("s", "1", "", [], "r2")
        assert unit.items.brake_count("s", start) == 2
        unit.items.replace("s", "1", "", brake, "r3")
        assert unit.items.brake_count("s", start) == 2
        unit.items.replace("s", "2", "", brake[:1], "r3")
        assert unit.items.brake_count("s", start) == 3
        assert unit.items.brake_count("s", unit.now() + timedelta(seconds=1)) == 0
        assert unit.items.brake_count("other", start) == 0


def test_runs_that_state_the_same_document_at_once_leave_one_open_item(store: Store) -> None:
    def state(index: int) -> int:
        with store.unit() as unit:
            done = unit.items.replace("s", "1", "", [Matter("held", "f")], f"r{index}")
        return len(done.opened) + len(done.still)

    assert in_threads(6, state) == [1] * 6
    with store.look() as unit:
        assert len(unit.items.open()) == 1


matters = st.builds(
    Matter,
    kind=st.sampled_from(["dead_letter", "waiting", "held", "conflict"]),
    field=st.sampled_from("abc"),
    reason=st.sampled_from("xy"),
)
statements = st.tuples(st.sampled_from("12"), st.lists(matters, max_size=3, unique_by=lambda matter: matter.field))


@settings(max_examples=40)
@given(said=st.lists(st.one_of(statements, st.sampled_from("12")), max_size=12))
def test_whatever_is_stated_in_whatever_order_the_open_items_are_those_stated_last(
    new_store: Callable[[], Store], said: list[tuple[str, list[Matter]] | str]
) -> None:
    """A statement is (key, matters); a key alone is a person who discards all of its items."""
    store = new_store()
    model: dict[tuple[str, str], tuple[str, str, str]] = {}
    for number, statement in enumerate(said):
        run = f"r{number}"
        with store.unit() as unit:
            if isinstance(statement, str):
                for item in unit.items.open(key=statement):
                    assert unit.items.discard(item.id, "anna") is not None
                model = {place: kept for place, kept in model.items() if place[0] != statement}
                continue
            key, wanted = statement
            former = {place: kept for place, kept in model.items() if place[0] == key}
            now = {(key, matter.field): (matter.kind, matter.reason) for matter in wanted}
            same = {place for place in now if place in former and former[place][:2] == now[place]}
            done = unit.items.replace("s", key, "", wanted, run)
            assert {item.field for item in done.still} == {field for _, field in same}
            assert {item.field for item in done.opened} == {field for _, field in now.keys() - same}
            assert {item.field for item in done.closed} == {field for _, field in former.keys() - now.keys()}
            model = {place: kept for place, kept in model.items() if place[0] != key} | {
                place: (*stated, former[place][2] if place in same else run) for place, stated in now.items()
            }
    with store.look() as unit:
        found = {(item.key, item.field): (item.kind, item.reason, item.opened_by) for item in unit.items.open("s")}
        assert len(unit.items.open("s")) == len(model)
    assert found == model
