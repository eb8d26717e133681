"""Ping of JAGGAER: each list reachable, its container found, each filter field known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from connectors.jaggaer.filters import equals
from connectors.jaggaer.pages import JaggaerPage
from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.checks import Check, Patience, Told, failed
from ifs_jaggaer.pipeline.needs import Need
from ifs_jaggaer.pipeline.wiring import Wiring

NOBODY = "0"
"""A value that no record has, and that is a number as well as a text: what a filter is tried with."""


async def look_at_jaggaer(wiring: Wiring, needed: dict[str, Need], told_too: Told) -> AsyncIterator[Check]:
    patience = Patience("jaggaer", len(needed))
    for name, need in needed.items():
        try:
            page = await wiring.jaggaer.page(name)
        except SyncError as error:
            # An answer that came whole and makes no sense has no record: the profile is at fault, not the line.
            remedy = error.remedy or _CONTAINER.format(name=name)
            check = failed("jaggaer", name, error, remedy, answered=not error.record)
            yield check
            if end := patience.after(check):
                yield end
                return
            continue
        told_too.at = page.server_time or told_too.at
        check = _listed_there(name, page)
        patience.after(check)
        yield check
        modified = wiring.profile.jaggaer.resources[name].modified_filter
        later = wiring.clock() + timedelta(days=3650)
        if need.polled:
            yield await _filter(wiring, name, modified, page.total, since=later)
        for own in sorted(need.filters):
            yield await _filter(wiring, name, own, page.total)


_CONTAINER = (
    "JAGGAER administrator: let the API user read {name}; else compare container and key of jaggaer.resources.{name} "
    "in the profile with what the tenant answers"
)


def _listed_there(name: str, page: JaggaerPage) -> Check:
    if page.unreadable:
        first = page.unreadable[0]
        return Check("jaggaer", name, "settings", f"a record cannot be read: {first.message}", first.remedy)
    if page.total == 0:
        return Check(
            "jaggaer", name, "look", "reachable, but there is no record, so its container was not seen",
            f"if there should be some: JAGGAER administrator, rights of the API user on {name}",
        )  # fmt: skip
    return Check("jaggaer", name, "well", f"reachable, container found, {page.total} records")


async def _filter(wiring: Wiring, name: str, own: str, total: int, since: datetime | None = None) -> Check:
    """Is a filter field accepted, and does it filter: one that is passed over in silence gives all records."""
    tenant = wiring.profile.jaggaer.resources[name].filters.get(own, own)
    what = f"{name} filter {tenant}"
    try:
        where = None if since else equals(tenant, NOBODY)
        page = await wiring.jaggaer.page(name, modified_since=since, where=where)
    except SyncError as error:
        return failed("jaggaer", what, error, remedy=f"profile: the tenant's name of it in jaggaer.resources.{name}")
    if total > 1 and page.total >= total:
        remedy = (
            f"profile: the tenant's name of it in jaggaer.resources.{name}; JAGGAER passes over what it does not know"
        )
        return Check("jaggaer", what, "settings", f"does not filter: all {total} records came", remedy)
    return Check("jaggaer", what, "well", "accepted")
