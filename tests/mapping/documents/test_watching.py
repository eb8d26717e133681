"""What an item watches: it stays as it is exactly while the rows do, in whatever order they come."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rows import account, line

from connectors.wire import ETag, Row
from mapping.watching import Watch, any_of

LINES = [line("P1", "1"), line("P1", "2"), line("P2", "1")]


def watch(*rows: Row, order: str = "P1") -> Watch:
    return Watch.of("purchase_order_line", "OrderNo", order, rows)


def test_the_order_of_rows_and_other_orders_are_no_matter() -> None:
    assert watch(*LINES) == watch(*reversed(LINES)) == watch(*LINES[:2])


@pytest.mark.parametrize("bare", [False, True], ids=["by ETag", "without ETags"])
def test_a_row_changed_gone_or_new(bare: bool) -> None:
    first, second, _ = (replace(row, etag=None) if bare else row for row in LINES)
    changed = replace(first, etag=None if bare else ETag('W/"2"'), values={**first.values, "QtyReceived": "4"})
    states = [
        watch(first, second),
        watch(changed, second),
        watch(first),
        watch(),
        watch(first, second, line("P1", "3")),
    ]
    assert len({str(state) for state in states}) == len(states)


def test_with_an_etag_that_alone_tells() -> None:
    first = replace(LINES[0], values={**LINES[0].values, "NoteText": "other words, as another release shows them"})
    assert watch(first, LINES[1]) == watch(*LINES)


@pytest.mark.parametrize("value", ["P1", "P:1@x", "", "Ü/1"])
def test_it_is_read_from_what_an_item_states(value: str) -> None:
    one = Watch.of("purchase_order_line", "OrderNo", value, [])
    assert Watch.read(str(one)) == (one,)


@pytest.mark.parametrize(
    "words", [None, "", "supplier:1001", "until:2026-01-01T00:00:00+00:00", "rows:x", "rowsy:a:b:c:d"]
)
def test_other_words_are_none(words: str | None) -> None:
    assert Watch.read(words) == ()


def test_several_at_once_and_rows_of_one_company_alone() -> None:
    ours, theirs = (account("4010", company) for company in ("10", "20"))
    one = Watch.each("account", "Account", ["4010"], [ours], within=("Company", "10"))["4010"]
    other = watch(*LINES)
    assert Watch.read(any_of(one, None, other, one)) == (one, other)
    assert any_of(None) is None
    assert one.now([ours, theirs]) == one
    assert one.now([replace(ours, etag=ETag('W/"2"')), theirs]) != one
