"""How an answer gets onto the wire, and all the ways in which it does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from ifs_jaggaer.sandbox.kernel import Answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from ifs_jaggaer.sandbox.faults import Fault

_TICK = 0.05  # seconds between the pieces of a trickle
_PATIENCE = 5.0  # seconds of a time-out that names none


class Protocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; the application sees the transport, so that it can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await inner({**scope, "sandbox.transport": transport}, receive, send)

        self.app = app


class Wire:
    """One request's connection, after its body was read."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, date: str) -> None:
        self._transport: asyncio.Transport = scope["sandbox.transport"]
        self._receive = receive
        self._send = send
        self._date = date

    async def answer(self, answer: Answer) -> None:
        await self._start(answer)
        await self._send({"type": "http.response.body", "body": answer.body})

    async def _start(self, answer: Answer) -> None:
        headers = {"date": self._date} | answer.headers
        if answer.status != 204:
            headers["content-length"] = str(len(answer.body))
        encoded = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": answer.status, "headers": encoded})

    async def drop(self) -> None:
        """Close the connection without another byte."""
        self._transport.abort()
        await self._receive()  # comes once the loss is noticed, so that nothing is sent after it

    async def hang(self, seconds: float) -> None:
        """Stay silent, then close; sooner if the client goes."""
        try:
            async with asyncio.timeout(seconds):
                await self._receive()
        except TimeoutError:
            await self.drop()

    async def break_off(self, answer: Answer) -> None:
        """Send the head and half of the body, then close."""
        await self._start(answer)
        half = answer.body[: len(answer.body) // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        self._transport.close()  # not abort: what was sent must arrive
        await self._receive()

    async def trickle(self, answer: Answer, bytes_per_second: float) -> None:
        await self._start(answer)
        step = max(1, int(bytes_per_second * _TICK))
        pause = step / bytes_per_second
        for place in range(0, len(answer.body), step):
            if self._transport.is_closing():
                return
            piece = {"type": "http.response.body", "body": answer.body[place : place + step]}
            await self._send({**piece, "more_body": True})
            await asyncio.sleep(pause)
        await self._send({"type": "http.response.body", "body": b""})


def html(status: int) -> Answer:
    """A page of the gateway in front of the system."""
    title = {200: "Sign in", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}[status]
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return Answer(status, page.encode(), {"content-type": "text/html"})


#: Faults that answer instead of doing the work.
_PAGES = {"html_502": 502, "html_503": 503, "html_504": 504, "html_200": 200, "late_commit": 504}


def page_of(fault: Fault) -> Answer | None:
    """The page that stands in for the answer; None if this fault sends none."""
    status = _PAGES.get(fault.name)
    return html(status) if status else None


async def silence_before(fault: Fault, wire: Wire) -> bool:
    """Carry out a fault that ends the connection before the work; False if it is another one."""
    if fault.name == "timeout_before_commit":
        await wire.hang(fault.seconds(_PATIENCE))
    elif fault.name == "drop_before_commit":
        await wire.drop()
    else:
        return False
    return True


async def send_spoiled(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    """Send what the fault leaves of the answer; the status that went out, if one did."""
    silent: dict[str, Callable[[], Awaitable[Any]]] = {
        "timeout_after_commit": lambda: wire.hang(fault.seconds(_PATIENCE)),
        "drop_after_commit": wire.drop,
    }
    if fault.name in silent:
        await silent[fault.name]()
        return None
    if fault.name == "drop_mid_answer":
        await wire.break_off(answer)
        return answer.status
    if fault.name == "trickle":
        await wire.trickle(answer, float(fault.args.get("bytes_per_second", 100)))
        return answer.status
    if fault.name == "truncated_json":
        answer = Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
    elif fault.name == "server_error_after_commit":
        answer = Answer(500, b"Internal Server Error", {"content-type": "text/plain"})
    await wire.answer(answer)
    return answer.status
