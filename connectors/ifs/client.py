"""IFS Cloud for those above: rows in the contract's names, changes with their ETags."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias

from connectors.http import Answer, Channel, Request
from connectors.ifs import batch, filters, metadata
from connectors.ifs.errors import judge, judge_change_of_row, judge_page, judge_row
from connectors.ifs.filters import Expr
from connectors.ifs.keys import predicate
from connectors.ifs.links import followed
from connectors.ifs.lookup import Wanted, asked_there, cut, wanted
from connectors.ifs.metadata import Schema
from connectors.ifs.paging import Cursor, Keyset
from connectors.ifs.permissions import METADATA, allowing
from connectors.ifs.rows import is_header, land, leave
from connectors.ifs.sets import Described, EntitySet
from connectors.payload import dumps
from connectors.wire import Call, ETag, JsonValue, Row
from ifs_jaggaer.errors import OutcomeUnknown, Rejected, SettingsError

__all__ = ["IfsClient", "Page", "Values", "judge"]

Values: TypeAlias = "Mapping[str, JsonValue | date]"

ACCEPT = "application/json;odata.metadata=minimal;IEEE754Compatible=true"
# IFS refuses addresses beyond 8 KB (contracts/ifs.md 2).
LONGEST_ADDRESS = 7900
LOOKUP_PAGE = 1000
# Room in an address for one comparison of a key on a later page.
LONGEST_COMPARE = 80
# Empty pages with a nextLink that are followed before the set is given up.
EMPTY_PAGES = 20


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is None behind the last page. `unreadable`: rows without a key or change time, one error each."""

    rows: list[Row]
    next: Cursor | None
    unreadable: list[Rejected] = field(default_factory=list)
    date: datetime | None = None


class IfsClient:
    """Reads and changes the sets of one tenant. Errors are those of `Channel.read` and `Channel.write`.

    `boundaries` gives the random separators of batches.
    """

    def __init__(
        self,
        channel: Channel,
        sets: Mapping[str, Described],
        *,
        boundaries: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self.channel = channel
        self._sets = {name: EntitySet.of(name, told) for name, told in sets.items()}
        self._boundaries = boundaries

    def entity_set(self, name: str) -> EntitySet:
        """The set of that logical name.

        Raises:
            SettingsError: the profile has none.
        """
        try:
            return self._sets[name]
        except KeyError:
            raise SettingsError(
                "no such set", system="ifs", field=f"ifs.sets.{name}", remedy="add it to the profile"
            ) from None

    async def page(
        self,
        name: str,
        *,
        after: Cursor | None = None,
        since: str | None = None,
        until: str | None = None,
        where: Expr | None = None,
        size: int,
        sweep: bool = False,
        whole: bool = False,
    ) -> Page:
        """One page of at most `size` rows, one request.

        A set of strategy `modified` comes in the order of its change time, from `since` on and before
        `until`, both in the set's own words; another in the order of its keys, whole. `sweep`: in the
        order of its keys whatever the strategy, and only what tells a row's version, unless `whole`.
        """
        entity_set = self.entity_set(name)
        keyset = Keyset(
            entity_set,
            size,
            by_change=entity_set.by_change and not sweep,
            since=since,
            until=until,
            where=filters.divided(where, entity_set)[0],
            keys_only=sweep and not whole,
        )
        return await self._page(keyset, after, filters.divided(where, entity_set)[1])

    async def search(self, name: str, where: Expr | None) -> list[Row]:
        """All rows that fulfil the expression.

        Raises:
            Rejected: also when a row has no key: what is not seen must not be taken for absent.
        """
        entity_set = self.entity_set(name)
        there, here = filters.divided(where, entity_set)
        return await self._all(Keyset(entity_set, LOOKUP_PAGE, where=there), here, enough=None)

    async def rows(
        self,
        name: str,
        attribute: str,
        values: Iterable[str],
        also: Iterable[tuple[str, Iterable[str]]] = (),
        *,
        any_case: bool = False,
    ) -> list[Row]:
        """All rows in which `attribute` is one of `values` and each attribute of `also` one of its values.

        `any_case`: `attribute` is compared in lower case.

        In as few requests as addresses allow. Raises as `search`.
        """
        entity_set = self.entity_set(name)
        lists = [wanted(entity_set, attribute, values, any_case=any_case), *(wanted(entity_set, *one) for one in also)]
        if not all(one.values for one in lists):
            return []
        here = filters.and_(*(one.expr for one in lists)) if not entity_set.filter_state else None
        found: dict[tuple[str, ...], Row] = {}
        for there in self._cut(entity_set, lists):
            enough = len(lists[0].values) if entity_set.keys == (attribute,) else None
            rows = await self._all(Keyset(entity_set, LOOKUP_PAGE, where=there), here, enough=enough)
            found |= {row.key: row for row in rows}
        return list(found.values())

    async def by_key(self, name: str, key: Sequence[str]) -> Row | None:
        """The row with its ETag, None when there is none."""
        entity_set = self.entity_set(name)
        try:
            path = entity_set.path + predicate(entity_set, key)
        except ValueError:
            return None
        columns = (*entity_set.keys, *entity_set.types)
        names = ",".join(map(entity_set.tenant, dict.fromkeys(columns)))
        query = f"$select={filters.encoded(names)}" if entity_set.select else ""
        request = Request("GET", path, query, headers=_headers(entity_set), judge=judge_row)
        with allowing(entity_set, "reading"):
            answer = await self.channel.read(request, Call(name, "/".join(key), "read"))
        return None if answer.status == 404 else self._row(entity_set, answer)

    async def create(self, name: str, values: Values, call: Call, *, enforced: bool = False) -> Row:
        """POST of one row. `enforced`: IFS itself refuses a second one of this key, so it may be sent again.

        Raises:
            OutcomeUnknown: also when the answer does not show the row made.
        """
        entity_set = self.entity_set(name)
        request = Request(
            "POST",
            entity_set.path,
            headers=_headers(entity_set),
            body=dumps(leave(entity_set, values)),
            judge=judge,
        )
        with allowing(entity_set, "creating rows of"):
            answer = await self.channel.write(request, call, repeatable=enforced)
        return self._made(entity_set, answer.json, answer, call)

    async def create_with_lines(
        self,
        name: str,
        values: Values,
        lines: Sequence[tuple[str, Values]],
        call: Call,
        *,
        enforced: bool = False,
    ) -> Row:
        """A head and its lines (navigation, values) in one change set: all or nothing. Gives the head's row.

        Raises:
            OutcomeUnknown: also when the answer does not show the head made.
        """
        entity_set = self.entity_set(name)
        below = self._lines_of(entity_set)
        parts = [
            batch.Part("POST", entity_set.entity_set, leave(entity_set, values)),
            *(batch.Part("POST", f"$1/{navigation}", leave(below, line)) for navigation, line in lines),
        ]
        boundary = self._boundaries()
        request = Request(
            "POST",
            f"{entity_set.service}/$batch",
            headers={
                **_headers(entity_set),
                "Accept": "multipart/mixed",
                "Content-Type": batch.content_type(boundary),
            },
            body=batch.change_set(parts, boundary, [("Accept", ACCEPT)]),
            raw=True,
            judge=batch.judge_batch,
        )
        with allowing(entity_set, "creating rows, with their lines, of"):
            answer = await self.channel.write(request, call, repeatable=enforced)
        answers = batch.answers(answer.body, answer.headers.get("content-type", ""))
        head = next((part for part in answers if part.content_id == "1"), answers[0])
        return self._made(entity_set, head.json, answer, call)

    async def update(self, name: str, key: Sequence[str], etag: ETag | None, values: Values, call: Call) -> Row:
        """PATCH of the given attributes of the very state that `etag` names.

        The row as it is then; with a key and an ETag only where IFS answers no more than that.

        Raises:
            Conflict: the row changed or is gone.
            Rejected: also when there is no ETag: the row must be read by key first. Nothing was sent then.
        """
        entity_set = self.entity_set(name)
        change = Request("PATCH", "", body=dumps(leave(entity_set, values)), etag=etag)
        return await self._change(entity_set, key, change, call)

    async def act(
        self,
        name: str,
        key: Sequence[str],
        etag: ETag | None,
        action: str,
        *,
        call: Call,
        parameters: Values | None = None,
    ) -> Row:
        """A bound action under the profile's name for it, e.g. `cancel` of a receipt. Raises as `update`."""
        entity_set = self.entity_set(name)
        try:
            bound = f"/IfsApp.{entity_set.projection}.{entity_set.actions[action]}"
        except KeyError:
            raise SettingsError(
                "no such action", system="ifs", field=f"ifs.sets.{name}.actions.{action}", remedy="profile"
            ) from None
        change = Request("POST", bound, body=dumps(leave(None, parameters or {})), etag=etag)
        return await self._change(entity_set, key, change, call)

    async def metadata(self, name: str) -> Schema:
        """What this set's service says of itself, for `metadata.differences`."""
        entity_set = self.entity_set(name)
        request = Request(
            "GET",
            f"{entity_set.service}/{METADATA}",
            headers={"Accept": "application/xml"},
            raw=True,
            judge=metadata.judge_metadata,
        )
        with allowing(entity_set, METADATA):
            answer = await self.channel.read(request, Call(name, METADATA, "read"))
        return metadata.parse(answer.body)

    async def _page(self, keyset: Keyset, after: Cursor | None, here: Expr | None) -> Page:
        entity_set = keyset.entity_set
        path, query = entity_set.path, keyset.query(after)
        for _ in range(EMPTY_PAGES):
            request = Request("GET", path, query, headers=_headers(entity_set), judge=judge_page)
            with allowing(entity_set, "reading"):
                answer = await self.channel.read(request, Call(entity_set.name, "", "read page"))
            objects, link = _objects(answer)
            if objects or link is None:
                break
            path, query = followed(link, base=self.channel.base, service=entity_set.service)
        rows: list[Row] = []
        unreadable: list[Rejected] = []
        last: Cursor | None = None
        for given in objects:
            try:
                landed = land(entity_set, given, by_change=keyset.by_change)
            except Rejected as fault:
                unreadable.append(fault)
                continue
            last = landed.place
            if here is None or filters.matches(here, landed.row.values, entity_set):
                rows.append(landed.row)
            if last == after:
                raise _no_progress(entity_set, "the row behind which the page begins came again")
        if keyset.ends(rows=len(objects), more=link is not None):
            return Page(rows, None, unreadable, answer.date)
        if last is None:
            raise _no_progress(entity_set, "no row of a full page has a key and a change time")
        return Page(rows, last, unreadable, answer.date)

    async def _all(self, keyset: Keyset, here: Expr | None, *, enough: int | None) -> list[Row]:
        found: list[Row] = []
        after: Cursor | None = None
        while True:
            page = await self._page(keyset, after, here)
            if page.unreadable:
                raise page.unreadable[0]
            found += page.rows
            after = page.next
            if after is None or (enough is not None and len(found) >= enough):
                return found

    def _cut(self, entity_set: EntitySet, lists: Sequence[Wanted]) -> Iterable[Expr | None]:
        # What the address holds besides the filter: a keyset's own comparison on later pages, and the rest.
        count = len(entity_set.keys)
        comparison = LONGEST_COMPARE * count * (count + 1) // 2
        widest = len(Keyset(entity_set, LOOKUP_PAGE).query(None)) + comparison
        used = len(str(self.channel.base)) + len(entity_set.path) + widest
        try:
            yield from cut(entity_set, asked_there(entity_set, lists), LONGEST_ADDRESS - used)
        except ValueError as error:
            raise Rejected(str(error), system="ifs", field=f"{entity_set.name}.{lists[0].attribute}") from None

    async def _change(self, entity_set: EntitySet, key: Sequence[str], change: Request, call: Call) -> Row:
        """Sends a change of one row; `change.path` is what follows the row's address."""
        where = f"{entity_set.name} {'/'.join(key)}"
        if change.etag is None or change.etag.strip() == "*" or not is_header(change.etag):
            raise Rejected(
                "no ETag of the state that the decision was made from, so nothing was sent",
                system="ifs",
                record=where,
                remedy="it is read by its key and decided again",
            )
        try:
            path = f"{entity_set.path}{predicate(entity_set, key)}{change.path}"
        except ValueError as error:
            raise Rejected(f"no key of this set: {error}", system="ifs", record=where) from None
        request = replace(change, path=path, headers=_headers(entity_set), judge=judge_change_of_row)
        action = change.path.rpartition(".")[2]
        with allowing(entity_set, f"action {action} on" if action else "changing rows of"):
            answer = await self.channel.write(request, call, repeatable=True)
        if isinstance(answer.json, dict) and all(entity_set.tenant(name) in answer.json for name in entity_set.keys):
            return self._row(entity_set, answer)
        return Row(entity_set.name, tuple(key), {}, answer.etag)

    def _row(self, entity_set: EntitySet, answer: Answer) -> Row:
        row = land(entity_set, answer.json).row
        return row if row.etag else Row(row.kind, row.key, row.values, answer.etag, row.modified)

    def _made(self, entity_set: EntitySet, given: JsonValue, answer: Answer, call: Call) -> Row:
        try:
            return land(entity_set, given).row
        except Rejected as fault:
            raise OutcomeUnknown(
                f"created (HTTP {answer.status}), but the answer does not show the row: {fault.message}",
                system="ifs",
                record=f"{call.entity} {call.key}",
                remedy="nothing to do: it is looked up",
            ) from None

    def _lines_of(self, head: EntitySet) -> EntitySet | None:
        """The set of the lines below a head: of the same service, its key the head's and one more."""
        return next(
            (
                one
                for one in self._sets.values()
                if one.service == head.service
                and len(one.keys) == len(head.keys) + 1
                and one.keys[: len(head.keys)] == head.keys
            ),
            None,
        )


def _headers(entity_set: EntitySet) -> dict[str, str]:
    aware = {"X-Ifs-Time-Zone-Aware-Request": "true"} if entity_set.zone == "aware" else {}
    return {"Accept": ACCEPT, **aware}


def _objects(answer: Answer) -> tuple[list[JsonValue], str | None]:
    body = answer.json if isinstance(answer.json, dict) else {}
    objects, link = body.get("value"), body.get("@odata.nextLink")
    return objects if isinstance(objects, list) else [], link if isinstance(link, str) and link else None


def _no_progress(entity_set: EntitySet, why: str) -> SettingsError:
    return SettingsError(
        f"this set cannot be paged: {why}",
        system="ifs",
        field=f"ifs.sets.{entity_set.name}",
        remedy="see keys, change and zone of the set in the profile; strategy 'sweep' does without change times",
    )
