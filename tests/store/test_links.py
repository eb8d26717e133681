"""Links are one to one, by constraint."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from races import in_threads

from ifs_jaggaer.errors import Rejected
from ifs_jaggaer.store import Link, LinkTaken, Store


def test_the_same_two_again_replace_the_detail(store: Store) -> None:
    with store.unit() as unit:
        unit.links.put(Link("order", "1", "a", {"line 1": "10"}))
        unit.links.put(Link("order", "1", "a", {"line 1": "11"}))
        found = unit.links.by_ifs("order", ["1", "2"])
        assert found == {"1": Link("order", "1", "a", {"line 1": "11"})}
        assert unit.links.by_jaggaer("order", ["a"]) == {"a": found["1"]}
        assert unit.links.by_ifs("invoice", ["1"]) == {}
        assert unit.links.count("order") == 1


def test_who_is_linked_elsewhere_is_named_with_the_other_pair(store: Store) -> None:
    with store.unit() as unit:
        unit.links.put(Link("supplier", "1", "a"))
        unit.links.put(Link("supplier", "2", "b"))
        with pytest.raises(LinkTaken) as caught:
            unit.links.put(Link("supplier", "1", "b"))
        assert isinstance(caught.value, Rejected)
        assert caught.value.taken == (Link("supplier", "1", "a"), Link("supplier", "2", "b"))
        assert "IFS 2 = JAGGAER b" in str(caught.value)
        assert caught.value.remedy
        unit.links.put(Link("contract", "1", "b"))
        assert unit.links.by_ifs("supplier", ["1"])["1"].jaggaer_key == "a"


def test_a_removed_link_frees_both_sides(store: Store) -> None:
    with store.unit() as unit:
        unit.links.put(Link("supplier", "1", "a"))
        assert unit.links.remove("supplier", "1")
        assert not unit.links.remove("supplier", "1")
        unit.links.put(Link("supplier", "1", "b"))
        unit.links.put(Link("supplier", "2", "a"))


def test_more_keys_than_a_statement_holds_are_all_found(store: Store) -> None:
    keys = [f"K{number}" for number in range(1201)]
    with store.unit() as unit:
        for key in keys:
            unit.links.put(Link("supplier", key, f"j{key}"))
        assert len(unit.links.by_ifs("supplier", keys)) == len(keys)
        assert len(unit.links.touching(keys)) == len(keys)


def test_of_many_threads_that_want_the_same_partner_one_gets_it(store: Store) -> None:
    def put(index: int) -> bool:
        try:
            with store.unit() as unit:
                unit.links.put(Link("supplier", str(index), "a"))
        except LinkTaken:
            return False
        return True

    assert sorted(in_threads(6, put)) == [False] * 5 + [True]


@settings(max_examples=30)
@given(wanted=st.lists(st.sampled_from(list(permutations("abc", 2))), max_size=12))
def test_whatever_is_put_in_whatever_order_both_sides_stay_unique(
    new_store: Callable[[], Store], wanted: list[tuple[str, str]]
) -> None:
    store = new_store()
    kept: dict[str, str] = {}
    with store.unit() as unit:
        for ifs, jaggaer in wanted:
            free = kept.get(ifs) == jaggaer or (ifs not in kept and jaggaer not in kept.values())
            if free:
                unit.links.put(Link("supplier", ifs, jaggaer))
                kept[ifs] = jaggaer
            else:
                with pytest.raises(LinkTaken):
                    unit.links.put(Link("supplier", ifs, jaggaer))
        found = unit.links.by_ifs("supplier", "abc")
    assert {link.ifs_key: link.jaggaer_key for link in found.values()} == kept
