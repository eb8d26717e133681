"""contracts/ifs.md 1, 2 and 4: paths, metadata, the form of answers and rows."""

import base64
import re
from decimal import Decimal

import pytest

from .contract import DECIMALS, ENUMERATIONS, ORDER, ORDER_LINE, SETS, SUPPLIER
from .schema import described
from .wire import EntitySet, Ifs, answer_json, error_of
from .world import order

each_set = pytest.mark.parametrize("entity_set", SETS, ids=lambda one: one.name)
UNSELECTED = {"luname", "keyref", "Objgrants"}
ETAG = re.compile(r'W/"([A-Za-z0-9+/]+={0,2})"')


@each_set
def test_a_set_is_at_its_path_and_shows_all_its_rows(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    answer = seeded_ifs.listing(entity_set, {"$top": 5000})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    body = answer_json(answer)
    assert set(body) == {"@odata.context", "value"}
    assert "$metadata" in body["@odata.context"]
    shown = sorted(tuple(str(row[key]) for key in entity_set.keys) for row in body["value"])
    kept = sorted(tuple(str(row[key]) for key in entity_set.keys) for row in seeded_ifs.steer.records(entity_set.name))
    assert kept, "the seed leaves this set empty"
    assert shown == kept


@each_set
def test_a_set_is_not_on_the_other_endpoint(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    answer = seeded_ifs.send("GET", entity_set.other_endpoint)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "ODP_RESOURCE_NOTFOUND"


@each_set
def test_metadata_names_keys_and_attributes(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    known = described(seeded_ifs, entity_set)
    assert set(known.keys) == set(entity_set.keys)
    assert not {*entity_set.keys, *entity_set.attributes} - set(known.types)


@each_set
def test_decimals_are_declared_as_ifs_does(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    known = described(seeded_ifs, entity_set)
    for name in DECIMALS & set(known.types):
        assert known.types[name] == "Edm.Decimal", name
    for name, facets in known.facets.items():
        if facets["Type"] == "Edm.Decimal":
            assert (facets["Precision"], facets["Scale"]) == ("130", "65"), name


@each_set
def test_every_value_fits_its_declared_type(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    known = described(seeded_ifs, entity_set)
    for row in seeded_ifs.rows(entity_set, {"$top": 5000}):
        assert not {*entity_set.keys, *entity_set.attributes} - set(row)
        for name, kind in known.types.items():
            value = row[name]
            if value is None:
                continue
            if kind in known.enumerations:
                assert value in known.enumerations[kind]
            elif kind == "Edm.Decimal":
                assert isinstance(value, str)
                Decimal(value)
            elif kind == "Edm.Boolean":
                assert isinstance(value, bool)
            elif kind.startswith("Edm.Int"):
                assert isinstance(value, int | str)
                int(value)
            else:
                assert isinstance(value, str)
            known.typed(name, value)


@pytest.mark.parametrize(("name", "attribute"), ENUMERATIONS)
def test_an_enumeration_is_its_identifier(seeded_ifs: Ifs, name: str, attribute: str) -> None:
    entity_set = next(one for one in SETS if one.name == name)
    values = {row[attribute] for row in seeded_ifs.rows(entity_set, {"$top": 5000, "$select": attribute})}
    assert values - {None}
    assert values - {None} <= ENUMERATIONS[name, attribute]


@each_set
def test_every_row_carries_an_etag_the_same_in_list_and_by_key(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    rows = seeded_ifs.rows(entity_set, {"$top": 3})
    again = seeded_ifs.rows(entity_set, {"$top": 3, "$select": ",".join(entity_set.keys)})
    for row, selected in zip(rows, again, strict=True):
        inside = ETAG.fullmatch(row["@odata.etag"])
        assert inside
        base64.b64decode(inside[1], validate=True)
        assert selected["@odata.etag"] == row["@odata.etag"]
        by_key = seeded_ifs.read(entity_set, row)
        assert by_key["@odata.etag"] == row["@odata.etag"]
        assert {name: by_key[name] for name in entity_set.attributes} == {
            name: row[name] for name in entity_set.attributes
        }


@each_set
def test_without_select_come_three_attributes_more(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    [row] = seeded_ifs.rows(entity_set, {"$top": 1})
    assert set(row) >= UNSELECTED
    assert not set(seeded_ifs.rows(entity_set, {"$top": 1, "$select": "LastModifiedDate"})[0]) & UNSELECTED


@each_set
def test_timestamps_are_whole_seconds_with_z(seeded_ifs: Ifs, entity_set: EntitySet) -> None:
    for row in seeded_ifs.rows(entity_set, {"$top": 200}):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["LastModifiedDate"])


def test_etags_of_different_rows_differ(seeded_ifs: Ifs) -> None:
    etags = [row["@odata.etag"] for row in seeded_ifs.rows(ORDER_LINE, {"$top": 5000})]
    assert len(set(etags)) == len(etags)


def test_decimals_are_numbers_where_no_strings_were_asked_for(seeded_ifs: Ifs) -> None:
    answer = seeded_ifs.listing(ORDER_LINE, {"$top": 5}, headers={"Accept": "application/json"})
    for row in answer_json(answer)["value"]:
        assert isinstance(row["BuyQtyDue"], int | Decimal)


def test_strings_and_numbers_are_the_same_decimals(seeded_ifs: Ifs) -> None:
    options = {"$top": 200, "$select": "BuyQtyDue,FbuyUnitPrice,NetAmtCurr"}
    strings = seeded_ifs.rows(ORDER_LINE, options)
    numbers = seeded_ifs.rows(ORDER_LINE, options, headers={"Accept": "application/json"})
    for text, number in zip(strings, numbers, strict=True):
        for name in ("BuyQtyDue", "FbuyUnitPrice", "NetAmtCurr"):
            assert (text[name] is None) == (number[name] is None)
            if text[name] is not None:
                assert Decimal(text[name]) == number[name]


def test_numbers_may_come_in_spite_of_the_question(ifs: Ifs) -> None:
    ifs.steer.settings(decimals_as_numbers=True)
    row = ifs.read(ORDER, order(ifs, TotalAmount=Decimal("12.50")))
    assert isinstance(row["TotalAmount"], Decimal | int)
    assert row["TotalAmount"] == Decimal("12.50")


def test_unknown_projections_sets_and_keys_are_not_found(seeded_ifs: Ifs) -> None:
    for path in (
        "/main/ifsapplications/projection/v1/NoSuchHandling.svc/NoSuchSet",
        f"{SUPPLIER.service}/NoSuchSet",
        f"{SUPPLIER.service}/PurchaseOrderSet",
        "/main/ifsapplications/projection/v1/SupplierHandling.svc/supplierinfogeneralset",
        f"/{SUPPLIER.path}(SupplierId='no-such-supplier')",
    ):
        answer = seeded_ifs.send("GET", path)
        assert answer.status_code == 404, path
        assert error_of(answer)["code"] == "ODP_RESOURCE_NOTFOUND"


def test_a_key_must_be_complete_and_named_as_declared(seeded_ifs: Ifs) -> None:
    [line] = seeded_ifs.rows(ORDER_LINE, {"$top": 1})
    for predicate in (
        f"(OrderNo='{line['OrderNo']}')",
        f"(OrderNo='{line['OrderNo']}',LineNo='{line['LineNo']}')",
        f"(OrderNo='{line['OrderNo']}',LineNo='{line['LineNo']}',Release='{line['ReleaseNo']}')",
    ):
        answer = seeded_ifs.send("GET", f"/{ORDER_LINE.path}{predicate}")
        assert answer.status_code in {400, 404}, predicate
        error_of(answer)


def test_a_key_may_name_its_parts_in_any_order(seeded_ifs: Ifs) -> None:
    [line] = seeded_ifs.rows(ORDER_LINE, {"$top": 1})
    predicate = f"(ReleaseNo='{line['ReleaseNo']}',OrderNo='{line['OrderNo']}',LineNo='{line['LineNo']}')"
    answer = seeded_ifs.send("GET", f"/{ORDER_LINE.path}{predicate}")
    assert answer.status_code == 200
    assert answer.json()["@odata.etag"] == line["@odata.etag"]


def test_metadata_can_lose_an_attribute(ifs: Ifs) -> None:
    from .schema import read_metadata

    assert "VatNo" in read_metadata(ifs, SUPPLIER).types
    ifs.steer.settings(metadata_without=["SupplierInfoGeneralSet.VatNo"])
    lost = read_metadata(ifs, SUPPLIER).types
    assert "VatNo" not in lost
    assert "Name" in lost


def test_lists_can_come_without_etags_but_not_rows_by_key(ifs: Ifs) -> None:
    ifs.steer.create("SupplierInfoGeneralSet", {"SupplierId": "NOETAG", "Name": "No ETag Ltd"})
    ifs.steer.settings(missing_etag=["SupplierInfoGeneralSet"])
    [row] = ifs.rows(SUPPLIER, {"$filter": "SupplierId eq 'NOETAG'"})
    assert "@odata.etag" not in row
    assert ETAG.fullmatch(ifs.etag(SUPPLIER, row))
