"""HTTP for the foreign servers: one thread each, a log of all that came, a clock and a rate limit of their own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl

import simplejson
import uvicorn

SECRET = "s3cret&=+/%"
WINDOW_SECONDS = 60


@dataclass
class Asked:
    """One request as it came; `path` and `query` are not decoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    write: bool = False
    about: dict[str, Any] = field(default_factory=dict)

    def json(self) -> Any:
        return simplejson.loads(self.body or b"null", use_decimal=True)


@dataclass
class Answer:
    status: int
    content: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"

    def body(self) -> bytes:
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return simplejson.dumps(self.content, use_decimal=True).encode()


@dataclass
class Habits:
    """What any server may choose."""

    token_seconds: float = 3600
    limit: int = 10**9
    clock_off: float = 0
    slow: float = 0
    refuse_token_every: int = 0
    throttle_every: int = 0
    busy_every: int = 0
    gateway_every: int = 0
    drop_answer_every: int = 0
    lose_answer_of_write_every: int = 0


class Tenant:
    """One server: tokens, limit, faults, the log; `answer` is what makes it one system or the other."""

    habits: Habits
    token_path: str
    client = "client"

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.complaints: list[str] = []
        self.throttled = 0
        self.host = ""
        self._tokens: dict[str, float] = {}
        self._times: deque[float] = deque()
        self._turns: Counter[str] = Counter()

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def busy(self) -> Answer:
        raise NotImplementedError

    def token_answer(self, token: str) -> Answer:
        raise NotImplementedError

    def unauthorized(self) -> Answer:
        raise NotImplementedError

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.habits.clock_off)

    def complain(self, text: str) -> None:
        self.complaints.append(text)

    def writes(self) -> list[Asked]:
        return [asked for asked in self.log if asked.write and asked.status < 300]

    def receive(self, asked: Asked) -> Answer | None:
        """The answer, or None where the connection is dropped instead."""
        if asked.path == self.token_path:
            return self._token(asked)
        self.log.append(asked)
        answer = self._fault(asked) or self._allowed(asked) or self.answer(asked)
        asked.status = answer.status
        if asked.write and answer.status < 300 and self._turn("lose_answer_of_write_every"):
            return None
        if not asked.write and self._turn("drop_answer_every"):
            return None
        return answer

    def _turn(self, habit: str) -> bool:
        every = getattr(self.habits, habit)
        self._turns[habit] += 1
        return bool(every) and self._turns[habit] % every == 0

    def _fault(self, asked: Asked) -> Answer | None:
        now = time.monotonic()
        while self._times and self._times[0] <= now - WINDOW_SECONDS:
            self._times.popleft()
        self._times.append(now)
        if len(self._times) > self.habits.limit:
            self.throttled += 1
            return Answer(429, {}, {"Retry-After": "5"})
        if self._turn("throttle_every"):
            soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
            return Answer(429, {}, {"Retry-After": soon})
        if self._turn("gateway_every"):
            return Answer(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", kind="text/html")
        if self._turn("busy_every"):
            return self.busy()
        if "x-request-id" not in asked.headers:
            self.complain(f"no X-Request-ID: {asked.method} {asked.path}")
        if "cookie" in asked.headers:
            self.complain("cookies are kept")
        return None

    def _allowed(self, asked: Asked) -> Answer | None:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens:
            self.complain(f"no token of ours: {asked.method} {asked.path}")
            return self.unauthorized()
        if self._tokens[token] < time.monotonic():
            return self.unauthorized()
        if self._turn("refuse_token_every"):
            self._tokens[token] = 0
            return self.unauthorized()
        return None

    def _token(self, asked: Asked) -> Answer:
        form = dict(parse_qsl(asked.body.decode()))
        expected = {"grant_type": "client_credentials", "client_id": self.client, "client_secret": SECRET}
        if not expected.items() <= form.items():
            return Answer(401, {"error": "invalid_client", "error_description": "Invalid client credentials"})
        token = token_urlsafe(24)
        self._tokens[token] = time.monotonic() + self.habits.token_seconds
        return self.token_answer(token)


def application(tenant: Tenant) -> Any:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = Asked(scope["method"], scope["raw_path"].decode(), scope["query_string"].decode(), headers, body)
        if tenant.habits.slow:
            await asyncio.sleep(tenant.habits.slow)
        answer = tenant.receive(asked)
        cut = answer is None
        answer = answer or Answer(200, b"{")
        content = answer.body()
        fields = {"date": format_datetime(tenant.now(), usegmt=True), "set-cookie": "XSRF=1", **answer.headers}
        if content:
            fields["content-type"] = answer.kind
        fields["content-length"] = str(len(content) + cut)  # a body shorter than said: the connection is closed
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in fields.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    return app


@contextmanager
def serving(tenant: Tenant) -> Iterator[Tenant]:
    config = uvicorn.Config(
        application(tenant), host="127.0.0.1", port=0, log_level="critical", date_header=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    tenant.host = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield tenant
    finally:
        server.should_exit = True
        thread.join(20)


def copied(value: Any) -> Any:
    """A deep copy that has been through JSON, amounts kept to the last digit."""
    return simplejson.loads(simplejson.dumps(value, use_decimal=True), use_decimal=True)


def dec(value: Any) -> Decimal:
    return Decimal(str(value))


__all__ = ["SECRET", "Answer", "Asked", "Habits", "Tenant", "copied", "dec", "serving"]
