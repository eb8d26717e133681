"""contracts/ifs.md 2: $select, $filter, $orderby, $top, $skip, checked against the complete data."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .contract import (
    ACCOUNT,
    ADDRESS,
    AGREEMENT_PRICE,
    CODES,
    COMM_METHOD,
    INVOICE_INFO,
    ORDER,
    ORDER_LINE,
    PROPOSAL,
    PROPOSAL_LINE,
    RECEIPT,
    SETS,
    SUPPLIER,
    VOUCHER_ROW,
)
from .filters import columns, filters
from .schema import Described, described
from .wire import EntitySet, Ifs, Row
from .world import make, supplier

EXAMPLES = settings(max_examples=60, deadline=None)
each_set = pytest.mark.parametrize("entity_set", SETS, ids=lambda one: one.name)
_complete: dict[tuple[str, str], list[Row]] = {}


def complete(ifs: Ifs, entity_set: EntitySet) -> list[Row]:
    """All rows of a set, with typed values; the seeded sandbox is not changed by any test."""
    at = (ifs.host, entity_set.name)
    if at not in _complete:
        known = described(ifs, entity_set)
        names = (*entity_set.keys, *entity_set.attributes)
        _complete[at] = [
            {name: known.typed(name, row[name]) for name in names} for row in ifs.steer.records(entity_set.name)
        ]
    return _complete[at]


def key(entity_set: EntitySet, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in entity_set.keys)


def found(ifs: Ifs, entity_set: EntitySet, options: dict[str, str | int]) -> list[tuple[Any, ...]]:
    """The keys of the rows of one answer, typed, in order."""
    known = described(ifs, entity_set)
    keys = ",".join(entity_set.keys)
    rows = ifs.rows(entity_set, {"$top": 5000, "$select": keys, **options})
    return [tuple(known.typed(name, row[name]) for name in entity_set.keys) for row in rows]


def expected(ifs: Ifs, entity_set: EntitySet, holds: Callable[[Row], bool]) -> list[tuple[Any, ...]]:
    return sorted(key(entity_set, row) for row in complete(ifs, entity_set) if holds(row))


@pytest.mark.parametrize(
    "entity_set",
    [SUPPLIER, ADDRESS, COMM_METHOD, INVOICE_INFO, ACCOUNT, ORDER, ORDER_LINE, RECEIPT, PROPOSAL, AGREEMENT_PRICE],
    ids=lambda one: one.name,
)
def test_a_filter_means_what_it_says(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    known = columns(entity_set, described(seeded_ifs, entity_set), complete(seeded_ifs, entity_set))

    @EXAMPLES
    @given(one=filters(known))
    def holds(one: Any) -> None:
        assert sorted(found(seeded_ifs, entity_set, {"$filter": one.text})) == expected(
            seeded_ifs, entity_set, one.holds
        )

    holds()


@each_set
def test_every_attribute_can_be_filtered_by_equality(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    known = described(seeded_ifs, entity_set)
    for column in columns(entity_set, known, complete(seeded_ifs, entity_set)):
        value = column.present[len(column.present) // 2]
        one = column.compare("eq", value)
        assert sorted(found(seeded_ifs, entity_set, {"$filter": one.text})) == expected(
            seeded_ifs, entity_set, one.holds
        ), one.text


def test_and_binds_tighter_than_or(seeded_ifs: Ifs) -> None:
    rows = complete(seeded_ifs, ORDER_LINE)
    first, second = rows[0]["OrderNo"], rows[-1]["OrderNo"]
    text = f"OrderNo eq '{first}' or OrderNo eq '{second}' and LineNo eq 'no such line'"
    assert sorted(found(seeded_ifs, ORDER_LINE, {"$filter": text})) == expected(
        seeded_ifs, ORDER_LINE, lambda row: row["OrderNo"] == first
    )


def test_not_binds_tighter_than_and(seeded_ifs: Ifs) -> None:
    first = complete(seeded_ifs, ORDER_LINE)[0]["OrderNo"]
    text = f"not startswith(OrderNo,'{first}') and LineNo eq '1'"
    assert sorted(found(seeded_ifs, ORDER_LINE, {"$filter": text})) == expected(
        seeded_ifs, ORDER_LINE, lambda row: not row["OrderNo"].startswith(first) and row["LineNo"] == "1"
    )


def test_a_literal_may_stand_on_the_left(seeded_ifs: Ifs) -> None:
    assert sorted(found(seeded_ifs, ORDER_LINE, {"$filter": "5 lt BuyQtyDue"})) == expected(
        seeded_ifs, ORDER_LINE, lambda row: row["BuyQtyDue"] > 5
    )


def test_a_decimal_is_compared_as_a_number(seeded_ifs: Ifs) -> None:
    quantities = {row["BuyQtyDue"] for row in complete(seeded_ifs, ORDER_LINE)}
    for value in (Decimal("9.5"), Decimal(10), max(quantities)):
        for literal in (format(value, "f"), format(value.quantize(Decimal("0.0001")), "f")):
            assert sorted(found(seeded_ifs, ORDER_LINE, {"$filter": f"BuyQtyDue ge {literal}"})) == expected(
                seeded_ifs, ORDER_LINE, lambda row, value=value: row["BuyQtyDue"] >= value
            )


def test_many_keys_in_one_filter(seeded_ifs: Ifs) -> None:
    rows = complete(seeded_ifs, ORDER_LINE)[::3][:40]
    text = " or ".join(f"OrderNo eq '{row['OrderNo']}'" for row in rows)
    wanted = {row["OrderNo"] for row in rows}
    assert sorted(found(seeded_ifs, ORDER_LINE, {"$filter": text})) == expected(
        seeded_ifs, ORDER_LINE, lambda row: row["OrderNo"] in wanted
    )


def test_quotes_are_doubled_in_a_literal(ifs: Ifs) -> None:
    for name in ("O'Brien", "''", "a''b", "50 % + 1 & more", "Müller/Söhne?", "x and y eq 'z'"):
        kept = supplier(ifs, Name=name)
        literal = "'" + name.replace("'", "''") + "'"
        text = f"Name eq {literal} and SupplierId eq '{kept['SupplierId']}'"
        assert [row["Name"] for row in ifs.rows(SUPPLIER, {"$filter": text, "$top": 10})] == [name]
        assert ifs.rows(SUPPLIER, {"$filter": f"Name ne {literal} and SupplierId eq '{kept['SupplierId']}'"}) == []


def test_null_is_a_literal(ifs: Ifs) -> None:
    without = supplier(ifs)["SupplierId"]
    with_number = supplier(ifs, VatNo="DE1")["SupplierId"]
    both = f"(SupplierId eq '{without}' or SupplierId eq '{with_number}')"
    assert [row["SupplierId"] for row in ifs.rows(SUPPLIER, {"$filter": f"{both} and VatNo eq null"})] == [without]
    assert [row["SupplierId"] for row in ifs.rows(SUPPLIER, {"$filter": f"{both} and VatNo ne null"})] == [with_number]


def test_true_and_false_are_literals(seeded_ifs: Ifs) -> None:
    for entity_set in SETS:
        known = described(seeded_ifs, entity_set)
        for name in known.types:
            if known.types[name] == "Edm.Boolean" and name in entity_set.attributes:
                for value in ("true", "false"):
                    assert sorted(found(seeded_ifs, entity_set, {"$filter": f"{name} eq {value}"})) == expected(
                        seeded_ifs, entity_set, lambda row, name=name, value=value: row[name] is (value == "true")
                    )


def test_an_enumeration_has_a_literal_of_its_own(seeded_ifs: Ifs) -> None:
    text = "Objstate eq IfsApp.PurchaseOrderHandling.PurchaseOrderState'Released'"
    wanted = expected(seeded_ifs, ORDER, lambda row: row["Objstate"] == "Released")
    assert wanted
    assert sorted(found(seeded_ifs, ORDER, {"$filter": text})) == wanted


@each_set
def test_select_gives_what_it_names_and_no_more(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    names = [entity_set.attributes[0], "LastModifiedDate", entity_set.keys[-1]]
    for chosen in (names, names[:1], list(entity_set.keys), [*entity_set.keys, *entity_set.attributes]):
        for row in seeded_ifs.rows(entity_set, {"$select": ",".join(chosen), "$top": 20}):
            assert {name for name in row if not name.startswith("@")} == set(chosen)
            assert "@odata.etag" in row


def test_select_works_for_a_row_by_key(seeded_ifs: Ifs) -> None:
    [row] = seeded_ifs.rows(SUPPLIER, {"$top": 1})
    answer = seeded_ifs.send("GET", seeded_ifs.url(SUPPLIER, row) + "?$select=Name,Country")
    assert {name for name in answer.json() if not name.startswith("@")} == {"Name", "Country"}


def sort_key(known: Described, rows: list[Row], order: list[tuple[str, str]], keys: tuple[str, ...]) -> list[Row]:
    """The rows in an order, by stable sorts; the keys decide where the order does not."""
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in keys))
    for name, direction in reversed(order):
        ordered.sort(key=lambda row: row[name], reverse=direction == "desc")
    return ordered


@pytest.mark.parametrize("entity_set", [SUPPLIER, ORDER_LINE, VOUCHER_ROW, PROPOSAL_LINE], ids=lambda one: one.name)
def test_orderby_orders(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    known = described(seeded_ifs, entity_set)
    rows = complete(seeded_ifs, entity_set)
    sortable = [
        name
        for name in (*entity_set.keys, *entity_set.attributes)
        if known.types[name] not in known.enumerations and all(row[name] is not None for row in rows)
    ]

    @EXAMPLES
    @given(
        chosen=st.lists(st.sampled_from(sortable), min_size=1, max_size=3, unique=True),
        directions=st.lists(st.sampled_from(["", " asc", " desc"]), min_size=3, max_size=3),
        skip=st.integers(0, len(rows) + 2),
        top=st.integers(0, len(rows) + 2),
    )
    def ordered(chosen: list[str], directions: list[str], skip: int, top: int) -> None:
        rest = [name for name in entity_set.keys if name not in chosen]
        order = [*zip(chosen, directions, strict=False), *((name, "") for name in rest)]
        text = ",".join(name + direction for name, direction in order)
        wanted = sort_key(known, rows, [(name, way.strip()) for name, way in order], entity_set.keys)
        assert found(seeded_ifs, entity_set, {"$orderby": text, "$skip": skip, "$top": top}) == [
            key(entity_set, row) for row in wanted[skip : skip + top]
        ]

    ordered()


def test_skip_comes_after_filter_and_order_and_before_top(seeded_ifs: Ifs) -> None:
    wanted = expected(seeded_ifs, ORDER_LINE, lambda row: row["BuyQtyDue"] > 5)
    options: dict[str, str | int] = {
        "$top": 4,
        "$skip": 2,
        "$filter": "BuyQtyDue gt 5",
        "$orderby": "OrderNo,LineNo,ReleaseNo",
    }
    assert found(seeded_ifs, ORDER_LINE, options) == wanted[2:6]


@pytest.mark.parametrize(
    "entity_set", [ORDER, ORDER_LINE, ACCOUNT, VOUCHER_ROW, AGREEMENT_PRICE], ids=lambda one: one.name
)
@pytest.mark.parametrize("size", [5, 100])
def test_keyset_reading_gives_every_row_once(seeded_ifs: Ifs, entity_set: EntitySet, size: int) -> None:
    rows = complete(seeded_ifs, entity_set)
    ordered = sorted(rows, key=lambda row: (row["LastModifiedDate"], key(entity_set, row)))
    seen = keyset(seeded_ifs, entity_set, size, datetime(2000, 1, 1, tzinfo=UTC))
    assert seen == [key(entity_set, row) for row in ordered]


def keyset(ifs: Ifs, entity_set: EntitySet, size: int, since: datetime) -> list[tuple[Any, ...]]:
    """Read by (LastModifiedDate, keys), the row comparison written out; the keys in the order of reading."""
    known = described(ifs, entity_set)
    names = ("LastModifiedDate", *entity_set.keys)
    text = f"LastModifiedDate gt {since:%Y-%m-%dT%H:%M:%SZ}"
    seen: list[tuple[Any, ...]] = []
    while True:
        options: dict[str, str | int] = {
            "$select": ",".join(names),
            "$orderby": ",".join(names),
            "$filter": text,
            "$top": size,
        }
        page = ifs.rows(entity_set, options)
        seen += [tuple(known.typed(name, row[name]) for name in entity_set.keys) for row in page]
        if len(page) < size:
            return seen
        last = {name: known.typed(name, page[-1][name]) for name in names}
        text = " or ".join(
            "("
            + " and ".join(
                [f"{name} eq {known.literal(name, last[name])}" for name in names[:place]]
                + [f"{names[place]} gt {known.literal(names[place], last[names[place]])}"]
            )
            + ")"
            for place in range(len(names))
        )


def test_keyset_reading_across_one_second(ifs: Ifs) -> None:
    """Rows of one second differ in their keys alone, and the keys are compared as what they are."""
    before = datetime.now(UTC) - timedelta(seconds=2)
    made = [
        {"Identity": identity, "CommId": comm}
        for identity in ("K1", "K10", "K2", "k2", "K'2")
        for comm in (1, 2, 10, 9, 11)
    ]
    for row in made:
        make(ifs, COMM_METHOD, row | {"MethodId": "E_MAIL", "Value": "a@example.com"})
    ours = {(row["Identity"], str(row["CommId"])) for row in made}
    seen = [(row[0], str(row[1])) for row in keyset(ifs, COMM_METHOD, 3, before)]
    seen = [row for row in seen if row in ours]
    assert len(seen) == len(set(seen))
    assert set(seen) == ours


def test_splits_are_read_from_their_own_columns(seeded_ifs: Ifs) -> None:
    """All ten code parts stand beside each other."""
    row = seeded_ifs.rows(ORDER_LINE, {"$top": 1, "$select": ",".join(CODES)})[0]
    assert set(CODES) <= set(row)


def test_the_parentheses_and_spaces_of_a_filter_do_not_matter(seeded_ifs: Ifs) -> None:
    plain = found(seeded_ifs, ORDER_LINE, {"$filter": "BuyQtyDue gt 5 and LineNo eq '1'"})
    for text in ("((BuyQtyDue gt 5)) and (LineNo eq '1')", "BuyQtyDue  gt  5  and  LineNo eq '1'"):
        assert found(seeded_ifs, ORDER_LINE, {"$filter": text}) == plain


def test_a_plus_in_the_url_is_a_space(seeded_ifs: Ifs) -> None:
    answer = seeded_ifs.send("GET", seeded_ifs.url(ORDER_LINE) + "?%24filter=LineNo+eq+'1'&%24top=5000")
    assert answer.status_code == 200
    assert len(answer.json()["value"]) == len(expected(seeded_ifs, ORDER_LINE, lambda row: row["LineNo"] == "1"))


def test_modified_times_can_be_asked_for(ifs: Ifs) -> None:
    first = supplier(ifs)
    at = ifs.read(SUPPLIER, first)["LastModifiedDate"]
    mine = f"SupplierId eq '{first['SupplierId']}'"
    for comparison, there in (("eq", True), ("ge", True), ("le", True), ("gt", False), ("lt", False), ("ne", False)):
        rows = ifs.rows(SUPPLIER, {"$filter": f"{mine} and LastModifiedDate {comparison} {at}"})
        assert bool(rows) is there, comparison


def test_many_rows_of_the_seed_have_the_same_second(seeded_ifs: Ifs) -> None:
    """contracts/ifs.md 5; without it, keyset reading would prove nothing here."""
    moments = [row["LastModifiedDate"] for row in complete(seeded_ifs, ORDER_LINE)]
    assert len(set(moments)) < len(moments) * 0.9


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("BuyQtyDue add 1 gt 6", lambda row: row["BuyQtyDue"] + 1 > 6),
        ("BuyQtyDue sub 1 le 6", lambda row: row["BuyQtyDue"] - 1 <= 6),
        ("BuyQtyDue mul 2 eq 20", lambda row: row["BuyQtyDue"] * 2 == 20),
        ("BuyQtyDue gt -1", lambda row: row["BuyQtyDue"] > -1),
        ("-1 lt BuyQtyDue", lambda row: row["BuyQtyDue"] > -1),
        ("BuyQtyDue lt -0.5", lambda row: row["BuyQtyDue"] < Decimal("-0.5")),
        ("BuyQtyDue eq QtyReceived", lambda row: row["BuyQtyDue"] == row["QtyReceived"]),
        ("BuyQtyDue gt 1e1", lambda row: row["BuyQtyDue"] > 10),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_arithmetic_on_numbers_is_right_or_refused(seeded_ifs: Ifs, text: str, holds: Callable[[Row], bool]) -> None:
    """contracts/ifs.md 2 refuses it for dates and says nothing of numbers."""
    answer = seeded_ifs.listing(ORDER_LINE, {"$filter": text, "$top": 5000, "$select": ",".join(ORDER_LINE.keys)})
    assert answer.status_code in {200, 400, 501}
    if answer.status_code == 200:
        assert sorted(found(seeded_ifs, ORDER_LINE, {"$filter": text})) == expected(seeded_ifs, ORDER_LINE, holds)
