"""Ping against tenants that lack this and that: each failure with who does what, and none hides another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.world import World
from typer.testing import CliRunner

from connectors.jaggaer.client import JaggaerClient
from connectors.jaggaer.pages import JaggaerPage
from ifs_jaggaer.cli import app
from ifs_jaggaer.errors import Unreachable
from ifs_jaggaer.pipeline.checks import Check
from ifs_jaggaer.pipeline.checks import failed as failed_check
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.needs import needs
from ifs_jaggaer.pipeline.ping.course import ping
from ifs_jaggaer.pipeline.wiring import open_wiring
from mapping.profile import Profile


@pytest.fixture(autouse=True)
def _as_shipped(small_world: World) -> Iterator[None]:
    yield
    small_world.tune(
        "ifs", metadata_without=[], metadata_forbidden=False, forbidden=[], hidden_companies=[], clock_offset=0
    )
    small_world.tune("jaggaer", forbidden=[], clock_offset=0)


def pinged(product: Product) -> list[Check]:
    async def all_of_it() -> list[Check]:
        async with open_wiring(product.settings, product.clock) as wiring:
            return [check async for check in ping(wiring, tuple(KINDS.values()))]

    return asyncio.run(all_of_it())


def failed(checks: list[Check]) -> dict[str, Check]:
    return {f"{check.system} {check.what}": check for check in checks if not check.well}


def test_all_is_well(world: World, product: Product) -> None:
    world.supplier()
    world.calm()
    checks = pinged(product)
    assert failed(checks) == {}
    looked_at = {check.what for check in checks}
    needed = needs(KINDS.values(), Profile.load())
    assert needed["ifs"].keys() | needed["jaggaer"].keys() <= looked_at
    assert {"token", "clock", "rate limit", "company 10", "company 20", "companyprofiles filter extCode"} <= looked_at
    assert [c for c in checks if c.what == "receipt metadata" and "PurchaseReceipt_Cancel is there" in c.says]
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_no_failure_hides_another(world: World, product: Product) -> None:
    world.tune(
        "ifs",
        forbidden=["AccountSet"],
        hidden_companies=["20"],
        metadata_without=["PurchaseOrderSet.NoteText"],
        clock_offset=-120,
    )
    world.tune("jaggaer", forbidden=["invoices"], clock_offset=900)
    found = failed(pinged(product))
    account = found["ifs account"]
    assert "HTTP 403" in account.says
    assert "grant projection AccountEntity to the permission set" in account.remedy
    assert "Allowed Companies" in found["ifs company 20"].remedy
    assert "ifs company 10" not in found
    metadata = found["ifs purchase_order metadata"]
    assert metadata.says == "PurchaseOrderSet has no NoteText"
    assert 'NoteText = "absent"' in metadata.remedy
    assert "jaggaer invoices" in found
    assert "jaggaer clock" in found
    assert "ifs clock" not in found, "two minutes are within the overlap"
    assert {check.level for check in found.values()} == {"settings"}


def test_metadata_alone_that_is_not_given_limits_what_can_be_said(
    world: World, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.supplier()
    world.tune("ifs", metadata_forbidden=True)
    found = failed(pinged(product))
    assert found
    assert {check.level for check in found.values()} == {"limited"}
    told = found["ifs SupplierHandling $metadata"]
    assert "HTTP 403" in told.says
    assert "syncs go on" in told.says
    assert told.remedy == "IFS administrator: let the service user read $metadata of projection SupplierHandling"
    for name, value in product.variables.items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(app, ["ping"]).exit_code == 1
    ran = product.with_settings(METADATA_HOURS=0).run("suppliers")
    assert ran.error is None, "as it says"
    [note] = [note for note in ran.result.notes if "SupplierHandling" in note]
    assert "let the service user read $metadata of projection SupplierHandling" in note
    world.tune("ifs", forbidden=["SupplierInfoGeneralSet"])
    assert CliRunner().invoke(app, ["ping"]).exit_code == 2


def test_an_empty_set_may_be_a_lost_permission(world: World, product: Product) -> None:
    (empty,) = [check for check in pinged(product) if check.system == "ifs" and check.what == "voucher"]
    assert (empty.level, empty.well) == ("look", True)
    assert "Allowed Companies" in empty.remedy


def test_a_system_that_answers_nothing_is_given_up_after_some_sets(world: World, product: Product) -> None:
    world.fault("ifs", "html_503", path="/projection/|/entity/", times=10_000)
    checks = pinged(product)
    away = [check for check in checks if check.level == "away"]
    assert {check.system for check in away} == {"ifs"}
    assert "not looked at" in away[-1].says
    assert [check for check in checks if check.system == "jaggaer" and check.what == "companyprofiles" and check.well]


def test_a_limit_that_stays_used_up_is_no_outage(world: World, product: Product) -> None:
    world.fault("ifs", "throttle", path="/projection/|/entity/", times=10_000, args={"seconds": 0})
    checks = pinged(product)
    away = [check for check in checks if check.level == "away"]
    assert {check.system for check in away} == {"ifs"}
    assert "429" in away[0].says
    assert "rate limit used up" in away[-1].says
    for check in away:
        assert "out of reach" not in check.says
        for named in ("requests_per_minute", "share", "other clients"):
            assert named in check.remedy


def test_a_wrong_secret(world: World, product: Product) -> None:
    found = failed(pinged(product.with_settings(JAGGAER__CLIENT_SECRET="wrong")))
    assert list(found) == ["jaggaer token"]
    assert found["jaggaer token"].level == "settings"
    assert found["jaggaer token"].says.startswith("the credentials are refused: client id ")


def test_a_container_that_is_not_there_is_the_profiles_matter(world: World, product: Product, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('[jaggaer.resources.companyprofiles]\ncontainer = "companies"\n', "utf-8")
    world.company()
    found = failed(pinged(product.with_settings(PROFILE=profile)))
    assert list(found) == ["jaggaer companyprofiles"]
    assert found["jaggaer companyprofiles"].level == "settings"
    assert "container" in found["jaggaer companyprofiles"].remedy


def test_a_host_where_nobody_is(world: World, product: Product) -> None:
    found = failed(pinged(product.with_settings(IFS__HOST="http://127.0.0.1:9")))
    assert [check.level for check in found.values()] == ["away"]
    assert "127.0.0.1:9" in found["ifs token"].says
    assert "connection refused" in found["ifs token"].says
    assert "ifs.host" in found["ifs token"].remedy


def test_every_failure_has_a_remedy() -> None:
    for error in (Unreachable("ConnectError"), Unreachable("HTTP 503", remedy="wait")):
        assert failed_check("jaggaer", "companyprofiles", error).remedy
    assert "jaggaer.host" in failed_check("jaggaer", "companyprofiles", Unreachable("ConnectError")).remedy


def test_a_filter_that_is_passed_over_in_silence(
    world: World, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server takes any filter and gives all records; they would be taken for those that were asked for."""
    world.company()
    world.company()
    page = JaggaerClient.page

    async def deaf(self: JaggaerClient, resource: str, **asked: object) -> JaggaerPage:
        return await page(self, resource)

    monkeypatch.setattr(JaggaerClient, "page", deaf)
    found = failed(pinged(product))
    assert "does not filter" in found["jaggaer companyprofiles filter LASTMODTIME"].says
    assert "does not filter" in found["jaggaer companyprofiles filter extCode"].says


def test_a_filter_that_the_tenant_does_not_know(world: World, product: Product, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('[jaggaer.resources.companyprofiles.filters]\nextCode = "vendorCode"\n', "utf-8")
    found = failed(pinged(product.with_settings(PROFILE=profile)))
    assert list(found) == ["jaggaer companyprofiles filter vendorCode"]
    assert "jaggaer.resources.companyprofiles" in found["jaggaer companyprofiles filter vendorCode"].remedy
