"""Transactions undo exactly, and what was committed is on disk."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifs_jaggaer.sandbox.storage import Database, Table


class Undone(Exception):
    pass


#: A step puts or removes a row or draws a number; a list is an inner transaction, undone if it ends with None.
step = st.tuples(st.sampled_from(["put", "remove", "number"]), st.integers(0, 3), st.integers(0, 9))
block = st.recursive(st.lists(step | st.none(), max_size=6), lambda inner: st.lists(step | inner, max_size=5))


def run(database: Database, table: Table, part: Any) -> None:
    if isinstance(part, tuple):
        word, key, value = part
        if word == "put":
            table.put({"key": key, "value": Decimal(value) / 4, "text": str(value)})
        elif word == "remove" and table.get((key,)):
            table.remove((key,))
        elif word == "number":
            database.next_number("series", 5)
        return
    try:
        with database.transaction():
            for each in part:
                if each is None:
                    raise Undone
                run(database, table, each)
    except Undone:
        pass


def model(state: tuple[dict[int, int], int], part: Any) -> tuple[dict[int, int], int]:
    """What a list of steps should lead to."""
    rows, last = dict(state[0]), state[1]
    if isinstance(part, tuple):
        word, key, value = part
        if word == "put":
            rows[key] = value
        elif word == "remove":
            rows.pop(key, None)
        else:
            last += 1
        return rows, last
    inner = (rows, last)
    for each in part:
        if each is None:
            return state
        inner = model(inner, each)
    return inner


def opened(file: Path) -> tuple[Database, Table]:
    database = Database(file)
    return database, database.table("test/rows", lambda row: (row["key"],))


def content(table: Table) -> dict[int, Any]:
    return {row["key"]: row for row in table}


@given(blocks=st.lists(block, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_memory_and_disk_hold_what_was_not_undone(tmp_path: Path, blocks: list[Any]) -> None:
    file = tmp_path / "state.sqlite"
    file.unlink(missing_ok=True)
    database, table = opened(file)
    expected: tuple[dict[int, int], int] = ({}, 4)
    for part in blocks:
        run(database, table, part)
        expected = model(expected, part)
    database.close()
    again, reopened = opened(file)
    assert content(reopened) == content(table)
    assert {key: row["text"] for key, row in content(table).items()} == {k: str(v) for k, v in expected[0].items()}
    assert all(isinstance(row["value"], Decimal) for row in reopened)
    assert again.next_number("series", 5) == expected[1] + 1
    again.close()


def test_rows_come_back_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    database, table = opened(tmp_path / "state.sqlite")
    for key in (3, 1, 2, 1):
        table.put({"key": key, "value": Decimal("1.10"), "text": "é"})
    database.close()
    again, reopened = opened(tmp_path / "state.sqlite")
    assert [row["key"] for row in reopened] == [3, 1, 2]
    assert str(reopened.get((3,))["value"]) == "1.10"  # type: ignore[index]
    again.close()


def test_removing_what_is_not_there_is_an_error() -> None:
    table = Database().table("test/rows", lambda row: (row["key"],))
    with pytest.raises(KeyError):
        table.remove((1,))
