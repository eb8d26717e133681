"""docs/sandbox.md: `/_sandbox/` on either port."""

import re
import time
from collections.abc import Iterator

import pytest

from .contract import ACCOUNT, ORDER, RESOURCES, SETS, SITE, SUPPLIER, SUPPLIERS
from .wire import Ifs, Jaggaer, System
from .world import COMPANY, OTHER_COMPANY, build_ifs, create_supplier, fresh_name, invoice, supplier


@pytest.fixture(params=["ifs", "jaggaer"])
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    return request.getfixturevalue(request.param)


def name_of(system: System) -> str:
    return "SupplierInfoGeneralSet" if isinstance(system, Ifs) else "companyprofiles"


def path_of(system: System) -> str:
    return f"/{SUPPLIER.path}" if isinstance(system, Ifs) else SUPPLIERS.path


def test_it_needs_no_token_and_is_neither_counted_nor_throttled(system: System) -> None:
    system.steer.settings(requests_per_minute=1)
    system.steer.reset_stats()
    for _ in range(5):
        assert system.http.get("/_sandbox/stats").status_code == 200
        assert system.steer.records(name_of(system)) is not None
    assert system.steer.stats()["requests"] == 0
    assert system.steer.log() == []


def test_requests_are_counted_where_they_come_in(system: System) -> None:
    system.token()
    system.steer.reset_stats()
    for _ in range(3):
        system.send("GET", path_of(system))
    system.send("POST", path_of(system), body={"nonsense": True})
    system.send("GET", path_of(system), token="wrong")
    stats = system.steer.stats()
    assert set(stats) == {"requests", "reads", "writes", "tokens", "throttled", "by"}
    assert (stats["requests"], stats["reads"], stats["writes"]) == (5, 4, 1)
    assert (stats["tokens"], stats["throttled"]) == (0, 0)
    assert stats["by"] == {f"GET {name_of(system)}": 4, f"POST {name_of(system)}": 1}


def test_a_token_request_is_neither_read_nor_write(system: System) -> None:
    system.steer.reset_stats()
    system.ask_token()
    system.ask_token(client_secret="wrong")
    stats = system.steer.stats()
    assert (stats["tokens"], stats["reads"], stats["writes"]) == (2, 0, 0)


def test_every_changing_method_is_a_write(ifs: Ifs) -> None:
    kept = supplier(ifs)
    ifs.steer.reset_stats()
    for method in ("PATCH", "PUT", "DELETE"):
        ifs.send(method, ifs.url(SUPPLIER, kept), body={}, headers={"If-Match": 'W/"bm8="'})
    ifs.act(ORDER, {"OrderNo": "none"}, "Confirm", 'W/"bm8="')
    stats = ifs.steer.stats()
    assert (stats["reads"], stats["writes"]) == (0, 4)
    assert stats["by"]["PATCH SupplierInfoGeneralSet"] == 1
    assert sum(stats["by"].values()) == 4


def test_throttled_requests_are_counted(system: System) -> None:
    system.steer.arm("throttle", times=2)
    system.steer.reset_stats()
    for _ in range(3):
        system.send("GET", path_of(system))
    assert system.steer.stats()["throttled"] == 2
    assert system.steer.stats()["requests"] == 3


def test_a_reset_empties_counters_and_log(system: System) -> None:
    system.send("GET", path_of(system))
    assert system.steer.stats()["requests"] >= 1
    assert system.steer.log()
    system.steer.reset_stats()
    stats = system.steer.stats()
    assert {name: stats[name] for name in ("requests", "reads", "writes", "tokens", "throttled")} == dict.fromkeys(
        ("requests", "reads", "writes", "tokens", "throttled"), 0
    )
    assert stats["by"] == {}
    assert system.steer.log() == []


def test_the_log_tells_what_came_in_order(system: System) -> None:
    system.token()
    system.steer.reset_stats()
    system.send("GET", path_of(system) + "?start=1" if isinstance(system, Jaggaer) else path_of(system) + "?$top=1")
    system.send("POST", path_of(system), body={"a": "b"}, headers={"If-Match": 'W/"abc="'})
    system.send("GET", path_of(system), token="wrong")
    first, second, third = system.steer.log()
    for entry in (first, second, third):
        assert set(entry) == {"at", "method", "path", "query", "headers", "body", "status"}
        assert entry["path"] == path_of(system)
        assert entry["at"].endswith("Z")
    assert (first["method"], first["status"]) == ("GET", 200)
    assert first["query"] in ("start=1", "$top=1")
    assert second["method"] == "POST"
    assert second["headers"]["if-match"] == 'W/"abc="'
    assert '"a"' in str(second["body"]) or "'a'" in str(second["body"])
    assert third["status"] == 401


def test_the_log_holds_no_secret(system: System) -> None:
    system.forget_token()
    token = system.token()
    system.send("GET", path_of(system))
    text = str(system.steer.log())
    assert token not in text
    assert system.client_secret not in text
    assert not re.search("authorization", text, re.IGNORECASE)


def test_each_port_counts_its_own(ifs: Ifs, jaggaer: Jaggaer) -> None:
    ifs.listing(SITE, {"$top": 1})
    assert ifs.steer.stats()["requests"] == 1
    assert jaggaer.steer.stats()["requests"] == 0


def test_records_of_every_set_and_resource(seeded_ifs: Ifs, seeded_jaggaer: Jaggaer) -> None:
    for entity_set in SETS:
        for row in seeded_ifs.steer.records(entity_set.name)[:3]:
            assert {*entity_set.keys, *entity_set.attributes} <= set(row)
    for resource in RESOURCES:
        assert seeded_jaggaer.steer.records(resource.name)


def test_records_are_complete(jaggaer: Jaggaer) -> None:
    made = create_supplier(jaggaer, extCode=fresh_name("00"))
    for _ in range(3):
        jaggaer.steer.settings(server_page=2)
    numbers = [row["returnCompanyInfo"]["bravoId"] for row in jaggaer.steer.records("companyprofiles")]
    assert str(made["bravoId"]) in numbers
    record = invoice(jaggaer)
    kept = [
        row for row in jaggaer.steer.records("invoices") if row["header"]["invoiceId"] == record["header"]["invoiceId"]
    ]
    assert kept[0]["lineList"]["invoiceLine"]


def test_create_change_and_remove_as_a_user_of_ifs(ifs: Ifs) -> None:
    key = {"SupplierId": fresh_name("USER")}
    made = ifs.steer.create(SUPPLIER.name, key | {"Name": "First", "VatNo": "DE1"})
    assert (made["SupplierId"], made["Name"]) == (key["SupplierId"], "First")
    before = ifs.read(SUPPLIER, key)
    time.sleep(1.05)
    changed = ifs.steer.change(SUPPLIER.name, key, {"Name": "Second"})
    assert (changed["Name"], changed["VatNo"]) == ("Second", "DE1")
    after = ifs.read(SUPPLIER, key)
    assert after["Name"] == "Second"
    assert after["@odata.etag"] != before["@odata.etag"]
    assert after["LastModifiedDate"] > before["LastModifiedDate"]
    ifs.steer.remove(SUPPLIER.name, key)
    assert ifs.get(SUPPLIER, key).status_code == 404


def test_create_change_and_remove_as_a_user_of_jaggaer(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    key = {"invoiceId": record["header"]["invoiceId"]}
    lines = record["lineList"]["invoiceLine"]
    changed = jaggaer.steer.change(
        "invoices", key, {"header": {"note": "seen", "terms": {"days": 14}}, "lineList": {"invoiceLine": lines * 2}}
    )
    assert changed["header"]["invoiceNumber"] == record["header"]["invoiceNumber"]
    again = jaggaer.steer.change("invoices", key, {"header": {"terms": {"discount": 2}}})
    assert (again["header"]["terms"]["days"], again["header"]["terms"]["discount"]) == (14, 2)
    assert len(again["lineList"]["invoiceLine"]) == 2
    jaggaer.steer.remove("invoices", key)
    assert record["header"]["invoiceId"] not in {
        row["header"]["invoiceId"] for row in jaggaer.steer.records("invoices")
    }


def test_steering_is_past_what_the_client_may_see(ifs: Ifs) -> None:
    build_ifs(ifs)
    ifs.steer.settings(hidden_companies=[COMPANY, OTHER_COMPANY], forbidden=["AccountSet"])
    assert ifs.steer.records(ACCOUNT.name)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("faults", {"fault": "no_such_fault"}),
        ("settings", {"no_such_setting": 1}),
        ("create", {"set": "NoSuchSet", "values": {}}),
        ("create", {"set": "{set}", "values": {"NoSuchAttribute": 1}, "only": "ifs"}),
        ("change", {"set": "NoSuchSet", "key": {}, "values": {}}),
        ("change", {"set": "{set}", "key": {"SupplierId": "S", "NoSuchKey": 1}, "values": {}}),
        ("change", {"set": "{set}", "key": {"SupplierId": "no-such-supplier"}, "values": {"Name": "x"}, "only": "ifs"}),
        ("remove", {"set": "NoSuchSet", "key": {}}),
        ("create", {"values": {}}),
        ("settings", {"requests_per_minute": "many"}),
        ("settings", {"retry_after": "never"}),
    ],
    ids=str,
)
def test_unknown_names_are_refused(system: System, call: str, body: dict[str, object]) -> None:
    if body.pop("only", "both") == "ifs" and isinstance(system, Jaggaer):
        pytest.skip("attributes are open at JAGGAER")
    sent = {
        name: value.replace("{set}", name_of(system)) if isinstance(value, str) else value
        for name, value in body.items()
    }
    answer = system.steer.call("POST", call, sent)
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"error"}
    assert isinstance(answer.json()["error"], str)


def test_unknown_records_and_calls_are_refused(system: System) -> None:
    for path in ("records/NoSuchSet", "records/no-such-resource"):
        answer = system.steer.call("GET", path)
        assert answer.status_code == 400
        assert set(answer.json()) == {"error"}
    assert system.steer.call("GET", "no-such-call").status_code >= 400


def test_settings_of_ifs_name_sets_that_are_there(ifs: Ifs) -> None:
    for settings in (
        {"forbidden": ["NoSuchSet"]},
        {"missing_etag": ["NoSuchSet"]},
        {"metadata_without": ["SupplierInfoGeneralSet.NoSuchAttribute"]},
        {"metadata_without": ["NoSuchSet.Name"]},
    ):
        assert ifs.steer.call("POST", "settings", settings).status_code == 400, settings


def test_settings_of_the_other_system_are_unknown(jaggaer: Jaggaer) -> None:
    for name, value in {
        "upsert": True,
        "hidden_companies": [],
        "missing_etag": [],
        "metadata_without": [],
        "decimals_as_numbers": True,
        "batch_counts_parts": True,
    }.items():
        assert jaggaer.steer.call("POST", "settings", {name: value}).status_code == 400, name


def test_a_refused_setting_changes_none(ifs: Ifs) -> None:
    answer = ifs.steer.call("POST", "settings", {"token_lifetime": 999, "no_such_setting": 1})
    assert answer.status_code == 400
    assert ifs.ask_token().json()["expires_in"] == 180
