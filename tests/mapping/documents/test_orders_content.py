"""What an order becomes at JAGGAER, field by field (contracts/mapping.md, purchase orders)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import simplejson
from rows import account, head, line, share
from world import World

from mapping.fingerprint import read_mark
from mapping.kinds import Action, Decision, ItemKind, JaggaerPost
from mapping.watching import Watch

HEAD = ("purchase_order", "P1001")
LINE = ("purchase_order_line", "P1001", "1", "1")
ACCOUNT = ("account", "10", "4010")
CENTRE = ("code_part_value", "10", "B", "1100")


def sent(world: World) -> dict[str, Any]:
    (decision,) = world.decide("ifs:P1001")
    assert decision.items == ()
    (write,) = decision.writes
    assert isinstance(write, JaggaerPost)
    assert write.enforced
    document: dict[str, Any] = write.body["purchaseOrder"]  # type: ignore[assignment]
    return document


def only_line(world: World) -> dict[str, Any]:
    (one,) = sent(world)["lineList"]["poLine"]
    return one  # type: ignore[no-any-return]


def refused(world: World) -> dict[str, Any]:
    """Items by field; nothing may be written beside them."""
    (decision,) = world.decide("ifs:P1001")
    assert decision.action is Action.NONE
    assert decision.writes == ()
    return {item.field: item for item in decision.items}


def test_the_whole_document(world: World) -> None:
    document = sent(world)
    mark = document["header"].pop("externalReference")
    assert document == {
        "header": {
            "poNumber": "P1001",
            "revisionNumber": 0,
            "poDate": "2026-02-14T00:00:00.000Z",
            "status": "Sent",
            "businessUnit": {"internalName": "10"},
            "supplier": {"supplierNumber": "1001"},
            "currency": "EUR",
            "terms": {"standardPaymentTermsCode": "Net 30"},
            "buyer": {"username": "MEIER"},
            "shipTo": {
                "address": {
                    "addressCode": "101",
                    "addressLineList": {
                        "addressLine": [
                            {"lineNumber": 1, "addressLine": "Fritz-Müller-Straße 14"},
                            {"lineNumber": 2, "addressLine": "Tor 4"},
                        ]
                    },
                    "city": "Esslingen",
                    "postalCode": "73730",
                    "isoCountryCode": "DE",
                }
            },
            "total": {"currency": "EUR", "value": Decimal(100)},
            "note": "An Tor 4",
        },
        "lineList": {
            "poLine": [
                {
                    "lineNumber": "1-1",
                    "status": "Open",
                    "item": {
                        "catalogNumber": "4711",
                        "description": "Welle Ø 40",
                        "unitOfMeasure": {"dimension": "EA"},
                        "productType": "Product",
                    },
                    "quantity": Decimal(10),
                    "unitPrice": {"currency": "EUR", "value": Decimal(10)},
                    "discountPercent": Decimal(0),
                    "charges": Decimal(0),
                    "requestedDeliveryDate": "2026-03-01T00:00:00.000Z",
                    "splittableFieldSetGroupList": {
                        "splittableFieldSetGroup": [
                            {
                                "splittableFieldIndexSet": [
                                    {
                                        "context": "Line",
                                        "distributionType": "PercentOfPrice",
                                        "splittableFieldIndexList": {
                                            "splittableFieldIndex": [
                                                {
                                                    "splitIndex": 0,
                                                    "distributionValue": Decimal(100),
                                                    "customFieldValueList": {
                                                        "customFieldValue": [
                                                            {"internalName": "Account", "value": "4010"},
                                                            {"internalName": "CostCenter", "value": "1100"},
                                                        ]
                                                    },
                                                }
                                            ]
                                        },
                                    }
                                ]
                            }
                        ]
                    },
                }
            ]
        },
    }
    read = read_mark(mark)
    assert read
    assert (read.number, read.revision) == ("P1001", 0)


@pytest.mark.parametrize("state", ["Released", "Confirmed", "Arrived", "Received"])
def test_open_states_are_sent(world: World, state: str) -> None:
    world.change("purchase_order", "P1001", Objstate=state)
    assert sent(world)["header"]["status"] == "Sent"


@pytest.mark.parametrize(
    ("state", "status"), [("Released", "Open"), ("Received", "Open"), ("Closed", "Closed"), ("Cancelled", "Cancelled")]
)
def test_states_of_a_line(world: World, state: str, status: str) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", Objstate=state)
    world.change("purchase_order", "P1001", TotalAmount="0" if state == "Cancelled" else "100.00")
    assert only_line(world)["status"] == status


def test_what_is_empty_is_left_out(world: World) -> None:
    world.change("purchase_order", "P1001", NoteText=None, PayTermId=None, BuyerCode=None)
    world.change("purchase_order_line", "P1001", "1", "1", PartNo=None, CodeA=None, CodeB=None)
    document = sent(world)
    assert not {"note", "terms", "buyer"} & set(document["header"])
    assert "catalogNumber" not in document["lineList"]["poLine"][0]["item"]
    assert "splittableFieldSetGroupList" not in document["lineList"]["poLine"][0]


def test_price_is_for_the_price_unit(world: World) -> None:
    world.change(
        "purchase_order_line", "P1001", "1", "1", FbuyUnitPrice="3.3333", PriceConvFactor="0.00025", BuyQtyDue="120010"
    )
    world.change("purchase_order_line", "P1001", "1", "1", NetAmtCurr="99.97")
    world.change("purchase_order", "P1001", TotalAmount="99.97")
    assert only_line(world)["unitPrice"]["value"] == Decimal("0.000833")


def test_discount_and_charges(world: World) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", Discount="12.25", AdditionalCost="7.50", NetAmtCurr="95.25")
    world.change("purchase_order", "P1001", TotalAmount="95.25")
    one = only_line(world)
    assert (one["discountPercent"], one["charges"]) == (Decimal("12.25"), Decimal("7.5"))


def test_service(world: World) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", ServiceType="SERVICE")
    assert only_line(world)["item"]["productType"] == "Service"


def test_dates_are_not_converted(world: World) -> None:
    world.change("purchase_order", "P1001", OrderDate="2026-02-14T23:30:00Z")
    assert sent(world)["header"]["poDate"] == "2026-02-14T00:00:00.000Z"


def test_without_a_wanted_date_the_planned_one(world: World) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", WantedDeliveryDate=None)
    assert only_line(world)["requestedDeliveryDate"] == "2026-03-04T00:00:00.000Z"


def test_percents_stay_as_stated(world: World) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", PreAccountingId=77, CodeA=None, CodeB=None)
    world.ifs += [share(2, "33.33", "4020"), share(1, "33.33", "4010"), share(3, "33.34", "4030")]
    index_set = only_line(world)["splittableFieldSetGroupList"]["splittableFieldSetGroup"][0]["splittableFieldIndexSet"]
    splits = index_set[0]["splittableFieldIndexList"]["splittableFieldIndex"]
    assert [one["distributionValue"] for one in splits] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert [one["customFieldValueList"]["customFieldValue"][0]["value"] for one in splits] == ["4010", "4020", "4030"]
    assert world.asked["ifs pre_accounting"] == 1


def test_a_distribution_without_the_orders_number_is_found_by_its_own(world: World) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", PreAccountingId=77, CodeA=None, CodeB=None)
    world.ifs.append(share(1, "100", "4020", OrderNo=None))
    assert "4020" in simplejson.dumps(only_line(world), use_decimal=True)


@pytest.mark.parametrize(
    ("currency", "net", "total", "field"),
    [
        ("EUR", "100.00", "100.00", None),
        ("EUR", "100.01", "100.01", None),
        ("EUR", "99.99", "99.99", None),
        ("EUR", "100.02", "100.02", "lines[1-1].NetAmtCurr"),
        ("EUR", "100.00", "100.01", "TotalAmount"),
        ("JPY", "101", "101", None),
        ("JPY", "102", "102", "lines[1-1].NetAmtCurr"),
        ("TND", "100.001", "100.001", None),
        ("TND", "100.002", "100.002", "lines[1-1].NetAmtCurr"),
        ("EUR", "100.001", "100.001", "TotalAmount"),
    ],
)
def test_amounts_tie(world: World, currency: str, net: str, total: str, field: str | None) -> None:
    world.change("purchase_order", "P1001", CurrencyCode=currency, TotalAmount=total)
    world.change("purchase_order_line", "P1001", "1", "1", NetAmtCurr=net)
    if field:
        assert set(refused(world)) == {field}
        return
    (decision,) = world.decide("ifs:P1001")
    assert sent(world)["header"]["total"]["value"] == Decimal(total)
    assert bool(decision.notes) == (Decimal(net) != 100)
    assert decision.amount
    assert decision.amount.amount == Decimal(total)


def test_the_difference_is_named(world: World) -> None:
    world.change("purchase_order", "P1001", TotalAmount="110.00")
    item = refused(world)["TotalAmount"]
    assert item.kind is ItemKind.DEAD_LETTER
    assert "10.00 EUR" in item.reason


def test_a_missing_total_is_the_sum_and_noted(world: World) -> None:
    world.change("purchase_order", "P1001", TotalAmount=None)
    assert sent(world)["header"]["total"]["value"] == Decimal(100)
    (decision,) = world.decide("ifs:P1001")
    assert any("TotalAmount is missing" in note for note in decision.notes)


def test_cancelled_lines_do_not_count(world: World) -> None:
    world.ifs.append(line("P1001", "2", Objstate="Cancelled", NetAmtCurr="55.00"))
    assert [one["status"] for one in sent(world)["lineList"]["poLine"]] == ["Open", "Cancelled"]


@pytest.mark.parametrize(
    ("row", "changed", "field", "named"),
    [
        (LINE, {"BuyUnitMeas": "PAL"}, "lines[1-1].BuyUnitMeas", "'unit'"),
        (LINE, {"CodeE": "X"}, "lines[1-1].distribution", "code part E"),
        (LINE, {"PreAccountingId": 5}, "lines[1-1].distribution", "did not come"),
        (LINE, {"BuyQtyDue": "0.0000001"}, "lines[1-1].BuyQtyDue", "closer to 0"),
        (LINE, {"NetAmtCurr": None}, "lines[1-1].NetAmtCurr", "is empty"),
        (HEAD, {"PayTermId": "14"}, "PayTermId", "'payment_terms'"),
        (HEAD, {"CurrencyCode": "ZZZ"}, "CurrencyCode", "not known"),
        (HEAD, {"Objstate": "Frozen"}, "Objstate", "no known state"),
    ],
)
def test_what_does_not_map_is_a_dead_letter(
    world: World, row: tuple[str, ...], changed: dict[str, Any], field: str, named: str
) -> None:
    world.change(*row, **changed)
    item = refused(world)[field]
    assert item.kind is ItemKind.DEAD_LETTER
    assert named in item.reason
    assert item.remedy


def test_a_distribution_that_does_not_add_up(world: World) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", PreAccountingId=77)
    world.ifs += [share(1, "33.33", "4010"), share(2, "33.33", "4020")]
    assert "66.66" in refused(world)["lines[1-1].distribution"].reason


def test_every_fault_is_named_at_once(world: World) -> None:
    world.change("purchase_order", "P1001", PayTermId="14", VendorNo="1002")
    world.change("purchase_order_line", "P1001", "1", "1", BuyUnitMeas="PAL")
    assert set(refused(world)) == {"PayTermId", "lines[1-1].BuyUnitMeas", "VendorNo"}


def test_a_row_that_cannot_be_read(world: World) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", BuyQtyDue="ten")
    (item,) = refused(world).values()
    assert item.kind is ItemKind.DEAD_LETTER
    assert "BuyQtyDue" in item.field


def test_a_number_beyond_belief_stops_nobody_else(world: World) -> None:
    world.ifs += [head("P1002"), line("P1002", BuyQtyDue=Decimal("1E+999"))]
    first, second = world.decide("ifs:P1001", "ifs:P1002")
    assert first.action is Action.CREATE
    assert [item.kind for item in second.items] == [ItemKind.DEAD_LETTER]


def test_two_lines_of_one_number(world: World) -> None:
    world.ifs += [line("P1001", "1-1", "1"), line("P1001", "1", "1-1")]
    world.change("purchase_order", "P1001", TotalAmount="300.00")
    assert "lines[1-1-1]" in refused(world)


def test_no_line_is_unknown_not_empty(world: World) -> None:
    world.remove("purchase_order_line", "P1001", "1", "1")
    item = refused(world)["lines"]
    assert item.kind is ItemKind.HELD


def test_waits_for_its_supplier(world: World) -> None:
    world.links.clear()
    item = refused(world)["VendorNo"]
    assert (item.kind, item.waits_for) == (ItemKind.WAITING, "supplier:1001")


@pytest.mark.parametrize("account_", ["9999", "4010"])
def test_waits_for_an_account_that_nobody_has(world: World, account_: str) -> None:
    """An account that IFS has may be at JAGGAER without our knowing: JAGGAER says so, or takes it."""
    world.snapshots.clear()
    world.change(*LINE, CodeA=account_)
    if account_ == "4010":
        assert sent(world)
        return
    item = refused(world)["lines[1-1].distribution"]
    assert (item.kind, item.value) == (ItemKind.WAITING, "9999")
    (watch,) = Watch.read(item.waits_for)
    assert (watch.set, watch.value, watch.within) == ("account", "9999", ("Company", "10"))
    world.ifs.append(account("9999", "20"))
    assert refused(world)["lines[1-1].distribution"].reason.startswith("account 9999 is not in the chart of company 10")
    assert refused(world)["lines[1-1].distribution"].waits_for == item.waits_for, "another company's chart is no matter"


@pytest.mark.parametrize(
    ("row", "changed", "field", "reason"),
    [
        (ACCOUNT, {"ValidUntil": "2026-03-09"}, "CodeA", "account 4010 of company 10 is not valid on 2026-03-10"),
        (ACCOUNT, {"ReqCodeB": "Blocked"}, "CodeB", "code part B is blocked for account 4010"),
        (ACCOUNT, {"ReqCodeC": "Mandatory"}, "CodeC", "code part C is mandatory for account 4010"),
        (ACCOUNT, {"ReqCodeJ": "Mandatory"}, "CodeJ", "code part J is mandatory for account 4010"),
        (ACCOUNT, {"LedgFlag": "True"}, "CodeA", "account 4010 of company 10 is a ledger account"),
        (CENTRE, {"ValidFrom": "2026-03-11"}, "CodeB", "code part B 1100 of company 10 is not valid on 2026-03-10"),
    ],
)
def test_what_ifs_would_refuse_to_post_is_not_sent(
    world: World, row: tuple[str, ...], changed: dict[str, str], field: str, reason: str
) -> None:
    was = {name: value for one in world.ifs if (one.kind, *one.key) == row for name, value in one.values.items()}
    world.change(*row, **changed)
    item = refused(world)[f"lines[1-1].{field}"]
    assert item.kind is ItemKind.DEAD_LETTER
    assert item.reason.startswith(reason)
    assert "in IFS" in item.remedy
    (watch,) = Watch.read(item.waits_for)
    assert watch == watch.now([one for one in world.ifs if one.kind == watch.set])
    assert (watch.set, watch.value, watch.within) == (row[0], row[-1], ("Company", "10"))
    world.change(*LINE, Objstate="Closed")
    assert sent(world), "what ended is posted to no more"
    world.orders.clear()
    world.lose_store()
    world.change(*LINE, Objstate="Released")
    world.change(*row, **{"LedgFlag": None} | was)
    assert sent(world)


def test_an_account_that_ifs_does_not_show_is_no_refusal(world: World) -> None:
    """Absence is unknown (DESIGN, law 11): it was synchronised, so JAGGAER has it."""
    world.hidden |= {"account", "code_part_value"}
    assert sent(world)


def test_a_changed_document_has_another_fingerprint(world: World) -> None:
    def print_() -> str:
        mark = read_mark(sent(world)["header"]["externalReference"])
        assert mark
        return mark.fingerprint

    first = print_()
    world.change("purchase_order", "P1001", AckOrderNo="A1", LastModifiedDate="2026-03-09T00:00:00Z", Revision=7)
    world.change("purchase_order_line", "P1001", "1", "1", QtyReceived="3", PromisedDeliveryDate="2026-03-03")
    assert print_() == first, "what the server keeps is no part of it"
    world.change("purchase_order", "P1001", NoteText="An Tor 5")
    assert print_() != first


def test_one_request_a_set_for_many_orders(world: World) -> None:
    numbers = [f"P{2000 + at}" for at in range(40)]
    world.ifs += [each for number in numbers for each in (head(number), line(number))]
    decisions: list[Decision] = world.decide(*(f"ifs:{number}" for number in numbers))
    assert [decision.key for decision in decisions] == sorted(numbers)
    assert all(decision.action is Action.CREATE for decision in decisions)
    assert world.asked == {
        "ifs purchase_order": 1,
        "ifs purchase_order_line": 1,
        "ifs pre_accounting": 1,
        "ifs site": 1,
        "ifs account": 1,
        "ifs code_part_value": 1,
        "jaggaer orders": 1,
    } | {"jaggaer order": 0}
