"""The token endpoint: client credentials, in the body or as HTTP Basic (RFC 6749, 2.3.1 and 4.4)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from ifs_jaggaer.sandbox.kernel import Answer, Call, Clock


@dataclass(frozen=True)
class Client:
    """Who may come in."""

    client_id: str
    client_secret: str


@dataclass(frozen=True)
class WrongClient:
    """How a system answers wrong credentials, with status 401."""

    error: str
    description: str


class Tokens:
    """Access tokens given so far, and the credentials that get one."""

    def __init__(self, client: Client, wrong_client: WrongClient) -> None:
        self.client = client
        self._wrong_client = wrong_client
        self.clock = Clock()
        self._ends: dict[str, float] = {}

    def grant(self, call: Call) -> str | Answer:
        """A request for a token: its scope if it is in order, else the answer that refuses it."""
        pairs = parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)
        form = dict(pairs)
        basic = call.headers.get("authorization")
        if call.method != "POST":
            return _error(405, "invalid_request", "HTTP 405 Method Not Allowed")
        if call.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
            return _error(400, "invalid_request", "Missing form parameter: grant_type")
        if len(form) != len(pairs) or (basic is not None and "client_secret" in form):
            return _error(400, "invalid_request", "duplicated parameter")
        if form.get("grant_type") != "client_credentials":
            return _error(400, "unsupported_grant_type", "Unsupported grant_type")
        given = _from_basic(basic) if basic else (form.get("client_id", ""), form.get("client_secret", ""))
        if not self._knows(*given):
            return _error(401, self._wrong_client.error, self._wrong_client.description)
        return form.get("scope", "")

    def _knows(self, client_id: str, client_secret: str) -> bool:
        same_id = hmac.compare_digest(client_id.encode(), self.client.client_id.encode())
        return same_id & hmac.compare_digest(client_secret.encode(), self.client.client_secret.encode())

    def issue(self, lifetime: float) -> str:
        """A new access token, good for `lifetime` seconds."""
        now = self.clock.monotonic()
        self._ends = {token: end for token, end in self._ends.items() if end > now}
        token = secrets.token_urlsafe(48)
        self._ends[token] = now + lifetime
        return token

    def admits(self, call: Call) -> bool:
        """Whether the call carries a token that is good now."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._ends.get(token.strip(), 0) > self.clock.monotonic()

    def expire_all(self) -> None:
        self._ends.clear()


def _from_basic(header: str) -> tuple[str, str]:
    scheme, _, blob = header.partition(" ")
    try:
        decoded = base64.b64decode(blob, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    user, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        return "", ""
    return unquote_plus(user), unquote_plus(secret)


def _error(status: int, error: str, description: str) -> Answer:
    return Answer.json(status, {"error": error, "error_description": description})
