"""Whatever way a page is found, it is the page that a full scan finds."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.predicates import predicate
from ifs_jaggaer.sandbox.ifs.reading import Query, read, understand
from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.ifs.values import UTC_ZONE
from ifs_jaggaer.sandbox.kernel import Clock
from ifs_jaggaer.sandbox.storage import Database

from .tools import Row

CONTACTS = SETS["CommMethodSet"]
IDENTITIES = ["A", "B", "B'", "a"]
SECONDS = [f"2026-02-14T08:30:0{digit}Z" for digit in range(4)]

rows = st.builds(
    lambda identity, number, value, modified: {
        "Identity": identity,
        "CommId": number,
        "MethodId": "PHONE",
        "Value": value,
        "DefaultPerMethod": "False",
        "LastModifiedDate": modified,
    },
    st.sampled_from(IDENTITIES),
    st.integers(1, 5),
    st.sampled_from([None, "x", "y"]),
    st.sampled_from(SECONDS),
)
steps = st.lists(st.tuples(st.sampled_from(["put", "put", "remove"]), rows), max_size=25)
leaves = st.one_of(
    st.sampled_from([f"Identity eq '{identity.replace(chr(39), chr(39) * 2)}'" for identity in IDENTITIES]),
    st.sampled_from([f"LastModifiedDate {op} {second}" for op in ("gt", "ge", "eq", "lt", "ne") for second in SECONDS]),
    st.sampled_from([f"CommId {op} 3" for op in ("gt", "le", "eq")]),
    st.sampled_from(["Value eq null", "Value eq 'x'", "Value gt 'x'", "not (Value eq 'x')"]),
)
filters = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda one, word, other: f"({one} {word} {other})", inner, st.sampled_from(["and", "or"]), inner
    ),
    max_leaves=6,
)
orders = st.lists(
    st.tuples(st.sampled_from(["LastModifiedDate", "Identity", "CommId", "Value"]), st.sampled_from(["", " desc"])),
    max_size=3,
)


def apply(records: Records, kept: dict[tuple[Any, ...], Row], step: tuple[str, Row]) -> None:
    word, row = step
    key = CONTACTS.key_of(row)
    if word == "remove":
        if key in kept:
            records.delete(CONTACTS.name, key)
            del kept[key]
    elif key in kept:
        kept[key] = records.update(CONTACTS.name, kept[key], row)
    else:
        kept[key] = records.insert(CONTACTS, row)


def scanned(kept: dict[tuple[Any, ...], Row], query: Query, passes: Callable[[Row], bool]) -> list[Row]:
    found = sorted((row for row in kept.values() if passes(row)), key=CONTACTS.key_of)
    for name, descending in reversed(query.order):
        found.sort(key=lambda row: (row[name] is not None, row[name]), reverse=descending)
    return found[query.skip :][: query.top]


@given(
    before=steps,
    after=steps,
    text=st.none() | filters,
    order=orders,
    skip=st.integers(0, 4),
    top=st.none() | st.integers(0, 6),
)
def test_indexed_and_scanned_pages_are_the_same(
    *,
    before: list[tuple[str, Row]],
    after: list[tuple[str, Row]],
    text: str | None,
    order: list[tuple[str, str]],
    skip: int,
    top: int | None,
) -> None:
    records, kept = Records(Database(), Clock()), dict[tuple[Any, ...], Row]()
    given_options = {"$skip": str(skip)} | ({"$filter": text} if text else {})
    if order:
        given_options["$orderby"] = ",".join(name + way for name, way in order)
    if top is not None:
        given_options["$top"] = str(top)
    query = understand(given_options, CONTACTS)
    passes = predicate(query.filter, CONTACTS, UTC_ZONE) if query.filter else lambda _: True
    for part in (before, after):
        # twice, so that indexes made by the first reading live through the second steps
        for step in part:
            apply(records, kept, step)
        page = read(records, CONTACTS, query, zone=UTC_ZONE, server_page=5000, visible=None)
        assert page.rows == scanned(kept, query, passes)


def test_equality_looks_at_its_own_rows_only() -> None:
    """Many keys in one filter cost as much as their rows, whatever else the set holds."""
    records = Records(Database(), Clock())
    for number in range(3000):
        row = {"Identity": f"S{number % 300}", "CommId": number, "Value": "x", "MethodId": "PHONE"}
        records.insert(CONTACTS, dict.fromkeys(CONTACTS.attributes) | row)
    looked_at = 0

    def visible(_: Row) -> bool:
        nonlocal looked_at
        looked_at += 1
        return True

    text = " or ".join(f"Identity eq 'S{number}'" for number in range(20))
    query = understand({"$filter": text, "$orderby": "LastModifiedDate"}, CONTACTS)
    page = read(records, CONTACTS, query, zone=UTC_ZONE, server_page=5000, visible=visible)
    assert len(page.rows) == looked_at == 200
