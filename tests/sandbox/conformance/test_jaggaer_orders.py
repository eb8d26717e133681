"""contracts/jaggaer.md 5: purchase orders and requisitions, which keep the same rules."""

import time
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from .contract import ORDERS, REQUISITIONS
from .wire import Jaggaer, Resource, Row, code
from .world import (
    build_jaggaer,
    distribution,
    money,
    split,
    wire_line,
    wire_order,
    wire_requisition,
)


@dataclass(frozen=True)
class Documents:
    """What differs between the two kinds of document."""

    resource: Resource
    wrapper: str
    lines: str
    number: str
    identity: str

    def document(self, *lines: Row, **header: Any) -> Row:
        """A whole document, revision 0."""
        return (wire_order if self.resource is ORDERS else wire_requisition)(*lines, **header)

    def write(self, jaggaer: Jaggaer, operation: str, document: Row) -> Row:
        build_jaggaer(jaggaer)
        return jaggaer.post(self.resource.path, {"operationCode": operation, self.wrapper: document})

    def created(self, jaggaer: Jaggaer, *lines: Row, **header: Any) -> tuple[Row, Any]:
        """A document that is there now, and its id."""
        document = self.document(*lines, **header)
        answer = self.write(jaggaer, "CREATE", document)
        assert code(answer) == 0, answer
        return document, answer[self.identity]

    def at(self, document: Row) -> str:
        return str(document["header"][self.number])

    def cancel(self, document: Row) -> Row:
        return {"header": {self.number: self.at(document)}}


ORDER = Documents(ORDERS, "purchaseOrder", "poLine", "poNumber", "poId")
REQUISITION = Documents(REQUISITIONS, "requisition", "requisitionLine", "requisitionNumber", "requisitionId")

both = pytest.mark.parametrize("kind", [ORDER, REQUISITION], ids=lambda kind: kind.wrapper)


def revised(document: Row, revision: int, **header: Any) -> Row:
    changed = deepcopy(document)
    changed["header"] |= {"revisionNumber": revision, **header}
    return changed


@both
def test_create_answers_id_number_and_revision(jaggaer: Jaggaer, kind: Documents) -> None:
    document = kind.document()
    answer = kind.write(jaggaer, "CREATE", document)
    assert answer["returnCode"] == 0
    assert answer["returnMessage"] == ""
    assert answer[kind.identity]
    assert answer[kind.number] == kind.at(document)
    assert answer["revisionNumber"] == 0


@both
def test_one_document_is_bare(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer)
    kept = jaggaer.one(kind.resource, number)
    assert set(kept) == {"header", "lineList"}
    for name, value in document["header"].items():
        assert kept["header"][name] == value, name
    assert kept["header"]["lastUpdate"]
    [line] = kept["lineList"][kind.lines]
    for name, value in document["lineList"][kind.lines][0].items():
        if name != "splittableFieldSetGroupList":
            assert line[name] == value, name


@both
def test_a_list_has_headers_alone(jaggaer: Jaggaer, kind: Documents) -> None:
    document, _ = kind.created(jaggaer)
    [item] = jaggaer.sweep(kind.resource, {"flt": f"{kind.number}=={kind.at(document)}"})
    assert set(item) == {"header"}
    assert item["header"]["externalReference"] == document["header"]["externalReference"]
    assert item["header"]["revisionNumber"] == 0


@both
def test_a_list_leads_to_the_document(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer)
    [item] = jaggaer.sweep(kind.resource, {"flt": f"{kind.number}=={kind.at(document)}"})
    assert str(item["header"][kind.identity]) == str(number)


@both
def test_a_number_is_unique(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer)
    before = jaggaer.one(kind.resource, number)
    answer = kind.write(jaggaer, "CREATE", revised(document, 0, note="second"))
    assert code(answer) == -996
    assert jaggaer.one(kind.resource, number) == before


@both
def test_an_update_has_the_next_revision(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer)
    for revision in (1, 2):
        answer = kind.write(jaggaer, "UPDATE", revised(document, revision, note=f"revision {revision}"))
        assert (code(answer), answer["revisionNumber"], answer[kind.identity]) == (0, revision, number)
    kept = jaggaer.one(kind.resource, number)["header"]
    assert (kept["revisionNumber"], kept["note"]) == (2, "revision 2")


@both
@pytest.mark.parametrize("revision", [0, 1, 3, 7])
def test_an_update_with_another_revision_is_1104(jaggaer: Jaggaer, kind: Documents, revision: int) -> None:
    document, number = kind.created(jaggaer)
    assert code(kind.write(jaggaer, "UPDATE", revised(document, 1))) == 0
    before = jaggaer.one(kind.resource, number)
    assert code(kind.write(jaggaer, "UPDATE", revised(document, revision, note="refused"))) == -1104
    assert jaggaer.one(kind.resource, number) == before


@both
def test_createupdate_creates_and_then_revises(jaggaer: Jaggaer, kind: Documents) -> None:
    document = kind.document()
    made = kind.write(jaggaer, "CREATEUPDATE", document)
    assert code(made) == 0
    again = kind.write(jaggaer, "CREATEUPDATE", revised(document, 1))
    assert (code(again), again[kind.identity]) == (0, made[kind.identity])
    assert code(kind.write(jaggaer, "CREATEUPDATE", revised(document, 1))) == -1104


@both
def test_an_update_carries_the_whole_document(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer, wire_line("1"), wire_line("2"), note="to go", total=money("246.80"))
    changed = revised(document, 1, total=money("123.40"))
    del changed["header"]["note"]
    del changed["lineList"][kind.lines][0]
    assert code(kind.write(jaggaer, "UPDATE", changed)) == 0
    kept = jaggaer.one(kind.resource, number)
    assert "note" not in kept["header"]
    assert [line["lineNumber"] for line in kept["lineList"][kind.lines]] == ["2"]


@both
def test_an_update_of_an_unknown_document_is_1103(jaggaer: Jaggaer, kind: Documents) -> None:
    assert code(kind.write(jaggaer, "UPDATE", revised(kind.document(), 1))) == -1103


@both
def test_cancel_carries_the_header_alone(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer)
    answer = kind.write(jaggaer, "CANCEL", kind.cancel(document) | {"header": revised(document, 1)["header"]})
    assert code(answer) == 0, answer
    kept = jaggaer.one(kind.resource, number)
    assert kept["header"]["status"] == "Cancelled"
    assert len(kept["lineList"][kind.lines]) == 1


@both
def test_cancel_of_an_unknown_document_is_1103(jaggaer: Jaggaer, kind: Documents) -> None:
    assert code(kind.write(jaggaer, "CANCEL", {"header": revised(kind.document(), 1)["header"]})) == -1103


@both
def test_a_cancelled_document_is_closed(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer)
    assert code(kind.write(jaggaer, "CANCEL", {"header": revised(document, 1)["header"]})) == 0
    revision = jaggaer.one(kind.resource, number)["header"]["revisionNumber"]
    assert code(kind.write(jaggaer, "UPDATE", revised(document, revision + 1))) == -1105
    assert jaggaer.one(kind.resource, number)["header"]["status"] == "Cancelled"


@both
def test_a_completed_document_is_closed(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer, status="Completed")
    assert code(kind.write(jaggaer, "UPDATE", revised(document, 1, status="Completed", note="late"))) == -1105
    assert "note" not in jaggaer.one(kind.resource, number)["header"]


@both
def test_a_write_moves_last_update(jaggaer: Jaggaer, kind: Documents) -> None:
    document, number = kind.created(jaggaer)
    before = jaggaer.one(kind.resource, number)["header"]["lastUpdate"]
    time.sleep(0.005)
    kind.write(jaggaer, "UPDATE", revised(document, 1))
    assert jaggaer.one(kind.resource, number)["header"]["lastUpdate"] > before


@both
def test_an_unknown_operation_is_refused(jaggaer: Jaggaer, kind: Documents) -> None:
    document = kind.document()
    for operation in ("DELETE", "create", ""):
        assert code(kind.write(jaggaer, operation, document)) not in {0, 1}
    assert jaggaer.sweep(kind.resource, {"flt": f"{kind.number}=={kind.at(document)}"}) == []


@both
def test_an_unknown_custom_field_value_is_1102(jaggaer: Jaggaer, kind: Documents) -> None:
    for fields in ({"Account": "7777"}, {"Account": "4010", "CostCenter": "NOWHERE"}, {"NoSuchField": "4010"}):
        line = wire_line(splittableFieldSetGroupList=distribution(split(0, "100", **fields)))
        document = kind.document(line)
        assert code(kind.write(jaggaer, "CREATE", document)) == -1102, fields
        assert jaggaer.sweep(kind.resource, {"flt": f"{kind.number}=={kind.at(document)}"}) == []


def test_an_unknown_supplier_is_1101(jaggaer: Jaggaer) -> None:
    document = ORDER.document(supplier={"supplierNumber": "NOBODY"})
    assert code(ORDER.write(jaggaer, "CREATE", document)) == -1101
    assert jaggaer.sweep(ORDERS, {"flt": f"poNumber=={ORDER.at(document)}"}) == []


def test_an_unknown_preferred_supplier_is_1101(jaggaer: Jaggaer) -> None:
    document = REQUISITION.document()
    document["lineList"]["requisitionLine"][0]["preferredSupplier"] = {"supplierNumber": "NOBODY"}
    assert code(REQUISITION.write(jaggaer, "CREATE", document)) == -1101


def test_the_order_that_came_of_a_requisition_outlives_a_revision(jaggaer: Jaggaer) -> None:
    document, number = REQUISITION.created(jaggaer)
    for revision, told in ((1, "P77"), (2, None), (3, "P78")):
        document = revised(document, revision)
        line = document["lineList"]["requisitionLine"][0]
        line.pop("poNumber", None)
        line |= {"poNumber": told} if told else {}
        assert code(REQUISITION.write(jaggaer, "UPDATE", document)) == 0
        shown = jaggaer.one(REQUISITION.resource, number)
        assert shown["lineList"]["requisitionLine"][0]["poNumber"] == (told or "P77")


def test_a_requisition_line_needs_no_supplier(jaggaer: Jaggaer) -> None:
    document = REQUISITION.document()
    del document["lineList"]["requisitionLine"][0]["preferredSupplier"]
    assert code(REQUISITION.write(jaggaer, "CREATE", document)) == 0


@pytest.mark.parametrize(
    ("way", "splits", "good"),
    [
        ("PercentOfPrice", ["100"], True),
        ("PercentOfPrice", ["60", "40"], True),
        ("PercentOfPrice", ["33.33", "33.33", "33.34"], True),
        ("PercentOfPrice", ["33.33", "33.33", "33.33"], False),
        ("PercentOfPrice", ["60", "41"], False),
        ("AmountOfPrice", ["123.40"], True),
        ("AmountOfPrice", ["100.00", "23.40"], True),
        ("AmountOfPrice", ["100.00", "23.41"], False),
        ("AmountOfPrice", ["100"], False),
        ("ShareOfPrice", ["100"], False),
    ],
)
@both
def test_a_distribution_adds_up(jaggaer: Jaggaer, kind: Documents, way: str, splits: list[str], *, good: bool) -> None:
    shares = [split(index, value, Account="4010", CostCenter="CC1") for index, value in enumerate(splits)]
    document = kind.document(wire_line(splittableFieldSetGroupList=distribution(*shares, kind=way)))
    answer = kind.write(jaggaer, "CREATE", document)
    assert code(answer) == (0 if good else -1106), answer
    found = jaggaer.sweep(kind.resource, {"flt": f"{kind.number}=={kind.at(document)}"})
    assert len(found) == int(good)


def test_the_line_total_is_after_discount_and_charges(jaggaer: Jaggaer) -> None:
    """10 x 12.34 less 10 % plus 5.00."""
    for amount, good in (("116.06", True), ("123.40", False)):
        line = wire_line(
            discountPercent=Decimal(10),
            charges=Decimal("5.00"),
            splittableFieldSetGroupList=distribution(split(0, amount, Account="4010"), kind="AmountOfPrice"),
        )
        answer = ORDER.write(jaggaer, "CREATE", ORDER.document(line, total=money("116.06")))
        assert code(answer) == (0 if good else -1106), answer


@both
@pytest.mark.parametrize("status", ["Draft", "Pending", "Completed", "Cancelled"])
def test_a_status_of_both_kinds_is_taken(jaggaer: Jaggaer, kind: Documents, status: str) -> None:
    document, _ = kind.created(jaggaer, status=status)
    found = jaggaer.sweep(kind.resource, {"flt": f"status=={status};{kind.number}=={kind.at(document)}"})
    assert len(found) == 1


@pytest.mark.parametrize(("kind", "status", "other"), [(ORDER, "Sent", "Rejected"), (REQUISITION, "Rejected", "Sent")])
def test_each_kind_has_a_status_of_its_own(jaggaer: Jaggaer, kind: Documents, status: str, other: str) -> None:
    kind.created(jaggaer, status=status)
    answer = kind.write(jaggaer, "CREATE", kind.document(status=other))
    assert code(answer) == -1106
    assert "status" in answer["returnMessage"]


@pytest.mark.parametrize("status", ["Open", "Closed", "Cancelled"])
def test_a_line_has_a_status(jaggaer: Jaggaer, status: str) -> None:
    _, number = ORDER.created(jaggaer, wire_line(status=status))
    assert jaggaer.one(ORDERS, number)["lineList"]["poLine"][0]["status"] == status


@both
@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("status", {"status": "Lost"}),
        ("quantity", {"quantity": "ten"}),
        ("unitPrice", {"unitPrice": {"currency": "EUR", "value": "dear"}}),
        ("requestedDeliveryDate", {"requestedDeliveryDate": "soon"}),
    ],
)
def test_a_validation_names_the_field(jaggaer: Jaggaer, kind: Documents, field: str, line: Row) -> None:
    answer = kind.write(jaggaer, "CREATE", kind.document(wire_line(**line)))
    assert code(answer) == -1106
    assert field in answer["returnMessage"]


@both
def test_a_document_needs_its_number(jaggaer: Jaggaer, kind: Documents) -> None:
    document = kind.document()
    del document["header"][kind.number]
    answer = kind.write(jaggaer, "CREATE", document)
    assert code(answer) == -1106
    assert kind.number in answer["returnMessage"]


@both
def test_amounts_are_kept_exactly(jaggaer: Jaggaer, kind: Documents) -> None:
    exact = Decimal("12345678901234.56")
    line = wire_line(
        quantity=Decimal("0.1"), unitPrice={"currency": "EUR", "value": Decimal("0.333333")}, charges=Decimal("0.05")
    )
    _, number = kind.created(jaggaer, line, total={"currency": "EUR", "value": exact})
    kept = jaggaer.one(kind.resource, number)
    assert kept["header"]["total"]["value"] == exact
    [line] = kept["lineList"][kind.lines]
    assert (line["quantity"], line["unitPrice"]["value"], line["charges"]) == (
        Decimal("0.1"),
        Decimal("0.333333"),
        Decimal("0.05"),
    )


def test_the_server_keeps_received_and_invoiced_quantities(jaggaer: Jaggaer) -> None:
    document, number = ORDER.created(jaggaer)
    [line] = jaggaer.one(ORDERS, number)["lineList"]["poLine"]
    assert (line["receivedQuantity"], line["invoicedQuantity"]) == (0, 0)
    jaggaer.steer.change(
        "purchaseorders",
        {"poNumber": ORDER.at(document)},
        {"lineList": {"poLine": [line | {"receivedQuantity": Decimal(4)}]}},
    )
    revision = jaggaer.one(ORDERS, number)["header"]["revisionNumber"]
    assert code(ORDER.write(jaggaer, "UPDATE", revised(document, revision + 1))) == 0
    assert jaggaer.one(ORDERS, number)["lineList"]["poLine"][0]["receivedQuantity"] == 4


def test_acknowledging_moves_last_update_and_no_revision(jaggaer: Jaggaer) -> None:
    document, number = ORDER.created(jaggaer)
    before = jaggaer.one(ORDERS, number)
    assert "acknowledgement" not in before["header"]
    assert "promisedDeliveryDate" not in before["lineList"]["poLine"][0]
    time.sleep(0.005)
    jaggaer.steer.change(
        "purchaseorders",
        {"poNumber": ORDER.at(document)},
        {"header": {"acknowledgement": {"number": "AB-1", "date": "2026-02-15T00:00:00.000Z"}}},
    )
    after = jaggaer.one(ORDERS, number)
    assert after["header"]["acknowledgement"]["number"] == "AB-1"
    assert after["header"]["revisionNumber"] == before["header"]["revisionNumber"]
    assert after["header"]["lastUpdate"] > before["header"]["lastUpdate"]


def test_many_numbers_are_looked_up_at_once(jaggaer: Jaggaer) -> None:
    numbers = [ORDER.at(ORDER.created(jaggaer)[0]) for _ in range(5)]
    found = jaggaer.sweep(ORDERS, {"flt": f"poNumber=in=({','.join(numbers)},NOT-THERE)"})
    assert sorted(item["header"]["poNumber"] for item in found) == sorted(numbers)
