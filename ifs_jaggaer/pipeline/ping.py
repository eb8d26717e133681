"""Ping: is each system there, does the token work, may each set be read, do the clocks agree, is the metadata right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from connectors.ifs.metadata import differences
from ifs_jaggaer.errors import SyncError, System
from ifs_jaggaer.pipeline.wiring import Wiring
from mapping.kinds import Kind

CLOCK_DIFFERENCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `remedy` where it is not well."""

    system: System
    what: str
    well: bool
    says: str
    remedy: str = ""


async def ping(wiring: Wiring, kinds: tuple[Kind, ...]) -> AsyncIterator[Check]:
    """Looks at everything that the kinds need, and goes on after a failure; yields as it goes."""
    for system in ("ifs", "jaggaer"):
        try:
            await wiring.channels[system].authorise()
        except SyncError as error:
            yield _failed(system, "token", error)
            continue
        yield Check(system, "token", True, "given")
        names = dict.fromkeys(s.name for kind in kinds for s in kind.sources if s.system == system)
        looks = _ifs(wiring, names) if system == "ifs" else _jaggaer(wiring, names)
        async for check in looks:
            yield check


async def _ifs(wiring: Wiring, polled: dict[str, None]) -> AsyncIterator[Check]:
    for name in wiring.profile.ifs.sets:
        try:
            page = await wiring.ifs.page(name, size=1)
        except SyncError as error:
            yield _failed("ifs", name, error)
            continue
        if page.rows:
            yield Check("ifs", name, True, "readable")
        else:
            remedy = "if it should have rows, let the service user see the companies" if name in polled else ""
            yield Check("ifs", name, name not in polled, "readable, but no row is seen", remedy)
        try:
            for difference in differences(wiring.ifs.entity_set(name), await wiring.ifs.metadata(name)):
                yield Check("ifs", f"{name} metadata", False, str(difference), "correct the profile or the projection")
        except SyncError as error:
            yield _failed("ifs", f"{name} metadata", error)


async def _jaggaer(wiring: Wiring, polled: dict[str, None]) -> AsyncIterator[Check]:
    for name in dict.fromkeys([*polled, "purchaseorders", "customfieldvalues"]):
        try:
            page = await wiring.jaggaer.page(name)
        except SyncError as error:
            yield _failed("jaggaer", name, error)
            continue
        yield Check("jaggaer", name, True, f"readable, {page.total} records")
        if page.server_time is not None:
            apart = abs(page.server_time - wiring.clock())
            well = apart <= CLOCK_DIFFERENCE
            yield Check(
                "jaggaer",
                f"{name} clock",
                well,
                f"{apart.total_seconds():.0f} s apart",
                "" if well else "set the clock",
            )


def _failed(system: System, what: str, error: SyncError) -> Check:
    word = f" ({error.word})" if error.word and str(error.word) else ""
    return Check(system, what, False, f"{error.message}{word}", error.remedy)
