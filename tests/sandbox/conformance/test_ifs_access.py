"""contracts/ifs.md 1-3: what a user may see and how much it may ask."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

import pytest

from .batch import change_set, create, send, there
from .contract import ACCOUNT, ORDER, ORDER_LINE, SETS, SITE, SUPPLIER
from .schema import described
from .wire import EntitySet, Ifs, Row, error_of
from .world import COMPANY, OTHER_COMPANY, build_ifs, fresh_name, order, order_line, supplier


def companies(ifs: Ifs, entity_set: EntitySet) -> set[str]:
    return {row["Company"] for row in ifs.rows(entity_set, {"$top": 5000, "$select": "Company"})}


def test_rows_of_companies_that_are_not_allowed_are_missing_without_an_error(ifs: Ifs) -> None:
    build_ifs(ifs)
    assert companies(ifs, ACCOUNT) == {COMPANY, OTHER_COMPANY}
    ifs.steer.settings(hidden_companies=[OTHER_COMPANY])
    assert companies(ifs, ACCOUNT) == {COMPANY}
    assert companies(ifs, SITE) == {COMPANY}
    assert {row["Company"] for row in ifs.steer.records(ACCOUNT.name)} == {COMPANY, OTHER_COMPANY}
    ifs.steer.settings(hidden_companies=[COMPANY, OTHER_COMPANY])
    answer = ifs.listing(ACCOUNT, {"$top": 10})
    assert answer.status_code == 200
    assert answer.json()["value"] == []


def test_a_row_of_a_hidden_company_is_not_found_by_key_either(ifs: Ifs) -> None:
    build_ifs(ifs)
    row = {"Company": OTHER_COMPANY, "Account": "4010"}
    etag = ifs.etag(ACCOUNT, row)
    ifs.steer.settings(hidden_companies=[OTHER_COMPANY])
    assert ifs.get(ACCOUNT, row).status_code == 404
    assert ifs.patch(ACCOUNT, row, {"Description": "seen"}, etag).status_code in {403, 404, 412}
    assert ifs.stored(ACCOUNT, row) | {"Description": "Account 4010"} == ifs.stored(ACCOUNT, row)  # type: ignore[operator]


def test_lines_go_with_the_company_of_their_order(ifs: Ifs) -> None:
    head = order(ifs, Company=OTHER_COMPANY, Contract=f"SITE{OTHER_COMPANY}")
    order_line(ifs, head)
    text = f"OrderNo eq '{head['OrderNo']}'"
    assert len(ifs.rows(ORDER_LINE, {"$filter": text})) == 1
    ifs.steer.settings(hidden_companies=[OTHER_COMPANY])
    assert ifs.rows(ORDER, {"$filter": text}) == []
    assert ifs.rows(ORDER_LINE, {"$filter": text}) == []


def test_hidden_companies_do_not_hide_what_belongs_to_none(ifs: Ifs) -> None:
    kept = supplier(ifs)
    ifs.steer.settings(hidden_companies=[COMPANY, OTHER_COMPANY])
    assert ifs.get(SUPPLIER, kept).status_code == 200


def test_a_forbidden_set_is_403_for_reads_and_writes(ifs: Ifs) -> None:
    kept = supplier(ifs)
    ifs.steer.settings(forbidden=["SupplierInfoGeneralSet"])
    number = fresh_name("F")
    for answer in (
        ifs.listing(SUPPLIER, {"$top": 1}),
        ifs.get(SUPPLIER, kept),
        ifs.post(SUPPLIER, {"SupplierId": number, "Name": "x"}),
        ifs.patch(SUPPLIER, kept, {"Name": "x"}, "*"),
    ):
        assert answer.status_code == 403
        error_of(answer)
    send(ifs, SUPPLIER, change_set(create(number)))
    assert not there(ifs, number)
    assert ifs.listing(ORDER, {"$top": 1}).status_code == 200


def test_metadata_alone_can_be_403(ifs: Ifs) -> None:
    ifs.steer.settings(metadata_forbidden=True)
    assert ifs.send("GET", f"{SUPPLIER.service}/$metadata").status_code == 403
    assert ifs.listing(SUPPLIER, {"$top": 1}).status_code == 200


# -- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity_set", SETS, ids=lambda one: one.name)
def test_a_set_is_aware_of_time_zones_or_fails_on_timestamps(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    """An aware set speaks UTC and finds its own values again; one that is not fails on timestamps."""
    keys = ",".join(entity_set.keys)
    plain = seeded_ifs.listing(entity_set, {"$top": 1, "$select": f"{keys},LastModifiedDate"})
    assert plain.status_code == 200
    headers = {"X-Ifs-Time-Zone-Aware-Request": "true"}
    options: dict[str, str | int] = {"$top": 1, "$orderby": "LastModifiedDate desc"}
    aware = seeded_ifs.listing(entity_set, options, headers=headers)
    value = plain.json()["value"][0]["LastModifiedDate"]
    if aware.status_code == 200:
        value = aware.json()["value"][0]["LastModifiedDate"]
    found = seeded_ifs.listing(entity_set, {"$filter": f"LastModifiedDate eq {value}", "$top": 5}, headers=headers)
    assert found.status_code in {200, 400, 500}, found.text
    if found.status_code == 200:
        assert aware.status_code == 200
        assert found.json()["value"]
        assert {row["LastModifiedDate"] for row in found.json()["value"]} == {value}
    else:
        error_of(found)


AWARE = {"X-Ifs-Time-Zone-Aware-Request": "true"}


def clock_at(ifs: Ifs, moment: datetime) -> None:
    ifs.steer.settings(clock_offset=math.ceil((moment - datetime.now(UTC)).total_seconds()))


def moment_of(row: Row) -> datetime:
    return datetime.fromisoformat(row["LastModifiedDate"])


@pytest.mark.parametrize(("moment", "hours"), [("2026-01-15T10:00:00Z", 1), ("2026-07-15T10:00:00Z", 2)])
def test_timestamps_end_in_z_and_are_local_where_the_set_is_not_aware(ifs: Ifs, moment: str, hours: int) -> None:
    at = datetime.fromisoformat(moment)
    ifs.steer.settings(time_zone="Europe/Berlin")
    clock_at(ifs, at)
    kept = supplier(ifs)
    shown = moment_of(ifs.read(SUPPLIER, kept))
    assert 0 <= (shown - at).total_seconds() - hours * 3600 < 10
    text = f"SupplierId eq '{kept['SupplierId']}' and LastModifiedDate"
    for comparison, holds in (("eq", True), ("ge", True), ("gt", False)):
        rows = ifs.rows(SUPPLIER, {"$filter": f"{text} {comparison} {shown:%Y-%m-%dT%H:%M:%SZ}"})
        assert bool(rows) is holds


def test_an_aware_set_speaks_utc_when_asked_to(ifs: Ifs) -> None:
    at = datetime(2026, 7, 15, 10, tzinfo=UTC)
    ifs.steer.settings(time_zone="Europe/Berlin", aware=["SupplierInfoGeneralSet"])
    clock_at(ifs, at)
    kept = supplier(ifs)
    row = ifs.get(SUPPLIER, kept, headers=AWARE).json()
    assert 0 <= (moment_of(row) - at).total_seconds() < 10
    text = f"SupplierId eq '{kept['SupplierId']}' and LastModifiedDate eq {row['LastModifiedDate']}"
    assert len(ifs.rows(SUPPLIER, {"$filter": text}, headers=AWARE)) == 1
    assert ifs.rows(SUPPLIER, {"$filter": text}) == []
    assert (moment_of(ifs.read(SUPPLIER, kept)) - moment_of(row)).total_seconds() == 2 * 3600


def test_a_set_that_is_not_aware_fails_on_timestamps_when_asked_to_be(ifs: Ifs) -> None:
    kept = supplier(ifs)
    value = ifs.read(SUPPLIER, kept)["LastModifiedDate"]
    answer = ifs.listing(SUPPLIER, {"$filter": f"LastModifiedDate ge {value}", "$top": 5}, headers=AWARE)
    assert answer.status_code in {400, 500}
    error_of(answer)


def test_an_etag_does_not_depend_on_the_zone(ifs: Ifs) -> None:
    kept = supplier(ifs)
    before = ifs.etag(SUPPLIER, kept)
    ifs.steer.settings(time_zone="Europe/Berlin")
    assert ifs.etag(SUPPLIER, kept) == before


def test_the_hour_that_repeats_in_autumn_comes_twice(ifs: Ifs) -> None:
    """25 October 2026, Berlin: 00:30Z and 01:30Z are both half past two."""
    ifs.steer.settings(time_zone="Europe/Berlin")
    numbers = []
    for hour in (0, 1):
        clock_at(ifs, datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
        numbers.append(supplier(ifs)["SupplierId"])
    both = " or ".join(f"SupplierId eq '{number}'" for number in numbers)
    within = "LastModifiedDate ge 2026-10-25T02:30:00Z and LastModifiedDate lt 2026-10-25T02:31:00Z"
    rows = ifs.rows(SUPPLIER, {"$filter": f"({both}) and {within}"})
    assert sorted(row["SupplierId"] for row in rows) == sorted(numbers)


def test_a_value_that_a_set_returned_finds_its_row_again(seeded_ifs: Ifs) -> None:
    for entity_set in SETS:
        [row] = seeded_ifs.rows(entity_set, {"$top": 1})
        known = described(seeded_ifs, entity_set)
        for name in entity_set.attributes:
            if known.types[name] == "Edm.DateTimeOffset" and row[name] is not None:
                text = " and ".join(
                    f"{key} eq {known.literal(key, known.typed(key, row[key]))}" for key in entity_set.keys
                )
                found = seeded_ifs.rows(entity_set, {"$filter": f"{text} and {name} eq {row[name]}"})
                assert len(found) == 1, (entity_set.name, name)


def test_the_servers_clock_can_be_off(ifs: Ifs) -> None:
    for offset in (120, -120, 90.5):
        ifs.steer.settings(clock_offset=offset)
        answer = ifs.post(SUPPLIER, {"SupplierId": fresh_name("CLOCK"), "Name": "x"})
        date = parsedate_to_datetime(answer.headers["date"])
        assert abs((date - datetime.now(UTC)).total_seconds() - offset) < 10


def test_a_clock_that_is_off_dates_what_is_written(ifs: Ifs) -> None:
    head = order(ifs)
    before = datetime.fromisoformat(ifs.read(ORDER, head)["LastModifiedDate"])
    ifs.steer.settings(clock_offset=120)
    assert ifs.patch(ORDER, head, {"NoteText": "later"}, ifs.etag(ORDER, head)).is_success
    after = datetime.fromisoformat(ifs.read(ORDER, head)["LastModifiedDate"])
    assert 115 <= (after - before).total_seconds() <= 130


# -- the rate limit -----------------------------------------------------------------------------------------


def burst(ifs: Ifs, count: int) -> list[int]:
    return [ifs.listing(SITE, {"$top": 1}).status_code for _ in range(count)]


def test_more_requests_than_allowed_are_429(ifs: Ifs) -> None:
    ifs.steer.settings(requests_per_minute=1)
    burst(ifs, 2)
    ifs.steer.reset_stats()
    answer = ifs.listing(SITE, {"$top": 1})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert ifs.steer.stats()["throttled"] == 1


def test_a_throttled_write_writes_nothing(ifs: Ifs) -> None:
    ifs.steer.settings(requests_per_minute=1)
    burst(ifs, 2)
    values: Row = {"SupplierId": fresh_name("LATE"), "Name": "x"}
    assert ifs.post(SUPPLIER, values).status_code == 429
    assert ifs.stored(SUPPLIER, values) is None


def test_retry_after_comes_as_a_date_or_not_at_all(ifs: Ifs) -> None:
    ifs.steer.settings(requests_per_minute=1, retry_after="date")
    burst(ifs, 2)
    value = ifs.listing(SITE, {"$top": 1}).headers["retry-after"]
    assert -1 <= (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds() <= 61
    ifs.steer.settings(retry_after="none")
    answer = ifs.listing(SITE, {"$top": 1})
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers


def test_quantities_stay_exact_in_answers(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs), BuyQtyDue=Decimal("0.1"), FbuyUnitPrice=Decimal("0.30"))
    row = ifs.read(ORDER_LINE, line)
    assert Decimal(row["BuyQtyDue"]) == Decimal("0.1")
    assert Decimal(row["FbuyUnitPrice"]) == Decimal("0.30")
