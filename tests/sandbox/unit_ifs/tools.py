"""An IFS in this process, asked without a network."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.system import IfsSystem
from ifs_jaggaer.sandbox.kernel import Answer, Call
from ifs_jaggaer.sandbox.oauth import Client
from ifs_jaggaer.sandbox.storage import Database

Row = dict[str, Any]
CLIENT = Client("ifs", "a+b/c=%&")


def new_ifs(database: Database | None = None) -> IfsSystem:
    return IfsSystem(database or Database(), CLIENT, 1000, 180)


def query(**options: str | int) -> str:
    return "&".join(f"${name}={quote(str(value))}" for name, value in options.items())


@dataclass
class Asker:
    """Speaks to a system as a client would."""

    system: IfsSystem

    def call(self, method: str, set_name: str, tail: str = "", **more: Any) -> Answer:
        body = more.pop("body", None)
        headers = {"accept": "application/json;IEEE754Compatible=true"} | more.pop("headers", {})
        if body is not None:
            headers["content-type"] = "application/json"
        content = json.dumps(body, default=float).encode() if body is not None else b""
        path = f"{SETS[set_name].service}/{set_name}{tail}"
        return self.system.handle(Call(method, path, query(**more), headers, content))

    def rows(self, set_name: str, headers: Row | None = None, **options: str | int) -> list[Row]:
        answer = self.call("GET", set_name, headers=headers or {}, **options)
        assert answer.status == 200, answer.body
        rows: list[Row] = json.loads(answer.body)["value"]
        return rows

    def stored(self, set_name: str, **key: Any) -> Row:
        [row] = [each for each in self.system.records(set_name) if all(each[name] == key[name] for name in key)]
        return row

    def order(self, number: str = "P1", quantity: str = "10", **values: Any) -> Row:
        """A released order of one line over ten pieces at 2.50."""
        self.system.create("PurchaseOrderSet", {"OrderNo": number, "CurrencyCode": "EUR", "Objstate": "Released"})
        line = {
            "OrderNo": number,
            "BuyQtyDue": Decimal(quantity),
            "BuyUnitMeas": "PCS",
            "FbuyUnitPrice": Decimal("2.50"),
        }
        return self.system.create("PurchaseOrderLineSet", line | values)


def body_of(answer: Answer) -> Row:
    document: Row = json.loads(answer.body, parse_float=Decimal)
    return document
