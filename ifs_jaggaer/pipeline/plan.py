"""Plan: gather what must be known, decide. The same code for a dry run and for a real one."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.wire import Row
from mapping.kinds import Action, Case, Decision, Item, ItemKind, Leading

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

log = logging.getLogger(__name__)

GATHERED_TOGETHER = 500
"""Documents in one round of reading: keeps filters and memory small on large pages."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One decision; the rows it was made from, as far as the kind polls them; when they were read (database clock)."""

    decision: Decision
    rows: tuple[Row, ...]
    read_at: datetime


async def plan(run: SyncRun, references: Sequence[str]) -> list[Planned]:
    """Decides every document that the references lead to.

    Raises:
        Unreachable, SettingsError: a system did not answer, or may not be read.
    """
    planned: list[Planned] = []
    references = _as_if_linked(run, references)
    for start in range(0, len(references), GATHERED_TOGETHER):
        some = frozenset(references[start : start + GATHERED_TOGETHER])
        read_at = run.wiring.store.now()
        cases, rows = await run.reader.drive(run.kind.gather(some, run.wiring.profile))
        rows_of = _by_document(run, rows)
        for case in cases:
            run.tally.decided.update(dict.fromkeys(case.references, case.key))
        planned += [
            Planned(
                _decide(run, case), tuple(row for reference in case.references for row in rows_of[reference]), read_at
            )
            for case in cases
        ]
    return planned


def _as_if_linked(run: SyncRun, references: Sequence[str]) -> Sequence[str]:
    """For a dry run: a record whose counterpart was decided before it is known by that one, as by a link.

    IFS is asked for a tax number as it is written, so that not each side finds the other. Of documents that JAGGAER
    names the rows in IFS were read when they were decided, and as nothing is kept of that, they would be decided again.
    """
    if not run.request.dry_run:
        return references
    known = run.tally.decided
    if run.kind.sources[0].system == "jaggaer":
        return [each for each in references if each not in known or not each.startswith("ifs:")]
    return list(dict.fromkeys(run.home_reference(known[each]) if each in known else each for each in references))


def _by_document(run: SyncRun, rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    """The rows that a later poll would show again, by the document they lead to."""
    polled = {source.name: source for source in run.kind.sources}
    others = run.kind.led(rows, rows) if isinstance(run.kind, Leading) else {}
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        source = polled.get(row.kind)
        reference = source.leads_to(row) or others.get((row.kind, row.key)) if source else None
        if reference is not None:
            found[reference].append(row)
    return found


def _decide(run: SyncRun, case: Case) -> Decision:
    """One record that breaks the code stops nobody (DESIGN, law 9)."""
    if refused := _not_shown(run, case):
        return Decision(case.key, "", Action.NONE, items=(refused,))
    try:
        decision = run.kind.decide(case, run.wiring.profile, run.as_of, run.instructions(case.key))
    except Exception as error:
        log.exception("%s %s could not be decided", run.sync, case.key)
        item = Item(
            ItemKind.DEAD_LETTER,
            "document",
            None,
            f"the record could not be mapped: {type(error).__name__}",
            "report it with the log of this run; the record is tried again every hour",
        )
        return Decision(case.key, "", Action.NONE, items=(item,))
    return run.hooked.revise(case, decision)


def _not_shown(run: SyncRun, case: Case) -> Item | None:
    """What stands open for a document that JAGGAER refused to show: that is not the absence of it (DESIGN, law 11)."""
    resources = [source.name for source in run.kind.sources if source.system == "jaggaer"]
    for reference in case.references:
        system, _, key = reference.partition(":")
        for resource in resources if system == "jaggaer" else ():
            if fault := run.reader.refused.get((resource, key)):
                said = f"JAGGAER does not show it: {fault.message}"
                remedy = fault.remedy or "look at it in JAGGAER; it is tried again every hour"
                return Item(ItemKind.DEAD_LETTER, "document", fault.value, said, remedy)
    return None
