"""A foreign JAGGAER: all of contracts/jaggaer.md, strict, and free where the contract leaves freedom."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import unquote

from foreign.j1p_lists import INFO, INVALID, RESOURCES, NotForLists, Record, Wrong, at, tests
from foreign.j1p_orders import DOCUMENTS, midnight, only, sent
from foreign.serving import Answer, Asked, Habits, Tenant, copied

MOST_VALUES = 500
UNKNOWN_SUPPLIER, UNKNOWN_ORDER = -1101, -1103
EXISTS, BUSY = -996, -998

GAPS = {
    "purchaseorders": ("acknowledgement", "note"),
    "requisitions": ("note",),
    "receipts": ("packingSlipNumber", "receivedBy", "exportStatus"),
    "contracts": ("title", "validTo", "value", "paymentTerms"),
    "invoices": ("total", "dueDate", "accountingDate", "businessUnit", "note"),
}
"""What shows as {} in a header, or in a record without one, where it is missing."""


@dataclass
class J1pHabits(Habits):
    page: int = 100
    ids_as_text: bool = False
    counts_as_text: bool = False
    codes_as_text: bool = False
    missing: str = "absent"
    """How an empty value shows: absent, or {}."""
    empty_container: bool = False
    """An empty list has no container."""
    milliseconds: bool = True
    old_token: bool = False
    in_everywhere: bool = True
    """=in= on every filter field, not on poNumber alone."""
    order: str = "id"
    """id, modified or shuffled."""
    moving: bool = False
    """After the first page of a long list one of its records is changed."""
    base: str = "j1p/api/public"
    real_booleans: bool = False
    padded_numbers: bool = False
    """Amounts and quantities show four decimals and more."""
    bare_business_unit: bool = False
    """Of an invoice: a bare string in place of an object."""
    duplicate_behind_success: bool = False
    warn: bool = False
    po_id: str = "header"
    """Where the id of an order shows: in the header, beside it in lists alone, or nowhere."""
    no_prices: str = "absent"
    """How an empty price list shows: absent, {}, [], or price: []."""
    gives_prices: bool = True
    """Whether the component PRICES comes at all."""
    forgets_promises: bool = False
    """A new revision of an order is yet to be acknowledged."""


class J1p(Tenant):
    token_path = "/auth/realms/J1p-integrations/protocol/openid-connect/token"

    def __init__(self, habits: J1pHabits | None = None) -> None:
        super().__init__()
        self.habits: J1pHabits = habits or J1pHabits()
        self.records: dict[str, dict[Any, Record]] = {name: {} for name in RESOURCES}
        self._ids = count(88001)
        self._moves = 0
        self._noise = random.Random(5)  # noqa: S311

    # --- for the tests ------------------------------------------------------------------------

    def put(self, name: str, record: Record) -> Record:
        record = copied(record)
        if "header" in record:
            record["header"].setdefault("lastUpdate", self.stamp())
            if name == "purchaseorders":
                record["header"]["poId"] = next(self._ids)
        elif name == "customfieldvalues":
            record.setdefault("lastUpdate", self.stamp())
        elif name == "contracts":
            record.setdefault("lastModTime", self.stamp())
        elif name == "companyprofiles":
            record["returnCompanyInfo"].setdefault("lastModTime", self.stamp())
        self.records[name][_key(name, record)] = record
        return record

    def company(self, **equal: Any) -> Record:
        (found,) = [
            r
            for r in self.records["companyprofiles"].values()
            if all(r["returnCompanyInfo"].get(k) == v for k, v in equal.items())
        ]
        return found

    def change_company(self, bravo: str, extended: dict[str, list[str]] | None = None, **info: Any) -> None:
        record = self.records["companyprofiles"][bravo]
        _lay(record["returnCompanyInfo"], info)
        for name, values in (extended or {}).items():
            record["deBasic"][name] = values
        record["returnCompanyInfo"]["lastModTime"] = self.stamp()

    def change_header(self, name: str, key: Any, **values: Any) -> None:
        self.records[name][key]["header"].update(copied(values), lastUpdate=self.stamp())

    def change_contract(self, code: str, **values: Any) -> None:
        self.records["contracts"][code].update(copied(values), lastModTime=self.stamp())

    def acknowledge(self, number: str, acknowledged: str, day: str, promises: dict[str, str]) -> None:
        """The supplier's answer to an order, `promises` by line number; the revision stays."""
        record = self.records["purchaseorders"][number]
        for line in record["lineList"]["poLine"]:
            if line["lineNumber"] in promises:
                line["promisedDeliveryDate"] = promises[line["lineNumber"]]
        self.change_header("purchaseorders", number, acknowledgement={"number": acknowledged, "date": day})

    def stamp(self) -> str:
        return _stamp(self.now())

    # --- the wire -------------------------------------------------------------------------------

    def token_answer(self, token: str) -> Answer:
        if self.habits.old_token:
            return Answer(200, {"token": token, "expire_in": int(self.habits.token_seconds * 1000)})
        return Answer(
            200, {"access_token": token, "expires_in": int(self.habits.token_seconds), "token_type": "Bearer"}
        )

    def unauthorized(self) -> Answer:
        return Answer(401, b"no", kind="; charset=UTF-8")

    def busy(self) -> Answer:
        return self._envelope(BUSY, "System busy, try again")

    def answer(self, asked: Asked) -> Answer:
        match = re.fullmatch(rf"/{self.habits.base}/(j[ai])/v1/(\w+)(?:/([^/]+))?(?:/(\w+))?", unquote(asked.path))
        if not match or match[2] not in RESOURCES or RESOURCES[match[2]][0] != match[1]:
            self.complain(f"no such path: {asked.method} {asked.path}")
            return Answer(404, {"error": "not found"})
        name, ident, action = match[2], match[3], match[4]
        asked.about["resource"] = name
        asked.write = asked.method == "POST"
        if "+" in asked.query:
            self.complain("a plus in the query")
        try:
            if asked.method == "GET":
                return self._read(name, ident) if ident else self._list(asked, name)
            if asked.method == "POST":
                return self._post(asked, name, ident, action)
        except Wrong as error:
            if error.code == INVALID and not isinstance(error, NotForLists):
                self.complain(f"refused: {error}: {asked.method} {asked.path}?{unquote(asked.query)}")
            asked.write = False
            asked.about["refused"] = error.code
            if error.code == EXISTS and self.habits.duplicate_behind_success:
                return self._envelope(0, f"112({error})")
            return self._envelope(error.code, str(error))
        return Answer(405, {"error": "method"})

    def _envelope(self, code: int, message: str = "", **more: Any) -> Answer:
        shown = str(code) if self.habits.codes_as_text else code
        return Answer(200, {"returnCode": shown, "returnMessage": message or ("OK" if code == 0 else ""), **more})

    def _done(self, **more: Any) -> Answer:
        if self.habits.warn:
            return self._envelope(1, "done, but look at the address", **more)
        return self._envelope(0, **more)

    # --- reading --------------------------------------------------------------------------------

    def _list(self, asked: Asked, name: str) -> Answer:
        _, container, time, key, allowed = RESOURCES[name]
        options = {}
        for piece in filter(None, asked.query.split("&")):
            option, _, value = piece.partition("=")
            options[unquote(option)] = unquote(value)
        components = {"companyprofiles", "contracts"}
        if set(options) - {"flt", "start", *(["comp"] if name in components else [])}:
            raise Wrong(INVALID, f"unknown option in {sorted(options)}")
        asked.about["equal"] = equal = {}
        terms = list(tests(options.get("flt", ""), allowed, equal, in_everywhere=self.habits.in_everywhere))
        found = [r for r in self.records[name].values() if all(holds(r) for holds in terms)]
        if self.habits.order == "modified":
            found.sort(key=lambda r: at(r, time))
        elif self.habits.order == "shuffled":
            self._noise.seed(3)
            found.sort(key=lambda r: (self._noise.random(), at(r, key)))
        else:
            found.sort(key=lambda r: str(at(r, key)))
        start = int(options.get("start", "1"))
        page = found[start - 1 : start - 1 + self.habits.page]
        asked.about["rows"] = len(page)
        numbers = {"totRecords": len(found), "returnedRecords": len(page), "startAt": start}
        if self.habits.counts_as_text:
            numbers = {field: str(number) for field, number in numbers.items()}  # type: ignore[misc]
        shown = [self._shown(name, record, options.get("comp", "")) for record in page]
        body: Record = {}
        if shown or not self.habits.empty_container:
            put_at(body, container, shown)
        if self.habits.moving and start == 1 and len(found) > len(page):
            self._moves += 1
            if self._moves % 2:
                put_at(page[0], time, self.stamp())
        return self._envelope(0, **numbers, **body)

    def _shown(self, name: str, record: Record, comp: str) -> Record:
        parts = set(filter(None, comp.split(";")))
        record = copied(record)
        shown: Record
        if name == "companyprofiles":
            shown = {part: record[part] for part in ("returnCompanyInfo", "deBasic") if part in parts}
            if "deBasic" in shown:
                shown["deBasic"] = {
                    "deInfo": [
                        {"name": n, "type": "TEXT", "values": {"value": [{"deValue": v} for v in values]}}
                        for n, values in record["deBasic"].items()
                        if values
                    ]
                }
            if self.habits.missing == "{}" and "returnCompanyInfo" in shown:
                info = shown["returnCompanyInfo"]
                shown["returnCompanyInfo"] = {field: info.get(field) or {} for field in INFO | set(info)}
        elif name == "contracts":
            shown = {field: value for field, value in record.items() if field != "priceList"}
            if "PRICES" in parts and self.habits.gives_prices:
                shown |= self._prices(record["priceList"]["price"])
        elif "header" in record:
            shown = {"header": record["header"]}
            if name == "receipts":
                shown["lineList"] = record["lineList"]
        else:
            shown = record
        return self._told(name, shown)

    def _prices(self, listed: list[Record]) -> Record:
        empty: dict[str, Any] = {"{}": {}, "[]": [], "price: []": {"price": []}}
        if listed:
            return {"priceList": {"price": listed}}
        return {"priceList": empty[self.habits.no_prices]} if self.habits.no_prices in empty else {}

    def _told(self, name: str, shown: Record) -> Record:  # noqa: C901
        """Times, ids and gaps as this tenant writes them."""
        header = shown.get("header")
        if self.habits.real_booleans and "active" in shown:
            shown["active"] = shown["active"] == "true"
        if self.habits.padded_numbers:
            _each(shown, _padded)
        if header and self.habits.ids_as_text:
            for field in ("invoiceId", "poId", "receiptId", "requisitionId", "revisionNumber"):
                if field in header:
                    header[field] = str(header[field])
        if header and name == "purchaseorders" and self.habits.po_id != "header":
            number = header.pop("poId")
            if self.habits.po_id == "beside" and "lineList" not in shown:
                shown = {"poId": number, **shown}
        if header and name == "invoices" and self.habits.bare_business_unit and header.get("businessUnit"):
            header["businessUnit"] = header["businessUnit"]["internalName"]
        if self.habits.missing == "{}":
            _gaping(name, shown)
        if not self.habits.milliseconds:
            _each(shown, _without_milliseconds)
        return shown

    def _read(self, name: str, ident: str) -> Answer:
        for record in self.records[name].values():
            header = record.get("header", {})
            if name in {"purchaseorders", "invoices", "requisitions"} and ident == str(header.get(_ident(name))):
                whole = {"header": record["header"], "lineList": record["lineList"]}
                return Answer(200, self._told(name, copied(whole)))
        if name not in {"purchaseorders", "invoices", "requisitions"}:
            self.complain(f"{name} are not read by id")
        return self._envelope(UNKNOWN_ORDER, f"{name} {ident} is unknown")

    # --- writing --------------------------------------------------------------------------------

    def _post(self, asked: Asked, name: str, ident: str | None, action: str | None) -> Answer:
        body = asked.json()
        if ident:
            return self._feedback(name, ident, action, body)
        if name == "companyprofiles":
            return self._company(asked, body)
        if name == "customfieldvalues":
            return self._values_sent(body)
        if name in DOCUMENTS:
            return self._done(**sent(self.records, DOCUMENTS[name], asked, body, self))
        raise Wrong(INVALID, f"{name} are not written")

    def new_id(self) -> int:
        return next(self._ids)

    def _feedback(self, name: str, ident: str, action: str | None, body: Record) -> Answer:
        allowed = {("invoices", "exportstatus"), ("invoices", "payment"), ("receipts", "exportstatus")}
        record = next((r for r in self.records[name].values() if str(r["header"].get(_ident(name))) == ident), None)
        if (name, action) not in allowed or record is None:
            raise Wrong(INVALID, f"{name}/{ident}/{action}")
        header = record["header"]
        if action == "payment":
            only(body, {"status", "paymentDate", "amount", "reference"})
            if body.get("status") != "Paid" or not isinstance(body.get("amount"), int | Decimal):
                raise Wrong(INVALID, f"payment {body}")
            midnight(body["paymentDate"])
            header |= {"paymentStatus": "Paid", "lastUpdate": self.stamp()}
            record.setdefault("paid", []).append(body)
            return self._done()
        only(body, {"status", "erpNumber", "erpDate", "message"})
        words = {"SUCCESS": "Exported", "FAILED": "Failed"}
        if body.get("status") not in words:
            raise Wrong(INVALID, f"status {body.get('status')}")
        if "erpDate" in body:
            midnight(body["erpDate"])
        header |= {"exportStatus": words[body["status"]], "lastUpdate": self.stamp()}
        record.setdefault("told", []).append(body)
        return self._done()

    def _company(self, asked: Asked, body: Record) -> Answer:  # noqa: C901
        only(body, {"company"})
        company = body["company"]
        only(company, {"operationCode", "sendEMail", "companyInfo", "deBasic"})
        info = company.get("companyInfo", {})
        only(info, INFO)
        records = self.records["companyprofiles"]
        bravo = str(info.get("bravoId", ""))
        operation = company["operationCode"]
        if operation == "CREATEUPDATE":
            code = info.get("extCode")
            same = [k for k, r in records.items() if code and r["returnCompanyInfo"].get("extCode") == code]
            bravo = bravo or (same[0] if same else "")
            operation = "UPDATE" if bravo else "CREATE"
        if operation == "CREATE" and not all(info.get(f) for f in ("companyName", "isoCountry", "type")):
            raise Wrong(INVALID, "companyName, isoCountry and type are needed")
        if operation == "UPDATE" and bravo not in records:
            raise Wrong(UNKNOWN_SUPPLIER, f"bravoId {bravo}")
        if operation not in {"CREATE", "UPDATE"}:
            raise Wrong(INVALID, f"operationCode {operation}")
        if info.get("status", "ACTIVE") not in {"ACTIVE", "SUSPENDED", "INACTIVE"}:
            raise Wrong(INVALID, f"status {info['status']}")
        for field in ("extCode", "extUniqueCode"):
            for key, other in records.items():
                if info.get(field) and key != bravo and other["returnCompanyInfo"].get(field) == info[field]:
                    raise Wrong(EXISTS, f"{field} {info[field]} already exists")
        if operation == "CREATE":
            bravo = str(next(self._ids))
            record: Record = {"returnCompanyInfo": {"bravoId": bravo, "status": "ACTIVE"}, "deBasic": {}}
            records[bravo] = record
        record = records[bravo]
        asked.about |= {"operation": operation, "before": copied(record)}
        _lay(record["returnCompanyInfo"], {k: v for k, v in info.items() if k != "bravoId"})
        for extended in company.get("deBasic", {}).get("deInfo", []):
            values = [v["deValue"] for v in extended["values"]["value"]]
            record["deBasic"][extended["name"]] = [v for v in values if v]
        record["returnCompanyInfo"]["lastModTime"] = self.stamp()
        asked.about["bravo"] = bravo
        return self._done(bravoId=bravo if self.habits.ids_as_text else int(bravo))

    def _values_sent(self, body: Record) -> Answer:
        only(body, {"operationCode", "customField", "valueList"})
        values = body["valueList"]["value"]
        if body["operationCode"] != "CREATEUPDATE" or not 0 < len(values) <= MOST_VALUES:
            raise Wrong(INVALID, "CREATEUPDATE of 1 to 500 values")
        results = []
        for value in values:
            only(value, {"value", "description", "active"})
            if value["active"] not in ("true", "false", True, False):
                raise Wrong(INVALID, f"active {value['active']!r}")
            active = str(value["active"]).lower()
            self.put("customfieldvalues", {"customField": body["customField"], **value, "active": active})
            results.append({"value": value["value"], "returnCode": 0, "returnMessage": ""})
        return self._done(resultList={"result": results})


def _key(name: str, record: Record) -> Any:
    if name == "customfieldvalues":
        return record["customField"], record["value"]
    return at(record, RESOURCES[name][3])


def _ident(name: str) -> str:
    return {"purchaseorders": "poId", "requisitions": "requisitionId", "receipts": "receiptId"}.get(name, "invoiceId")


def _gaping(name: str, shown: Record) -> None:
    for field in GAPS.get(name, ()):
        shown.get("header", shown).setdefault(field, {})
    for line in _listed(shown):
        for field in ("supplierItemCode", "discountPercent", "validFrom", "validTo", "leadTimeDays"):
            line.setdefault(field, {})


def _listed(contract: Record) -> list[Record]:
    """The price lines that are shown, whatever shape an empty list has."""
    listed = contract.get("priceList")
    return listed.get("price", []) if isinstance(listed, dict) else []


def _lay(info: Record, values: Record) -> None:
    for field, value in values.items():
        if value in ("", None):
            info.pop(field, None)
        else:
            info[field] = value


def put_at(record: Record, path: str, value: Any) -> None:
    *parents, leaf = path.split(".")
    for step in parents:
        record = record.setdefault(step, {})
    record[leaf] = value


def _each(value: Any, change: Callable[[str, Any], Any]) -> None:
    """Changes every value inside; `change` gets its name too."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in pairs:
        if isinstance(inner, dict | list):
            _each(inner, change)
        else:
            value[key] = change(str(key), inner)


def _without_milliseconds(_: str, value: Any) -> Any:
    return re.sub(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{3}Z$", r"\1Z", value) if isinstance(value, str) else value


def _padded(name: str, value: Any) -> Any:
    exact = isinstance(value, Decimal) or (
        isinstance(value, int) and name in {"quantity", "charges", "discountPercent", "minQuantity"}
    )
    return Decimal(value) + Decimal("0.0000") if exact and not isinstance(value, bool) else value


def _stamp(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def days_ago(number: float) -> str:
    return _stamp(datetime.now(UTC) - timedelta(days=number))
