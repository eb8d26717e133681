"""One request and its answer over httpx, bounded in time and size; no retries, no meaning."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any

import httpx

from ifs_jaggaer.errors import SettingsError, System

LARGEST_BODY = 64 * 1024 * 1024
# Below the five seconds after which common servers close an idle connection: a write that meets the
# closing would have an unknown outcome for nothing.
IDLE_SECONDS = 3.0

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_WHY: dict[type[httpx.HTTPError], str] = {
    httpx.ConnectError: "no connection to the host",
    httpx.ConnectTimeout: "no connection to the host within the time allowed (connect_timeout)",
    httpx.ReadTimeout: "no answer within the time allowed (read_timeout)",
    httpx.ReadError: "the connection broke before the answer was whole",
    httpx.RemoteProtocolError: "the connection was closed before the answer was whole",
}
"""What a person reads; others go by the name that httpx gives them."""

_NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect (and for a free connection), between two pieces of the answer, for everything."""

    connect: float = 10.0
    read: float = 60.0
    deadline: float = 120.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came, whole."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


class NoReply(Exception):
    """No whole answer came. `sent` is False only where no byte of the request can have left."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent


def checked_url(url: str, *, system: System, field: str) -> httpx.URL:
    """An address that secrets may be sent to.

    Raises:
        SettingsError: not an http(s) address, plain http outside loopback, or with a user or query in it.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        parsed = httpx.URL("")
    remedy = "give an address such as https://host"
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise SettingsError("not a web address", system=system, field=field, remedy=remedy)
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise SettingsError("a user, a query or a fragment in the address", system=system, field=field, remedy=remedy)
    if parsed.scheme == "http" and not is_loopback(parsed.host):
        raise SettingsError("plain http is refused outside loopback", system=system, field=field, remedy=remedy)
    return parsed


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Exchange:
    """An httpx client without cookies, redirects and surprises.

    `transport` is the seam at which a test puts something else than sockets.
    """

    def __init__(self, host: str, *, timeouts: Timeouts, transport: httpx.AsyncBaseTransport | None = None) -> None:
        logging.getLogger("httpx").addFilter(_without_query)
        self._deadline = timeouts.deadline
        trust_env = not is_loopback(host)  # a proxy has no business between two programs of one machine
        self._client = httpx.AsyncClient(
            verify=_trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"), trust_env=trust_env),
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect, pool=timeouts.connect),
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=trust_env,
            transport=transport,
        )

    async def send(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        last_check: Callable[[], None] | None = None,
    ) -> Reply:
        """Sends one request; `last_check` runs when the connection stands, before the first byte.

        Raises:
            NoReply: see there.
            SettingsError: the server's certificate is not trusted.
            Whatever `last_check` raises; nothing was sent then.
        """

        async def trace(event: str, _info: Mapping[str, Any]) -> None:
            if last_check and event.endswith("send_request_headers.started"):
                last_check()

        lost: NoReply | SettingsError
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._client.stream(
                    method, url, headers=headers, content=content, extensions={"trace": trace}
                ) as response,
            ):
                return Reply(response.status_code, response.headers, await _read(response))
        except TimeoutError:
            lost = NoReply(f"no whole answer within {self._deadline:g} s", sent=True)
        except httpx.HTTPError as error:
            lost = _lost(error)
        # Raised out here, because an httpx error holds the request and with it the token.
        raise lost

    async def aclose(self) -> None:
        await self._client.aclose()


@cache
def _trusted(_file: str | None, _folder: str | None, *, trust_env: bool) -> ssl.SSLContext:
    """Whom we trust, read once for all clients: it costs more than a hundred requests. httpx reads the variables."""
    return httpx.create_ssl_context(trust_env=trust_env)


def _without_query(record: logging.LogRecord) -> bool:
    """Whole addresses are logged by httpx; a query holds what was asked for."""
    if isinstance(record.args, tuple):
        record.args = tuple(arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args)
    return True


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST_BODY:
            raise NoReply(f"an answer larger than {LARGEST_BODY >> 20} MiB", sent=True)
    return bytes(body)


def _lost(error: httpx.HTTPError) -> NoReply | SettingsError:
    why = _WHY.get(type(error), type(error).__name__)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SettingsError(
                f"the server's certificate is not trusted: {cause.verify_message}",
                remedy="correct the host, or give the certificate authority in SSL_CERT_FILE",
            )
        why = _reason(cause) or why
    return NoReply(why, sent=not isinstance(error, _NEVER_SENT))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it; of several addresses of one host that were tried, the first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause.__cause__ or cause.__context__


def _reason(cause: BaseException) -> str:
    """Why there is no connection, as far as this tells; httpx itself says only that there is none."""
    if isinstance(cause, socket.gaierror):
        return "the name of the host is not known (it could not be resolved)"
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused: nothing listens at this address and port"
    if isinstance(cause, ssl.SSLError):
        return f"no secure connection: {cause.reason or 'the handshake failed'}"
    return "no way to the host from this network" if isinstance(cause, OSError) and cause.errno in _NO_WAY else ""
