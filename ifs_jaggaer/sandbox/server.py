"""One ASGI application per system, and both ports served from one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import uvicorn
from starlette.requests import Request

from ifs_jaggaer.sandbox.admin import PREFIX, steer
from ifs_jaggaer.sandbox.kernel import Answer, Call
from ifs_jaggaer.sandbox.wire import Protocol, Wire, page_of, send_spoiled, silence_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import Receive, Scope, Send

    from ifs_jaggaer.sandbox.faults import Fault
    from ifs_jaggaer.sandbox.system import System


class Front:
    """The ASGI application of one system: admission, faults, the work, the answer."""

    def __init__(self, system: System) -> None:
        self._system = system

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        call = Call(
            method=request.method,
            path=scope["raw_path"].decode("ascii"),
            query=scope["query_string"].decode("ascii"),
            headers=dict(request.headers.items()),
            body=await request.body(),
        )
        wire = Wire(scope, receive, send, format_datetime(self._system.clock.now(), usegmt=True))
        if call.path.startswith(PREFIX):
            await wire.answer(steer(self._system, call))
            return
        traffic = self._system.traffic
        entry = traffic.arrive(call, self._system.kind(call), self._subject(call))
        status = await self._respond(call, wire)
        if status is not None:
            traffic.leave(entry, status)

    def _subject(self, call: Call) -> str:
        return "token" if self._system.is_token_request(call) else self._system.subject(call)

    async def _respond(self, call: Call, wire: Wire) -> int | None:
        """Send what this request gets; the status that went out, if one did."""
        system = self._system
        token = system.is_token_request(call)
        refused = None if token else self._admit(call)
        fault = system.faults.strike(call, token=token) if refused is None else None
        if fault is None:
            answer = refused or self._carry_out(call)
            await wire.answer(answer)
            return answer.status
        if await silence_before(fault, wire):
            return None
        instead = self._instead(fault, call)
        if instead:
            await wire.answer(instead)
            return instead.status
        answer = system.after(fault, call, self._carry_out(call))
        return await send_spoiled(fault, wire, answer)

    def _admit(self, call: Call) -> Answer | None:
        system = self._system
        wait = system.traffic.throttle(system.settings["requests_per_minute"], system.weight(call))
        if wait:
            return system.throttled(wait)
        return None if system.tokens.admits(call) else system.unauthorized()

    def _instead(self, fault: Fault, call: Call) -> Answer | None:
        """The answer of a fault that keeps the work from being done, or from being done now."""
        system = self._system
        match fault.name:
            case "throttle":
                return system.throttled(int(fault.seconds(1)))
            case "unauthorized":
                return system.unauthorized()
            case "expire_tokens":
                system.tokens.expire_all()
                return system.unauthorized()
            case "late_commit":
                asyncio.get_running_loop().call_later(fault.seconds(1), self._late_work(call))
        return page_of(fault) or system.before(fault, call)

    def _late_work(self, call: Call) -> Callable[[], None]:
        """The work of a call, dated now however much later it is done."""
        moment = self._system.clock.now()

        def work() -> None:
            with self._system.clock.stopped_at(moment):
                self._carry_out(call)

        return work

    def _carry_out(self, call: Call) -> Answer:
        system = self._system
        if not system.is_token_request(call):
            return system.handle(call)
        if call.path != system.token_path:
            return Answer.json(HTTPStatus.NOT_FOUND, {"error": "Realm does not exist"})
        granted = system.tokens.grant(call)
        if isinstance(granted, Answer):
            return granted
        lifetime = system.settings["token_lifetime"]
        token = system.tokens.issue(lifetime)
        document = system.token_document(token, lifetime, granted)
        return Answer.json(HTTPStatus.OK, document, {"cache-control": "no-store"})


class _Server(uvicorn.Server):
    """uvicorn without its signal handling: two of them live in one process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()


def listen(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1; port 0 chooses a free one. Raises OSError if it is taken."""
    # asyncio switches Nagle's algorithm off only where the protocol is named
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    return listener


async def serve(ports: list[tuple[System, socket.socket]], ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Serve each system on its socket until `stop`; `ready` is called when all accept."""
    servers = [
        _Server(
            uvicorn.Config(
                Front(system),
                http=Protocol,
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=60,  # longer than clients keep a connection, so that it is they who close it
                timeout_graceful_shutdown=1,
            )
        )
        for system, _ in ports
    ]
    async with asyncio.TaskGroup() as group:
        for server, (_, listener) in zip(servers, ports, strict=True):
            group.create_task(server.serve(sockets=[listener]))
        for server in servers:
            await server.accepting.wait()
        ready()
        await stop.wait()
        for server in servers:
            server.should_exit = True
