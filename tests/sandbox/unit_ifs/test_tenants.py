"""Tenants differ: what settings make of the same data."""

import pytest

from ifs_jaggaer.sandbox.kernel import Answer, Refusal

from .tools import Asker, body_of

SUPPLIERS = "SupplierInfoGeneralSet"
ORDERS = "PurchaseOrderSet"
RELEASED = "Objstate eq IfsApp.PurchaseOrderHandling.PurchaseOrderState'Released'"


def names(answer: Answer) -> set[str]:
    assert answer.status == 200, answer.body
    document = body_of(answer)
    row = document["value"][0] if "value" in document else document
    return {name for name in row if not name.startswith("@")}


def test_a_set_can_be_bare_without_select(ask: Asker) -> None:
    ask.order()
    ask.system.apply_settings({"bare_without_select": [ORDERS]})
    bare = {"OrderNo", "luname", "keyref", "Objgrants"}
    assert names(ask.call("GET", ORDERS)) == names(ask.call("GET", ORDERS, "(OrderNo='P1')")) == bare
    assert names(ask.call("GET", ORDERS, select="Objstate")) == {"Objstate"}
    assert "Objstate" in names(ask.call("GET", "PurchaseOrderLineSet"))


def test_a_set_can_refuse_select(ask: Asker) -> None:
    ask.order()
    ask.system.apply_settings({"refuses_select": [ORDERS]})
    assert ask.call("GET", ORDERS, select="OrderNo").status == 400
    assert ask.call("GET", ORDERS, "(OrderNo='P1')", select="OrderNo").status == 400
    assert "Objstate" in names(ask.call("GET", ORDERS))


def test_the_state_can_be_out_of_reach_of_filters(ask: Asker) -> None:
    ask.order()
    assert len(ask.rows(ORDERS, filter=RELEASED)) == 1
    ask.system.apply_settings({"objstate_unfiltered": [ORDERS]})
    answer = ask.call("GET", ORDERS, filter=f"not (OrderNo eq 'x' and {RELEASED})")
    assert answer.status == 400
    assert b"Objstate" in answer.body
    assert len(ask.rows(ORDERS, filter="OrderNo eq 'P1'")) == 1


def test_a_lost_attribute_is_unknown_everywhere(ask: Asker) -> None:
    ask.system.create(SUPPLIERS, {"SupplierId": "S1", "Name": "x", "VatNo": "DE1"})
    ask.system.apply_settings({"metadata_without": [f"{SUPPLIERS}.VatNo"]})
    assert "VatNo" not in names(ask.call("GET", SUPPLIERS))
    assert ask.call("GET", SUPPLIERS, select="VatNo").status == 400
    assert ask.call("POST", SUPPLIERS, body={"Name": "y", "VatNo": "DE2"}).status == 400
    assert ask.call("POST", SUPPLIERS, body={"Name": "y"}).status == 201
    assert ask.stored(SUPPLIERS, SupplierId="S1")["VatNo"] == "DE1"


def test_a_tenant_has_attributes_of_its_own(ask: Asker) -> None:
    ask.order()
    ask.system.apply_settings({"custom_attributes": [f"{ORDERS}.Cf_Incoterm", f"{ORDERS}.Cf_Weight=Edm.Decimal"]})
    (row,) = ask.rows(ORDERS, filter="Cf_Incoterm eq null", select="OrderNo,Cf_Incoterm,Cf_Weight")
    assert (row["Cf_Incoterm"], row["Cf_Weight"]) == (None, None)
    etag = {"if-match": ask.stored(ORDERS)["@odata.etag"]}
    answer = ask.call("PATCH", ORDERS, "(OrderNo='P1')", body={"Cf_Incoterm": "DAP", "Cf_Weight": 1.5}, headers=etag)
    assert answer.status == 200, answer.body
    assert len(ask.rows(ORDERS, filter="Cf_Incoterm eq 'DAP' and Cf_Weight gt 1")) == 1
    ask.system.create(ORDERS, {"OrderNo": "P2", "VendorNo": "S1", "Contract": "101", "Cf_Incoterm": "FCA"})
    assert ask.stored(ORDERS, OrderNo="P2")["Cf_Incoterm"] == "FCA"
    ask.system.apply_settings({"custom_attributes": []})
    assert "Cf_Incoterm" not in names(ask.call("GET", ORDERS))
    assert ask.call("GET", ORDERS, select="Cf_Incoterm").status == 400


def test_a_patch_can_answer_with_its_etag_alone(ask: Asker) -> None:
    ask.order()
    ask.system.apply_settings({"empty_answers": True})
    etag = ask.stored(ORDERS)["@odata.etag"]
    answer = ask.call("PATCH", ORDERS, "(OrderNo='P1')", body={"NoteText": "x"}, headers={"if-match": etag})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["etag"] == ask.stored(ORDERS)["@odata.etag"] != etag


def test_old_releases_wrap_the_message(ask: Asker) -> None:
    ask.system.apply_settings({"message_as_object": True})
    answer = ask.call("GET", ORDERS, "(OrderNo='P1')")
    assert body_of(answer)["error"]["message"] == {"value": "PurchaseOrder P1 was not found."}


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("SupplierInfoGeneralSet.SupplierId", "SupplierInfoGeneralSet.SupplierId: a key"),
        ("SupplierInfoGeneralSet.Nothing", "has no 'Nothing' that it could lose; it has .*VatNo"),
        ("NoSuchSet.Name", "'NoSuchSet.Name' is no Set.Attribute; sets are .*SupplierInfoGeneralSet"),
    ],
)
def test_what_no_tenant_can_lose_is_refused_by_name(ask: Asker, lost: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        ask.system.apply_settings({"metadata_without": [f"{SUPPLIERS}.VatNo", lost]})
    assert ask.system.settings["metadata_without"] == []


@pytest.mark.parametrize(
    "values",
    [
        {"server_page": 99},
        {"forbidden": ["NoSuchSet"]},
        {"metadata_without": [f"{SUPPLIERS}.NoSuchAttribute"]},
        {"metadata_without": [f"{SUPPLIERS}.SupplierId"]},
        {"custom_attributes": [f"{SUPPLIERS}.Incoterm"]},
        {"custom_attributes": [f"{SUPPLIERS}.Cf_JaggaerId"]},
        {"custom_attributes": ["NoSuchSet.Cf_Incoterm"]},
        {"custom_attributes": [f"{SUPPLIERS}.Cf_Incoterm=Edm.Duration"]},
        {"time_zone": "Europe/Atlantis"},
        {"upsert": 1},
        {"no_such_setting": 1},
        {"requests_per_minute": 5, "upsert": "yes"},
    ],
    ids=str,
)
def test_a_setting_that_makes_no_sense_is_refused_and_changes_nothing(ask: Asker, values: dict[str, object]) -> None:
    before = ask.system.settings.all()
    with pytest.raises(Refusal):
        ask.system.apply_settings(values)
    assert ask.system.settings.all() == before


def test_keys_of_the_owner_are_those_of_the_url(ask: Asker) -> None:
    head = {"Company": "10", "ProposalId": 7}
    answer = ask.call("POST", "PostingProposalHeadSet", body=head)
    assert answer.status == 400
    assert b"ProposalId" in answer.body
    url = "(Company='10',ProposalId=7)/PostingProposalLineArray"
    answer = ask.call("POST", "PostingProposalHeadSet", url, body={"Company": "20", "NetAmount": 1})
    assert answer.status == 400
    assert b"URL" in answer.body
