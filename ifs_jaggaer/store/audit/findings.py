"""What a verification says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Fault: TypeAlias = Literal[
    "edit",  # an event is not what its hash was made from
    "order",  # an event does not follow the one before it
    "gap",  # events or whole chains are missing
    "cut",  # the end is missing
    "foreign",  # something was put in later
    "payload",  # a payload is not what its event vouches for
    "seal",  # not written by the holder of the key
]
Remark: TypeAlias = Literal["erased", "pruned", "restored"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `fault` is False for what the record itself accounts for, e.g. an erasure."""

    kind: Fault | Remark
    where: str
    says: str

    @property
    def fault(self) -> bool:
        return self.kind not in {"erased", "pruned", "restored"}

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.says}"
