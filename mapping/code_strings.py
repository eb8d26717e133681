"""Which code parts an account of IFS wants, and which it does not take (contracts/ifs.md 4, account)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from connectors.ifs.models import Account

PARTS = "BCDEFGHIJ"
"""The code parts beside A, the account itself."""

BLOCKED, MANDATORY = "Blocked", "Mandatory"


def at_odds(account: Account, stated: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each code part for which IFS would refuse the account: it is stated and BLOCKED, or MANDATORY and not stated."""
    for part in PARTS:
        asked = requested(account, part)
        if (asked == BLOCKED and part in stated) or (asked == MANDATORY and part not in stated):
            yield part, asked


def requested(account: Account, part: str) -> str:
    """What the account says of a code part; "" where that did not come."""
    asked: str | None = getattr(account, f"req_code_{part.lower()}")
    return asked or ""
