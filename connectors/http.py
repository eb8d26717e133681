"""The one place for time-outs, retries, rate, tokens, redaction and doubt about what was carried out.

Every attempt goes the same way: a token in hand, the permission of the rate budget, for a write the
witness (intent and audit event committed), the witness's last check, the bytes, the judge of this system,
the witness again. See DESIGN, laws 2, 8 and 10, and its part on rate limits and retries.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type

from connectors.auth import ClientCredentials, Token
from connectors.backoff import Backoff, Repeat, http_date, retry_after, stated_limits
from connectors.exchange import Exchange, NoReply, Reply, Timeouts, checked_url
from connectors.payload import Undecodable, loads
from connectors.redaction import safe
from connectors.wire import Attempt, Budget, Call, ETag, JsonValue, Outcome, Witness
from ifs_jaggaer.errors import (
    AlreadyExists,
    Conflict,
    OutcomeUnknown,
    ServerWord,
    SettingsError,
    SyncError,
    System,
    Throttled,
    Unreachable,
)

# A 429 without Retry-After: nobody sends for this long, and each client adds its own jitter.
UNSTATED_PAUSE = 1.0
NO_BODY = frozenset({202, 204})

MOST_RENEWALS = 3
"""Tokens that one request may need where the account was let in before: a gateway that drops sessions drops several."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request below the system's address; `path` and `query` are percent-encoded by who makes them.

    `raw`: a success is no JSON (metadata, a batch): it is left in `Answer.body`.
    `judge`: in place of the channel's own.
    """

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    etag: ETag | None = None
    raw: bool = False
    judge: Judge | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that came whole. `json` is None where there was no body, `raw` was asked or an error page came."""

    status: int
    json: JsonValue = field(repr=False)
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    request_id: str

    @property
    def etag(self) -> ETag | None:
        text = self.headers.get("etag")
        return ETag(text) if text else None

    @property
    def server_request_id(self) -> str | None:
        """The server's correlation id, where it gave one of its own."""
        for name in ("x-request-id", "x-correlation-id"):
            text = safe(self.headers.get(name, ""))
            if text and text != self.request_id:
                return text
        return None

    @property
    def date(self) -> datetime | None:
        """The server's clock, UTC."""
        return http_date(self.headers.get("date"))


@dataclass(frozen=True, slots=True)
class Fine:
    """What was asked was done; `rows` for the audit of reads."""

    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Transient. `executed` is "no" only where the server certainly did nothing; `after` in seconds.

    `at_last`: the error when all attempts ended so, in place of Unreachable, e.g. for a lock, which is the
    record's fault and not the system's.
    """

    why: str
    executed: Literal["no", "maybe"] = "maybe"
    after: float | None = None
    word: ServerWord | None = None
    at_last: SyncError | None = None


Verdict: TypeAlias = Fine | Again | SyncError
# Judges every whole answer but redirects, 401, 429 and undecodable successes, which the channel knows.
Judge: TypeAlias = Callable[[Answer], Verdict]


@dataclass(slots=True)
class _Course:
    """One request on its way through its attempts."""

    request: Request
    call: Call
    write: bool
    repeatable: bool
    number: int = 0
    renewals: int = 0
    doubt: bool = False


class Channel:
    """The wire to one system. `witness` may be replaced from run to run.

    `requests` counts what was sent, `throttled` the 429 answers; requests for tokens are in neither. `limits`: what
    the server last said of its rate limit, by header.
    """

    def __init__(
        self,
        *,
        system: System,
        base_url: str,
        auth: ClientCredentials,
        budget: Budget,
        witness: Witness,
        judge: Judge,
        timeouts: Timeouts | None = None,
        backoff: Backoff | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        request_ids: Callable[[], str] = lambda: str(uuid.uuid4()),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.system: System = system
        self.witness = witness
        self.requests = 0
        self.throttled = 0
        self.limits: dict[str, str] = {}
        self._base = checked_url(base_url, system=system, field="host")
        self._auth = auth
        self._budget = budget
        self._judge = judge
        self._exchange = Exchange(self._base.host, timeouts=timeouts or Timeouts(), transport=transport)
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._sleep = sleep
        self._request_ids = request_ids
        self._welcome = False
        auth.seen = self._token_seen

    @property
    def base(self) -> httpx.URL:
        return self._base

    async def authorise(self) -> None:
        """Fetches a token ahead of the first request, so that a wrong secret shows at once. Raises as `auth.token`."""
        await self._auth.token()

    async def read(self, request: Request, call: Call) -> Answer:
        """Sends what changes nothing, again where that helps.

        Raises:
            Unreachable: no usable answer after all attempts, or later than a run should wait.
            SettingsError, Rejected, ...: the judge's word on a definite answer.
        """
        return await self._run(_Course(request, call, write=False, repeatable=True))

    async def write(self, request: Request, call: Call, *, repeatable: bool) -> Answer:
        """Sends a change. `repeatable`: the server itself makes a second one harmless (If-Match, unique key).

        Raises:
            Unreachable: certainly not carried out.
            OutcomeUnknown: it left, and nothing tells what came of it.
            SettingsError, Conflict, Rejected, ...: the judge's word on a definite answer.
        """
        return await self._run(_Course(request, call, write=True, repeatable=repeatable))

    async def aclose(self) -> None:
        """Closes this channel's connections and its auth's."""
        await self._exchange.aclose()
        await self._auth.aclose()

    def _token_seen(self, status: int | None, error: str) -> None:
        """Requests for tokens are on the wire too, so that the witness sees them; never what they hold."""
        call = Call("token", "", "fetch token")
        attempt = Attempt(
            self.system, "POST", safe(self._auth.path.lstrip("/")), call, 1, self._request_ids(), write=False
        )
        self.witness.after(attempt, Outcome(status, error=safe(error)))

    async def _run(self, course: _Course) -> Answer:
        retrying = AsyncRetrying(
            sleep=self._sleep,
            stop=self._backoff.stop,
            wait=self._backoff.wait,
            retry=retry_if_exception_type(Repeat),
            reraise=True,
        )
        try:
            answer: Answer = await retrying(self._attempt, course)
        except Repeat as error:
            if course.doubt:
                raise self._unknown(course, error.why) from None
            last = error.at_last or Unreachable(error.why, retry_after=error.after)
            last.system, last.record = self.system, last.record or _record(course.call)
            raise last from None
        except SyncError as error:
            error.system = error.system or self.system
            error.record = error.record or _record(course.call)
            if course.doubt and not isinstance(error, OutcomeUnknown | Conflict | AlreadyExists):
                # An earlier attempt may have been carried out: what this one was told does not settle it.
                raise self._unknown(course, error.message, error.word) from error
            raise
        return answer

    async def _attempt(self, course: _Course) -> Answer:
        await self._auth.token()  # here, so that a renewal seldom ages the permission
        await self._budget.permit()
        token = await self._auth.token()
        course.number += 1
        request, witness = course.request, self.witness
        attempt = Attempt(
            system=self.system,
            method=request.method,
            path=safe(request.path),
            call=course.call,
            number=course.number,
            request_id=self._request_ids(),
            write=course.write,
            etag=request.etag,
        )
        if course.write:
            witness.before(attempt)
        try:
            answer, verdict = await self._exchanged(course, attempt, token, witness)
        except BaseException as error:
            witness.after(attempt, Outcome(None, error=_words(error)))
            raise
        witness.after(attempt, _outcome(answer, verdict))
        if isinstance(verdict, Fine):
            return answer
        raise self._consequence(course, verdict)

    async def _exchanged(
        self, course: _Course, attempt: Attempt, token: Token, witness: Witness
    ) -> tuple[Answer, Verdict]:
        def last_check() -> None:
            try:
                witness.check(attempt)
            except Unreachable as late:
                raise Repeat(late.message) from None

        request = course.request
        if course.write:
            last_check()
        self.requests += 1
        try:
            reply = await self._exchange.send(
                request.method,
                self._url(request),
                headers={
                    "Accept": "application/json",
                    **({"Content-Type": "application/json"} if request.body is not None else {}),
                    **request.headers,
                    **({"If-Match": request.etag} if request.etag else {}),
                    "Authorization": token.header,
                    "X-Request-ID": attempt.request_id,
                },
                content=request.body,
                last_check=last_check if course.write else None,
            )
        except NoReply as lost:
            again = Again(lost.why, "maybe" if lost.sent else "no")
        else:
            return self._judged(course, reply, attempt, token)
        raise self._consequence(course, again)

    def _url(self, request: Request) -> httpx.URL:
        raw = self._base.raw_path.rstrip(b"/") + b"/" + request.path.lstrip("/").encode("ascii")
        return self._base.copy_with(raw_path=raw + (b"?" + request.query.encode("ascii") if request.query else b""))

    def _judged(self, course: _Course, reply: Reply, attempt: Attempt, token: Token) -> tuple[Answer, Verdict]:
        done = 200 <= reply.status < 300
        json: JsonValue = None
        broken = ""
        if not (done and course.request.raw) and not (reply.status in NO_BODY and not reply.body):
            try:
                json = loads(reply.body)
            except Undecodable as error:
                broken = str(error)
        answer = Answer(reply.status, json, reply.headers, reply.body, attempt.request_id)
        self._welcome = self._welcome or done
        self.limits |= stated_limits(answer.headers)
        word = ServerWord(status=reply.status, request_id=answer.server_request_id or attempt.request_id)
        verdict: Verdict
        if 300 <= reply.status < 400:
            verdict = self._redirected(answer, word)
        elif reply.status == 401:
            verdict = self._unauthorized(course, token, word)
        elif reply.status == 429:
            verdict = self._throttled(answer, word)
        elif done and broken:
            verdict = Again(f"HTTP {reply.status}, but the answer is {broken}", "maybe", word=word)
        else:
            verdict = (course.request.judge or self._judge)(answer)
        if isinstance(verdict, Again) and verdict.after is None:
            verdict = replace(verdict, after=retry_after(answer.headers, self._clock()))
        return answer, verdict

    def _redirected(self, answer: Answer, word: ServerWord) -> SettingsError:
        where = safe(answer.headers.get("location", "").partition("?")[0]) or "nowhere"
        return SettingsError(
            f"the server redirects to {where}",
            system=self.system,
            field="host",
            remedy="set the address that the server itself uses",
            word=word,
        )

    def _unauthorized(self, course: _Course, token: Token, word: ServerWord) -> Verdict:
        self._auth.refused(token)
        refused = SettingsError(
            "a fresh token is refused",
            system=self.system,
            remedy="see that the service account may use this API and that host and realm belong together",
            word=word,
        )
        if course.renewals >= (MOST_RENEWALS if self._welcome else 1):
            return refused
        course.renewals += 1
        nothing_else = course.renewals == course.number
        after = 0.0 if course.renewals == 1 else None
        return Again("HTTP 401", "no", after, word, at_last=refused if nothing_else else None)

    def _throttled(self, answer: Answer, word: ServerWord) -> Again:
        self.throttled += 1
        after = retry_after(answer.headers, self._clock())
        self._budget.throttled(UNSTATED_PAUSE if after is None else after)
        full = Throttled("HTTP 429, too many requests", retry_after=after)
        return Again("HTTP 429, too many requests", "no", after, word, at_last=full)

    def _consequence(self, course: _Course, verdict: Again | SyncError) -> Exception:
        if isinstance(verdict, SyncError):
            return verdict
        if verdict.executed == "maybe" and course.write:
            course.doubt = True
            if not course.repeatable:
                return self._unknown(course, verdict.why, verdict.word)
        return Repeat(verdict.why, after=verdict.after, at_last=verdict.at_last)

    def _unknown(self, course: _Course, why: str, word: ServerWord | None = None) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"sent, but whether it was carried out is not known: {why}",
            system=self.system,
            record=_record(course.call),
            remedy="nothing to do: it is looked up before it is sent again",
            word=word,
        )


def _record(call: Call) -> str:
    return f"{call.entity} {call.key}".strip()


def _words(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    if isinstance(error, SyncError):
        return safe(error.message)
    return safe(error.why) if isinstance(error, Repeat) else type(error).__name__


def _outcome(answer: Answer, verdict: Verdict) -> Outcome:
    error = "" if isinstance(verdict, Fine) else verdict.why if isinstance(verdict, Again) else str(verdict)
    return Outcome(
        answer.status,
        error=safe(error),
        etag=answer.etag,
        server_request_id=answer.server_request_id,
        rows=verdict.rows if isinstance(verdict, Fine) else None,
    )
