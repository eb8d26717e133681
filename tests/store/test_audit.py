"""Law 8: the audit record is complete, can be searched, erased and pruned, and stays provable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from races import in_processes, in_threads

from ifs_jaggaer.errors import Conflict, SettingsError
from ifs_jaggaer.store import Chain, Event, Kept, Link, Store
from ifs_jaggaer.store.schema import ChainRow, IntentRow


def write(store: Store, chain: Chain, *keys: str, **about: Any) -> list[str]:
    """Events about documents, each in a unit of its own; gives their ids."""
    ids = []
    for key in keys:
        with store.unit() as unit:
            chain.append(Event("create", "sending", key=key, **{"payload": {"after": {"name": key}}} | about), unit)
        ids.append(":".join(chain.head.split(":")[:2]))
    return ids


def faults(store: Store, *anchors: str) -> list[str]:
    return [str(finding) for finding in store.audit.verify(anchors) if finding.fault]


def test_an_event_is_kept_whole(store: Store) -> None:
    chain = store.audit.chain("r1", "cron")
    event = Event(
        *("update", "outcome", "ifs", "purchase_order", "P1"),
        attempt=2,
        etag='W/"1"',
        request_id="ours",
        server_request_id="theirs",
        status=412,
        rows=1,
        error="changed",
        payload={"before": {"price": "1.10"}, "after": {"price": None}},
    )
    with store.unit() as unit:
        before = unit.now()
        hash_ = chain.append(event, unit)
        after = unit.now()
    (kept,) = store.audit.trace(["P1"])
    assert {name: getattr(kept, name) for name in Event.__slots__ if name != "payload"} == {
        name: getattr(event, name) for name in Event.__slots__ if name != "payload"
    }
    assert kept.payload == event.payload
    assert (kept.run_id, kept.trigger, kept.hash) == ("r1", "cron", hash_)
    assert before <= kept.at <= after
    assert kept.at.tzinfo is UTC
    assert chain.head == f"{kept.chain}:2:{hash_}"


def test_an_event_commits_with_its_unit_or_not_at_all(store: Store) -> None:
    chain = store.audit.chain("r1")
    head = chain.head

    def fail() -> None:
        with store.unit() as unit:
            chain.append(Event("create", "sending", key="P1"), unit)
            unit.fingerprints.put("n", "v")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert chain.head == head
    write(store, chain, "P2")
    assert [event.key for event in store.audit.export()] == ["", "P2"]
    assert faults(store, chain.head) == []


def test_each_run_has_its_own_chain_and_the_next_one_refers_to_the_ends_of_all(store: Store) -> None:
    one, other = store.audit.chain("r1"), store.audit.chain("r2")
    write(store, one, "a", "b")
    write(store, other, "c")
    heads = [one.head, other.head]
    assert store.audit.heads() == heads
    third = store.audit.chain("r3")
    (first,) = [event for event in store.audit.export() if event.run_id == "r3"]
    assert list(first.references) == heads
    assert store.audit.heads() == [third.head]
    write(store, one, "d")
    assert store.audit.heads() == [one.head, third.head]
    assert faults(store, *heads, one.head, third.head) == []


def test_runs_that_write_at_once_stay_provable(store: Store) -> None:
    def run(index: int) -> list[str]:
        chain = store.audit.chain(f"r{index}")
        anchors = [chain.head]
        for _ in range(8):
            write(store, chain, str(index))
            anchors.append(chain.head)
        return anchors

    anchors = [anchor for its in in_threads(4, run) for anchor in its]
    assert faults(store, *anchors) == []
    assert len(list(store.audit.export())) == 4 * 9


def test_threads_that_write_to_one_chain_at_once_write_one_after_the_other(store: Store) -> None:
    chain = store.audit.chain("r1")

    def run(index: int) -> None:
        for number in range(8):
            with store.unit() as unit:
                chain.append(Event("read", "read", key=f"{index}-{number}"), unit)

    in_threads(4, run)
    assert faults(store, chain.head) == []
    assert [event.sequence for event in store.audit.export()] == list(range(1, 34))


RUNS = """
anchors = []
for run in range(4):
    chain = store.audit.chain(f"{index}-{run}")
    for number in range(4):
        with store.unit() as unit:
            chain.append(Event("read", "read", rows=number), unit)
        anchors.append(chain.head)
print(json.dumps(anchors))
"""


def test_processes_that_start_and_write_chains_at_once_stay_provable(store: Store, database: str) -> None:
    anchors = [anchor for its in in_processes(2, database, store.connection, RUNS) for anchor in its]
    assert faults(store, *anchors) == []


def test_many_events_are_written_fast_enough_for_every_read(store: Store) -> None:
    chain = store.audit.chain("r1")
    started = time.perf_counter()
    with store.unit() as unit:
        chain.append_all([Event("read", "read", rows=number) for number in range(2000)], unit)
    assert time.perf_counter() - started < 5
    assert faults(store, chain.head) == []


def test_a_clock_that_is_set_back_does_not_turn_the_order_of_a_run_round(store: Store) -> None:
    chain = store.audit.chain("r1")
    with store.unit() as unit:
        ahead = unit.now() + timedelta(hours=1)
        unit.db.execute(sa.update(ChainRow).filter_by(id=chain.id).values(last_at=ahead))
    write(store, chain, "a", "a")
    assert [event.at for event in store.audit.trace(["a"])] == [ahead, ahead]


def test_a_document_is_followed_through_both_systems_by_either_key(store: Store) -> None:
    first, second = store.audit.chain("r1"), store.audit.chain("r2")
    write(store, first, "ifs:P1", system="jaggaer")
    write(store, second, "77", system="ifs")
    write(store, first, "P1", "other", "P10", "P1|10", system="ifs")
    with store.unit() as unit:
        unit.links.put(Link("order", "P1", "77"))
    for key in ("P1", "77", "ifs:P1", "jaggaer:77"):
        assert [(event.run_id, event.key) for event in store.audit.trace([key])] == [
            ("r1", "ifs:P1"),
            ("r2", "77"),
            ("r1", "P1"),
            ("r1", "P1|10"),
        ]
    assert [event.key for event in store.audit.trace(["other"])] == ["other"]
    assert [event.key for event in store.audit.trace(["jaggaer:P1"])] == ["P1", "P1|10"]
    assert store.audit.trace(["none"]) == []


def test_a_key_that_names_a_company_too_is_known_by_its_last_part_and_one_without_counterpart_by_its_system(
    store: Store,
) -> None:
    chain = store.audit.chain("r1")
    write(store, chain, "991", "JAGGAER:10442", "10442", "20:4711x", "4711X")
    with store.unit() as unit:
        unit.links.put(Link("invoice", "10:4711", "991"))
        unit.links.put(Link("payment", "10:S1:r_1", "991"))
    for key in ("4711", "10:4711", "r_1", "991", "ifs:4711"):
        assert [event.key for event in store.audit.trace([key])] == ["991"], key
    for key in ("711", "S1:r", "R_1", "rx1", "jaggaer:4711"):
        assert store.audit.trace([key]) == [], key
    assert [event.key for event in store.audit.trace(["10442"])] == ["JAGGAER:10442", "10442"]


def test_what_is_erased_is_gone_and_said_to_be_erased_and_is_no_fault(store: Store) -> None:
    chain = store.audit.chain("r1")
    one, other = write(store, chain, "secret name", "other")
    assert store.audit.erase([one, one, "0000000099-none:1"], "anna") == 1
    assert store.audit.erase([one], "anna") == 0
    findings = store.audit.verify([chain.head])
    assert [(finding.kind, finding.where, finding.fault) for finding in findings] == [("erased", one, False)]
    kept = {event.id: event for event in store.audit.export()}
    assert (kept[one].payload, kept[one].salt) == (None, None)
    assert kept[one].erased_at is not None
    assert kept[other].payload == {"after": {"name": "other"}}
    (note,) = [event for event in kept.values() if event.references == (one,)]
    assert (note.run_id, note.rows) == ("anna", 1)
    with pytest.raises(SettingsError):
        store.audit.erase(["no id"], "anna")


def test_equal_payloads_have_different_hashes(store: Store) -> None:
    chain = store.audit.chain("r1")
    write(store, chain, "a", "a")
    hashes = [event.payload_hash for event in store.audit.export() if event.payload]
    assert len(set(hashes)) == 2


def test_an_export_is_json_and_holds_all_that_a_proof_needs(store: Store) -> None:
    chain = store.audit.chain("r1")
    write(store, chain, "a")
    first, second = [json.loads(json.dumps(event.as_json())) for event in store.audit.export()]
    assert second["previous"] == first["hash"]
    assert bytes.fromhex(second["salt"])
    assert json.loads(second["body"]) == {"after": {"name": "a"}}


def test_an_export_longer_than_a_page_is_complete_and_lets_others_write(store: Store) -> None:
    chain = store.audit.chain("r1")
    with store.unit() as unit:
        chain.append_all([Event("read", "read", rows=number) for number in range(1100)], unit)
    seen = 0
    for event in store.audit.export():
        seen += 1
        assert event.sequence == seen
        if seen == 1:
            with store.unit() as unit:
                chain.append(Event("read", "read"), unit)
    assert seen == 1102


def test_pruning_deletes_old_chains_and_leaves_the_rest_provable(store: Store) -> None:
    old = store.audit.chain("old")
    write(store, old, "a", "b")
    also_old = store.audit.chain("also old")
    anchors = [old.head, also_old.head]
    border = store.now()
    while store.now() == border:
        pass
    live = store.audit.chain("live")
    write(store, live, "c")
    assert store.audit.prune(border, "anna") == 4
    assert faults(store, live.head) == []
    assert {event.run_id for event in store.audit.export()} == {"live", "anna"}
    findings = store.audit.verify([*anchors, live.head])
    assert [(finding.kind, finding.where) for finding in findings] == [("pruned", anchor) for anchor in anchors]
    assert store.audit.trace(["a"]) == []
    write(store, live, "d")
    later = store.audit.chain("later")
    assert faults(store, live.head, later.head) == []
    assert store.audit.prune(border, "anna") == 0
    with pytest.raises(Conflict):
        write(store, old, "e")


def test_pruning_again_and_again_even_of_all_leaves_it_provable(store: Store) -> None:
    anchors = []
    for number in range(4):
        chain = store.audit.chain(f"r{number}")
        write(store, chain, "a")
        anchors.append(chain.head)
        time.sleep(0.002)
        store.audit.prune(store.now(), "anna")
        assert faults(store, *anchors) == []
    assert {event.run_id for event in store.audit.export()} == {"anna"}


def test_a_restored_copy_says_what_was_lost(store: Store) -> None:
    chain = store.audit.chain("r1")
    write(store, chain, "a")
    kept = chain.head
    lost = [f"{chain.id}:7:{'0' * 64}", f"0000000009-lost:3:{'1' * 64}"]
    assert len(faults(store, kept, *lost)) == 2
    assert store.audit.restored([kept, *lost], "anna") == lost
    findings = store.audit.verify([kept, *lost])
    assert [(finding.kind, finding.fault) for finding in findings] == [("restored", False)] * 2
    assert faults(store, f"{chain.id}:8:{'0' * 64}") != []


def test_the_store_prunes_what_is_settled_and_keeps_what_must_last(store: Store) -> None:
    with store.unit() as unit:
        unit.links.put(Link("supplier", "1", "a"))
        unit.snapshots.put("supplier", "1", {}, 0)
        unit.versions.put("s", "set", {"1": Kept("1")})
        unit.watermarks.move("s", "a", None, "1", "r")
        for name in ("open", "unknown", "done", "failed"):
            about = {"sync": "s", "system": "ifs", "entity": "e", "key": "k", "action": "create"}
            unit.intents.record(name, **about, run_id="r", attempt=1)
            if name != "open":
                unit.intents.close(name, name, run_id="r")
        now = unit.now()
    with pytest.raises(SettingsError):
        store.prune(now - timedelta(hours=23), "anna")
    assert store.prune(now - timedelta(hours=25), "anna") == (0, 0, 0)
    age(store, timedelta(hours=48))
    assert store.prune(now - timedelta(hours=25), "anna") == (2, 0, 0)
    with store.look() as unit:
        assert unit.intents.get(["open", "unknown", "done", "failed"]).keys() == {"open", "unknown"}
        assert unit.links.count("supplier") == len(unit.snapshots.get("supplier", ["1"])) == 1
        assert list(unit.versions.keys("s", "set"))
        assert unit.watermarks.all()


def age(store: Store, by: timedelta) -> None:
    """Makes intents look older than they are."""
    with store.unit() as unit:
        then = unit.now() - by
        unit.db.execute(
            sa.update(IntentRow)
            .where(IntentRow.connection == store.connection, IntentRow.closed_at.is_not(None))
            .values(closed_at=then)
        )


def test_a_sealed_record_vouches_for_what_was_written_before_it_was_sealed(
    new_store: Callable[..., Store],
) -> None:
    unsealed = new_store()
    early = unsealed.audit.chain("early")
    write(unsealed, early, "a")
    sealed = new_store(unsealed.connection, audit_key=b"key")
    assert [finding.kind for finding in sealed.audit.verify()] == ["seal", "seal"]
    write(sealed, sealed.audit.chain("r1"), "b")
    assert sealed.audit.verify() == []
    write(unsealed, early, "c")
    assert [finding.kind for finding in sealed.audit.verify()] == ["seal"]
    assert {finding.kind for finding in new_store(unsealed.connection, audit_key=b"other").audit.verify()} == {"seal"}
    assert unsealed.audit.verify() == []


@pytest.mark.parametrize("anchor", ["", "x", "a:b:c", "0000000001-a:1", "0000000001-a:1:", "x:1:abc"])
def test_what_is_no_anchor_is_refused(store: Store, anchor: str) -> None:
    with pytest.raises(SettingsError):
        store.audit.verify([anchor])
