"""What users changed since the last rest, so that a change that was overwritten is missed (DESIGN, law 3)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeAlias

from ifs_jaggaer.errors import System

Subject: TypeAlias = tuple[str, str, str]
"""Sync, key, field."""


@dataclass
class Wishes:
    """The last value that each side's users gave a field."""

    said: dict[Subject, dict[System, str]] = field(default_factory=lambda: defaultdict(dict))

    def say(self, sync: str, key: str, name: str, system: System, value: str) -> None:
        """A user of that system gave the field this value."""
        self.said[sync, key, name][system] = value

    def granted(self, subject: Subject, values: dict[System, str]) -> bool:
        """Whether both sides have a value that somebody gave: the only one's, where one side alone changed it."""
        return len(set(values.values())) == 1 and set(values.values()) <= set(self.said[subject].values())

    def now_called(self, sync: str, former: str, key: str) -> None:
        """A record that has got another key meanwhile; what was said under that one is newer."""
        for subject in [each for each in self.said if each[:2] == (sync, former)]:
            renamed = (sync, key, subject[2])
            self.said[renamed] = self.said.pop(subject) | self.said[renamed]

    def forget(self) -> None:
        self.said.clear()
