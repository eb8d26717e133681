"""IFS Cloud as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import unquote

from ifs_jaggaer.sandbox.faults import Fault
from ifs_jaggaer.sandbox.ifs.addresses import split_service
from ifs_jaggaer.sandbox.ifs.batch import Part, read_batch, write_batch
from ifs_jaggaer.sandbox.ifs.errors import ODataError, database_error, exists_already
from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.ifs.requests import Requests
from ifs_jaggaer.sandbox.ifs.service import Services, flat
from ifs_jaggaer.sandbox.ifs.steering import Steering
from ifs_jaggaer.sandbox.ifs.tenant import DEFAULTS, Tenant
from ifs_jaggaer.sandbox.ifs.writing import Writer
from ifs_jaggaer.sandbox.kernel import Answer, Call, Row
from ifs_jaggaer.sandbox.oauth import Client, Tokens, WrongClient
from ifs_jaggaer.sandbox.settings import Settings, common
from ifs_jaggaer.sandbox.storage import Database
from ifs_jaggaer.sandbox.system import System
from ifs_jaggaer.sandbox.traffic import Kind

REALM: Final = "sandbox"
_WRONG_CLIENT: Final = WrongClient("unauthorized_client", "Invalid client or Invalid client credentials")


class IfsSystem(System):
    """IFS Cloud, from contracts/ifs.md."""

    own_faults: ClassVar[frozenset[str]] = frozenset(
        {"mi_modified", "modified_by_another", "edit_first", "locked", "duplicate_after_commit"}
    )
    token_path = f"/auth/realms/{REALM}/protocol/openid-connect/token"

    def __init__(self, database: Database, client: Client, requests_per_minute: int, token_lifetime: int) -> None:
        settings = Settings(common(requests_per_minute, token_lifetime) | DEFAULTS)
        super().__init__(database, settings, Tokens(client, _WRONG_CLIENT))
        self._records = Records(database, self.clock)
        self._writer = Writer(self._records, settings)
        self._tenant = Tenant(self._records, settings)
        self._services = Services(Requests(self._records, self._writer, self._tenant))
        self._steering = Steering(self._records, self._writer, self._tenant)

    def handle(self, call: Call) -> Answer:
        return self._services.answer(call)

    def token_document(self, token: str, lifetime: int, scope: str) -> Mapping[str, Any]:
        document = dict(super().token_document(token, lifetime, scope))
        return document | {"refresh_expires_in": 0, "not-before-policy": 0, "scope": scope or "email profile"}

    def unauthorized(self) -> Answer:
        answer = ODataError(401, "UNAUTHORIZED", "The access token is missing, unknown or expired.").answer()
        answer.headers["www-authenticate"] = 'Bearer realm="ifs"'
        return answer

    def kind(self, call: Call) -> Kind:
        if call.path.endswith("/$batch") and not any(part.call.method != "GET" for part in self._parts(call)):
            return "read"
        return super().kind(call)

    def weight(self, call: Call) -> int:
        if self.settings["batch_counts_parts"] and call.path.endswith("/$batch"):
            return max(1, len(self._parts(call)))
        return 1

    def _parts(self, call: Call) -> list[Part]:
        try:
            return list(flat(read_batch(call, split_service(call.path)[0])))
        except ODataError:
            return []

    def subject(self, call: Call) -> str:
        """The last segment of the path without its key: `PurchaseOrderSet`, `PurchaseOrder_Confirm`, `$batch`."""
        last = unquote(call.path.rpartition("/")[2]).partition("(")[0]
        return last.rpartition(".")[2] if last.startswith("IfsApp.") else last

    def before(self, fault: Fault, call: Call) -> Answer | None:
        match fault.name:
            case "mi_modified":
                return self._mi_modified(fault.args.get("status", 503))
            case "modified_by_another":
                code, status = str(fault.args.get("code", "20114")), fault.args.get("status", 500)
                return self._refuse(call, database_error("The object has been modified by another user.", code, status))
            case "locked":
                return self._refuse(call, ODataError(423, "ODP_LOCKED", "The object is locked by another user."))
            case "edit_first":
                self._edit_first(fault, call)
        return None

    def _mi_modified(self, status: int) -> Answer:
        error = ODataError(status, "MI_MODIFIED_ERROR", "The metadata of the projection was renewed.")
        answer = self._tenant.answer(error)
        if status == 503:
            answer.headers["retry-after"] = "1"
        return answer

    def _refuse(self, call: Call, error: ODataError) -> Answer:
        """What the database refuses; in a batch it is the answer of a part."""
        answer = self._tenant.answer(error)
        return write_batch([(answer, None)]) if call.path.endswith("/$batch") else answer

    def _edit_first(self, fault: Fault, call: Call) -> None:
        target = self._services.target(call)
        if target:
            entity_set, row = target
            key = {name: row[name] for name in entity_set.keys}
            self._steering.change(entity_set.name, key, dict(fault.args.get("values", {})))

    def after(self, fault: Fault, call: Call, answer: Answer) -> Answer:
        if fault.name == "duplicate_after_commit" and answer.status < 400:
            return self._refuse(call, exists_already(f"The {self.subject(call)}"))
        return answer

    def fill(self, seed: Mapping[str, list[Row]]) -> None:
        self._steering.fill(seed)

    def records(self, collection: str) -> list[Row]:
        return self._steering.records(collection)

    def create(self, collection: str, values: Row) -> Row:
        return self._steering.create(collection, values)

    def change(self, collection: str, key: Row, values: Row) -> Row:
        return self._steering.change(collection, key, values)

    def remove(self, collection: str, key: Row) -> None:
        self._steering.remove(collection, key)

    def apply_settings(self, values: Row) -> None:
        super().apply_settings(values)
        self._tenant.renew()
