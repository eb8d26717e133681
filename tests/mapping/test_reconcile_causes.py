"""Why a document differs: what a run would do, what the store knows; else it is unexplained."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wire import Row
from mapping.fingerprint import read_mark
from mapping.kinds import (
    Action,
    Case,
    Change,
    Decision,
    Gathering,
    IfsCreate,
    Item,
    ItemKind,
    JaggaerPost,
    JaggaerRecords,
    Link,
    Links,
    Snapshot,
    Snapshots,
    WireAsk,
)
from mapping.reconcile.causes import judged, look_closer
from mapping.reconcile.documents import OF_KIND, Cause, Compared, Known, Listed, Seen, counted, fresh

KEY = "P1"
AT = datetime(2026, 2, 14, tzinfo=UTC)
NOTHING = Decision(KEY, "88", Action.SKIP)


def item(kind: ItemKind = ItemKind.WAITING, field: str = "VendorNo") -> Item:
    return Item(kind, field, "1001", f"{kind}: because", "do this")


def writing(*fields: str) -> Decision:
    changes = tuple(Change(name, "is", "shall be") for name in fields)
    write = JaggaerPost("purchaseorders", KEY, {}, changes, "update")
    return Decision(KEY, "88", Action.UPDATE, writes=(write,))


def held_up(*items: Item) -> Decision:
    return Decision(KEY, "88", Action.NONE, items=items)


def listed(one: Item) -> Listed:
    return Listed(one.kind, one.field, one.reason, one.remedy)


def cause_of(seen: Decision, run: Decision | None, known: Known) -> Cause | None:
    return judged("purchase-orders", seen, run, known).cause


def test_both_agree() -> None:
    seen = judged("purchase-orders", NOTHING, None, Known())
    assert (seen.cause, seen.differences, look_closer(NOTHING, "88")) == (None, (), False)


def test_out_of_scope_says_by_which_rule() -> None:
    seen = judged("invoices", Decision(KEY, "", Action.OUT_OF_SCOPE, notes=("not ready",)), None, Known())
    assert (seen.cause, seen.rule, seen.why) == (Cause.OUT_OF_SCOPE, "not ready", "not ready")


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        (Known(reachable=True), Cause.IN_FLIGHT),
        (Known(intent=True), Cause.IN_FLIGHT),
        (Known(overlooked=True), Cause.CHANGED_SINCE),
        (Known(earlier_profile=True), Cause.PROFILE_CHANGED),
        (Known(earlier_profile=True, reachable=True), Cause.IN_FLIGHT),
        (Known(items=(listed(item()),)), Cause.WAITING),
        (Known(), Cause.UNEXPLAINED),
        (Known(decided_at=AT), Cause.UNEXPLAINED),
    ],
)
def test_what_a_run_would_write(known: Known, cause: Cause) -> None:
    assert cause_of(writing("note"), writing("note"), known) is cause


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        (Known(), Cause.UNEXPLAINED),
        (Known(intent=True), Cause.IN_FLIGHT),
        (Known(reachable=True), Cause.UNEXPLAINED),
        (Known(earlier_profile=True), Cause.UNEXPLAINED),
        (Known(items=(listed(item(ItemKind.CONFLICT)),)), Cause.CONFLICT),
        (Known(decided_at=AT), Cause.DECIDED),
        (Known(decided_at=AT, touched=AT), Cause.DECIDED),
        (Known(decided_at=AT, touched=AT.replace(hour=1)), Cause.UNEXPLAINED),
    ],
)
def test_what_no_run_would_touch(known: Known, cause: Cause) -> None:
    assert cause_of(writing("note"), NOTHING, known) is cause


@pytest.mark.parametrize("kind", list(ItemKind))
def test_what_holds_it_up_must_be_listed(kind: ItemKind) -> None:
    run = held_up(item(kind))
    assert cause_of(run, run, Known(items=(listed(item(kind)),))) is OF_KIND[kind]
    assert cause_of(run, run, Known(reachable=True)) is OF_KIND[kind]
    assert cause_of(run, run, Known(discarded="anna")) is OF_KIND[kind]
    assert cause_of(run, run, Known()) is Cause.UNEXPLAINED
    (unlisted,) = judged("invoices", run, run, Known()).differences
    assert unlisted.remedy.startswith(f"`ifs-jaggaer run invoices --key {KEY}`")
    of_the_profile = kind in {ItemKind.WAITING, ItemKind.DEAD_LETTER}
    expected = Cause.PROFILE_CHANGED if of_the_profile else Cause.UNEXPLAINED
    assert cause_of(run, run, Known(earlier_profile=True)) is expected


def test_fields_that_stand_on_their_own() -> None:
    seen, run = writing("name", "web"), replace(writing("web"), items=(item(ItemKind.CONFLICT, "name"),))
    known = Known(items=(listed(item(ItemKind.CONFLICT, "name")),), reachable=True)
    found = judged("suppliers", seen, run, known)
    assert {one.field: one.cause for one in found.differences} == {"name": Cause.CONFLICT, "web": Cause.IN_FLIGHT}
    assert found.cause is Cause.CONFLICT
    bare = judged("suppliers", writing("city"), run, known)
    assert bare.cause is Cause.UNEXPLAINED


def test_a_line_that_the_target_refused_explains_its_fields() -> None:
    seen = writing("prices[P-1/0].unitPrice", "prices[P-10/0].unitPrice")
    known = Known(items=(listed(item(ItemKind.DEAD_LETTER, "prices[P-1/0]")),))
    found = judged("contracts", seen, seen, known).differences
    assert [one.cause for one in found] == [Cause.DEAD_LETTER, Cause.IN_FLIGHT]
    assert found[0].reason.startswith("dead_letter: because; ")
    assert "prices[P-1/0]" in found[1].reason, "it is decided again together with that"


# --- what stands open explains its document -------------------------------------------------------


def why(sync: str, name: str, run: Decision, *items: Item) -> tuple[Cause, str, str]:
    """Of one field that differs."""
    known = Known(items=tuple(listed(each) for each in items))
    (one,) = judged(sync, writing(name), run, known, goes_to="jaggaer").differences
    return one.cause, one.reason, one.remedy


@pytest.mark.parametrize(
    ("sync", "name", "of_item", "cause"),
    [
        ("purchase-orders", "header.note", "lines[2-1].CodeA", Cause.DEAD_LETTER),
        ("purchase-orders", "header.status", "poNumber", Cause.DEAD_LETTER),
        ("purchase-orders", "header.note", "header.acknowledgement.number", Cause.UNEXPLAINED),
        ("purchase-orders", "header.acknowledgement.number", "lines[2-1].CodeA", Cause.UNEXPLAINED),
        ("purchase-orders", "lines[1-1].promisedDeliveryDate", "lines[1-1].CodeA", Cause.UNEXPLAINED),
        ("requisitions", "lines[1].quantity", "CodeB", Cause.DEAD_LETTER),
        ("receipts", "lines[1].QtyArrived", "lines[1].quantity", Cause.DEAD_LETTER),
        ("receipts", "lines[1].QtyArrived", "lineList", Cause.DEAD_LETTER),
        ("receipts", "lines[1].QtyArrived", "lines[2].quantity", Cause.UNEXPLAINED),
        ("contracts", "prices[P-1/0].unitPrice", "supplier", Cause.DEAD_LETTER),
        ("contracts", "title", "prices[P-1/0]", Cause.UNEXPLAINED),
        ("suppliers", "name", "record", Cause.DEAD_LETTER),
        ("suppliers", "name", "web", Cause.UNEXPLAINED),
    ],
)
def test_an_item_explains_its_piece_or_the_whole_document(sync: str, name: str, of_item: str, cause: Cause) -> None:
    one = item(ItemKind.DEAD_LETTER, of_item)
    found, reason, remedy = why(sync, name, NOTHING, one)
    assert found is cause
    if cause is Cause.DEAD_LETTER:
        assert (reason, remedy) == (f"{of_item}: {one.reason}", one.remedy)
    assert why(sync, name, held_up(one), one)[0] is cause, "nor does it where the run says the same"


def test_what_no_longer_stands_in_the_way_goes_when_it_is_tried_again() -> None:
    """An account that was opened since; an order whose quantity was raised; a tax code that is known by now."""
    for kind in (ItemKind.DEAD_LETTER, ItemKind.WAITING, ItemKind.HELD):
        one = item(kind, "lines[1-1].CodeB")
        cause, reason, remedy = why("purchase-orders", "header.note", writing("header.note"), one)
        assert cause is OF_KIND[kind]
        assert reason.startswith(f"lines[1-1].CodeB: {kind}: because")
        assert f"`ifs-jaggaer replay purchase-orders --key {KEY}`" in remedy
        assert "an hour" in remedy
        assert remedy.endswith("do this") is (kind is ItemKind.DEAD_LETTER), "the target may refuse it again"


def test_what_the_brake_holds_is_not_tried_again_by_itself() -> None:
    brake = replace(item(ItemKind.HELD, "header.note"), brake=True)
    known = Known(items=(replace(listed(brake), brake=True),))
    (one,) = judged("requisitions", writing("header.note"), writing("header.note"), known).differences
    assert (one.cause, one.remedy) == (Cause.HELD, "do this")


def test_what_only_a_fresh_look_would_hold_is_told_as_the_change_that_it_is() -> None:
    """No such item is listed, so that no command lets it go."""
    brake = replace(item(ItemKind.HELD, "header.note"), brake=True, jaggaer="by hand")
    (one,) = judged("requisitions", held_up(brake), NOTHING, Known()).differences
    assert (one.cause, one.source, one.target, one.sided) == (Cause.UNEXPLAINED, None, "by hand", True)
    traced = f"`ifs-jaggaer audit trace {KEY}` tells what was carried, and when"
    carried = f"let `ifs-jaggaer run requisitions --key {KEY}` carry what IFS says, with --dry-run first"
    assert one.remedy == f"{traced}: correct it in JAGGAER, or {carried}"


def test_an_error_that_changed_since_is_told_as_it_is_now() -> None:
    cause, reason, _ = why(
        "purchase-orders", "header.note", held_up(item(ItemKind.WAITING, "CodeB")), item(ItemKind.DEAD_LETTER, "CodeA")
    )
    assert (cause, reason) == (Cause.WAITING, "CodeB: waiting: because")


def test_a_run_that_tells_the_other_side_something_does_not_carry_it() -> None:
    told = Decision(KEY, "", Action.UPDATE, writes=(JaggaerPost("invoices", KEY, {}, (Change("s", "1", "2"),), "x"),))
    seen = judged("invoices", NOTHING, told, Known(reachable=True), goes_to="ifs", found=(Change("tax", "1", "2"),))
    assert seen.cause is Cause.UNEXPLAINED


# --- what is not there ----------------------------------------------------------------------------


def creating(*fields: str) -> Decision:
    return replace(writing(*fields), other_key="", action=Action.CREATE)


def test_a_document_that_is_missing_is_one_difference() -> None:
    (one,) = judged("purchase-orders", creating("header.note", "lines[1-1].quantity"), NOTHING, Known()).differences
    assert (one.field, one.source, one.target, one.cause) == ("document", KEY, None, Cause.UNEXPLAINED)
    assert one.reason == "is not at JAGGAER, though it was carried: removed there, or hidden from us"
    assert f"`ifs-jaggaer conflicts resolve {KEY} --sync purchase-orders --winner ifs` sends it again" in one.remedy
    held = item(ItemKind.HELD, "OrderNo")
    (one,) = judged("purchase-orders", creating("a", "b"), held_up(held), Known(items=(listed(held),))).differences
    assert (one.cause, one.reason, one.remedy) == (
        Cause.HELD, "is not at JAGGAER: OrderNo: held: because", "do this"
    )  # fmt: skip
    for known, cause in ((Known(reachable=True), Cause.IN_FLIGHT), (Known(), Cause.UNEXPLAINED)):
        (one,) = judged("gl-accounts", creating("description", "active"), creating("active"), known).differences
        assert (one.field, one.cause) == ("document", cause)
        assert ("run gl-accounts --key" in one.remedy) is (cause is Cause.UNEXPLAINED)


def test_a_line_that_is_missing_is_one_difference() -> None:
    changes = (Change("lines[1].OrderNo", None, "P1"), Change("lines[1].QtyArrived", None, "4"))
    made = Decision(KEY, "", Action.CREATE, writes=(IfsCreate("receipt", "1:1", {}, changes),))
    (one,) = judged("receipts", made, made, Known(intent=True), goes_to="ifs").differences
    assert (one.field, one.source, one.cause) == ("lines[1]", "OrderNo P1, QtyArrived 4", Cause.IN_FLIGHT)
    assert one.reason.startswith("is not in IFS Cloud: ")


def test_a_link_that_leads_nowhere_is_looked_into() -> None:
    gone = Decision(KEY, "", Action.OUT_OF_SCOPE, notes=("exported before, not by us",))
    assert look_closer(gone, "10:1")
    assert cause_of(gone, held_up(item(ItemKind.HELD)), Known()) is Cause.UNEXPLAINED


def test_what_a_closer_look_found_counts() -> None:
    seen = judged("invoices", NOTHING, NOTHING, Known(), found=(Change("tax", "1", "2"),))
    (one,) = seen.differences
    assert (one.field, one.target, one.source, one.cause) == ("tax", "1", "2", Cause.UNEXPLAINED)


@given(
    st.sampled_from([NOTHING, writing("note"), held_up(item()), replace(writing("note"), items=(item(),))]),
    st.none() | st.sampled_from([NOTHING, writing("note"), held_up(item())]),
    st.builds(
        Known,
        items=st.sampled_from([(), (listed(item()),)]),
        intent=st.booleans(),
        reachable=st.booleans(),
        overlooked=st.booleans(),
        decided_at=st.none() | st.just(AT),
    ),
    st.sampled_from(["suppliers", "gl-accounts", "contracts", "purchase-orders", "receipts", "invoices"]),
)
def test_every_difference_has_a_cause_a_reason_a_remedy(
    seen: Decision, run: Decision | None, known: Known, sync: str
) -> None:
    found = judged(sync, seen, run, known)
    assert all(one.reason and one.remedy for one in found.differences)
    assert bool(found.differences) >= bool(seen.writes or seen.items)


def test_the_gravest_cause_counts() -> None:
    agreed, open_ = Seen("A", "", Action.SKIP), judged("x", writing("a"), NOTHING, Known())
    assert counted([agreed, open_]) == {"agreed": 1, "unexplained": 1}


# --- a fresh look -----------------------------------------------------------------------------


class _Store:
    """Answers as if everything were linked and settled."""

    def rows(self, ask: WireAsk) -> list[Row]:
        assert isinstance(ask, JaggaerRecords)
        header = {"poNumber": KEY, "externalReference": f"IFS:{KEY}:3:0123456789abcdef"}
        return [Row("purchaseorders", (KEY,), {"header": {**header, "note": "as it is"}})]

    def links(self, ask: Links) -> dict[str, Link]:
        return {key: Link(ask.kind, key, "88") for key in ask.keys}

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]:
        return {key: Snapshot(ask.kind, key, {"fingerprint": "x"}) for key in ask.keys}


def test_a_fresh_look_believes_the_store_nothing_of_its_own_documents() -> None:
    own, other = Links("purchase_order", "ifs", frozenset({KEY})), Links("supplier", "ifs", frozenset({"S1"}))
    settled = Snapshots("purchase_order", frozenset({KEY}))
    there = JaggaerRecords("purchaseorders", "poNumber", frozenset({KEY}))
    seen: list[Any] = []

    def gather() -> Gathering:
        answers = yield (own, other, settled, there)
        seen.extend([answers.links(own), answers.links(other), answers.snapshots(settled), answers.rows(there)])
        made: list[Case] = [Compared(KEY, ())]
        return made

    looking = fresh(gather(), "purchase_order")
    assert next(looking) == (own, other, settled, there)
    with pytest.raises(StopIteration) as done:
        looking.send(_Store())
    assert done.value.value == [Compared(KEY, ())]
    links, suppliers, snapshots, (row,) = seen
    assert (links, snapshots) == ({}, {})
    assert suppliers == {"S1": Link("supplier", "S1", "88")}
    header = row.values["header"]
    mark = read_mark(header["externalReference"])
    assert mark is not None
    assert (mark.number, mark.revision, mark.fingerprint) == (KEY, 3, "0" * 16)
    assert header["note"] == "as it is"
    assert header["poId"] == "88", "the id to read it by, which its list does not show"


@pytest.mark.parametrize(
    ("value", "goes_to", "sides"),
    [
        ("IFS: Acme / JAGGAER: Acme Ltd", "jaggaer", ("Acme", "Acme Ltd", True)),
        ("IFS: Acme / JAGGAER: Acme Ltd", "ifs", ("Acme Ltd", "Acme", True)),
        ("IFS AB-1, JAGGAER AB-2", "jaggaer", ("AB-1", "AB-2", True)),
        ("IFS 1001, 1002", "jaggaer", ("IFS 1001, 1002", None, False)),
        ("4711", "jaggaer", ("4711", None, False)),
        (None, "jaggaer", (None, None, False)),
    ],
)
def test_an_item_that_names_both_sides_says_which_is_which(value: str | None, goes_to: Any, sides: Any) -> None:
    conflict = replace(item(ItemKind.CONFLICT, "name"), value=value)
    (one,) = judged("suppliers", held_up(conflict), held_up(conflict), Known(), goes_to=goes_to).differences
    assert (one.source, one.target, one.sided) == sides


def test_a_hook_that_changed_is_named() -> None:
    known = Known(earlier_profile=True, earlier_hook="acme.rules:Rules")
    seen = judged("purchase-orders", writing("note"), writing("note"), known)
    assert seen.cause is Cause.PROFILE_CHANGED
    assert "the code of hook acme.rules:Rules changed" in seen.why


def test_what_a_run_by_key_would_carry_has_that_as_its_remedy() -> None:
    seen = judged("purchase-orders", writing("note"), writing("note"), Known())
    assert f"`ifs-jaggaer run purchase-orders --key {KEY}`" in seen.differences[0].remedy
