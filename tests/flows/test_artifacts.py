"""What a person reads of a run: at five records and at several thousand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from flows.artifacts import MOST_CAUSES, as_table, open_items, summary
from flows.run_tables import MOST_ROWS, Table, tables
from ifs_jaggaer import settings
from ifs_jaggaer.errors import System
from ifs_jaggaer.pipeline.outcome import RunResult
from ifs_jaggaer.pipeline.tally import Counts, Line, Tally
from ifs_jaggaer.store import OpenItem
from mapping.kinds import Action, Change, Item, ItemKind, MatchDiscrepancy
from mapping.money import Money

WHOLE = {
    f"IFS_JAGGAER_{system}__{name}": "x"
    for system in ("IFS", "JAGGAER")
    for name in ("HOST", "REALM", "CLIENT_ID", "CLIENT_SECRET")
}


def tally_of(number: int) -> Tally:
    """Every tenth unchanged, every hundredth with a dead letter."""
    tally = Tally()
    for each in range(number):
        action = Action.SKIP if each % 10 == 0 else Action.CREATE
        changes = tuple(Change(f"field{n}", None, "new") for n in range(9)) if action is Action.CREATE else ()
        bad = Item(ItemKind.DEAD_LETTER, "unit", "PAL", "no counterpart", "add it to the profile")
        items = [bad] if each % 100 == 0 else []
        amount = Money(Decimal("10.50"), "EUR")
        tally.add(Line(f"P{each:05}", "", action, action, changes, amount), items, opened=())
    return tally


def orders(tally: Tally) -> list[Table]:
    return tables(tally, "purchase-orders", "ifs")


def test_five_records_are_all_there() -> None:
    records, letters = orders(tally_of(5))
    assert (records.key, records.description, len(records.rows)) == ("records", "5 records", 5)
    of_rows = [row["IFS Cloud"] for row in records.rows]
    assert of_rows == ["P00000", "P00001", "P00002", "P00003", "P00004"], "what needs a person first, then what changed"
    assert records.rows[1]["amount"] == "10.50 EUR"
    assert records.rows[1]["changes"].endswith("field5: - → new; and 3 more")
    assert letters.rows == [
        {
            "IFS Cloud": "P00000",
            "JAGGAER": "",
            "field": "unit",
            "value": "PAL",
            "reason": "no counterpart",
            "remedy": "add it to the profile",
        }
    ]


@pytest.mark.parametrize("number", [MOST_ROWS, MOST_ROWS + 1, 6000])
def test_thousands_are_cut_and_the_table_says_so(number: int) -> None:
    records, letters = orders(tally_of(number))
    assert len(records.rows) == MOST_ROWS
    whole = number == MOST_ROWS
    said = f"{number} records" if whole else f"{MOST_ROWS} of {number} records; all: ifs-jaggaer audit export"
    assert records.description == said
    wrong = -(-number // 100)
    assert len(letters.rows) == min(wrong, MOST_ROWS)
    assert [row["IFS Cloud"] for row in letters.rows] == [row["IFS Cloud"] for row in records.rows[: len(letters.rows)]]


def test_thousands_that_stand_open_are_told_by_their_causes() -> None:
    tally = tally_of(1)
    for each in range(5_000):
        number = f"Q{each:05}"
        wait = Item(ItemKind.WAITING, f"lines[{each % 7}].supplier", "", f"supplier {each} is not there", "none")
        tally.add(Line(number, "", Action.NONE, "waits"), [wait])
    waiting = next(table for table in orders(tally) if table.key == "waiting")
    said = f"{MOST_ROWS} of 5000 waiting; all: ifs-jaggaer items list --sync purchase-orders"
    assert (len(waiting.rows), waiting.description) == (MOST_ROWS, said)
    causes = open_items(tally)
    assert [(one.documents, one.outcome, one.field) for one in causes] == [
        (5_000, "waiting", "lines.supplier"),
        (1, "rejected", "unit"),
    ]
    told = settings.load(variables=WHOLE)
    none: dict[System, int] = {"ifs": 0, "jaggaer": 0}
    result = RunResult("purchase-orders", "1", "attention", Counts(), none, none, {}, {}, "", dry_run=False)
    text = summary("standard", told, result, 1.0, causes)
    assert "| 5000 | waiting | lines.supplier | supplier … is not there | none | Q00000, " in text
    assert len(text) < 3000
    many = [replace(causes[0], field=f"field{number}") for number in range(MOST_CAUSES + 2)]
    assert "and 2 more causes" in summary("standard", told, result, 1.0, many)


def test_each_systems_key_stands_under_its_name() -> None:
    tally = Tally()
    tally.add(Line("1001", "88002", Action.UPDATE, Action.UPDATE))
    tally.add(Line("JAGGAER:10442", "", Action.CREATE, Action.CREATE))
    [records] = tables(tally, "suppliers", "ifs")
    keys = [(row["IFS Cloud"], row["JAGGAER"]) for row in records.rows]
    assert keys == [("1001", "88002"), ("", "10442")]
    tally = Tally()
    tally.add(Line("991", "10:1001", Action.CREATE, Action.CREATE))
    [records] = tables(tally, "invoices", "jaggaer")
    assert (records.rows[0]["IFS Cloud"], records.rows[0]["JAGGAER"]) == ("10:1001", "991")


def test_what_a_server_said_breaks_no_table() -> None:
    assert as_table(("reason",), [("either | or\nnothing",)]).splitlines()[-1] == r"| either \| or nothing |"


def test_what_is_open_too_long_has_a_table_the_oldest_first() -> None:
    tally = tally_of(1)
    day = datetime(2026, 2, 14, 8, 30, tzinfo=UTC)
    young = OpenItem(
        id=1, sync="purchase-orders", key="P1", other_key="", field="supplier", kind="waiting", value="1001",
        reason="supplier 1001 is not at JAGGAER yet", remedy="none", waits_for="supplier:1001", brake=False, since=day,
        opened_by="r", last_tried=day, closed_at=None, closed_by=None,
    )  # fmt: skip
    tally.too_old = (young, replace(young, key="P2", since=day - timedelta(days=2)))
    assert tally.counts().too_old == 2
    [old] = [table for table in orders(tally) if table.key == "open-too-long"]
    assert old.description == "2 open too long"
    assert [(row["IFS Cloud"], row["since"]) for row in old.rows] == [
        ("P2", "2026-02-12 08:30 UTC"),
        ("P1", "2026-02-14 08:30 UTC"),
    ]


def test_discrepancies_have_a_table_of_their_own_whatever_became_of_them() -> None:
    tally = Tally()
    passed = MatchDiscrepancy("1", "P1001/1/1", "price", "102.00", "102.00 invoiced for 10, by the order 100", "passed")
    tally.add(Line("991", "", Action.CREATE, Action.CREATE, discrepancies=(passed,), notes=("line 1: match",)), ())
    tally.add(Line("991", "10:1001", Action.SKIP, Action.SKIP), ())
    held = MatchDiscrepancy("2", "P1001/2/1", "not received", "5", "5 invoiced beside 0 before, received 0", "held")
    tally.add(Line("990", "", Action.NONE, "waits", discrepancies=(held,)), ())
    records, odd = orders(tally)
    assert (odd.key, odd.description) == ("match-discrepancies", "2 match discrepancies")
    assert [(row["invoice"], row["line"], row["outcome"]) for row in odd.rows] == [
        ("990", "2", "held"),
        ("991", "1", "passed"),
    ]
    assert odd.rows[1] == {
        "invoice": "991",
        "line": "1",
        "order line": "P1001/1/1",
        "cause": "price",
        "invoiced": "102.00",
        "reason": "102.00 invoiced for 10, by the order 100",
        "outcome": "passed",
    }
    assert [row["notes"] for row in records.rows] == ["line 1: match", ""], "though it was decided again since"


def test_a_run_that_met_nothing_has_no_tables() -> None:
    assert orders(Tally()) == []


def test_the_summary_has_counts_amounts_watermarks_requests_and_the_head() -> None:
    told = settings.load(variables={**WHOLE, "IFS_JAGGAER_IFS__REQUESTS_PER_MINUTE": "1000"})
    result = RunResult(
        "purchase-orders", "run-1", "attention", Counts(read=7, created=4, rejected=2, waiting=1),
        {"ifs": 30, "jaggaer": 12}, {"ifs": 0, "jaggaer": 2}, {"ifs.purchase_order": (None, "2026-01-31T08:00:00Z")},
        {"EUR": Decimal("1234567.80"), "TND": Decimal("1.234")}, "0000000001-ab:5:cd", dry_run=False,
        notes=("look here",),
    )  # fmt: skip
    text = summary("standard", told, result, 20.0)
    for said in (
        "# purchase-orders: 4 created, 1 waiting, 2 rejected",
        "| 7 | 4 | 0 | 0 | 0 | 1 | 2 | 0 | 0 | 0 |",
        "| EUR | 1,234,567.80 |",
        "| TND | 1.234 |",
        "| IFS Cloud purchase_order | the beginning | 2026-01-31T08:00:00Z |",
        "| IFS Cloud | 30 | 90 | 900 | 0 |",
        "| JAGGAER | 12 | 36 | 270 | 2 |",
        "- look here",
        "0000000001-ab:5:cd",
    ):
        assert said in text
