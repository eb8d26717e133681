"""Why two systems differ in a document: what a run would do about it, and what the store knows (docs/reconcile.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from shlex import quote
from typing import Protocol, TypeAlias

from ifs_jaggaer.errors import System
from mapping.kinds import Action, Change, Decision, Item, ItemKind, JaggaerPost
from mapping.reconcile.documents import OF_KIND, REMEDIES, Cause, Difference, Known, Seen

Why: TypeAlias = tuple[Cause, str, str]
"""Cause, reason, remedy."""

_UNDER_WAY = {
    Cause.IN_FLIGHT: "changed after the last run, or being written at this moment",
    Cause.CHANGED_SINCE: "changed after it was last settled, without a time that the watermark shows",
}

_BOTH = re.compile(r"IFS:? (.+?)(?: /|,) JAGGAER:? (.+)", re.DOTALL)
"""How a conflict of one field names what both systems say (mapping.suppliers, mapping.purchase_orders)."""

_OF_THE_PROFILE = {ItemKind.WAITING, ItemKind.DEAD_LETTER}
"""What a changed profile may bring about; conflicts and held documents are told as what they are."""


class _Stated(Protocol):
    """An item, decided or listed."""

    @property
    def kind(self) -> ItemKind: ...
    @property
    def field(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def look_closer(seen: Decision, linked_to: str) -> bool:
    """Whether the run itself must be asked: it would do something, or does not find what was linked."""
    return bool(seen.writes or seen.items or (linked_to and not seen.other_key))


def judged(
    sync: str,
    seen: Decision,
    run: Decision | None,
    known: Known,
    *,
    goes_to: System = "jaggaer",
    found: Iterable[Change] = (),
    by_field: bool = False,
) -> Seen:
    """What differs in one document, each field with its cause.

    Args:
        sync: the kind's name.
        seen: what a fresh look would do.
        run: what a run would do; None where the fresh look found nothing.
        known: what the store knows of it.
        goes_to: the system that the kind's documents are carried to, where no write says it.
        found: what a closer look at the target found (`before` there, `after` as it should be).
        by_field: fields stand on their own; else what holds up a document explains all of them.
    """
    changes = {change.field: change for write in seen.writes for change in write.changes}
    changes |= {change.field: change for change in found}
    items = {item.field: item for item in seen.items}
    if run is not None and not (changes or items):
        # A fresh look finds nothing to do, but what was linked is gone.
        changes = {change.field: change for write in run.writes for change in write.changes}
        items = {item.field: item for item in run.items}
    targets: dict[str, System] = {
        change.field: "jaggaer" if isinstance(write, JaggaerPost) else "ifs"
        for decision in (run, seen)
        if decision
        for write in decision.writes
        for change in write.changes
    }
    judge = _Judge(sync, seen.key, run, known, by_field=by_field)
    other_key = (run.other_key if run else "") or seen.other_key
    differences = []
    for name in dict.fromkeys((*items, *changes)):
        change, item = changes.get(name), items.get(name)
        to = targets.get(name, goes_to)
        both = _both_sides(item.value if item and not change else None, to)
        source, target = (change.after, change.before) if change else both or (item.value if item else None, None)
        sided = bool(change or both)
        differences.append(
            Difference(sync, seen.key, other_key, name, source, target, *judge.why(name, item), to, sided)
        )
    rule = next(iter(seen.notes), "") if seen.action is Action.OUT_OF_SCOPE else ""
    return Seen(seen.key, other_key, seen.action, rule, tuple(differences), seen.elsewhere)


def _both_sides(value: str | None, goes_to: System) -> tuple[str, str] | None:
    """What source and target say, where an item's value names both."""
    named = _BOTH.match(value or "")
    if named is None:
        return None
    ifs, jaggaer = named.groups()
    return (ifs, jaggaer) if goes_to == "jaggaer" else (jaggaer, ifs)


@dataclass(frozen=True, slots=True)
class _Judge:
    sync: str
    key: str
    run: Decision | None
    known: Known
    by_field: bool

    def why(self, name: str, item: Item | None) -> Why:
        """The cause of one field that differs; `item`: what a fresh look said of it."""
        held_up = self._of_field(name, self.run.items if self.run else ())
        listed = self._of_field(name, self.known.items)
        if held_up is not None:
            return self._held_up(held_up, listed)
        if self._would_be_written(name):
            return self._to_come(listed)
        return self._stands(item, listed)

    def _held_up(self, item: _Stated, listed: _Stated | None) -> Why:
        if listed is not None or self._under_way:
            return OF_KIND[item.kind], item.reason, item.remedy
        if self.known.discarded:
            return OF_KIND[item.kind], f"{item.reason}; discarded by {self.known.discarded}", item.remedy
        if self.known.earlier_profile and item.kind in _OF_THE_PROFILE:
            return self._profile_changed(f"would be {item.kind.replace('_', ' ')} now: {item.reason}")
        looked_at = (
            f"'ifs-jaggaer run {self.sync} --key {quote(self.key)}' looks at it and lists it, as no poll may show it"
        )
        return Cause.UNEXPLAINED, f"{item.reason}; no run has listed it", f"{looked_at}; then: {item.remedy}"

    def _to_come(self, listed: _Stated | None) -> Why:
        if self._under_way:
            return self._under_way, _UNDER_WAY[self._under_way], REMEDIES[self._under_way]
        if listed is not None and listed.kind is ItemKind.DEAD_LETTER:
            # Nothing changed since, so what a look takes for possible is what the target refused.
            return OF_KIND[listed.kind], listed.reason, listed.remedy
        if listed is not None:
            return OF_KIND[listed.kind], f"{listed.reason}; can go now", REMEDIES[Cause.IN_FLIGHT]
        if self.known.earlier_profile:
            hook = self.known.earlier_hook
            earlier = f"before the code of hook {hook} changed" if hook else "under an earlier profile"
            return self._profile_changed(f"last dealt with {earlier}, which carried it otherwise")
        again = f"'ifs-jaggaer run {self.sync} --key {quote(self.key)}' carries it, --dry-run first"
        remedy = f"{REMEDIES[Cause.UNEXPLAINED]}, or {again}"
        return Cause.UNEXPLAINED, "it should have been carried, and no run will see that by itself", remedy

    def _profile_changed(self, reason: str) -> Why:
        return Cause.PROFILE_CHANGED, reason, f"run 'ifs-jaggaer run {self.sync} --since START', --dry-run first"

    def _stands(self, item: Item | None, listed: _Stated | None) -> Why:
        """No run would do anything about it."""
        known = self.known
        if known.intent:
            return Cause.IN_FLIGHT, _UNDER_WAY[Cause.IN_FLIGHT], REMEDIES[Cause.IN_FLIGHT]
        if listed is not None:
            return OF_KIND[listed.kind], listed.reason, listed.remedy
        if known.decided_at and (known.touched is None or known.touched <= known.decided_at):
            told = f"a person decided so on {known.decided_at:%Y-%m-%d %H:%M} UTC"
            return Cause.DECIDED, told, REMEDIES[Cause.DECIDED]
        if item is not None:
            return Cause.UNEXPLAINED, f"{item.reason}; no run has noticed it", item.remedy
        return _unexplained("differs from what was carried, and no run has noticed it")

    @property
    def _under_way(self) -> Cause | None:
        if self.known.intent or self.known.reachable:
            return Cause.IN_FLIGHT
        return Cause.CHANGED_SINCE if self.known.overlooked else None

    def _of_field(self, name: str, items: Iterable[_Stated]) -> _Stated | None:
        """The item of that field or of the part that it is of, else, where a document goes as one, the first."""
        every = list(items)
        own = next((item for item in every if item.field == name or name.startswith(f"{item.field}.")), None)
        return own if own is not None or self.by_field else next(iter(every), None)

    def _would_be_written(self, name: str) -> bool:
        writes = self.run.writes if self.run else ()
        return any(change.field == name for write in writes for change in write.changes) or (
            bool(writes) and not self.by_field
        )


def _unexplained(reason: str) -> Why:
    return Cause.UNEXPLAINED, reason, REMEDIES[Cause.UNEXPLAINED]
