"""Simulated lives from the command line: `python -m simulation --seeds 1..50 --days 5`, with tests/ on the path.

A life that goes wrong prints its seed, what is left of its actions when those that do not matter are left out, and what
happened in it. Seconds are those of the processor. Exit code 0 when none did, else 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from simulation.actions import Action, Rest, life_of
from simulation.life import Broken, Lost, simulate
from simulation.shrink import shrunk

SHOWN = 400
"""Lines of a life that are printed."""


@dataclass(frozen=True)
class Verdict:
    """What became of one seed; `words` is "" where all was well."""

    seed: int
    words: str
    counts: Counter[str]
    log: Sequence[str]
    seconds: float


def verdict(seed: int, days: int) -> Verdict:
    began = time.process_time()
    words = ""
    try:
        life = simulate(seed, life_of(seed, days))
    except Lost as lost:
        words, life = str(lost), lost.life
    return Verdict(seed, words, life.counts, life.log, time.process_time() - began)


def same_fault(one: Lost, other: Lost) -> bool:
    """Whether two lives went wrong in the same way: the same law, or the same kind of error."""
    return _fault(one) == _fault(other)


def _fault(lost: Lost) -> tuple[str, str]:
    cause = lost.__cause__
    words = str(cause).partition(":")[0] if isinstance(cause, Broken) else ""
    return type(cause).__name__, words


def smallest(seed: int, days: int, tries: int) -> tuple[Sequence[Action], Lost]:
    """The actions that are left when those that do not matter are left out, and how that life went wrong."""
    actions = life_of(seed, days)
    lost = _lost(seed, actions)
    if lost is None:
        raise ValueError(f"seed {seed} lives well")
    first = lost

    def still_wrong(fewer: Sequence[Action]) -> bool:
        found = _lost(seed, fewer)
        return found is not None and same_fault(found, first)

    # What comes after the rest at which it was seen cannot matter.
    ends = (actions[: place + 1] for place, action in enumerate(actions) if isinstance(action, Rest))
    shorter = next((end for end in ends if still_wrong(end)), actions)
    fewest = shrunk(shorter, still_wrong, tries)
    return fewest, _lost(seed, fewest) or first


def _lost(seed: int, actions: Sequence[Action]) -> Lost | None:
    try:
        simulate(seed, actions)
    except Lost as lost:
        return lost
    return None


def _told(seed: int, days: int, tries: int) -> None:
    actions, lost = smallest(seed, days, tries)
    print(f"\nseed {seed}, {days} days, without what does not matter: {lost}")
    for action in actions:
        print(f"  {action},")
    log = lost.life.log
    print(
        "what happened", *(log if len(log) <= SHOWN else [*log[: SHOWN // 2], "...", *log[-SHOWN // 2 :]]), sep="\n  "
    )


def main(words: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="simulation", description=__doc__)
    options.add_argument("--seeds", default="1..20", help="1..50; 50, which is the same; or 7,9,12, and 7, for one")
    options.add_argument("--days", type=int, default=5, help="of each life")
    options.add_argument("--jobs", type=int, default=1, help="processes at the same time")
    options.add_argument(
        "--tries", type=int, default=150, help="lives to make one that goes wrong shorter; 0: not at all"
    )
    options.add_argument("--log", action="store_true", help="print what happened in each life")
    options.add_argument("--go-on", action="store_true", help="also after a life that went wrong")
    asked = options.parse_args(words)
    seeds = _seeds(asked.seeds)
    total: Counter[str] = Counter()
    wrong: list[int] = []
    with ProcessPoolExecutor(asked.jobs) as pool:
        for found in pool.map(verdict, seeds, [asked.days] * len(seeds)):
            total += found.counts
            if asked.log:
                print(*found.log, sep="\n")
            print(f"seed {found.seed}: {found.words or 'well'} ({found.seconds:.1f} s)", flush=True)
            if found.words:
                wrong.append(found.seed)
                if not asked.go_on:
                    pool.shutdown(wait=False, cancel_futures=True)
                    break
    told = ", ".join(f"{number} {name}" for name, number in sorted(total.items()))
    print(f"{len(seeds)} seeds of {asked.days} days: {told}; went wrong: {wrong or 'none'}")
    for seed in wrong[: None if asked.tries else 0]:
        _told(seed, asked.days, asked.tries)
    return 1 if wrong else 0


def _seeds(words: str) -> list[int]:
    if "," in words:
        return [int(seed) for seed in words.split(",") if seed]
    first, dots, last = words.partition("..")
    return list(range(int(first), int(last) + 1)) if dots else list(range(1, int(words) + 1))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets is part of a life: with another one the same seed is another life.
        os.execve(
            sys.executable, [sys.executable, "-m", "simulation", *sys.argv[1:]], os.environ | {"PYTHONHASHSEED": "0"}
        )
    sys.exit(main(sys.argv[1:]))
