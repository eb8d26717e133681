"""What the command line says after a run: why something would not go, and where a person looks next."""

from __future__ import annotations

from typing import Literal

import pytest

from ifs_jaggaer.cli.standing import MOST_ITEMS, lines_of
from ifs_jaggaer.errors import System
from ifs_jaggaer.pipeline.outcome import RunResult
from ifs_jaggaer.pipeline.tally import Counts
from mapping.kinds import Item, ItemKind

WAITS = Item(ItemKind.WAITING, "poNumber", "P1", "P1 is not there yet", "release the order")
WRONG = Item(ItemKind.DEAD_LETTER, "lines[1].quantity", "x", "no number", "correct it at JAGGAER")


def ran(
    *items: tuple[str, Item],
    state: Literal["completed", "attention", "failed"] = "attention",
    counts: Counts | None = None,
    dry_run: bool = False,
    error: str = "",
) -> RunResult:
    none: dict[System, int] = {"ifs": 0, "jaggaer": 0}
    return RunResult(
        "receipts", "1", state, counts or Counts(), none, none, {}, {}, "", dry_run, error=error, items=items
    )


def test_a_dry_run_says_why_something_would_not_go_and_first_what_needs_a_person() -> None:
    result = ran(("4711", WAITS), ("4712", WRONG), dry_run=True)
    assert lines_of([result]) == [
        "receipts rejected 4712 lines[1].quantity: no number -> correct it at JAGGAER",
        "receipts waiting 4711 poNumber: P1 is not there yet -> release the order",
    ]
    assert result.as_json()["items"] == [
        {
            "key": key, "kind": item.kind, "field": item.field, "value": item.value,
            "reason": item.reason, "remedy": item.remedy,
        }
        for key, item in (("4711", WAITS), ("4712", WRONG))
    ]  # fmt: skip


def test_of_many_the_rest_is_counted() -> None:
    many = [(str(number), WAITS) for number in range(MOST_ITEMS + 3)]
    lines = lines_of([ran(*many, dry_run=True)])
    assert len(lines) == MOST_ITEMS + 1
    assert lines[-1] == "... and 3 more: --json"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (ran(counts=Counts(rejected=1)), ["Next: ifs-jaggaer items list --sync receipts"]),
        (ran(), []),
        (ran(state="completed", counts=Counts(waiting=1)), []),
        (
            ran(state="failed", error="ifs: away"),
            ["receipts: ifs: away", "Next, once that is well: ifs-jaggaer run receipts"],
        ),
    ],
)
def test_a_real_run_ends_with_the_next_step(result: RunResult, said: list[str]) -> None:
    assert lines_of([result]) == said
    assert "items" not in result.as_json()
