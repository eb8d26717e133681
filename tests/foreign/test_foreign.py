"""The product against tenants it was not made for: both obey the contracts, and choose otherwise wherever they may.

By default one pair that makes all the odd choices at once; FOREIGN_TENANTS=all adds the others (twenty minutes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from foreign import checks, checks_arrivals, story
from foreign.ifs import IfsHabits
from foreign.j1p import J1pHabits
from foreign.lab import Lab, lab

pytestmark = pytest.mark.journey

ODD_IFS = IfsHabits(
    page=100,
    next_link=True,
    list_etags=False,
    patch_answers=204,
    etag_in_body=False,
    numbers=True,
    fnd_boolean=True,
    message_object=True,
    duplicate_status=409,
    ids_as_text=True,
    collate=str.casefold,
    extras=True,
    alias="edm",
    lists_actions=False,
    metadata_refused=frozenset({"SupplierAgreementEntity"}),
    credit_paid_positive=True,
    plans_by_promise=True,
    states_follow=True,
    clock_off=-120,
)
ODD_J1P = J1pHabits(
    page=40,
    ids_as_text=True,
    counts_as_text=True,
    codes_as_text=True,
    missing="{}",
    empty_container=True,
    milliseconds=False,
    old_token=True,
    in_everywhere=False,
    order="shuffled",
    po_id="beside",
    real_booleans=True,
    padded_numbers=True,
    warn=True,
    no_prices="{}",
    forgets_promises=True,
    clock_off=120,
)
QUICK = {"IFS_JAGGAER_IFS__SETTLE_DELAY": "1", "IFS_JAGGAER_JAGGAER__SETTLE_DELAY": "1"}
CUSTOM = frozenset(
    {"Cf_JaggaerId", "Cf_Categories", "Cf_Qualification", "Cf_Diversity", "Cf_GlAccount", "Cf_CostCenter"}
)
WITHOUT_CUSTOM = """
[ifs.sets.supplier_general.attributes]
Cf_JaggaerId = "absent"
Cf_Categories = "absent"
Cf_Qualification = "absent"
Cf_Diversity = "absent"
[ifs.sets.supplier_finance.attributes]
Cf_GlAccount = "absent"
Cf_CostCenter = "absent"
[ifs.sets.purchase_order]
filter_state = false
[ifs.sets.posting_proposal]
filter_state = false
"""

more = pytest.mark.skipif(os.environ.get("FOREIGN_TENANTS") != "all", reason="FOREIGN_TENANTS=all runs it")


@contextmanager
def against(
    folder: Path, prefect: dict[str, str], ifs: IfsHabits, j1p: J1pHabits, profile: str = "", **settings: str
) -> Iterator[Lab]:
    with lab(folder, prefect, ifs, j1p, profile=profile, **settings) as both:
        yield both


def live_through(both: Lab, *, shows_ids: bool = True, briefly: bool = False) -> None:
    """`briefly`: nothing is foretold, and a lost store stands for lost watermarks and for a sweep."""
    dry = None if briefly else story.foretold(both)
    assert story.first(both, dry) == []
    assert story.changed(both) == []
    assert story.agrees(both) == []
    if not briefly:
        assert story.rests(both, "at rest") == []
        both.product.call("watermarks", "reset")
        assert story.rests(both, "after a reset") == []
        assert story.rests(both, "swept", "--sweep") == []
    both.lose_store()
    # An order that differs from its mark is read by its id first: without one it is held for a person.
    assert (story.lost_with_a_change(both) if shows_ids else story.rests(both, "after the store was lost")) == []


def test_tenants_with_all_the_odd_choices(tmp_path: Path, prefect: dict[str, str]) -> None:
    with against(tmp_path, prefect, ODD_IFS, ODD_J1P) as both:
        wrong = [line for line in both.product.call("ping", codes={1}).stdout.splitlines() if line.startswith("NO")]
        assert ["SupplierAgreementEntity $metadata" in line for line in wrong] == [True], wrong
        live_through(both, briefly=True)


@more
def test_tenants_with_all_the_odd_choices_at_length(tmp_path: Path, prefect: dict[str, str]) -> None:
    with against(tmp_path, prefect, ODD_IFS, ODD_J1P) as both:
        live_through(both)


@more
def test_plain_tenants(tmp_path: Path, prefect: dict[str, str]) -> None:
    ifs = IfsHabits(conflict_from_database=True)
    with against(
        tmp_path, prefect, ifs, J1pHabits(bare_business_unit=True, real_booleans=True, padded_numbers=True)
    ) as both:
        both.product.call("ping", codes={0})
        both.product.call("fit", "--output", str(tmp_path / "fit.html"), codes={1})
        assert both.writes() == []
        live_through(both)


@more
def test_tenants_that_show_no_id_of_an_order(tmp_path: Path, prefect: dict[str, str]) -> None:
    j1p = J1pHabits(po_id="nowhere", duplicate_behind_success=True, no_prices="[]")
    with against(tmp_path, prefect, IfsHabits(), j1p) as both:
        live_through(both, shows_ids=False)


@more
def test_a_tenant_without_custom_attributes(tmp_path: Path, prefect: dict[str, str]) -> None:
    ifs = IfsHabits(lacking=CUSTOM, states_unfilterable=frozenset({"PurchaseOrderSet", "PostingProposalHeadSet"}))
    with against(tmp_path, prefect, ifs, J1pHabits(), WITHOUT_CUSTOM) as both:
        for invoice in both.invoices:
            if invoice.fate == "proposal" and not invoice.orders and "splittable" not in str(invoice.lines):
                invoice.fate = "rejected"  # there is no default account of a supplier
        story.foretold(both)
        both.run(codes={1})
        assert story.everything(both) == []
        assert story.rests(both, "again") == []
        both.lose_store()
        assert story.rests(both, "after the store was lost") == []


@more
def test_sets_that_do_not_say_when_they_changed(tmp_path: Path, prefect: dict[str, str]) -> None:
    """Their keys and ETags are swept; meanwhile others change every third row just before we do."""
    sweeps = {
        "supplier_address": "SupplierInfoAddressSet",
        "supplier_finance": "IdentityInvoiceInfoSet",
        "code_part_value": "CodePartValueSet",
        "purchase_order_line": "PurchaseOrderLineSet",
        "pre_accounting": "PreAccountingSet",
        "requisition_line": "PurchaseReqLineSet",
        "agreement": "SupplierAgreementSet",
        "agreement_price": "SupplierAgreementPartSet",
        "paid_invoice": "InvoiceLedgerItemSet",
    }
    profile = "".join(
        f'[ifs.sets.{name}]\nstrategy = "sweep"\n[ifs.sets.{name}.attributes]\nLastModifiedDate = "absent"\n'
        for name in sweeps
    )
    ifs = IfsHabits(
        lacking=frozenset(f"{name}.LastModifiedDate" for name in sweeps.values()),
        meddle_every=3,
        page=100,
        next_link=True,
    )
    with against(tmp_path, prefect, ifs, J1pHabits(no_prices="price: []"), profile) as both:
        live_through(both)


@more
def test_an_attribute_that_the_tenant_lacks_is_named(tmp_path: Path, prefect: dict[str, str]) -> None:
    ifs = IfsHabits(lacking=frozenset({"Cf_Diversity"}))
    with against(tmp_path, prefect, ifs, J1pHabits()) as both:
        done = both.product.call("run", "suppliers", "--json", codes={2})
        assert "Cf_Diversity" in done.stderr
        assert both.writes() == []
        assert "Cf_Diversity" in both.product.call("ping", codes={1, 2, 3}).stdout


@more
def test_the_limits_are_kept(tmp_path: Path, prefect: dict[str, str]) -> None:
    """The sliding minute of each tenant has no answer 429, from the first request on."""
    ifs, j1p = IfsHabits(limit=150), J1pHabits(limit=150, page=30, order="modified", moving=True)
    with against(tmp_path, prefect, ifs, j1p) as both:
        said = both.run(codes={1})
        assert story.everything(both) == []
        assert [s["sync"] for s in said["syncs"] if s["throttled"] != {"ifs": 0, "jaggaer": 0}] == []
        assert both.ifs.throttled + both.j1p.throttled == 0
        assert story.rests(both, "again") == []


@more
def test_tenants_that_fail_now_and_then(tmp_path: Path, prefect: dict[str, str]) -> None:
    """Tokens of five seconds, 401, 429, 502, -998, cut answers, answers lost after the commit: still one of each."""
    ifs = IfsHabits(
        token_seconds=5,
        refuse_token_every=17,
        throttle_every=61,
        busy_every=19,
        gateway_every=29,
        drop_answer_every=31,
        lose_answer_of_write_every=7,
    )
    j1p = J1pHabits(
        token_seconds=5,
        refuse_token_every=17,
        throttle_every=67,
        busy_every=11,
        gateway_every=29,
        drop_answer_every=31,
        lose_answer_of_write_every=7,
        order="modified",
        page=30,
    )
    with against(tmp_path, prefect, ifs, j1p, **QUICK) as both:
        for _ in range(3):
            both.run(codes={0, 1})
        both.ifs.habits, both.j1p.habits = IfsHabits(), replace(J1pHabits(), page=30)
        for sync in ("suppliers", "contracts", "receipts", "invoices"):
            both.product.call("replay", sync)
        both.run(codes={0, 1})
        once = [text for text in story.everything(both) if "told" not in text]  # SUCCESS may be told again
        assert once == []
        assert story.rests(both, "again") == []


@more
def test_slow_tenants(tmp_path: Path, prefect: dict[str, str]) -> None:
    with against(tmp_path, prefect, IfsHabits(slow=0.5), J1pHabits(slow=0.7)) as both:
        both.run(codes={1})
        assert [*checks.orders(both), *checks.invoices(both), *checks.wire(both)] == []


@more
def test_one_projection_is_not_granted(tmp_path: Path, prefect: dict[str, str]) -> None:
    """It is named, and what does not need it goes on."""
    ifs = IfsHabits(forbidden=frozenset({"SupplierAgreementEntity"}))
    with against(tmp_path, prefect, ifs, J1pHabits()) as both:
        assert "SupplierAgreementEntity" in both.product.call("ping", codes={2}).stdout
        said = both.run(codes={2})
        states = {sync["sync"]: sync["state"] for sync in said["syncs"]}
        assert [name for name, state in states.items() if state == "failed"] == ["contracts"]
        assert not both.ifs.all("SupplierAgreementSet")
        assert [*checks.orders(both), *checks.invoices(both), *checks_arrivals.receipts(both)] == []
        both.ifs.habits = IfsHabits()
        both.run(codes={0, 1})
        assert story.everything(both) == []


@more
def test_sets_that_are_empty_for_want_of_a_company(tmp_path: Path, prefect: dict[str, str]) -> None:
    """What was there and does not show is unknown: nothing is made again, ended, cancelled or taken back."""
    with against(tmp_path, prefect, IfsHabits(), J1pHabits(gives_prices=False)) as both:
        both.run(codes={1})
        assert story.everything(both) == []
        names = ("PurchaseReceiptSet", "SupplierAgreementSet", "SupplierAgreementPartSet", "InvoiceLedgerItemSet")
        both.ifs.habits = IfsHabits(hidden=frozenset(names))
        for receipt in both.receipts:
            both.j1p.change_header("receipts", receipt.ident)
        for contract in both.contracts:
            both.j1p.change_contract(contract.code)
        assert story.rests(both, "hidden", "--sweep") == []
        assert any(item["kind"] == "held" for item in both.items("receipts"))
        both.ifs.habits = IfsHabits()
        for sync in ("contracts", "receipts", "invoices"):  # held ones are looked at once an hour, or at once:
            both.product.call("replay", sync)
        assert story.rests(both, "shown again") == []
        assert story.everything(both) == []


@more
def test_a_tenant_that_gives_its_prices_late(tmp_path: Path, prefect: dict[str, str]) -> None:
    """The component PRICES comes, stays away and comes again: its absence ends nothing."""
    with against(tmp_path, prefect, IfsHabits(), J1pHabits()) as both:
        both.run(codes={1})
        assert story.everything(both) == []
        both.j1p.habits = J1pHabits(gives_prices=False)
        for contract in both.contracts:
            both.j1p.change_contract(contract.code)
        assert story.rests(both, "without prices") == []
        both.j1p.habits = J1pHabits()
        assert story.rests(both, "with prices again", "--sweep") == []
