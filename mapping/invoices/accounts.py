"""Whether IFS would take the accounts and code parts of an invoice, before anything is written (DESIGN, invoices)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.code_strings import BLOCKED, at_odds
from mapping.dates import within
from mapping.invoices.model import tax_of
from mapping.invoices.voucher import becomes_voucher
from mapping.kinds import Item, ItemKind
from mapping.watching import any_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from connectors.ifs.models import Account, CodePartValue
    from connectors.jaggaer.invoices import Invoice
    from mapping.distribution import Share
    from mapping.findings import Findings
    from mapping.invoices.case import Ledger
    from mapping.invoices.draft import Draft
    from mapping.invoices.places import Place
    from mapping.profile import Profile
    from mapping.profile_tables import Company
    from mapping.watching import Watch


def check_codes(drafted: Draft, ledger: Ledger, on: date | None, profile: Profile) -> None:
    """Every account and code part known, valid on the posting date and allowed with each other."""
    for line in drafted.lines:
        for share in line.distribution.shares if line.distribution else ():
            watches = () if line.place.own else line.watches
            checking = _Checking(drafted.company, profile, ledger, on, found=drafted.found, watches=watches)
            if checking.lent(share, line.place, at=f"lines[{line.at}]"):
                checking.share(share, at=f"lines[{line.at}]")


def check_voucher_accounts(drafted: Draft, invoice: Invoice, ledger: Ledger, on: date | None, profile: Profile) -> None:
    """The company's own accounts, where the invoice becomes a voucher: what is wrong with them is not its fault."""
    if not becomes_voucher(drafted.company, profile, has_order=drafted.has_order):
        return
    taxed = any(tax_of(part) for part in (invoice.header, *(invoice.lines or ())))
    for setting, number in own_accounts(profile.of_company(drafted.company)):
        if setting == "tax_account" and not taxed:
            continue
        account = ledger.accounts.get((drafted.company, number))
        reason = unfit(account, drafted.company, number, on)
        if reason:
            remedy = (
                f"correct the account in IFS, and it goes by itself; or {setting} of company {drafted.company} in the "
                "profile; then `ifs-jaggaer replay invoices`"
            )
            watch = any_of(ledger.watch(drafted.company, "A", number))
            drafted.found.add(Item(ItemKind.HELD, setting, number, reason, remedy, watch))


def own_accounts(company: Company) -> tuple[tuple[str, str], ...]:
    """The accounts of a company's vouchers, by their setting."""
    return (("clearing_account", company.clearing_account), ("tax_account", company.tax_account))


def unfit(account: Account | None, company: str, number: str, on: date | None) -> str:
    """Why IFS would refuse a row of this account that states no code parts, "" where it would not."""
    name = f"account {number} of company {company}"
    if account is None:
        return f"account {number} is not in company {company}"
    if on and not within(on, account.valid_from, account.valid_until):
        return f"{name} is not valid on {on}"
    if account.ledg_flag:
        return f"{name} is a ledger account: only IFS itself posts to it"
    needed = [part for part, _ in at_odds(account, ())]
    return f"{name} needs code part {needed[0]}, and vouchers state none for it" if needed else ""


class _Checking:
    """What one share of one line is checked against."""

    def __init__(
        self,
        company: str,
        profile: Profile,
        ledger: Ledger,
        on: date | None,
        *,
        found: Findings,
        watches: Iterable[Watch],
    ) -> None:
        self._company = company
        self._fields = profile.of_company(company).code_parts
        self._ledger = ledger
        self._on = on
        self._found = found
        self._watches = tuple(watches)
        # What the line does not state itself came from elsewhere, and is corrected there.
        elsewhere = ", or of its order line or the supplier's default in IFS, whichever states it"
        self._stated = f"the line at JAGGAER{elsewhere if self._watches else ''}"

    def _dead(self, field: str, value: str | None, reason: str, remedy: str, *codes: tuple[str, str]) -> None:
        """It goes once the chart says otherwise of one of these codes, or what the line took them from does."""
        chart = (self._ledger.watch(self._company, part, code) for part, code in codes)
        self._found.dead(field, value, reason, remedy, any_of(*chart, *self._watches))

    def lent(self, share: Share, place: Place, *, at: str) -> bool:
        """The default of the leading company goes only where the chart of the invoice's company has it, valid."""
        for part, value in (code for code in share.codes if code in place.lent):
            name, row = self._known(part, value)
            fault = f"is not in company {self._company}" if row is None else self._invalid(row)
            if fault:
                self._dead(
                    f"{at}.Code{part}",
                    value,
                    f"no account: the supplier has no default in company {self._company}, and {name} of its default in "
                    f"company {place.lent_by} {fault}",
                    f"give the supplier a default GL account in company {self._company}, or the line an account",
                    (part, value),
                )
                return False
        return True

    def share(self, share: Share, *, at: str) -> None:
        values = dict(share.codes)
        for part, value in share.codes:
            self._value(part, value, f"{at}.Code{part}")
        account = self._ledger.accounts.get((self._company, values.get("A", "")))
        if account is None:
            return
        if account.ledg_flag:
            reason = f"account {account.account} of company {self._company} is a ledger account: only IFS posts to it"
            remedy = f"name another account as {self._fields['A']} of {self._stated}"
            self._dead(f"{at}.CodeA", account.account, reason, remedy, ("A", values["A"]))
        for name, stated, reason, remedy in self._combination(account, values):
            self._dead(f"{at}.{name}", stated, reason, remedy, ("A", values["A"]))

    def _known(self, part: str, value: str) -> tuple[str, Account | CodePartValue | None]:
        """What a person calls it, and its row in the company."""
        if part == "A":
            return f"account {value}", self._ledger.accounts.get((self._company, value))
        return f"code part {part} {value}", self._ledger.values.get((self._company, part, value))

    def _invalid(self, row: Account | CodePartValue) -> str:
        valid = self._on is None or within(self._on, row.valid_from, row.valid_until)
        return "" if valid else f"is not valid on {self._on}"

    def _value(self, part: str, value: str, field: str) -> None:
        company = self._company
        name, row = self._known(part, value)
        if row is None:
            self._found.add(
                Item(
                    ItemKind.WAITING,
                    field,
                    value,
                    f"{name} is not in company {company}",
                    "goes by itself once it is there, or correct the line at JAGGAER",
                    waits_for=f"account:{company}:{value}" if part == "A" else f"code_part:{company}:{part}:{value}",
                )
            )
        elif fault := self._invalid(row):
            reason = f"{name} of company {company} {fault}"
            self._dead(
                field, value, reason, f"correct the value of {self._stated}, or its validity in IFS", (part, value)
            )

    def _combination(self, account: Account, values: dict[str, str]) -> Iterator[tuple[str, str | None, str, str]]:
        for part, asked in at_odds(account, values):
            shown: str | None = self._fields.get(part)
            if asked == BLOCKED:
                reason = f"code part {part} is blocked for account {account.account}"
                remedy = f"take {shown or f'code part {part}'} out of {self._stated}"
                yield f"Code{part}", values[part], reason, remedy
            else:
                reason = f"code part {part} is mandatory for account {account.account}"
                lacks = f"give code part {part} a custom field in code_parts of the profile"
                yield f"Code{part}", None, reason, f"state {shown} in the line at JAGGAER" if shown else lacks
