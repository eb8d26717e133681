"""What can go wrong, grouped by what the caller must do.

SyncError
├── SettingsError      the operator must change something before a run
├── Unreachable        try again later; nothing was sent, or what was sent was not carried out
│   └── Throttled      the system is there and has no room: its limit of requests is used up
├── OutcomeUnknown     sent, no answer: look it up before sending again
├── Conflict           the target changed since we read it: decide again
├── Rejected           this record cannot go; others can (record, field, value, remedy)
│   └── AlreadyExists  the target has the key: ours only if it carries our mark
└── Waiting            this record needs another one first
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

System = Literal["ifs", "jaggaer"]


@dataclass(frozen=True, slots=True)
class ServerWord:
    """What the server said, as far as it said anything: kept for the audit and for `str(error)`."""

    status: int | None = None
    code: str | None = None
    message: str | None = None
    details: tuple[tuple[str, str], ...] = field(default=())
    request_id: str | None = None

    def __str__(self) -> str:
        said = [
            f"HTTP {self.status}" if self.status else "",
            self.code or "",
            self.message or "",
            *(f"{code} {text}".strip() for code, text in self.details),
            f"request {self.request_id}" if self.request_id else "",
        ]
        return " · ".join(part for part in said if part)


class SyncError(Exception):
    """Root of all that can go wrong. Carries where it happened, never a body, a token or a bank account.

    Attributes:
        system: "ifs", "jaggaer" or None when it is neither's.
        record: the business key, e.g. "purchase order P1001".
        field: the field at fault, in the words of the contract.
        value: the offending value, already safe to show.
        remedy: what a person does about it.
        word: what the server said.
    """

    def __init__(
        self,
        message: str,
        *,
        system: System | None = None,
        record: str = "",
        field: str = "",
        value: str | None = None,
        remedy: str = "",
        word: ServerWord | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.system = system
        self.record = record
        self.field = field
        self.value = value
        self.remedy = remedy
        self.word = word

    def __str__(self) -> str:
        where = " ".join(part for part in (self.system or "", self.record, self.field) if part)
        said = f"{where}: {self.message}" if where else self.message
        if self.word and str(self.word):
            said = f"{said} ({self.word})"
        return f"{said} -> {self.remedy}" if self.remedy else said


class SettingsError(SyncError):
    """The operator must change a setting, a credential, a permission or a profile before a run."""


class Unreachable(SyncError):
    """Try again later: nothing was sent, or the server said that it did not carry it out.

    `retry_after` is the server's own word on when, in seconds, or None.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, **where: object) -> None:
        super().__init__(message, **where)  # type: ignore[arg-type]
        self.retry_after = retry_after


class Throttled(Unreachable):
    """The limit of requests is used up, by us or by other clients of the tenant: there is room again later."""

    def __init__(self, message: str, *, retry_after: float | None = None, **where: object) -> None:
        where.setdefault(
            "remedy",
            "other clients may use up the rate limit of the tenant: set requests_per_minute of this system to that "
            "limit and share to the part of it that is ours, or try again when they are done",
        )
        super().__init__(message, retry_after=retry_after, **where)


class OutcomeUnknown(SyncError):
    """The request left and no answer tells whether it was carried out (DESIGN, law 2)."""


class Conflict(SyncError):
    """The target changed since the state that the decision was made from (DESIGN, law 3)."""


class Rejected(SyncError):
    """This record cannot go; the others can. Becomes a dead letter."""


class AlreadyExists(Rejected):
    """The target has a record of this key. Ours only if it carries our mark (DESIGN, law 2)."""


class Waiting(SyncError):
    """This record needs another one first; `waits_for` is that one's key, e.g. "supplier:1001"."""

    def __init__(self, message: str, *, waits_for: str, **where: object) -> None:
        super().__init__(message, **where)  # type: ignore[arg-type]
        self.waits_for = waits_for
