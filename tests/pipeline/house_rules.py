"""A customer's hooks, for the tests: named by profiles as "pipeline.house_rules:..."."""

from __future__ import annotations

from dataclasses import replace

from connectors.wire import Row
from mapping.hooks import Hook
from mapping.kinds import Action, Case, Decision, Item, ItemKind


class Rules(Hook):
    """Notes get a prefix, one supplier's orders are held, one order breaks each of the two places."""

    def read(self, sync: str, row: Row) -> Row:
        note = str(row.values.get("NoteText") or "")
        if sync != "purchase-orders" or row.kind != "purchase_order" or not note:
            return row
        if note == "breaks read":
            raise KeyError(note)
        return replace(row, values={**row.values, "NoteText": f"[house] {note}"})

    def revise(self, sync: str, case: Case, decision: Decision) -> Decision:
        if sync != "purchase-orders":
            return decision
        body = str([getattr(write, "body", "") for write in decision.writes])
        if "breaks revise" in body:
            raise ValueError(case.key)
        if "other key" in body:
            return replace(decision, key="another")
        if "no answer" in body:
            return None  # type: ignore[return-value]
        if "ask me" in body:
            item = Item(ItemKind.HELD, "note", "ask me", "the house wants to be asked", "ask it")
            return replace(decision, action=Action.NONE, writes=(), settlement=None, items=(item,))
        return decision


class NoHook:
    """Not a hook."""
