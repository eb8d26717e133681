from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab import Lab, lab, line, told
from scripted import Seen, Step, answer

from connectors.ifs.client import IfsClient
from connectors.ifs.filters import any_of, eq
from connectors.ifs.paging import Cursor, Keyset
from connectors.ifs.sets import EntitySet
from connectors.payload import dumps
from connectors.wire import Row
from ifs_jaggaer.errors import SettingsError, Unreachable

SET = EntitySet.of("line", told())


async def read_all(ifs: IfsClient, size: int, **more: Any) -> list[Row]:
    rows: list[Row] = []
    after: Cursor | None = None
    while True:
        page = await ifs.page("line", after=after, size=size, **more)
        assert page.unreadable == []
        rows += page.rows
        after = page.next
        if after is None:
            return rows
        after = Cursor.loads(after.dumps())


def stamp(second: int) -> str:
    return f"2026-02-14T08:{second // 60:02}:{second % 60:02}Z"


def test_the_first_question_and_the_next() -> None:
    keyset = Keyset(SET, 200, by_change=True, since=stamp(5), where=eq("OrderNo", "O'B"))
    assert keyset.query(None) == (
        "$top=200&$orderby=LastModifiedDate,OrderNo,LineNo"
        "&$filter=LastModifiedDate%20ge%202026-02-14T08:00:05Z%20and%20OrderNo%20eq%20%27O%27%27B%27"
        "&$select=LastModifiedDate,OrderNo,LineNo,Qty,Objstate,Done,WantedDate"
    )
    assert "$filter=((LastModifiedDate%20gt%202026-02-14T08:00:09Z)" not in keyset.query(None)
    behind = keyset.query(Cursor(stamp(9), ("P1", "2")))
    assert (
        "LastModifiedDate%20gt%202026-02-14T08:00:09Z"
        "%20or%20(LastModifiedDate%20eq%202026-02-14T08:00:09Z%20and%20OrderNo%20gt%20%27P1%27)"
        "%20or%20(LastModifiedDate%20eq%202026-02-14T08:00:09Z%20and%20OrderNo%20eq%20%27P1%27%20and%20LineNo%20gt%202)"
    ) in behind
    assert "ge%202026" not in behind


def test_sweeps_ask_for_keys_alone_and_flags_are_kept() -> None:
    assert Keyset(SET, 9000, keys_only=True).query(None) == "$top=5000&$orderby=OrderNo,LineNo&$select=OrderNo,LineNo"
    plain = EntitySet.of("line", told(select=False, renames={"OrderNo": "Cf_No"}))
    assert Keyset(plain, 10).query(None) == "$top=10&$orderby=Cf_No,LineNo"


rows = st.lists(
    st.tuples(st.sampled_from("abc'é"), st.integers(0, 60), st.integers(0, 3)), max_size=260, unique_by=lambda r: r[:2]
)


@settings(deadline=None, max_examples=25)
@given(rows, st.integers(1, 300), st.sampled_from([100, 130, 5000]), st.booleans(), st.booleans())
def test_no_row_is_lost_or_doubled(found: list[Any], size: int, limit: int, link: bool, sweep: bool) -> None:
    async def run() -> None:
        async with lab() as here:
            table = here.lines
            table.rows = [line(order, number, stamp(second)) for order, number, second in found]
            table.page, table.link = limit, link
            got = await read_all(here.ifs, size, sweep=sweep)
            assert sorted(row.key for row in got) == sorted((row["OrderNo"], str(row["LineNo"])) for row in table.rows)
            keys = [(row.modified if not sweep else "", row.key[0], int(row.key[1])) for row in got]
            assert keys == sorted(keys)

    asyncio.run(run())


@settings(deadline=None, max_examples=25)
@given(rows, st.integers(1, 50), st.data())
def test_what_changes_while_pages_are_read_is_seen_in_its_last_state(
    found: list[Any], size: int, data: st.DataObject
) -> None:
    """Rows change, come and go between pages; nothing that stays is missed."""

    async def run() -> None:
        async with lab() as here:
            table = here.lines
            table.rows = [line(order, number, stamp(second)) for order, number, second in found]
            seen: dict[tuple[str, ...], str | None] = {}
            after: Cursor | None = None
            for turn in range(1000):
                page = await here.ifs.page("line", after=after, size=size)
                seen |= {row.key: row.modified for row in page.rows}
                after = page.next
                if after is None:
                    break
                if table.rows and turn < 20:
                    row = data.draw(st.sampled_from(table.rows))
                    if data.draw(st.booleans()):
                        table.rows.remove(row)
                    else:
                        row["LastModifiedDate"] = stamp(100 + turn)
                    table.rows.append(line("new", turn, stamp(100 + turn)))
            for row in table.rows:
                assert seen[row["OrderNo"], str(row["LineNo"])] == row["LastModifiedDate"]

    asyncio.run(run())


async def test_since_until_and_scope(here: Lab) -> None:
    here.lines.rows = [line("P", n, stamp(n)) for n in range(10)]
    got = await read_all(here.ifs, 3, since=stamp(4), until=stamp(8), where=any_of("LineNo", ["5", "6", "9"]))
    assert [row.key for row in got] == [("P", "5"), ("P", "6")]


async def test_a_short_page_below_a_hundred_is_the_last(here: Lab) -> None:
    here.lines.rows = [line("P", n, stamp(0)) for n in range(99)]
    assert len(await read_all(here.ifs, 500)) == 99
    assert len(here.tenant.seen) == 1
    here.lines.rows = [line("P", n, stamp(0)) for n in range(100)]
    assert len(await read_all(here.ifs, 500)) == 100
    assert len(here.tenant.seen) == 3


async def test_a_row_carries_its_types_its_etag_and_what_is_unknown(here: Lab) -> None:
    here.lines.rows = [line("P", 7, stamp(1), Done="True", version=5)]
    here.tenant.before_each = lambda _seen: answer(
        200,
        '{"value":[{"@odata.etag":"W/\\"Nw==\\"","OrderNo":"P","LineNo":"7","Qty":1.50,"Done":"True","luname":"L",'
        '"keyref":"k","Objgrants":null,"Cf_New":1.10,"Qty@odata.type":"#Decimal","LastModifiedDate":"2026-02-14T08:00:01Z"}]}',
    )
    (row,) = (await here.ifs.page("line", size=10)).rows
    assert (row.kind, row.key, row.etag, row.modified) == ("line", ("P", "7"), 'W/"Nw=="', stamp(1))
    assert {name: str(value) for name, value in row.values.items()} == {
        "OrderNo": "P",
        "LineNo": "7",
        "Qty": "1.50",
        "Done": "True",
        "Cf_New": "1.10",
        "LastModifiedDate": stamp(1),
    }
    assert row.values["LineNo"] == 7
    assert row.values["Done"] is True
    sent = here.tenant.seen[0].headers
    assert sent["accept"] == "application/json;odata.metadata=minimal;IEEE754Compatible=true"
    assert "x-ifs-time-zone-aware-request" not in sent


async def test_renames_are_undone_and_aware_sets_say_so() -> None:
    async with lab(renames={"OrderNo": "Cf_No"}, zone="aware") as here:
        here.tenant.before_each = lambda _seen: answer(
            200, '{"value":[{"Cf_No":"P","LineNo":1,"LastModifiedDate":"2026-02-14T08:00:01Z"}]}'
        )
        (row,) = (await here.ifs.page("line", size=10)).rows
        assert row.key == ("P", "1")
        assert row.values["OrderNo"] == "P"
        assert row.etag is None
        assert here.tenant.seen[0].headers["x-ifs-time-zone-aware-request"] == "true"


async def test_one_unreadable_row_stops_nobody(here: Lab) -> None:
    rows = [
        '{"OrderNo":"A","LineNo":1,"LastModifiedDate":"2026-02-14T08:00:01Z"}',
        '{"OrderNo":"B","LineNo":2,"LastModifiedDate":null}',
        '{"OrderNo":"\\u0000","LineNo":2,"LastModifiedDate":"2026-02-14T08:00:01Z"}',
        '{"LineNo":3,"LastModifiedDate":"2026-02-14T08:00:02Z"}',
        "5",
        '{"OrderNo":"C","LineNo":4,"Qty":"much","LastModifiedDate":"2026-02-14T08:00:03Z"}',
    ]
    here.tenant.before_each = lambda _seen: answer(200, f'{{"value":[{",".join(rows)}]}}')
    page = await here.ifs.page("line", size=100)
    assert [row.key for row in page.rows] == [("A", "1"), ("C", "4")]
    assert [(fault.record, fault.field) for fault in page.unreadable] == [
        ("line B/2", "LastModifiedDate"),
        *[("line ?", "")] * 3,
    ]


async def test_a_set_that_makes_no_progress_is_told_not_read_for_ever(here: Lab) -> None:
    same = ",".join('{"OrderNo":"A","LineNo":1,"LastModifiedDate":"2026-02-14T08:00:01Z"}' for _ in range(100))
    here.tenant.before_each = lambda _seen: answer(200, f'{{"value":[{same}]}}')
    page = await here.ifs.page("line", size=100)
    with pytest.raises(SettingsError, match="came again"):
        await here.ifs.page("line", size=100, after=page.next)
    here.tenant.before_each = lambda _seen: answer(200, dumps({"value": [{}] * 100}))
    with pytest.raises(SettingsError, match="no row"):
        await here.ifs.page("line", size=100)


def linked(link: str, then: Step) -> Any:
    steps = [answer(200, f'{{"value":[],"@odata.nextLink":"{link}"}}'), then]
    return lambda _seen: steps.pop(0) if len(steps) > 1 else steps[0]


ONE = answer(200, '{"value":[{"OrderNo":"A","LineNo":1,"LastModifiedDate":"2026-02-14T08:00:01Z"}]}')


async def test_an_empty_page_that_announces_another_is_followed_below_the_service(here: Lab) -> None:
    here.tenant.before_each = linked("LineSet?$skiptoken=a%20b", ONE)
    page = await here.ifs.page("line", size=100)
    assert [row.key for row in page.rows] == [("A", "1")]
    assert here.tenant.seen[1].target == f"{here.tenant.service}/LineSet?$skiptoken=a%20b"
    here.tenant.before_each = linked(f"{here.tenant.url}{here.tenant.service}/LineSet?$skiptoken=2", ONE)
    assert (await here.ifs.page("line", size=100)).rows


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/LineSet", "//evil.example/x", "/elsewhere", "../Other.svc/LineSet", "http://127.0.0.1:1/x"],
)
async def test_a_link_never_leads_the_token_elsewhere(here: Lab, link: str) -> None:
    here.tenant.before_each = linked(link, ONE)
    with pytest.raises(SettingsError, match="elsewhere"):
        await here.ifs.page("line", size=100)
    assert len(here.tenant.seen) == 1


async def test_pages_that_stay_empty_end(here: Lab) -> None:
    here.tenant.before_each = lambda _seen: answer(200, '{"value":[],"@odata.nextLink":"LineSet?$skiptoken=1"}')
    with pytest.raises(SettingsError, match="cannot be paged"):
        await here.ifs.page("line", size=100)


async def test_an_answer_without_rows_is_not_an_empty_page(here: Lab) -> None:
    seen: list[Seen] = []
    here.tenant.before_each = lambda one: (seen.append(one), answer(200, '{"error":"no"}'))[1]
    with pytest.raises(Unreachable, match="without rows"):
        await here.ifs.page("line", size=100)
    assert len(seen) == 3


def test_only_a_cursor_is_a_cursor() -> None:
    assert Cursor.loads(Cursor(None, ("a", "1")).dumps()) == Cursor(None, ("a", "1"))
    for text in ("", "{}", "[1]", '["a",2]', "null"):
        with pytest.raises(ValueError):  # noqa: PT011 - json's words or ours
            Cursor.loads(text)
