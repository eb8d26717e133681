"""JAGGAER as a system of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from ifs_jaggaer.sandbox.jaggaer.codes import BUSY, DONE, WARNINGS
from ifs_jaggaer.sandbox.jaggaer.editing import edit_first
from ifs_jaggaer.sandbox.jaggaer.listing import envelope
from ifs_jaggaer.sandbox.jaggaer.records import Records
from ifs_jaggaer.sandbox.jaggaer.resources import BASE, OLDER_BASE, PROFILES, RESOURCES
from ifs_jaggaer.sandbox.jaggaer.routes import Route, carry_out, route
from ifs_jaggaer.sandbox.jaggaer.steering import Steering
from ifs_jaggaer.sandbox.kernel import Answer, Call, Row, parse_json
from ifs_jaggaer.sandbox.oauth import Client, Tokens, WrongClient
from ifs_jaggaer.sandbox.settings import Check, Settings, common, flag, texts, whole
from ifs_jaggaer.sandbox.system import System

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ifs_jaggaer.sandbox.faults import Fault
    from ifs_jaggaer.sandbox.storage import Database

_WRONG_CLIENT: Final = WrongClient("invalid_client", "Invalid client or Invalid client credentials")


def _known_resources(value: object) -> bool:
    return texts(value) and isinstance(value, list) and set(value) <= set(RESOURCES)


_OWN_SETTINGS: Final[dict[str, tuple[Any, Check]]] = {
    "server_page": (100, whole(1)),
    "forbidden": ([], _known_resources),
    "older_tenant": (False, flag),
}


class JaggaerSystem(System):
    """JAGGAER, from contracts/jaggaer.md."""

    own_faults: ClassVar[frozenset[str]] = frozenset(
        {"busy", "warnings", "hidden_duplicate", "bad_content_type_401", "edit_first"}
    )
    token_path = "/auth/realms/J1p-integrations/protocol/openid-connect/token"  # noqa: S105 - a path

    def __init__(self, database: Database, client: Client, requests_per_minute: int, token_lifetime: int) -> None:
        settings = Settings(common(requests_per_minute, token_lifetime) | _OWN_SETTINGS)
        super().__init__(database, settings, Tokens(client, _WRONG_CLIENT))
        self._records = Records(database, self.clock)
        self._steering = Steering(self._records)

    def _route(self, call: Call) -> Route | None:
        return route(call.path, OLDER_BASE if self.settings["older_tenant"] else BASE)

    def token_document(self, token: str, lifetime: int, scope: str) -> Mapping[str, Any]:
        if self.settings["older_tenant"]:
            return {"token": token, "expire_in": lifetime * 1000}
        return super().token_document(token, lifetime, scope)

    def unauthorized(self) -> Answer:
        return _bare_401() if self.settings["older_tenant"] else super().unauthorized()

    def handle(self, call: Call) -> Answer:
        to = self._route(call)
        if to is None:
            return Answer.json(404, {"error": f"no resource {call.path}"})
        if to.resource.name in self.settings["forbidden"]:
            return Answer.json(403, {"error": f"no permission for {to.resource.name}"})
        return carry_out(self._records, to, call, self.settings["server_page"])

    def subject(self, call: Call) -> str:
        """`companyprofiles`, `invoices/exportstatus`; the path itself where it leads nowhere."""
        to = self._route(call)
        return to.subject if to else call.path

    def before(self, fault: Fault, call: Call) -> Answer | None:
        to = self._route(call) or Route(PROFILES)
        match fault.name:
            case "busy":
                return envelope(to.resource, BUSY, "The system is busy, try again later")
            case "hidden_duplicate":
                return envelope(to.resource, DONE, "112(duplicate: a record with this key already exists)")
            case "bad_content_type_401":
                return _bare_401()
            case "edit_first":
                edit_first(self._steering, to, call, fault.args.get("values"))
        return None

    def after(self, fault: Fault, call: Call, answer: Answer) -> Answer:
        to = self._route(call)
        if fault.name != "warnings" or to is None or answer.status != 200:
            return answer
        document = parse_json(answer.body)
        if document.get("returnCode") not in {DONE, str(DONE)}:
            return answer
        said = {"returnCode": to.resource.code(WARNINGS), "returnMessage": "done, but some fields were not checked"}
        return Answer.json(200, document | said)

    def fill(self, seed: Mapping[str, list[Row]]) -> None:
        self._records.fill(dict(seed))

    def records(self, collection: str) -> list[Row]:
        return self._steering.all(collection)

    def create(self, collection: str, values: Row) -> Row:
        return self._steering.create(collection, values)

    def change(self, collection: str, key: Row, values: Row) -> Row:
        return self._steering.change(collection, key, values)

    def remove(self, collection: str, key: Row) -> None:
        self._steering.remove(collection, key)


def _bare_401() -> Answer:
    """Without a challenge, with the invalid content type of older tenants (contracts/jaggaer.md 1)."""
    return Answer(401, b'{"error":"unauthorized"}', {"content-type": "; charset=UTF-8"})
