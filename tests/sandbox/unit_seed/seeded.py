"""Seeds for these tests, and the rules of contracts/mapping.md written down once more."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ifs_jaggaer.sandbox.seed import Seed, build

NOW = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)
RATE = {"V19": Decimal("0.19"), "V7": Decimal("0.07"), "V0": Decimal(0)}
DECIMALS = {"JPY": 0, "TND": 3}

seeds = st.integers(0, 10_000)
"""Seeds of a small size; for all of them the arithmetic must hold."""


@cache
def whole() -> Seed:
    """The default sizes of docs/sandbox.md."""
    return build(7, 240, 1200, 600, NOW)


@cache
def small(seed: int) -> Seed:
    return build(seed, 30, 70, 60, NOW)


def unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-DECIMALS.get(currency, 2))


def roundings(amount: Decimal, currency: str) -> set[Decimal]:
    """What the amount rounds to by either rule; one value where the rule does not matter."""
    return {amount.quantize(unit(currency), rule) for rule in (ROUND_HALF_EVEN, ROUND_HALF_UP)}


def special(seed: Seed, prefix: str) -> set[str]:
    """Keys of all special cases whose kind begins so."""
    return {key for kind, keys in seed.special.items() if kind.startswith(prefix) for key in keys}


def leaves(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        for inner in part.values():
            yield from leaves(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from leaves(inner)
    else:
        yield part


def spread(amount: Decimal, weights: list[Decimal], currency: str) -> list[Decimal]:
    """By largest remainder."""
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    exact = [amount * weight / sum(weights) / unit(currency) for weight in weights]
    floors = [each // 1 for each in exact]
    missing = int(amount / unit(currency) - sum(floors))
    order = sorted(range(len(exact)), key=lambda at: floors[at] - exact[at])
    for at in order[:missing]:
        floors[at] += 1
    return [each * unit(currency) for each in floors]
