"""What can be set while the sandbox runs: `POST /_sandbox/settings`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ifs_jaggaer.sandbox.kernel import Refusal

Check = Callable[[object], bool]


def whole(least: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def flag(value: object) -> bool:
    return isinstance(value, bool)


def texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def one_of(*words: str) -> Check:
    return lambda value: value in words


class Settings:
    """Named values with a check for each; read by name, `settings["requests_per_minute"]`."""

    def __init__(self, defaults: Mapping[str, tuple[Any, Check]]) -> None:
        self._checks = {name: check for name, (_, check) in defaults.items()}
        self._values = {name: value for name, (value, _) in defaults.items()}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def all(self) -> dict[str, Any]:
        return dict(self._values)

    def update(self, values: Mapping[str, object]) -> None:
        """Set some; all or none. Raises Refusal for an unknown name or a value that does not fit."""
        for name, value in values.items():
            if name not in self._checks:
                raise Refusal(f"unknown setting {name!r}; known: {', '.join(sorted(self._checks))}")
            if not self._checks[name](value):
                raise Refusal(f"setting {name!r} cannot be {value!r}")
        self._values.update(values)


def common(requests_per_minute: int, token_lifetime: int) -> dict[str, tuple[Any, Check]]:
    """The settings that both systems have."""
    return {
        "requests_per_minute": (requests_per_minute, whole(1)),
        "token_lifetime": (token_lifetime, whole(1)),
        "clock_offset": (0, number),
        "forbidden": ([], texts),
        "retry_after": ("seconds", one_of("seconds", "date", "none")),
    }
