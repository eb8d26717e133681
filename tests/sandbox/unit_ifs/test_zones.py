"""Timestamps in the server's zone, the hour that repeats, and requests that ask to be aware."""

import pytest

from .tools import Asker

SUPPLIERS = "SupplierInfoGeneralSet"
AWARE = {"x-ifs-time-zone-aware-request": "true"}


@pytest.fixture
def autumn(ask: Asker) -> Asker:
    """Four suppliers, half an hour apart, around the change to winter time in Berlin."""
    ask.system.apply_settings({"time_zone": "Europe/Berlin"})
    for number, time in {"A": "00:15", "B": "00:45", "C": "01:15", "D": "01:45"}.items():
        values = {"SupplierId": number, "Name": number, "LastModifiedDate": f"2026-10-25T{time}:00Z"}
        ask.system.create(SUPPLIERS, values)
    return ask


def shown(ask: Asker, **options: str | int) -> list[tuple[str, str]]:
    return [(row["SupplierId"], row["LastModifiedDate"][11:16]) for row in ask.rows(SUPPLIERS, **options)]


def test_the_repeated_hour_comes_twice(autumn: Asker) -> None:
    found = shown(autumn, orderby="LastModifiedDate,SupplierId")
    assert found == [("A", "02:15"), ("C", "02:15"), ("B", "02:45"), ("D", "02:45")]


def test_filters_compare_what_is_shown(autumn: Asker) -> None:
    found = shown(autumn, filter="LastModifiedDate gt 2026-10-25T02:15:00Z", orderby="SupplierId")
    assert found == [("B", "02:45"), ("D", "02:45")]
    assert shown(autumn, filter="LastModifiedDate eq 2026-10-25T02:15:00Z and SupplierId gt 'A'") == [("C", "02:15")]


def test_an_aware_set_speaks_utc_when_asked(autumn: Asker) -> None:
    autumn.system.apply_settings({"aware": [SUPPLIERS]})
    rows = autumn.rows(
        SUPPLIERS, headers=AWARE, filter="LastModifiedDate gt 2026-10-25T00:30:00Z", orderby="LastModifiedDate"
    )
    assert [row["LastModifiedDate"][11:16] for row in rows] == ["00:45", "01:15", "01:45"]
    assert shown(autumn, orderby="SupplierId")[0] == ("A", "02:15")


def test_a_set_that_is_not_aware_fails_on_timestamps_only(autumn: Asker) -> None:
    assert autumn.call("GET", SUPPLIERS, headers=AWARE).status == 400
    assert autumn.call("GET", SUPPLIERS, headers=AWARE, select="Name").status == 200
    assert autumn.call("GET", SUPPLIERS, headers=AWARE, select="Name", orderby="LastModifiedDate").status == 400
    assert autumn.call("POST", SUPPLIERS, headers=AWARE, body={"Name": "x"}).status == 400
    assert len(autumn.system.records(SUPPLIERS)) == 4
