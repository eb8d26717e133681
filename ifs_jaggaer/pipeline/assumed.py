"""What a dry run plans and has not made: for the syncs that follow it in the same dry run it counts as present."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from connectors.wire import JsonValue, Row
from ifs_jaggaer.pipeline.request import FOREIGN
from mapping.kinds import Decision, IfsUpdate, Link, Links, Snapshot, Snapshots

PLANNED = " (new)"
"""Ends what stands in for a key that only the server would have given: the other side's key of the same record."""


@dataclass(slots=True)
class Assumed:
    """Links and snapshots by kind and key ("after supplier X"); `changed`: by set and key, who would write what."""

    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    snapshots: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    changed: dict[tuple[str, tuple[str, ...]], tuple[str, Mapping[str, JsonValue]]] = field(default_factory=dict)

    def note(self, kind: str, decision: Decision) -> None:
        """Takes what the decision would change in IFS, and what it would settle."""
        for write in decision.writes:
            if isinstance(write, IfsUpdate):
                _, before = self.changed.get((write.set, write.key), (kind, {}))
                self.changed[write.set, write.key] = kind, {**before, **write.values}
        settlement = decision.settlement
        if settlement is None:
            return
        if settlement.link is not None:
            link = settlement.link
            whole = replace(
                link,
                ifs_key=link.ifs_key or f"{FOREIGN}{link.jaggaer_key}{PLANNED}",
                jaggaer_key=link.jaggaer_key or f"IFS:{link.ifs_key}{PLANNED}",
            )
            self.links[link.kind, link.ifs_key or f"{FOREIGN}{link.jaggaer_key}"] = whole
        if settlement.snapshot is not None:
            self.snapshots[kind, decision.key] = Snapshot(kind, decision.key, settlement.snapshot)

    def links_for(self, ask: Links, own: str) -> Mapping[str, Link]:
        """Planned links, but not for the kind that planned them: it would take its own plan for the state."""
        if ask.kind == own:
            return {}
        if ask.side == "ifs":
            return {key: self.links[ask.kind, key] for key in ask.keys if (ask.kind, key) in self.links}
        return {
            link.jaggaer_key: link
            for (kind, _), link in self.links.items()
            if kind == ask.kind and link.jaggaer_key in ask.keys
        }

    def snapshots_for(self, ask: Snapshots, own: str) -> Mapping[str, Snapshot]:
        """Planned snapshots, likewise."""
        if ask.kind == own:
            return {}
        return {key: self.snapshots[ask.kind, key] for key in ask.keys if (ask.kind, key) in self.snapshots}

    def row_for(self, row: Row, own: str) -> Row:
        """The row as a kind before this one would have changed it."""
        kind, values = self.changed.get((row.kind, row.key), (own, {}))
        return row if kind == own else replace(row, values={**row.values, **values})

    def present(self, kind: str, keys: Collection[str]) -> set[str]:
        """Of these keys those that are planned."""
        return {key for key in keys if (kind, key) in self.links or (kind, key) in self.snapshots}
