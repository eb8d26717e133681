"""OAuth 2.0 client credentials: one token for all, fetched once, renewed in good time."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import quote_plus, urlencode

import httpx
from pydantic import SecretStr
from tenacity import AsyncRetrying, retry_if_exception_type

from connectors.backoff import Backoff, Repeat, retry_after
from connectors.exchange import Exchange, NoReply, Reply, Timeouts, checked_url
from connectors.payload import Undecodable, loads
from connectors.redaction import safe
from connectors.wire import JsonValue
from ifs_jaggaer.errors import ServerWord, SettingsError, System, Throttled, Unreachable

# Renewed this long before its end, or after three quarters of a short life.
MARGIN = 30.0
# A token of which nothing is said is used this long; too short costs requests, too long costs a 401.
UNSTATED_LIFE = 60.0
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Credentials:
    """A service account. `style`: the secret in the form body, or as HTTP basic (RFC 6749, 2.3.1)."""

    token_url: str
    client_id: str
    client_secret: SecretStr
    scope: str | None = None
    style: Literal["body", "basic"] = "body"


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; `good_until` by the monotonic clock, with the margin taken off."""

    secret: SecretStr
    good_until: float

    @property
    def header(self) -> str:
        return f"Bearer {self.secret.get_secret_value()}"


class ClientCredentials:
    """Keeps the token of one service account. Requests for tokens are outside the rate budget."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        system: System,
        timeouts: Timeouts | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        backoff: Backoff | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._credentials = credentials
        self._system = system
        self._url = checked_url(credentials.token_url, system=system, field="token url")
        self._exchange = Exchange(self._url.host, timeouts=timeouts or Timeouts(), transport=transport)
        self._monotonic = monotonic
        self._sleep = sleep
        self._backoff = backoff or Backoff()
        self._flight = asyncio.Lock()
        # Told the status, or the error in words, of every request for a token.
        self.seen: Callable[[int | None, str], None] = lambda _status, _error: None
        self._token: Token | None = None

    @property
    def path(self) -> str:
        """Where tokens are had."""
        return self._url.path

    async def token(self) -> Token:
        """The token in hand, or a new one; those who ask at the same time share one request.

        Raises:
            SettingsError: the credentials are refused, or the address answers something else than a token.
            Unreachable: no answer after several attempts, or `Throttled`.
        """
        if token := self._held():
            return token
        async with self._flight:
            if token := self._held():
                return token
            self._token = await self._fetch()
            return self._token

    def refused(self, token: Token) -> None:
        """The system answered 401 to this token: the next `token()` fetches another."""
        if self._token is token:
            self._token = None

    async def aclose(self) -> None:
        await self._exchange.aclose()

    def _held(self) -> Token | None:
        held = self._token
        return held if held and self._monotonic() < held.good_until else None

    async def _fetch(self) -> Token:
        retrying = AsyncRetrying(
            sleep=self._sleep,
            stop=self._backoff.stop,
            wait=self._backoff.wait,
            retry=retry_if_exception_type(Repeat),
            reraise=True,
        )
        try:
            token: Token = await retrying(self._ask)
        except Repeat as error:
            if error.at_last is not None:
                raise error.at_last from None
            raise Unreachable(
                f"no token from {self._url.netloc.decode('ascii')}: {error.why}",
                system=self._system,
                remedy=f"see that {self._system}.host is right and that this machine reaches it, then try again",
                retry_after=error.after,
            ) from None
        return token

    async def _ask(self) -> Token:
        started = self._monotonic()
        form = {"grant_type": "client_credentials"}
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        who, secret = self._credentials.client_id, self._credentials.client_secret.get_secret_value()
        if self._credentials.style == "basic":
            pair = f"{quote_plus(who)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode('ascii')).decode('ascii')}"
        else:
            form |= {"client_id": who, "client_secret": secret}
        if self._credentials.scope:
            form["scope"] = self._credentials.scope
        try:
            reply = await self._exchange.send(
                "POST", self._url, headers=headers, content=urlencode(form).encode("ascii")
            )
        except NoReply as lost:
            self.seen(None, lost.why)
            raise Repeat(lost.why) from None
        self.seen(reply.status, "")
        return self._read(reply, started)

    def _read(self, reply: Reply, started: float) -> Token:
        if reply.status in TRANSIENT:
            after = retry_after(reply.headers, datetime.now(UTC))
            at = self._url.netloc.decode("ascii")
            full = Throttled(f"no token from {at}: HTTP 429", system=self._system, retry_after=after)
            raise Repeat(f"HTTP {reply.status}", after=after, at_last=full if reply.status == 429 else None)
        try:
            said = loads(reply.body)
        except Undecodable as error:
            if reply.status == 200:
                raise Repeat(f"the answer is {error}") from None
            said = None
        fields = said if isinstance(said, dict) else {}
        if reply.status != 200:
            raise self._refusal(reply, fields)
        secret = fields.get("access_token") or fields.get("token")
        if not isinstance(secret, str) or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise SettingsError(
                "the answer holds no token",
                system=self._system,
                field="token url",
                remedy="correct the host and the realm",
                word=ServerWord(status=200),
            )
        life = _life(fields)
        return Token(SecretStr(secret), started + life - min(MARGIN, life / 4))

    def _refusal(self, reply: Reply, fields: dict[str, JsonValue]) -> SettingsError:
        word = ServerWord(
            status=reply.status,
            code=safe(str(fields.get("error") or "")) or None,
            message=safe(str(fields.get("error_description") or "")) or None,
        )
        if reply.status == 404 or 300 <= reply.status < 400:
            return SettingsError(
                "nothing gives tokens at this address",
                system=self._system,
                field="token url",
                remedy="correct the host and the realm",
                word=word,
            )
        return SettingsError(
            "the credentials are refused",
            system=self._system,
            field="client id",
            value=self._credentials.client_id,
            remedy="correct client id and secret, and see that the service account is enabled",
            word=word,
        )


def _life(fields: dict[str, JsonValue]) -> float:
    """Seconds. Old JAGGAER tenants say `expire_in`, in milliseconds (contracts/jaggaer.md 1)."""
    for name, unit in (("expires_in", 1.0), ("expire_in", 1000.0)):
        value = fields.get(name)
        if isinstance(value, str) and value.strip().isdigit():
            value = int(value)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and value > 0:
            return min(float(value) / unit, 86_400.0)
    return UNSTATED_LIFE
