"""Accounts and code parts of lines to be sent: what IFS would refuse, and what the company's chart does not have."""

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
from mapping.watching import Watch, any_of

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

    `unknown` are custom fields and values that the company has neither in IFS nor as it was synchronised; of the others
    `accounts` by number, and `values` by code part and value, where IFS shows them. `watches` are the rows in IFS of
    all of them, by code part and value.
    """

    company: str = ""
    unknown: Codes = frozenset()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    values: Mapping[tuple[str, str], CodePartValue] = field(default_factory=dict)
    watches: Mapping[tuple[str, str], Watch] = field(default_factory=dict)

    def watch(self, part: str, value: str) -> str | None:
        """What an item waits for that goes once the company's chart says something else of it."""
        return any_of(self.watches.get((part, value)))


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
        companies,
    )
    kept = Snapshots("gl_account", frozenset(f"{name}:{value}" for _, codes in named.values() for name, value in codes))
    answers = yield (accounts, values, kept)
    known = answers.snapshots(kept)
    account_rows, value_rows = answers.rows(accounts), answers.rows(values)
    watches = {
        company: {
            ask.set: Watch.each(ask.set, ask.attribute, ask.values, rows, within=("Company", company))
            for ask, rows in ((accounts, account_rows), (values, value_rows))
        }
        for company in {company for company, _, _ in every}
    }
    accounts_of = {(row.company, row.account): row for row in readable(Account, account_rows)[0]}
    values_of = {
        (row.company, row.code_part, row.code_part_value): row for row in readable(CodePartValue, value_rows)[0]
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
        watched = {
            (part, value): watches[company][(accounts if part == "A" else values).set][value] for _, part, value in mine
        }
        found[key] = Chart(company, frozenset(unknown), own, parts, watched)
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
            yield _waiting(line, part, value, chart)
        elif row and not within(as_of, row.valid_from, row.valid_until):
            reason = f"{_called(part, value)} of company {chart.company} is not valid on {as_of}"
            remedy = "correct the line in IFS, or the validity there"
            yield _dead(line, part, value, reason, remedy, watch=chart.watch(part, value))
    account = chart.accounts.get(codes["A"][1]) if "A" in codes else None
    if account is None:
        return
    number, company, watch = account.account or "", chart.company, chart.watch("A", account.account or "")
    if account.ledg_flag:
        reason = f"account {number} of company {company} is a ledger account: only IFS posts to it"
        yield _dead(line, "A", number, reason, "name another account in the line in IFS", watch=watch)
    for part, asked in at_odds(account, codes):
        stated = codes[part][1] if asked == BLOCKED else None
        word, do = ("blocked", "take") if asked == BLOCKED else ("mandatory", "state")
        reason = f"code part {part} is {word} for account {number} of company {company}"
        out = " out of the line" if asked == BLOCKED else " in the line"
        remedy = f"{do} code part {part}{out} in IFS, or correct what the account demands there"
        yield _dead(line, part, stated, reason, remedy, watch=watch)


def _called(part: str, value: str) -> str:
    return f"account {value}" if part == "A" else f"code part {part} {value}"


def _dead(line: Line, part: str, value: str | None, reason: str, remedy: str, *, watch: str | None) -> Item:
    return Item(ItemKind.DEAD_LETTER, f"lines[{line.number}].Code{part}", value, reason, remedy, waits_for=watch)


def _waiting(line: Line, part: str, value: str, chart: Chart) -> Item:
    called, company = _called(part, value), chart.company
    return Item(
        ItemKind.WAITING,
        f"lines[{line.number}].distribution",
        value,
        f"{called} is not in the chart of company {company}, as far as IFS shows it",
        f"add it to the chart of company {company} in IFS, or correct the line there; it goes by itself then",
        waits_for=chart.watch(part, value),
    )
