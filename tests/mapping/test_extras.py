"""Extra fields: what is put into a document is read there again, in both directions; what is empty, what is unknown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from contracts_world import World as Contract
from contracts_world import price
from hypothesis import given
from hypothesis import strategies as st
from receipt_world import World as Arrivals
from receipt_world import receipt

from connectors.ifs.models import PurchaseOrder
from connectors.wire import Row
from ifs_jaggaer.errors import SettingsError
from mapping.extras import at_jaggaer, differing, for_ifs, from_ifs, place
from mapping.kinds import IfsCreate, IfsUpdate, ItemKind
from mapping.profile import Profile
from mapping.profile_extras import PARTS, ExtraField, Specs

SHIPPED = Profile.load()
TYPES = {"text": "text", "decimal": "decimal", "date": "date", "bool": "bool", "map:incoterm": "text"}
PLACES = ("own", "delivery.own", "a.b.c", "custom:Own", "custom:Own Field")
WORDS = {"DAP": "Delivered", "FCA": "Free carrier"}
VALUES: dict[str, st.SearchStrategy[str]] = {
    "text": st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9).map(
        lambda each: format(each.normalize(), "f")
    ),
    "date": st.dates().map(lambda each: each.isoformat()),
    "bool": st.sampled_from(["true", "false"]),
    "map:incoterm": st.sampled_from(sorted(WORDS)),
}


def with_extras(**fields: str) -> Profile:
    """A text attribute `Cf_X` and an extra field `x` of the set, at a part: `purchase_order="custom:X"`."""
    profile = SHIPPED
    for part, where in fields.items():
        profile = with_extra(part, ExtraField(ifs="Cf_X", jaggaer=where), profile=profile)
    return profile


def with_extra(part: str, spec: ExtraField, kind: str = "text", profile: Profile = SHIPPED) -> Profile:
    tree = profile.model_dump()
    for name in PARTS[part].sets:
        tree["ifs"]["sets"][name]["attributes"][spec.ifs] = kind
    tree["extra_fields"][part]["x"] = spec.model_dump()
    tree["maps"]["incoterm"] = {"values": WORDS}
    return Profile.model_validate(tree)


@st.composite
def fields(draw: st.DrawFn) -> tuple[ExtraField, str]:
    """An extra field and a value in IFS's words."""
    form = draw(st.sampled_from(sorted(TYPES)))
    return ExtraField(ifs="Cf_X", jaggaer=draw(st.sampled_from(PLACES)), form=form), draw(VALUES[form])


@given(fields())
def test_what_goes_to_jaggaer_is_read_there_again(drawn: tuple[ExtraField, str]) -> None:
    spec, text = drawn
    profile = with_extra("purchase_order", spec, TYPES[spec.form])
    row = PurchaseOrder.model_validate({"OrderNo": "P1", "Cf_X": text})
    said, faults = from_ifs("purchase_order", row, profile)
    assert not faults
    specs = profile.extra_fields.purchase_order
    document: dict[str, Any] = {"poNumber": "P1", "delivery": {"other": "stays"}}
    place(document, specs, said)
    assert at_jaggaer(specs, document) == said
    assert document["delivery"]["other"] == "stays"
    back, faults = for_ifs("invoice", document, with_extra("invoice", spec, TYPES[spec.form]))
    assert not faults
    assert back == {"Cf_X": text if spec.form != "decimal" else format(Decimal(text).normalize() + 0, "f")}


@given(fields(), fields())
def test_a_row_differs_from_what_it_does_not_say(one: tuple[ExtraField, str], other: tuple[ExtraField, str]) -> None:
    spec, text = one
    profile = with_extra("receipt", spec, TYPES[spec.form])
    document: dict[str, Any] = {}
    place(document, {"x": spec}, {"x": WORDS[text] if spec.form == "map:incoterm" else text})

    def against(value: object) -> list[tuple[str, str, str]]:
        return differing("receipt", document, Row("receipt", ("1",), {"Cf_X": value}), profile)  # type: ignore[dict-item]

    assert against(text) == against(None) == against("") == []
    if other[0].form == spec.form and other[1] != text:
        assert [name for name, _, _ in against(other[1])] == ["extra.x"]


@pytest.mark.parametrize(
    ("document", "where", "said"),
    [
        ({}, "own", {"x": None}),
        ({"own": ""}, "own", {"x": None}),
        ({"own": {}}, "own", {"x": None}),
        ({}, "delivery.own", {}),
        ({"delivery": {"own": " DAP "}}, "delivery.own", {"x": "DAP"}),
        ({"delivery": {"other": 1}}, "delivery.own", {"x": None}),
        ({}, "custom:Own", {}),
        ({"customFieldValueSetList": {"customFieldValueSet": []}}, "custom:Own", {}),
        ({"customFieldValueSetList": {"customFieldValueSet": [{"name": "Other"}]}}, "custom:Own", {"x": None}),
    ],
    ids=str,
)
def test_empty_is_not_unknown(document: dict[str, Any], where: str, said: dict[str, Any]) -> None:
    assert at_jaggaer({"x": ExtraField(ifs="Cf_X", jaggaer=where)}, document) == said


def test_custom_fields_as_a_real_tenant_writes_them() -> None:
    """Abridged from a public sample of a tenant's answer (contracts/jaggaer.md, sources)."""
    sets = [
        {"name": "APLineCode", "label": "AP Line Code", "customFieldValueList": {"customFieldValue": [{}]}},
        {
            "name": "TaxCode",
            "label": "Tax Code",
            "customFieldValueList": {"customFieldValue": [{"value": "T", "description": "TAXABLE"}]},
        },
        {"name": "RDFlag", "label": "R & D", "customFieldValueList": {"customFieldValue": [{"value": "false"}]}},
        {"name": "Two", "customFieldValueList": {"customFieldValue": [{"value": "a"}, {"value": "b"}]}},
    ]
    header: dict[str, Any] = {"customFieldValueSetList": {"customFieldValueSet": sets}}
    specs: Specs = {
        name: ExtraField(ifs=f"Cf_{name}", jaggaer=f"custom:{name}") for name in ("APLineCode", "TaxCode", "RDFlag")
    }
    assert at_jaggaer(specs, header) == {"APLineCode": None, "TaxCode": "T", "RDFlag": "false"}
    profile = with_extras(invoice="custom:Two")
    _, [fault] = for_ifs("invoice", header, profile)
    assert (fault.field, fault.value) == ("extra.x", "['a', 'b']")


@pytest.mark.parametrize(
    ("form", "kind", "value"),
    [
        ("decimal", "decimal", "many"),
        ("decimal", "decimal", "0.0000001"),
        ("decimal", "int", "1.5"),
        ("date", "date", "soon"),
        ("bool", "bool", "perhaps"),
        ("map:incoterm", "text", "Ex works"),
        ("text", "int", "x"),
    ],
)
def test_what_cannot_be_said_in_ifs(form: str, kind: str, value: str) -> None:
    profile = with_extra("invoice", ExtraField(ifs="Cf_X", jaggaer="own", form=form), kind)
    said, [fault] = for_ifs("invoice", {"own": value}, profile)
    assert said == {}
    assert (fault.system, fault.field, fault.value) == ("jaggaer", "extra.x", value)
    assert fault.remedy


def test_what_is_too_long_is_never_cut() -> None:
    profile = with_extra("purchase_order", ExtraField(ifs="Cf_X", jaggaer="own", longest=3))
    row = PurchaseOrder.model_validate({"OrderNo": "P1", "Cf_X": "DAPX"})
    said, [fault] = from_ifs("purchase_order", row, profile)
    assert (said, fault.value) == ({}, "DAPX")


def test_an_object_is_no_value() -> None:
    profile = with_extras(invoice="total")
    said, [fault] = for_ifs("invoice", {"total": {"currency": "EUR", "value": Decimal(1)}}, profile)
    assert (said, fault.field) == ({}, "extra.x")


def test_an_attribute_that_did_not_come_is_unknown() -> None:
    profile = with_extras(purchase_order="own")
    assert from_ifs("purchase_order", PurchaseOrder.model_validate({"OrderNo": "P1"}), profile) == ({}, [])
    empty = PurchaseOrder.model_validate({"OrderNo": "P1", "Cf_X": None})
    assert from_ifs("purchase_order", empty, profile) == ({"x": None}, [])


# --- contracts and receipts -------------------------------------------------------------------


def test_what_was_in_ifs_before_the_field_was_named_is_no_reason_to_overwrite() -> None:
    world = Contract.of(price())
    world.run()
    world.profile = with_extras(contract="owner", contract_price="owner")
    world.contract = {**(world.contract or {}), "owner": "MEIER", "priceList": {"price": [price(owner="KLEIN")]}}
    world.edit("agreement", Cf_X=None)
    world.edit("agreement_price", Cf_X="GROSS")
    decision = world.run()
    assert world.agreement["Cf_X"] == "MEIER"
    [item] = decision.items
    assert (item.kind, item.field) == (ItemKind.CONFLICT, "prices[69-1/1]")
    assert "extra.x GROSS -> KLEIN" in (item.value or "")
    world.edit("agreement_price", Cf_X="KLEIN")
    assert world.run().items == ()
    assert world.written == []


def test_a_receipt_carries_those_of_its_header_and_of_its_line() -> None:
    profile = with_extra("receipt_line", ExtraField(ifs="Cf_Y", jaggaer="own"), profile=with_extras(receipt="own"))
    world = Arrivals(profile)
    record = receipt(own="of all")
    record["lineList"]["receiptLine"][0]["own"] = "of one"
    world.show(record)
    world.run("7001")
    [made] = world.registered
    assert (made["Cf_X"], made["Cf_Y"]) == ("of all", "of one")


# --- the profile ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[extra_fields.order.x]\nifs = "Cf_X"\njaggaer = "own"', "did you mean"),
        ('[extra_fields.purchase_order.x]\nifs = "Cf_X"\njaggaer = "own"', "extra_fields.purchase_order.x.ifs: Cf_X"),
        ('[extra_fields.purchase_order.x]\nifs = "NoteText"\njaggaer = "terms"', "written by the mapping itself"),
        ('[extra_fields.purchase_order.x]\nifs = "NoteText"\njaggaer = "note.more"', "written by the mapping itself"),
        ('[extra_fields.purchase_order.x]\nifs = "NoteText"\njaggaer = "no place"', "extra_fields.purchase_order.x"),
        ('[extra_fields.purchase_order.x]\nifs = "NoteText"\njaggaer = "own"\nform = "date"', "does not fit"),
        ('[extra_fields.purchase_order.x]\nifs = "NoteText"\njaggaer = "own"\nform = "map:no"', "maps.no"),
        ('[extra_fields.purchase_order.x]\nifs = "NoteText"\njaggaer = "terms.days"', "does not fit JAGGAER's field"),
        ('[extra_fields.purchase_order_line.x]\nifs = "NoteText"\njaggaer = "item"', "written by the mapping itself"),
        ('[extra_fields.purchase_order.x]\nifs = "NoteText"\njaggaer = "billTo"', "does not fit JAGGAER's field"),
        ('[extra_fields.invoice.x]\nifs = "Text"\njaggaer = "own"', "extra_fields.invoice.x.ifs"),
        ('[extra_fields.invoice.x]\nifs = "NetAmount"\njaggaer = "own"\nform = "decimal"', "written by the mapping"),
        (
            """[extra_fields.purchase_order]
            x = { ifs = "NoteText", jaggaer = "own" }
            y = { ifs = "AckOrderNo", jaggaer = "own.more" }""",
            "extra_fields.purchase_order.y.jaggaer: own.more is the place of extra field x, too",
        ),
        (
            """[ifs.sets.receipt.attributes]
            Cf_X = "text"
            [extra_fields]
            receipt.x = { ifs = "Cf_X", jaggaer = "own" }
            receipt_line.x = { ifs = "Cf_X", jaggaer = "own" }""",
            "Cf_X is one of extra_fields.receipt, too",
        ),
        ('[extra_fields.invoice.x]\nifs = "PayTermId"\njaggaer = "own"\n' + "[company_defaults]\n"
         'invoices_without_order = "voucher"', "ifs.sets.voucher.attributes"),
    ],
)  # fmt: skip
def test_what_the_profile_refuses(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        Profile.load(file)
    assert said in f"{caught.value} {caught.value.remedy}"


def test_an_attribute_of_the_contract_that_the_mapping_leaves_alone_may_be_one(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    text = 'ifs = "PayTermId"\njaggaer = "terms.standardPaymentTermsCode"\nform = "map:payment_terms"'
    file.write_text(f"[extra_fields.invoice.terms]\n{text}")
    profile = Profile.load(file)
    assert for_ifs("invoice", {"terms": {"standardPaymentTermsCode": "Net 30"}}, profile) == ({"PayTermId": "30"}, [])


def test_what_contracts_and_receipts_write_is_taken() -> None:
    deal, arrivals = Contract.of(price()), Arrivals(SHIPPED)
    arrivals.show(receipt())
    arrivals.run("7001")
    written: dict[str, set[str]] = {}
    deal.run()
    for write in (*deal.written, *arrivals.written):
        if isinstance(write, IfsCreate | IfsUpdate):
            written.setdefault(write.set, set()).update(write.values)
    assert set(written) == {"agreement", "agreement_price", "receipt"}
    for part in ("contract", "contract_price", "receipt", "receipt_line"):
        (name,) = PARTS[part].sets
        assert written[name] <= PARTS[part].taken
