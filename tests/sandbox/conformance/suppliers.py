"""Suppliers of JAGGAER on the wire (contracts/jaggaer.md 3)."""

from typing import Any

from .contract import SUPPLIERS
from .wire import Jaggaer, Row


def company(operation: str, info: Row, **de: list[str]) -> Row:
    body: Row = {"operationCode": operation, "sendEMail": "false", "companyInfo": info}
    if de:
        body["deBasic"] = {
            "deInfo": [
                {"name": name, "type": "TEXT", "values": {"value": [{"deValue": value} for value in values]}}
                for name, values in de.items()
            ]
        }
    return {"company": body}


def send(jaggaer: Jaggaer, operation: str, info: Row, **de: list[str]) -> Row:
    return jaggaer.post(SUPPLIERS.path, company(operation, info, **de))


def good(**more: Any) -> Row:
    return {"companyName": "Acme Castings GmbH", "isoCountry": "DE", "type": "SELLER"} | more


def record(jaggaer: Jaggaer, bravo_id: object) -> Row:
    found = jaggaer.sweep(SUPPLIERS, {"flt": f"BRAVOID=={bravo_id}", "comp": "returnCompanyInfo;deBasic"})
    assert len(found) == 1
    return found[0]


def info_of(jaggaer: Jaggaer, bravo_id: object) -> Row:
    info = record(jaggaer, bravo_id)["returnCompanyInfo"]
    assert isinstance(info, dict)
    return info
