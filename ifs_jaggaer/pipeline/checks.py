"""What a look at a system comes to: one check for each thing, with who does what about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ifs_jaggaer.errors import SyncError, System, Throttled, Unreachable

MOST_AWAY = 3
"""Sets in a row that may be out of reach before the system is given up."""

Level = Literal["well", "look", "limited", "settings", "away"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `remedy` where there is something to do.

    `level`: `look` is well unless a person knows better; `limited` is not well, though syncs go on without it;
    `settings` a person must change something first; `away` is out of reach, or has no room (`throttled`).
    """

    system: System
    what: str
    level: Level
    says: str
    remedy: str = ""
    throttled: bool = False

    @property
    def well(self) -> bool:
        return self.level in {"well", "look"}


@dataclass(slots=True)
class Told:
    """What the answers told beside their rows: the server's clock, the companies that are seen."""

    at: datetime | None = None
    companies: dict[str, int] = field(default_factory=dict)
    by_company: int = 0


def failed(system: System, what: str, error: SyncError, remedy: str = "", *, answered: bool = False) -> Check:
    """What an error comes to. `answered`: the system is there, whatever the error says."""
    word = f" ({error.word})" if error.word and str(error.word) else ""
    level: Level = "away" if isinstance(error, Unreachable) and not answered else "settings"
    named = f": {' '.join(filter(None, (error.field, error.value)))}"
    named = named if error.field and error.field not in error.message else ""
    remedy = remedy or error.remedy
    if level == "away":
        remedy = remedy or f"see that {system}.host is right and that this machine reaches it, then try again"
    return Check(system, what, level, f"{error.message}{named}{word}", remedy, isinstance(error, Throttled))


class Patience:
    """Ends the look at a system that is away; one set of it that fails does not hide the others."""

    def __init__(self, system: System, sets: int) -> None:
        self._system: System = system
        self._left = sets
        self._away = 0

    def after(self, check: Check) -> Check | None:
        """The last check to give, where this one shows that there is no point in going on."""
        self._left -= 1
        self._away = self._away + 1 if check.level == "away" else 0
        if self._away < MOST_AWAY or not self._left:
            return None
        left = f"the other {self._left} were not looked at"
        if check.throttled:
            says = f"{MOST_AWAY} in a row found the rate limit used up: {left}"
            return Check(self._system, "further sets", "away", says, check.remedy, throttled=True)
        says = f"{MOST_AWAY} in a row are out of reach: {left}"
        return Check(self._system, "further sets", "away", says, "try again once the system answers")
