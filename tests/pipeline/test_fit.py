"""Fit says what the runs would do, writes nothing, and gives each cause with its values and its remedy."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import simplejson
from pipeline.driving import Product
from pipeline.fixtures import FAST
from pipeline.pages_of_fit import Page
from pipeline.test_dry_run import NO_BUSINESS
from pipeline.world import World
from programs import sandbox_program

from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.pipeline.causes import Cause
from ifs_jaggaer.pipeline.fit.as_html import as_html
from ifs_jaggaer.pipeline.fit.as_json import as_json
from ifs_jaggaer.pipeline.fit.course import PAUSES, fit
from ifs_jaggaer.pipeline.fit.report import Fit, SyncFit, reasons
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.tally import Line
from ifs_jaggaer.pipeline.wiring import open_wiring

NOTHING = {"ifs": 0, "jaggaer": 0}
EVIL = "<script>alert(1)</script> & 'Söhne'"


@pytest.fixture(scope="module")
def seeded() -> Iterator[World]:
    with sandbox_program("--seed", "7", "--suppliers", "30", "--orders", "40", "--invoices", "30") as sandbox:
        world = World(sandbox)
        yield world
        world.wire.close()


@pytest.fixture
def on_seed(seeded: World, tmp_path: Path) -> Product:
    return Product(seeded.sandbox.settings(tmp_path)).with_settings(**FAST)


def fitted(product: Product, company: str | None = None) -> Fit:
    async def look() -> Fit:
        async with open_wiring(product.settings, product.clock) as wiring:
            return await fit(wiring, KINDS, None, lambda _: None, company)

    return asyncio.run(look())


def sync_of(found: Fit, name: str) -> SyncFit:
    return next(one for one in found.syncs if one.sync == name)


def cause_with(one: SyncFit, value: str) -> Cause:
    return next(cause for cause in one.causes if value in {hit.value for hit in cause.hits})


def shown(product: Product, found: Fit) -> list[str]:
    return [as_html(found), simplejson.dumps(as_json(found), use_decimal=True, ensure_ascii=False)]


def test_it_says_what_the_runs_do(seeded: World, on_seed: Product) -> None:
    with on_seed.store():
        before = on_seed.tables(without=NO_BUSINESS)
    seeded.calm()
    found = fitted(on_seed)
    assert seeded.writes() == NOTHING
    assert on_seed.tables(without=NO_BUSINESS) == before
    assert [one.sync for one in found.syncs] == list(KINDS)
    dry = on_seed.run_all(dry_run=True)
    for sync, ran in dry.items():
        one = sync_of(found, sync)
        assert one.counts == ran.result.counts, sync
        assert one.amounts == ran.result.amounts, sync
        troubled = {key for key, items in ran.items.items() if items}
        assert one.touched == len(troubled), sync
    assert found.state == "some"


def test_it_is_about_one_company_where_one_is_named(seeded: World, on_seed: Product) -> None:
    whole, one = fitted(on_seed), fitted(on_seed, "20")
    assert one.companies == ("20",)
    dry = on_seed.run_all(dry_run=True, company="20", since=on_seed.settings.start_from)
    orders = sync_of(one, "purchase-orders")
    assert 0 < orders.counts.created < sync_of(whole, "purchase-orders").counts.created
    assert orders.counts == dry["purchase-orders"].result.counts
    assert sync_of(one, "suppliers").counts == sync_of(whole, "suppliers").counts
    with pytest.raises(SettingsError, match="no such company"):
        fitted(on_seed, "99")


def test_a_remark_is_whole_whatever_differs_between_documents() -> None:
    def line(key: str, total: str) -> Line:
        return Line(key, "", "create", "", notes=(f"total is missing: the sum, {total} EUR, is taken", "no terms"))

    alike, apart = [line("1", "12.50"), line("2", "12.50")], [line("1", "12.50"), line("2", "7.00")]
    assert {hit.value for hit in reasons(alike)} == {"total is missing: the sum, 12.50 EUR, is taken", "no terms"}
    [of_totals] = [hit for hit in reasons(apart) if "total" in hit.value]
    assert of_totals.value == "for example: total is missing: the sum, 12.50 EUR, is taken"
    assert (of_totals.documents, of_totals.examples) == (2, ("1", "2"))


def test_a_cause_without_a_value_says_no_word_in_its_place(world: World, product: Product) -> None:
    number = world.supplier()
    twin = world.supplier(VatNo=world.general(number)["VatNo"])
    found = fitted(product)
    world.remove("ifs", "SupplierInfoGeneralSet", {"SupplierId": twin})
    (cause,) = [one for one in sync_of(found, "suppliers").causes if "same tax number" in one.example]
    assert [hit.value for hit in cause.hits] == [""]
    after = as_html(found).partition("same tax number")[2].partition("</section>")[0]
    assert "none" not in after
    assert "<th>value</th>" not in after


def test_it_waits_while_the_limit_is_used_up(seeded: World, on_seed: Product) -> None:
    whole = as_json(fitted(on_seed))
    waits: list[float] = []
    said: list[str] = []

    async def slept(seconds: float) -> None:
        waits.append(seconds)

    async def look() -> Fit:
        async with open_wiring(on_seed.settings, on_seed.clock) as wiring:
            return await fit(wiring, KINDS, None, said.append, sleep=slept)

    seeded.fault("ifs", "throttle", path="PurchaseOrderSet", times=7, args={"seconds": 0})
    seeded.fault("ifs", "throttle", path="PurchaseOrderLineSet", times=6, args={"seconds": 0})
    found = as_json(asyncio.run(look()))
    assert waits
    assert min(waits) >= PAUSES[0]
    assert any("HTTP 429" in line and "for room" in line for line in said)
    assert {**found, "at": None} == {**whole, "at": None}
    seeded.fault("ifs", "throttle", path="PurchaseOrderSet", times=10_000, args={"seconds": 0})
    waits.clear()
    assert asyncio.run(look()).state == "away"
    assert tuple(waits) == PAUSES
    seeded.admin("ifs", "DELETE", "faults")


def test_two_looks_say_the_same_and_the_page_stands_alone(seeded: World, on_seed: Product) -> None:
    on_seed = on_seed.on("2026-03-01")
    first, second = fitted(on_seed), fitted(on_seed)
    assert as_json(first) == as_json(second)
    html = as_html(first)
    assert html == as_html(second)
    page = Page(html)
    assert page.fetched == []
    assert not page.tags & {"script", "link", "img", "iframe", "form"}
    assert page.links == {f"#{sync}" for sync in KINDS} <= {f"#{name}" for name in page.ids}
    for words in ("Summary", "What to decide first", "Lines that the profile lacks", "Words that go over as they are"):
        assert words in page.text


def test_neither_a_bank_account_nor_a_secret_is_in_it(seeded: World, on_seed: Product) -> None:
    accounts = {row["Account"] for row in seeded.records("ifs", "PaymentAddressSet") if row["Account"]}
    assert accounts
    secrets = [value for name, value in on_seed.variables.items() if name.endswith("SECRET")]
    for text in shown(on_seed, fitted(on_seed)):
        assert not [account for account in accounts if account in text or f"{account[-4:]} " in text]
        assert not [secret for secret in secrets if secret in text]
        assert not re.search(r"\b[0-9a-f]{16}\b", text), "a fingerprint"
        assert "bank" in text, "that it is not carried is said"


def test_what_the_profile_lacks_is_told_line_by_line(world: World, product: Product, tmp_path: Path) -> None:
    supplier = world.supplier(CorporateForm="eG")
    first, second = world.order(supplier, PayTermId="14"), world.order(supplier)
    for number in (first, second):
        world.line(number, "2", BuyUnitMeas="BOX")
        world.line(number, "3", BuyUnitMeas="BOX")
    found = fitted(product)
    unit = cause_with(sync_of(found, "purchase-orders"), "BOX")
    assert (unit.outcome, unit.field, unit.documents, unit.places) == ("rejected", "lines.BuyUnitMeas", 2, 4)
    assert unit.hits[0].examples == (first, second)
    tables = found.profile_lines()
    assert [(line.line, line.documents) for line in tables["maps.unit.values"]] == [('BOX = "<JAGGAER\'s word>"', 2)]
    assert [line.line for line in tables["maps.payment_terms.values"]] == ['14 = "<JAGGAER\'s word>"']
    assert [line.line for line in tables["maps.legal_form.values"]] == ['eG = "<JAGGAER\'s word>"']
    # The lines are pasted, filled in, and it goes.
    pasted = "\n".join(line for table, lines in tables.items() for line in (f"[{table}]", *(one.line for one in lines)))
    words = iter(["eG", "Net 14", "BX"])
    filled = re.sub(r"<JAGGAER's word>", lambda _: next(words), pasted)
    assert tomllib.loads(filled)["maps"]["unit"]["values"] == {"BOX": "BX"}
    profile = tmp_path / "profile.toml"
    profile.write_text(filled, "utf-8")
    better = fitted(product.with_settings(PROFILE=profile))
    assert better.profile_lines() == {}
    assert better.state == "all"
    for number in (first, second):
        world.remove("ifs", "PurchaseOrderSet", {"OrderNo": number})


def test_suppliers_match_may_match_or_are_new(world: World, product: Product) -> None:
    before = sync_of(fitted(product), "suppliers").matching
    assert before is not None
    by_tax, alike = world.supplier(VatNo="DE 811 907 980"), world.supplier(Name=EVIL)
    world.company(extUniqueCode="DE811907980")
    twin = world.company(companyName=EVIL)
    world.company()
    world.supplier()
    found = fitted(product)
    one = sync_of(found, "suppliers")
    matching = one.matching
    assert matching is not None
    assert matching.matched["tax number"] - before.matched.get("tax number", 0) == 1
    assert matching.new_at_jaggaer - before.new_at_jaggaer == 1
    assert matching.new_in_ifs - before.new_in_ifs == 1
    doubtful = {hit.examples for hit in matching.doubtful}
    assert {(alike,), (f"JAGGAER:{twin}",)} <= doubtful
    assert by_tax not in str(doubtful)
    assert found.state == "some"
    product.attempt("suppliers")
    after = sync_of(fitted(product), "suppliers").matching
    assert after is not None
    assert after.linked >= 4
    assert after.matched == {}


def test_what_a_system_wrote_is_text_on_the_page(world: World, product: Product) -> None:
    number = world.supplier(CorporateForm="<b>&amp;</b>", Name="<i>Ö</i>")
    twin = world.company(companyName="<i>O</i>", extUniqueCode=world.general(number)["VatNo"])
    html = as_html(fitted(product))
    page = Page(html)
    assert not page.tags & {"b", "i"}
    assert any("<b>&amp;</b>" in text for text in page.text)
    assert any("<i>Ö</i>" in text for text in page.text)
    world.remove("jaggaer", "companyprofiles", {"bravoId": twin})


def test_a_set_that_may_not_be_read_hides_no_other_sync(world: World, product: Product) -> None:
    world.tune("ifs", forbidden=["CodePartValueSet"])
    try:
        found = fitted(product)
    finally:
        world.tune("ifs", forbidden=[])
    assert found.state == "settings"
    assert "403" in str(sync_of(found, "gl-accounts").error)
    suppliers = sync_of(found, "suppliers")
    assert suppliers.error is None
    assert suppliers.counts.read
    assert "Not looked at, or not to its end" in Page(as_html(found)).text


def test_an_outage_cuts_it_short(world: World, product: Product) -> None:
    found = fitted(product.with_settings(IFS__HOST="http://127.0.0.1:9"))
    assert found.state == "away"
    assert [one.error is not None for one in found.syncs] == [True] * len(KINDS)
    assert "not looked at" in str(found.syncs[-1].error)


def test_documents_need_a_cut_over(world: World, product: Product) -> None:
    variables = {name: value for name, value in product.variables.items() if not name.endswith("START_FROM")}
    found = fitted(Product(variables))
    assert found.state == "settings"
    assert "start_from" in str(sync_of(found, "purchase-orders").error)
    assert sync_of(found, "suppliers").error is None


def test_a_conflict_of_bank_accounts_is_told_without_them(world: World, product: Product) -> None:
    ours, theirs = "DE89370400440532013000", "DE02120300000000202051"
    number = world.supplier()
    account = {"WayId": "SEPA", "AddressId": "1", "DefaultAddress": True, "BicCode": "COBADEFF", "Account": ours}
    world.ifs("PaymentAddressSet", Company="10", Identity=number, PartyType="Supplier", **account)
    bravo = world.company(extUniqueCode=world.general(number)["VatNo"])
    iban = {"name": "IBAN", "type": "TEXT", "values": {"value": [{"deValue": theirs}]}}
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"deBasic": {"deInfo": [iban]}})
    found = fitted(product)
    (cause,) = [one for one in sync_of(found, "suppliers").causes if one.field == "bank"]
    assert (cause.outcome, [hit.value for hit in cause.hits]) == ("conflict", [""])
    for text in shown(product, found):
        assert not [part for part in (ours, theirs, ours[-4:], theirs[-4:]) if part in text]
