"""Extra fields in orders and invoices: part of the content, and nothing else moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rows import head, invoice, line
from world import World

from connectors.ifs.models import PurchaseOrder, PurchaseOrderLine
from mapping.kinds import Action, IfsCreate, JaggaerPost
from mapping.profile import Profile
from mapping.profile_extras import PARTS, ExtraField
from mapping.purchase_orders.reading import OrderRows, read_order
from mapping.purchasing.model import Words, kept, unkept


def with_extras(profile: Profile, *parts: str) -> Profile:
    tree = profile.model_dump()
    for part in parts:
        for name in PARTS[part].sets:
            tree["ifs"]["sets"][name]["attributes"]["Cf_X"] = "text"
        tree["extra_fields"][part]["x"] = ExtraField(ifs="Cf_X", jaggaer="custom:X").model_dump()
    return Profile.model_validate(tree)


def custom(value: str) -> dict[str, Any]:
    values = {"customFieldValue": [{"value": value}]}
    return {"customFieldValueSetList": {"customFieldValueSet": [{"name": "X", "customFieldValueList": values}]}}


@pytest.fixture
def own(profile: Profile) -> Profile:
    return with_extras(profile, "purchase_order", "purchase_order_line", "invoice", "invoice_line")


def leaves(value: object, place: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{place}.{name}" if place else name)
    else:
        yield place


def covered(names: set[str], part: str) -> bool:
    return all(any(name == own or name.startswith(f"{own}.") for own in PARTS[part].taken) for name in names)


def test_what_orders_write_is_taken(world: World) -> None:
    (decision,) = world.decide("ifs:P1001")
    (write,) = decision.writes
    assert isinstance(write, JaggaerPost)
    order: Any = write.body["purchaseOrder"]
    assert covered(set(leaves(order["header"])), "purchase_order")
    assert covered(set(leaves(order["lineList"]["poLine"][0])), "purchase_order_line")


def test_what_invoices_write_is_taken(billed: World) -> None:
    (decision,) = billed.decide("jaggaer:991")
    (write,) = decision.writes
    assert isinstance(write, IfsCreate)
    assert set(write.values) <= PARTS["invoice"].taken
    for _, values in write.lines:
        assert set(values) <= PARTS["invoice_line"].taken


def test_an_order_whose_extra_fields_are_empty_is_the_same_as_without(world: World, own: Profile) -> None:
    plain, named = Words.of(world.profile), Words.of(own)

    def order(profile: Profile, **values: Any) -> Any:
        rows = OrderRows(
            PurchaseOrder.model_validate(head(**values).values),
            (PurchaseOrderLine.model_validate(line(**values).values),),
            (),
            None,
        )
        return read_order(rows, profile, None).order

    without = kept(order(world.profile), plain)
    assert kept(order(own), named) == kept(order(own, Cf_X=None), named) == kept(order(own, Cf_X=" "), named) == without
    stated = order(own, Cf_X="DAP")
    assert kept(stated, named) != without
    assert unkept(kept(stated, named), named) == stated


def test_an_order_moves_when_one_moves_alone(world: World, own: Profile) -> None:
    world.profile = own
    world.run("ifs:P1001")
    for row in (head(Cf_X="DAP"), line(Cf_X="FCA")):
        world.change(row.kind, *row.key, Cf_X=row.values["Cf_X"])
        decision = world.run("ifs:P1001")
        assert decision.action is Action.UPDATE
        at = "header" if row.kind == "purchase_order" else "lines[1-1]"
        [change] = [change for write in decision.writes for change in write.changes]
        assert (change.field, change.before, change.after) == (f"{at}.extra.x", None, row.values["Cf_X"])
        assert world.run("ifs:P1001").action is Action.SKIP
    world.ifs = [head() if row.kind == "purchase_order" else row for row in world.ifs]  # it does not come: unknown
    assert world.run("ifs:P1001").action is Action.SKIP


def test_a_posted_invoice_knows_what_it_was_posted_with(billed: World, own: Profile) -> None:
    record = invoice()
    record["header"] |= custom("DAP")
    billed.profile, billed.invoices = own, {"991": record}
    first = billed.run("jaggaer:991")
    assert not first.items
    [create] = [write for write in billed.written if isinstance(write, IfsCreate)]
    assert create.values["Cf_X"] == "DAP"
    assert billed.run("jaggaer:991").items == ()
    record["header"] |= custom("FCA")
    [item] = billed.run("jaggaer:991").items
    assert "extra.x DAP -> FCA" in item.reason
    del record["header"]["customFieldValueSetList"]  # unknown, not empty
    assert billed.run("jaggaer:991").items == ()


def test_a_field_named_after_an_invoice_was_posted_is_no_change_of_it(billed: World, own: Profile) -> None:
    record = invoice()
    record["header"] |= custom("DAP")
    billed.invoices = {"991": record}
    billed.run("jaggaer:991")
    billed.profile = own
    assert billed.run("jaggaer:991").items == ()
    record["header"] |= custom("FCA")
    assert [item.field for item in billed.run("jaggaer:991").items] == ["invoice"]
