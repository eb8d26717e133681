"""$batch on the wire: multipart bodies written and read by hand (contracts/ifs.md 3)."""

from dataclasses import dataclass, field

import httpx

from .contract import SUPPLIER
from .wire import EntitySet, Ifs, Row, dumps, key_of, loads

CRLF = "\r\n"


@dataclass
class Part:
    """One request of a batch; `content_id` for those of a change set."""

    method: str
    url: str
    body: Row | None = None
    content_id: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        outer = {"Content-Type": "application/http", "Content-Transfer-Encoding": "binary"}
        if self.content_id:
            outer["Content-ID"] = self.content_id
        inner = {"Accept": "application/json;odata.metadata=minimal;IEEE754Compatible=true", **self.headers}
        content = ""
        if self.body is not None:
            inner["Content-Type"] = "application/json"
            content = dumps(self.body)
            inner["Content-Length"] = str(len(content.encode()))
        return CRLF.join(
            [
                *(f"{name}: {value}" for name, value in outer.items()),
                "",
                f"{self.method} {self.url} HTTP/1.1",
                *(f"{name}: {value}" for name, value in inner.items()),
                "",
                content,
            ]
        )


def change_set(*parts: Part, boundary: str = "changeset_1") -> str:
    lines = [f"Content-Type: multipart/mixed; boundary={boundary}", ""]
    for part in parts:
        lines += [f"--{boundary}", part.text()]
    return CRLF.join([*lines, f"--{boundary}--", ""])


def send(ifs: Ifs, service: EntitySet, *pieces: Part | str, headers: dict[str, str] | None = None) -> httpx.Response:
    lines = []
    for piece in pieces:
        lines += ["--batch_1", piece if isinstance(piece, str) else piece.text()]
    return ifs.send(
        "POST",
        f"{service.service}/$batch",
        content=CRLF.join([*lines, "--batch_1--", ""]).encode(),
        headers={"Content-Type": "multipart/mixed; boundary=batch_1", "Accept": "multipart/mixed", **(headers or {})},
    )


@dataclass
class Result:
    """One answer inside an answer."""

    status: int
    headers: dict[str, str]
    body: Row | None
    content_id: str | None
    in_change_set: bool


def results(answer: httpx.Response) -> list[Result]:
    """The answers of a batch in their order, those of a change set in theirs."""
    assert answer.status_code in {200, 202}, answer.text
    kind = answer.headers["content-type"]
    assert kind.startswith("multipart/mixed")
    return _parts(answer.content, _boundary(kind), inside=False)


def _boundary(content_type: str) -> bytes:
    return content_type.split("boundary=", 1)[1].split(";", maxsplit=1)[0].strip().strip('"').encode()


def _headers(block: bytes) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in block.decode().split(CRLF) if ":" in line)
    return {name.strip().lower(): value.strip() for name, value in pairs}


def _parts(content: bytes, boundary: bytes, *, inside: bool) -> list[Result]:
    found: list[Result] = []
    pieces = content.split(b"--" + boundary)
    assert pieces[-1].startswith(b"--"), "the end of a multipart body is missing"
    for piece in pieces[1:-1]:
        head, _, rest = piece.strip(b"\r\n").partition(b"\r\n\r\n")
        outer = _headers(head)
        if outer["content-type"].startswith("multipart/mixed"):
            assert not inside
            found += _parts(rest, _boundary(outer["content-type"]), inside=True)
            continue
        assert outer["content-type"].startswith("application/http")
        top, _, body = rest.partition(b"\r\n\r\n")
        first, _, more = top.partition(b"\r\n")
        body = body.strip()
        found.append(
            Result(
                int(first.split()[1]),
                _headers(more),
                loads(body) if body else None,
                outer.get("content-id"),
                inside,
            )
        )
    return found


def code_of(result: Result) -> str:
    assert result.body is not None
    return str(result.body["error"]["code"])


def create(number: str, content_id: str = "1", **values: str) -> Part:
    return Part("POST", "SupplierInfoGeneralSet", {"SupplierId": number, "Name": "Batch"} | values, content_id)


def patch(row: Row, etag: str, content_id: str, **values: str) -> Part:
    return Part("PATCH", f"SupplierInfoGeneralSet{key_of(SUPPLIER, row)}", dict(values), content_id, {"If-Match": etag})


def there(ifs: Ifs, number: str) -> bool:
    return ifs.stored(SUPPLIER, {"SupplierId": number}) is not None
