"""The abstraction of a system behind a port: what the server asks of IFS and of JAGGAER."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from ifs_jaggaer.sandbox.faults import Fault, Faults
from ifs_jaggaer.sandbox.kernel import Answer, Call, Clock, Row
from ifs_jaggaer.sandbox.traffic import Kind, Traffic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ifs_jaggaer.sandbox.oauth import Tokens
    from ifs_jaggaer.sandbox.settings import Settings
    from ifs_jaggaer.sandbox.storage import Database


class System(ABC):
    """One of the two systems: `IfsSystem` in ifs/system.py, `JaggaerSystem` in jaggaer/system.py.

    Both are made with `(database, client, requests_per_minute, token_lifetime)`.

    All methods run on one event loop and never await, so that each call is atomic: the loop is the lock.
    """

    #: Faults of this system alone; `before` and `after` carry them out.
    own_faults: ClassVar[frozenset[str]] = frozenset()
    #: The path of its token endpoint, without query.
    token_path: str

    def __init__(self, database: Database, settings: Settings, tokens: Tokens) -> None:
        self.database = database
        self.clock = clock = Clock()
        self.settings = settings
        self.tokens = tokens
        tokens.clock = clock
        self.faults = Faults(self.own_faults)
        self.traffic = Traffic(clock)

    # What a client meets

    @abstractmethod
    def handle(self, call: Call) -> Answer:
        """Carry out an admitted call. Raises nothing; what it wrote is committed when it answers."""

    @abstractmethod
    def subject(self, call: Call) -> str:
        """What a call is about, for the counters: the entity set or resource, `PurchaseOrderSet`."""

    def is_token_request(self, call: Call) -> bool:
        return call.path.startswith("/auth/")

    def kind(self, call: Call) -> Kind:
        if self.is_token_request(call):
            return "token"
        return "read" if call.method in {"GET", "HEAD"} else "write"

    def weight(self, call: Call) -> int:  # noqa: ARG002 - a system may weigh a call by its content
        """As how many requests a call counts against the limit of requests a minute."""
        return 1

    def token_document(self, token: str, lifetime: int, scope: str) -> Mapping[str, Any]:  # noqa: ARG002
        """The body that carries a token."""
        return {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}

    def unauthorized(self) -> Answer:
        """The 401 for a call without a good token."""
        document = {"error": "invalid_token", "error_description": "The access token expired"}
        return Answer.json(401, document, {"www-authenticate": 'Bearer error="invalid_token"'})

    def throttled(self, seconds: int) -> Answer:
        """The 429 that asks to wait, in the form of the setting `retry_after`."""
        answer = Answer.json(429, {"error": HTTPStatus(429).phrase})
        match self.settings["retry_after"]:
            case "seconds":
                answer.headers["retry-after"] = str(seconds)
            case "date":
                until = self.clock.now() + timedelta(seconds=seconds)
                answer.headers["retry-after"] = format_datetime(until, usegmt=True)
        return answer

    def before(self, fault: Fault, call: Call) -> Answer | None:  # noqa: ARG002
        """An own fault, just before the call is carried out; an answer is sent instead of doing it."""
        return None

    def after(self, fault: Fault, call: Call, answer: Answer) -> Answer:  # noqa: ARG002
        """An own fault, after the call was carried out: what is answered instead."""
        return answer

    @abstractmethod
    def fill(self, seed: Mapping[str, list[Row]]) -> None:
        """Take the seed's rows, by entity set or resource, into empty tables."""

    # What `/_sandbox/` does; all raise Refusal

    @abstractmethod
    def records(self, collection: str) -> list[Row]:
        """All rows of an entity set or resource, as the wire shows them."""

    @abstractmethod
    def create(self, collection: str, values: Row) -> Row:
        """Create a record as a user of that system would."""

    @abstractmethod
    def change(self, collection: str, key: Row, values: Row) -> Row:
        """Change a record as a user of that system would."""

    @abstractmethod
    def remove(self, collection: str, key: Row) -> None:
        """Remove a record."""

    def apply_settings(self, values: Row) -> None:
        self.settings.update(values)
        self.clock.offset = timedelta(seconds=float(self.settings["clock_offset"]))
