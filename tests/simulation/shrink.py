"""Less of a life that goes wrong the same way: actions are left out as long as it still does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulation.actions import Action


def shrunk(
    actions: Sequence[Action], still_wrong: Callable[[Sequence[Action]], bool], tries: int = 200
) -> list[Action]:
    """By halves, then by smaller and smaller parts (Zeller's delta debugging); `tries`: lives at most."""
    left = list(actions)
    size = max(1, len(left) // 2)
    while tries > 0:
        begin, dropped = 0, False
        while begin < len(left) and tries > 0:
            fewer = [*left[:begin], *left[begin + size :]]
            tries -= 1
            if fewer and still_wrong(fewer):
                left, dropped = fewer, True
            else:
                begin += size
        if size == 1 and not dropped:
            break
        size = max(1, size // 2) if not dropped or size > 1 else 1
    return left
