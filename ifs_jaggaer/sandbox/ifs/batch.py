"""`$batch`: multipart/mixed bodies, read and written (OData 4.0 Part 1, 11.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from ifs_jaggaer.sandbox.ifs.errors import ODataError, malformed
from ifs_jaggaer.sandbox.kernel import Answer, Call

_BOUNDARY: Final = re.compile(r"boundary=(?:\"([^\"]+)\"|([^\s;]+))", re.IGNORECASE)
_LINE_END: Final = re.compile(rb"\r?\n")
_EMPTY_LINE: Final = re.compile(rb"(?:^|\r?\n)\r?\n")
_HOST: Final = re.compile(r"^https?://[^/]*")
_REFERENCE: Final = re.compile(r"\$([\w.-]+)")


#: An answer with the Content-ID of its part; a list of them for a change set that succeeded.
Result = tuple[Answer, str | None] | list[tuple[Answer, str | None]]


@dataclass(frozen=True)
class Part:
    """One request of a batch; its path is below the service root or begins with `$id`."""

    call: Call
    content_id: str | None


@dataclass(frozen=True)
class ChangeSet:
    """Requests that are carried out all or not at all."""

    parts: tuple[Part, ...]


def read_batch(call: Call, service: str) -> list[Part | ChangeSet]:
    """The parts of a batch in order. Raises ODataError: 415 for another form, 400 for a broken one."""
    return [_read_part(headers, body, service) for headers, body in _split(call.headers, call.body)]


def _split(headers: Mapping[str, str], body: bytes) -> list[tuple[dict[str, str], bytes]]:
    kind = headers.get("content-type", "")
    found = _BOUNDARY.search(kind)
    if not kind.lower().startswith("multipart/mixed") or not found:
        raise ODataError(415, "ODP_UNSUPPORTED_MEDIA_TYPE", "A batch is multipart/mixed with a boundary.")
    mark = re.escape((found[1] or found[2]).encode())
    first, *pieces = re.split(rb"(?:^|\r?\n)--" + mark + rb"(?=--|[ \t]*\r?\n)", body)
    if not pieces or first.strip() or not pieces[-1].startswith(b"--"):
        raise malformed("the multipart body has no beginning or no end")
    return [_head_and_body(_LINE_END.sub(b"", piece, count=1)) for piece in pieces[:-1]]


def _head_and_body(text: bytes) -> tuple[dict[str, str], bytes]:
    head, *rest = _EMPTY_LINE.split(text, maxsplit=1)
    lines = [line.partition(":") for line in head.decode(errors="replace").splitlines()]
    return {name.strip().lower(): value.strip() for name, _, value in lines}, b"".join(rest)


def _read_part(headers: dict[str, str], body: bytes, service: str) -> Part | ChangeSet:
    if headers.get("content-type", "").lower().startswith("multipart/mixed"):
        return ChangeSet(tuple(_read_request(inner, text, service) for inner, text in _split(headers, body)))
    return _read_request(headers, body, service)


def _read_request(headers: dict[str, str], body: bytes, service: str) -> Part:
    if not headers.get("content-type", "").lower().startswith("application/http"):
        raise malformed("a part of a batch is application/http or, as a change set, multipart/mixed")
    line, *rest = _LINE_END.split(body.lstrip(b"\r\n"), maxsplit=1)
    words = line.decode(errors="replace").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise malformed(f"the request line {line.decode(errors='replace')!r} cannot be read")
    inner, content = _head_and_body(b"".join(rest))
    length = inner.get("content-length", "")
    path, query = _below(words[1], service)
    return Part(
        Call(words[0], path, query, inner, content[: int(length)] if length.isdecimal() else content),
        headers.get("content-id"),
    )


def _below(url: str, service: str) -> tuple[str, str]:
    path, _, query = url.partition("?")
    path = _HOST.sub("", path)
    if path.startswith("/") and not path.startswith(f"{service}/"):
        raise malformed(f"{url} is not below the service of the batch")
    return path.removeprefix(f"{service}/"), query


def resolved(call: Call, made: Mapping[str, tuple[str, str]]) -> Call:
    """The call with `$id` replaced in URL and If-Match by address and ETag of what part `id` answered.

    Raises ODataError 400 for an id that no earlier part bore.
    """
    path, headers = call.path, dict(call.headers)
    if path.startswith("$"):
        first, slash, rest = path.partition("/")
        path = _made(first, made)[0] + slash + rest
    if headers.get("if-match", "").startswith("$"):
        headers["if-match"] = _made(headers["if-match"], made)[1]
    return replace(call, path=path, headers=headers)


def _made(reference: str, made: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    match = _REFERENCE.fullmatch(reference)
    if match is None or match[1] not in made:
        raise malformed(f"{reference} refers to no earlier part")
    return made[match[1]]


def write_batch(results: Iterable[Result]) -> Answer:
    """One multipart answer; the answers of a change set stand within a part of their own."""
    pieces = []
    for place, result in enumerate(results):
        if isinstance(result, list):
            boundary = f"changeset_{place}"
            inner = _joined([_http(answer, content_id) for answer, content_id in result], boundary)
            pieces.append(f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode() + inner)
        else:
            pieces.append(_http(*result))
    return Answer(
        HTTPStatus.OK, _joined(pieces, "batch_answer"), {"content-type": "multipart/mixed; boundary=batch_answer"}
    )


def _joined(pieces: Iterable[bytes], boundary: str) -> bytes:
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + piece + b"\r\n" for piece in pieces) + mark + b"--\r\n"


def _http(answer: Answer, content_id: str | None) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id is not None:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += [f"content-length: {len(answer.body)}", "", ""]
    return "\r\n".join(lines).encode() + answer.body
