"""Schema drift: what a tenant's `$metadata` says now, against what it said last and what the mapping needs.

Looked at before data is touched: an attribute that the mapping needs and that is gone or of another type stops the
sync, all else is told in the run's notes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.ifs.metadata import Difference, Schema, differences
from connectors.ifs.sets import EntitySet
from ifs_jaggaer.errors import SettingsError, SyncError, Unreachable
from ifs_jaggaer.pipeline.needs import needs
from ifs_jaggaer.pipeline.request import METADATA
from ifs_jaggaer.store import SchemaChange, Unit
from ifs_jaggaer.store.audit import Event
from mapping.kinds import Item, ItemKind
from mapping.profile_extras import users_of
from mapping.suppliers.case import SETS

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun
    from ifs_jaggaer.pipeline.wiring import Wiring
    from mapping.profile import Profile


@dataclass(slots=True)
class Seen:
    """What is known of one service: the sets of the profile there, as of the last look."""

    service: str
    wanted: list[EntitySet]
    due: bool = True
    sets: dict[str, dict[str, str]] = field(default_factory=dict)

    def missing(self) -> list[Difference]:
        """What the profile says of the wanted sets and the service does not have."""
        return [each for one in self.wanted for each in differences(one, self.sets)]


async def check_schema(run: SyncRun) -> None:
    """Looks at the metadata of what the sync works with, at most every `metadata_hours` while all is well.

    Metadata that cannot be read is a note: reading the data itself will tell.

    Raises:
        SettingsError: an attribute that the mapping needs is gone or of another type; nothing was touched.
    """
    wiring = run.wiring
    names = needs((run.kind,), wiring.profile)["ifs"]
    services = _services(wiring, names)
    broken: list[Difference] = []
    for seen in services:
        if seen.due or seen.missing():
            try:
                schema = await wiring.ifs.metadata(seen.wanted[0].name)
            except SyncError as error:
                run.warn(f"the metadata of {seen.service} could not be read ({error}); the sync goes on without")
                if isinstance(error, Unreachable):
                    break  # others would take as long to fail; they are looked at next time
                continue
            if not schema.sets:
                run.warn(f"the metadata of {seen.service} names no set; the sync goes on without it")
                continue
            seen.sets = here(wiring, seen.service, schema)
            _keep(run, seen)
        broken += seen.missing()
    _conclude(run, broken)


def here(wiring: Wiring, service: str, schema: Schema) -> dict[str, dict[str, str]]:
    """What the metadata says of the sets that the profile has on a service."""
    names = {one.entity_set for one in _all_sets(wiring) if one.service == service}
    return {name: dict(attributes) for name, attributes in schema.sets.items() if name in names}


def told(change: SchemaChange) -> str:
    """A change in words."""
    if change.before and change.after:
        what = f"{change.after} and no longer {change.before}"
    else:
        what = f"new ({change.after})" if change.after else f"gone (was {change.before})"
    return f"{change.set}.{change.attribute} is {what}"


def remedy_of(difference: Difference, profile: Profile) -> str:
    """What a person does about it, and what a field of the profile loses where the attribute is given up."""
    fields = [
        name
        for name, policy in profile.suppliers.fields.items()
        if any(_place(place) == (difference.set, difference.attribute) for place in policy.ifs)
    ]
    lost = [f"suppliers.fields.{name}" for name in fields]
    if extras := users_of(difference.set, difference.attribute, profile):
        return f"{difference.remedy}, and take out what it carries: {', '.join((*lost, *extras))}"
    return f"{difference.remedy} ({', '.join(lost)} would no longer be carried)" if lost else difference.remedy


def _place(place: str) -> tuple[str, str]:
    head, _, name = place.partition(".")
    return (SETS.get(head, ""), name)


def _all_sets(wiring: Wiring) -> list[EntitySet]:
    return [wiring.ifs.entity_set(name) for name in wiring.profile.ifs.sets]


def _services(wiring: Wiring, names: Iterable[str]) -> list[Seen]:
    found: dict[str, Seen] = {}
    for name in names:
        one = wiring.ifs.entity_set(name)
        found.setdefault(one.service, Seen(one.service, [])).wanted.append(one)
    age = timedelta(hours=wiring.settings.metadata_hours)
    with wiring.store.look() as unit:
        for seen in found.values():
            looked_at = unit.attributes.looked_at(seen.service)
            seen.due = looked_at is None or looked_at + age <= unit.now()
            seen.sets = unit.attributes.known(seen.service)
    return list(found.values())


def _keep(run: SyncRun, seen: Seen) -> None:
    """Keeps what was seen, and notes what changed and stops nothing; a dry run keeps nothing."""
    if run.request.dry_run:
        return
    with run.scribe.unit() as unit:
        changes = unit.attributes.keep(seen.service, seen.sets)
        for change in changes:
            payload = {"attribute": change.attribute, "before": change.before, "after": change.after}
            run.scribe.note(Event("schema changed", "note", system="ifs", entity=change.set, payload=payload))
    missing = {(each.set, each.attribute) for each in seen.missing()}
    for change in changes:
        stops, meaning = _meaning(run.wiring, seen, missing, change)
        if not stops:
            run.warn(f"in IFS since the last look: {told(change)}; {meaning}")


def _meaning(
    wiring: Wiring, seen: Seen, missing: Collection[tuple[str, str]], change: SchemaChange
) -> tuple[bool, str]:
    """Whether what changed stops this sync, which is told elsewhere; else what it means for the mapping."""
    ours = [one for one in seen.wanted if one.entity_set == change.set]
    needing = [(one.name, name) for one in ours for name in one.types if one.tenant(name) == change.attribute]
    if any(each in missing or (each[0], "") in missing for each in needing):
        return True, ""
    if needing:
        return False, "the mapping needs it, and it is as the profile says"
    others = [one for one in _all_sets(wiring) if (one.service, one.entity_set) == (change.service, change.set)]
    if any(one.tenant(name) == change.attribute for one in others for name in one.types):
        return False, "this sync does not need it, another one does"
    return False, "the mapping does not need it"


def _conclude(run: SyncRun, broken: Sequence[Difference]) -> None:
    """Opens an item for each attribute that is missing, closes those that are over, and stops the sync."""
    found: dict[str, list[Item]] = {}
    with run.wiring.store.look() as unit:
        for difference in broken:
            found.setdefault(METADATA + difference.set, []).append(_item(run, unit, difference))
        standing = {item.key for item in unit.items.open(sync=run.sync) if item.key.startswith(METADATA)}
    for key in sorted(standing | found.keys()):
        items = found.get(key, [])
        if not run.request.dry_run:
            with run.scribe.unit() as unit:
                unit.items.replace(run.sync, key, "", items, run.request.run_id)
    if not broken:
        return
    first = next(iter(found.values()))[0]
    more = f"; and {len(broken) - 1} more: `ifs-jaggaer items list` shows them" if len(broken) > 1 else ""
    raise SettingsError(
        f"IFS does not have what the mapping needs, nothing was touched: {first.reason}{more}",
        system="ifs",
        field=f"ifs.sets.{broken[0].set}",
        value=broken[0].attribute,
        remedy=first.remedy,
    )


def _item(run: SyncRun, unit: Unit, difference: Difference) -> Item:
    one = run.wiring.ifs.entity_set(difference.set)
    former = unit.attributes.former(one.service, one.entity_set, one.tenant(difference.attribute), difference.found)
    was = f" (before: {former})" if former else ""
    return Item(
        ItemKind.DEAD_LETTER,
        difference.attribute or "set",
        difference.found or None,
        f"{difference.reason}{was}",
        remedy_of(difference, run.wiring.profile),
    )
