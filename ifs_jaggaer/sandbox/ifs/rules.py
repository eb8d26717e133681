"""How the database's rules are hung to entity sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.kernel import Row
from ifs_jaggaer.sandbox.settings import Settings
from ifs_jaggaer.sandbox.storage import Key


@dataclass
class Work:
    """One transaction: what rules may look at, and which documents must tie when it ends."""

    records: Records
    settings: Settings
    #: A test stands in for a person, who enters head and rows one by one: unfinished work is let pass.
    by_person: bool = False
    proposals: dict[Key, None] = field(default_factory=dict)
    vouchers: dict[Key, None] = field(default_factory=dict)


#: Fills in what the server gives a new row: numbers, defaults, calculated values. Raises ODataError.
Prepare = Callable[[Work, Row], None]
#: Looks at a change about to be made (before None: a new row; after None: one removed). Raises ODataError.
Check = Callable[[Work, Row | None, Row | None], None]
#: What follows from a change that was made.
Effect = Callable[[Work, Row | None, Row | None], None]
#: What the server adds to the changes of a row: calculated values.
Derive = Callable[[Work, Row, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    """All rules of one entity set."""

    prepare: Prepare | None = None
    check: Check | None = None
    derive: Derive | None = None
    effect: Effect | None = None


def default(row: Row, **values: Any) -> None:
    """Fill what is empty."""
    for name, value in values.items():
        if row[name] is None:
            row[name] = value
