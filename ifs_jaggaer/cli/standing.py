"""After a run: what stands in the way of which document, and what a person does next."""

from __future__ import annotations

from collections.abc import Sequence

from ifs_jaggaer.cli.output import out
from ifs_jaggaer.pipeline.outcome import RunResult
from mapping.kinds import ItemKind

MOST_ITEMS = 50
"""Items of a dry run on the screen."""

WORDS = {
    ItemKind.DEAD_LETTER: "rejected",
    ItemKind.CONFLICT: "conflict",
    ItemKind.HELD: "held",
    ItemKind.WAITING: "waiting",
}
"""The kinds as the table of a run counts them; what needs a person comes first."""


def show_standing(results: Sequence[RunResult]) -> None:
    """A dry run keeps no items, so it says here why something would not go; a real one says where they are listed."""
    for line in lines_of(results):
        out.print(line, markup=False, highlight=False)


def lines_of(results: Sequence[RunResult]) -> list[str]:
    order = list(WORDS)
    found = [(result.sync, key, item) for result in results if result.dry_run for key, item in result.items]
    found.sort(key=lambda one: order.index(one[2].kind))
    lines = [
        f"{sync} {WORDS[item.kind]} {key} {item.field}: {item.reason} -> {item.remedy}"
        for sync, key, item in found[:MOST_ITEMS]
    ]
    if len(found) > MOST_ITEMS:
        lines.append(f"... and {len(found) - MOST_ITEMS} more: --json")
    for result in results:
        if result.dry_run or result.state == "completed":
            continue
        if result.error:
            lines.append(f"{result.sync}: {result.error}")
        counts = result.counts
        if counts.rejected or counts.conflicts or counts.held or counts.waiting or counts.too_old:
            lines.append(f"Next: ifs-jaggaer items list --sync {result.sync}")
        elif result.state == "failed":
            lines.append(f"Next, once that is well: ifs-jaggaer run {result.sync}")
    return lines
