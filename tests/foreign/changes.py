"""What a person does in one of the tenants, and the writes that must follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from foreign.lab import Lab

Writes: TypeAlias = "Counter[tuple[str, str]]"


@dataclass
class Change:
    """Something that a person does, and the writes that must follow from it, no more and no fewer."""

    what: str
    do: Callable[[Lab], None]
    writes: Writes
    verify: Callable[[Lab], Iterator[str]] = lambda _: iter(())


def one(*places: tuple[str, str]) -> Writes:
    return Counter(places)
