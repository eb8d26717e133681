"""`$batch`: several changes in one request, all or nothing (contracts/ifs.md 3; OData 4.0 part 1, 11.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.http import Again, Answer, Fine, Verdict
from connectors.ifs.errors import judge, verdict, word
from connectors.payload import Undecodable, dumps, loads
from connectors.wire import ETag, Json, JsonValue

CRLF = b"\r\n"

_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_BREAK = re.compile(rb"\A\r?\n")
_GAP = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: |$)")


@dataclass(frozen=True, slots=True)
class Part:
    """One change of a change set; `target` below the service root, or `$n/...` for what part n makes."""

    method: str
    target: str
    values: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """The answer to one part, by its Content-ID where it has one."""

    status: int
    content_id: str | None
    etag: ETag | None
    json: JsonValue = field(repr=False)


class Garbled(ValueError):
    """The answer is not the multipart message that it should be."""


def change_set(parts: Sequence[Part], boundary: str, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """The body of a batch that holds one change set; Content-IDs count from 1.

    `boundary` must not occur in any value: the caller draws it at random.
    """
    inner = f"changeset_{boundary}"
    lines = [
        f"--batch_{boundary}".encode(),
        f"Content-Type: multipart/mixed; boundary={inner}".encode(),
        b"",
    ]
    for number, part in enumerate(parts, start=1):
        lines += [
            f"--{inner}".encode(),
            b"Content-Type: application/http",
            b"Content-Transfer-Encoding: binary",
            f"Content-ID: {number}".encode(),
            b"",
            f"{part.method} {part.target} HTTP/1.1".encode(),
            b"Content-Type: application/json",
            *(f"{name}: {value}".encode() for name, value in headers),
            b"",
            dumps(part.values),
        ]
    lines += [f"--{inner}--".encode(), f"--batch_{boundary}--".encode(), b""]
    return CRLF.join(lines)


def content_type(boundary: str) -> str:
    return f"multipart/mixed; boundary=batch_{boundary}"


def answers(body: bytes, kind: str) -> list[PartAnswer]:
    """All answers in a batch's answer, those inside a change set included.

    Raises:
        Garbled: cut off, or not what a batch answers.
    """
    found: list[PartAnswer] = []
    for headers, content in _parts(body, kind):
        if headers.get("content-type", "").lower().startswith("multipart/mixed"):
            found += [_answer(inner, text) for inner, text in _parts(content, headers["content-type"])]
        else:
            found.append(_answer(headers, content))
    if not found:
        raise Garbled("a batch without answers")
    return found


def judge_batch(answer: Answer) -> Verdict:
    """The judge of a batch of one change set: its one refusal, or done."""
    if answer.status >= 300:
        return judge(answer)
    try:
        parts = answers(answer.body, answer.headers.get("content-type", ""))
    except Garbled as error:
        return Again(str(error), "maybe")
    refused = next((part for part in parts if part.status >= 300), None)
    if refused is None:
        return Fine(len(parts))
    return verdict(word(refused.status, refused.json, answer.server_request_id or answer.request_id), changes=True)


def _parts(body: bytes, kind: str) -> list[tuple[dict[str, str], bytes]]:
    found = _BOUNDARY.search(kind)
    if found is None:
        raise Garbled("an answer without a boundary")
    mark = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    # A delimiter stands at the start of a line; the line break before it belongs to it.
    pieces = re.split(rb"(?:^|\r?\n)" + re.escape(mark) + rb"(--)?[ \t]*(?=\r?\n|$)", body)
    if len(pieces) < 3 or pieces[-2] is None:
        raise Garbled("a batch that is cut off")
    return [_split(_BREAK.sub(b"", pieces[at], count=1)) for at in range(2, len(pieces) - 2, 2)]


def _split(part: bytes) -> tuple[dict[str, str], bytes]:
    """Headers (names in small letters) and what follows the empty line."""
    if first := _BREAK.match(part):
        return {}, part[first.end() :]
    gap = _GAP.search(part)
    head, content = (part[: gap.start()], part[gap.end() :]) if gap else (part, b"")
    return _headers(head.splitlines()), content


def _headers(lines: list[bytes]) -> dict[str, str]:
    pairs = (line.decode("latin-1").partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _answer(outer: dict[str, str], content: bytes) -> PartAnswer:
    line, _, rest = content.lstrip(b"\r\n").partition(b"\n")
    status = _STATUS.match(line.strip())
    if status is None:
        raise Garbled("a part that is no HTTP answer")
    headers, body = _split(rest)
    try:
        json = loads(body) if body.strip() else None
    except Undecodable as error:
        raise Garbled(f"a part that is {error}") from None
    etag = headers.get("etag")
    return PartAnswer(
        int(status[1]),
        outer.get("content-id") or headers.get("content-id"),
        ETag(etag) if etag else None,
        json,
    )
