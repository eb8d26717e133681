"""The schema that a tenant showed, look by look."""

from __future__ import annotations

from datetime import timedelta

from ifs_jaggaer.store import Store

SERVICE = "main/SupplierHandling.svc"
FIRST = {"As": {"Name": "Edm.String", "Cf_Own": "Edm.String"}}


def said(store: Store, sets: dict[str, dict[str, str]]) -> list[tuple[str, str, str, str]]:
    with store.unit() as unit:
        return [(c.set, c.attribute, c.before, c.after) for c in unit.attributes.keep(SERVICE, sets)]


def test_the_first_look_at_a_set_changes_nothing(store: Store) -> None:
    with store.look() as unit:
        assert unit.attributes.looked_at(SERVICE) is None
    assert said(store, FIRST) == []
    assert said(store, FIRST | {"Bs": {"No": "Edm.Int32"}}) == []
    with store.look() as unit:
        assert unit.attributes.known(SERVICE) == FIRST | {"Bs": {"No": "Edm.Int32"}}
        assert unit.attributes.known("another") == {}
        assert unit.attributes.looked_at(SERVICE) is not None
        assert unit.attributes.changes(unit.now() - timedelta(days=1)) == []


def test_what_came_went_and_changed_its_type_is_told_once_and_kept(store: Store) -> None:
    said(store, FIRST)
    second = {"As": {"Name": "Edm.Int32", "New": "Edm.Date"}}
    told = [
        ("As", "Cf_Own", "Edm.String", ""),
        ("As", "Name", "Edm.String", "Edm.Int32"),
        ("As", "New", "", "Edm.Date"),
    ]
    assert said(store, second) == told
    assert said(store, second) == []
    with store.look() as unit:
        assert unit.attributes.known(SERVICE) == second
        kept = unit.attributes.changes(unit.now() - timedelta(days=1))
        assert [(c.set, c.attribute, c.before, c.after) for c in kept] == told
        assert unit.attributes.changes(unit.now() + timedelta(days=1)) == []


def test_a_set_that_is_gone_has_lost_all_its_attributes_and_may_come_back(store: Store) -> None:
    said(store, FIRST)
    gone = [("As", "Cf_Own", "Edm.String", ""), ("As", "Name", "Edm.String", "")]
    assert said(store, {}) == gone
    with store.look() as unit:
        assert unit.attributes.known(SERVICE) == {"As": {}}
    assert said(store, FIRST) == [(name, attribute, after, before) for name, attribute, before, after in gone]


def test_two_that_look_at_the_same_time_keep_it_once(store: Store) -> None:
    said(store, FIRST)
    with store.unit() as unit:
        unit.attributes._begin(SERVICE, "As", "Name", "Edm.String", unit.now())
        assert unit.attributes.known(SERVICE) == FIRST


def test_the_former_type_is_known_before_and_after_the_new_one_is_kept(store: Store) -> None:
    said(store, FIRST)
    with store.look() as unit:
        assert unit.attributes.former(SERVICE, "As", "Name", "Edm.Int32") == "Edm.String"
        assert unit.attributes.former(SERVICE, "As", "New", "") == ""
    said(store, {"As": {"Name": "Edm.Int32"}})
    with store.look() as unit:
        assert unit.attributes.former(SERVICE, "As", "Name", "Edm.Int32") == "Edm.String"
        assert unit.attributes.former(SERVICE, "As", "Cf_Own", "") == "Edm.String"
