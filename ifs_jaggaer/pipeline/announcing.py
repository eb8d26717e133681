"""Announce: what is about to be sent, kept before it leaves, for kinds that compare with what they last sent.

A run that is killed between its write and its settling leaves a record of ours at the target, of which nothing says
what it was made from; what was announced does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mapping.kinds import announced_kind

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.plan import Planned
    from ifs_jaggaer.pipeline.run import SyncRun
    from ifs_jaggaer.store import Unit


def announce(run: SyncRun, unit: Unit, planned: Iterable[Planned]) -> None:
    """Keeps the snapshots of decisions that want it, beside the settled ones."""
    wanted = {
        each.decision.key: settlement.snapshot
        for each in planned
        if (settlement := each.decision.settlement) and settlement.announced and settlement.snapshot is not None
    }
    kind = announced_kind(run.kind.record)
    known = unit.snapshots.get(kind, wanted)
    for key, fields in wanted.items():
        unit.snapshots.put(kind, key, fields, expected_version=known[key].version if key in known else 0)
