"""Several companies over real HTTP: one run for all, one for each, charts and settings that differ."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pipeline.driving import IN_ORDER, Product
from pipeline.invoicing import (
    bill,
    gross,
    line,
    stands,
)
from pipeline.sweeping_tenant import LINES, change_line, lines_there, profile_of
from pipeline.world import COMPANIES, World
from typer.testing import CliRunner

from ifs_jaggaer.cli import app
from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.pipeline.reconcile.course import Asked, Report
from ifs_jaggaer.pipeline.reconcile.run import reconcile
from mapping.reconcile.documents import Cause

ORDERS = "purchase-orders"
HEADS = "ifs.purchase_order"

_seconds = itertools.count(1)
_began = datetime.now(UTC) - timedelta(hours=2)


def stamp() -> str:
    """A second after the last one, long enough ago for a watermark to lie behind it."""
    return f"{_began + timedelta(seconds=next(_seconds)):%Y-%m-%dT%H:%M:%SZ}"


def order_of(world: World, supplier: str, company: str, **values: Any) -> str:
    """An order whose head, line included, was changed a second after the last one's."""
    at = stamp()
    told = {"Contract": f"{company}1"} | values
    number = world.order(supplier, Company=company, LastModifiedDate=at, **told)
    line_key = {"OrderNo": number, "LineNo": "1", "ReleaseNo": "1"}
    world.change("ifs", "PurchaseOrderLineSet", line_key, {"LastModifiedDate": at})
    return number


def bill_of(world: World, supplier: str, company: str, *, account: str = "", **header: Any) -> int:
    return bill(
        world,
        supplier,
        line("10", "12.50", account=account),
        total=gross("10", "12.50"),
        businessUnit=company,
        **header,
    )


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    """A supplier of both companies, linked."""
    number = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


@pytest.fixture
def apart(product: Product, supplier: str, request: pytest.FixtureRequest) -> Product:
    """The product with watermarks of the test's own and no overlap, so that they count."""
    mine = product.with_settings(CONNECTION=f"c{abs(hash(request.node.nodeid))}", OVERLAP=0)
    mine.run("gl-accounts")
    mine.run("suppliers")
    return mine


# --- one run for one or for all ---


def test_a_run_for_one_company_leaves_the_open_items_of_others(supplier: str, world: World, product: Product) -> None:
    """Lines lead to their orders all the same; an item that it closed nobody would look at again."""
    broken = order_of(world, supplier, "10")
    unit = {"BuyUnitMeas": "FURLONG", "LastModifiedDate": stamp()}
    world.change("ifs", "PurchaseOrderLineSet", {"OrderNo": broken, "LineNo": "1", "ReleaseNo": "1"}, unit)
    lost = bill_of(world, supplier, "10", account="9999")
    for sync in (ORDERS, "invoices"):
        product.run(sync)
    open_ = {key: [(item.kind, item.reason) for item in product.items_of(key)] for key in (broken, lost)}
    assert all(open_.values())
    for asked in ({"company": "20"}, {"companies": ("20",)}):
        for sync in (ORDERS, "invoices"):
            product.run(sync, **asked)
        assert {key: [(i.kind, i.reason) for i in product.items_of(key)] for key in (broken, lost)} == open_


def test_a_run_for_one_company_counts_no_posted_invoice_of_another(
    supplier: str, world: World, product: Product
) -> None:
    here, there = (bill_of(world, supplier, company, account="4020") for company in ("20", "10"))
    product.run("invoices")
    assert [len(world.proposals(each)) for each in (here, there)] == [1, 1]
    product.run("invoices")
    world.calm()
    ran = product.run("invoices", company="20")
    assert (ran.lines[str(here)].action, ran.lines[str(there)].action) == ("unchanged", "out of scope")
    mine = [line for line in ran.lines.values() if line.action == "unchanged"]
    assert all(line.other_key.startswith("20:") for line in mine)
    assert ran.result.counts.unchanged == len(mine)
    for _ in range(2):
        product.run("invoices", companies=("20",))
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_a_document_that_goes_out_of_scope_in_its_own_company_closes_its_items(
    supplier: str, world: World, product: Product
) -> None:
    rejected = bill_of(world, supplier, "20", account="9999")
    product.run("invoices", companies=("20",))
    assert stands(product, rejected)
    world.change("jaggaer", "invoices", {"invoiceId": rejected}, {"header": {"workflowStatus": "Cancelled"}})
    product.run("invoices", companies=("20",))
    assert not stands(product, rejected)


def test_each_fixed_scope_has_watermarks_of_its_own(supplier: str, world: World, apart: Product) -> None:
    first, second = order_of(world, supplier, "20"), order_of(world, supplier, "10")
    apart.run(ORDERS, companies=("10",))
    assert (len(world.orders_there(first)), len(world.orders_there(second))) == (0, 1)
    marks = apart.watermarks()
    assert (ORDERS, f"{HEADS}@10") in marks
    assert not {(ORDERS, HEADS), (ORDERS, f"{HEADS}@20")} & marks.keys()
    apart.run(ORDERS, companies=("20",))
    assert len(world.orders_there(first)) == 1
    assert apart.watermarks()[ORDERS, f"{HEADS}@20"] < marks[ORDERS, f"{HEADS}@10"]
    for scope in (("10",), ("20",), ()):
        world.calm()
        apart.run(ORDERS, companies=scope)
        assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_a_scope_is_the_same_in_any_order(supplier: str, world: World, apart: Product) -> None:
    order_of(world, supplier, "20")
    apart.run(ORDERS, companies=("20", "10"))
    marks = apart.watermarks()
    assert (ORDERS, f"{HEADS}@10,20") in marks
    order_of(world, supplier, "10")
    apart.run(ORDERS, companies=("10", "20"))
    assert apart.watermarks()[ORDERS, f"{HEADS}@10,20"] > marks[ORDERS, f"{HEADS}@10,20"]


def test_a_run_narrowed_by_hand_moves_none_of_them(supplier: str, world: World, apart: Product) -> None:
    apart.run(ORDERS, companies=("20",))
    marks = apart.watermarks()
    late = order_of(world, supplier, "20")
    apart.run(ORDERS, companies=("20",), company="20")
    assert len(world.orders_there(late)) == 1
    assert apart.watermarks() == marks


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"companies": ("30",)}, "the profile has no such company"),
        ({"company": "30"}, "the profile has no such company"),
        ({"companies": ("20",), "company": "10"}, "the fixed scope of this deployment has no such company"),
    ],
)
def test_a_company_that_is_not_there_is_refused(asked: dict[str, Any], said: str, product: Product) -> None:
    with pytest.raises(SettingsError, match=said):
        product.attempt(ORDERS, **asked)


def test_rows_of_other_companies_are_not_gone_in_a_sweep(supplier: str, world: World, apart: Product) -> None:
    """A sweep compares what came with what its own scope kept."""
    orders = {company: order_of(world, supplier, company) for company in COMPANIES}
    for scope, sync in itertools.product(((), ("10",), ("20",)), ("suppliers", "gl-accounts", ORDERS)):
        for _ in range(2):
            ran = apart.run(sync, companies=scope, sweep=True)
            assert not [note for note in ran.result.notes if "no longer shown" in note or "no row came" in note]
    world.remove("ifs", "PurchaseOrderSet", {"OrderNo": orders["20"]})
    assert "no longer shown" not in " ".join(apart.run(ORDERS, companies=("10",), sweep=True).result.notes)
    assert not apart.items_of(orders["20"])
    apart.run(ORDERS, companies=("20",), sweep=True)
    assert [item.kind for item in apart.items_of(orders["20"])] == ["held"]


def test_what_nobody_has_in_scope_is_said(supplier: str, apart: Product) -> None:
    first = " ".join(apart.run(ORDERS, companies=("10",)).result.notes)
    assert "the first run for company 10 alone" in first
    assert "company 20 of the profile: in the scope of no run of purchase-orders" in first
    apart.run(ORDERS, companies=("20",))
    then = " ".join(apart.run(ORDERS, companies=("10",)).result.notes)
    assert "first run" not in then
    assert "in the scope of no run" not in then


def test_what_a_person_names_and_is_out_of_scope_says_so(supplier: str, world: World, product: Product) -> None:
    order, invoice = order_of(world, supplier, "20"), str(bill_of(world, supplier, "20"))
    for sync, key in ((ORDERS, order), ("invoices", invoice)):
        ran = product.run(sync, keys=(key,), companies=("10",))
        said = f"{key}: out of scope: company 20 is not in 10"
        assert (ran.state, ran.result.message, ran.result.notes) == ("attention", f"nothing to do; {said}", (said,))
    ran = product.run(ORDERS, keys=(order, "nobody"), companies=("20",))
    assert ran.result.message == "1 created; nobody: out of scope: IFS shows no such order"


def test_an_account_is_named_by_its_number_alone(product: Product, supplier: str) -> None:
    ran = product.run("gl-accounts", keys=("4010",))
    assert (ran.state, ran.result.notes) == ("completed", ())


def test_contracts_know_no_company(product: Product, supplier: str) -> None:
    assert "contracts know no company: all were looked at" in product.run("contracts", company="20").result.notes
    assert not product.run("contracts").result.notes


def test_a_run_of_all_for_one_company(supplier: str, world: World, product: Product) -> None:
    """Every kind whose documents have a company; what companies share goes."""
    orders = {company: order_of(world, supplier, company) for company in COMPANIES}
    bills = {company: bill_of(world, supplier, company) for company in COMPANIES}
    account = world.number("5")
    world.account(account, company="10")
    ran = product.run_all(company="20")
    assert set(ran) == set(IN_ORDER)
    assert {company: len(world.orders_there(order)) for company, order in orders.items()} == {"10": 0, "20": 1}
    assert {company: len(world.proposals(one)) for company, one in bills.items()} == {"10": 0, "20": 1}
    assert not world.values_there(account), "a row of company 10 is not polled in a run for company 20"
    product.run_all()
    assert {company: len(world.orders_there(order)) for company, order in orders.items()} == {"10": 1, "20": 1}
    assert {company: len(world.proposals(one)) for company, one in bills.items()} == {"10": 1, "20": 1}
    assert world.values_there(account)


def test_what_one_scope_did_is_no_secret_to_another(
    supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    """Law 1 where nothing but its content tells a row: it changes for one scope, and back again before the other's run.

    What the other kept of it looks like what it reads, and is not what JAGGAER has.
    """
    own = product.with_settings(PROFILE=profile_of(tmp_path, LINES))
    order = order_of(world, supplier, "20")
    world.tune("ifs", missing_etag=["PurchaseOrderLineSet"])
    try:
        own.run(ORDERS)
        for quantity, scope in ((4, ("20",)), (10, ())):
            change_line(world, order, BuyQtyDue=quantity)
            own.run(ORDERS, companies=scope)
            assert lines_there(world, order)[0][0] == quantity
    finally:
        world.tune("ifs", missing_etag=[])


def test_status_shows_scopes_apart(
    supplier: str, world: World, apart: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_of(world, supplier, "20")
    for asked in ({"companies": ("20",)}, {"companies": ("20",), "company": "20"}, {}, {"company": "10"}):
        apart.run(ORDERS, **asked)
    for name, value in apart.variables.items():
        monkeypatch.setenv(name, value)
    runner = CliRunner()
    told = json.loads(runner.invoke(app, ["status", "--json"]).output.splitlines()[-1])
    rows = {row["companies"]: row for row in told["syncs"] if row["sync"] == ORDERS}
    assert set(rows) == {"", "20"}
    assert HEADS in rows[""]["watermarks"]
    assert HEADS in rows["20"]["watermarks"]
    assert rows["20"]["last_run"] < rows[""]["last_run"]
    lines = runner.invoke(app, ["watermarks", "list", "--json"]).output.splitlines()
    listed = {(mark["source"], mark["companies"]) for mark in map(json.loads, lines) if mark["sync"] == ORDERS}
    assert {(HEADS, ""), (HEADS, "20")} <= listed
    runner.invoke(app, ["watermarks", "reset", "--sync", ORDERS])
    assert not {name for sync, name in apart.watermarks() if sync == ORDERS}, "of every scope"


def test_reconcile_knows_what_a_scope_has_still_to_read(supplier: str, world: World, apart: Product) -> None:
    """What one company's runs did not come to is in flight; what they overlooked is not, whatever others' marks say."""

    def causes(order: str) -> set[str]:
        asked = Asked(str(uuid.uuid4()), "test", syncs=(ORDERS,))
        report = asyncio.run(reconcile(apart.settings, asked))
        assert isinstance(report, Report)
        return {str(one.cause) for kind in report.kinds for one in kind.differences if one.key == order}

    for company in COMPANIES:
        apart.run(ORDERS, companies=(company,))
    order = order_of(world, supplier, "20")
    assert causes(order) == {str(Cause.IN_FLIGHT)}
    order_of(world, supplier, "10")
    apart.run(ORDERS, companies=("10",))
    assert causes(order) == {str(Cause.IN_FLIGHT)}
    apart.run(ORDERS, companies=("20",))
    assert not causes(order)
    [there] = world.orders_there(order)
    world.change("jaggaer", "purchaseorders", {"poId": there["header"]["poId"]}, {"header": {"note": "by hand"}})
    apart.run(ORDERS, companies=("10",))
    assert str(Cause.IN_FLIGHT) not in causes(order)


SCOPES: dict[str, tuple[dict[str, Any], ...]] = {
    "all": ({},),
    "each": ({"companies": ("10",)}, {"companies": ("20",)}),
    "both": ({"companies": ("10", "20")},),
}


@settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("make"), st.sampled_from(COMPANIES)),
            st.tuples(st.just("run"), st.sampled_from(["all", "10", "20", "both", "10 by hand", "20 by hand"])),
        ),
        max_size=6,
    ),
    last=st.sampled_from(sorted(SCOPES)),
)
def test_whoever_runs_in_whatever_order_each_document_goes_once(
    steps: list[tuple[str, str]], last: str, supplier: str, world: World, product: Product
) -> None:
    """Laws 1 and 2 over scopes: the runs for each together do what one for all does, however they take turns."""
    mine = product.with_settings(OVERLAP=0)
    asked: dict[str, dict[str, Any]] = {
        "all": {},
        "both": {"companies": ("10", "20")},
        **{company: {"companies": (company,)} for company in COMPANIES},
        **{f"{company} by hand": {"company": company} for company in COMPANIES},
    }
    orders: list[str] = []
    for what, word in (*steps, ("make", "10"), ("make", "20")):
        if what == "make":
            orders.append(order_of(world, supplier, word))
        else:
            mine.run(ORDERS, **asked[word])
    bills = [bill_of(world, supplier, company) for company in COMPANIES]
    for scope in SCOPES[last]:
        for sync in (ORDERS, "invoices"):
            mine.run(sync, **scope)
    assert [len(world.orders_there(order)) for order in orders] == [1] * len(orders)
    assert [len(world.proposals(one)) for one in bills] == [1] * len(bills)
    world.calm()
    for scope in (scope for arrangement in SCOPES.values() for scope in arrangement):
        mine.run(ORDERS, **scope)
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
