"""Ping of IFS: permission, rows and companies of each set, and whether its metadata is what the profile says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from connectors.ifs import filters
from connectors.ifs.metadata import Schema, differences
from connectors.ifs.sets import EntitySet
from ifs_jaggaer.errors import SettingsError, SyncError
from ifs_jaggaer.pipeline.checks import Check, Patience, Told, failed
from ifs_jaggaer.pipeline.drift import here, remedy_of, told
from ifs_jaggaer.pipeline.needs import Need
from ifs_jaggaer.pipeline.wiring import Wiring

_ALLOWED = "IFS administrator: Allowed Companies (and sites) of the service user; a lost one looks like an empty set"


async def look_at_ifs(wiring: Wiring, needed: dict[str, Need], told_too: Told) -> AsyncIterator[Check]:
    services: dict[str, Schema | SyncError] = {}
    patience = Patience("ifs", len(needed))
    for name, need in needed.items():
        try:
            entity_set = wiring.ifs.entity_set(name)
        except SettingsError as error:
            yield failed("ifs", name, error)
            continue
        check = await _readable(wiring, entity_set, need, told_too)
        yield check
        if end := patience.after(check):
            yield end
            return
        if entity_set.service not in services:
            services[entity_set.service] = said = await _metadata(wiring, name)
            if isinstance(said, SyncError):
                yield _unread(entity_set, said, readable=check.well)
            else:
                for check in _changed(wiring, entity_set, said):
                    yield check
        said = services[entity_set.service]
        if not isinstance(said, SyncError):
            for check in _described(wiring, entity_set, need, said):
                yield check


async def _readable(wiring: Wiring, entity_set: EntitySet, need: Need, told_too: Told) -> Check:
    """May it be read, are there rows, and of which companies: what a permission hides does not show as an error."""
    name = entity_set.name
    try:
        page = await wiring.ifs.page(name, size=1)
        told_too.at = page.date or told_too.at
        if not (page.rows or page.unreadable):
            return _empty(entity_set, need)
        if "Company" not in entity_set.types:
            return Check("ifs", name, "well", "readable, rows are seen")
        found: list[str] = []
        told_too.by_company += 1
        for company in wiring.profile.companies:
            own = await wiring.ifs.page(name, size=1, where=filters.any_of("Company", (company,)))
            seen = bool(own.rows or own.unreadable)
            told_too.companies[company] = told_too.companies.get(company, 0) + seen
            if seen:
                found.append(company)
    except SyncError as error:
        return failed("ifs", name, error)
    lacking = [company for company in wiring.profile.companies if company not in found]
    if not lacking:
        return Check("ifs", name, "well", f"readable, rows of {_listed(found)}")
    says = f"readable, rows of {_listed(found) if found else 'other companies'}, none of {_listed(lacking)}"
    return Check("ifs", name, "look", says, f"if {_listed(lacking)} should have rows: {_ALLOWED}")


def _empty(entity_set: EntitySet, need: Need) -> Check:
    polled = f", and {', '.join(need.syncs)} read from it" if need.polled else ""
    return Check(
        "ifs", entity_set.name, "look", f"readable, but no row is seen{polled}",
        f"if {entity_set.entity_set} should have rows: {_ALLOWED}",
    )  # fmt: skip


async def _metadata(wiring: Wiring, name: str) -> Schema | SyncError:
    try:
        schema = await wiring.ifs.metadata(name)
    except SyncError as error:
        return error
    if not schema.sets:
        return SettingsError("it names no set", system="ifs", remedy="IFS administrator: publish the projection again")
    return schema


def _unread(entity_set: EntitySet, error: SyncError, *, readable: bool) -> Check:
    """Metadata that is not given stops no sync (docs/schema-drift.md), as long as the data itself can be read."""
    what = f"{entity_set.projection} $metadata"
    check = failed("ifs", what, error)
    if not readable:
        return check
    says = f"{check.says}; syncs go on, but what they need of {entity_set.projection} was not compared"
    return replace(check, level="limited", says=says, remedy=error.remedy or f"see why {what} cannot be read")


def _changed(wiring: Wiring, entity_set: EntitySet, schema: Schema) -> Iterator[Check]:
    """Keeps what the service says, and tells what changed since the last look."""
    with wiring.store.unit() as unit:
        changes = unit.attributes.keep(entity_set.service, here(wiring, entity_set.service, schema))
    for change in changes:
        yield Check("ifs", f"{entity_set.projection} $metadata", "look", f"since the last look: {told(change)}")


def _described(wiring: Wiring, entity_set: EntitySet, need: Need, schema: Schema) -> Iterator[Check]:
    """Whether the metadata holds what the profile says of a set: attributes with types, actions, lines."""
    what = f"{entity_set.name} metadata"
    found = differences(entity_set, schema.sets)
    for difference in found:
        yield Check("ifs", what, "settings", str(difference), remedy_of(difference, wiring.profile))
    if not found:
        yield Check("ifs", what, "well", f"has the {len(entity_set.types)} attributes of the profile with their types")
    for action in sorted(need.actions):
        tenant = entity_set.actions.get(action)
        if tenant is None:
            where = f"ifs.sets.{entity_set.name}.actions"
            yield Check(
                "ifs", what, "settings", f"{where} has no {action}", f"profile: name the bound action in {where}"
            )
        elif schema.actions and tenant not in schema.actions:
            remedy = (
                f"IFS administrator: grant the action in {entity_set.projection}, or correct its name in the profile"
            )
            yield Check("ifs", what, "settings", f"{entity_set.projection} has no action {tenant}", remedy)
        else:
            how = "is there" if schema.actions else "cannot be seen: this metadata lists none"
            yield Check("ifs", what, "well", f"action {tenant} {how}")
    lines = wiring.profile.ifs.sets[entity_set.name].lines
    navigations = schema.navigations.get(entity_set.entity_set, frozenset())
    if lines and navigations and lines not in navigations:
        remedy = f"correct ifs.sets.{entity_set.name}.lines in the profile; there are {', '.join(sorted(navigations))}"
        yield Check("ifs", what, "settings", f"{entity_set.entity_set} has no {lines} to make lines under", remedy)


def _listed(companies: list[str]) -> str:
    return f"compan{'y' if len(companies) == 1 else 'ies'} {', '.join(companies)}"
