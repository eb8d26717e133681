"""Law 1 where clocks are changed: a set that writes its site's time shows one hour of autumn twice, in spring none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pipeline.driving import Product
from pipeline.world import World

AUTUMN = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
"""In Berlin 02:00 for the first time; an hour later for the second."""

SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
"""In Berlin 01:30; half an hour later 03:00."""

_connections = count(1)


@dataclass(frozen=True)
class Step:
    """Some minutes after the one before: a run, or a change that others see `late` seconds after its change time."""

    minutes: int
    what: Literal["run", "change"]
    late: int = 0


steps = st.lists(
    st.builds(Step, st.integers(1, 35), st.sampled_from(["run", "change"]), st.sampled_from([0, 0, 240])), max_size=9
)


@pytest.fixture(scope="module")
def local(small_world: World, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """A tenant whose timestamps are Berlin's, though they end in Z."""
    file = tmp_path_factory.mktemp("profile") / "berlin.toml"
    file.write_text("".join(f'[ifs.sets.{name}]\nzone = "Europe/Berlin"\n' for name in ("account", "code_part_value")))
    for account in ("4010", "4020"):
        told = {"LastModifiedDate": "2026-01-01T00:00:00Z"}
        small_world.change("ifs", "AccountSet", {"Company": "10", "Account": account}, told)
    return product.with_settings(PROFILE=file)


@pytest.fixture(autouse=True)
def _as_before(small_world: World) -> Iterator[None]:
    small_world.tune("ifs", time_zone="Europe/Berlin")
    yield
    small_world.tune("ifs", time_zone="UTC", clock_offset=0)


def at(world: World, moment: datetime) -> None:
    world.tune("ifs", clock_offset=round((moment - datetime.now(UTC)).total_seconds()))


def rename(world: World, account: str, name: str, moment: datetime) -> None:
    told = {"Description": name, "LastModifiedDate": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
    world.change("ifs", "AccountSet", {"Company": "10", "Account": account}, told)


def live(world: World, product: Product, begin: datetime, doing: list[Step]) -> None:
    """After each run JAGGAER has every name that IFS showed."""
    mine = product.with_settings(CONNECTION=f"night-{next(_connections)}")
    names: dict[str, str] = {}
    now = begin
    for number, step in enumerate([*doing, Step(30, "run")]):
        now += timedelta(minutes=step.minutes)
        at(world, now)
        if step.what == "change":
            account, name = ("4010", "4020")[number % 2], f"{step} {number}"
            rename(world, account, name, now - timedelta(seconds=step.late))
            names[account] = name
            continue
        mine.run("gl-accounts")
        assert {account: world.values_there(account)[0]["description"] for account in names} == names


SEVERAL = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@SEVERAL
@example(doing=[Step(50, "change"), Step(1, "run"), Step(14, "change"), Step(1, "run"), Step(5, "change")])
@example(doing=[Step(59, "change"), Step(20, "change"), Step(1, "run"), Step(35, "change", 240), Step(5, "run")])
@given(doing=steps)
def test_both_passes_of_the_hour_in_autumn(doing: list[Step], world: World, local: Product) -> None:
    live(world, local, AUTUMN, doing)


@SEVERAL
@example(doing=[Step(32, "change"), Step(0, "run"), Step(1, "change", 240), Step(1, "run")])
@given(doing=steps)
def test_the_hour_that_does_not_exist_in_spring(doing: list[Step], world: World, local: Product) -> None:
    live(world, local, SPRING, doing)


def test_a_window_over_the_repeated_hour(world: World, local: Product) -> None:
    """A backfill from within the first pass takes in the second, whose words are lower."""
    mine = local.with_settings(CONNECTION="window")
    at(world, AUTUMN + timedelta(hours=4))
    mine.run("gl-accounts")
    rename(world, "4010", "second pass", AUTUMN + timedelta(minutes=70))
    mine.run("gl-accounts", since=AUTUMN + timedelta(minutes=50))
    assert world.values_there("4010")[0]["description"] == "second pass"
    rename(world, "4010", "first pass", AUTUMN + timedelta(minutes=50))
    mine.run("gl-accounts", since=AUTUMN, until=AUTUMN + timedelta(minutes=70))
    assert world.values_there("4010")[0]["description"] == "first pass"
