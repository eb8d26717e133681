"""The services: what stands at a path, and the one form in which all answers leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Final

from ifs_jaggaer.sandbox.ifs.addresses import canonical, split_service
from ifs_jaggaer.sandbox.ifs.batch import ChangeSet, Part, Result, read_batch, resolved, write_batch
from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.errors import ODataError, malformed
from ifs_jaggaer.sandbox.ifs.metadata import metadata
from ifs_jaggaer.sandbox.ifs.model import EntitySet
from ifs_jaggaer.sandbox.ifs.records import etag_of
from ifs_jaggaer.sandbox.ifs.requests import Done, Requests
from ifs_jaggaer.sandbox.kernel import Answer, Call, Row

_LONGEST_URL: Final = 8192


class _ChangeSetFailed(Exception):
    """Undoes the unit of a change set; holds the answer of the part that failed."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Services:
    """Answers requests; an error becomes its answer."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._tenant = requests.tenant
        self._numbers = count(1)

    def answer(self, call: Call) -> Answer:
        try:
            _refuse_browsers(call)
            answer = self._answer(call)
        except ODataError as error:
            answer = self._tenant.answer(error)
        answer.headers["x-request-id"] = f"ifs-{next(self._numbers)}"
        if call.path.startswith("/main/"):
            answer.headers["set-cookie"] = "XSRF-TOKEN=sandbox; Path=/main"
        return answer

    def _answer(self, call: Call) -> Answer:
        if len(f"http://{call.headers.get('host', '')}{call.path}?{call.query}") > _LONGEST_URL:
            raise ODataError(414, "ODP_URI_TOO_LONG", "The URL is longer than 8 KB.")
        service, rest = split_service(call.path)
        if rest == "$batch":
            return self._batch(call, service)
        if rest == "$metadata" and call.method == "GET":
            if self._tenant.settings["metadata_forbidden"]:
                raise ODataError(403, "ODP_FORBIDDEN", "You have no permission for $metadata.")
            return Answer(200, metadata(self._granted(service)), {"content-type": "application/xml"})
        if not rest and call.method == "GET":
            sets = [{"name": each.name, "kind": "EntitySet", "url": each.name} for each in self._sets(service)]
            return Answer.json(200, {"@odata.context": "$metadata", "value": sets})
        return self._requests.carry_out(call, service, rest).answer

    def _sets(self, service: str) -> list[EntitySet]:
        return [self._tenant.view(each) for each in SETS.values() if each.service == service]

    def _granted(self, service: str) -> list[EntitySet]:
        """The sets of a service; raises ODataError 403 where none of them is granted."""
        sets = self._sets(service)
        if all(each.name in self._tenant.settings["forbidden"] for each in sets):
            self._tenant.admit(sets[0])
        return sets

    def _batch(self, call: Call, service: str) -> Answer:
        if call.method != "POST":
            raise ODataError(405, "ODP_METHOD_NOT_ALLOWED", "A batch is posted.")
        parts = read_batch(call, service)
        goes_on = "odata.continue-on-error" in call.headers.get("prefer", "")
        return write_batch(list(_Batch(self._requests, call, service).results(parts, goes_on=goes_on)))

    def target(self, call: Call) -> tuple[EntitySet, Row] | None:
        """The row that a request is about, or the first such part of a batch; None if there is none."""
        try:
            service, rest = split_service(call.path)
            if rest != "$batch":
                return self._requests.target(service, rest)
            return next(
                filter(None, (self._target_of(service, part) for part in flat(read_batch(call, service)))), None
            )
        except ODataError:
            return None

    def _target_of(self, service: str, part: Part) -> tuple[EntitySet, Row] | None:
        return None if part.call.path.startswith("$") else self._requests.target(service, part.call.path)


def _refuse_browsers(call: Call) -> None:
    """`/main/` takes a cookie for a sign of a browser, and wants its XSRF token then."""
    writes_here = call.method != "GET" and call.path.startswith("/main/")
    if writes_here and "cookie" in call.headers and "x-xsrf-token" not in call.headers:
        raise ODataError(403, "CSRF_ERROR", "The XSRF token is missing.")


def flat(parts: list[Part | ChangeSet]) -> Iterator[Part]:
    """All requests of a batch, those of change sets among them."""
    for part in parts:
        yield from part.parts if isinstance(part, ChangeSet) else (part,)


class _Batch:
    """One batch being carried out: what its parts made so far, by Content-ID."""

    def __init__(self, requests: Requests, outer: Call, service: str) -> None:
        self._requests = requests
        self._service = service
        self._inherited = {name: value for name, value in outer.headers.items() if name in {"host", "accept"}}
        self._made: dict[str, tuple[str, str]] = {}

    def results(self, parts: list[Part | ChangeSet], *, goes_on: bool) -> Iterator[Result]:
        for part in parts:
            if isinstance(part, ChangeSet):
                result: Result = self._change_set(part)
            else:
                result = (self._part(part), part.content_id)
            yield result
            if isinstance(result, tuple) and result[0].status >= 400 and not goes_on:
                return

    def _change_set(self, change_set: ChangeSet) -> Result:
        results = []
        try:
            with self._requests.writer.unit():
                for part in change_set.parts:
                    if part.call.method == "GET":
                        raise malformed("A change set holds no GET.")
                    answer = self._part(part)
                    if answer.status >= 400:
                        raise _ChangeSetFailed(answer)
                    results.append((answer, part.content_id))
        except _ChangeSetFailed as failure:
            return failure.answer, None
        except ODataError as error:
            return self._requests.tenant.answer(error), None
        return results

    def _part(self, part: Part) -> Answer:
        try:
            call = resolved(part.call, self._made)
            call = replace(call, headers=self._inherited | dict(call.headers))
            done = self._requests.carry_out(call, self._service, call.path)
        except ODataError as error:
            return self._requests.tenant.answer(error)
        self._remember(part, done)
        return done.answer

    def _remember(self, part: Part, done: Done) -> None:
        if part.content_id and done.row and done.entity_set:
            self._made[part.content_id] = (canonical(done.entity_set, done.row), etag_of(done.row))
