"""Accounts and code parts of lines to be sent that neither JAGGAER is known to have, nor IFS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from connectors.ifs.models import Account, CodePartValue
from mapping.findings import readable
from mapping.gl_accounts import has
from mapping.kinds import Answers, Ask, IfsRows, Item, ItemKind, Snapshots

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from mapping.profile import Profile
    from mapping.purchase_orders_model import Line

Codes: TypeAlias = frozenset[tuple[str, str]]
"""Custom fields and values."""


def codes_in(lines: Iterable[Line]) -> Codes:
    """Every custom field and value that the lines name."""
    shares = (share for line in lines if line.distribution for share in line.distribution.shares)
    return frozenset(code for share in shares for code in share.codes)


def unknown_codes(
    named: Mapping[str, tuple[str, Codes]], profile: Profile
) -> Generator[tuple[Ask, ...], Answers, dict[str, Codes]]:
    """Of each document's company and codes those that are neither synchronised nor in IFS.

    The company's own chart counts: another's may have the same number.
    """
    kept = Snapshots("gl_account", frozenset(f"{name}:{value}" for _, codes in named.values() for name, value in codes))
    answers = yield (kept,)
    known = answers.snapshots(kept)
    wanted = {
        key: {
            (company, profile.code_part(company, name), value)
            for name, value in codes
            if not has(known.get(f"{name}:{value}"), company)
        }
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
    found = yield (accounts, values)
    there = {(row.company, "A", row.account) for row in readable(Account, found.rows(accounts))[0]} | {
        (row.company, row.code_part, row.code_part_value) for row in readable(CodePartValue, found.rows(values))[0]
    }
    return {
        key: frozenset((profile.custom_field(company, part), value) for company, part, value in mine - there)
        for key, mine in wanted.items()
    }


def waiting(lines: Iterable[Line], unknown: Codes) -> tuple[Item, ...]:
    """The first unknown code of each line: sending it would be in vain."""
    return tuple(
        Item(
            ItemKind.WAITING,
            f"lines[{line.number}].distribution",
            value,
            f"{name} {value} is neither in IFS nor, as far as is known, at JAGGAER",
            "goes by itself once it is there, or correct the distribution of the line",
            waits_for=f"gl_account:{name}:{value}",
        )
        for line in lines
        for name, value in _first_unknown(line, unknown)
    )


def _first_unknown(line: Line, unknown: Codes) -> list[tuple[str, str]]:
    shares = line.distribution.shares if line.distribution else ()
    return [code for share in shares for code in share.codes if code in unknown][:1]
