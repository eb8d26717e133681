"""Faults that a test arms and a later request meets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ifs_jaggaer.sandbox.kernel import Call, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Faults of both systems, from docs/sandbox.md.
COMMON = frozenset(
    {
        "timeout_before_commit", "timeout_after_commit", "drop_before_commit", "drop_after_commit",
        "drop_mid_answer", "trickle", "truncated_json", "html_502", "html_503", "html_504", "html_200",
        "server_error_after_commit", "throttle", "unauthorized", "expire_tokens", "late_commit",
    }
)  # fmt: skip
_FIELDS = frozenset({"fault", "method", "path", "times", "skip", "args"})


@dataclass
class Fault:
    """One armed fault: what happens, and to which requests."""

    id: int
    name: str
    method: str | None
    path: re.Pattern[str] | None
    times: int
    skip: int
    args: Mapping[str, Any] = field(default_factory=dict)
    hits: int = 0

    def matches(self, call: Call, *, token: bool) -> bool:
        """Token requests are met only by a fault that names a path: others are meant for the work."""
        if self.method and self.method != call.method:
            return False
        if self.path is None:
            return not token
        return self.path.search(call.readable) is not None

    def seconds(self, default: float) -> float:
        return float(self.args.get("seconds", default))

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "fault": self.name,
            "method": self.method,
            "path": self.path.pattern if self.path else None,
            "times": self.times,
            "skip": self.skip,
            "args": dict(self.args),
            "hits": self.hits,
        }


class Faults:
    """The armed faults of one system. A request meets one at most: the first armed that is due."""

    def __init__(self, own: frozenset[str]) -> None:
        self._known = COMMON | own
        self._armed: list[Fault] = []
        self._count = 0

    def arm(self, order: Mapping[str, Any]) -> int:
        """Arm one as `POST /_sandbox/faults` says; raises Refusal for what is unknown or does not fit."""
        unknown = set(order) - _FIELDS
        if unknown:
            raise Refusal(f"unknown attribute {', '.join(sorted(unknown))}")
        name = order.get("fault")
        if name not in self._known:
            raise Refusal(f"unknown fault {name!r}; known: {', '.join(sorted(self._known))}")
        times, skip, args = order.get("times", 1), order.get("skip", 0), order.get("args", {})
        method, path = order.get("method"), order.get("path")
        if not isinstance(times, int) or times < 1 or not isinstance(skip, int) or skip < 0:
            raise Refusal("times must be a number from 1 on, skip from 0 on")
        if not isinstance(args, dict) or not all(isinstance(text, str | None) for text in (method, path)):
            raise Refusal("args must be an object, method and path texts")
        try:
            pattern = re.compile(path) if path else None
        except re.error as error:
            raise Refusal(f"path is no regular expression: {error}") from error
        self._count += 1
        self._armed.append(Fault(self._count, name, method.upper() if method else None, pattern, times, skip, args))
        return self._count

    def strike(self, call: Call, *, token: bool = False) -> Fault | None:
        """The fault that this request meets, used up by one."""
        struck: Fault | None = None
        for fault in self._armed:
            if fault.hits >= fault.times or not fault.matches(call, token=token):
                continue
            if fault.skip:
                fault.skip -= 1
            elif struck is None:
                fault.hits += 1
                struck = fault
        return struck

    def shown(self) -> list[dict[str, Any]]:
        return [fault.shown() for fault in self._armed]

    def disarm(self) -> None:
        self._armed.clear()
