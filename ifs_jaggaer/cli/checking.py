"""Before the first run: `settings check`, `ping`."""

from __future__ import annotations

import asyncio

import typer

from ifs_jaggaer import settings
from ifs_jaggaer.cli.output import AsJson, Config, Exit, complain, out, print_json
from ifs_jaggaer.errors import SettingsError, Unreachable
from ifs_jaggaer.pipeline.checks import Check
from ifs_jaggaer.pipeline.hooked import load_hook
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.ping.course import ping
from ifs_jaggaer.pipeline.voucher_accounts import post_vouchers, unfit_accounts
from ifs_jaggaer.pipeline.wiring import open_store, open_wiring
from mapping.profile import Profile

MARKS = {
    "well": ("ok ", "green"),
    "look": ("?  ", "yellow"),
    "limited": ("NO ", "yellow"),
    "settings": ("NO ", "red"),
    "away": ("NO ", "red"),
}
"""How a check shows, by its level."""

settings_room = typer.Typer(help="The settings of this connection.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    settings_room.command("check")(check_settings)
    app.add_typer(settings_room, name="settings")
    app.command("ping")(ping_systems)


def check_settings(*, as_json: AsJson = False, config: Config = None) -> None:
    """Read settings and profile, open the store; name whatever is wrong, with its place.

    IFS is asked only where a company posts vouchers, for their accounts.
    """
    _ = config
    told = settings.load()
    profile = Profile.load(told.profile)
    load_hook(profile)
    open_store(told).close()
    if post_vouchers(profile):
        asyncio.run(_accounts_of_vouchers(told))
    shown = told.model_dump(mode="json") | {"profile_name": profile.name, "companies": list(profile.companies)}
    if as_json:
        print_json({"well": True, "settings": shown})
    else:
        for name, value in shown.items():
            out.print(f"{name}: {value}", markup=False, highlight=False)
        out.print("Settings and profile are well. Next: ifs-jaggaer ping")


async def _accounts_of_vouchers(told: settings.Settings) -> None:
    """Raises SettingsError for an account that IFS would refuse; IFS that is away is no fault of the settings."""
    try:
        async with open_wiring(told) as wiring:
            unfit = await unfit_accounts(wiring)
    except Unreachable as away:
        complain(f"the accounts of vouchers were not looked at: {away}")
        return
    if unfit:
        raise SettingsError(
            "; ".join(f"{one.setting}: {one.reason}" for one in unfit),
            field=unfit[0].setting,
            value=unfit[0].number,
            remedy="name an account in the profile that takes vouchers, or correct it in IFS",
        )


def ping_systems(*, as_json: AsJson = False, config: Config = None) -> None:
    """Reach both systems: token, permission on each set, rows seen, clock, limit, metadata; failures with remedies.

    Exit codes: 0 all is well, 1 syncs can run but something could not be looked at, 2 a setting or a permission
    is missing, 3 a system is out of reach.
    """
    _ = config
    checks = asyncio.run(_ping(as_json=as_json))
    code = _code(checks)
    if as_json:
        told = [
            {
                "system": c.system, "what": c.what, "well": c.well, "level": c.level, "says": c.says,
                "remedy": c.remedy,
            }
            for c in checks
        ]  # fmt: skip
        print_json({"well": code is Exit.WELL, "checks": told})
    else:
        _conclude(checks)
    raise typer.Exit(code)


def _code(checks: list[Check]) -> Exit:
    levels = {check.level for check in checks}
    if "away" in levels:
        return Exit.FAILED
    if "settings" in levels:
        return Exit.SETTINGS
    return Exit.NEEDS_A_PERSON if "limited" in levels else Exit.WELL


async def _ping(*, as_json: bool) -> list[Check]:
    checks: list[Check] = []
    async with open_wiring(settings.load()) as wiring:
        async for check in ping(wiring, tuple(KINDS.values())):
            checks.append(check)
            if not as_json:
                mark, style = MARKS[check.level]
                out.print(f"{mark} {check.system:8} {check.what}: {check.says}", markup=False, style=style)
                if check.remedy:
                    out.print(f"      -> {check.remedy}", markup=False)
    return checks


def _conclude(checks: list[Check]) -> None:
    failed = sum(not check.well for check in checks)
    doubtful = sum(check.level == "look" for check in checks)
    out.print(f"{len(checks)} things looked at: {failed} not well, {doubtful} worth a look")
    if not failed:
        out.print("Next: ifs-jaggaer fit")
