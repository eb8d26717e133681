"""Faults on real sockets: what a client sees, and what was done meanwhile."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.server import listen, serve

from .tools import CLIENT, Asker, new_ifs

URL = f"{SETS['SupplierInfoGeneralSet'].service}/SupplierInfoGeneralSet"


@dataclass
class Served:
    """An IFS on a port of its own, and a client that is in."""

    ask: Asker
    http: httpx.AsyncClient
    port: int

    async def create(self, number: str = "S1") -> httpx.Response:
        self.http.cookies.clear()
        return await self.http.post(URL, json={"SupplierId": number, "Name": "x" * 90})

    def made(self) -> list[str]:
        return [row["SupplierId"] for row in self.ask.system.records("SupplierInfoGeneralSet")]

    def arm(self, fault: str, **args: float) -> None:
        self.ask.system.faults.arm({"fault": fault, "args": args})


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    ask, listener = Asker(new_ifs()), listen(0)
    port: int = listener.getsockname()[1]
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve([(ask.system, listener)], ready.set, stop))
    await ready.wait()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=5) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT.client_id,
            "client_secret": CLIENT.client_secret,
        }
        token = (await http.post(ask.system.token_path, data=form)).json()["access_token"]
        http.headers["authorization"] = f"Bearer {token}"
        yield Served(ask, http, port)
    stop.set()
    await serving


@pytest.mark.parametrize(("fault", "made"), [("drop_before_commit", []), ("drop_after_commit", ["S1"])])
async def test_a_dropped_connection_is_closed_without_a_byte(served: Served, fault: str, made: list[str]) -> None:
    served.arm(fault)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await served.create()
    assert served.made() == made
    assert (await served.create("S2")).status_code == 201


@pytest.mark.parametrize(("fault", "made"), [("timeout_before_commit", []), ("timeout_after_commit", ["S1"])])
async def test_a_time_out_is_silent_then_closed(served: Served, fault: str, made: list[str]) -> None:
    served.arm(fault, seconds=0.3)
    start = time.monotonic()
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await served.create()
    assert 0.25 < time.monotonic() - start < 2
    assert served.made() == made


async def test_a_client_that_gives_up_frees_the_server(served: Served) -> None:
    served.arm("timeout_before_commit", seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        await served.http.post(URL, json={}, timeout=0.2)
    assert (await served.create()).status_code == 201


async def test_half_an_answer_arrives_before_the_drop(served: Served) -> None:
    whole = await served.create("S0")
    served.arm("drop_mid_answer")
    body = json.dumps({"SupplierId": "S1", "Name": "x" * 90})
    head = {**dict(served.http.headers), "content-type": "application/json", "host": "h", "content-length": len(body)}
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    lines = [f"POST {URL} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", body]
    writer.write("\r\n".join(lines).encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    sent, _, part = answer.partition(b"\r\n\r\n")
    announced = int(sent.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert abs(announced - len(whole.content)) < 50
    assert len(part) == announced // 2
    assert served.made() == ["S0", "S1"]


async def test_truncated_json_is_a_whole_answer_on_a_living_connection(served: Served) -> None:
    served.arm("truncated_json")
    answer = await served.create()
    assert answer.status_code == 201
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert (await served.create("S2")).status_code == 201


async def test_a_trickle_takes_its_time(served: Served) -> None:
    served.arm("trickle", bytes_per_second=1000)
    start = time.monotonic()
    answer = await served.create()
    assert answer.json()["SupplierId"] == "S1"
    assert time.monotonic() - start > 0.5 * len(answer.content) / 1000


async def test_a_trickle_ends_when_nobody_listens(served: Served) -> None:
    served.arm("trickle", bytes_per_second=1)
    async with served.http.stream("POST", URL, json={"Name": "x"}) as answer:
        assert answer.status_code == 201
    assert (await served.create("S2")).status_code == 201


async def test_late_work_becomes_visible_after_its_date(served: Served) -> None:
    served.arm("late_commit", seconds=1.1)
    assert (await served.create()).status_code == 504
    assert served.made() == []
    await served.create("S2")
    await asyncio.sleep(1.3)
    assert served.made() == ["S2", "S1"]
    first, second = (served.ask.stored("SupplierInfoGeneralSet", SupplierId=number) for number in ("S1", "S2"))
    assert first["LastModifiedDate"] <= second["LastModifiedDate"]


async def test_the_log_keeps_no_secret(served: Served) -> None:
    await served.create()
    for path in ("/_sandbox/log", "/_sandbox/stats"):
        text = (await served.http.get(path)).text
        assert CLIENT.client_secret not in text
        assert served.http.headers["authorization"].removeprefix("Bearer ") not in text
    token, post = (await served.http.get("/_sandbox/log")).json()
    assert (token["body"], token["status"]) == (None, 200)
    assert json.loads(post["body"])["SupplierId"] == "S1"


async def test_a_client_that_keeps_cookies_is_taken_for_a_browser(served: Served) -> None:
    await served.create()
    await served.http.get(URL)
    answer = await served.http.post(URL, json={"Name": "x"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "CSRF_ERROR"


async def test_many_clients_at_once_get_their_own_answers(served: Served) -> None:
    served.arm("timeout_before_commit", seconds=0.2)
    answers = await asyncio.gather(*(served.create(f"S{number}") for number in range(20)), return_exceptions=True)
    good = [answer.json()["SupplierId"] for answer in answers if isinstance(answer, httpx.Response)]
    assert len(good) == 19
    assert sorted(good) == sorted(served.made())
