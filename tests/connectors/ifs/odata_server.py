"""A small OData v4 server, written from contracts/ifs.md alone: filters, pages, ETags, change sets."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from scripted import Scripted, Seen, Step, answer

TOKEN = re.compile(
    r"\s*(?:(?P<text>(?:[\w.]+)?'(?:[^']|'')*')|(?P<paren>[()])|(?P<word>[^\s(),']+))",
)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a is not None and b is not None and a > b,
    "ge": lambda a, b: a is not None and b is not None and a >= b,
    "lt": lambda a, b: a is not None and b is not None and a < b,
    "le": lambda a, b: a is not None and b is not None and a <= b,
}
Predicate = Callable[[dict[str, Any]], bool]


class Malformed(Exception):
    pass


class Filter:
    """Recursive descent: or < and < comparison."""

    def __init__(self, text: str, types: dict[str, str]) -> None:
        self.types = types
        self.tokens = []
        at = 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise Malformed(text[at:])
            self.tokens.append(found[0].strip())
            at = found.end()

    def parse(self) -> Predicate:
        made = self.either()
        if self.tokens:
            raise Malformed(str(self.tokens))
        return made

    def either(self) -> Predicate:
        parts = [self.both()]
        while self.tokens and self.tokens[0] == "or":
            self.tokens.pop(0)
            parts.append(self.both())
        return lambda row: any(part(row) for part in parts)

    def both(self) -> Predicate:
        parts = [self.one()]
        while self.tokens and self.tokens[0] == "and":
            self.tokens.pop(0)
            parts.append(self.one())
        return lambda row: all(part(row) for part in parts)

    def one(self) -> Predicate:
        if self.tokens[0] == "(":
            self.tokens.pop(0)
            inner = self.either()
            if self.tokens.pop(0) != ")":
                raise Malformed(")")
            return inner
        name, operator, value = (self.tokens.pop(0) for _ in range(3))
        if name not in self.types:
            raise Malformed(f"The property '{name}', used in a query expression, is not defined in type 'T'.")
        compare, wanted = COMPARISONS[operator], literal(self.types[name], value)
        return lambda row: compare(typed(self.types[name], row.get(name)), wanted)


def literal(kind: str, text: str) -> Any:
    if text == "null":
        return None
    if kind == "Edm.String" or kind.startswith("IfsApp."):
        prefix = "" if kind == "Edm.String" else kind
        if not text.startswith(f"{prefix}'") or not text.endswith("'"):
            raise Malformed(f"literal {text} for {kind}")
        return text[len(prefix) + 1 : -1].replace("''", "'")
    if kind == "Edm.Boolean":
        return {"true": True, "false": False}[text]
    if kind == "Edm.DateTimeOffset":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
            raise Malformed(f"literal {text} for {kind}")
        return text
    return typed(kind, text)


def typed(kind: str, value: Any) -> Any:
    if value is None:
        return None
    return Decimal(str(value)) if kind in {"Edm.Decimal", "Edm.Int64"} else value


@dataclass
class Table:
    """`types` by attribute; `page`: the server's own limit; `link`: whether it announces the next page."""

    types: dict[str, str]
    keys: tuple[str, ...]
    rows: list[dict[str, Any]] = field(default_factory=list)
    page: int = 5000
    link: bool = False
    etags: bool = True
    version: int = 0


@dataclass
class Tenant(Scripted):
    """One service with tables; `lies` may replace an answer after the work was done."""

    service: str = "/main/ifsapplications/projection/v1/Handling.svc"
    tables: dict[str, Table] = field(default_factory=dict)
    lies: list[Step] = field(default_factory=list)
    before_each: Callable[[Seen], Step | None] = lambda _seen: None
    restated: bool = True

    def _step(self, seen: Seen) -> Step:
        if seen.target == "/token":
            return super()._step(seen)
        self.seen.append(seen)
        if (instead := self.before_each(seen)) is not None:
            return instead
        path, _, query = seen.target.partition("?")
        try:
            status, headers, body = self.served(seen, unquote(path).removeprefix(self.service + "/"), query)
        except Malformed as error:
            status, headers, body = 400, {}, refusal("ODP_MALFORMED", "Malformed Request.", ("", str(error)))
        if self.lies and seen.method != "GET":
            return self.lies.pop(0)
        return answer(status, body if isinstance(body, bytes | str) else json.dumps(body), **headers)

    def served(self, seen: Seen, path: str, query: str) -> tuple[int, dict[str, str], Any]:
        if path.startswith("$"):
            return self.batch(seen) if path == "$batch" else (200, {"Content_Type": "application/xml"}, self.metadata())
        name, _, rest = path.partition("(")
        table = self.tables.get(name)
        if table is None:
            return 404, {}, "<html>nothing here</html>"
        if not rest:
            return self.create(table, seen.body) if seen.method == "POST" else self.list(table, name, query)
        predicate, _, action = rest.rpartition(")")
        key = {
            part.partition("=")[0]: literal(table.types[part.partition("=")[0]], part.partition("=")[2])
            for part in re.findall(r"\w+=(?:[\w.]*'(?:[^']|'')*'|[^,']+)", predicate)
        }
        row = next((row for row in table.rows if all(typed(table.types[k], row[k]) == v for k, v in key.items())), None)
        if row is None:
            return 404, {}, refusal("ODP_RESOURCE_NOTFOUND", "The row does not exist.")
        return (200, {}, self.shown(table, row)) if seen.method == "GET" else self.change(table, row, seen, action)

    def list(self, table: Table, name: str, query: str) -> tuple[int, dict[str, str], Any]:
        if len(query) > 8000:
            return 414, {}, ""
        asked = {unquote(k): unquote(v) for k, _, v in (part.partition("=") for part in query.split("&"))}
        wanted = Filter(asked["$filter"], table.types).parse() if "$filter" in asked else None
        rows = [row for row in table.rows if wanted is None or wanted(row)]
        for column in reversed(asked.get("$orderby", ",".join(table.keys)).split(",")):
            rows.sort(
                key=lambda row, column=column: (
                    typed(table.types[column], row.get(column)) or 0
                    if table.types[column] in {"Edm.Decimal", "Edm.Int64"}
                    else str(row.get(column) or "")
                )
            )
        start, top = int(asked.get("$skiptoken", 0)), int(asked.get("$top", 5000))
        if top > 5000:
            return 400, {}, refusal("ODP_MALFORMED", "too many")
        end = start + min(top, table.page)
        body: dict[str, Any] = {"value": [self.shown(table, row, asked.get("$select")) for row in rows[start:end]]}
        if table.link and end < len(rows):
            kept = "&".join(part for part in query.split("&") if not part.startswith("$skiptoken"))
            body["@odata.nextLink"] = f"{name}?{kept}&$skiptoken={end}"
        return 200, {}, body

    def shown(self, table: Table, row: dict[str, Any], select: str | None = None) -> dict[str, Any]:
        names = select.split(",") if select else [*row, "luname"]
        for name in names:
            if name not in table.types and name not in {*row, "luname"}:
                raise Malformed(f"The property '{name}' is not defined in type 'T'.")
        body = {name: row.get(name, "X") for name in names if not name.startswith("@") and name != "version"}
        return {**({"@odata.etag": etag_of(row)} if table.etags or not select else {}), **body}

    def create(self, table: Table, body: bytes) -> tuple[int, dict[str, str], Any]:
        row = json.loads(body, parse_float=Decimal)
        for name in row:
            if name not in table.types:
                return 400, {}, refusal("ODP_DESERIALIZATION_ERROR", "Malformed", ("", f"Unknown property '{name}'"))
        for key in table.keys:
            row.setdefault(key, str(len(table.rows) + 1))
        if any(all(other[k] == row[k] for k in table.keys) for other in table.rows):
            return 500, {}, refusal("DATABASE_ERROR", "Database error.", ("20112", "The object already exists."))
        table.version += 1
        row["version"] = table.version
        table.rows.append({k: str(v) if isinstance(v, Decimal) else v for k, v in row.items()})
        return 201, {}, self.shown(table, table.rows[-1])

    def change(self, table: Table, row: dict[str, Any], seen: Seen, action: str) -> tuple[int, dict[str, str], Any]:
        if "if-match" not in seen.headers:
            return 428, {}, refusal("ODP_MISSING_PRECONDITION", "If-Match is missing")
        if seen.headers["if-match"] != etag_of(row):
            return 412, {}, refusal("ODP_PRECONDITION_FAILED", "stale")
        table.version += 1
        row.update({"Objstate": "Cancelled"} if action else json.loads(seen.body), version=table.version)
        if self.restated:
            return 200, {}, self.shown(table, row)
        return 204, {"ETag": etag_of(row)}, ""

    def batch(self, seen: Seen) -> tuple[int, dict[str, str], Any]:
        outer = re.search(r"boundary=(\S+)", seen.headers["content-type"])
        inner = re.search(rb"boundary=(\S+)", seen.body)
        assert outer
        assert inner
        assert seen.body.startswith(b"--" + outer[1].encode() + b"\r\n")
        assert seen.body.rstrip().endswith(b"--" + outer[1].encode() + b"--")
        kept = {name: (list(table.rows), table.version) for name, table in self.tables.items()}
        made: dict[str, dict[str, Any]] = {}
        answers = []
        for part in seen.body.split(b"--" + inner[1])[1:-1]:
            mime, line_and_headers, content = part.strip(b"\r\n").split(b"\r\n\r\n", 2)
            number = re.search(rb"Content-ID: (\d+)", mime)
            assert number
            method, target, _ = line_and_headers.split(b"\r\n")[0].decode().split(" ")
            assert method == "POST"
            values = json.loads(content, parse_float=Decimal)
            name = target
            if target.startswith("$"):
                reference, navigation = target[1:].split("/")
                name = navigation.replace("Array", "Set")
                head = self.tables[made[reference]["set"]]
                values |= {key: made[reference][key] for key in head.keys}
            status, _, body = self.create(self.tables[name], json.dumps(values, default=str).encode())
            if status != 201:
                for table_name, (rows, version) in kept.items():
                    self.tables[table_name].rows, self.tables[table_name].version = rows, version
                return self.multipart([part_of(status, body, None)], nested=False)
            made[number[1].decode()] = {**body, "set": name}
            answers.append(part_of(status, body, number[1].decode()))
        return self.multipart(answers, nested=True)

    def multipart(self, parts: list[bytes], *, nested: bool) -> tuple[int, dict[str, str], Any]:
        content = b"".join(b"--in\r\n" + part + b"\r\n" for part in parts)
        if nested:
            content = (
                b"--out\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n" + content + b"--in--\r\n--out--\r\n"
            )
        else:
            content = content.replace(b"--in", b"--out") + b"--out--\r\n"
        return 200, {"Content_Type": "multipart/mixed;boundary=out"}, content

    def metadata(self) -> str:
        types = "".join(
            f'<EntityType Name="{name[:-3]}">'
            + "".join(f'<Property Name="{column}" Type="{kind}"/>' for column, kind in table.types.items())
            + "</EntityType>"
            for name, table in self.tables.items()
        )
        sets = "".join(f'<EntitySet Name="{name}" EntityType="IfsApp.Handling.{name[:-3]}"/>' for name in self.tables)
        return (
            '<?xml version="1.0"?><edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">'
            '<edmx:DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="IfsApp.Handling">'
            f'{types}<EntityContainer Name="C">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
        )


def etag_of(row: dict[str, Any]) -> str:
    return f'W/"{b64encode(str(row.get("version", 0)).encode()).decode()}"'


def refusal(code: str, message: str, *details: tuple[str, str]) -> dict[str, Any]:
    told = [{"code": code, "message": text} for code, text in details]
    return {"error": {"code": code, "message": message, "details": told}}


def part_of(status: int, body: Any, number: str | None) -> bytes:
    mime = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    mime += f"Content-ID: {number}\r\n" if number else ""
    etag = f"ETag: {body['@odata.etag']}\r\n" if "@odata.etag" in body else ""
    return f"{mime}\r\nHTTP/1.1 {status} X\r\n{etag}Content-Type: application/json\r\n\r\n{json.dumps(body)}".encode()
