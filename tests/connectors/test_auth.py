from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr
from scripted import SECRET, Scripted, Step, Waits, answer, drop, scripted

from connectors.auth import ClientCredentials, Credentials
from connectors.exchange import Timeouts
from ifs_jaggaer.errors import SettingsError, Throttled, Unreachable

ODD = "a:b&c d%é"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def signed_in(
    *steps: Step,
    secret: str = SECRET,
    style: Literal["body", "basic"] = "body",
    scope: str | None = None,
    clock: Clock | None = None,
    sleep: Waits | None = None,
) -> AsyncIterator[tuple[Scripted, ClientCredentials]]:
    async with scripted() as server:
        server.token_steps = list(steps)
        auth = ClientCredentials(
            Credentials(f"{server.url}/token", "me", SecretStr(secret), scope, style),
            system="ifs",
            timeouts=Timeouts(1, 1, 2),
            monotonic=clock or Clock(),
            sleep=sleep or Waits(),
        )
        yield server, auth
        await auth.aclose()


def token(life: str = '"expires_in":180', name: str = "access_token", value: str = "abc") -> Step:
    return answer(200, f'{{"{name}":"{value}",{life}}}')


async def test_the_secret_goes_in_the_body() -> None:
    async with signed_in(secret=ODD, scope="openid microprofile-jwt") as (server, auth):
        assert (await auth.token()).header == "Bearer token-1"
        form = parse_qs(server.tokens[0].body.decode())
    assert form == {
        "grant_type": ["client_credentials"],
        "client_id": ["me"],
        "client_secret": [ODD],
        "scope": ["openid microprofile-jwt"],
    }
    assert "authorization" not in server.tokens[0].headers


async def test_or_as_basic_with_each_half_form_encoded() -> None:
    async with signed_in(secret=ODD, style="basic") as (server, auth):
        await auth.token()
    expected = b64encode(b"me:a%3Ab%26c+d%25%C3%A9").decode()
    assert server.tokens[0].headers["authorization"] == f"Basic {expected}"
    assert parse_qs(server.tokens[0].body.decode()) == {"grant_type": ["client_credentials"]}


@pytest.mark.parametrize(
    ("life", "name", "held", "renewed"),
    [
        ('"expires_in":180', "access_token", 149, 151),
        ('"expires_in":"180"', "access_token", 149, 151),
        ('"expires_in":8', "access_token", 5, 7),
        ('"expire_in":180000', "token", 149, 151),
        ('"x":1', "access_token", 44, 46),
        ('"expires_in":-1', "access_token", 44, 46),
    ],
)
async def test_a_token_is_kept_until_shortly_before_its_end(life: str, name: str, held: int, renewed: int) -> None:
    clock = Clock()
    async with signed_in(token(life, name), token(value="second"), clock=clock) as (server, auth):
        first = await auth.token()
        clock.now += held
        assert await auth.token() is first
        clock.now += renewed - held
        assert (await auth.token()).header == "Bearer second"
        assert len(server.tokens) == 2


async def test_many_who_ask_at_once_share_one_request() -> None:
    async with signed_in() as (server, auth):
        tokens = await asyncio.gather(*(auth.token() for _ in range(20)))
        assert len(server.tokens) == 1
        auth.refused(tokens[0])
        again = await asyncio.gather(*(auth.token() for _ in range(20)))
        auth.refused(tokens[0])  # the old one, refused once more
        assert await auth.token() is again[0]
        assert len(server.tokens) == 2


@pytest.mark.parametrize(
    "fault",
    [drop(), answer(503, b"<html>"), answer(429, b"", Retry_After="3"), answer(200, b"<html>")],
    ids=["dropped", "503", "429", "html"],
)
async def test_what_is_transient_is_tried_again(fault: Step) -> None:
    async with signed_in(fault, token()) as (server, auth):
        assert (await auth.token()).header == "Bearer abc"
        assert len(server.tokens) == 2
    async with signed_in(*[fault] * 9) as (server, auth):
        with pytest.raises(Unreachable):
            await auth.token()
        assert len(server.tokens) == 5


async def test_retry_after_is_obeyed_in_full() -> None:
    sleep = Waits()
    async with signed_in(answer(429, b"", Retry_After="12"), token(), sleep=sleep) as (_, auth):
        await auth.token()
    assert sleep.seconds == [12.0]


async def test_a_limit_on_tokens_is_told_as_such() -> None:
    async with signed_in(*[answer(429, b"")] * 9, sleep=Waits()) as (_, auth):
        with pytest.raises(Throttled, match="HTTP 429") as raised:
            await auth.token()
        assert "requests_per_minute" in raised.value.remedy


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_wrong_secret_is_the_operators_matter(status: int) -> None:
    said = f'{{"error":"unauthorized_client","error_description":"Invalid client: client_secret={SECRET}"}}'
    async with signed_in(answer(status, said)) as (server, auth):
        with pytest.raises(SettingsError, match="unauthorized_client") as raised:
            await auth.token()
        assert len(server.tokens) == 1
    assert raised.value.remedy
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "said",
    [
        answer(404, b"<html>"),
        answer(302, b"", Location="https://x"),
        answer(200, b"{}"),
        token(value="a b"),
        answer(200, b"[]"),
    ],
    ids=["404", "redirect", "empty", "no header", "no object"],
)
async def test_an_address_that_gives_no_tokens_is_the_operators_matter(said: Step) -> None:
    async with signed_in(said) as (_, auth):
        with pytest.raises(SettingsError, match="token url"):
            await auth.token()


def test_plain_http_is_refused_outside_loopback() -> None:
    with pytest.raises(SettingsError, match="plain http"):
        ClientCredentials(Credentials("http://ifs.example/token", "me", SecretStr("x")), system="ifs")


def test_credentials_do_not_show_their_secret() -> None:
    assert SECRET not in repr(Credentials("https://x/token", "me", SecretStr(SECRET)))
