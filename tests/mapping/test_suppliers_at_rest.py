"""Over random pairs of suppliers: what is written once is never written again, and absence clears nothing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from supplier_world import BIC, IBAN, OTHER_IBAN, World, account, at_jaggaer, in_ifs

from mapping.kinds import Decision, IfsCreate, IfsUpdate, Instructions, JaggaerPost
from mapping.suppliers.kind import SUPPLIERS

MANY = settings().max_examples // 2
"""Half of what the profile in use asks for: an example is several runs of both systems."""

BOTH = ("ifs:1001", "jaggaer:10442")
TEXTS = st.sampled_from([None, "", " ", "a", "b", " a ", "O'Brien & Söhne", "x, y", "x ,y,", "y"])


def _of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


IFS = st.fixed_dictionaries(
    {},
    optional={
        "Name": _of("Acme", "Acme B", " Acme ", "x" * 101),
        "VatNo": _of(None, "DE811907980", "DE 811-907.980", "DE9"),
        "AssociationNo": _of(None, "HRB 7", "hrb7", "."),
        "Country": _of("DE", "DEU", "CH", "??"),
        "CorporateForm": _of(None, "GmbH", "AG", "OHG"),
        "Status": _of("Active", "Blocked", "Closed", "Frozen", None),
        "Address1": TEXTS,
        "Address2": TEXTS,
        "ZipCode": TEXTS,
        "PHONE": _of("1", "2", None, ...),
        "WWW": _of("w", ...),
        "PayTermId": _of("30", "60", "14", None),
        "DefCurrency": _of("EUR", "JPY", "ZZZ", None),
        "Cf_GlAccount": _of("4010", "4011", "4099", None),
        "GroupId": TEXTS,
        "Account": _of(None, IBAN, OTHER_IBAN, "DE00"),
        "BicCode": _of(None, BIC),
        "Cf_JaggaerId": _of(None, "10442"),
    },
)
INFO = st.fixed_dictionaries(
    {},
    optional={
        "companyName": _of("Acme", "Acme B", "x" * 101),
        "extUniqueCode": _of(None, "DE811907980", "de 811.907 980", "DE8"),
        "fiscalCode": _of(None, "HRB 7", "HRB 8"),
        "isoCountry": _of("DE", "DEU", "CHE", "AT"),
        "bizLegalStruct": _of(None, "GmbH", "AG", "OHG"),
        "status": _of("ACTIVE", "SUSPENDED", "INACTIVE", "ODD", None),
        "address": TEXTS,
        "zip": TEXTS,
        "bizPhone": _of(None, "1", "2"),
        "webSite": _of(None, "w", "v"),
        "currency": _of("EUR", "JPY", "ZZZ", None),
        "extCode": _of(None, "1001"),
    },
)
EXTENDED = st.fixed_dictionaries(
    {},
    optional={
        "PAYMENT_TERMS": _of([], ["Net 30"], ["Net 45"], ["Net 99"]),
        "GL_ACCOUNT": _of([], ["4010"], ["4011"], ["4099"]),
        "CATEGORIES": _of([], ["b", "a"], ["a"], ["a", "a"], ["c;b", "a"]),
        "SUPPLIER_GROUP": _of([], ["RAW"], ["MRO"]),
        "IBAN": _of([], [IBAN], [OTHER_IBAN], ["DE00"]),
        "BIC": _of([], [BIC]),
    },
)
WINNERS = st.dictionaries(_of("*", "bank", "name", "status", "phone"), _of("ifs", "jaggaer"), max_size=3)
LOST = st.sets(_of("supplier_address", "supplier_contact", "supplier_finance", "supplier_bank", "deBasic"))


def _world(ifs: dict[str, Any], info: dict[str, Any], extended: dict[str, Any]) -> World:
    world = World()
    account(world, "4010")
    account(world, "4011", ValidUntil="2020-12-31")
    in_ifs(world, **ifs)
    at_jaggaer(world, extended=extended, **info)
    return world


def _writes(decisions: list[Decision]) -> list[object]:
    return [write for decision in decisions for write in decision.writes]


def _emptied(decisions: list[Decision]) -> set[str]:
    return {change.field for write in _writes(decisions) for change in write.changes if change.after is None}  # type: ignore[attr-defined]


@settings(max_examples=MANY, suppress_health_check=[HealthCheck.too_slow])
@given(IFS, INFO, EXTENDED, WINNERS, st.booleans())
def test_a_second_decision_has_no_writes_with_and_without_base(
    ifs: dict[str, Any], info: dict[str, Any], extended: dict[str, Any], winners: Any, approve: Any
) -> None:
    world = _world(ifs, info, extended)
    told = Instructions(winners=winners)
    first = world.run(SUPPLIERS, *BOTH, told=told)
    assert _emptied(first) == set()
    if approve:
        approved = {item.field: item.value for decision in first for item in decision.items if item.brake}
        world.run(SUPPLIERS, *BOTH, told=Instructions(winners, approved))
    assert _writes(world.run(SUPPLIERS, *world.everything(), told=told)) == []
    world.run(SUPPLIERS, *world.everything())  # what a person wanted emptied, and nobody approved, is filled
    assert _writes(world.run(SUPPLIERS, *world.everything())) == []
    before = deepcopy((world.ifs, world.companies))
    world.lose_the_store()
    decisions = world.run(SUPPLIERS, *world.everything())
    # A field that both sides had emptied to different ends may be filled again once nobody remembers.
    assert (world.ifs, world.companies) == before or _only_fills(decisions)
    assert _writes(world.run(SUPPLIERS, *world.everything())) == []
    numbers = [company["returnCompanyInfo"].get("extCode") for company in world.companies.values()]
    assert len(set(numbers)) == len(numbers)
    assert max(len(world.ifs["supplier_general"]), len(world.companies)) <= 2


def _only_fills(decisions: list[Decision]) -> bool:
    return all(
        change.before is None
        for write in _writes(decisions)
        for change in write.changes  # type: ignore[attr-defined]
    )


@settings(max_examples=MANY, suppress_health_check=[HealthCheck.too_slow])
@given(IFS, INFO, EXTENDED, LOST)
def test_what_does_not_come_clears_nothing(
    ifs: dict[str, Any], info: dict[str, Any], extended: dict[str, Any], lost: set[str]
) -> None:
    world = _world(ifs, info, extended)
    world.run(SUPPLIERS, *BOTH)
    kept = deepcopy((world.ifs, world.companies))
    for name in lost:
        if name == "deBasic":
            for company in world.companies.values():
                company.pop(name)
        else:
            world.ifs[name] = {}
    decisions = world.run(SUPPLIERS, *BOTH)
    assert not any(item.brake for decision in decisions for item in decision.items if item.field != "status")
    assert _writes(decisions) == []
    world.ifs, world.companies = kept
    assert _writes(world.run(SUPPLIERS, *BOTH)) == []


@settings(max_examples=MANY, suppress_health_check=[HealthCheck.too_slow])
@given(IFS, INFO, EXTENDED, WINNERS)
def test_no_bank_account_is_ever_kept_or_shown(
    ifs: dict[str, Any], info: dict[str, Any], extended: dict[str, Any], winners: Any
) -> None:
    world = _world(ifs, info, extended)
    decisions = world.run(SUPPLIERS, *BOTH, told=Instructions(winners=winners))
    kept = repr([(d.items, d.notes, d.settlement, [w.changes for w in d.writes]) for d in decisions])
    kept += repr(world.snapshots)
    for number in (IBAN, OTHER_IBAN):
        assert number not in kept
        assert number[4:12] not in kept
    if winners.get("bank") is None:
        for write in _writes(decisions):
            values = write.body if isinstance(write, JaggaerPost) else getattr(write, "values", {})
            assert IBAN not in repr(values)
            assert OTHER_IBAN not in repr(values)
            assert isinstance(write, JaggaerPost | IfsCreate | IfsUpdate)
