"""docs/sandbox.md: the program: its line, its options, its end, its data."""

import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from .batch import change_set, create, send
from .contract import RESOURCES, SETS, SITE, SUPPLIER, SUPPLIERS
from .program import Sandbox
from .wire import Ifs, Jaggaer, Row
from .world import COMPANY, build_ifs, create_supplier, fresh_name, make, supplier

Begin = Callable[..., Sandbox]
Clients = Callable[[Sandbox], tuple[Ifs, Jaggaer]]

SMALL = ("--suppliers", "12", "--orders", "20", "--invoices", "15")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{3})?Z)?")


@contextmanager
def clients(sandbox: Sandbox) -> Iterator[tuple[Ifs, Jaggaer]]:
    ifs_said, jaggaer_said = sandbox.line["ifs"], sandbox.line["jaggaer"]
    ifs = Ifs(
        ifs_said["host"],
        ifs_said["client_id"],
        ifs_said["client_secret"],
        f"/auth/realms/{ifs_said['realm']}/protocol/openid-connect/token",
    )
    jaggaer = Jaggaer(
        jaggaer_said["host"],
        jaggaer_said["client_id"],
        jaggaer_said["client_secret"],
        "/auth/realms/J1p-integrations/protocol/openid-connect/token",
    )
    try:
        yield ifs, jaggaer
    finally:
        ifs.close()
        jaggaer.close()


def everything(sandbox: Sandbox) -> dict[str, list[Row]]:
    """All records of both systems."""
    with clients(sandbox) as (ifs, jaggaer):
        return {entity_set.name: ifs.steer.records(entity_set.name) for entity_set in SETS} | {
            resource.name: jaggaer.steer.records(resource.name) for resource in RESOURCES
        }


def timeless(part: Any) -> Any:
    """The same without what is relative to the start: times, and ETags, which hold the version."""
    if isinstance(part, dict):
        return {name: timeless(value) for name, value in part.items() if name != "@odata.etag"}
    if isinstance(part, list):
        return [timeless(value) for value in part]
    if isinstance(part, str):
        return MOMENT.sub("<time>", part)
    return part


def test_the_line_says_where_and_who(empty_program: Sandbox) -> None:
    line = empty_program.line
    assert set(line) == {"ifs", "jaggaer", "seed"}
    assert set(line["ifs"]) == {"host", "realm", "client_id", "client_secret"}
    assert set(line["jaggaer"]) == {"host", "client_id", "client_secret"}
    assert line["seed"] == 7
    for system in ("ifs", "jaggaer"):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", line[system]["host"])
    assert line["ifs"]["host"] != line["jaggaer"]["host"]


def test_it_binds_to_127_0_0_1_only(empty_program: Sandbox) -> None:
    for system in ("ifs", "jaggaer"):
        port = urlsplit(empty_program.line[system]["host"]).port
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=2)


def test_it_ends_on_sigterm_with_one_line_said(fresh: Begin) -> None:
    sandbox = fresh("--empty", "--seed", "3")
    with clients(sandbox) as (ifs, jaggaer):
        supplier(ifs)
        create_supplier(jaggaer)
        assert sandbox.end() in {0, -signal.SIGTERM}
    assert sandbox.rest == []


def test_it_ends_on_sigterm_while_a_request_hangs(fresh: Begin) -> None:
    sandbox = fresh("--empty")
    with clients(sandbox) as (ifs, _):
        ifs.steer.arm("timeout_before_commit", args={"seconds": 60})
        ifs.token()
        host = urlsplit(ifs.host)
        with socket.create_connection((host.hostname, host.port)) as hanging:
            request = f"GET /{SITE.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ifs.token()}\r\n\r\n"
            hanging.sendall(request.encode())
            while not ifs.steer.armed()[0]["hits"]:
                pass
            sandbox.end()


def test_the_same_seed_gives_the_same_records(fresh: Begin, seeded_ifs: Ifs) -> None:
    first = everything(fresh("--seed", "11", *SMALL))
    second = everything(fresh("--seed", "11", *SMALL))
    for name, rows in first.items():
        assert timeless(rows) == timeless(second[name]), name
    names = {row["Name"] for row in first["SupplierInfoGeneralSet"]}
    assert names != {row["Name"] for row in seeded_ifs.steer.records("SupplierInfoGeneralSet")[: len(names)]}


def test_sizes_and_empty(fresh: Begin, seeded_ifs: Ifs, seeded_jaggaer: Jaggaer) -> None:
    for name, rows in everything(fresh("--empty")).items():
        assert rows == [], name
    assert len(seeded_ifs.steer.records("PurchaseOrderSet")) == 150
    assert len(seeded_jaggaer.steer.records("invoices")) == 160


def test_data_goes_on_from_its_file(fresh: Begin, tmp_path: Path) -> None:
    options = ("--data", str(tmp_path / "state.sqlite"), "--seed", "7", *SMALL)
    first = fresh(*options)
    with clients(first) as (ifs, jaggaer):
        kept = supplier(ifs, Name="Kept over a restart")
        etag = ifs.etag(SUPPLIER, kept)
        number = create_supplier(jaggaer, extCode=fresh_name("00"))["bravoId"]
        gone = ifs.steer.records("PurchaseOrderSet")[0]["OrderNo"]
        ifs.steer.remove("PurchaseOrderSet", {"OrderNo": gone})
        before = everything(first)
    first.end()
    second = fresh(*options)
    assert everything(second) == before
    with clients(second) as (ifs, jaggaer):
        assert ifs.etag(SUPPLIER, kept) == etag
        assert ifs.patch(SUPPLIER, kept, {"Name": "Changed"}, etag).is_success
        assert gone not in {row["OrderNo"] for row in ifs.steer.records("PurchaseOrderSet")}
        assert create_supplier(jaggaer)["bravoId"] > number
        assert len(jaggaer.sweep(SUPPLIERS, {"flt": f"BRAVOID=={number}"})) == 1


def statuses(ifs: Ifs, count: int) -> list[int]:
    return [ifs.listing(SITE, {"$top": 1}).status_code for _ in range(count)]


def test_limits_and_lifetimes_are_options(fresh: Begin) -> None:
    sandbox = fresh(
        "--empty",
        "--ifs-requests-per-minute",
        "6",
        "--jaggaer-requests-per-minute",
        "4",
        "--token-lifetime",
        "77",
    )
    with clients(sandbox) as (ifs, jaggaer):
        assert ifs.ask_token().json()["expires_in"] == 77
        assert jaggaer.ask_token().json()["expires_in"] == 77
        ifs.token()
        seen = statuses(ifs, 10)
        assert 4 <= seen.count(200) <= 6
        assert seen == sorted(seen)
        codes = [jaggaer.listing(SUPPLIERS).status_code for _ in range(8)]
        assert 2 <= codes.count(200) <= 4
        assert codes == sorted(codes)


def test_a_batch_counts_as_one_request_or_as_its_parts(fresh: Begin) -> None:
    sandbox = fresh("--empty", "--ifs-requests-per-minute", "20")
    with clients(sandbox) as (ifs, _):
        ifs.token()
        parts = [create(fresh_name("B"), str(place)) for place in range(1, 16)]
        assert send(ifs, SUPPLIER, change_set(*parts)).status_code == 200
        assert statuses(ifs, 2) == [200, 200]
        ifs.steer.settings(batch_counts_parts=True)
        more = [create(fresh_name("B"), str(place)) for place in range(1, 12)]
        assert send(ifs, SUPPLIER, change_set(*more)).status_code == 200
        assert statuses(ifs, 8)[-1] == 429


def test_defaults_are_those_of_the_description(fresh: Begin) -> None:
    sandbox = fresh("--seed", "7")
    with clients(sandbox) as (ifs, jaggaer):
        assert len(ifs.steer.records("PurchaseOrderSet")) == 1200
        assert len(jaggaer.steer.records("invoices")) == 600
        assert ifs.ask_token().json()["expires_in"] == 180


def test_an_unknown_option_ends_it(fresh: Begin) -> None:
    with pytest.raises(AssertionError, match="no-such-option"):
        fresh("--no-such-option")


def test_records_made_before_a_kill_are_whole(fresh: Begin, tmp_path: Path) -> None:
    """What was answered is on disk; a change set that was answered is there whole."""
    options = ("--data", str(tmp_path / "state.sqlite"), "--empty")
    first = fresh(*options)
    with clients(first) as (ifs, _):
        build_ifs(ifs)
        make(ifs, SITE, {"Contract": "LAST", "Company": COMPANY})
        send(ifs, SUPPLIER, change_set(create("BATCH1", "1"), create("BATCH2", "2")))
    first.end(signal.SIGKILL)
    with clients(fresh(*options)) as (ifs, _):
        assert ifs.stored(SITE, {"Contract": "LAST"})
        assert ifs.stored(SUPPLIER, {"SupplierId": "BATCH1"})
        assert ifs.stored(SUPPLIER, {"SupplierId": "BATCH2"})


def test_answers_come_at_once(ifs: Ifs) -> None:
    """Without TCP_NODELAY each answer waits 40 ms for an acknowledgement, and every test and benchmark with it."""
    took = []
    for _ in range(15):
        start = time.perf_counter()
        ifs.listing(SITE, {"$top": 1})
        took.append(time.perf_counter() - start)
    assert sorted(took)[7] < 0.03
