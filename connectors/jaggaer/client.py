"""JAGGAER's REST API: pages of a list, look-ups, single records, changes (contracts/jaggaer.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from connectors.http import Answer, Channel, Request
from connectors.jaggaer.envelope import envelope_of
from connectors.jaggaer.filters import Flt, at_least, encoded, pieces
from connectors.jaggaer.judge import detail_judge, judge, write_judge
from connectors.jaggaer.pages import JaggaerPage, id_of, page_of, row_of
from connectors.jaggaer.resources import RESOURCES, Resource, Told
from connectors.jaggaer.sweep import Standing, Sweep
from connectors.payload import dumps
from connectors.wire import Call, Json, Row
from ifs_jaggaer.errors import Rejected, SettingsError, Unreachable

__all__ = ["JaggaerClient", "judge"]

# Of a URL that stays below 6 KB, what is left for the values of one look-up.
VALUES_ROOM = 5000
# Rows of pages that are kept until they are asked for by id, a resource.
MOST_POLLED = 5000


@dataclass(frozen=True, slots=True)
class Posted:
    """What a change was answered with, and when, by the server's clock (whole seconds)."""

    envelope: Json
    at: datetime | None


class JaggaerClient:
    """One tenant. `base` is "j1p/api/public", or "esop/jint/api/public" on older tenants.

    Resources go by their logical name; `told` is what the profile says of them. Beside what is said, each
    call raises SettingsError where the tenant refuses a list, Unreachable where it cannot be had now.
    """

    def __init__(self, channel: Channel, told: Mapping[str, Told], base: str = "j1p/api/public") -> None:
        self.channel = channel
        self._resources = {
            name: resource.told(told[name]) if name in told else resource for name, resource in RESOURCES.items()
        }
        self._base = base.strip("/")
        self._polled: dict[str, dict[str, Row]] = {name: {} for name in RESOURCES}
        self._singly: set[tuple[str, str]] = set()

    async def page(
        self,
        resource: str,
        *,
        modified_since: datetime | None = None,
        where: Flt | None = None,
        start: int = 1,
    ) -> JaggaerPage:
        """The page from record `start` (1-based) of what changed at that moment or later."""
        wire = self._resources[resource]
        flt = wire.standing() & (where or Flt())
        if modified_since is not None:
            flt &= at_least(wire.modified_filter, modified_since)
        page = await self._page(wire, flt, start)
        if self.only_listed(resource):
            self._keep(wire, page.rows)
        return page

    def only_listed(self, resource: str) -> bool:
        """Whether a record of it can be had by no id: it is looked for in the whole list (contract 6, 8)."""
        wire = self._resources[resource]
        return not wire.headers_only and wire.id_filter is None

    def forget(self, record_id: str) -> None:
        """A row of a page with this id is no longer what JAGGAER has: `details` reads it anew."""
        for polled in self._polled.values():
            polled.pop(record_id, None)

    def _keep(self, wire: Resource, rows: Iterable[Row]) -> None:
        polled = self._polled[wire.name]
        for row in rows:
            if record_id := id_of(wire, dict(row.values)):
                polled[record_id] = row
        for record_id in list(polled)[: max(0, len(polled) - MOST_POLLED)]:
            del polled[record_id]

    async def records(self, resource: str, filter_field: str, values: Iterable[str]) -> list[Row]:
        """All records in which the filter field has one of the values, each once, by key.

        Raises:
            Unreachable: the pages did not fit together, even when read again: a record might be missing.
            Rejected: a record without a key is among them.
        """
        wire = self._resources[resource]
        found = await self._having(wire, wire.filter_field(filter_field), values)
        return [found[key] for key in sorted(found)]

    async def _having(self, wire: Resource, field: str, values: Iterable[str]) -> dict[tuple[str, ...], Row]:
        """Many values in one request, or one each where the tenant does not know `=in=` for this field.

        Contract 2 shows `=in=` in general, contract 5 says it of poNumber: it may be that it works nowhere else.
        """
        found: dict[tuple[str, ...], Row] = {}
        for part in pieces(field, values, 0 if (wire.name, field) in self._singly else VALUES_ROOM):
            try:
                found |= await self._all(wire, wire.standing() & part)
            except (Rejected, SettingsError):
                (term,) = part.terms
                if len(term.values) == 1:
                    raise
                self._singly.add((wire.name, field))
                try:
                    found |= await self._having(wire, field, term.values)
                except (Rejected, SettingsError):
                    self._singly.discard((wire.name, field))  # it was refused for another reason
                    raise
        return found

    async def detail(self, resource: str, record_id: str) -> Row | None:
        """The whole record, None where there is none; see `details`."""
        return next(iter(await self.details(resource, [record_id])), None)

    async def details(self, resource: str, ids: Iterable[str], *, since: datetime | None = None) -> list[Row]:
        """Whole records by their ids, those that are there.

        One request each where lists give headers only, else as few as the resource allows. Receipts and
        contracts can be had by no id at all (contract 6, 8): a row of a page is handed on once, for others
        the whole list is read, or what changed `since` where that is said of all of them.

        Raises:
            Rejected: one is refused, or has no key where it was asked for by its id.
        """
        wire = self._resources[resource]
        wanted = frozenset(ids)
        if wire.headers_only:
            rows = [await self._whole(wire, record_id) for record_id in sorted(wanted)]
            return [row for row in rows if row is not None]
        if wire.id_filter is not None:
            return await self.records(resource, wire.id_filter, wanted)
        polled = self._polled[resource]
        found = {record_id: polled.pop(record_id) for record_id in wanted if record_id in polled}
        if len(found) < len(wanted):
            # One that has no key is none of these; the poll names it.
            flt = wire.standing() & (at_least(wire.modified_filter, since) if since else Flt())
            listed = (await self._all(wire, flt, strictly=False)).values()
            found |= {record_id: row for row in listed if (record_id := id_of(wire, dict(row.values))) in wanted}
        return [found[record_id] for record_id in sorted(found)]

    async def _whole(self, wire: Resource, record_id: str) -> Row | None:
        answer = await self.channel.read(
            Request("GET", self._path(wire, f"/{quote(record_id, safe='')}"), judge=detail_judge),
            Call(wire.name, record_id, "read record"),
        )
        record = answer.json
        if answer.status == 404 or not isinstance(record, dict):
            return None
        envelope = envelope_of(record)
        if envelope is not None and not envelope.done:
            return None
        row = row_of(wire, record)
        if isinstance(row, Rejected):
            raise row
        return row

    async def post(self, resource: str, body: Json, call: Call, *, path: str = "", repeatable: bool) -> Posted:
        """Sends a change and gives the answer; warnings are in its envelope's `returnMessage`.

        Of several custom field values each has an end of its own in the envelope: see `value_results`.
        `path` goes below the resource, e.g. "/991/exportstatus", its parts percent-encoded.
        `repeatable`: the server refuses a repetition, or it changes nothing.

        Raises:
            AlreadyExists, Waiting, Conflict, Rejected: by the code (contract 2).
            OutcomeUnknown, Unreachable: as `Channel.write` says.
        """
        request = Request(
            "POST",
            self._path(self._resources[resource], path),
            headers={"Content-Type": "application/json"},
            body=dumps(body),
            judge=write_judge(body, of_record=bool(path)),
        )
        answer = await self.channel.write(request, call, repeatable=repeatable)
        return Posted(answer.json if isinstance(answer.json, dict) else {}, answer.date)

    async def _all(self, wire: Resource, flt: Flt, *, strictly: bool = True) -> dict[tuple[str, ...], Row]:
        sweep = Sweep()
        found: dict[tuple[str, ...], Row] = {}
        start = 1
        while True:
            page = await self._page(wire, flt, start)
            if page.unreadable and strictly:
                raise page.unreadable[0]
            found.update((row.key, row) for row in page.rows)
            standing = sweep.take(page)
            if standing is Standing.COMPLETE:
                return found
            if standing is Standing.GIVEN_UP:
                raise Unreachable(f"the records of {wire.name} moved while they were read", system="jaggaer")
            start = 1 if standing is Standing.AGAIN or page.next_start is None else page.next_start

    async def _page(self, wire: Resource, flt: Flt, start: int) -> JaggaerPage:
        query = f"flt={encoded(str(flt))}&" if flt.terms else ""
        if wire.parts:
            query += f"comp={encoded(';'.join(wire.parts))}&"
        answer: Answer = await self.channel.read(
            Request("GET", self._path(wire), f"{query}start={start}", judge=judge),
            Call(wire.name, f"from {start}", "read page"),  # no key: a document may be called by that number
        )
        envelope = envelope_of(answer.json)
        if envelope is None:
            raise Unreachable(f"the list of {wire.name} came without an envelope", system="jaggaer")
        return page_of(wire, envelope, start, answer.date)

    def _path(self, wire: Resource, below: str = "") -> str:
        return f"{self._base}/{wire.path}{below}"
