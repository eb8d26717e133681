"""Value maps: what one system calls by one word and the other by another; data of the profile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from ifs_jaggaer.errors import Rejected, System
from mapping.remedies import add_below, blank, entry, is_blank


class ValueMap(BaseModel):
    """Words of IFS and their counterparts at JAGGAER, read in both directions.

    `default`: what becomes of a value that `values` lacks: `same` on both sides, or `closed` (the record
    is rejected). A map that is read back is one to one; `one_way` maps (tax code to rate) need not be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    default: Literal["same", "closed"] = "closed"
    one_way: bool = False
    values: dict[str, str] = {}

    @model_validator(mode="after")
    def _filled_in(self) -> Self:
        for name, word in self.values.items():
            if is_blank(name) or is_blank(word):
                raise ValueError(f"{name} = {word!r} still has to be filled in")
        return self

    @model_validator(mode="after")
    def _one_to_one(self) -> Self:
        if self.one_way:
            return self
        counts = Counter(self.values.values())
        for word, count in counts.items():
            if count > 1:
                names = " and ".join(name for name, value in self.values.items() if value == word)
                raise ValueError(
                    f"{word!r} is the counterpart of {names}, and could not be read back: one to one, please"
                )
        return self


@dataclass(frozen=True, slots=True, order=True)
class PassedWord:
    """A word that goes over as it is; `system` is the one whose word it is."""

    map: str
    system: System
    word: str


class NamedMap:
    """A value map with the name under which a person finds it in the profile.

    `passed` collects the words that it hands over as they are, because nothing is stated for them.
    """

    def __init__(self, name: str, data: ValueMap, passed: set[PassedWord] | None = None) -> None:
        self.name = name
        self._passed = passed
        self._data = data
        self._back = {word: name for name, word in data.values.items()}

    def to_jaggaer(self, value: str, field: str = "") -> str:
        """JAGGAER's word for IFS's. Raises Rejected, naming the map, for a value that it lacks."""
        return self._look_up(self._data.values, self._back, value, field, "ifs")

    def to_ifs(self, value: str, field: str = "") -> str:
        """IFS's word for JAGGAER's. Raises Rejected, naming the map, for a value that it lacks."""
        return self._look_up(self._back, self._data.values, value, field, "jaggaer")

    def _look_up(self, there: dict[str, str], back: dict[str, str], value: str, field: str, system: System) -> str:
        if value in there:
            return there[value]
        # A word that is already the counterpart of another one cannot stand for itself as well.
        if self._data.default == "same" and value not in back:
            if self._passed is not None:
                self._passed.add(PassedWord(self.name, system, value))
            return value
        line = entry(value, blank("JAGGAER's word")) if system == "ifs" else entry(blank("IFS's word"), value)
        raise Rejected(
            f"value map {self.name!r} has no counterpart for it",
            system=system,
            field=field,
            value=value,
            remedy=add_below(f"maps.{self.name}.values", line),
        )
