"""contracts/jaggaer.md 3 and 4: suppliers, GL accounts and code parts."""

import time

import pytest

from .contract import FIELD_VALUES, SUPPLIERS
from .suppliers import good, info_of, record, send
from .wire import Jaggaer, Row, code
from .world import create_supplier, field_values, fresh_name


def extended(jaggaer: Jaggaer, bravo_id: object) -> dict[str, list[str]]:
    """The extended data of a supplier: name to values."""
    basic = record(jaggaer, bravo_id).get("deBasic") or {}
    return {
        entry["name"]: [value["deValue"] for value in (entry.get("values") or {}).get("value", [])]
        for entry in basic.get("deInfo", [])
    }


def test_create_answers_the_id(jaggaer: Jaggaer) -> None:
    answer = send(jaggaer, "CREATE", good(extCode=fresh_name("00"), city="Köln", bizEmail="a@example.com"))
    assert answer["returnCode"] == "0"
    assert answer["returnMessage"] == "OK"
    assert isinstance(answer["bravoId"], int)
    info = info_of(jaggaer, answer["bravoId"])
    assert info["bravoId"] == str(answer["bravoId"])
    assert (info["companyName"], info["city"], info["bizEmail"]) == ("Acme Castings GmbH", "Köln", "a@example.com")
    assert info["lastModTime"]
    assert info["registrationDate"]


@pytest.mark.parametrize("missing", ["companyName", "isoCountry", "type"])
def test_create_needs_three_fields_and_names_the_missing_one(jaggaer: Jaggaer, missing: str) -> None:
    number = fresh_name("00")
    info = {name: value for name, value in good(extCode=number).items() if name != missing}
    answer = send(jaggaer, "CREATE", info)
    assert code(answer) == -1106
    assert missing in answer["returnMessage"]
    assert jaggaer.sweep(SUPPLIERS, {"flt": f"extCode=={number}"}) == []


@pytest.mark.parametrize("field", ["extCode", "extUniqueCode"])
def test_two_numbers_are_unique(jaggaer: Jaggaer, field: str) -> None:
    number = fresh_name("U")
    assert code(send(jaggaer, "CREATE", good(**{field: number}))) == 0
    assert code(send(jaggaer, "CREATE", good(**{field: number}, companyName="Another"))) == -996
    other = send(jaggaer, "CREATE", good())
    assert code(send(jaggaer, "UPDATE", {"bravoId": str(other["bravoId"]), field: number})) == -996
    assert field not in info_of(jaggaer, other["bravoId"])
    assert len(jaggaer.sweep(SUPPLIERS, {"flt": f"{field}=={number}"})) == 1


def test_a_supplier_may_keep_its_own_number(jaggaer: Jaggaer) -> None:
    number = fresh_name("U")
    made = send(jaggaer, "CREATE", good(extCode=number))
    assert code(send(jaggaer, "UPDATE", {"bravoId": str(made["bravoId"]), "extCode": number, "city": "Ulm"})) == 0


def test_suppliers_without_a_number_do_not_collide(jaggaer: Jaggaer) -> None:
    first, second = (send(jaggaer, "CREATE", good()) for _ in range(2))
    assert code(first) == code(second) == 0
    assert first["bravoId"] != second["bravoId"]


def test_update_is_partial(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good(city="Köln", zip="50667", webSite="https://example.com"))
    assert code(send(jaggaer, "UPDATE", {"bravoId": str(made["bravoId"]), "city": "Ulm"})) == 0
    info = info_of(jaggaer, made["bravoId"])
    assert (info["city"], info["zip"], info["webSite"]) == ("Ulm", "50667", "https://example.com")


def test_an_empty_text_clears_and_a_cleared_field_is_missing(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good(city="Köln", zip="50667", extUniqueCode=fresh_name("DE")))
    update = {"bravoId": str(made["bravoId"]), "zip": "", "extUniqueCode": ""}
    assert code(send(jaggaer, "UPDATE", update)) == 0
    info = info_of(jaggaer, made["bravoId"])
    assert "zip" not in info
    assert "extUniqueCode" not in info
    assert info["city"] == "Köln"


def test_a_cleared_number_may_be_used_by_another(jaggaer: Jaggaer) -> None:
    number = fresh_name("DE")
    made = send(jaggaer, "CREATE", good(extUniqueCode=number))
    send(jaggaer, "UPDATE", {"bravoId": str(made["bravoId"]), "extUniqueCode": ""})
    assert code(send(jaggaer, "CREATE", good(extUniqueCode=number))) == 0


def test_update_of_an_unknown_supplier_is_1101(jaggaer: Jaggaer) -> None:
    assert code(send(jaggaer, "UPDATE", {"bravoId": "99999999", "city": "Ulm"})) == -1101


def test_update_is_keyed_by_bravo_id(jaggaer: Jaggaer) -> None:
    number = fresh_name("00")
    made = send(jaggaer, "CREATE", good(extCode=number, city="Köln"))
    assert code(send(jaggaer, "UPDATE", {"extCode": number, "city": "Ulm"})) not in {0, 1}
    assert info_of(jaggaer, made["bravoId"])["city"] == "Köln"


def test_createupdate_keys_on_bravo_id_else_on_ext_code(jaggaer: Jaggaer) -> None:
    number = fresh_name("00")
    made = send(jaggaer, "CREATEUPDATE", good(extCode=number, city="Köln"))
    assert code(made) == 0
    by_code = send(jaggaer, "CREATEUPDATE", {"extCode": number, "city": "Ulm"})
    assert (code(by_code), by_code["bravoId"]) == (0, made["bravoId"])
    by_id = send(jaggaer, "CREATEUPDATE", {"bravoId": str(made["bravoId"]), "zip": "89073"})
    assert (code(by_id), by_id["bravoId"]) == (0, made["bravoId"])
    info = info_of(jaggaer, made["bravoId"])
    assert (info["city"], info["zip"]) == ("Ulm", "89073")
    assert len(jaggaer.sweep(SUPPLIERS, {"flt": f"extCode=={number}"})) == 1


def test_an_unknown_operation_is_refused(jaggaer: Jaggaer) -> None:
    for operation in ("DELETE", "create", ""):
        assert code(send(jaggaer, operation, good(extCode=fresh_name("00")))) not in {0, 1}


@pytest.mark.parametrize(("field", "value"), [("status", "SLEEPING"), ("type", "NOBODY")])
def test_a_value_that_is_not_known_is_a_validation_that_names_the_field(
    jaggaer: Jaggaer, field: str, value: str
) -> None:
    answer = send(jaggaer, "CREATE", good(**{field: value}))
    assert code(answer) == -1106
    assert field in answer["returnMessage"]


@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "INACTIVE"])
def test_a_status_can_be_set(jaggaer: Jaggaer, status: str) -> None:
    made = send(jaggaer, "CREATE", good(status=status))
    assert code(made) == 0
    assert info_of(jaggaer, made["bravoId"])["status"] == status


def test_a_write_moves_the_modified_time(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good())
    before = info_of(jaggaer, made["bravoId"])["lastModTime"]
    time.sleep(0.005)
    send(jaggaer, "UPDATE", {"bravoId": str(made["bravoId"]), "city": "Ulm"})
    assert info_of(jaggaer, made["bravoId"])["lastModTime"] > before


def test_a_refused_write_changes_nothing(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good(city="Köln"))
    before = record(jaggaer, made["bravoId"])
    assert code(send(jaggaer, "UPDATE", {"bravoId": str(made["bravoId"]), "city": "Ulm", "status": "x"})) == -1106
    assert record(jaggaer, made["bravoId"]) == before


def test_extended_data_is_kept_with_several_values(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good(), PAYMENT_TERMS=["Net 30"], CATEGORIES=["Castings", "Forgings"], IBAN=["DE02"])
    assert code(made) == 0
    assert extended(jaggaer, made["bravoId"]) == {
        "PAYMENT_TERMS": ["Net 30"],
        "CATEGORIES": ["Castings", "Forgings"],
        "IBAN": ["DE02"],
    }


def test_extended_data_is_updated_in_part_and_cleared_by_an_empty_text(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good(), PAYMENT_TERMS=["Net 30"], CATEGORIES=["A", "B"], COST_CENTER=["CC1"])
    number = str(made["bravoId"])
    assert code(send(jaggaer, "UPDATE", {"bravoId": number}, CATEGORIES=["C"], COST_CENTER=[""])) == 0
    assert extended(jaggaer, number) == {"PAYMENT_TERMS": ["Net 30"], "CATEGORIES": ["C"]}


def test_an_update_without_extended_data_leaves_it(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good(), PAYMENT_TERMS=["Net 30"])
    send(jaggaer, "UPDATE", {"bravoId": str(made["bravoId"]), "city": "Ulm"})
    assert extended(jaggaer, made["bravoId"]) == {"PAYMENT_TERMS": ["Net 30"]}


def test_a_supplier_has_no_version(jaggaer: Jaggaer) -> None:
    made = send(jaggaer, "CREATE", good())
    answer = jaggaer.listing(SUPPLIERS, {"flt": f"BRAVOID=={made['bravoId']}"})
    assert "etag" not in answer.headers


# -- custom field values ------------------------------------------------------------------------------------


def value(jaggaer: Jaggaer, custom_field: str, name: str) -> Row:
    [found] = [
        item for item in jaggaer.sweep(FIELD_VALUES, {"flt": f"customField=={custom_field}"}) if item["value"] == name
    ]
    return found


def batch(jaggaer: Jaggaer, custom_field: str, entries: list[Row], operation: str = "CREATEUPDATE") -> Row:
    body = {"operationCode": operation, "customField": custom_field, "valueList": {"value": entries}}
    return jaggaer.post(FIELD_VALUES.path, body)


def test_values_are_created_each_with_a_code_of_its_own(jaggaer: Jaggaer) -> None:
    names = [fresh_name("4") for _ in range(3)]
    answer = field_values(jaggaer, "Account", *names)
    assert answer["returnCode"] == 0
    assert answer["returnMessage"] == ""
    assert [(result["value"], result["returnCode"]) for result in answer["resultList"]["result"]] == [
        (name, 0) for name in names
    ]
    kept = value(jaggaer, "Account", names[0])
    assert set(kept) == {"customField", "value", "description", "active", "lastUpdate"}
    assert (kept["customField"], kept["active"]) == ("Account", "true")


def test_values_are_updated_and_end_inactive(jaggaer: Jaggaer) -> None:
    name = fresh_name("4")
    field_values(jaggaer, "Account", name)
    before = value(jaggaer, "Account", name)
    time.sleep(0.005)
    assert code(batch(jaggaer, "Account", [{"value": name, "description": "Renamed", "active": "false"}])) == 0
    after = value(jaggaer, "Account", name)
    assert (after["description"], after["active"]) == ("Renamed", "false")
    assert after["lastUpdate"] > before["lastUpdate"]


def test_one_bad_value_does_not_stop_the_others(jaggaer: Jaggaer) -> None:
    name = fresh_name("4")
    entries = [
        {"value": name, "description": "good", "active": "true"},
        {"value": "", "description": "no value", "active": "true"},
        {"value": fresh_name("4"), "description": "bad flag", "active": "perhaps"},
    ]
    answer = batch(jaggaer, "Account", entries)
    codes = [int(result["returnCode"]) for result in answer["resultList"]["result"]]
    assert codes[0] == 0
    assert codes[1] not in {0, 1}
    assert codes[2] not in {0, 1}
    assert answer["resultList"]["result"][1]["returnMessage"]
    assert value(jaggaer, "Account", name)["description"] == "good"


def test_up_to_500_values_go_at_once(jaggaer: Jaggaer) -> None:
    names = [fresh_name("P") for _ in range(501)]
    assert code(field_values(jaggaer, "Project", *names[:500])) == 0
    assert len(jaggaer.sweep(FIELD_VALUES, {"flt": "customField==Project"})) == 500
    assert code(field_values(jaggaer, "Project", *names)) not in {0, 1}
    assert len(jaggaer.sweep(FIELD_VALUES, {"flt": "customField==Project"})) == 500


def test_the_same_value_in_two_fields_is_two_values(jaggaer: Jaggaer) -> None:
    name = fresh_name("V")
    field_values(jaggaer, "Account", name)
    field_values(jaggaer, "CostCenter", name)
    field_values(jaggaer, "CostCenter", name, active="false")
    assert value(jaggaer, "Account", name)["active"] == "true"
    assert value(jaggaer, "CostCenter", name)["active"] == "false"


def test_another_operation_on_values_is_refused(jaggaer: Jaggaer) -> None:
    name = fresh_name("4")
    answer = batch(jaggaer, "Account", [{"value": name, "description": "x", "active": "true"}], "DELETE")
    assert code(answer) not in {0, 1}


def test_create_over_the_wire_is_what_steering_shows(jaggaer: Jaggaer) -> None:
    made = create_supplier(jaggaer, extCode=fresh_name("00"))
    assert str(made["bravoId"]) in {
        one["returnCompanyInfo"]["bravoId"] for one in jaggaer.steer.records("companyprofiles")
    }
