"""Law 2: an intent is committed before the request leaves, and only one run sends under it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from races import in_processes, in_threads

from ifs_jaggaer.errors import Conflict, Unreachable, Waiting
from ifs_jaggaer.store import Intent, Store, Unit


def record(unit: Unit, run: str, **other: Any) -> Intent:
    about = {"sync": "orders", "system": "jaggaer", "entity": "order", "key": "P1", "action": "create"}
    return unit.intents.record("id", **about | {"run_id": run, "attempt": 1} | other)


def test_a_new_intent_may_be_sent_for_ten_seconds_by_the_databases_clock(store: Store) -> None:
    with store.unit() as unit:
        before = unit.now()
        intent = record(unit, "r1")
        assert before <= intent.recorded_at <= unit.now()
        assert intent.send_by - intent.recorded_at == timedelta(seconds=10)
        assert (intent.state, intent.renewals, intent.run_id) == ("open", 0, "r1")
        unit.intents.check(intent)
        assert unit.intents.get(["id", "other"]) == {"id": intent}


def test_past_its_time_nothing_is_sent_under_it(store: Store) -> None:
    with store.unit() as unit:
        intent = record(unit, "r1", send_by_seconds=0.05)
        time.sleep(0.06)
        with pytest.raises(Unreachable):
            unit.intents.check(intent)


def test_another_run_waits_while_it_may_still_be_sent(store: Store) -> None:
    with store.unit() as unit:
        record(unit, "r1")
        with pytest.raises(Waiting) as caught:
            record(unit, "r2")
        assert caught.value.waits_for == "intent:id"
        assert unit.intents.close("id", "unknown", run_id="r1")
        with pytest.raises(Waiting):
            record(unit, "r2")


def test_past_its_time_another_run_takes_it_over_and_the_former_one_sends_nothing(store: Store) -> None:
    with store.unit() as unit:
        former = record(unit, "r1", send_by_seconds=0.01)
        time.sleep(0.02)
        taken = record(unit, "r2")
        assert (taken.run_id, taken.renewals, taken.state) == ("r2", 1, "open")
        with pytest.raises(Unreachable):
            unit.intents.check(former)
        assert not unit.intents.close("id", "failed", run_id="r1")
        assert not unit.intents.close("id", "unknown", run_id="r1")
        unit.intents.check(taken)


def test_a_reading_of_the_target_from_before_another_runs_intent_is_worth_nothing(store: Store) -> None:
    with store.unit() as unit:
        looked_at = unit.now() - timedelta(seconds=1)
        record(unit, "r1", send_by_seconds=0.01)
        time.sleep(0.02)
        with pytest.raises(Conflict):
            record(unit, "r2", looked_at=looked_at)
        assert record(unit, "r2", looked_at=unit.now()).run_id == "r2"


def test_what_was_not_carried_out_may_be_recorded_again_at_once(store: Store) -> None:
    with store.unit() as unit:
        record(unit, "r1")
        assert unit.intents.close("id", "failed", "HTTP 400", run_id="r1")
        again = record(unit, "r2", attempt=2)
        assert (again.attempt, again.outcome, again.closed_at, again.renewals) == (2, "", None, 1)


def test_a_run_renews_its_own_intent_for_each_attempt(store: Store) -> None:
    with store.unit() as unit:
        first = record(unit, "r1")
        second = record(unit, "r1", attempt=2)
        assert (second.attempt, second.renewals) == (2, 1)
        with pytest.raises(Unreachable):
            unit.intents.check(first)


def test_what_was_created_is_never_created_again(store: Store) -> None:
    with store.unit() as unit:
        record(unit, "r1")
        assert unit.intents.close("id", "done", run_id="r1")
        for run in ("r1", "r2"):
            with pytest.raises(Conflict):
                record(unit, run)


def test_the_same_change_may_recur_after_it_was_undone(store: Store) -> None:
    with store.unit() as unit:
        record(unit, "r1", action="update")
        unit.intents.close("id", "done", run_id="r1")
        assert record(unit, "r2", action="update").state == "open"


def test_that_it_was_done_is_taken_from_whoever_learns_it_and_stops_who_took_it_over(store: Store) -> None:
    with store.unit() as unit:
        record(unit, "r1", send_by_seconds=0.01)
        time.sleep(0.02)
        taken = record(unit, "r2")
        assert unit.intents.close("id", "done", run_id="r1")
        with pytest.raises(Unreachable):
            unit.intents.check(taken)
        assert not unit.intents.close("id", "failed", run_id="r2")
        assert not unit.intents.close("id", "done", run_id="r2")


def test_an_unknown_outcome_is_never_called_a_failure(store: Store) -> None:
    with store.unit() as unit:
        record(unit, "r1")
        assert unit.intents.close("id", "unknown", run_id="r1")
        assert not unit.intents.close("id", "failed", run_id="r1")
        assert [intent.state for intent in unit.intents.unsettled("orders")] == ["unknown"]


def test_unsettled_are_those_of_which_nobody_knows(store: Store) -> None:
    with store.unit() as unit:
        for number, state in enumerate(("open", "unknown", "done", "failed")):
            unit.intents.record(
                state, sync="orders", system="ifs", entity="e", key=f"P{number}", action="create", run_id="r", attempt=1
            )
            if state != "open":
                unit.intents.close(state, state, run_id="r")
        assert [intent.id for intent in unit.intents.unsettled("orders")] == ["open", "unknown"]
        assert [intent.id for intent in unit.intents.unsettled("orders", ["P1", "P2"])] == ["unknown"]
        assert unit.intents.unsettled("invoices") == []


def test_of_many_threads_one_may_send(store: Store) -> None:
    def attempt(index: int) -> bool:
        try:
            with store.unit() as unit:
                record(unit, f"r{index}")
        except Waiting:
            return False
        return True

    assert sorted(in_threads(6, attempt)) == [False] * 5 + [True]


TAKE_OVER = """
sent = []
for number in range(12):
    try:
        with store.unit() as unit:
            intent = unit.intents.record(f"i{number}", sync="s", system="ifs", entity="e", key="k",
                                         action="create", run_id=f"p{index}", attempt=1)
        with store.unit() as unit:
            unit.intents.check(intent)
        sent.append(number)
    except (Waiting, Unreachable):
        pass
print(json.dumps(sent))
"""


def test_two_processes_that_take_over_what_a_dead_one_left_never_both_send(store: Store, database: str) -> None:
    with store.unit() as unit:
        for number in range(12):
            unit.intents.record(
                f"i{number}",
                sync="s",
                system="ifs",
                entity="e",
                key="k",
                action="create",
                run_id="dead",
                attempt=1,
                send_by_seconds=0,
            )
    time.sleep(0.01)
    one, other = in_processes(2, database, store.connection, TAKE_OVER)
    assert sorted(one + other) == list(range(12))
