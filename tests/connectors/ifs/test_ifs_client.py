from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import Lab, lab, line, told
from odata_server import etag_of, refusal
from scripted import Step, answer, drop

from connectors.ifs import metadata
from connectors.ifs.filters import encoded, eq, ge, matches, or_, render
from connectors.ifs.lookup import cut, wanted
from connectors.ifs.metadata import UnreadableMetadata
from connectors.ifs.sets import EntitySet
from connectors.payload import dumps
from connectors.wire import Call, ETag
from ifs_jaggaer.errors import (
    AlreadyExists,
    Conflict,
    OutcomeUnknown,
    Rejected,
    SettingsError,
    SyncError,
    Unreachable,
)

CALL = Call("purchase order line", "P/1", "update")
NOW = "2026-02-14T08:00:00Z"


def refused(status: int, code: str, *details: tuple[str, str], **headers: str) -> Step:
    return answer(status, dumps(refusal(code, "Sorry.", *details)), **headers)


def always(step: Step) -> Any:
    return lambda _seen: step


def once(step: Step) -> Any:
    steps = [step]
    return lambda _seen: steps.pop() if steps else None


# --- look-ups ---------------------------------------------------------------------------------


async def test_many_keys_go_in_few_requests_and_no_address_is_too_long(here: Lab) -> None:
    here.lines.rows = [line(f"P'{n:06}", n % 3, NOW) for n in range(2000)]
    asked = [f"P'{n:06}" for n in range(0, 2000, 2)] + ["unknown", "P'000000"]
    got = await here.ifs.rows("line", "OrderNo", asked)
    assert sorted(row.key[0] for row in got) == sorted({*asked} - {"unknown"})
    assert all(len(seen.target) < 8000 for seen in here.tenant.seen)
    # Full addresses, and after each a page that tells that there is no more.
    shortest = 1000 * len("OrderNo%20eq%20%27P%27%27000000%27%20or%20") / 8000
    assert len(here.tenant.seen) <= 2 * (shortest * 1.1 + 1)


async def test_also_narrows_and_what_a_type_cannot_hold_matches_nothing(here: Lab) -> None:
    here.lines.rows = [line("P", n, NOW) for n in range(20)] + [line("Q", 1, NOW)]
    got = await here.ifs.rows("line", "OrderNo", ["P"], also=[("LineNo", ["1", "02", "x", "1 or true"])])
    assert sorted(row.key for row in got) == [("P", "1"), ("P", "2")]
    seen = len(here.tenant.seen)
    assert await here.ifs.rows("line", "OrderNo", []) == []
    assert await here.ifs.rows("line", "OrderNo", ["P"], also=[("LineNo", ["x"])]) == []
    assert len(here.tenant.seen) == seen


async def test_all_pages_of_a_lookup_are_read(here: Lab) -> None:
    here.lines.rows = [line("P", n, NOW) for n in range(350)]
    here.lines.page = 100
    assert len(await here.ifs.rows("line", "OrderNo", ["P"])) == 350
    assert len(await here.ifs.search("line", or_(ge("LineNo", 100), eq("LineNo", 3)))) == 251


async def test_a_state_that_cannot_be_filtered_there_is_filtered_here() -> None:
    async with lab(filter_state=False) as here:
        here.lines.rows = [line("P", n, NOW, Objstate="Closed" if n % 2 else "Released") for n in range(6)]
        got = await here.ifs.rows("line", "OrderNo", ["P"], also=[("Objstate", ["Closed"])])
        assert [row.key[1] for row in got] == ["1", "3", "5"]
        page = await here.ifs.page("line", size=10, where=eq("Objstate", "Closed"))
        assert len(page.rows) == 3
        assert all("Objstate%20" not in seen.target for seen in here.tenant.seen)


async def test_a_lookup_does_not_take_an_unreadable_row_for_absent(here: Lab) -> None:
    here.tenant.before_each = always(answer(200, '{"value":[{"OrderNo":"P"}]}'))
    with pytest.raises(Rejected, match="LineNo"):
        await here.ifs.rows("line", "OrderNo", ["P"])


async def test_a_value_that_is_too_long_for_any_row_stops_no_other(here: Lab) -> None:
    here.lines.rows = [line("P", 1, NOW)]
    got = await here.ifs.rows("line", "OrderNo", ["x" * 9000, "é" * 400, "P"])
    assert [row.key for row in got] == [("P", "1")]


@given(
    st.lists(st.text("abö'", max_size=30), min_size=1, max_size=60),
    st.lists(st.integers(0, 99), max_size=60),
    st.integers(300, 900),
)
def test_cut_filters_cover_every_combination_once(orders: list[str], numbers: list[int], room: int) -> None:
    made = EntitySet.of("line", told())
    lists = [wanted(made, "OrderNo", orders)]
    if numbers:
        lists.append(wanted(made, "LineNo", map(str, numbers)))
    pieces = list(cut(made, lists, room))
    for piece in pieces:
        assert piece is not None
        assert len(encoded(render(piece, made))) <= room
    for order in set(orders):
        for number in set(numbers) or {1}:
            row = {"OrderNo": order, "LineNo": number}
            assert sum(matches(piece, row, made) for piece in pieces if piece is not None) == 1


async def test_a_row_by_its_key_has_its_etag(here: Lab) -> None:
    here.lines.rows = [line("P/1 'x'", 1, NOW, version=3)]
    here.lines.etags = False
    assert (await here.ifs.page("line", size=5)).rows[0].etag is None
    row = await here.ifs.by_key("line", ("P/1 'x'", "1"))
    assert row is not None
    assert row.etag == etag_of(here.lines.rows[0])
    assert await here.ifs.by_key("line", ("P2", "1")) is None
    assert await here.ifs.by_key("line", ("P2", "one")) is None


async def test_a_service_that_is_not_there_is_not_a_missing_row(here: Lab) -> None:
    del here.tenant.tables["LineSet"]
    with pytest.raises(SettingsError, match="deploy projection Handling"):
        await here.ifs.by_key("line", ("P", "1"))
    with pytest.raises(SettingsError, match="profile"):
        await here.ifs.page("line", size=5)
    with pytest.raises(SettingsError, match="no such set"):
        await here.ifs.page("unheard", size=5)


# --- changes ----------------------------------------------------------------------------------


async def test_a_change_carries_the_etag_of_the_decision_and_exact_numbers() -> None:
    async with lab(renames={"Qty": "Cf_Qty"}, attributes={**told().attributes, "Cf_Qty": "decimal"}) as here:
        here.lines.types["Cf_Qty"] = "Edm.Decimal"
        here.lines.rows = [line("P", 1, NOW, version=3)]
        etag = ETag(etag_of(here.lines.rows[0]))
        values = {"Qty": Decimal("1E+2"), "WantedDate": date(2026, 2, 14), "Done": True, "Objstate": "Closed"}
        row = await here.ifs.update("line", ("P", "1"), etag, values, CALL)
        sent = here.tenant.seen[-1]
        assert sent.body == b'{"Cf_Qty":100,"WantedDate":"2026-02-14","Done":true,"Objstate":"Closed"}'
        assert sent.headers["if-match"] == etag
        assert sent.headers["content-type"] == "application/json"
        assert row.values["Qty"] == 100
        assert row.etag == etag_of(here.lines.rows[0]) != etag
        assert here.witness.attempts[-1].etag == etag
        assert here.witness.events[-3:] == ["before 1", "check 1", "after 1"]


async def test_an_answer_of_nothing_but_an_etag(here: Lab) -> None:
    here.lines.rows = [line("P", 1, NOW, version=3)]
    here.tenant.restated = False
    row = await here.ifs.update("line", ("P", "1"), ETag(etag_of(here.lines.rows[0])), {"Qty": 2}, CALL)
    assert (row.key, row.values, row.etag) == (("P", "1"), {}, etag_of(here.lines.rows[0]))


@pytest.mark.parametrize("etag", [None, "*", " * ", "", 'W/"é"', 'W/"a"\r\nX: 1'])
async def test_nothing_is_changed_without_the_etag_of_a_state(here: Lab, etag: str | None) -> None:
    here.lines.rows = [line("P", 1, NOW)]
    with pytest.raises(Rejected, match="nothing was sent"):
        await here.ifs.update("line", ("P", "1"), etag if etag is None else ETag(etag), {"Qty": 2}, CALL)
    assert here.tenant.seen == []


async def test_a_stale_state_and_a_row_that_is_gone_are_conflicts(here: Lab) -> None:
    here.lines.rows = [line("P", 1, NOW, version=3)]
    with pytest.raises(Conflict):
        await here.ifs.update("line", ("P", "1"), ETag('W/"old"'), {"Qty": 2}, CALL)
    with pytest.raises(Conflict, match="gone"):
        await here.ifs.update("line", ("Q", "1"), ETag('W/"old"'), {"Qty": 2}, CALL)
    assert len(here.tenant.seen) == 2


async def test_a_change_whose_answer_was_lost_ends_as_a_conflict_never_as_a_second_change(here: Lab) -> None:
    here.lines.rows = [line("P", 1, NOW, version=3)]
    here.tenant.lies = [drop()]
    with pytest.raises(Conflict):
        await here.ifs.update("line", ("P", "1"), ETag(etag_of(here.lines.rows[0])), {"Qty": 2}, CALL)
    assert here.lines.rows[0]["version"] == 1
    assert here.lines.rows[0]["Qty"] == 2


async def test_a_bound_action(here: Lab) -> None:
    async with lab(actions={"cancel": "Line_Cancel"}) as acting:
        acting.lines.rows = [line("P", 1, NOW, version=3)]
        etag = ETag(etag_of(acting.lines.rows[0]))
        row = await acting.ifs.act("line", ("P", "1"), etag, "cancel", call=CALL)
        assert row.values["Objstate"] == "Cancelled"
        sent = acting.tenant.seen[-1]
        assert sent.target == f"{acting.tenant.service}/LineSet(OrderNo=%27P%27,LineNo=1)/IfsApp.Handling.Line_Cancel"
        assert (sent.method, sent.body) == ("POST", b"{}")
    with pytest.raises(SettingsError, match="cancel"):
        await here.ifs.act("line", ("P", "1"), etag, "cancel", call=CALL)


async def test_a_new_row_comes_back_with_key_and_etag(here: Lab) -> None:
    row = await here.ifs.create("line", {"OrderNo": "N", "LineNo": 4, "Qty": Decimal("0.10")}, CALL)
    assert row.key == ("N", "4")
    assert str(row.values["Qty"]) == "0.10"
    assert row.etag
    with pytest.raises(AlreadyExists, match="already exists"):
        await here.ifs.create("line", {"OrderNo": "N", "LineNo": 4}, CALL)


async def test_a_lost_answer_to_a_creation_is_not_sent_again_unless_ifs_enforces_the_key(here: Lab) -> None:
    here.tenant.lies = [drop()]
    with pytest.raises(OutcomeUnknown):
        await here.ifs.create("line", {"OrderNo": "N", "LineNo": 4}, CALL)
    assert len(here.lines.rows) == len(here.tenant.seen) == 1
    here.tenant.lies = [drop()]
    with pytest.raises(AlreadyExists):
        await here.ifs.create("line", {"OrderNo": "N", "LineNo": 5}, CALL, enforced=True)
    assert len(here.lines.rows) == 2


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"OrderNo":"N"}'])
async def test_a_creation_that_shows_no_row_is_looked_up(here: Lab, body: bytes) -> None:
    here.tenant.lies = [answer(201, body)]
    with pytest.raises(OutcomeUnknown, match="does not show"):
        await here.ifs.create("line", {"OrderNo": "N", "LineNo": 4}, CALL)


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"Unheard": "x"}, SettingsError, "line.Unheard"),
        ({"Cf_Gone": "x"}, SettingsError, "line.Cf_Gone"),
        ({"Qty": "much"}, Rejected, "line.Qty"),
        ({"WantedDate": "soon"}, Rejected, "line.WantedDate"),
    ],
)
async def test_what_does_not_fit_is_not_sent(here: Lab, values: Any, error: type[SyncError], field: str) -> None:
    with pytest.raises(error) as raised:
        await here.ifs.create("line", {"OrderNo": "N", **values}, CALL)
    assert raised.value.field == field
    assert here.tenant.seen == []


# --- head and lines ---------------------------------------------------------------------------

HEAD = {"Company": "10", "InvoiceNo": "R'1 & é", "NetAmount": Decimal("3.30")}
LINES = [("HeadLineArray", {"RowNo": n, "NetAmount": Decimal("1.10"), "CodeA": "4010"}) for n in (1, 2, 3)]


async def test_head_and_lines_are_made_together(here: Lab) -> None:
    row = await here.ifs.create_with_lines("head", HEAD, LINES, CALL)
    assert row.key == ("10", "1")
    assert row.values["InvoiceNo"] == "R'1 & é"
    assert row.etag
    made = here.tenant.tables["HeadLineSet"].rows
    assert [(one["ProposalId"], one["RowNo"], one["NetAmount"]) for one in made] == [
        ("1", str(n), "1.10") for n in (1, 2, 3)
    ]
    assert here.ifs.channel.requests == len(here.tenant.seen) == 1


async def test_one_bad_line_makes_none(here: Lab) -> None:
    here.tenant.tables["HeadLineSet"].rows = [{"Company": "10", "ProposalId": "1", "RowNo": "2"}]
    with pytest.raises(AlreadyExists, match="already exists"):
        await here.ifs.create_with_lines("head", HEAD, LINES, CALL)
    assert here.tenant.tables["HeadSet"].rows == []
    assert here.witness.outcomes[-1].status == 200
    assert "already exists" in here.witness.outcomes[-1].error


def batched(content: bytes) -> Step:
    return answer(200, content, Content_Type='multipart/mixed; boundary="out"')


PART = (
    b"--out\r\nContent-Type: application/http\r\n\r\n"
    b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n\r\n%s\r\n--out--\r\n"
)


@pytest.mark.parametrize(
    "step",
    [
        batched(b""),
        batched(PART[:40]),
        batched(PART % (b"201 Created", b'{"Company":"10"')),
        batched(PART % (b"500 Server Error", b"<html>")),
        batched((PART % (b"201 Created", b"{}")).removesuffix(b"--out--\r\n")),
        batched(b"--out\r\n\r\nnot http\r\n--out--"),
        answer(200, PART % (b"201 Created", b"{}"), Content_Type="text/html"),
        answer(200, PART % (b"201 Created", b"{}"), Content_Type="multipart/mixed"),
        answer(502, b"<html>"),
        drop(),
    ],
)
async def test_a_garbled_answer_to_a_change_set_is_doubt(here: Lab, step: Step) -> None:
    here.tenant.before_each = always(step)
    with pytest.raises(OutcomeUnknown):
        await here.ifs.create_with_lines("head", HEAD, LINES, CALL)
    assert len(here.tenant.seen) == 1


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (PART % (b"400 Bad Request", b'{"error":{"code":"DATABASE_ERROR","message":"no","details":[]}}'), Rejected),
        (
            PART
            % (
                b"500 X",
                b'{"error":{"code":"DATABASE_ERROR","message":"x","details":[{"code":"","message":"period closed"}]}}',
            ),
            Rejected,
        ),
        (PART.replace(b"\r\n", b"\n") % (b"403 Forbidden", b'{"error":{"code":"X","message":"no"}}'), SettingsError),
    ],
)
async def test_a_refused_change_set_is_a_typed_error(here: Lab, part: bytes, error: type[SyncError]) -> None:
    here.tenant.before_each = always(batched(part))
    with pytest.raises(error):
        await here.ifs.create_with_lines("head", HEAD, LINES, CALL)


async def test_renewed_metadata_within_a_change_set_goes_again(here: Lab) -> None:
    said = PART % (b"503 X", b'{"error":{"code":"MI_MODIFIED_ERROR","message":"x"}}')
    here.tenant.before_each = once(batched(said))
    assert (await here.ifs.create_with_lines("head", HEAD, LINES, CALL)).key == ("10", "1")
    assert here.witness.events == ["before 1", "check 1", "after 1", "before 2", "check 2", "after 2"]


# --- what IFS may say -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (refused(500, "DATABASE_ERROR", ("20114", "modified by another user")), Conflict, "changed"),
        (refused(409, "DATABASE_ERROR", ("", "ORA-20115: Line.FND_RECORD_REMOVED")), Conflict, "removed"),
        (refused(500, "DATABASE_ERROR", ("20112", "The Line already exists")), AlreadyExists, "already exists"),
        (refused(500, "DATABASE_ERROR", ("20111", "Company 99 does not exist")), Rejected, "Company 99"),
        (refused(500, "DATABASE_ERROR", ("20105", "Account 4711 is not valid")), Rejected, "Account 4711"),
        (refused(400, "ODP_X", ("", "The value of field 'Name' is too long")), Rejected, "too long"),
        (refused(400, "ODP_DESERIALIZATION_ERROR", ("", "Unknown property 'Cf_X'")), SettingsError, "Cf_X"),
        (refused(400, "ODP_X", ("", "The property Cf_Y does not exist")), SettingsError, "Cf_Y"),
        (refused(400, "ODP_X", ("", "The property 'Cf_Y' is not defined")), SettingsError, "Cf_Y"),
        (refused(403, "FORBIDDEN"), SettingsError, "grant projection Handling to the permission set"),
        (refused(403, "CSRF_ERROR"), SettingsError, "/int/"),
        (refused(405, "ODP_X"), SettingsError, "deploy projection Handling"),
        (refused(501, "ODP_NOT_IMPLEMENTED"), SettingsError, "ODP_NOT_IMPLEMENTED"),
        (refused(428, "ODP_MISSING_PRECONDITION"), SettingsError, "ETag"),
        (answer(413, b"<html>"), Rejected, "413"),
        (answer(500, b"<html>"), OutcomeUnknown, "500"),
        (refused(500, "SOMETHING"), OutcomeUnknown, "500"),
        (refused(503, "SOMETHING"), OutcomeUnknown, "503"),
        (answer(500, b'{"error":"text"}'), OutcomeUnknown, "500"),
        (answer(400, b'{"error":{"code":"A","message":{"value":"old words"},"details":{}}}'), Rejected, "old words"),
        (refused(423, "LOCKED"), Rejected, "locked"),
        (refused(500, "DATABASE_ERROR", ("20113", "locked")), Rejected, "locked"),
    ],
)
async def test_what_a_refused_change_means(here: Lab, step: Step, error: type[SyncError], words: str) -> None:
    here.tenant.before_each = always(step)
    with pytest.raises(error) as raised:
        await here.ifs.create("line", {"OrderNo": "N", "LineNo": 4}, CALL)
    assert type(raised.value) is error
    assert words in str(raised.value)
    assert raised.value.record == "purchase order line P/1"
    assert raised.value.word is not None or error is OutcomeUnknown
    locked = words == "locked"
    assert len(here.tenant.seen) == (3 if locked else 1)


@pytest.mark.parametrize("status", [500, 503])
async def test_renewed_metadata_goes_again_even_for_a_creation(here: Lab, status: int) -> None:
    here.tenant.before_each = once(refused(status, "MI_MODIFIED_ERROR", Retry_After="2"))
    await here.ifs.create("line", {"OrderNo": "N", "LineNo": 4}, CALL)
    assert len(here.tenant.seen) == 2
    assert here.ifs.channel._sleep.seconds == [2.0]


@pytest.mark.parametrize(
    ("step", "error", "words", "asked"),
    [
        (
            refused(400, "ODP_MALFORMED", ("", "The property 'Cf_X', used in a query expression, is not defined")),
            SettingsError,
            "Cf_X",
            1,
        ),
        (refused(400, "ODP_MALFORMED", ("", "Something else")), SettingsError, "Something else", 1),
        (refused(403, "FORBIDDEN"), SettingsError, "of the service user, with reading LineSet", 1),
        (refused(500, "DATABASE_ERROR", ("", "ORA-04068: packages discarded")), SettingsError, "ORA-04068", 3),
        (refused(500, "X"), Unreachable, "500", 3),
        (refused(423, "X"), Unreachable, "locked", 3),
    ],
)
async def test_what_a_refused_question_means(
    here: Lab, step: Step, error: type[SyncError], words: str, asked: int
) -> None:
    here.tenant.before_each = always(step)
    with pytest.raises(error) as raised:
        await here.ifs.page("line", size=5)
    assert words in str(raised.value)
    assert len(here.tenant.seen) == asked


async def test_a_bank_account_in_a_servers_words_is_masked(here: Lab) -> None:
    here.tenant.before_each = always(refused(500, "DATABASE_ERROR", ("", "IBAN DE89370400440532013000 is not valid")))
    with pytest.raises(Rejected, match=r"\*\*\*\*3000") as raised:
        await here.ifs.create("line", {"OrderNo": "N", "LineNo": 4}, CALL)
    assert "DE8937" not in str(raised.value)
    assert "DE8937" not in here.witness.outcomes[-1].error


# --- metadata ---------------------------------------------------------------------------------


async def test_metadata_against_the_profile(here: Lab) -> None:
    found = await here.ifs.metadata("line")
    assert set(found.sets) == {"LineSet", "HeadSet", "HeadLineSet"}
    assert metadata.differences(here.ifs.entity_set("line"), found.sets) == []
    here.lines.types = {**here.lines.types, "Qty": "Edm.String"}
    del here.lines.types["WantedDate"]
    found = await here.ifs.metadata("line")
    retyped, gone = metadata.differences(here.ifs.entity_set("line"), found.sets)
    assert (retyped.attribute, retyped.needed, retyped.found) == ("Qty", "decimal", "Edm.String")
    assert str(retyped) == "LineSet.Qty is Edm.String, the profile says decimal"
    assert (str(gone), gone.found) == ("LineSet has no WantedDate", "")
    assert 'WantedDate = "absent" below [ifs.sets.line.attributes]' in gone.remedy
    (whole,) = metadata.differences(here.ifs.entity_set("head"), {})
    assert str(whole) == f"{here.tenant.service[1:]} has no HeadSet"


def test_a_key_or_a_change_time_cannot_simply_be_absent() -> None:
    entity_set = EntitySet.of("line", told())
    gone = {each.attribute: each.remedy for each in metadata.differences(entity_set, {"LineSet": {}})}
    assert "absent" not in gone["OrderNo"]
    assert 'strategy = "sweep" and LastModifiedDate = "absent"' in gone["LastModifiedDate"]


@pytest.mark.parametrize(
    ("kind", "spoken", "well"),
    [
        ("text", "Edm.String", True),
        ("enum:IfsApp.X.State", "IfsApp.Other.State", True),
        ("bool", "IfsApp.X.FndBoolean", True),
        ("bool", "Edm.Boolean", True),
        ("date", "Edm.DateTimeOffset", True),
        ("timestamp", "Edm.Date", False),
        ("decimal", "IfsApp.X.State", False),
        ("decimal", "Edm.Int64", True),
        ("text", "Edm.Int64", False),
        ("text", "Edm.Stream", False),
        ("text", "", False),
    ],
)
def test_what_fits_what(kind: str, spoken: str, well: bool) -> None:
    assert metadata.fits(kind, spoken) is well


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    "body", [BOMB, BOMB.decode().encode("utf-16"), b"<html><br></html>", b"", b"{}", b"<a>" * 100_000]
)
def test_a_bomb_is_no_metadata(body: bytes) -> None:
    with pytest.raises(UnreadableMetadata):
        metadata.parse(body)


async def test_unreadable_metadata_is_asked_for_again(here: Lab) -> None:
    here.tenant.before_each = always(answer(200, b"<html><br></html>"))
    with pytest.raises(Unreachable, match="metadata"):
        await here.ifs.metadata("line")
    assert len(here.tenant.seen) == 3


def test_types_inherit() -> None:
    body = b"""<Edmx><Schema Namespace="N">
    <EntityType Name="A" BaseType="N.B"><Property Name="Own" Type="Edm.Date"/></EntityType>
    <EntityType Name="B" BaseType="N.A"><Property Name="Base" Type="Edm.Int64"/></EntityType>
    <ComplexType Name="C"><Property Name="No"/></ComplexType>
    <EntityContainer><EntitySet Name="As" EntityType="N.A"/></EntityContainer></Schema></Edmx>"""
    assert metadata.parse(body).sets == {"As": {"Own": "Edm.Date", "Base": "Edm.Int64"}}


def test_actions_navigations_and_types_of_the_tenants_own() -> None:
    body = b"""<Edmx><Schema Namespace="N"><TypeDefinition Name="T3" UnderlyingType="Edm.DateTimeOffset"/>
    <EntityType Name="A"><Property Name="At" Type="N.T3"/><NavigationProperty Name="Lines" Type="Collection(N.A)"/>
    </EntityType><Action Name="A_Cancel" IsBound="true"><Parameter Name="A" Type="N.A"/></Action>
    <EntityContainer><EntitySet Name="As" EntityType="N.A"/></EntityContainer></Schema></Edmx>"""
    told = metadata.parse(body)
    assert told.sets == {"As": {"At": "Edm.DateTimeOffset"}}
    assert told.navigations == {"As": {"Lines"}}
    assert told.actions == {"A_Cancel"}


# --- the profile's sets -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "more", [{"path": "LineSet"}, {"path": "a/B.svc/"}, {"path": "a/B.svc/C?x"}, {"keys": ("Cf_Gone",)}]
)
def test_a_set_that_cannot_be_is_the_profiles_matter(more: Any) -> None:
    with pytest.raises(SettingsError, match=r"ifs\.sets\.line"):
        EntitySet.of("line", told(**more))


def test_types_named_by_an_alias_are_found() -> None:
    body = (
        b'<e:Edmx xmlns:e="x"><e:DataServices><s:Schema xmlns:s="y" Namespace="IfsApp.Long" Alias="Self">'
        b'<s:EntityType Name="B"><s:Property Name="Base" Type="Edm.Int64"/></s:EntityType>'
        b'<s:EntityType Name="A" BaseType="Self.B"><s:Property Name="Own" Type="Edm.Date"/></s:EntityType>'
        b'<s:EntityContainer><s:EntitySet Name="As" EntityType="Self.A"/>'
        b'<s:EntitySet Name="Bs" EntityType="IfsApp.Long.B"/></s:EntityContainer></s:Schema></e:DataServices></e:Edmx>'
    )
    assert metadata.parse(body).sets == {"As": {"Own": "Edm.Date", "Base": "Edm.Int64"}, "Bs": {"Base": "Edm.Int64"}}
