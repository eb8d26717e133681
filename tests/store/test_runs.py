"""Runs and fingerprints."""

from __future__ import annotations

from ifs_jaggaer.store import Store


def test_a_run_is_kept_from_its_start_to_its_end(store: Store) -> None:
    with store.unit() as unit:
        started = unit.runs.start("r1", "orders", "cron", {"keys": ["P1"], "dry_run": False}, "company 10")
        assert (started.state, started.finished_at, started.completed) == ("running", None, False)
        unit.runs.finish("r1", "attention", {"read": 5, "amounts": {"EUR": "1.10"}}, completed=True)
        ended = unit.runs.get("r1")
        assert ended is not None
        assert ended.finished_at is not None
        assert (ended.state, ended.completed, ended.scope) == ("attention", True, "company 10")
        assert ended.parameters == {"keys": ["P1"], "dry_run": False}
        assert ended.counts == {"read": 5, "amounts": {"EUR": "1.10"}}
        assert unit.runs.get("r2") is None


def test_the_last_run_and_the_last_completed_one_are_told_apart(store: Store) -> None:
    with store.unit() as unit:
        for run, sync, completed in (("r1", "a", True), ("r2", "a", False), ("r3", "b", True)):
            unit.runs.start(run, sync, "t", {})
            unit.runs.finish(run, "any", {}, completed=completed)
        found = [(last.id, completed.id if completed else "") for last, completed in unit.runs.latest()]
        assert found == [("r2", "r1"), ("r3", "r3")]
        assert [run.id for run in unit.runs.recent()] == ["r3", "r2", "r1"]
        assert [run.id for run in unit.runs.recent("a", limit=1)] == ["r2"]


def test_a_dry_run_hides_no_real_one(store: Store) -> None:
    with store.unit() as unit:
        start = unit.now()
        for run, sync, dry in (("r1", "a", False), ("r2", "a", True), ("r3", "b", True)):
            unit.runs.start(run, sync, "t", {"dry_run": dry}, scope="10" if dry else "20")
            unit.runs.finish(run, "completed", {"created": 1}, completed=True)
        [(last, completed)] = unit.runs.latest()
        assert completed is not None
        assert (last.id, completed.id) == ("r1", "r1")
        assert unit.runs.scopes("a", start) == {frozenset({"20"})}
        assert unit.runs.last_that_wrote("a", start) is not None
        assert unit.runs.last_that_wrote("b", start) is None


def test_a_run_that_is_retried_under_its_id_starts_anew(store: Store) -> None:
    with store.unit() as unit:
        unit.runs.start("r1", "a", "t", {})
        unit.runs.finish("r1", "failed", {"read": 1}, completed=False)
        again = unit.runs.start("r1", "a", "retry", {})
        assert (again.state, again.trigger, again.finished_at, again.counts) == ("running", "retry", None, {})
        assert len(unit.runs.recent()) == 1


def test_a_fingerprint_is_the_one_put_last(store: Store) -> None:
    with store.unit() as unit:
        assert unit.fingerprints.get("profile") is None
        unit.fingerprints.put("profile", "1")
        unit.fingerprints.put("profile", "2")
        assert unit.fingerprints.get("profile") == "2"


def test_runs_of_a_fixed_scope_stand_apart_whatever_others_were_narrowed_to(store: Store) -> None:
    begun = store.now()
    runs = (("a", "10,20", True), ("b", "20", False), ("c", "@20", True), ("d", "@10,20", True), ("e", "@20", False))
    for run_id, scope, completed in runs:
        with store.unit() as unit:
            unit.runs.start(run_id, "orders", "test", {}, scope=scope)
            unit.runs.finish(run_id, "completed", {}, completed=completed)
    with store.look() as unit:
        found = [(last.id, completed.id if completed else "") for last, completed in unit.runs.latest()]
        scopes = unit.runs.scopes("orders", begun)
    assert found == [("b", "a"), ("d", "d"), ("e", "c")]
    assert scopes == {frozenset({"10", "20"}), frozenset({"20"})}


def test_when_a_sync_wrote_last_is_known(store: Store) -> None:
    with store.unit() as unit:
        start = unit.now()
        assert unit.runs.last_that_wrote("gl-accounts", start) is None
        for run_id, counts in (("1", {"updated": 2, "created": 0}), ("2", {"created": 0, "read": 5}), ("3", {})):
            unit.runs.start(run_id, "gl-accounts", "test", {})
            unit.runs.finish(run_id, "completed", counts, completed=True)
        unit.runs.start("4", "suppliers", "test", {})
        unit.runs.finish("4", "completed", {"created": 1}, completed=True)
        first = unit.runs.get("1")
        assert first is not None
        assert unit.runs.last_that_wrote("gl-accounts", start) == first.finished_at
        assert first.finished_at is not None
        assert unit.runs.last_that_wrote("gl-accounts", first.finished_at) is None
