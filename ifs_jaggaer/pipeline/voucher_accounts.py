"""The accounts that a company sets for its vouchers, looked at in IFS before the first invoice needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.ifs.models import Account
from mapping.findings import readable
from mapping.invoices.accounts import own_accounts, unfit
from mapping.invoices.voucher import becomes_voucher

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.wiring import Wiring
    from mapping.profile import Profile


@dataclass(frozen=True, slots=True)
class UnfitAccount:
    """An account that IFS would refuse; `setting` is its place in the profile."""

    setting: str
    number: str
    reason: str


def post_vouchers(profile: Profile) -> tuple[str, ...]:
    """The companies whose invoices without an order become vouchers."""
    return tuple(one for one in profile.companies if becomes_voucher(one, profile, has_order=False))


async def unfit_accounts(wiring: Wiring) -> list[UnfitAccount]:
    """What is wrong with them today: unknown, not valid, a ledger account, a code part that vouchers do not state.

    Raises:
        Unreachable, SettingsError: IFS did not answer, or accounts may not be read.
    """
    profile, today = wiring.profile, wiring.clock().date()
    companies = post_vouchers(profile)
    own = [(one, *named) for one in companies for named in own_accounts(profile.of_company(one))]
    rows = await wiring.ifs.rows("account", "Account", {number for *_, number in own}, [("Company", companies)])
    known = {(row.company, row.account): row for row in readable(Account, rows)[0]}
    looked = [
        UnfitAccount(f'company."{one}".{setting}', number, unfit(known.get((one, number)), one, number, today))
        for one, setting, number in own
    ]
    return [one for one in looked if one.reason]
