"""What a server wrote, made fit for logs, errors and the audit record (DESIGN, law 10)."""

from __future__ import annotations

import re

LONGEST = 500

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_TOKEN = re.compile(r"\b(?:Bearer\s+)?eyJ[\w-]{5,}(?:\.[\w-]*)*", re.IGNORECASE)
_SECRET = re.compile(
    r"\b(client_secret|access_token|refresh_token|password|token)(\"?\s*[=:]\s*\"?)[^\s&\",;]+", re.IGNORECASE
)
# An IBAN in one piece, or in groups of four as people write it.
_ACCOUNT = re.compile(
    r"\b[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}| [A-Z0-9]{4}(?: (?=[A-Z]*\d)[A-Z0-9]{4}){1,6}(?: (?=[A-Z]*\d)[A-Z0-9]{1,3})?)\b"
)
_QUERY = re.compile(r"(https?://[^\s?#\"']+)[?#][^\s\"']*")


def safe(text: str) -> str:
    """The text on one line and of bounded length; tokens, secrets, queries of URLs, bank accounts masked."""
    text = _CONTROL.sub(" ", text[: LONGEST * 4])
    text = _TOKEN.sub("[token]", text)
    text = _SECRET.sub(r"\1\2[secret]", text)
    text = _QUERY.sub(r"\1", text)
    text = _ACCOUNT.sub(lambda found: f"****{found[0].replace(' ', '')[-4:]}", text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
