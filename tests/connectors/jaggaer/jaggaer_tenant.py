"""A JAGGAER that answers as a test says, over a real socket, and the small things that a channel needs."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from connectors.auth import ClientCredentials, Credentials
from connectors.backoff import Backoff
from connectors.exchange import Timeouts
from connectors.http import Channel
from connectors.jaggaer.client import judge
from connectors.wire import Attempt, Outcome

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=True))


@dataclass
class Tenant:
    """A JAGGAER over a real socket that answers as the test says; `None` closes the connection unanswered."""

    answer: Callable[[Asked], Reply | None] = lambda _asked: None
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while asked := await _request(reader):
                reply = _token() if asked.path.endswith("/token") else self._reply(asked)
                if reply is None:
                    break
                writer.write(_bytes(reply))
                await writer.drain()
        writer.close()

    def _reply(self, asked: Asked) -> Reply | None:
        self.asked.append(asked)
        return self.answer(asked)


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Asked(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def _bytes(reply: Reply) -> bytes:
    status, headers, body = reply
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _token() -> Reply:
    return 200, {}, json.dumps({"access_token": "t0ken", "expires_in": 300}).encode()


class Free:
    """A budget without a limit that remembers how long it was told to pause."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def permit(self) -> None: ...

    def throttled(self, seconds: float) -> None:
        self.pauses.append(seconds)


class Noted:
    """A witness that keeps what it saw."""

    def __init__(self) -> None:
        self.before_: list[Attempt] = []
        self.after_: list[tuple[Attempt, Outcome]] = []

    def before(self, attempt: Attempt) -> None:
        self.before_.append(attempt)

    def check(self, attempt: Attempt) -> None: ...

    def after(self, attempt: Attempt, outcome: Outcome) -> None:
        if attempt.call.entity != "token":
            self.after_.append((attempt, outcome))


async def no_sleep(_seconds: float) -> None:
    await asyncio.sleep(0)


def channel_to(
    host: str,
    budget: Free,
    witness: Noted,
    *,
    account: tuple[str, str] = ("us", "secret"),
    sleep: Callable[[float], Awaitable[None]] = no_sleep,
) -> Channel:
    timeouts = Timeouts(connect=2, read=5, deadline=10)
    return Channel(
        system="jaggaer",
        base_url=host,
        auth=ClientCredentials(
            Credentials(
                f"{host}/auth/realms/J1p-integrations/protocol/openid-connect/token",
                account[0],
                SecretStr(account[1]),
            ),
            system="jaggaer",
            timeouts=timeouts,
        ),
        budget=budget,
        witness=witness,
        judge=judge,
        timeouts=timeouts,
        backoff=Backoff(attempts=4, jitter=lambda _top: 0.0),
        sleep=sleep,
    )


def said(body: object, status: int = 200, **headers: str) -> Reply:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body).encode()
