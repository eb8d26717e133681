"""Accounts and code parts of lines to be sent: what IFS would refuse, and what neither system is known to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from connectors.ifs.models import Account, CodePartValue
from mapping.code_strings import BLOCKED, at_odds
from mapping.dates import within
from mapping.findings import readable
from mapping.gl_accounts import has
from mapping.kinds import Answers, Ask, IfsRows, Item, ItemKind, Snapshots

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import date

    from mapping.distribution import Share
    from mapping.profile import Profile
    from mapping.purchasing.model import Line

Codes: TypeAlias = frozenset[tuple[str, str]]
"""Custom fields and values."""


def codes_in(lines: Iterable[Line]) -> Codes:
    """Every custom field and value that the lines name."""
    shares = (share for line in lines if line.distribution for share in line.distribution.shares)
    return frozenset(code for share in shares for code in share.codes)


@dataclass(frozen=True, slots=True)
class Chart:
    """What the company of a document has of the codes that it names.

    `unknown` are custom fields and values that are neither synchronised nor in IFS; of the others `accounts` by
    number, and `values` by code part and value, where IFS shows them.
    """

    company: str = ""
    unknown: Codes = frozenset()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    values: Mapping[tuple[str, str], CodePartValue] = field(default_factory=dict)


def charts(
    named: Mapping[str, tuple[str, Codes]], profile: Profile
) -> Generator[tuple[Ask, ...], Answers, dict[str, Chart]]:
    """By document, of whose company and codes all is read in two requests.

    The company's own chart counts: another's may have the same number.
    """
    wanted = {
        key: {(company, profile.code_part(company, name), value) for name, value in codes}
        for key, (company, codes) in named.items()
    }
    every = {each for mine in wanted.values() for each in mine}
    companies = (("Company", frozenset(company for company, _, _ in every)),)
    accounts = IfsRows("account", "Account", frozenset(v for _, part, v in every if part == "A"), companies)
    values = IfsRows(
        "code_part_value",
        "CodePartValue",
        frozenset(value for _, part, value in every if part != "A"),
        (*companies, ("CodePart", frozenset(part for _, part, _ in every if part != "A"))),
    )
    kept = Snapshots("gl_account", frozenset(f"{name}:{value}" for _, codes in named.values() for name, value in codes))
    answers = yield (accounts, values, kept)
    known = answers.snapshots(kept)
    accounts_of = {(row.company, row.account): row for row in readable(Account, answers.rows(accounts))[0]}
    values_of = {
        (row.company, row.code_part, row.code_part_value): row
        for row in readable(CodePartValue, answers.rows(values))[0]
    }
    found: dict[str, Chart] = {}
    for key, mine in wanted.items():
        company = named[key][0]
        own = {value: accounts_of[company, value] for _, _, value in mine if (company, value) in accounts_of}
        parts = {
            (part, value): values_of[company, part, value]
            for _, part, value in mine
            if (company, part, value) in values_of
        }
        there = {("A", number) for number in own} | parts.keys()
        missing = {
            (profile.custom_field(company, part), value) for _, part, value in mine if (part, value) not in there
        }
        unknown = {(name, value) for name, value in missing if not has(known.get(f"{name}:{value}"), company)}
        found[key] = Chart(company, frozenset(unknown), own, parts)
    return found


def unfit(lines: Iterable[Line], chart: Chart, profile: Profile, as_of: date) -> tuple[Item, ...]:
    """What IFS would refuse of the lines that are open, and what neither system has: sending it would be in vain.

    What ended is posted to no more, whatever became of its accounts.
    """
    return tuple(
        item
        for line in lines
        if line.status == "Open" and line.distribution
        for share in line.distribution.shares
        for item in _of_share(line, share, chart, profile, as_of)
    )


def _of_share(line: Line, share: Share, chart: Chart, profile: Profile, as_of: date) -> Iterator[Item]:
    codes = {profile.code_part(chart.company, name): (name, value) for name, value in share.codes}
    for part, (name, value) in codes.items():
        row = chart.accounts.get(value) if part == "A" else chart.values.get((part, value))
        if (name, value) in chart.unknown:
            yield _waiting(line, name, value)
        elif row and not within(as_of, row.valid_from, row.valid_until):
            reason = f"{_called(part, value)} of company {chart.company} is not valid on {as_of}"
            yield _dead(line, part, value, reason, "correct the line in IFS, or the validity there")
    account = chart.accounts.get(codes["A"][1]) if "A" in codes else None
    if account is None:
        return
    if account.ledg_flag:
        reason = f"account {account.account} of company {chart.company} is a ledger account: only IFS posts to it"
        yield _dead(line, "A", account.account, reason, "name another account in the line in IFS")
    for part, asked in at_odds(account, codes):
        if asked == BLOCKED:
            reason = f"code part {part} is blocked for account {account.account}"
            yield _dead(line, part, codes[part][1], reason, f"take code part {part} out of the line in IFS")
        else:
            reason = f"code part {part} is mandatory for account {account.account}"
            yield _dead(line, part, None, reason, f"state code part {part} in the line in IFS")


def _called(part: str, value: str) -> str:
    return f"account {value}" if part == "A" else f"code part {part} {value}"


def _dead(line: Line, part: str, value: str | None, reason: str, remedy: str) -> Item:
    return Item(ItemKind.DEAD_LETTER, f"lines[{line.number}].Code{part}", value, reason, remedy)


def _waiting(line: Line, name: str, value: str) -> Item:
    return Item(
        ItemKind.WAITING,
        f"lines[{line.number}].distribution",
        value,
        f"{name} {value} is neither in IFS nor, as far as is known, at JAGGAER",
        "goes by itself once it is there, or correct the distribution of the line",
        waits_for=f"gl_account:{name}:{value}",
    )
