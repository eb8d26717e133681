"""Lives of some fixed seeds, and of every seed that ever went wrong (README.md)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from simulation.actions import life_of
from simulation.shrink import shrunk

HERE = Path(__file__).parent
FIXED = "1..2"
DAYS = 2


def simulated(*words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, since the order of sets is part of a life."""
    path = os.pathsep.join([str(HERE.parents[1]), str(HERE.parent)])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "simulation", "--tries", "0", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)


def failed_before() -> list[tuple[str, str]]:
    """Seed and days of each line of the file."""
    lines = (HERE / "failed_seeds.txt").read_text().splitlines()
    return [(words[0], words[1]) for line in lines if (words := line.partition("#")[0].split())]


def test_fixed_seeds() -> None:
    done = simulated("--seeds", FIXED, "--days", str(DAYS))
    assert done.returncode == 0, done.stdout + done.stderr
    counts = {name: int(number) for number, name in re.findall(r"(\d+) ([a-z ]+)", done.stdout.splitlines()[-1])}
    assert min(counts[name] for name in ("edits", "faults", "deaths", "rests")) > 0


@pytest.mark.parametrize(("seed", "days"), failed_before())
def test_seeds_that_failed_before(seed: str, days: str) -> None:
    done = simulated("--seeds", f"{seed},", "--days", days)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_seed_is_a_life() -> None:
    """The same events, at the same moments."""
    one, other = (simulated("--seeds", "3,", "--days", "1", "--log") for _ in range(2))
    assert one.returncode == 0, one.stdout + one.stderr
    events = one.stdout.splitlines()[:-2]  # then come the seconds that it took
    assert len(events) > 100
    assert other.stdout.splitlines()[:-2] == events


def test_shrinking_leaves_what_matters() -> None:
    actions = life_of(7, 3)
    matter = actions[5], actions[20]
    assert shrunk(actions, lambda fewer: all(action in fewer for action in matter)) == list(matter)
