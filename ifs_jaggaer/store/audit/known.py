"""What chains say about each other, read before they are verified one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from ifs_jaggaer.store.audit.events import ERASED, PRUNED, RESTORED, START, Head, ordinal_of
from ifs_jaggaer.store.schema import ChainRow, EraRow, EventRow


@dataclass(slots=True)
class Known:
    """References and checkpoints of a connection.

    Attributes:
        references: for each chain, which head of it the chain of an ordinal refers to.
        anchors: for each chain, its heads that are known outside.
        rows: what the store itself keeps as the head of each chain.
        newest: ordinal of the newest chain of which there is any sign.
        pruned_below: chains of a lower ordinal were pruned.
        pruned: heads of pruned chains that others refer to.
        erased: payloads whose erasure was noted.
        restored: anchors that were lost by a restore that was noted.
    """

    references: dict[str, dict[int, Head]] = field(default_factory=lambda: defaultdict(dict))
    anchors: dict[str, list[Head]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, Head] = field(default_factory=dict)
    newest: int = 0
    pruned_below: int = 0
    pruned: frozenset[str] = frozenset()
    erased: set[str] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)

    def is_pruned(self, chain: str) -> bool:
        return ordinal_of(chain) < self.pruned_below


def read_known(db: Connection, connection: str, anchors: Iterable[str]) -> Known:
    """Reads what the chains of a connection say about each other.

    Raises:
        SettingsError: one of the anchors is none.
    """
    known = Known()
    for anchor in anchors:
        head = Head.parse(anchor)
        known.anchors[head.chain].append(head)
    rows = select(ChainRow.id, ChainRow.sequence, ChainRow.hash).where(ChainRow.connection == connection)
    known.rows = {row.id: Head(*row) for row in db.execute(rows)}
    eras = (
        select(func.max(EventRow.era)).where(EventRow.connection == connection),
        select(EraRow.era).where(EraRow.connection == connection),
    )
    signs = [db.execute(era).scalar() or 0 for era in eras]
    notes = select(EventRow.chain, EventRow.sequence, EventRow.action, EventRow.key, EventRow.references).where(
        EventRow.connection == connection, EventRow.action.in_([START, ERASED, PRUNED, RESTORED])
    )
    for chain, sequence, action, key, references in db.execute(notes):
        ordinal = ordinal_of(chain)
        signs.append(ordinal)
        if action == START and sequence == 1:
            for head in map(Head.parse, references):
                known.references[head.chain][ordinal] = head
        elif action == ERASED:
            known.erased.update(references)
        elif action == RESTORED:
            known.restored.update(references)
        elif action == PRUNED and int(key) > known.pruned_below:
            known.pruned_below, known.pruned = int(key), frozenset(references)
    known.newest = max(signs)
    return known
