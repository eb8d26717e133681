"""Raw HTTP to both systems: one client for each port, no retry, no cookies kept, decimals never floats."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx

Row = dict[str, Any]

IFS_ACCEPT = "application/json;odata.metadata=minimal;IEEE754Compatible=true"


def loads(text: str | bytes) -> Any:
    """JSON with exact decimals."""
    return json.loads(text, parse_float=Decimal)


def dumps(value: Any) -> str:
    """JSON; a Decimal goes out as the number that it is."""
    marks: dict[str, str] = {}

    def plain(part: Any) -> Any:
        if isinstance(part, Decimal):
            mark = f"@decimal-{len(marks)}@"
            marks[json.dumps(mark)] = format(part, "f")
            return mark
        if isinstance(part, Mapping):
            return {key: plain(item) for key, item in part.items()}
        if isinstance(part, list | tuple):
            return [plain(item) for item in part]
        return part

    text = json.dumps(plain(value))
    for mark, number in marks.items():
        text = text.replace(mark, number)
    return text


def query(options: Mapping[str, str | int] | None) -> str:
    """A query string in which everything but the names' dollar sign is percent-encoded."""
    if not options:
        return ""
    return "?" + "&".join(f"{quote(name, safe='$')}={quote(str(value), safe='')}" for name, value in options.items())


def answer_json(answer: httpx.Response) -> Any:
    """The body of an answer as JSON with exact decimals."""
    return loads(answer.content)


def basic(user: str, secret: str) -> dict[str, str]:
    """RFC 6749 2.3.1: both parts are form-encoded first."""
    both = f"{quote(user, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(both.encode()).decode()}


@dataclass
class Steering:
    """`/_sandbox/` of one port."""

    http: httpx.Client

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        content = None if body is None else dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        return self.http.request(method, f"/_sandbox/{path}", content=content, headers=headers)

    def _good(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.call(method, path, body)
        assert answer.is_success, f"{method} /_sandbox/{path} {body}: {answer.status_code} {answer.text}"
        return answer_json(answer) if answer.content else None

    def records(self, name: str) -> list[Row]:
        rows = self._good("GET", f"records/{name}")
        assert isinstance(rows, list)
        return rows

    def create(self, name: str, values: Row) -> Row:
        return self._good("POST", "create", {"set": name, "values": values})

    def change(self, name: str, key: Row, values: Row) -> Row:
        return self._good("POST", "change", {"set": name, "key": key, "values": values})

    def remove(self, name: str, key: Row) -> None:
        self._good("POST", "remove", {"set": name, "key": key})

    def arm(self, fault: str, **rest: Any) -> Any:
        return self._good("POST", "faults", {"fault": fault, **rest})["id"]

    def armed(self) -> list[Row]:
        return self._good("GET", "faults")

    def disarm(self) -> None:
        self._good("DELETE", "faults")

    def settings(self, **settings: Any) -> None:
        self._good("POST", "settings", settings)

    def stats(self) -> Row:
        return self._good("GET", "stats")

    def reset_stats(self) -> None:
        self._good("POST", "stats/reset")

    def log(self) -> list[Row]:
        return self._good("GET", "log")


@dataclass
class System:
    """What the two have in common: a host, credentials, a token kept until it is thrown away."""

    host: str
    client_id: str
    client_secret: str
    token_path: str
    http: httpx.Client = field(init=False)
    steer: Steering = field(init=False)
    _token: str | None = None

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.host, timeout=20, trust_env=False)
        self.steer = Steering(self.http)

    def close(self) -> None:
        self.http.close()

    def ask_token(self, **form: str) -> httpx.Response:
        """A token request; the fields given replace or, when empty, take away those of a good one."""
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        } | form
        return self.http.post(self.token_path, data={name: value for name, value in fields.items() if value})

    def token(self) -> str:
        if self._token is None:
            answer = self.ask_token()
            assert answer.status_code == 200, answer.text
            self._token = answer.json()["access_token"]
        return self._token

    def forget_token(self) -> None:
        self._token = None

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        content: bytes | str | None = None,
        token: str | None = None,
    ) -> httpx.Response:
        """One request with a bearer token; `body` goes out as JSON, `content` as it is."""
        all_headers = {"Authorization": f"Bearer {token or self.token()}", **self.defaults()}
        if body is not None:
            content = dumps(body)
            all_headers["Content-Type"] = "application/json"
        self.http.cookies.clear()
        return self.http.request(method, path, content=content, headers=all_headers | dict(headers or {}))

    def defaults(self) -> dict[str, str]:
        return {"Accept": "application/json"}


# -- IFS ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EntitySet:
    """A line of the table in contracts/ifs.md 4."""

    path: str
    keys: tuple[str, ...]
    attributes: tuple[str, ...]
    decimals: frozenset[str] = field(repr=False)

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]

    @property
    def service(self) -> str:
        """The path of the service root, without a slash at the end."""
        return "/" + self.path.rsplit("/", 1)[0]

    @property
    def projection(self) -> str:
        return self.path.rsplit("/", 2)[1].removesuffix(".svc")

    @property
    def entity(self) -> str:
        return self.name.removesuffix("Set")

    @property
    def other_endpoint(self) -> str:
        """The same path below the other endpoint, where the set is not."""
        here, rest = self.path.split("/", 1)
        return f"/{'int' if here == 'main' else 'main'}/{rest}"


def literal(value: Any) -> str:
    """A key value as it stands in a URL, before percent-encoding."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", text):
        return text
    return "'" + text.replace("'", "''") + "'"


def key_of(entity_set: EntitySet, row: Row) -> str:
    """The key predicate of a row, percent-encoded."""
    values = {key: Decimal(row[key]) if key in entity_set.decimals else row[key] for key in entity_set.keys}
    return "(" + ",".join(f"{key}={quote(literal(value), safe='')}" for key, value in values.items()) + ")"


@dataclass
class Ifs(System):
    """The IFS side."""

    def defaults(self) -> dict[str, str]:
        return {"Accept": IFS_ACCEPT}

    def url(self, entity_set: EntitySet, row: Row | None = None, tail: str = "") -> str:
        return f"/{entity_set.path}{'' if row is None else key_of(entity_set, row)}{tail}"

    def listing(
        self, entity_set: EntitySet, options: Mapping[str, str | int] | None = None, **more: Any
    ) -> httpx.Response:
        """A list as it comes."""
        return self.send("GET", self.url(entity_set) + query(options), **more)

    def rows(self, entity_set: EntitySet, options: Mapping[str, str | int] | None = None, **more: Any) -> list[Row]:
        """The rows of one answer."""
        answer = self.listing(entity_set, options, **more)
        assert answer.status_code == 200, f"{options}: {answer.status_code} {answer.text}"
        return answer_json(answer)["value"]

    def get(self, entity_set: EntitySet, row: Row, **more: Any) -> httpx.Response:
        """A row by key as it comes."""
        return self.send("GET", self.url(entity_set, row), **more)

    def read(self, entity_set: EntitySet, row: Row) -> Row:
        """A row by key that is there."""
        answer = self.get(entity_set, row)
        assert answer.status_code == 200, answer.text
        return answer_json(answer)

    def etag(self, entity_set: EntitySet, row: Row) -> str:
        return self.read(entity_set, row)["@odata.etag"]

    def post(self, entity_set: EntitySet, values: Row, **more: Any) -> httpx.Response:
        return self.send("POST", self.url(entity_set), body=values, **more)

    def patch(self, entity_set: EntitySet, row: Row, values: Row, etag: str | None) -> httpx.Response:
        headers = {} if etag is None else {"If-Match": etag}
        return self.send("PATCH", self.url(entity_set, row), body=values, headers=headers)

    def act(self, entity_set: EntitySet, row: Row, action: str, etag: str | None) -> httpx.Response:
        """A bound action of this set's entity, such as `Confirm`."""
        tail = f"/IfsApp.{entity_set.projection}.{entity_set.entity}_{action}"
        headers = {} if etag is None else {"If-Match": etag}
        return self.send("POST", self.url(entity_set, row, tail), body={}, headers=headers)

    def stored(self, entity_set: EntitySet, row: Row) -> Row | None:
        """The row as the server keeps it, past every filter; None when it is not there."""
        wanted = [str(row[key]) for key in entity_set.keys]
        for kept in self.steer.records(entity_set.name):
            if [str(kept[key]) for key in entity_set.keys] == wanted:
                return kept
        return None


def error_of(answer: httpx.Response) -> Row:
    """The error of an answer in the form of contracts/ifs.md 3, with the form checked."""
    body = answer_json(answer)
    assert set(body) == {"error"}, body
    error = body["error"]
    assert isinstance(error["code"], str)
    assert isinstance(error["message"], str)
    for detail in error.get("details", []):
        assert isinstance(detail["code"], str)
        assert isinstance(detail["message"], str)
    return error


def detail_codes(answer: httpx.Response) -> set[str]:
    return {detail["code"] for detail in error_of(answer).get("details", [])}


def detail_text(answer: httpx.Response) -> str:
    return " ".join(detail["message"] for detail in error_of(answer).get("details", []))


# -- JAGGAER ------------------------------------------------------------------------------------------------

BASE = "/j1p/api/public"


@dataclass(frozen=True)
class Resource:
    """A list of contracts/jaggaer.md: its path and where in the answer the list stands."""

    name: str
    path: str
    container: tuple[str, ...]

    def items(self, body: Row) -> list[Row]:
        """The list; one that is missing or `{}` is empty (contracts/jaggaer.md 2)."""
        part: Any = body
        for name in self.container:
            part = part.get(name)
            if not part:
                return []
        assert isinstance(part, list)
        return part


@dataclass
class Jaggaer(System):
    """The JAGGAER side."""

    def listing(self, resource: Resource, options: Mapping[str, str | int] | None = None) -> httpx.Response:
        return self.send("GET", resource.path + query(options))

    def page(self, resource: Resource, options: Mapping[str, str | int] | None = None) -> Row:
        """One page that was answered well."""
        answer = self.listing(resource, options)
        assert answer.status_code == 200, answer.text
        body = answer_json(answer)
        assert int(body["returnCode"]) == 0, body
        return body

    def sweep(self, resource: Resource, options: Mapping[str, str | int] | None = None) -> list[Row]:
        """All pages of a list."""
        found: list[Row] = []
        start = 1
        while True:
            body = self.page(resource, {**(options or {}), "start": start})
            found += resource.items(body)
            start += int(body["returnedRecords"])
            if start - 1 >= int(body["totRecords"]) or not int(body["returnedRecords"]):
                return found

    def post(self, path: str, body: Any, **more: Any) -> Row:
        """A write; answers the envelope whatever its code."""
        answer = self.send("POST", path, body=body, **more)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer_json(answer)

    def one(self, resource: Resource, identity: Any) -> Row:
        """A document by its id: bare, without an envelope."""
        answer = self.send("GET", f"{resource.path}/{identity}")
        assert answer.status_code == 200, answer.text
        return answer_json(answer)


def code(body: Row) -> int:
    return int(body["returnCode"])


def ids(items: Iterable[Row], *path: str) -> list[str]:
    """One value out of each item, as text."""
    found = []
    for item in items:
        part: Any = item
        for name in path:
            part = part[name]
        found.append(str(part))
    return found
