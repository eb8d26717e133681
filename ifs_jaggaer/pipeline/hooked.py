"""The customer's hook inside a run: loaded by name, and one record that breaks it stops nobody (DESIGN, law 9)."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from connectors.wire import Row
from ifs_jaggaer.errors import SettingsError
from mapping.hooks import Hook
from mapping.kinds import Action, Case, Decision, Item, ItemKind, Kind
from mapping.profile import Profile

log = logging.getLogger(__name__)


def load_hook(profile: Profile) -> Hook:
    """The hook that the profile names, or one that changes nothing.

    Raises:
        SettingsError: it cannot be imported, or is no `Hook`.
    """
    if not profile.hook:
        return Hook(profile)
    module, _, name = profile.hook.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise _unusable(profile.hook, f"cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Hook)):
        raise _unusable(profile.hook, "is no subclass of mapping.hooks.Hook")
    return found(profile)


def _unusable(name: str, why: str) -> SettingsError:
    return SettingsError(
        f"the hook {why}", field="hook", value=name,
        remedy="install its package into the environment of ifs-jaggaer, name it as package.module:Class",
    )  # fmt: skip


@dataclass(slots=True)
class Hooked:
    """The hook for the documents of one sync; `faults`: what it raised, by the reference of the document."""

    hook: Hook
    kind: Kind
    faults: dict[str, str] = field(default_factory=dict)

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """Rows of the polled sets as the hook changes them, all others as they are."""
        sources = {source.name: source for source in self.kind.sources}
        return [self._row(row) if row.kind in sources else row for row in rows]

    def _row(self, row: Row) -> Row:
        try:
            return replace(row, values=self.hook.read(self.kind.name, row).values)
        except Exception as error:
            log.exception("the hook failed on %s %s", row.kind, "|".join(row.key))
            leads = next(source.leads_to for source in self.kind.sources if source.name == row.kind)
            reference = leads(row)
            if reference is not None:
                self.faults[reference] = type(error).__name__
            return row

    def revise(self, case: Case, decision: Decision) -> Decision:
        """The decision as the hook leaves it; a dead letter where it failed on the document or took its key."""
        broken = next((self.faults[name] for name in case.references if name in self.faults), "")
        if not broken:
            try:
                revised = self.hook.revise(self.kind.name, case, decision)
            except Exception as error:
                log.exception("the hook failed on %s %s", self.kind.name, decision.key)
                broken = type(error).__name__
            else:
                if revised.key == decision.key:
                    return revised
                broken = f"it answered with the key {revised.key}"
        item = Item(
            ItemKind.DEAD_LETTER, "document", None, f"the hook of the profile failed on it: {broken}",
            "correct the hook by the log of this run; the record is tried again every hour",
        )  # fmt: skip
        return Decision(decision.key, decision.other_key, Action.NONE, items=(item,))
