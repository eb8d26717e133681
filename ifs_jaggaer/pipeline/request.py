"""What a person or a schedule asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mapping.kinds import Instructions

UNTIL = "until:"
"""Prefix of `waits_for` where an item waits for a time, not for a key."""

INTENT = "intent:"
"""Prefix of `waits_for` where another run was writing; the next run looks again."""

IN_IFS = ("account:", "code_part:")
"""Prefixes of `waits_for` where the key comes in IFS, which the store does not see: looked at in every run."""

ANEW = "anew:"
"""Prefix of `waits_for` where the store cannot tell that the key came: by the store it is there, or its name is not
known whole. Looked at once the sync of that kind has written something since, and every hour."""

FOREIGN = "JAGGAER:"
"""Prefix of the key of a document that only JAGGAER has so far."""

METADATA = "$metadata "
"""Prefix of the key of an item that is about a set itself and no document."""

MATCH = "].match "
"""Part of the field of an item that says what of an invoice does not match; a person may let it pass."""

SyncName = Literal[
    "suppliers", "gl-accounts", "contracts", "requisitions", "purchase-orders", "receipts", "invoices", "payments"
]


@dataclass(frozen=True, slots=True)
class Request:
    """One run's parameters.

    `told` holds a person's decisions by document key ("*" for every document).
    `company` narrows this one run; `companies` is the fixed scope of a deployment, all of the profile's if empty.
    `sweep`: look at everything, also at what no change time shows (DESIGN, law 1).
    `replay`: decide open items again ("open"), or let go exactly what the brake holds ("brake") or what does not
    match ("match"); only of items that `opened_by`, a run, opened, or that opened between `since` and `until`.
    """

    sync: SyncName
    run_id: str
    trigger: str = "schedule"
    dry_run: bool = False
    since: datetime | None = None
    until: datetime | None = None
    keys: tuple[str, ...] = ()
    page_size: int | None = None
    company: str | None = None
    companies: tuple[str, ...] = ()
    sweep: bool = False
    replay: Literal["open", "brake", "match"] | None = None
    opened_by: str | None = None
    told: Mapping[str, Instructions] = field(default_factory=dict)

    @property
    def narrowed(self) -> bool:
        """A run that sees only a part moves no watermark (DESIGN, watermarks)."""
        return bool(self.since or self.until or self.keys or self.company or self.replay)

    @property
    def moves_watermarks(self) -> bool:
        return not (self.narrowed or self.dry_run)

    @property
    def only(self) -> tuple[str, ...]:
        """The companies that the run is for; none named: all of the profile."""
        return (self.company,) if self.company else self.companies

    @property
    def scope(self) -> str:
        """What is kept apart for a deployment's fixed scope, at the end of a name: "@10,20"; "" for all companies."""
        return f"@{','.join(sorted(set(self.companies)))}" if self.companies else ""

    def as_document(self) -> dict[str, str | bool | int | list[str] | None]:
        """For the run's record in the store."""
        return {
            "dry_run": self.dry_run,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "keys": list(self.keys),
            "page_size": self.page_size,
            "company": self.company,
            "companies": list(self.companies),
            "sweep": self.sweep,
            "replay": self.replay,
            "opened_by": self.opened_by,
        }

    def instructions(self, key: str) -> Instructions:
        """What was told for one document, over what was told for all."""
        for_all, for_one = self.told.get("*"), self.told.get(key)
        if for_all is None or for_one is None:
            return for_one or for_all or Instructions()
        winners, approved = {**for_all.winners, **for_one.winners}, {**for_all.approved, **for_one.approved}
        return Instructions(winners, approved, for_all.without | for_one.without)
