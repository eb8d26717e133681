"""Modified times: many rows of one bulk load share one second, the others are strewn."""

from datetime import UTC, datetime, timedelta
from random import Random


class Stamps:
    """Gives modified times before `now`; `bulk` is the share of rows that carry the second of the load."""

    def __init__(self, rng: Random, now: datetime, *, bulk: float, days: int = 120, load_days_ago: int = 30) -> None:
        self._rng = rng
        self._now = now
        self._bulk = bulk
        self._span = days * 86_400
        self.load = now - timedelta(days=load_days_ago)

    def next(self) -> datetime:
        """A whole second, UTC."""
        if self._rng.random() < self._bulk:
            return self.load
        return self._now - timedelta(seconds=self._rng.randrange(600, self._span))

    def milliseconds(self) -> str:
        """The same on JAGGAER's wire, with milliseconds."""
        at = self.next()
        thousandths = 0 if at == self.load else self._rng.randrange(1000)
        return wire(at + timedelta(milliseconds=thousandths))


def wire(at: datetime) -> str:
    """`2024-02-14T19:58:56.973Z` (contracts/jaggaer.md 2)."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def midnight(at: datetime) -> str:
    """A date-only field: midnight UTC."""
    return f"{at:%Y-%m-%d}T00:00:00.000Z"
