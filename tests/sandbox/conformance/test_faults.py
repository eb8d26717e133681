"""docs/sandbox.md: each fault, on both systems, really does what it says."""

import contextlib
import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from .batch import change_set, create, send, there
from .contract import ORDER, SITE, SUPPLIER, SUPPLIERS
from .suppliers import company, good, info_of
from .wire import Ifs, Jaggaer, Row, System, answer_json, code, detail_codes, error_of
from .world import COMPANY, build_ifs, create_supplier, fresh_name, make, order, send_order, supplier, wire_order


@dataclass
class Side:
    """A system with one write and one read to try a fault on."""

    system: System
    name: str

    @property
    def write_path(self) -> str:
        return f"/{SUPPLIER.path}" if isinstance(self.system, Ifs) else SUPPLIERS.path

    def body(self, number: str) -> Row:
        if isinstance(self.system, Ifs):
            return {"SupplierId": number, "Name": "x"}
        return company("CREATE", good(extCode=number))

    def write(self, number: str) -> httpx.Response:
        return self.system.send("POST", self.write_path, body=self.body(number))

    def read(self) -> httpx.Response:
        return self.system.send("GET", self.write_path)

    def there(self, number: str) -> bool:
        """Whether the write was committed."""
        if isinstance(self.system, Ifs):
            return number in {row["SupplierId"] for row in self.system.steer.records("SupplierInfoGeneralSet")}
        return number in {
            row["returnCompanyInfo"].get("extCode") for row in self.system.steer.records("companyprofiles")
        }

    def good(self, answer: httpx.Response) -> bool:
        if isinstance(self.system, Ifs):
            return answer.status_code in {200, 201}
        return answer.status_code == 200 and code(answer_json(answer)) == 0


@pytest.fixture(params=["ifs", "jaggaer"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    system = request.getfixturevalue(request.param)
    if isinstance(system, Ifs):
        build_ifs(system)
        supplier(system)
    else:
        create_supplier(system)
    yield Side(system, request.param)
    system.http.close()
    system.http = httpx.Client(base_url=system.host, timeout=20, trust_env=False)
    system.steer.http = system.http


def hits(side: Side) -> list[int]:
    return [fault["hits"] for fault in side.system.steer.armed()]


# -- what is done or not done when no answer comes ----------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "done"), [("timeout_before_commit", False), ("timeout_after_commit", True)], ids=["before", "after"]
)
def test_a_time_out_closes_the_connection_after_some_seconds(side: Side, fault: str, *, done: bool) -> None:
    number = fresh_name("T")
    side.system.steer.arm(fault, method="POST", args={"seconds": 0.4})
    start = time.monotonic()
    with pytest.raises(httpx.TransportError):
        side.write(number)
    assert 0.35 <= time.monotonic() - start < 3
    assert side.there(number) is done
    assert hits(side) == [1]


def test_a_server_that_waits_serves_others_meanwhile(side: Side) -> None:
    side.system.steer.arm("timeout_before_commit", method="POST", args={"seconds": 5})
    with pytest.raises(httpx.ReadTimeout):
        side.system.http.request(
            "POST",
            side.write_path,
            json={},
            headers={"Authorization": f"Bearer {side.system.token()}"},
            timeout=httpx.Timeout(5, read=0.2),
        )
    start = time.monotonic()
    assert side.good(side.read())
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("fault", "done"), [("drop_before_commit", False), ("drop_after_commit", True)], ids=["before", "after"]
)
def test_a_dropped_connection_has_no_answer(side: Side, fault: str, *, done: bool) -> None:
    number = fresh_name("D")
    side.system.steer.arm(fault, method="POST")
    with pytest.raises(httpx.TransportError):
        side.write(number)
    assert side.there(number) is done
    again = side.write(fresh_name("D"))
    assert side.good(again)


def raw(side: Side, method: str, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    split = urlsplit(side.system.host)
    connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=10)
    connection.request(method, path, headers={"Authorization": f"Bearer {side.system.token()}"})
    return connection, connection.getresponse()


def test_a_drop_in_the_answer_gives_less_than_was_announced(side: Side) -> None:
    side.system.steer.arm("drop_mid_answer", method="GET")
    connection, answer = raw(side, "GET", side.write_path)
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()
    assert broken.value.partial
    connection.close()
    number = fresh_name("M")
    side.system.steer.arm("drop_mid_answer", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        side.write(number)
    assert side.there(number)


def test_a_trickle_takes_its_time_and_is_whole(side: Side) -> None:
    plain = side.read()
    rate = len(plain.content) * 2
    side.system.steer.arm("trickle", method="GET", args={"bytes_per_second": rate})
    start = time.monotonic()
    answer = side.read()
    took = time.monotonic() - start
    assert answer.json() == plain.json()
    assert 0.3 < took < 3


def test_truncated_json_is_a_whole_answer_with_broken_json(side: Side) -> None:
    side.system.steer.arm("truncated_json", method="GET")
    answer = side.read()
    assert answer.status_code == 200
    assert "json" in answer.headers["content-type"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)
    number = fresh_name("J")
    side.system.steer.arm("truncated_json", method="POST")
    side.write(number)
    assert side.there(number)


@pytest.mark.parametrize("status", [502, 503, 504, 200])
def test_html_comes_in_the_place_of_an_answer(side: Side, status: int) -> None:
    side.system.steer.arm(f"html_{status}", method="GET")
    answer = side.read()
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert b"<html" in answer.content.lower()
    assert side.good(side.read())


def test_a_server_error_after_the_commit_has_no_known_body(side: Side) -> None:
    number = fresh_name("E")
    side.system.steer.arm("server_error_after_commit", method="POST")
    answer = side.write(number)
    assert answer.status_code == 500
    try:
        body = answer.json()
    except json.JSONDecodeError:
        body = {}
    assert "error" not in body
    assert "returnCode" not in body
    assert side.there(number)


def test_a_throttle_does_nothing_and_says_when(side: Side) -> None:
    number = fresh_name("R")
    side.system.steer.arm("throttle", method="POST", times=2)
    answer = side.write(number)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    side.system.steer.settings(retry_after="none")
    assert "retry-after" not in side.write(number).headers
    assert not side.there(number)
    assert side.system.steer.stats()["throttled"] == 2
    assert side.good(side.write(number))


def test_unauthorized_in_spite_of_a_good_token(side: Side) -> None:
    number = fresh_name("A")
    side.system.steer.arm("unauthorized", method="POST")
    assert side.write(number).status_code == 401
    assert not side.there(number)
    assert side.good(side.write(number))


def test_all_tokens_end(side: Side) -> None:
    other = side.system.ask_token().json()["access_token"]
    side.system.steer.arm("expire_tokens", method="GET")
    side.read()
    assert side.read().status_code == 401
    assert side.system.send("GET", side.write_path, token=other).status_code == 401
    side.system.forget_token()
    assert side.good(side.read())


def test_work_can_be_done_later_than_answered(side: Side) -> None:
    number = fresh_name("L")
    side.system.steer.arm("late_commit", method="POST", args={"seconds": 0.6})
    try:
        answer = side.write(number)
    except httpx.TransportError:
        pass
    else:
        assert answer.status_code in {408, 500, 502, 503, 504}
    assert not side.there(number)
    deadline = time.monotonic() + 4
    while not side.there(number):
        assert time.monotonic() < deadline, "the late work was never done"
        time.sleep(0.05)


def test_late_work_is_dated_when_it_was_asked_for(ifs: Ifs) -> None:
    """contracts/ifs.md 5: transactions that become visible later than their LastModifiedDate."""
    values = {"SupplierId": fresh_name("L"), "Name": "x"}
    ifs.steer.arm("late_commit", method="POST", args={"seconds": 2.1})
    with contextlib.suppress(httpx.TransportError):
        ifs.post(SUPPLIER, values)
    asked = datetime.now(UTC)
    deadline = time.monotonic() + 6
    while ifs.stored(SUPPLIER, values) is None:
        assert time.monotonic() < deadline, "the late work was never done"
        time.sleep(0.05)
    assert datetime.fromisoformat(ifs.read(SUPPLIER, values)["LastModifiedDate"]) <= asked + timedelta(seconds=1)


def test_a_fault_on_the_token_endpoint(side: Side) -> None:
    side.system.steer.arm("html_503", path="openid-connect/token")
    assert side.system.ask_token().status_code == 503
    assert side.system.ask_token().status_code == 200


# -- which request it meets ---------------------------------------------------------------------------------


def test_a_fault_is_met_once_unless_said_otherwise(side: Side) -> None:
    side.system.steer.arm("html_502", method="GET")
    assert [side.read().status_code for _ in range(3)] == [502, 200, 200]
    assert hits(side) == [1]


def test_times_and_skip(side: Side) -> None:
    side.system.steer.arm("html_502", method="GET", times=2, skip=1)
    assert [side.read().status_code for _ in range(5)] == [200, 502, 502, 200, 200]
    assert hits(side) == [2]


def test_method_and_path_choose_the_requests(side: Side) -> None:
    side.system.steer.arm("html_502", method="POST")
    side.system.steer.arm("html_503", path="nothing-like-this")
    side.system.steer.arm("html_504", path=r"(Supplier|company).*marker")
    assert side.read().status_code == 200
    assert side.system.send("GET", side.write_path + "?marker=1").status_code == 504
    assert side.write(fresh_name("P")).status_code == 502
    assert hits(side) == [1, 0, 1]


def test_disarming_ends_all(side: Side) -> None:
    side.system.steer.arm("html_502", times=100)
    side.system.steer.arm("html_503", times=100)
    side.system.steer.disarm()
    assert side.system.steer.armed() == []
    assert side.good(side.read())


def test_ids_tell_faults_apart(side: Side) -> None:
    first = side.system.steer.arm("html_502", path="never")
    second = side.system.steer.arm("html_502", path="never")
    assert first != second
    assert [fault["id"] for fault in side.system.steer.armed()] == [first, second]
    assert side.system.steer.armed()[0]["fault"] == "html_502"


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "no_such_fault"},
        {"fault": "html_502", "when": "now"},
        {"fault": "html_502", "path": "("},
        {"fault": "html_502", "times": "often"},
        {},
    ],
    ids=str,
)
def test_an_order_that_is_not_known_is_refused(side: Side, order: Row) -> None:
    answer = side.system.steer.call("POST", "faults", order)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert side.system.steer.armed() == []


def test_each_system_knows_its_own_faults_only(ifs: Ifs, jaggaer: Jaggaer) -> None:
    for fault in ("busy", "warnings", "hidden_duplicate", "bad_content_type_401"):
        assert ifs.steer.call("POST", "faults", {"fault": fault}).status_code == 400
    for fault in ("mi_modified", "modified_by_another", "locked", "duplicate_after_commit"):
        assert jaggaer.steer.call("POST", "faults", {"fault": fault}).status_code == 400


def test_faults_of_one_system_leave_the_other_alone(ifs: Ifs, jaggaer: Jaggaer) -> None:
    ifs.steer.arm("html_502", times=10)
    assert jaggaer.listing(SUPPLIERS).status_code == 200
    assert jaggaer.steer.armed() == []


# -- IFS alone ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 503])
def test_renewed_metadata_does_nothing_and_may_be_repeated(ifs: Ifs, status: int) -> None:
    values = {"SupplierId": fresh_name("MI"), "Name": "x"}
    ifs.steer.arm("mi_modified", method="POST", args={"status": status})
    answer = ifs.post(SUPPLIER, values)
    assert answer.status_code == status
    assert error_of(answer)["code"] == "MI_MODIFIED_ERROR"
    assert ("retry-after" in answer.headers) is (status == 503)
    assert ifs.stored(SUPPLIER, values) is None
    assert ifs.post(SUPPLIER, values).status_code == 201


def test_modified_by_another_comes_from_the_database(ifs: Ifs) -> None:
    kept = supplier(ifs, Name="First")
    etag = ifs.etag(SUPPLIER, kept)
    ifs.steer.arm("modified_by_another", method="PATCH")
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Second"}, etag)
    assert answer.status_code == 500
    assert error_of(answer)["code"] == "DATABASE_ERROR"
    assert detail_codes(answer) == {"20114"}
    for given, status in (("20115", 409), ("20113", 500)):
        ifs.steer.arm("modified_by_another", method="PATCH", args={"code": given, "status": status})
        answer = ifs.patch(SUPPLIER, kept, {"Name": "Second"}, etag)
        assert answer.status_code == status
        assert detail_codes(answer) == {given}
    assert ifs.read(SUPPLIER, kept)["Name"] == "First"


def test_another_user_edits_first(ifs: Ifs) -> None:
    kept = supplier(ifs, Name="First")
    before = ifs.read(SUPPLIER, kept)
    ifs.steer.arm("edit_first", method="PATCH")
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Second"}, before["@odata.etag"])
    assert answer.status_code == 412
    after = ifs.read(SUPPLIER, kept)
    assert after["@odata.etag"] != before["@odata.etag"]
    assert after["Name"] != "Second"
    assert ifs.patch(SUPPLIER, kept, {"Name": "Third"}, after["@odata.etag"]).is_success


def test_another_user_edits_first_before_an_action(ifs: Ifs) -> None:
    head = order(ifs)
    ifs.steer.arm("edit_first", method="POST", path="PurchaseOrder_Confirm")
    assert ifs.act(ORDER, head, "Confirm", ifs.etag(ORDER, head)).status_code == 412
    assert ifs.read(ORDER, head)["Objstate"] == "Released"


def test_a_locked_row_is_423_and_unchanged(ifs: Ifs) -> None:
    kept = supplier(ifs, Name="First")
    etag = ifs.etag(SUPPLIER, kept)
    ifs.steer.arm("locked", method="PATCH")
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Second"}, etag)
    assert answer.status_code == 423
    error_of(answer)
    assert ifs.etag(SUPPLIER, kept) == etag


def test_a_duplicate_is_refused_after_our_own_commit(ifs: Ifs) -> None:
    values = {"SupplierId": fresh_name("DUP"), "Name": "x"}
    ifs.steer.arm("duplicate_after_commit", method="POST")
    answer = ifs.post(SUPPLIER, values)
    assert answer.status_code >= 400
    assert "20112" in detail_codes(answer)
    assert ifs.stored(SUPPLIER, values) is not None


@pytest.mark.parametrize(("fault", "done"), [("drop_before_commit", False), ("drop_after_commit", True)])
def test_a_batch_can_be_dropped_too(ifs: Ifs, fault: str, *, done: bool) -> None:
    numbers = [fresh_name("B"), fresh_name("B")]
    ifs.steer.arm(fault, path=r"\$batch")
    with pytest.raises(httpx.TransportError):
        send(ifs, SUPPLIER, change_set(create(numbers[0], "1"), create(numbers[1], "2")))
    assert [there(ifs, number) for number in numbers] == [done, done]


def test_a_fault_meets_reads_of_a_filter(ifs: Ifs) -> None:
    make(ifs, SITE, {"Contract": fresh_name("X"), "Company": COMPANY})
    ifs.steer.arm("html_502", path="Contract eq 'S1'")
    assert ifs.listing(SITE, {"$filter": "Contract eq 'S2'"}).status_code == 200
    assert ifs.listing(SITE, {"$filter": "Contract eq 'S1'"}).status_code == 502


# -- JAGGAER alone ------------------------------------------------------------------------------------------


def test_busy_for_some_calls(jaggaer: Jaggaer) -> None:
    number = fresh_name("00")
    jaggaer.steer.arm("busy", method="POST", times=2)
    for expected in (-998, -998, 0):
        assert code(create_supplier(jaggaer, extCode=number)) == expected
    assert len(jaggaer.sweep(SUPPLIERS, {"flt": f"extCode=={number}"})) == 1


def test_busy_reads_too(jaggaer: Jaggaer) -> None:
    jaggaer.steer.arm("busy", method="GET")
    answer = jaggaer.listing(SUPPLIERS)
    assert answer.status_code == 200
    assert code(answer_json(answer)) == -998


def test_warnings_are_done(jaggaer: Jaggaer) -> None:
    number = fresh_name("00")
    jaggaer.steer.arm("warnings", method="POST")
    answer = create_supplier(jaggaer, extCode=number)
    assert code(answer) == 1
    assert answer["returnMessage"]
    assert len(jaggaer.sweep(SUPPLIERS, {"flt": f"extCode=={number}"})) == 1


def test_a_duplicate_hides_behind_a_success_code(jaggaer: Jaggaer) -> None:
    number = fresh_name("00")
    jaggaer.steer.arm("hidden_duplicate", method="POST")
    answer = create_supplier(jaggaer, extCode=number)
    assert code(answer) == 0
    assert "112(" in answer["returnMessage"]


def test_a_401_can_have_a_bad_content_type_and_no_challenge(jaggaer: Jaggaer) -> None:
    jaggaer.steer.arm("bad_content_type_401")
    side = Side(jaggaer, "jaggaer")
    connection, answer = raw(side, "GET", SUPPLIERS.path)
    assert answer.status == 401
    assert answer.getheader("Content-Type") == "; charset=UTF-8"
    assert answer.getheader("WWW-Authenticate") is None
    connection.close()


def test_a_person_edits_a_supplier_first(jaggaer: Jaggaer) -> None:
    made = create_supplier(jaggaer, city="Köln")
    before = info_of(jaggaer, made["bravoId"])
    jaggaer.steer.arm("edit_first", method="POST")
    update = company("UPDATE", {"bravoId": str(made["bravoId"]), "zip": "50667"})
    assert code(jaggaer.post(SUPPLIERS.path, update)) == 0
    assert jaggaer.steer.armed()[0]["hits"] == 1
    after = info_of(jaggaer, made["bravoId"])
    assert after["zip"] == "50667"
    untouched = set(before) - {"zip", "lastModTime"}
    assert {name: after.get(name) for name in untouched} != {name: before[name] for name in untouched}


def test_a_person_edits_an_order_first(jaggaer: Jaggaer) -> None:
    document = wire_order()
    assert code(send_order(jaggaer, "CREATE", document)) == 0
    jaggaer.steer.arm("edit_first", method="POST", path="purchaseorders")
    document["header"] |= {"revisionNumber": 1, "note": "ours"}
    assert code(send_order(jaggaer, "UPDATE", document)) == -1104
    [kept] = [
        row
        for row in jaggaer.steer.records("purchaseorders")
        if row["header"]["poNumber"] == document["header"]["poNumber"]
    ]
    assert kept["header"]["revisionNumber"] == 1
    assert kept["header"].get("note") != "ours"
