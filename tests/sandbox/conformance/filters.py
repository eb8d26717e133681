"""Random `$filter` texts with a second, independent opinion on what each of them means.

Where OData and a database differ (null under `ne` and under `not`), nothing is generated: the contract is silent.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from .schema import Described
from .wire import EntitySet, Row

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True)
class Filter:
    """A text, what it means for a typed row, and whether it may stand under `not`."""

    text: str
    holds: Callable[[Row], bool]
    two_valued: bool

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Column:
    """An attribute with all the values that it has in the complete data."""

    name: str
    described: Described
    values: tuple[Any, ...]

    @property
    def kind(self) -> str:
        return self.described.types[self.name]

    @property
    def nullable(self) -> bool:
        return None in self.values

    @property
    def present(self) -> list[Any]:
        return [value for value in self.values if value is not None]

    def compare(self, name: str, value: Any) -> Filter:
        compare = COMPARISONS[name]
        return Filter(
            f"{self.name} {name} {self.described.literal(self.name, value)}",
            lambda row: row[self.name] is not None and compare(row[self.name], value),
            two_valued=not self.nullable,
        )

    def is_null(self, name: str) -> Filter:
        return Filter(
            f"{self.name} {name} null",
            (lambda row: row[self.name] is None) if name == "eq" else (lambda row: row[self.name] is not None),
            two_valued=True,
        )

    def apply(self, text: str, holds: Callable[[str], bool]) -> Filter:
        return Filter(
            text,
            lambda row: row[self.name] is not None and holds(row[self.name]),
            two_valued=not self.nullable,
        )


def columns(entity_set: EntitySet, described: Described, rows: list[Row]) -> list[Column]:
    """The contract's attributes of a set that have values."""
    found = []
    for name in (*entity_set.keys, *entity_set.attributes):
        values = tuple(sorted({row[name] for row in rows}, key=repr))
        if any(value is not None for value in values):
            found.append(Column(name, described, values))
    return found


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@st.composite
def _on_text(draw: st.DrawFn, column: Column) -> Filter:
    value: str = draw(st.sampled_from(column.present))
    start = draw(st.integers(0, max(0, len(value) - 1)))
    piece = value[start : start + draw(st.integers(1, 4))] or value
    name = column.name
    return draw(
        st.sampled_from(
            [
                column.apply(f"contains({name},{_text(piece)})", lambda text: piece in text),
                column.apply(f"startswith({name},{_text(piece)})", lambda text: text.startswith(piece)),
                column.apply(f"startswith({name},{_text(value[:2])})", lambda text: text.startswith(value[:2])),
                column.apply(f"endswith({name},{_text(value[-2:])})", lambda text: text.endswith(value[-2:])),
                column.apply(f"tolower({name}) eq {_text(value.lower())}", lambda text: text.lower() == value.lower()),
                column.apply(f"toupper({name}) eq {_text(value.upper())}", lambda text: text.upper() == value.upper()),
                column.apply(f"length({name}) gt {len(value)}", lambda text: len(text) > len(value)),
                column.apply(f"length({name}) eq {len(value)}", lambda text: len(text) == len(value)),
                column.apply(
                    f"indexof({name},{_text(piece)}) eq {value.find(piece)}",
                    lambda text: text.find(piece) == value.find(piece),
                ),
                column.apply(f"substring({name},1) eq {_text(value[1:])}", lambda text: text[1:] == value[1:])
                if len(value) > 1
                else column.apply(
                    f"trim({name}) eq {_text(value.strip())}", lambda text: text.strip() == value.strip()
                ),
                column.apply(f"concat({name},'x') eq {_text(value + 'x')}", lambda text: text == value),
                column.apply(
                    f"contains(tolower({name}),{_text(piece.lower())})", lambda text: piece.lower() in text.lower()
                ),
            ]
        )
    )


def _near(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [value]
    if isinstance(value, int):
        return [value, value + 1, value - 1]
    if isinstance(value, Decimal):
        return [value, value + Decimal("0.01"), -value]
    if isinstance(value, datetime):
        return [value, value + timedelta(seconds=1), value - timedelta(days=1)]
    if isinstance(value, date):
        return [value, value + timedelta(days=1), value - timedelta(days=30)]
    return [value, value + "x", value[:-1] or "x", value.swapcase()]


def _leaf(draw: st.DrawFn, all_columns: list[Column]) -> Filter:
    column = draw(st.sampled_from(all_columns))
    if draw(st.integers(0, 9)) == 0:
        return column.is_null(draw(st.sampled_from(["eq", "ne"])))
    only_equal = column.kind in column.described.enumerations or column.kind == "Edm.Boolean"
    names = ["eq"] if only_equal else ["eq", "gt", "ge", "lt", "le"]
    if not column.nullable:
        names.append("ne")
    if column.kind == "Edm.String" and draw(st.booleans()):
        return draw(_on_text(column))
    value = draw(st.sampled_from(column.present))
    if not only_equal:
        value = draw(st.sampled_from(_near(value)))
    return column.compare(draw(st.sampled_from(names)), value)


def _both(left: Filter, right: Filter, word: str) -> Filter:
    join = all if word == "and" else any
    return Filter(
        f"({left.text}) {word} ({right.text})",
        lambda row: join(part.holds(row) for part in (left, right)),
        left.two_valued and right.two_valued,
    )


def _negated(inner: Filter) -> Filter:
    if not inner.two_valued:
        return inner
    return Filter(f"not ({inner.text})", lambda row: not inner.holds(row), two_valued=True)


def filters(all_columns: list[Column]) -> st.SearchStrategy[Filter]:
    """Comparisons, string functions, `and`, `or`, `not`, parentheses over these columns."""

    @st.composite
    def leaf(draw: st.DrawFn) -> Filter:
        return _leaf(draw, all_columns)

    return st.recursive(
        leaf(),
        lambda inner: st.one_of(
            st.builds(_both, inner, inner, st.sampled_from(["and", "or"])),
            st.builds(_negated, inner),
        ),
        max_leaves=5,
    )
