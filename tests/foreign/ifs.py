"""A foreign IFS Cloud: all sets of contracts/ifs.md 4, strict, and free where the contract leaves freedom."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import quote, unquote

from foreign import batch
from foreign.catalogue import ACTIONS, ARRAYS, GIVEN, NUMBERED, READ_ONLY, SETS, EntitySet
from foreign.ledger import Refused, acted, check, unbalanced
from foreign.metadata import metadata
from foreign.odata import Filter, Malformed
from foreign.serving import Answer, Asked, Habits, Tenant
from foreign.values import from_json, from_text

LONGEST_URL = 8192
FAR_PAGE = 5000
LEAST_PAGE = 100
OPTIONS = {"$filter", "$orderby", "$top", "$select", "$skiptoken"}


@dataclass
class IfsHabits(Habits):
    page: int = FAR_PAGE
    """The server's own limit; never below 100."""
    next_link: bool = False
    """A nextLink comes with $top too."""
    list_etags: bool = True
    patch_answers: int = 200
    etag_in_body: bool = True
    """Of a written row; it stands in the ETag header too."""
    numbers: bool = False
    """Decimals are JSON numbers, whatever was asked."""
    fnd_boolean: bool = False
    message_object: bool = False
    duplicate_status: int = 500
    conflict_from_database: bool = False
    """A stale ETag surfaces as 500 with 20114."""
    ids_as_text: bool = False
    collate: Callable[[str], Any] = str
    lacking: frozenset[str] = frozenset()
    """Attributes that this tenant does not have, as `Attribute` or `Set.Attribute`."""
    states_unfilterable: frozenset[str] = frozenset()
    meddle_every: int = 0
    """How often somebody else changes a row just before we do."""
    extras: bool = False
    """luname, keyref and unknown attributes come along."""
    alias: str = ""
    """Prefix of the metadata's XML names."""
    lists_actions: bool = True
    """The metadata names bound actions and navigations."""
    forbidden: frozenset[str] = frozenset()
    """Projections that the service user may not call: 403."""
    metadata_refused: frozenset[str] = frozenset()
    """Projections whose $metadata alone is a 403."""
    hidden: frozenset[str] = frozenset()
    """Sets that are empty for want of a company, with 200."""
    credit_paid_positive: bool = False
    """What was paid of a credit note has no sign."""
    plans_by_promise: bool = False
    """A promised date moves the planned one."""
    states_follow: bool = False
    """A receipt moves the state of its order line, and of the order once all is there."""


@dataclass
class Row:
    values: dict[str, Any]
    identity: int
    version: int = 1
    given: set[str] = field(default_factory=set)

    @property
    def etag(self) -> str:
        inside = f"W/{self.identity:06d}:{self.version}?>~"
        return f'W/"{base64.b64encode(inside.encode()).decode()}"'


Key = tuple[Any, ...]


class Ifs(Tenant):
    token_path = "/auth/realms/foreign%20realm/protocol/openid-connect/token"

    def __init__(self, habits: IfsHabits | None = None) -> None:
        super().__init__()
        self.habits: IfsHabits = habits or IfsHabits()
        self.rows: dict[str, dict[Key, Row]] = {name: {} for name in SETS}
        self._identities = count(1)
        self._numbers = count(70001)

    # --- for the tests ------------------------------------------------------------------------

    def put(self, name: str, **values: Any) -> dict[str, Any]:
        """A row as if a person of IFS had entered it."""
        entry = SETS[name]
        unknown = set(values) - set(entry.types)
        assert not unknown, unknown
        full = {**dict.fromkeys(entry.types), "LastModifiedDate": self.stamp(), **values}
        self.rows[name][tuple(full[k] for k in entry.keys)] = Row(full, next(self._identities))
        return full

    def change(self, name: str, key: Key, **values: Any) -> None:
        row = self.rows[name][key]
        row.values.update(values, LastModifiedDate=self.stamp())
        row.version += 1

    def all(self, name: str, **equal: Any) -> list[dict[str, Any]]:
        found = (row.values for row in self.rows[name].values())
        return [values for values in found if all(values[k] == v for k, v in equal.items())]

    def get(self, name: str, **equal: Any) -> dict[str, Any]:
        (found,) = self.all(name, **equal)
        return found

    @property
    def follows(self) -> bool:
        return self.habits.states_follow

    def stamp(self) -> datetime:
        return self.now().replace(microsecond=0)

    def lacks(self, entry: EntitySet, name: str) -> bool:
        return bool({name, f"{entry.name}.{name}"} & self.habits.lacking)

    # --- the wire -------------------------------------------------------------------------------

    def token_answer(self, token: str) -> Answer:
        return Answer(
            200, {"access_token": token, "expires_in": int(self.habits.token_seconds), "token_type": "Bearer"}
        )

    def unauthorized(self) -> Answer:
        return Answer(401, {"error": "invalid_token"}, {"WWW-Authenticate": 'Bearer error="invalid_token"'})

    def busy(self) -> Answer:
        body = {"error": {"code": "MI_MODIFIED_ERROR", "message": "The metadata was renewed.", "details": []}}
        return Answer(503, body, {"Retry-After": "1"})

    def error(self, status: int, code: str, message: str, *details: tuple[str, str]) -> Answer:
        said: Any = {"lang": "en", "value": message} if self.habits.message_object else message
        listed = [{"code": c, "message": m} for c, m in details]
        return Answer(status, {"error": {"code": code, "message": said, "details": listed}})

    def database_error(self, code: str, message: str) -> Answer:
        status = self.habits.duplicate_status if code == "20112" else 500
        return self.error(status, "DATABASE_ERROR", "Database error occurred.", (code, message))

    def answer(self, asked: Asked) -> Answer:
        if len(asked.path) + len(asked.query) > LONGEST_URL:
            self.complain("URL longer than 8 KB")
            return self.error(414, "URI_TOO_LONG", "The request line is too long.")
        service, _, rest = asked.path.lstrip("/").partition(".svc/")
        service += ".svc"
        projection = service.rpartition("/")[2].removesuffix(".svc")
        if projection in self.habits.forbidden | (self.habits.metadata_refused if rest == "$metadata" else frozenset()):
            return self.error(403, "ODP_FORBIDDEN", f"{projection} is not granted.")
        if rest == "$batch" and asked.method == "POST":
            return self._batch(asked, service)
        if rest == "$metadata" and asked.method == "GET":
            return self._metadata(service)
        return self._one(asked, service, rest)

    def _one(self, asked: Asked, service: str, rest: str) -> Answer:
        match = re.fullmatch(r"(\w+)(?:\((.*)\))?(?:/([\w.]+))?", unquote(rest))
        entry = SETS.get(match[1]) if match else None
        if match is None or entry is None or entry.service != service:
            self.complain(f"no such path: {asked.method} {asked.path}")
            return self.error(404, "ODP_RESOURCE_NOTFOUND", "Resource not found.")
        asked.write = asked.method != "GET"
        asked.about["set"] = entry.name
        try:
            if match[2] is None:
                return self._list(asked, entry) if asked.method == "GET" else self._create(asked, entry, {})
            key = self._key(entry, match[2])
            asked.about["key"] = key
            return self._keyed(asked, entry, key, match[3] or "")
        except Malformed as error:
            self.complain(f"refused: {error}: {asked.method} {unquote(asked.path)}?{unquote(asked.query)}")
            return self.error(400, "ODP_BAD_REQUEST", "Malformed Request.", ("", error.name or str(error)))
        except Refused as error:
            return self.database_error(error.code, str(error))

    def _key(self, entry: EntitySet, text: str) -> Key:
        pieces = re.findall(r"(?:(\w+)=)?('(?:[^']|'')*'|[^,']+)(?:,|$)", text)
        named = {name or entry.keys[0]: value for name, value in pieces}
        if set(named) != set(entry.keys):
            raise Malformed(f"keys of {entry.name}: {text}")
        key = []
        for name in entry.keys:
            value = named[name]
            kind = "text" if value.startswith("'") else "other"
            if (entry.types[name] in {"text", "enum"}) != (kind == "text"):
                raise Malformed(f"key {name} is {entry.types[name]}: {value}", name)
            key.append(from_text(entry.types[name], value))
        return tuple(key)

    # --- reading --------------------------------------------------------------------------------

    def _options(self, asked: Asked) -> dict[str, str]:
        if "+" in asked.query:
            raise Malformed("a plus in the query")
        found = {}
        for piece in filter(None, asked.query.split("&")):
            name, _, value = piece.partition("=")
            name, value = unquote(name), unquote(value)
            if name not in OPTIONS or name in found:
                raise Malformed(f"the option {name} is not supported")
            found[name] = value
        return found

    def _selected(self, entry: EntitySet, options: dict[str, str]) -> list[str]:
        if "$select" not in options:
            return [name for name in entry.types if not self.lacks(entry, name)]
        names = options["$select"].split(",")
        for name in names:
            if name not in entry.types or self.lacks(entry, name):
                raise Malformed(f"the property {name} of {entry.name} is unknown", name)
        return list(dict.fromkeys([*names, *entry.keys]))

    def _list(self, asked: Asked, entry: EntitySet) -> Answer:
        if not asked.headers.get("accept", "").startswith("application/json"):
            raise Malformed("Accept")
        options = self._options(asked)
        selected = self._selected(entry, options)
        found = sorted(self.rows[entry.name].values(), key=lambda row: row.identity)
        if entry.name in self.habits.hidden:
            found = []
        if "$filter" in options:
            lacking = {name for name in entry.types if self.lacks(entry, name)}
            if entry.name in self.habits.states_unfilterable:
                lacking.add("Objstate")
            wanted = Filter(options["$filter"], entry, lacking, self.habits.collate)
            asked.about["equal"] = wanted.equal
            found = [row for row in found if wanted.test(row.values)]
        for name, down in reversed(self._order(entry, options)):
            found.sort(key=lambda row, name=name: self._sorted(entry, name, row.values[name]), reverse=down)
        start = int(options.get("$skiptoken", "0"))
        if "$top" not in options:
            self.complain(f"no $top: {unquote(asked.query)}")
        top = int(options.get("$top", "50"))
        if top > FAR_PAGE:
            return self.error(400, "ODP_BAD_REQUEST", f"$top is at most {FAR_PAGE}")
        size = min(top - (start if self.habits.next_link else 0), max(self.habits.page, LEAST_PAGE))
        page = found[start : start + size]
        asked.about["rows"] = len(page)
        body: dict[str, Any] = {"@odata.context": f"{self.host}/{entry.service}/$metadata#{entry.name}"}
        body["value"] = [self._shown(entry, row, asked, selected, etag=self.habits.list_etags) for row in page]
        if self.habits.next_link and start + size < min(len(found), top):
            kept = {**options, "$skiptoken": str(start + size)}
            query = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
            body["@odata.nextLink"] = f"{entry.name}?{query}"
        return Answer(200, body)

    def _order(self, entry: EntitySet, options: dict[str, str]) -> list[tuple[str, bool]]:
        found = []
        for piece in filter(None, options.get("$orderby", "").split(",")):
            name, _, direction = piece.strip().partition(" ")
            if name not in entry.types or self.lacks(entry, name) or direction not in {"", "asc", "desc"}:
                raise Malformed(f"$orderby {piece}", name)
            found.append((name, direction == "desc"))
        return found

    def _sorted(self, entry: EntitySet, name: str, value: Any) -> Any:
        if value is None:
            return (0, 0)
        return (1, self.habits.collate(value) if entry.types[name] == "text" else value)

    def _shown(self, entry: EntitySet, row: Row, asked: Asked, selected: list[str], *, etag: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        if etag:
            shown["@odata.etag"] = row.etag
            row.given.add(row.etag)
        if self.habits.extras:
            shown |= {"luname": entry.entity, "keyref": "REF^", "Objgrants": None, "Cf_Unheard_Of": "x"}
        strings = "IEEE754Compatible=true" in asked.headers.get("accept", "") and not self.habits.numbers
        for name in selected:
            shown[name] = self._json(entry.types[name], name, row.values[name], strings=strings)
        return shown

    def _json(self, kind: str, name: str, value: Any, *, strings: bool) -> Any:
        if value is None:
            return None
        if kind == "decimal":
            return format(value, "f") if strings else value
        if kind == "bool" and self.habits.fnd_boolean:
            return "True" if value else "False"
        if kind == "date":
            return value.isoformat()
        if kind == "timestamp":
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return str(value) if kind == "int" and self.habits.ids_as_text and name != "RowNo" else value

    # --- writing --------------------------------------------------------------------------------

    def _keyed(self, asked: Asked, entry: EntitySet, key: Key, tail: str) -> Answer:  # noqa: C901, PLR0911
        row = None if entry.name in self.habits.hidden else self.rows[entry.name].get(key)
        if (entry.name, tail) in ARRAYS and asked.method == "POST":
            if row is None:
                raise Refused("20111", f"{entry.name} {key} does not exist")
            given = dict(zip(entry.keys, key, strict=True))
            return self._create(asked, SETS[ARRAYS[entry.name, tail]], given)
        if row is None:
            return self.error(404, "ODP_RESOURCE_NOTFOUND", "Resource not found.")
        if asked.method == "GET" and not tail:
            options = self._options(asked)
            if set(options) - {"$select"}:
                raise Malformed("options of a read by key")
            shown = self._shown(entry, row, asked, self._selected(entry, options), etag=True)
            return Answer(
                200, {"@odata.context": f"{self.host}/{entry.service}/$metadata#{entry.name}/$entity", **shown}
            )
        if asked.method not in {"PATCH", "POST"} or (asked.method == "POST") != bool(tail) or entry.name in READ_ONLY:
            return self.error(405, "ODP_METHOD_NOT_ALLOWED", "Method not allowed.")
        refused = self._precondition(asked, row)
        if refused:
            return refused
        if tail:
            return self._act(asked, entry, row, tail)
        values = self._values(asked, entry)
        if set(values) & {*entry.keys, "Objstate"}:
            raise Malformed("keys cannot be changed, states only by an action")
        check(self, entry.name, {**row.values, **values}, new=False)
        if self.habits.plans_by_promise and values.get("PromisedDeliveryDate"):
            values["PlannedReceiptDate"] = values["PromisedDeliveryDate"]
        asked.about |= {"before": dict(row.values), "values": values}
        row.values.update(values, LastModifiedDate=self.stamp())
        row.version += 1
        return self._written(asked, entry, row, self.habits.patch_answers)

    def _precondition(self, asked: Asked, row: Row) -> Answer | None:
        if self._turn("meddle_every"):
            row.version += 1
            row.values["LastModifiedDate"] = self.stamp()
        match = asked.headers.get("if-match")
        if match is None:
            self.complain(f"no If-Match: {asked.path}")
            return self.error(428, "ODP_MISSING_PRECONDITION", "If-Match is missing.")
        if match not in row.given:
            self.complain(f"If-Match was never given: {match}")
        if match != row.etag:
            if self.habits.conflict_from_database:
                return self.database_error("20114", "The object has been modified by another user.")
            return self.error(412, "ODP_PRECONDITION_FAILED", "The precondition failed.")
        return None

    def _act(self, asked: Asked, entry: EntitySet, row: Row, tail: str) -> Answer:
        states = ACTIONS.get(entry.name, {})
        prefix = f"IfsApp.{entry.projection}.{entry.entity}_"
        action = tail.removeprefix(prefix)
        if not tail.startswith(prefix) or action not in states or asked.json() != {}:
            raise Malformed(f"the action {tail}")
        acted(self, entry.name, row.values, states[action])
        asked.about["action"] = action
        row.values |= {"Objstate": states[action], "LastModifiedDate": self.stamp()}
        row.version += 1
        return self._written(asked, entry, row, self.habits.patch_answers)

    def _values(self, asked: Asked, entry: EntitySet) -> dict[str, Any]:
        sent = asked.json()
        compatible = "IEEE754Compatible=true" in asked.headers.get("content-type", "")
        values = {}
        for name, value in sent.items():
            if name not in entry.types or self.lacks(entry, name) or name == "LastModifiedDate":
                raise Malformed(f"the property {name} of {entry.name} cannot be written", name)
            values[name] = from_json(entry, name, value, compatible=compatible)
        return values

    def _create(self, asked: Asked, entry: EntitySet, given: dict[str, Any]) -> Answer:
        if asked.method != "POST" or entry.name in READ_ONLY:
            return self.error(405, "ODP_METHOD_NOT_ALLOWED", "Method not allowed.")
        values = self._values(asked, entry)
        if entry.name in ARRAYS.values() and not given:
            raise Malformed(f"{entry.name} is created below its head")
        if any(values.get(name, value) != value for name, value in given.items()):
            raise Malformed("keys of the head differ")
        full = {**dict.fromkeys(entry.types), **values, **given, "LastModifiedDate": self.stamp()}
        self._number(entry, full)
        key = tuple(full[name] for name in entry.keys)
        if None in key or "" in key:
            raise Malformed(f"keys of {entry.name} are missing: {key}")
        if key in self.rows[entry.name]:
            raise Refused("20112", f"{entry.entity} {key} already exists.")
        check(self, entry.name, full, new=True)
        row = Row(full, next(self._identities))
        self.rows[entry.name][key] = row
        asked.about |= {"set": entry.name, "key": key, "values": values}
        return self._written(asked, entry, row, 201)

    def _number(self, entry: EntitySet, full: dict[str, Any]) -> None:
        for name in GIVEN.get(entry.name, ()):
            if name == "RowNo":
                head = tuple(full[k] for k in entry.keys[:-1])
                taken = [key[-1] for key in self.rows[entry.name] if key[:-1] == head]
                full[name] = full[name] or max(taken, default=0) + 1
            elif full[name] is not None:
                raise Malformed(f"{name} is given by the server", name)
            else:
                full[name] = next(self._numbers)
        series = NUMBERED.get(entry.name)
        if series and full[series] in {None, ""}:
            number = next(self._numbers)
            full[series] = number if entry.types[series] == "int" else str(number)

    def _written(self, asked: Asked, entry: EntitySet, row: Row, status: int) -> Answer:
        row.given.add(row.etag)
        headers = {"ETag": row.etag}
        if status == 204:
            return Answer(204, None, headers)
        names = [name for name in entry.types if not self.lacks(entry, name)]
        shown = self._shown(entry, row, asked, names, etag=self.habits.etag_in_body)
        context = {"@odata.context": f"{self.host}/{entry.service}/$metadata#{entry.name}/$entity"}
        location = f"{self.host}/{entry.service}/{entry.name}" if status == 201 else ""
        return Answer(status, context | shown, headers | ({"Location": location} if location else {}))

    # --- batch and metadata -----------------------------------------------------------------------

    def _batch(self, asked: Asked, service: str) -> Answer:
        try:
            steps = batch.parse(asked.body, asked.headers.get("content-type", ""))
        except ValueError as error:
            self.complain(f"batch: {error}")
            return self.error(400, "ODP_BAD_REQUEST", "Malformed Request.", ("", str(error)))
        asked.about["batch"] = []
        blocks = []
        for step in steps:
            if isinstance(step, batch.Part):
                answer = self._inner(asked, service, step, {})
                blocks.append(batch.one(answer.status, answer.content, answer.headers, step.content_id))
                failed = answer.status >= 400
            else:
                block, failed = self._change_set(asked, service, step)
                blocks.append(block)
            if failed and "odata.continue-on-error" not in asked.headers.get("prefer", ""):
                break
        return Answer(200, batch.joined(blocks, "b_1"), kind="multipart/mixed;boundary=b_1")

    def _change_set(self, asked: Asked, service: str, step: batch.ChangeSet) -> tuple[bytes, bool]:
        kept = {
            name: {key: Row(dict(r.values), r.identity, r.version, r.given) for key, r in rows.items()}
            for name, rows in self.rows.items()
        }
        made: dict[str, str] = {}
        answers = []
        for part in step.parts:
            answer = self._inner(asked, service, part, made)
            if answer.status >= 400:
                self.rows = kept
                asked.write = False
                return batch.one(answer.status, answer.content, answer.headers, part.content_id), True
            answers.append(batch.one(answer.status, answer.content, answer.headers, part.content_id))
        for text in unbalanced(self):
            self.rows = kept
            refused = self.database_error("20110", text)
            return batch.one(refused.status, refused.content, refused.headers, step.parts[0].content_id), True
        asked.write = True
        inner = batch.joined(answers, "cs_1")
        return b"Content-Type: multipart/mixed;boundary=cs_1\r\n\r\n" + inner + b"\r\n", False

    def _inner(self, asked: Asked, service: str, part: batch.Part, made: dict[str, str]) -> Answer:
        url, _, query = part.url.partition("?")
        reference, _, tail = url.lstrip("/").partition("/")
        if reference.startswith("$"):
            url = made.get(reference[1:], "?") + (f"/{tail}" if tail else "")
        url = url.lstrip("/").removeprefix(f"{service}/")
        headers = {"accept": asked.headers.get("accept", ""), **part.headers}
        inner = Asked(part.method, f"/{service}/{url}", query, headers, part.body)
        answer = self._one(inner, service, url)
        inner.status = answer.status
        asked.about["batch"].append(inner)
        if part.content_id and answer.status == 201:
            entry = SETS[inner.about["set"]]
            named = zip(entry.keys, inner.about["key"], strict=True)
            keys = ",".join(f"{n}={v}" if isinstance(v, int) else f"{n}='{v}'" for n, v in named)
            made[part.content_id] = f"{entry.name}({keys})"
        return answer

    def _metadata(self, service: str) -> Answer:
        entries = [entry for entry in SETS.values() if entry.service == service]
        if not entries:
            return self.error(404, "ODP_RESOURCE_NOTFOUND", "Resource not found.")
        return Answer(
            200,
            metadata(entries, self.lacks, self.habits.alias, actions=self.habits.lists_actions),
            kind="application/xml",
        )
