"""Timestamps as a set writes them (contracts/ifs.md 2, time).

IFS writes `Z` behind a time that may be the server's or the site's. So a time that came from a set goes
back to that set as it came, and only a set's zone turns a moment into its words.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.ifs.sets import Described, EntitySet

_WIRE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(?:Z|[+-]00:00)?", re.ASCII)
_MINUTE = timedelta(minutes=1)
# A repeated hour is over at the latest this long after its first pass.
_FOLD = timedelta(hours=1)


class WireTimes:
    """The clock of one set. `zone` utc and aware both speak UTC, an IANA name that zone's wall time."""

    def __init__(self, told: Described | EntitySet) -> None:
        self._zone = None if told.zone in {"utc", "aware"} else ZoneInfo(told.zone)

    def from_moment(self, moment: datetime) -> str:
        """The set's words for a moment, whole seconds, rounded down.

        Raises:
            ValueError: the moment has no zone.
        """
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        return _written(moment.astimezone(self._zone or UTC))

    def since(self, moment: datetime) -> str:
        """The lowest words for this moment and all later ones: in an hour that repeats, its start."""
        wall = _parsed(self.from_moment(moment))
        return _written(wall if self._zone is None else _start(self._zone, wall))

    def until(self, moment: datetime) -> str:
        """Words that are above those for all earlier moments: in an hour's second pass, its end."""
        wall = _parsed(self.from_moment(moment))
        if self._zone is not None and moment.astimezone(self._zone).fold:
            wall = wall.replace(second=0)
            while _repeats(self._zone, wall):
                wall += _MINUTE
        return _written(wall)

    def to_moment(self, text: str) -> datetime:
        """The moment (UTC) that the set's words mean; in a repeated hour the first of the two."""
        return _parsed(text).replace(tzinfo=self._zone or UTC).astimezone(UTC)

    def before(self, text: str, seconds: float) -> str:
        """The set's words for so many seconds earlier, whole seconds, rounded down.

        Where the clock was put back within that time or the hour before it, the start of the hour that
        repeats less the seconds: its second pass is written with the same words as its first. Where it
        was put forward, earlier by the hour that does not exist.
        """
        wall = _parsed(text)
        overlap = timedelta(seconds=seconds)
        start = wall - overlap
        if self._zone is not None:
            start = min(start, _parsed(self.from_moment(self.to_moment(text) - overlap)))
            at = wall.replace(second=0)
            while at >= start - _FOLD and not _repeats(self._zone, at):
                at -= _MINUTE
            if _repeats(self._zone, at):
                start = min(start, _start(self._zone, at) - overlap)
        return _written(start)


def literal(text: str) -> str:
    """A timestamp as a filter takes it: a fraction only where the set itself wrote one that says something.

    Raises:
        ValueError: no timestamp.
    """
    found = _WIRE.fullmatch(text)
    if found is None:
        raise ValueError("not a timestamp such as 2026-02-14T08:30:00Z")
    _parsed(text)
    fraction = found[2] or ""
    return f"{found[1]}{fraction if fraction.strip('.0') else ''}Z"


def _parsed(text: str) -> datetime:
    found = _WIRE.fullmatch(text)
    if found is None:
        raise ValueError("not a timestamp such as 2026-02-14T08:30:00Z")
    return datetime.fromisoformat(found[1])


def _written(wall: datetime) -> str:
    return f"{wall.replace(tzinfo=None, microsecond=0).isoformat()}Z"


def _start(zone: ZoneInfo, wall: datetime) -> datetime:
    """Where the hour that repeats began; the time itself outside of one."""
    if not _repeats(zone, wall):
        return wall
    wall = wall.replace(second=0)
    while _repeats(zone, wall - _MINUTE):
        wall -= _MINUTE
    return wall


def _repeats(zone: ZoneInfo, wall: datetime) -> bool:
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second
