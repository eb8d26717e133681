from __future__ import annotations

import asyncio
import gzip
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from scripted import CALL, SECRET, Free, Noted, Scripted, Step, Waits, answer, channel_to, drop, hang, scripted, trickle

from connectors.backoff import Backoff
from connectors.exchange import Timeouts
from connectors.http import Again, Channel, Request
from connectors.wire import Attempt, Call, ETag
from ifs_jaggaer.errors import (
    AlreadyExists,
    Conflict,
    OutcomeUnknown,
    Rejected,
    SettingsError,
    SyncError,
    Throttled,
    Unreachable,
)

GET = Request("GET", "/main/Set", "$filter=A%20eq%20%27%2B%27")
PATCH = Request("PATCH", "/main/Set('1')", body=b'{"Secret":"DE89370400440532013000"}', etag=ETag('W/"a=="'))
FAULTS = {
    "dropped": drop(),
    "read time-out": hang(3),
    "trickle": trickle(0.05),
    "truncated": answer(200, b'{"value":', length=100),
    "undecodable": answer(200, b'{"value":['),
    "html with 200": answer(200, b"<html>welcome</html>", Content_Type="text/html"),
    "bad gateway": answer(502, b"<html>bad gateway</html>"),
    "not gzip": answer(200, b"plain", Content_Encoding="gzip"),
}


@asynccontextmanager
async def line(*steps: Step, **more: object) -> AsyncIterator[tuple[Scripted, Channel]]:
    async with scripted(*steps) as server:
        channel = channel_to(server.url, **more)
        try:
            yield server, channel
        finally:
            await channel.aclose()


async def test_a_read_carries_token_correlation_id_and_exact_numbers() -> None:
    async with line(
        answer(200, b'{"value":[1.10]}', ETag='W/"x"', X_Request_ID="server-7", Date="Tue, 15 Nov 1994 08:12:31 GMT"),
        request_ids=lambda: "id-1",
    ) as (server, channel):
        got = await channel.read(GET, CALL)
    assert got.json == {"value": [Decimal("1.10")]}
    assert (got.etag, got.server_request_id) == ('W/"x"', "server-7")
    assert got.date == datetime(1994, 11, 15, 8, 12, 31, tzinfo=UTC)
    seen = server.seen[0]
    assert seen.target == "/main/Set?$filter=A%20eq%20%27%2B%27"
    assert seen.headers["authorization"] == "Bearer token-1"
    assert seen.headers["x-request-id"] == "id-1"
    witness = channel.witness
    assert isinstance(witness, Noted)
    assert witness.events == ["after 1"]
    assert (witness.outcomes[0].rows, witness.outcomes[0].server_request_id) == (1, "server-7")


async def test_a_compressed_answer_is_read() -> None:
    async with line(answer(200, gzip.compress(b'{"value":[]}'), Content_Encoding="gzip")) as (_, channel):
        assert (await channel.read(GET, CALL)).json == {"value": []}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_goes_again_after(fault: str) -> None:
    async with line(FAULTS[fault], answer()) as (server, channel):
        assert (await channel.read(GET, CALL)).status == 200
        assert len(server.seen) == channel.requests == 2
        assert channel._budget.permits == 2
        assert channel.witness.events == ["after 1", "after 2"]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_ends_as_unreachable_after(fault: str) -> None:
    async with line(FAULTS[fault]) as (server, channel):
        with pytest.raises(Unreachable) as raised:
            await channel.read(GET, CALL)
        assert (raised.value.system, raised.value.record) == ("ifs", "order P1")
        assert len(server.seen) == 3


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_write_is_not_sent_twice_after(fault: str) -> None:
    async with line(FAULTS[fault], answer()) as (server, channel):
        with pytest.raises(OutcomeUnknown):
            await channel.write(PATCH, CALL, repeatable=False)
        assert len(server.seen) == 1
        assert channel.witness.events == ["before 1", "check 1", "after 1"]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_repeatable_write_goes_again_and_stays_unknown_in_the_end_after(fault: str) -> None:
    async with line(FAULTS[fault]) as (server, channel):
        with pytest.raises(OutcomeUnknown):
            await channel.write(PATCH, CALL, repeatable=True)
        assert len(server.seen) == 3
    async with line(FAULTS[fault], answer()) as (server, channel):
        assert (await channel.write(PATCH, CALL, repeatable=True)).status == 200
        assert channel.witness.events == [
            *("before 1", "check 1", "after 1"),
            *("before 2", "check 2", "after 2"),
        ]


async def test_a_trickling_server_cannot_hold_a_request() -> None:
    async with line(trickle(0.02), backoff=Backoff(attempts=1)) as (_, channel):
        started = asyncio.get_running_loop().time()
        with pytest.raises(Unreachable, match=r"0\.9 s"):
            await channel.read(GET, CALL)
        assert asyncio.get_running_loop().time() - started < 3


@pytest.mark.parametrize("repeatable", [True, False])
async def test_nothing_was_sent_where_nobody_listens(repeatable: bool) -> None:
    async with line() as (server, channel):
        await channel._auth.token()
        nowhere = channel_to("http://127.0.0.1:1", auth=channel._auth)
        with pytest.raises(Unreachable):
            await nowhere.write(PATCH, CALL, repeatable=repeatable)
        assert nowhere.witness.events[-1] == "after 3"
        assert server.seen == []
        await nowhere.aclose()


@pytest.mark.parametrize(("headers", "wait"), [({"Retry_After": "7"}, 7.0), ({}, None)])
async def test_a_429_is_obeyed_by_all_and_a_write_goes_again(headers: dict[str, str], wait: float | None) -> None:
    budget, sleep = Free(), Waits()
    async with line(answer(429, b"", **headers), answer(), budget=budget, sleep=sleep) as (server, channel):
        await channel.write(PATCH, CALL, repeatable=False)
        assert channel.throttled == 1
        assert len(server.seen) == 2
    assert budget.permits == 2
    assert budget.pauses == [wait or 1.0]
    assert sleep.seconds == [wait] if wait else sleep.seconds[0] <= 0.5


async def test_a_limit_that_stays_used_up_is_told_as_such() -> None:
    async with line(*[answer(429, b"", Retry_After="2")] * 9, sleep=Waits()) as (_, channel):
        with pytest.raises(Throttled, match="HTTP 429") as raised:
            await channel.read(GET, CALL)
        assert raised.value.retry_after == 2.0
        for named in ("requests_per_minute", "share", "other clients"):
            assert named in raised.value.remedy


async def test_a_date_in_retry_after_is_measured_by_the_servers_own_clock() -> None:
    sleep = Waits()
    told = {"Retry_After": "Tue, 15 Nov 1994 08:13:01 GMT", "Date": "Tue, 15 Nov 1994 08:12:31 GMT"}
    async with line(answer(503, b"", **told), answer(), sleep=sleep) as (_, channel):
        await channel.read(GET, CALL)
    assert sleep.seconds == [30.0]


async def test_a_pause_longer_than_a_run_should_wait_is_handed_up_not_shortened() -> None:
    sleep = Waits()
    async with line(answer(429, b"", Retry_After="3600"), sleep=sleep) as (server, channel):
        with pytest.raises(Unreachable) as raised:
            await channel.read(GET, CALL)
        assert raised.value.retry_after == 3600.0
        assert len(server.seen) == 1
    assert sleep.seconds == []


async def test_one_401_renews_the_token_even_when_its_content_type_is_nonsense() -> None:
    refusal = answer(401, b"no", Content_Type="; charset=UTF-8")
    async with line(refusal, answer()) as (server, channel):
        await channel.write(PATCH, CALL, repeatable=False)
        assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer token-1", "Bearer token-2"]
        assert channel.requests == 2
    async with line(refusal) as (server, channel):
        with pytest.raises(SettingsError, match="fresh token"):
            await channel.read(GET, CALL)
        assert len(server.seen) == 2


async def test_an_account_that_was_let_in_before_may_need_more_than_one_token() -> None:
    refusal = answer(401, b"")
    async with line(answer(), refusal, refusal, answer()) as (server, channel):
        await channel.read(GET, CALL)
        await channel.read(GET, CALL)
        assert server.seen[-1].headers["authorization"] == "Bearer token-3"
    async with line(answer(), refusal) as (server, channel):
        await channel.read(GET, CALL)
        with pytest.raises(SettingsError, match="fresh token"):
            await channel.read(GET, CALL)
        assert len(server.seen) <= 5


async def test_a_401_among_other_faults_is_an_outage() -> None:
    async with line(answer(), answer(502, b""), answer(401, b""), answer(401, b"")) as (_, channel):
        await channel.read(GET, CALL)
        with pytest.raises(Unreachable, match="HTTP 401"):
            await channel.read(GET, CALL)


async def test_many_401_at_once_fetch_one_token() -> None:
    async with line(*[answer(401, b"")] * 5, answer()) as (server, channel):
        await asyncio.gather(*(channel.read(GET, CALL) for _ in range(5)))
        assert len(server.tokens) == 2


async def test_requests_for_tokens_are_witnessed_without_the_token() -> None:
    async with line(answer(401, b""), answer()) as (_server, channel):
        noted = Noted()
        channel.witness = noted
        await channel.read(GET, CALL)
    assert [seen.status for seen in noted.tokens] == [200, 200]
    assert "token-" not in repr(noted.tokens)


async def test_the_token_is_in_hand_before_the_witness() -> None:
    async with line() as (server, channel):
        noted = Noted()
        known: list[int] = []
        noted.before = lambda _attempt: known.append(len(server.tokens))
        noted.check = lambda _attempt: None
        channel.witness = noted
        await channel.write(PATCH, CALL, repeatable=False)
    assert known == [1]


async def test_a_late_write_is_not_sent_but_witnessed_anew() -> None:
    async with line() as (server, channel):
        channel.witness = noted = Noted(late=[Unreachable("too late")])
        await channel.write(PATCH, CALL, repeatable=False)
        assert noted.events == ["before 1", "check 1", "after 1", "before 2", "check 2", "after 2"]
        assert len(server.seen) == channel.requests == 1
        assert noted.outcomes[0].status is None
        noted.late = [Unreachable("too late")] * 9
        with pytest.raises(Unreachable, match="too late"):
            await channel.write(PATCH, CALL, repeatable=False)
        assert len(server.seen) == 1


async def test_the_last_check_is_made_when_the_connection_stands() -> None:
    """Connecting may take longer than the intent allows."""

    class Slow(Noted):
        checks = 0

        def check(self, _attempt: Attempt) -> None:
            self.checks += 1
            if self.checks == 2:
                raise Unreachable("too late")

    async with line(witness=Slow()) as (server, channel):
        await channel.write(PATCH, CALL, repeatable=False)
        assert [outcome.status for outcome in channel.witness.outcomes] == [None, 200]
        assert len(server.seen) == 1


async def test_what_the_witness_refuses_is_not_sent() -> None:
    class Full(Noted):
        def before(self, _attempt: object) -> None:
            raise OSError("disk full")

    async with line(witness=Full()) as (server, channel):
        with pytest.raises(OSError, match="disk full"):
            await channel.write(PATCH, CALL, repeatable=True)
        assert server.seen == []


async def test_a_cancelled_write_is_witnessed() -> None:
    async with line(hang(5), timeouts=Timeouts(1, 5, 5)) as (server, channel):
        task = asyncio.create_task(channel.write(PATCH, CALL, repeatable=False))
        await server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert channel.witness.events == ["before 1", "check 1", "after 1"]
        assert channel.witness.outcomes[0].error == "cancelled"


@pytest.mark.parametrize(("status", "error"), [(412, Conflict), (400, Rejected)])
async def test_a_definite_answer_is_a_typed_error(status: int, error: type[SyncError]) -> None:
    async with line(answer(status, b"{}")) as (server, channel):
        with pytest.raises(error) as raised:
            await channel.write(PATCH, CALL, repeatable=True)
        assert raised.value.record == "order P1"
        assert len(server.seen) == 1
        assert channel.witness.outcomes[0].status == status


async def test_after_a_lost_answer_a_refusal_does_not_say_that_nothing_was_done() -> None:
    async with line(drop(), answer(400, b"{}")) as (_, channel):
        with pytest.raises(OutcomeUnknown):
            await channel.write(PATCH, CALL, repeatable=True)
    async with line(drop(), answer(429, b"")) as (_, channel):
        with pytest.raises(OutcomeUnknown):
            await channel.write(PATCH, CALL, repeatable=True)
    async with line(drop(), answer(412, b"{}")) as (_, channel):
        with pytest.raises(Conflict):
            await channel.write(PATCH, CALL, repeatable=True)
    async with line(drop(), answer(409, b"{}"), judge=lambda _answer: AlreadyExists("there")) as (_, channel):
        with pytest.raises(AlreadyExists):
            await channel.write(PATCH, CALL, repeatable=True)


async def test_a_judge_may_know_that_nothing_was_done_or_whose_fault_it_is() -> None:
    locked = Again("locked", "no", at_last=Rejected("locked"))
    async with line(answer(423, b"{}"), judge=lambda _answer: locked) as (server, channel):
        with pytest.raises(Rejected, match="locked"):
            await channel.write(PATCH, CALL, repeatable=False)
        assert len(server.seen) == 3


async def test_a_redirect_is_not_followed_and_says_where_without_its_query() -> None:
    async with line(answer(302, b"", Location="https://login.example/?code=abc")) as (server, channel):
        with pytest.raises(SettingsError, match=r"https://login\.example/") as raised:
            await channel.write(PATCH, CALL, repeatable=False)
        assert "code=abc" not in str(raised.value)
        assert len(server.seen) == 1


async def test_no_cookie_is_kept() -> None:
    async with line(answer(Set_Cookie="session=1; Path=/")) as (server, channel):
        await channel.read(GET, CALL)
        await channel.read(GET, CALL)
        assert "cookie" not in server.seen[1].headers


@pytest.mark.parametrize("url", ["http://ifs.example", "ftp://127.0.0.1", "https://me:pw@ifs.example", "nothing", ""])
def test_an_address_that_secrets_must_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        channel_to(url, auth=None)
    assert "pw" not in str(raised.value)


async def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.exchange.LARGEST_BODY", 1000)
    async with line(answer(200, b'{"value":"%s"}' % (b"x" * 2000))) as (_, channel):
        with pytest.raises(Unreachable, match="larger"):
            await channel.read(GET, CALL)


async def test_no_secret_in_errors_logs_or_reprs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    request = Request("POST", "/main/Set", "$filter=SecretQuery", body=PATCH.body)
    steps: list[Step] = [
        *FAULTS.values(),
        answer(302, b"", Location="/x?code=1"),
        answer(400, b'{"x":"DE89370400440532013000"}'),
    ]
    texts = [repr(request)]
    async with line() as (server, channel):
        texts += [repr(channel), repr(await channel._auth.token()), repr(channel._auth)]
        for step in steps:
            server.steps = [step]
            for job in (channel.read(request, CALL), channel.write(request, Call("a", "b", "c"), repeatable=False)):
                with pytest.raises(SyncError) as raised:
                    await job
                texts += ["".join(traceback.format_exception(raised.value)), repr(raised.value)]
                cause: BaseException | None = raised.value
                while cause is not None:
                    assert not hasattr(cause, "request")
                    cause = cause.__context__
        texts += [repr((event.attempts, event.outcomes)) for event in [channel.witness]]
    told = "\n".join([*texts, *(record.getMessage() for record in caplog.records)])
    for secret in (SECRET, "token-1", "SecretQuery", "DE89370400440532013000"):
        assert secret not in told
