"""A server on a real socket that does exactly what a test tells it, request by request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from connectors.auth import ClientCredentials, Credentials
from connectors.backoff import Backoff
from connectors.exchange import Timeouts
from connectors.http import Again, Answer, Channel, Fine, Verdict
from connectors.wire import Attempt, Call, Outcome
from ifs_jaggaer.errors import Conflict, Rejected, SyncError

SECRET = "s3cr3t-of-the-service"
CALL = Call("order", "P1", "update")


@dataclass
class Seen:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Step = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(
    status: int = 200, body: bytes | str = b'{"value":[]}', *, length: int | None = None, **headers: str
) -> Step:
    """`length`: announce so many bytes, whatever comes."""
    content = body.encode() if isinstance(body, str) else body

    async def step(writer: asyncio.StreamWriter) -> None:
        told = {"Content-Type": "application/json", "Content-Length": str(len(content) if length is None else length)}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + content)
        await writer.drain()
        if length is not None:
            writer.close()

    return step


def drop() -> Step:
    async def step(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    return step


def hang(seconds: float) -> Step:
    async def step(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.close()

    return step


def trickle(pause: float) -> Step:
    async def step(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(pause)

    return step


@dataclass
class Scripted:
    """Answers `/token` with a new token each time, and other requests with the steps in turn, the last for ever."""

    port: int = 0
    steps: list[Step] = field(default_factory=lambda: [answer()])
    seen: list[Seen] = field(default_factory=list)
    tokens: list[Seen] = field(default_factory=list)
    token_steps: list[Step] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                seen = Seen(method, target, headers, body)
                await self._step(seen)(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _step(self, seen: Seen) -> Step:
        if seen.target == "/token":
            self.tokens.append(seen)
            if self.token_steps:
                return self.token_steps.pop(0)
            return answer(200, f'{{"access_token":"token-{len(self.tokens)}","expires_in":180}}')
        self.seen.append(seen)
        self.asked.set()
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]

    async def end(self) -> None:
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


@asynccontextmanager
async def scripted(*steps: Step) -> AsyncIterator[Scripted]:
    script = Scripted(steps=list(steps) or [answer()])
    server = await asyncio.start_server(script.connected, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        await script.end()
        await server.wait_closed()


@dataclass
class Free:
    """A budget without a limit that counts."""

    permits: int = 0
    pauses: list[float] = field(default_factory=list)

    async def permit(self) -> None:
        self.permits += 1

    def throttled(self, seconds: float) -> None:
        self.pauses.append(seconds)


@dataclass
class Noted:
    """A witness that writes down what it saw, in order; `late` makes so many checks fail."""

    events: list[str] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    late: list[SyncError] = field(default_factory=list)
    tokens: list[Outcome] = field(default_factory=list)

    def before(self, attempt: Attempt) -> None:
        self.events.append(f"before {attempt.number}")

    def check(self, attempt: Attempt) -> None:
        if self.events[-1] != f"check {attempt.number}":
            self.events.append(f"check {attempt.number}")
        if self.late:
            raise self.late.pop()

    def after(self, attempt: Attempt, outcome: Outcome) -> None:
        if attempt.call.entity == "token":
            self.tokens.append(outcome)
            return
        self.events.append(f"after {attempt.number}")
        self.attempts.append(attempt)
        self.outcomes.append(outcome)


def judge(given: Answer) -> Verdict:
    """A system whose rules are short."""
    if given.status < 300:
        return Fine(1)
    if given.status == 412:
        return Conflict("changed")
    return Again(f"HTTP {given.status}") if given.status >= 500 else Rejected("refused")


class Waits:
    """Sleeps nobody has to wait for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def auth_to(url: str, **more: object) -> ClientCredentials:
    return ClientCredentials(
        Credentials(f"{url}/token", "me", SecretStr(SECRET)),
        system="ifs",
        timeouts=Timeouts(1, 1, 2),
        sleep=Waits(),
        **more,
    )


def channel_to(url: str, **more: object) -> Channel:
    given: dict[str, object] = {
        "system": "ifs",
        "base_url": url,
        "auth": auth_to(url),
        "budget": Free(),
        "witness": Noted(),
        "judge": judge,
        "timeouts": Timeouts(connect=2, read=0.5, deadline=0.9),
        "backoff": Backoff(attempts=3),
        "sleep": Waits(),
        **more,
    }
    return Channel(**given)
