"""Law 8: whatever is done to the audit record behind the store's back is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from forgery import CAREFUL, CARELESS, THOROUGH, Forger
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ifs_jaggaer.store import Event, Store
from ifs_jaggaer.store.audit.events import HASHED, chain_id, digest
from ifs_jaggaer.store.schema import ChainRow, EraRow, EventRow, PayloadRow

NewStore = Callable[..., Store]

histories = st.lists(
    st.one_of(st.just("start"), st.tuples(st.integers(0, 3), st.integers(1, 3))), min_size=2, max_size=8
)
"""Runs that start, and (run, number of events) that they write."""

columns = st.sampled_from([name for name in HASHED if name not in {"chain", "sequence", "connection"}])
wheres = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 3))
crimes = st.one_of(
    st.tuples(st.just("edit"), wheres, columns),
    st.tuples(st.sampled_from(["remove", "swap", "insert", "cut", "drop"]), wheres, st.just("")),
)


def live(store: Store, history: list[Any]) -> list[str]:
    """Lets runs write; gives the last anchor of each."""
    chains = [store.audit.chain("r0"), store.audit.chain("r1")]
    for number, step in enumerate(["start", (0, 2), *history]):
        if step == "start":
            chains.append(store.audit.chain(f"r{number}"))
            continue
        run, events = step
        about = [
            Event("create", "sending", "ifs", "order", f"P{number}-{event}", payload={"after": {"n": str(event)}})
            for event in range(events)
        ]
        with store.unit() as unit:
            chains[run % len(chains)].append_all(about, unit)
    return [chain.head for chain in chains]


def commit(crime: tuple[str, tuple[int, int, int], str], forger: Forger, *, spare: str = "") -> None:
    """Does what the crime says to some chain other than `spare`."""
    what, (which, where, number), column = crime
    chains = [chain for chain in forger.chains if chain != spare]
    chain = chains[which % len(chains)]
    length = len(forger.chains[chain])
    index = where % length
    match what:
        case "edit":
            assume(column != "previous" or forger.care == CARELESS)  # the careful would put it right again
            forger.edit(chain, index, column)
        case "remove":
            assume(length > 1)
            forger.remove(chain, index, number)
            if not forger.chains[chain]:
                forger.drop(chain)
        case "cut":
            assume(length > 1)
            forger.remove(chain, max(1, index), length)
        case "swap":
            assume(length > 1)
            forger.swap(chain, index, (index + 1) % length)
        case "insert":
            forger.insert(chain, index)
        case "drop":
            forger.drop(chain)
    forger.put_back()


def faults(store: Store, anchors: list[str]) -> list[str]:
    return [str(finding) for finding in store.audit.verify(anchors) if finding.fault]


@settings(max_examples=8)
@given(history=histories, key=st.sampled_from([None, b"key"]))
def test_an_honest_record_is_never_accused(new_store: NewStore, history: list[Any], key: bytes | None) -> None:
    store = new_store(audit_key=key)
    anchors = live(store, history)
    assert store.audit.verify(anchors) == []
    Forger(store, THOROUGH).put_back()
    assert store.audit.verify(anchors) == []


@settings(max_examples=30)
@given(history=histories, crime=crimes, care=st.sampled_from([CARELESS, CAREFUL, THOROUGH]))
def test_with_anchors_every_crime_is_found_however_thorough(
    new_store: NewStore, history: list[Any], crime: Any, care: int
) -> None:
    store = new_store()
    anchors = live(store, history)
    # An event after the last anchor of a chain is not covered by it: the chains end at their anchors.
    assume(not (crime[0] == "insert" and _at_end(store, crime)))
    commit(crime, Forger(store, care))
    assert faults(store, anchors) != []


@settings(max_examples=15)
@given(history=histories, crime=crimes, care=st.sampled_from([CARELESS, CAREFUL]))
def test_without_anchors_the_next_chain_tells_on_every_crime_against_those_before(
    new_store: NewStore, history: list[Any], crime: Any, care: int
) -> None:
    store = new_store()
    live(store, history)
    last = store.audit.chain("last").id
    commit(crime, Forger(store, care), spare=last)
    assert faults(store, []) != []


@settings(max_examples=15)
@given(
    history=histories,
    crime=crimes.filter(lambda crime: crime[0] in {"edit", "insert", "swap"}),
)
def test_without_the_key_nothing_can_be_changed_or_added_however_thorough(
    new_store: NewStore, history: list[Any], crime: Any
) -> None:
    store = new_store(audit_key=b"key")
    live(store, history)
    commit(crime, Forger(store, THOROUGH))
    assert faults(store, []) != []


def _at_end(store: Store, crime: Any) -> bool:
    _, (which, where, _), _ = crime
    chains = Forger(store, CARELESS).chains
    events = list(chains.values())[which % len(chains)]
    return where % len(events) == len(events) - 1


def kinds(store: Store, anchors: list[str]) -> set[str]:
    return {finding.kind for finding in store.audit.verify(anchors)}


def test_events_that_are_missing_within_a_chain_are_a_gap(store: Store) -> None:
    anchors = live(store, [])
    forger = Forger(store, CARELESS)
    first = next(iter(forger.chains))
    forger.remove(first, 1, 1)
    forger.put_back()
    assert kinds(store, anchors) == {"gap", "payload"}


def test_an_event_that_was_written_anew_with_a_hash_of_its_own_is_out_of_order(store: Store) -> None:
    live(store, [])
    forger = Forger(store, CARELESS)
    events = next(iter(forger.chains.values()))
    events[1] |= {"key": "forged"}
    events[1]["hash"] = digest(events[1])
    forger.put_back()
    assert kinds(store, []) == {"order"}


@pytest.mark.parametrize("late", [False, True])
def test_an_event_added_to_the_end_of_an_old_chain_is_foreign(store: Store, late: bool) -> None:
    """Whether or not the chain that was started next knows an earlier end of it."""
    live(store, [] if late else ["start"])
    if late:
        store.audit.chain("next")
    forger = Forger(store, CAREFUL)
    second = list(forger.chains)[1]
    forger.insert(second, len(forger.chains[second]) - 1)
    forger.put_back()
    assert kinds(store, []) == {"foreign"}


def test_an_event_added_to_what_a_later_chain_knows_as_finished_is_foreign(store: Store) -> None:
    live(store, [])
    first = store.audit.chain("long")
    store.audit.chain("next")
    with store.unit() as unit:
        first.append(Event("read", "read"), unit)
    forger = Forger(store, CAREFUL)
    forger.insert(first.id, 0)
    forger.put_back()
    assert kinds(store, []) == {"foreign"}


def test_an_end_cut_off_in_haste_is_known_from_what_the_store_keeps_as_the_head(store: Store) -> None:
    live(store, [])
    forger = Forger(store, CARELESS)
    first = next(iter(forger.chains))
    forger.remove(first, len(forger.chains[first]) - 1, 1)
    forger.put_back()
    assert "cut" in kinds(store, [])


def test_a_chain_without_its_start_is_foreign(store: Store) -> None:
    chain = store.audit.chain("only")
    with store.unit() as unit:
        chain.append(Event("read", "read"), unit)
    forger = Forger(store, CAREFUL)
    forger.remove(chain.id, 0, 1)
    forger.put_back()
    assert kinds(store, []) == {"foreign"}


@pytest.mark.parametrize("care", [CARELESS, CAREFUL])
def test_a_chain_that_takes_another_ones_place_is_found(store: Store, care: int) -> None:
    anchors = live(store, ["start"])
    forger = Forger(store, care)
    chain, events = next(iter(forger.chains.items()))
    forged = chain_id(1, store.connection[:12])
    forger.chains[forged] = [event | {"chain": forged} for event in events]
    forger.put_back()
    assert any((forged in fault and "place" in fault) or chain in fault for fault in faults(store, anchors))


def test_a_whole_chain_put_in_for_the_past_is_found_by_its_date(store: Store) -> None:
    from datetime import timedelta

    anchors = live(store, [])
    forger = Forger(store, CAREFUL)
    events = next(iter(forger.chains.values()))
    ordinal = len(forger.chains) + 1
    forged = chain_id(ordinal, store.connection[:12])
    forger.chains[forged] = [
        event
        | {"chain": forged, "era": ordinal, "payload_hash": None, "references": []}
        | {"at": event["at"] - timedelta(days=1)}
        for event in events
    ]
    with store.unit() as unit:
        row = {"id": forged, "connection": store.connection, "ordinal": ordinal, "run_id": "r"}
        end = {"sequence": 0, "hash": "", "last_at": unit.now(), "referenced": 0}
        unit.db.execute(sa.insert(ChainRow).values(**row | end))
        unit.db.execute(sa.update(EraRow).filter_by(connection=store.connection).values(era=ordinal))
    forger.put_back()
    assert [fault for fault in faults(store, anchors) if forged in fault and "dated" in fault]


@pytest.mark.parametrize("change", ["body", "salt", "both gone", "row gone", "added", "without an event"])
def test_a_payload_that_is_not_what_its_event_vouches_for_is_found(store: Store, change: str) -> None:
    anchors = live(store, [])
    with store.unit() as unit:
        place = unit.db.execute(
            sa.select(PayloadRow.chain, PayloadRow.sequence).filter_by(connection=store.connection).limit(1)
        ).one()
        this = {"chain": place.chain, "sequence": place.sequence}
        content = {"salt": b"salt", "body": "{}"}
        erased = {"salt": None, "body": None, "erased_at": unit.now()}
        match change:
            case "body" | "salt":
                unit.db.execute(sa.update(PayloadRow).filter_by(**this).values(**{change: content[change]}))
            case "both gone":
                unit.db.execute(sa.update(PayloadRow).filter_by(**this).values(**erased))
            case "row gone":
                unit.db.execute(sa.delete(PayloadRow).filter_by(**this))
            case "added" | "without an event":
                other = this | {"sequence": 1 if change == "added" else 99, "connection": store.connection}
                unit.db.execute(sa.insert(PayloadRow).values(**other | content))
    findings = store.audit.verify(anchors)
    assert [finding.kind for finding in findings] == ["payload"]


def test_an_event_moved_to_another_connection_is_found_on_both_sides(new_store: NewStore) -> None:
    one, other = new_store(), new_store()
    anchors, others = live(one, []), live(other, [])
    with one.unit() as unit:
        event = sa.update(EventRow).filter_by(connection=one.connection, sequence=2)
        unit.db.execute(event.values(connection=other.connection))
    assert faults(one, anchors) != []
    assert faults(other, others) != []


def test_the_newest_chain_cannot_be_taken_away_with_all_its_traces_in_the_rows(store: Store) -> None:
    live(store, [])
    newest = store.audit.chain("newest")
    forger = Forger(store, CAREFUL)
    forger.drop(newest.id)
    forger.put_back()
    assert [fault for fault in faults(store, []) if "missing" in fault]
