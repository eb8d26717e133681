"""One request to a service, carried out: reading, creating, changing, removing, acting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from ifs_jaggaer.sandbox.ifs.addresses import Address, canonical, resolve
from ifs_jaggaer.sandbox.ifs.errors import ODataError, malformed, not_deserialized, not_found, not_implemented
from ifs_jaggaer.sandbox.ifs.model import EntitySet
from ifs_jaggaer.sandbox.ifs.reading import Query, next_link, options, read, selection, understand, uses_timestamps
from ifs_jaggaer.sandbox.ifs.records import Records, etag_of
from ifs_jaggaer.sandbox.ifs.shaping import Shape
from ifs_jaggaer.sandbox.ifs.tenant import Tenant
from ifs_jaggaer.sandbox.ifs.values import Zone, from_wire
from ifs_jaggaer.sandbox.ifs.writing import Writer
from ifs_jaggaer.sandbox.kernel import Answer, Call, Row, parse_json

_JSON: Final = "application/json"


@dataclass(frozen=True)
class Done:
    """What a request came to, and the row that it made or changed."""

    answer: Answer
    entity_set: EntitySet | None = None
    row: Row | None = None


@dataclass(frozen=True)
class Requests:
    """Carries out requests below a service root; raises ODataError for what is refused."""

    records: Records
    writer: Writer
    tenant: Tenant

    def carry_out(self, call: Call, service: str, rest: str) -> Done:
        return _Request(self, call, service, resolve(service, rest)).carry_out()

    def target(self, service: str, rest: str) -> tuple[EntitySet, Row] | None:
        """The row that a path points to, if it does and the row is there."""
        address = resolve(service, rest)
        row = self.records.find(address.entity_set.name, *address.key) if address.key else None
        return (address.entity_set, row) if row else None


class _Request:
    def __init__(self, shared: Requests, call: Call, service: str, address: Address) -> None:
        self._records = shared.records
        self._writer = shared.writer
        self._tenant = shared.tenant
        self._call = call
        self._service = service
        self._address = address
        self._set = self._tenant.view(address.entity_set)
        self._given = options(call.query)

    def carry_out(self) -> Done:
        self._tenant.admit(self._set)
        method = self._method()
        self._check_zone()
        return method()

    def _method(self) -> Callable[[], Done]:
        where = "action" if self._address.action else "list" if self._address.key is None else "row"
        methods: dict[tuple[str, str], Callable[[], Done]] = {
            ("GET", "list"): self._list,
            ("POST", "list"): self._create,
            ("GET", "row"): self._get,
            ("PATCH", "row"): self._patch,
            ("DELETE", "row"): self._delete,
            ("POST", "action"): self._act,
        }
        method = methods.get((self._call.method, where))
        if method is None or (method == self._create and self._set.owner and not self._address.owner_key):
            raise ODataError(405, "ODP_METHOD_NOT_ALLOWED", f"{self._call.method} is not allowed here.")
        return method

    # Reading

    @property
    def _zone(self) -> Zone:
        return self._tenant.zone(self._set, aware=self._asks_aware)

    @property
    def _asks_aware(self) -> bool:
        return self._call.headers.get("x-ifs-time-zone-aware-request", "").lower() == "true"

    def _check_zone(self) -> None:
        """On a set that is not time zone aware a request that asks for it fails, if there is a timestamp."""
        if not self._asks_aware or self._set.aware or self._call.method == "DELETE" or self._wants_nothing:
            return
        lists = self._call.method == "GET" and self._address.key is None
        query = understand(self._given, self._set) if lists else Query(select=selection(self._given, self._set))
        if uses_timestamps(query, self._set):
            raise ODataError(400, "ODP_TIME_ZONE_NOT_SUPPORTED", f"{self._set.name} is not time zone aware.")

    def _list(self) -> Done:
        query = understand(self._given, self._set)
        self._tenant.check_query(self._set, query)
        visible = self._tenant.visible(self._set)
        page = read(
            self._records,
            self._set,
            query,
            zone=self._zone,
            server_page=self._tenant.settings["server_page"],
            visible=self._within_owner(visible),
        )
        shape = self._shape(query.select, with_etag=not self._tenant.has(self._set, "missing_etag"))
        document: dict[str, Any] = {"@odata.context": self._context(query.select), "value": shape.rows(page.rows)}
        if page.next_skip is not None:
            document["@odata.nextLink"] = next_link(self._set, self._given, page.next_skip)
        return Done(self._json(200, document))

    def _within_owner(self, visible: Callable[[Row], bool] | None) -> Callable[[Row], bool] | None:
        owner_key = self._address.owner_key
        if owner_key is None:
            return visible
        keys = self._set.keys[: len(owner_key)]
        return lambda row: tuple(row[key] for key in keys) == owner_key and (visible is None or visible(row))

    def _get(self) -> Done:
        row = self._row()
        only_select = self._only_select()
        return Done(self._entity(200, row, only_select), self._set, row)

    def _only_select(self) -> tuple[str, ...] | None:
        for name in self._given:
            if name != "$select":
                raise malformed(f"The query option {name} is for lists only.")
        query = Query(select=selection(self._given, self._set))
        self._tenant.check_query(self._set, query)
        return query.select

    # Writing

    def _create(self) -> Done:
        select = self._only_select()
        values = self._body()
        self._refuse_keys(values)
        self._refuse_state(values)
        values |= self._owner_values()
        self._tenant.admit_company(values)
        with self._writer.unit():
            row = self._writer.create(self._set, values)
        row = self._stands(row)
        answer = self._written(201, row, select)
        answer.headers["location"] = f"{self._root}/{canonical(self._set, row)}"
        return Done(answer, self._set, row)

    def _owner_values(self) -> Row:
        owner_key = self._address.owner_key
        if owner_key is None:
            return {}
        return dict(zip(self._set.keys, owner_key, strict=False))

    def _refuse_keys(self, values: Row) -> None:
        """Keys of the row that owns the new one are those of the URL; numbers of the server are its own."""
        owned = self._owner_values()
        for name in self._set.keys:
            if name in values and name in owned and values[name] != owned[name]:
                raise malformed(f"{name} is not that of the URL.")
            if name in values and name not in owned and self._set.attributes[name].server:
                raise malformed(f"{name} is set by the server.")

    def _refuse_state(self, values: Row) -> None:
        if values.get("Objstate") is not None and values["Objstate"] not in self._set.states_at_creation:
            raise malformed("Objstate is set by the server and changed by actions.")

    def _patch(self) -> Done:
        select = self._only_select()
        values = self._body()
        row = self._found()
        if row is None and self._may_create():
            return self._create_at_key(values)
        row = self._checked()
        if "Objstate" in values:
            raise malformed("Objstate is changed by actions.")
        for key in self._set.keys:
            if key in values and values.pop(key) != row[key]:
                raise malformed(f"The key {key} cannot be changed.")
        with self._writer.unit():
            row = self._writer.change(self._set, row, values)
        row = self._stands(row)
        return Done(self._written(200, row, select), self._set, row)

    def _may_create(self) -> bool:
        """From 24R1 a PATCH without If-Match of what is not there creates it (IFS documentation, upserts)."""
        return "if-match" not in self._call.headers and bool(self._tenant.settings["upsert"]) and not self._set.owner

    def _create_at_key(self, values: Row) -> Done:
        self._refuse_state(values)
        keys = dict(zip(self._set.keys, self._address.key or (), strict=True))
        self._tenant.admit_company(keys)
        with self._writer.unit():
            row = self._writer.create(self._set, values | keys)
        row = self._stands(row)
        return Done(self._written(201, row, None), self._set, row)

    def _delete(self) -> Done:
        self._only_select()
        row = self._checked()
        with self._writer.unit():
            self._writer.remove(self._set, row)
        return Done(Answer(204))

    def _act(self) -> Done:
        self._only_select()
        parameters = self._json_body() if self._call.body else {}
        if parameters:
            raise malformed(f"{self._address.action} takes no parameters.")
        if "if-match" not in self._call.headers:
            raise _missing_precondition()
        row = self._checked()
        with self._writer.unit():
            row = self._writer.act(self._set, row, self._address.action or "")
        row = self._stands(row)
        return Done(self._written(200, row, None), self._set, row)

    def _checked(self) -> Row:
        """The row, after If-Match was compared with its ETag."""
        given = self._call.headers.get("if-match")
        upsert = self._tenant.settings["upsert"]
        if given is None and not upsert:
            raise _missing_precondition()
        row = self._row()
        if given is not None and given != etag_of(row) and not (given == "*" and upsert):
            raise ODataError(412, "ODP_PRECONDITION_FAILED", "The row was changed since it was read.")
        return row

    def _found(self) -> Row | None:
        if self._address.key is None:
            return None
        row = self._records.find(self._set.name, *self._address.key)
        visible = self._tenant.visible(self._set)
        return row if row and (visible is None or visible(row)) else None

    def _row(self) -> Row:
        row = self._found()
        within = self._within_owner(None)
        if row is None or (within and not within(row)):
            raise not_found(f"{self._set.entity} {' '.join(map(str, self._address.key or ()))}")
        return row

    def _stands(self, row: Row) -> Row:
        """The row as it is after its unit, which may have changed it once more."""
        return self._records.find(self._set.name, *self._set.key_of(row)) or row

    def _body(self) -> Row:
        document = self._json_body()
        values: Row = {}
        for name, value in document.items():
            if name.startswith("@"):
                continue
            attribute = self._set.attributes.get(name)
            if attribute is None:
                raise _unknown_in_body(name, value, self._set)
            if attribute.server and name not in self._set.keys:
                raise malformed(f"{name} is set by the server.")
            values[name] = from_wire(attribute, value)
        return values

    def _json_body(self) -> Row:
        kind = self._call.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != _JSON:
            raise ODataError(415, "ODP_UNSUPPORTED_MEDIA_TYPE", f"The body must be {_JSON}.")
        try:
            document = parse_json(self._call.body)
        except ValueError as error:
            raise not_deserialized(str(error)) from error
        if not isinstance(document, dict):
            raise not_deserialized("the body must be a JSON object")
        return document

    # Answering

    @property
    def _root(self) -> str:
        return f"http://{self._call.headers.get('host', '127.0.0.1')}{self._service}"

    def _context(self, select: tuple[str, ...] | None) -> str:
        columns = f"({','.join(select)})" if select else ""
        return f"{self._root}/$metadata#{self._set.name}{columns}"

    @property
    def _text_decimals(self) -> bool:
        accepted = self._call.headers.get("accept", "").replace(" ", "").lower()
        return "ieee754compatible=true" in accepted

    @property
    def _wants_nothing(self) -> bool:
        return "return=minimal" in self._call.headers.get("prefer", "")

    def _shape(self, select: tuple[str, ...] | None, *, with_etag: bool = True) -> Shape:
        text_decimals = self._text_decimals and not self._tenant.settings["decimals_as_numbers"]
        if select is None and self._tenant.has(self._set, "bare_without_select"):
            return Shape(self._set.without(set(self._set.attributes) - set(self._set.keys)), None, self._zone)
        return Shape(self._set, select, self._zone, text_decimals, with_etag)

    def _entity(self, status: int, row: Row, select: tuple[str, ...] | None) -> Answer:
        context = f"{self._context(select)}/$entity"
        answer = self._json(status, {"@odata.context": context} | self._shape(select).row(row))
        answer.headers["etag"] = etag_of(row)
        return answer

    def _written(self, status: int, row: Row, select: tuple[str, ...] | None) -> Answer:
        empty = status != HTTPStatus.CREATED and self._tenant.settings["empty_answers"]
        if self._wants_nothing or empty:
            return Answer(HTTPStatus.NO_CONTENT, headers={"etag": etag_of(row)})
        return self._entity(status, row, select)

    def _json(self, status: int, document: Row) -> Answer:
        compatible = ";IEEE754Compatible=true" if self._text_decimals else ""
        kind = f"{_JSON};odata.metadata=minimal{compatible}"
        return Answer.json(status, document, {"content-type": kind, "odata-version": "4.0"})


def _missing_precondition() -> ODataError:
    return ODataError(428, "ODP_MISSING_PRECONDITION", "The request needs the header If-Match.")


def _unknown_in_body(name: str, value: object, entity_set: EntitySet) -> ODataError:
    if isinstance(value, list | dict) and name.endswith("Array"):
        return not_implemented(f"Deep insert at {name}")
    return not_deserialized(f"The property {name} is unknown in {entity_set.name}.")
