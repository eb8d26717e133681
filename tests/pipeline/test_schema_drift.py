"""Schema drift: what IFS's metadata lost stops a sync before data is touched; all else is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.world import World

from ifs_jaggaer.errors import SettingsError

NOTHING = {"ifs": 0, "jaggaer": 0}
GONE = "SupplierInfoGeneralSet.Cf_Diversity"
SPARE = '[ifs.sets.supplier_general.attributes]\nDefaultLanguage = "absent"\n'


@pytest.fixture(autouse=True)
def _all_is_back(small_world: World) -> Iterator[None]:
    yield
    small_world.tune("ifs", metadata_without=[], forbidden=[])


def looks(world: World) -> int:
    log = world.admin("ifs", "GET", "log")
    return sum(entry["path"].endswith("/$metadata") for entry in log)


def drifted(product: Product) -> list[tuple[str, str]]:
    return [(item.key, item.field) for item in product.open_items() if item.key.startswith("$metadata")]


def test_a_lost_attribute_stops_the_sync_before_data_is_touched(world: World, product: Product) -> None:
    product.run("suppliers")
    number = world.supplier()
    world.tune("ifs", metadata_without=[GONE])
    world.calm()
    stopped = product.with_settings(METADATA_HOURS=0).attempt("suppliers")
    assert isinstance(stopped.error, SettingsError)
    for words in (GONE.replace(".", " has no "), "before: Edm.String", '"absent"', "suppliers.fields.diversity"):
        assert words in str(stopped.error)
    assert world.writes() == NOTHING
    paths = {entry["path"] for entry in world.admin("ifs", "GET", "log") if entry["method"] == "GET"}
    assert all(path.endswith("/$metadata") for path in paths)
    assert drifted(product) == [("$metadata supplier_general", "Cf_Diversity")]
    # Other syncs do not need it.
    assert product.with_settings(METADATA_HOURS=0).attempt("gl-accounts").error is None
    # It stays stopped, by what is known, and goes on by itself once the attribute is back.
    assert isinstance(product.attempt("suppliers").error, SettingsError)
    world.tune("ifs", metadata_without=[])
    [back] = [note for note in product.run("suppliers").result.notes if "since the last look" in note]
    assert back.endswith("Cf_Diversity is new (Edm.String); the mapping needs it, and it is as the profile says")
    assert world.bravo(number)
    assert drifted(product) == []


def test_a_field_given_up_in_the_profile_goes_on_without_it(world: World, product: Product, tmp_path: Path) -> None:
    world.tune("ifs", metadata_without=[GONE])
    assert product.with_settings(METADATA_HOURS=0).attempt("suppliers").error
    assert drifted(product)
    profile = tmp_path / "profile.toml"
    profile.write_text('[ifs.sets.supplier_general.attributes]\nCf_Diversity = "absent"\n', "utf-8")
    without = product.with_settings(PROFILE=profile)
    without.run("suppliers")
    assert drifted(product) == []


def test_what_the_mapping_does_not_need_is_a_note(world: World, product: Product, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(SPARE, "utf-8")
    spare = product.with_settings(PROFILE=profile, METADATA_HOURS=0)
    spare.run("suppliers")
    world.tune("ifs", metadata_without=["SupplierInfoGeneralSet.DefaultLanguage"])
    dry = spare.run("suppliers", dry_run=True)
    assert not [note for note in dry.result.notes if "since the last look" in note]
    (gone,) = [note for note in spare.run("suppliers").result.notes if "since the last look" in note]
    assert "SupplierInfoGeneralSet.DefaultLanguage is gone (was Edm.String)" in gone
    world.tune("ifs", metadata_without=[])
    (back,) = [note for note in spare.run("suppliers").result.notes if "since the last look" in note]
    assert "SupplierInfoGeneralSet.DefaultLanguage is new (Edm.String)" in back


def test_metadata_is_read_once_in_a_while(world: World, product: Product) -> None:
    product.run("suppliers")
    world.calm()
    product.run("suppliers")
    assert looks(world) == 0
    product.with_settings(METADATA_HOURS=0).run("suppliers")
    assert looks(world) > 3


def test_a_dry_run_stops_too_and_keeps_nothing(world: World, product: Product) -> None:
    product.run("suppliers")
    world.tune("ifs", metadata_without=[GONE])
    before = product.tables(without=("audit_era", "audit_chain", "audit_event", "audit_payload", "run", "bucket"))
    stopped = product.with_settings(METADATA_HOURS=0).attempt("suppliers", dry_run=True)
    assert "before: Edm.String" in str(stopped.error)
    after = product.tables(without=("audit_era", "audit_chain", "audit_event", "audit_payload", "run", "bucket"))
    assert after == before


def test_metadata_that_cannot_be_read_stops_nothing(world: World, product: Product) -> None:
    number = world.supplier()
    world.fault("ifs", "html_503", path=r"\$metadata", times=1000)
    ran = product.with_settings(METADATA_HOURS=0).run("suppliers")
    assert [note for note in ran.result.notes if "could not be read" in note]
    assert world.bravo(number)
    assert sum(world.hits("ifs")) == 5, "the first service alone is asked for again and again"


def test_what_another_sync_needs_is_not_told_as_needless(world: World, product: Product) -> None:
    product.run("payments")
    world.tune("ifs", metadata_without=["PostingProposalLineSet.TaxCode"])
    ran = product.with_settings(METADATA_HOURS=0).run("payments")
    [told] = [note for note in ran.result.notes if "since the last look" in note]
    assert told.endswith("TaxCode is gone (was Edm.String); this sync does not need it, another one does")


def test_a_type_that_is_restored_is_one_that_the_mapping_needs(world: World, product: Product) -> None:
    product.run("suppliers")
    service = "main/ifsapplications/projection/v1/SupplierHandling.svc"
    with product.store() as store, store.unit() as unit:
        [of] = [name for name in (service,) if unit.attributes.known(name)]
        sets = {name: dict(attributes) for name, attributes in unit.attributes.known(of).items()}
        sets["SupplierInfoGeneralSet"]["Cf_Diversity"] = "Edm.Decimal"
        unit.attributes.keep(of, sets)
    [back] = [note for note in product.run("suppliers").result.notes if "since the last look" in note]
    assert "Cf_Diversity is Edm.String and no longer Edm.Decimal; the mapping needs it" in back
