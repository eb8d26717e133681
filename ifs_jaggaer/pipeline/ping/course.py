"""Ping: is each system there, does the token work, may each set be read, do the clocks agree, is the metadata right.

It looks at what the kinds say they work with, goes on after each failure, and says who does what about it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from ifs_jaggaer.errors import SyncError, System
from ifs_jaggaer.pipeline.checks import Check, Told, failed
from ifs_jaggaer.pipeline.needs import needs
from ifs_jaggaer.pipeline.ping.ifs import look_at_ifs
from ifs_jaggaer.pipeline.ping.jaggaer import look_at_jaggaer
from ifs_jaggaer.pipeline.voucher_accounts import post_vouchers, unfit_accounts
from ifs_jaggaer.pipeline.wiring import Wiring
from mapping.kinds import Kind

CLOCK_REMARK = timedelta(seconds=60)
"""Clocks may differ by the overlap that is read again; from here on it is worth saying."""


async def ping(wiring: Wiring, kinds: tuple[Kind, ...]) -> AsyncIterator[Check]:
    """Looks at everything that the kinds need, and goes on after a failure; yields as it goes."""
    needed = needs(kinds, wiring.profile)
    for system in ("ifs", "jaggaer"):
        channel = wiring.channels[system]
        try:
            await channel.authorise()
        except SyncError as error:
            yield failed(system, "token", error)
            continue
        yield Check(system, "token", "well", "given")
        told_too = Told()
        looks = look_at_ifs if system == "ifs" else look_at_jaggaer
        async for check in looks(wiring, needed[system], told_too):
            yield check
        if system == "ifs":
            for check in await _accounts_of_vouchers(wiring):
                yield check
        for check in _around(wiring, system, told_too):
            yield check


async def _accounts_of_vouchers(wiring: Wiring) -> list[Check]:
    """The profile names them: nobody but IFS knows whether they take vouchers."""
    what, companies = "accounts of vouchers", post_vouchers(wiring.profile)
    if not companies:
        return []
    try:
        unfit = await unfit_accounts(wiring)
    except SyncError as error:
        return [failed("ifs", what, error)]
    remedy = "profile: name an account that takes vouchers; or correct it in IFS"
    found = [Check("ifs", what, "settings", f"{one.setting}: {one.reason}", remedy) for one in unfit]
    return found or [Check("ifs", what, "well", f"fit in companies {', '.join(companies)}")]


def _around(wiring: Wiring, system: System, told_too: Told) -> Iterator[Check]:
    """What is no matter of one set: the clock, the limit, the companies."""
    if told_too.at is not None:
        yield _clock(wiring, system, told_too.at)
    settings = wiring.settings.ifs if system == "ifs" else wiring.settings.jaggaer
    limits = wiring.channels[system].limits
    stated = ", ".join(f"{name}: {value}" for name, value in sorted(limits.items())) or "the server states none"
    ours = f"{settings.requests_per_minute} requests a minute, of which {settings.share:.0%} are ours"
    yield Check(system, "rate limit", "well", f"set to {ours}; {stated}")
    for company, seen in told_too.companies.items():
        if seen:
            yield Check(system, f"company {company}", "well", f"seen in {seen} of {told_too.by_company} sets")
        else:
            yield Check(
                system, f"company {company}", "settings", f"no row of it in any of {told_too.by_company} sets",
                f"IFS administrator: add company {company} to the Allowed Companies of the service user, "
                f"or take it out of companies in the profile",
            )  # fmt: skip


def _clock(wiring: Wiring, system: System, at: datetime) -> Check:
    apart = at - wiring.clock()
    whole = round(apart.total_seconds())
    seconds = f"{whole:+d} s against this machine" if whole else "the same as this machine's"
    if abs(apart) > timedelta(seconds=max(wiring.settings.overlap, CLOCK_REMARK.total_seconds())):
        remedy = "whoever runs this machine: let it keep time by NTP; else tell the system's operator"
        return Check(system, "clock", "settings", f"{seconds}, more than the overlap that is read again", remedy)
    if abs(apart) > CLOCK_REMARK:
        return Check(system, "clock", "look", seconds, "covered by the overlap, but one of the two clocks is wrong")
    return Check(system, "clock", "well", seconds)
