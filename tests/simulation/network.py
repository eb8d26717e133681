"""The wire between a process and a system, in memory: what was sent arrives, whether its sender lives or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias, TypeVar

import httpx
from simulation.mortality import HERE

from ifs_jaggaer.sandbox.server import Front
from ifs_jaggaer.sandbox.system import System

LONGEST_WAY = 0.2
"""Seconds that a request or an answer is on its way, at most."""

T = TypeVar("T")
Message: TypeAlias = "dict[str, Any]"


@dataclass
class _Line:
    """One request's connection, as the server's side and uvicorn see it."""

    request: httpx.Request
    body: bytes
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    told: bool = False

    @property
    def scope(self) -> Message:
        url = self.request.url
        return {
            "type": "http",
            "method": self.request.method,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
            "sandbox.transport": self,
        }

    async def receive(self) -> Message:
        if not self.told:
            self.told = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.lost.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
            self.answered.set()
            return
        self.pieces.put_nowait(message.get("body", b""))
        if not message.get("more_body"):
            self.pieces.put_nowait(None)

    # what breaks it: the server through these, the client by `hang_up`

    def abort(self) -> None:
        self.lost.set()
        self.answered.set()

    def close(self) -> None:
        self.lost.set()

    def is_closing(self) -> bool:
        return self.lost.is_set()

    def hang_up(self) -> None:
        self.lost.set()


def is_write(request: httpx.Request) -> bool:
    """Whether it changes something; one for a token does not."""
    return request.method != "GET" and not request.url.path.startswith("/auth/")


class _Body(httpx.AsyncByteStream):
    """The answer's body as it comes."""

    def __init__(self, line: _Line, patience: float) -> None:
        self._line = line
        self._patience = patience

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._next()) is not None:
            yield piece

    async def _next(self) -> bytes | None:
        line = self._line
        if line.lost.is_set() and line.pieces.empty():
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        return await _within(self._patience, line.pieces.get())

    async def aclose(self) -> None:
        self._line.hang_up()


async def _within(seconds: float | None, wait: Coroutine[Any, Any, T]) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await wait
    except TimeoutError:
        raise httpx.ReadTimeout("") from None


class Network(httpx.AsyncBaseTransport):
    """To one system. `arrives` is told what reaches the server, before that sees it, and of a write its id."""

    def __init__(self, system: System, chance: Random) -> None:
        self._front = Front(system)
        self._chance = chance
        self.arrives: Callable[[str, str], None] = lambda _what, _write: None
        self._serving: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        process = HERE.get()
        what = f"{request.method} {request.url.path.rpartition('/')[2][:60]}"
        process.step(f"before {what}", write=is_write(request))
        await self._way()
        body = await request.aread()
        trace = request.extensions.get("trace")
        if trace is not None:
            await trace("http11.send_request_headers.started", {})
        line = _Line(request, body)
        # In a context of its own: what is on its way is no longer the sender's.
        serving = asyncio.get_running_loop().create_task(self._serve(line, what), context=Context())
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        process.step(f"while {what} is on its way")
        patience = request.extensions.get("timeout", {}).get("read")
        try:
            await _within(patience, line.answered.wait())
            if not line.status:
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
            await self._way()
        except BaseException:
            line.hang_up()
            raise
        process.step(f"after {what}")
        return httpx.Response(line.status, headers=line.headers, stream=_Body(line, patience))

    async def _serve(self, line: _Line, what: str) -> None:
        await self._way()
        self.arrives(what, line.request.headers.get("X-Request-ID", "") if is_write(line.request) else "")
        await self._front(line.scope, line.receive, line.send)

    async def _way(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.001, LONGEST_WAY))

    async def rest(self) -> None:
        """Returns when nothing is on its way any more."""
        while self._serving:
            await asyncio.wait(self._serving)
