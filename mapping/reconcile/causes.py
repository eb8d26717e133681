"""Why two systems differ in a document: what a run would do about it, and what the store knows (docs/reconcile.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, TypeAlias

from ifs_jaggaer.errors import System
from mapping.kinds import Action, Change, Decision, Item, ItemKind, JaggaerPost
from mapping.reconcile.documents import OF_KIND, REMEDIES, Cause, Difference, Known, Seen
from mapping.reconcile.parts import Parts, Stated, part_of, within
from mapping.remedies import resolve

if TYPE_CHECKING:
    from mapping.kinds import Write

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


_NAMES: Mapping[System, str] = {"ifs": "IFS Cloud", "jaggaer": "JAGGAER"}
_AT: Mapping[System, str] = {"ifs": "in IFS Cloud", "jaggaer": "at JAGGAER"}
_OTHER: Mapping[System, System] = {"ifs": "jaggaer", "jaggaer": "ifs"}

_LOOKED_AT_WHOLE = frozenset({"purchase-orders", "requisitions"})
"""Kinds of which a person who names a document has the target looked at whole (docs/requisitions.md)."""

DOCUMENT = "document"
"""The field of a difference that is the whole document's."""


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
    since: str = "TIME",
) -> Seen:
    """What differs in one document, each field with its cause; a document that is missing at the target, in one.

    Args:
        sync: the kind's name.
        seen: what a fresh look would do.
        run: what a run would do; None where the fresh look found nothing.
        known: what the store knows of it.
        goes_to: the system that the kind's documents are carried to, where no write says it.
        found: what a closer look at the target found (`before` there, `after` as it should be).
        since: from when on a backfill looks at everything.
    """
    changes = {change.field: change for write in seen.writes for change in write.changes}
    changes |= {change.field: change for change in found}
    items = {item.field: item for item in seen.items}
    if run is not None and not (changes or items):
        # A fresh look finds nothing to do, but what was linked is gone.
        changes = {change.field: change for write in run.writes for change in write.changes}
        items = {item.field: item for item in run.items}
    targets: dict[str, System] = {
        change.field: _target_of(write)
        for decision in (run, seen)
        if decision
        for write in decision.writes
        for change in write.changes
    }
    missing = _missing(seen)
    changes = {name: change for name, change in changes.items() if name not in targets or not missing}
    judge = _Judge(sync, seen.key, run, known, Parts.of(sync), since)
    other_key = (run.other_key if run else "") or seen.other_key
    differences = [
        Difference(sync, seen.key, other_key, one.field, one.source, None, *judge.absent(one), one.system)
        for one in missing
    ]
    for name in dict.fromkeys((*items, *changes)):
        change, item = changes.get(name), items.get(name)
        to = targets.get(name, goes_to)
        sides = (change.after, change.before) if change else _both_sides(item, to)
        source, target = sides or (item.value if item else None, None)
        why = judge.why(name, item, to)
        differences.append(Difference(sync, seen.key, other_key, name, source, target, *why, to, bool(sides)))
    rule = next(iter(seen.notes), "") if seen.action is Action.OUT_OF_SCOPE else ""
    return Seen(seen.key, other_key, seen.action, rule, tuple(differences), seen.elsewhere)


def unexplained(key: str, target: System, reason: str, otherwise: str = "where it is wrong") -> Why:
    """What nobody can explain; a person finds out who changed what."""
    traced = f"`ifs-jaggaer audit trace {quote(key)}` tells what was carried, and when"
    return Cause.UNEXPLAINED, reason, f"{traced}: correct it in {_NAMES[target]}, or {otherwise}"


def _target_of(write: Write) -> System:
    return "jaggaer" if isinstance(write, JaggaerPost) else "ifs"


def _both_sides(item: Item | None, goes_to: System) -> tuple[str | None, str | None] | None:
    """What source and target say, where an item tells of both, or of one."""
    if item is None:
        return None
    ifs, jaggaer = item.ifs, item.jaggaer
    named = _BOTH.match(item.value or "")
    if named is not None:
        ifs, jaggaer = named.groups()
    if ifs is None and jaggaer is None:
        return None
    return (ifs, jaggaer) if goes_to == "jaggaer" else (jaggaer, ifs)


# --- what is missing at the target ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Absent:
    """A document, or a part that stands by itself, which the target does not have; `source` is what the source says."""

    field: str
    source: str
    system: System

    @property
    def whole(self) -> bool:
        return self.field == DOCUMENT


def _missing(seen: Decision) -> list[_Absent]:
    """By what a fresh look would make: not told field by field."""
    if seen.action is not Action.CREATE:
        return []
    found: dict[str, _Absent] = {}
    for write in seen.writes:
        parts = {part_of(change.field) for change in write.changes}
        part = parts.pop() if len(parts) == 1 else ""
        told = ", ".join(f"{change.field.removeprefix(part).lstrip('.')} {change.after}" for change in write.changes)
        one = _Absent(part or DOCUMENT, told if part else seen.key, _target_of(write))
        found.setdefault(one.field, one)
    return [*found.values()]


# --- why --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Judge:
    sync: str
    key: str
    run: Decision | None
    known: Known
    parts: Parts
    since: str

    def why(self, name: str, item: Item | None, target: System) -> Why:
        """The cause of one field that differs; `item`: what a fresh look said of it."""
        held_up = self.parts.about(name, self.run.items if self.run else ())
        listed = self.parts.about(name, self.known.items)
        if held_up is not None:
            return self._held_up(name, held_up, listed)
        if self._would_be_written(name, target):
            return self._to_come(name, listed)
        return self._stands(name, item, listed, target)

    def absent(self, one: _Absent) -> Why:
        """The cause why the target lacks it."""
        told = f"is not {_AT[one.system]}"
        items = self.run.items if self.run else ()
        held_up = next(iter(items), None) if one.whole else self.parts.about(one.field, items)
        listed = next(iter(self.known.items), None) if one.whole else self.parts.about(one.field, self.known.items)
        if self.run is not None and any(_target_of(write) == one.system for write in self.run.writes):
            return self._told(f"{told}: ", self._to_come(one.field, listed))
        if held_up is not None:
            return self._told(f"{told}: ", self._held_up(one.field, held_up, listed))
        if self.known.intent:
            return Cause.IN_FLIGHT, f"{told}: {_UNDER_WAY[Cause.IN_FLIGHT]}", REMEDIES[Cause.IN_FLIGHT]
        if listed is not None:
            return OF_KIND[listed.kind], f"{told}: {self._named(one.field, listed)}", listed.remedy
        source, there = _AT[_OTHER[one.system]], _AT[one.system]
        gone = (
            f"{resolve(self.sync, self.key, 'ifs')} sends it again"
            if self.sync in _LOOKED_AT_WHOLE
            else f"end it {source} and enter it anew"
        )
        remedy = (
            f"no run makes it again by itself, as it may only be hidden: look for it {there}, restore it or let our "
            f"user see it; if it is gone for good: {gone}; "
            f"`ifs-jaggaer audit trace {quote(self.key)}` tells when it was carried"
        )
        return Cause.UNEXPLAINED, f"{told}, though it was carried: removed there, or hidden from us", remedy

    @staticmethod
    def _told(before: str, why: Why) -> Why:
        cause, reason, remedy = why
        return cause, f"{before}{reason}", remedy

    def _held_up(self, name: str, held_up: Stated, listed: Stated | None) -> Why:
        reason = self._named(name, held_up)
        if listed is not None or self._under_way or self._retried:
            return OF_KIND[held_up.kind], reason, held_up.remedy
        if self.known.discarded:
            return OF_KIND[held_up.kind], f"{reason}; discarded by {self.known.discarded}", held_up.remedy
        if self.known.earlier_profile and held_up.kind in _OF_THE_PROFILE:
            return self._profile_changed(f"would be {held_up.kind.replace('_', ' ')} now: {reason}")
        looked_at = f"`{self._run_it}` looks at it and lists it, as no poll may show it"
        return Cause.UNEXPLAINED, f"{reason}; no run has listed it", f"{looked_at}; then: {held_up.remedy}"

    def _to_come(self, name: str, listed: Stated | None) -> Why:
        if self._under_way:
            remedy = REMEDIES[Cause.IN_FLIGHT] if self._under_way is Cause.IN_FLIGHT else self._again_by_key
            return self._under_way, _UNDER_WAY[self._under_way], remedy
        if listed is not None and listed.brake:
            return OF_KIND[listed.kind], self._named(name, listed), listed.remedy
        if listed is not None:
            # What it was listed for is gone, or a look cannot see what the target refuses.
            reason = f"{self._named(name, listed)}; nothing that can be seen stands against it now"
            refused = listed.kind is ItemKind.DEAD_LETTER
            further = f"; should it be refused again: {listed.remedy}" if refused else ""
            return OF_KIND[listed.kind], reason, f"{self._tried_again}{further}"
        if self._retried:
            told = f"goes once what stands open of it is tried again ({', '.join(self._open_fields)})"
            return Cause.IN_FLIGHT, told, self._tried_again
        if self.known.earlier_profile:
            hook = self.known.earlier_hook
            earlier = f"before the code of hook {hook} changed" if hook else "under an earlier profile"
            return self._profile_changed(f"last dealt with {earlier}, which carried it otherwise")
        traced = f"`ifs-jaggaer audit trace {quote(self.key)}` tells what was carried"
        remedy = f"{traced}; `{self._run_it}` carries it, with --dry-run first"
        return Cause.UNEXPLAINED, "it should have been carried, and no run will see that by itself", remedy

    def _profile_changed(self, reason: str) -> Why:
        every = f"`ifs-jaggaer run {self.sync} --since {self.since}`"
        return Cause.PROFILE_CHANGED, reason, f"{every} carries all that it touches, with --dry-run first"

    def _stands(self, name: str, item: Item | None, listed: Stated | None, target: System) -> Why:
        """No run would do anything about it."""
        known = self.known
        if known.intent:
            return Cause.IN_FLIGHT, _UNDER_WAY[Cause.IN_FLIGHT], REMEDIES[Cause.IN_FLIGHT]
        if listed is not None:
            return OF_KIND[listed.kind], self._named(name, listed), listed.remedy
        if known.decided_at and (known.touched is None or known.touched <= known.decided_at):
            told = f"a person decided so on {known.decided_at:%Y-%m-%d %H:%M} UTC"
            return Cause.DECIDED, told, REMEDIES[Cause.DECIDED]
        if item is not None and not item.brake:
            return Cause.UNEXPLAINED, f"{item.reason}; no run has noticed it", item.remedy
        differs = "differs from what was carried, and no run has noticed it"
        if self.sync in _LOOKED_AT_WHOLE and target == "jaggaer":
            carried = f"let `{self._run_it}` carry what IFS says, with --dry-run first"
            return unexplained(self.key, target, differs, carried)
        return unexplained(self.key, target, differs)

    @property
    def _under_way(self) -> Cause | None:
        if self.known.intent or self.known.reachable:
            return Cause.IN_FLIGHT
        return Cause.CHANGED_SINCE if self.known.overlooked else None

    @property
    def _open_fields(self) -> list[str]:
        return [item.field for item in self.known.items if not item.brake]

    @property
    def _retried(self) -> bool:
        """Whether runs look at it again by themselves, as they do with all that stands open but for the brake's."""
        return bool(self._open_fields)

    @property
    def _run_it(self) -> str:
        return f"ifs-jaggaer run {self.sync} --key {quote(self.key)}"

    @property
    def _again_by_key(self) -> str:
        return f"`{self._run_it}` carries it; the nightly sweep finds it too"

    @property
    def _tried_again(self) -> str:
        now = f"`ifs-jaggaer replay {self.sync} --key {quote(self.key)}`"
        return f"goes with the next run that tries it again, an hour after the last try at most; at once: {now}"

    @staticmethod
    def _named(name: str, item: Stated) -> str:
        """The item's reason, with its field where that is another one."""
        return item.reason if within(name, item.field) else f"{item.field}: {item.reason}"

    def _would_be_written(self, name: str, target: System) -> bool:
        writes = [write for write in (self.run.writes if self.run else ()) if _target_of(write) == target]
        fields = [change.field for write in writes for change in write.changes]
        alone = self.parts.alone(name)
        return name in fields or (not alone and any(not self.parts.alone(field) for field in fields))
