"""One supplier at a time, through the kind: from change to write to rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from supplier_world import BIC, IBAN, OTHER_IBAN, PROFILE, World, account, agreed, at_jaggaer, in_ifs

from ifs_jaggaer.errors import Rejected
from mapping.kinds import Action, Decision, IfsCreate, IfsUpdate, Instructions, Item, ItemKind, JaggaerPost
from mapping.profile import Profile
from mapping.suppliers.kind import SUPPLIERS

BOTH = ("ifs:1001", "jaggaer:10442")


def one(decisions: list[Decision]) -> Decision:
    assert len(decisions) == 1
    return decisions[0]


def item(decision: Decision, field: str) -> Item:
    return next(each for each in decision.items if each.field == field)


def changed(decision: Decision) -> dict[str, str | None]:
    return {change.field: change.after for write in decision.writes for change in write.changes}


def with_profile(**suppliers: Any) -> Profile:
    tables = PROFILE.suppliers.model_copy(update=suppliers)
    return PROFILE.model_copy(update={"suppliers": tables})


# --- one side changed -------------------------------------------------------------------------


def test_agreement_is_kept_and_rests() -> None:
    world = agreed()
    decision = one(world.run(SUPPLIERS, *BOTH))
    assert decision.action is Action.SKIP
    assert decision.settlement is None
    assert (decision.key, decision.other_key) == ("1001", "10442")
    assert world.row("supplier_general", "1001")["Cf_JaggaerId"] == "10442"


@pytest.mark.parametrize(
    ("set_name", "key", "attribute", "value", "place", "wire"),
    [
        ("supplier_general", ("1001",), "Name", " Acme  Guss ", "companyName", "Acme  Guss"),
        ("supplier_general", ("1001",), "CorporateForm", "AG", "bizLegalStruct", "AG"),
        ("supplier_general", ("1001",), "AssociationNo", "HRB 8", "fiscalCode", "HRB 8"),
        ("supplier_address", ("1001", "1"), "Address1", "Neue Str. 2", "address", "Neue Str. 2, Tor 4"),
        ("supplier_address", ("1001", "1"), "Address2", None, "address", "Werkstr. 1"),
        ("supplier_address", ("1001", "1"), "City", "Ulm", "city", "Ulm"),
        ("supplier_contact", ("1001", "2"), "Value", "+49 1", "bizPhone", "+49 1"),
        ("supplier_finance", ("10", "1001", "Supplier"), "DefCurrency", "CHF", "currency", "CHF"),
    ],
)
def test_a_change_in_ifs_goes_to_jaggaer(
    *, set_name: str, key: tuple[str, ...], attribute: str, value: str | None, place: str, wire: str
) -> None:
    world = agreed()
    world.put(set_name, **{**world.row(set_name, *key), attribute: value})
    (post,) = one(world.plan(SUPPLIERS, "ifs:1001")).writes
    assert isinstance(post, JaggaerPost)
    assert post.body["company"] == {
        "operationCode": "UPDATE",
        "sendEMail": "false",
        "companyInfo": {"bravoId": "10442", place: wire},
    }
    world.run(SUPPLIERS, "ifs:1001")
    assert world.info("10442")[place] == wire
    assert one(world.run(SUPPLIERS, *BOTH)).action is Action.SKIP


def test_payment_terms_go_by_their_map_into_the_extended_data() -> None:
    world = agreed()
    world.put("supplier_finance", **{**world.row("supplier_finance", "10", "1001", "Supplier"), "PayTermId": "60"})
    decision = one(world.run(SUPPLIERS, "ifs:1001"))
    assert world.extended("10442")["PAYMENT_TERMS"] == ["Net 60"]
    assert changed(decision) == {"payment_terms": "60"}


@pytest.mark.parametrize(
    ("info", "set_name", "key", "values"),
    [
        ({"companyName": "Acme AG"}, "supplier_general", ("1001",), {"Name": "Acme AG"}),
        ({"zip": "89073"}, "supplier_address", ("1001", "1"), {"ZipCode": "89073"}),
        ({"bizPhone": "+49 9"}, "supplier_contact", ("1001", "2"), {"Value": "+49 9"}),
        ({"currency": "CHF"}, "supplier_finance", ("10", "1001", "Supplier"), {"DefCurrency": "CHF"}),
        (
            {"address": "Werkstr. 1, Tor 5"},
            "supplier_address",
            ("1001", "1"),
            {"Address1": "Werkstr. 1", "Address2": "Tor 5"},
        ),
        (
            {"address": "Am Hang 3, Tor 4"},
            "supplier_address",
            ("1001", "1"),
            {"Address1": "Am Hang 3", "Address2": "Tor 4"},
        ),
        ({"address": "Am Hang 3"}, "supplier_address", ("1001", "1"), {"Address1": "Am Hang 3", "Address2": None}),
    ],
)
def test_a_change_at_jaggaer_goes_to_the_row_of_ifs(
    *, info: dict[str, str], set_name: str, key: tuple[str, ...], values: dict[str, str | None]
) -> None:
    world = agreed()
    world.info("10442").update(info)
    (patch,) = one(world.run(SUPPLIERS, "jaggaer:10442")).writes
    assert isinstance(patch, IfsUpdate)
    assert (patch.set, patch.key, patch.values) == (set_name, key, values)
    assert patch.etag
    assert one(world.run(SUPPLIERS, *BOTH)).action is Action.SKIP


def test_several_categories_are_sorted_and_joined() -> None:
    world = agreed()
    at_jaggaer(world, extended={"CATEGORIES": ["Tooling", "Bearings"]})
    world.run(SUPPLIERS, "jaggaer:10442")
    assert world.row("supplier_general", "1001")["Cf_Categories"] == "Bearings;Tooling"
    at_jaggaer(world, extended={"CATEGORIES": ["Bearings", "Tooling"]})
    assert one(world.run(SUPPLIERS, *BOTH)).action is Action.SKIP


def test_only_the_lead_companys_finance_row_counts() -> None:
    world = agreed()
    world.put("supplier_finance", Company="20", Identity="1001", PartyType="Supplier", DefCurrency="PLN")
    world.put("supplier_finance", Company="10", Identity="1001", PartyType="Customer", DefCurrency="SEK")
    assert one(world.run(SUPPLIERS, "ifs:1001")).action is Action.SKIP


# --- what is the same though it looks different -----------------------------------------------


def test_forms_that_are_equal_cause_no_write() -> None:
    world = agreed()
    world.info("10442").update(
        {"extUniqueCode": "DE 811.907-980", "isoCountry": "DEU", "address": "Werkstr. 1 , Tor 4", "zip": " 73730 "}
    )
    decision = one(world.run(SUPPLIERS, *BOTH))
    assert decision.writes == ()
    assert decision.items == ()


def test_a_country_is_written_in_the_form_that_the_record_has() -> None:
    world = agreed()
    world.info("10442")["isoCountry"] = "DEU"
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "Country": "AT"})
    world.run(SUPPLIERS, "ifs:1001")
    assert world.info("10442")["isoCountry"] == "AUT"
    world.info("10442")["isoCountry"] = "CHE"
    world.run(SUPPLIERS, "jaggaer:10442")
    assert world.row("supplier_general", "1001")["Country"] == "CH"


def test_the_tax_number_is_written_to_both_places_within_the_union_only() -> None:
    world = agreed()
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "VatNo": "DE1"})
    world.run(SUPPLIERS, "ifs:1001")
    assert (world.info("10442")["extUniqueCode"], world.info("10442")["euVat"]) == ("DE1", "DE1")
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "VatNo": "CHE2", "Country": "CH"})
    world.run(SUPPLIERS, "ifs:1001")
    assert (world.info("10442")["extUniqueCode"], world.info("10442")["euVat"]) == ("CHE2", "DE1")
    assert "euVat differ" in one(world.run(SUPPLIERS, *BOTH)).notes[0]


# --- both changed, or against the direction ---------------------------------------------------


def test_a_conflict_is_listed_until_a_person_names_the_winner() -> None:
    world = agreed()
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "Name": "Acme A"})
    world.info("10442")["companyName"] = "Acme B"
    world.info("10442")["city"] = "Ulm"
    decision = one(world.run(SUPPLIERS, *BOTH))
    conflict = item(decision, "name")
    assert conflict.kind is ItemKind.CONFLICT
    assert conflict.value == "IFS: Acme A / JAGGAER: Acme B"
    command = "or `ifs-jaggaer conflicts resolve 1001 --sync suppliers --field name --winner jaggaer`"
    assert conflict.remedy.endswith(command)
    assert changed(decision) == {"city": "Ulm"}  # all other fields go
    assert world.snapshots["1001"].fields["name"] == "Acme Castings GmbH"  # its base stays
    world.run(SUPPLIERS, "ifs:1001", told=Instructions(winners={"name": "jaggaer"}))
    assert world.row("supplier_general", "1001")["Name"] == "Acme B"
    assert one(world.run(SUPPLIERS, *BOTH)).action is Action.SKIP


def test_the_winner_of_the_profile_decides() -> None:
    world = agreed()
    world.put("supplier_address", **{**world.row("supplier_address", "1001", "1"), "City": "Ulm"})
    world.info("10442").update({"city": "Bonn", "bizPhone": "2"})
    world.put("supplier_contact", **{**world.row("supplier_contact", "1001", "2"), "Value": "1"})
    world.run(SUPPLIERS, *BOTH)
    assert world.info("10442")["city"] == "Ulm"
    assert world.row("supplier_contact", "1001", "2")["Value"] == "2"


def test_a_change_against_the_direction_is_listed_and_put_back_by_setting() -> None:
    world = agreed()
    at_jaggaer(world, extended={"PAYMENT_TERMS": ["Net 60"]})
    decision = one(world.run(SUPPLIERS, *BOTH))
    assert decision.writes == ()
    assert item(decision, "payment_terms").reason == "changed in JAGGAER, though it may only be changed in IFS"
    world.profile = with_profile(put_back=True)
    world.run(SUPPLIERS, *BOTH)
    assert world.extended("10442")["PAYMENT_TERMS"] == ["Net 30"]


def test_keys_are_set_once_and_never_overwritten() -> None:
    world = agreed()
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "Cf_JaggaerId": "7"})
    world.info("10442")["extCode"] = "9"
    decision = one(world.run(SUPPLIERS, *BOTH))
    assert decision.writes == ()
    assert {each.field for each in decision.items} == {"mark", "number"}


# --- status, brake, absence -------------------------------------------------------------------


def test_a_block_is_put_aside_and_goes_when_the_brake_lets_it() -> None:
    world = agreed()
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "Status": "Blocked"})
    held = item(one(world.plan(SUPPLIERS, "ifs:1001")), "status")
    assert (held.kind, held.brake, held.value) == (ItemKind.HELD, True, "Blocked")
    assert one(world.run(SUPPLIERS, "ifs:1001")).writes == ()
    world.run(SUPPLIERS, "ifs:1001", told=Instructions(approved={held.field: held.value}))
    assert world.info("10442")["status"] == "SUSPENDED"
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "Status": "Active"})
    world.run(SUPPLIERS, "ifs:1001")
    assert world.info("10442")["status"] == "ACTIVE"


def test_the_status_goes_whatever_else_is_wrong() -> None:
    world = agreed()
    world.put(
        "supplier_general",
        **{**world.row("supplier_general", "1001"), "Status": "Closed", "CorporateForm": "OHG", "Name": "x" * 101},
    )
    decision = one(world.plan(SUPPLIERS, "ifs:1001", told=Instructions(approved={"status": "Closed"})))
    assert changed(decision) == {"status": "Closed"}
    assert {each.field for each in decision.items} == {"name", "legal_form"}
    assert {each.kind for each in decision.items} == {ItemKind.DEAD_LETTER}
    assert "maps.legal_form" in item(decision, "legal_form").remedy
    assert "never cut" in item(decision, "name").remedy


def test_emptied_is_braked_and_only_then_cleared() -> None:
    world = agreed()
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "CorporateForm": None})
    del world.info("10442")["zip"]
    decision = one(world.run(SUPPLIERS, *BOTH))
    assert decision.writes == ()
    assert {(each.field, each.value, each.brake) for each in decision.items} == {
        ("legal_form", None, True),
        ("postal_code", None, True),
    }
    world.run(SUPPLIERS, *BOTH, told=Instructions(approved={"legal_form": None, "postal_code": None}))
    assert "bizLegalStruct" not in world.info("10442")
    assert world.row("supplier_address", "1001", "1")["ZipCode"] is None


@pytest.mark.parametrize("lost", ["supplier_address", "supplier_contact", "supplier_finance", "supplier_bank"])
def test_a_set_that_does_not_come_clears_nothing(lost: str) -> None:
    world = agreed()
    world.ifs[lost] = {}
    decision = one(world.run(SUPPLIERS, *BOTH))
    assert decision.writes == ()
    assert decision.items == ()


def test_an_attribute_or_component_that_does_not_come_clears_nothing() -> None:
    world = agreed()
    del world.row("supplier_general", "1001")["VatNo"]
    for component in (None, {}, {"deInfo": []}):
        world.companies["10442"]["deBasic"] = component
        decision = one(world.run(SUPPLIERS, *BOTH))
        assert decision.writes == ()
        assert decision.items == ()
    assert any("payment_terms" in note for note in decision.notes)


def test_a_contact_missing_from_the_others_has_ended_and_is_braked() -> None:
    world = agreed()
    del world.ifs["supplier_contact"]["1001", "2"]
    held = item(one(world.run(SUPPLIERS, *BOTH)), "phone")
    assert (held.brake, held.value) == (True, None)


def test_a_missing_contact_is_made_with_the_next_number() -> None:
    world = World()
    account(world, "4010")
    in_ifs(world, PHONE=...)
    at_jaggaer(world)
    decisions = world.run(SUPPLIERS, "ifs:1001")
    (made,) = [write for decision in decisions for write in decision.writes if isinstance(write, IfsCreate)]
    assert (made.set, made.key, made.enforced) == ("supplier_contact", "1001|4", True)
    assert world.row("supplier_contact", "1001", "4")["Value"] == "+49 711 1"


def test_the_first_contact_of_a_supplier_made_without_any_goes_to_ifs() -> None:
    world = World()
    account(world, "4010")
    at_jaggaer(world, extCode="", bizEmail="", bizPhone="", webSite="")
    world.run(SUPPLIERS, "jaggaer:10442")
    assert not world.ifs.get("supplier_contact")
    world.info("10442")["bizEmail"] = "new@example.com"
    world.run(SUPPLIERS, "jaggaer:10442")
    assert [row["Value"] for row in world.ifs["supplier_contact"].values()] == ["new@example.com"]


def test_a_linked_record_that_is_not_shown_any_more_is_held() -> None:
    for side, key in (("JAGGAER", "10442"), ("IFS", "1001")):
        world = agreed()
        if side == "IFS":
            del world.ifs["supplier_general"]["1001",]
        else:
            del world.companies["10442"]
        decision = one(world.run(SUPPLIERS, *BOTH))
        assert decision.action is Action.NONE
        assert side in item(decision, "record").reason
        assert item(decision, "record").value == key


# --- accounts ---------------------------------------------------------------------------------


def test_an_account_waits_while_unknown_and_is_a_dead_letter_when_invalid() -> None:
    world = agreed()
    at_jaggaer(world, extended={"GL_ACCOUNT": ["4099"], "COST_CENTER": ["1200"]})
    decision = one(world.run(SUPPLIERS, "jaggaer:10442"))
    waiting = item(decision, "gl_account")
    assert (waiting.kind, waiting.waits_for) == (ItemKind.WAITING, "account:10:4099")
    assert changed(decision) == {"cost_centre": "1200"}
    account(world, "4099", ValidUntil="2026-02-28")
    dead = item(one(world.run(SUPPLIERS, "jaggaer:10442")), "gl_account")
    assert dead.kind is ItemKind.DEAD_LETTER
    assert "2026-02-28" in dead.reason
    account(world, "4099", ValidUntil="2026-03-01")
    world.run(SUPPLIERS, "jaggaer:10442")
    assert world.row("supplier_finance", "10", "1001", "Supplier")["Cf_GlAccount"] == "4099"


def test_another_companys_account_is_not_enough() -> None:
    world = agreed()
    account(world, "4099", Company="20")
    at_jaggaer(world, extended={"GL_ACCOUNT": ["4099"]})
    assert item(one(world.run(SUPPLIERS, "jaggaer:10442")), "gl_account").kind is ItemKind.WAITING


# --- bank -------------------------------------------------------------------------------------


def text_of(decision: Decision) -> str:
    """All of a decision that is kept or shown; the bodies of its writes are not."""
    shown = (decision.items, decision.notes, decision.settlement, [write.changes for write in decision.writes])
    return repr(shown)


def test_a_bank_account_goes_only_by_a_persons_word_for_it() -> None:
    world = agreed()
    at_jaggaer(world, extended={"IBAN": [IBAN], "BIC": [BIC]})
    decision = one(world.run(SUPPLIERS, *BOTH, told=Instructions(winners={"*": "jaggaer"})))
    assert decision.writes == ()
    assert decision.items == ()  # merely lacking is listed, not a conflict
    assert any("bank" in note for note in decision.notes)
    (decision, *_) = world.run(SUPPLIERS, *BOTH, told=Instructions(winners={"bank": "jaggaer"}))
    (made,) = decision.writes
    assert isinstance(made, IfsCreate)
    assert (made.values["Account"], made.values["BicCode"]) == (IBAN, BIC.removesuffix("XXX"))
    assert IBAN not in text_of(decision)
    assert IBAN[:-4] not in text_of(decision)
    assert "...3000 (" in text_of(decision)
    assert one(world.run(SUPPLIERS, *BOTH)).action is Action.SKIP


def test_a_changed_bank_account_is_a_conflict_and_shows_four_digits() -> None:
    world = World()
    account(world, "4010")
    in_ifs(world, Account=IBAN)
    at_jaggaer(world, extended={"IBAN": [" de02 1203 0000 0000 2020 51"], "BIC": [BIC]})
    (decision, *_) = world.run(SUPPLIERS, *BOTH)
    conflict = item(decision, "bank")
    assert conflict.kind is ItemKind.CONFLICT
    assert "...3000 (" in str(conflict.value)
    assert "...2051 (" in str(conflict.value)
    world.run(SUPPLIERS, *BOTH, told=Instructions(winners={"bank": "jaggaer"}))
    row = world.row("supplier_bank", "10", "1001", "Supplier", "SEPA", "1")
    assert row["Account"] == OTHER_IBAN
    assert OTHER_IBAN not in repr(world.snapshots)


def test_an_iban_with_wrong_check_digits_is_a_dead_letter() -> None:
    world = World()
    account(world, "4010")
    in_ifs(world)
    at_jaggaer(world, extended={"IBAN": ["DE89370400440532013001"]})
    told = Instructions(winners={"bank": "jaggaer"})
    (decision, *_) = world.run(SUPPLIERS, *BOTH, told=told)
    assert item(decision, "bank").kind is ItemKind.DEAD_LETTER
    assert "supplier_bank" not in world.ifs


def test_a_missing_bank_code_alone_is_no_difference() -> None:
    world = World()
    account(world, "4010")
    in_ifs(world, Account=IBAN, BicCode=None)
    at_jaggaer(world, extended={"IBAN": [IBAN], "BIC": ["COBADEFF"]})
    world.run(SUPPLIERS, *BOTH)
    assert "bank" in world.snapshots["1001"].fields
    assert one(world.run(SUPPLIERS, *BOTH)).action is Action.SKIP


# --- new ones ---------------------------------------------------------------------------------


def test_a_new_supplier_of_ifs_is_made_at_jaggaer_once() -> None:
    world = World()
    account(world, "4010")
    in_ifs(world, Status="Blocked", Account=IBAN)
    first, second = world.run(SUPPLIERS, "ifs:1001")
    (post,) = first.writes
    assert isinstance(post, JaggaerPost)
    assert (post.action, post.enforced, post.unchanged_since) == ("create", True, None)
    company: Any = post.body["company"]
    assert company["operationCode"] == "CREATE"
    assert company["companyInfo"]["type"] == "SELLER"
    assert company["companyInfo"]["extCode"] == "1001"
    assert company["companyInfo"]["isoCountry"] == "DE"
    assert company["companyInfo"]["status"] == "SUSPENDED"
    assert "IBAN" not in repr(company)
    assert changed(second) == {"mark": world.links["1001"].jaggaer_key}
    assert one(world.run(SUPPLIERS, *world.everything())).action is Action.SKIP


def test_a_creation_with_a_bad_field_goes_without_it() -> None:
    world = World()
    in_ifs(world, CorporateForm="OHG", Cf_GlAccount="4077")
    (first, *_) = world.run(SUPPLIERS, "ifs:1001")
    assert {(each.field, each.kind) for each in first.items} == {
        ("legal_form", ItemKind.DEAD_LETTER),
        ("gl_account", ItemKind.WAITING),
    }
    assert "bizLegalStruct" not in world.info(world.links["1001"].jaggaer_key)


@pytest.mark.parametrize(
    ("differs", "field"), [({"Name": "x" * 101}, "name"), ({"Country": "XX"}, "country"), ({"Name": None}, "name")]
)
def test_without_name_or_country_none_is_made(differs: dict[str, str | None], field: str) -> None:
    world = World()
    in_ifs(world, **differs)
    decision = one(world.run(SUPPLIERS, "ifs:1001"))
    assert decision.action is Action.NONE
    assert item(decision, field).kind is ItemKind.DEAD_LETTER
    assert not world.companies


def test_an_unknown_status_makes_none() -> None:
    world = World()
    in_ifs(world, Status="Frozen")
    assert one(world.run(SUPPLIERS, "ifs:1001")).action is Action.NONE
    assert not world.companies


def test_a_supplier_of_jaggaer_is_made_in_ifs_row_by_row() -> None:
    world = World()
    account(world, "4010")
    at_jaggaer(world, extCode=None, extended={"SUPPLIER_GROUP": [], "PAYMENT_TERMS": [], "IBAN": [IBAN]})
    first, second = world.run(SUPPLIERS, "jaggaer:10442")
    assert (first.key, first.again) == ("JAGGAER:10442", True)
    (general,) = first.writes
    assert isinstance(general, IfsCreate)
    assert (general.enforced, general.values["Cf_JaggaerId"]) == (False, "10442")
    sets = [write.set if isinstance(write, IfsCreate) else "jaggaer" for write in second.writes]
    contacts = ["supplier_contact"] * 3
    assert sets == ["supplier_address", *contacts, "supplier_finance", "supplier_purchase", "jaggaer"]
    number = next(iter(world.links))
    assert world.info("10442")["extCode"] == number
    assert world.row("supplier_finance", "10", number, "Supplier")["DefCurrency"] == "EUR"
    assert "supplier_bank" not in world.ifs
    assert one(world.run(SUPPLIERS, *world.everything())).action is Action.SKIP


@pytest.mark.parametrize("rows", range(1, 8))
@pytest.mark.parametrize("store_lost", [False, True])
def test_what_a_crash_left_half_made_is_completed(rows: int, *, store_lost: bool) -> None:
    world = World()
    account(world, "4010")
    at_jaggaer(world, extCode=None, extended={"SUPPLIER_GROUP": [], "PAYMENT_TERMS": []})
    first = one(world.plan(SUPPLIERS, "jaggaer:10442"))
    if store_lost:
        world._write(first.writes[0])
    else:
        world.carry_out(first)
    second = one(world.plan(SUPPLIERS, "jaggaer:10442"))
    for write in second.writes[: rows - 1]:
        world._write(write)
    world.run(SUPPLIERS, *world.everything())
    assert len(world.ifs["supplier_general"]) == 1
    assert len(world.ifs["supplier_purchase"]) == 1
    assert len(world.ifs["supplier_contact"]) == 3
    assert world.info("10442")["extCode"] in world.links
    assert one(world.run(SUPPLIERS, *world.everything())).action is Action.SKIP


@pytest.mark.parametrize(
    ("setting", "status", "qualification", "made"),
    [
        ("active", "ACTIVE", "", True),
        ("active", "SUSPENDED", "", False),
        ("off", "ACTIVE", "", False),
        ("qualified", "ACTIVE", "Provisional", False),
        ("qualified", "ACTIVE", "Qualified", True),
    ],
)
def test_the_setting_says_when_one_is_made_in_ifs(*, setting: str, status: str, qualification: str, made: bool) -> None:
    world = World(profile=with_profile(create_in_ifs=setting))
    at_jaggaer(world, extCode=None, status=status, extended={"QUALIFICATION": [qualification]})
    (decision, *_) = world.run(SUPPLIERS, "jaggaer:10442")
    assert decision.action is (Action.CREATE if made else Action.OUT_OF_SCOPE)
    assert bool(world.ifs) is made


def test_a_number_by_rule_is_enforced_by_ifs() -> None:
    world = World(profile=with_profile(supplier_number="J{bravoId}"))
    at_jaggaer(world, extCode=None)
    (first, *_) = world.run(SUPPLIERS, "jaggaer:10442")
    (general,) = first.writes
    assert isinstance(general, IfsCreate)
    assert general.enforced
    assert "J10442" in world.links


def test_a_customers_own_field_needs_no_code(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """
        [ifs.sets.supplier_general.attributes]
        Cf_Certificate = "text"
        [suppliers.fields.certificate]
        ifs = ["general.Cf_Certificate"]
        jaggaer = ["de.CERTIFICATE"]
        direction = "from_jaggaer"
        winner = "jaggaer"
        """,
        encoding="utf-8",
    )
    world = agreed()
    world.profile = Profile.load(own)
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "Cf_Certificate": None})
    at_jaggaer(world, extended={"CERTIFICATE": ["ISO 9001"]})
    world.run(SUPPLIERS, *BOTH)
    assert world.row("supplier_general", "1001")["Cf_Certificate"] == "ISO 9001"


def test_what_was_refused_is_left_out_and_all_others_go() -> None:
    world = agreed()
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), "VatNo": "DE9", "AssociationNo": "HRB 9"})
    decision = one(world.plan(SUPPLIERS, "ifs:1001", told=Instructions(without=frozenset({"tax_number"}))))
    assert changed(decision) == {"registration": "HRB 9"}
    assert decision.settlement is not None
    assert decision.settlement.snapshot is not None
    assert decision.settlement.snapshot["tax_number"] == "DE811907980"


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("VatNo is used by supplier 7", {"tax_number"}),
        ("Error in attribute AssociationNo", {"registration"}),
        ("something is wrong", {"tax_number", "registration"}),
        ("Status may not be changed", {"status"}),
    ],
)
def test_a_refusal_is_about_the_fields_that_it_names(words: str, fields: set[str]) -> None:
    world = agreed()
    changes = {"VatNo": "DE9", "AssociationNo": "HRB 9", "Status": "Blocked"}
    world.put("supplier_general", **{**world.row("supplier_general", "1001"), **changes})
    decision = one(world.plan(SUPPLIERS, "ifs:1001", told=Instructions(approved={"status": "Blocked"})))
    (write,) = decision.writes
    assert SUPPLIERS.refused(write, Rejected(words, system="ifs"), PROFILE) == fields


def test_an_attribute_that_the_tenant_lacks_is_no_field() -> None:
    sets = dict(PROFILE.ifs.sets)
    attributes = {**sets["supplier_general"].attributes, "Cf_JaggaerId": "absent", "Cf_Categories": "absent"}
    sets["supplier_general"] = sets["supplier_general"].model_copy(update={"attributes": attributes})
    world = World(profile=PROFILE.model_copy(update={"ifs": PROFILE.ifs.model_copy(update={"sets": sets})}))
    account(world, "4010")
    at_jaggaer(world, extCode=None, extended={"CATEGORIES": ["Tooling"], "SUPPLIER_GROUP": [], "PAYMENT_TERMS": []})
    first, second = world.run(SUPPLIERS, "jaggaer:10442")
    assert "Cf_JaggaerId" not in first.writes[0].values  # type: ignore[union-attr]
    assert second.items == ()
    assert one(world.run(SUPPLIERS, *world.everything())).action is Action.SKIP
