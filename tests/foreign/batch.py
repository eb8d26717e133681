"""`$batch`, multipart/mixed: the parts as requests, the answers as parts (OData 4.0 part 1, 11.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import simplejson


@dataclass
class Part:
    method: str
    url: str
    headers: dict[str, str]
    content_id: str
    body: bytes


@dataclass
class ChangeSet:
    parts: list[Part]


def _heads(block: bytes) -> tuple[dict[str, str], bytes]:
    head, _, rest = block.partition(b"\r\n\r\n")
    fields = (line.partition(":") for line in head.decode().split("\r\n") if line)
    return {name.strip().lower(): value.strip() for name, _, value in fields}, rest


def _blocks(body: bytes, content_type: str) -> list[bytes]:
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    if not match:
        raise ValueError("no boundary")
    mark = b"--" + match[1].encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise ValueError("the last boundary is missing")
    return [piece.removeprefix(b"\r\n") for piece in pieces[1:-1]]


def parse(body: bytes, content_type: str) -> list[Part | ChangeSet]:
    """Raises ValueError where the body is no batch."""
    found: list[Part | ChangeSet] = []
    for block in _blocks(body, content_type):
        headers, rest = _heads(block)
        if headers.get("content-type", "").startswith("multipart/mixed"):
            parts = [_part(inner) for inner in _blocks(rest, headers["content-type"])]
            if any(part.method == "GET" or not part.content_id for part in parts):
                raise ValueError("a change set holds no GET, and each part has a Content-ID")
            found.append(ChangeSet(parts))
        else:
            found.append(_part(block))
    return found


def _part(block: bytes) -> Part:
    outer, rest = _heads(block)
    if not outer.get("content-type", "").startswith("application/http"):
        raise ValueError("a part is application/http")
    if outer.get("content-transfer-encoding", "binary") != "binary":
        raise ValueError("the transfer encoding is binary")
    line, _, rest = rest.partition(b"\r\n")
    method, url, version = line.decode().split(" ")
    if version != "HTTP/1.1":
        raise ValueError("no HTTP/1.1")
    headers, body = _heads(b"\r\n" + rest if rest.startswith(b"\r\n") else rest)
    if "content-length" in headers:
        body = body[: int(headers["content-length"])]
    url = urlsplit(url)._replace(scheme="", netloc="").geturl()
    return Part(method, url, headers, outer.get("content-id", ""), body)


def one(status: int, content: Any, headers: dict[str, str], content_id: str = "") -> bytes:
    body = b"" if content is None else simplejson.dumps(content, use_decimal=True).encode()
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    lines += [f"Content-ID: {content_id}"] if content_id else []
    lines += ["", f"HTTP/1.1 {status} {'OK' if status < 300 else 'Error'}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json;odata.metadata=minimal", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body + b"\r\n"


def joined(blocks: list[bytes], boundary: str) -> bytes:
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + block for block in blocks) + mark + b"--\r\n"
