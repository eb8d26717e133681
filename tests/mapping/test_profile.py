from __future__ import annotations

from pathlib import Path

import pytest

from ifs_jaggaer.errors import Rejected, SettingsError
from mapping.profile import Profile

SHIPPED = Profile.load()


def overlaid(folder: Path, text: str) -> Profile:
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return Profile.load(file)


def refused(folder: Path, text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        overlaid(folder, text)
    assert "own.toml" in str(caught.value)
    assert caught.value.remedy
    return caught.value


def test_the_shipped_profile_is_complete() -> None:
    assert SHIPPED.lead == "10"
    assert SHIPPED.ifs_set("supplier_general").keys == ("SupplierId",)
    assert SHIPPED.resource("companyprofiles").parts == ("returnCompanyInfo", "deBasic")
    assert SHIPPED.suppliers.fields["bank"].form == "bank"
    for name, entity_set in SHIPPED.ifs.sets.items():
        assert set(entity_set.keys) <= set(entity_set.present), name
        assert entity_set.path.count(".svc/") == 1


def test_every_place_of_a_supplier_is_an_attribute_that_the_profile_reads() -> None:
    sets = {
        "general": "supplier_general",
        "address": "supplier_address",
        "finance": "supplier_finance",
        "bank": "supplier_bank",
    }
    for field, policy in SHIPPED.suppliers.fields.items():
        for place in policy.ifs:
            head, _, name = place.partition(".")
            if head != "contact":
                assert name in SHIPPED.ifs_set(sets[head]).present, field


def test_an_overlay_merges_tables_and_replaces_lists(tmp_path: Path) -> None:
    own = overlaid(
        tmp_path,
        """
        companies = ["77"]
        [maps.unit.values]
        BOX = "BX"
        [ifs.sets.purchase_order_line]
        change = "LastActivityDate"
        [ifs.sets.purchase_order_line.attributes]
        LastActivityDate = "timestamp"
        LastModifiedDate = "absent"
        [suppliers.fields.name]
        winner = "ifs"
        """,
    )
    assert own.lead == "77"
    assert own.map("unit").to_jaggaer("BOX") == "BX"
    assert own.map("unit").to_jaggaer("PCS") == "EA"
    assert "LastModifiedDate" not in own.ifs_set("purchase_order_line").present
    assert own.suppliers.fields["name"].ifs == SHIPPED.suppliers.fields["name"].ifs


def test_a_company_states_only_what_differs(tmp_path: Path) -> None:
    own = overlaid(tmp_path, '[company."20".match]\nprice_percent = 0.5\n[company."20".code_parts]\nC = "Order"')
    assert str(own.of_company("20").match.price_percent) == "0.5"
    assert own.of_company("20").clearing_account == own.of_company("10").clearing_account
    assert own.custom_field("20", "C") == "Order"
    assert own.code_part("20", "Order") == "C"
    assert own.custom_field("10", "C") == "Project"
    with pytest.raises(Rejected, match="code_parts"):
        own.custom_field("10", "J")
    with pytest.raises(Rejected, match="code_parts"):
        own.code_part("10", "Order")


EXTRA = """
[extra_fields.purchase_order.incoterm]
ifs = "NoteText"
jaggaer = "custom:Incoterm Code"
"""


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('companys = ["1"]', "companys", "did you mean 'company'"),
        ("[ifs.sets.account]\nzon = 'utc'", "ifs.sets.account.zon", "did you mean 'zone'"),
        ("[ifs.sets.acount]\nzone = 'utc'", "ifs.sets.acount.path", "did you mean 'account'"),
        ("[ifs.sets.account]\nzone = 'Berlin'", "ifs.sets.account.zone", "IANA zone"),
        ("[ifs.sets.account.attributes]\nLedgFlag = 'boolean'", "ifs.sets.account.attributes.LedgFlag", "bool"),
        ("[ifs.sets.account.renames]\nNumber = 'No'", "ifs.sets.account", "not listed in its attributes"),
        ("[ifs.sets.account]\nchange = 'Stamp'", "ifs.sets.account", "sweep"),
        ("[maps.unit.values]\nST = 'EA'", "maps.unit", "one to one"),
        ("[maps.tax_rate.values]\nV19 = 'much'", "", "maps.tax_rate.values.V19"),
        ("lead_company = '99'", "", "not among companies"),
        ("[company.'99']\nvoucher_type = 'X'", "", "not among companies"),
        ("[company.'20'.code_parts]\nC = 'CostCenter'", "company.20", "one to one"),
        ("[company_defaults]\nclosed_period = 'wait'", "company_defaults.closed_period", "'hold' or 'next_open'"),
        ("[suppliers]\nsupplier_number = 'J{number}'", "suppliers", "{bravoId}"),
        ("[suppliers.fields.name]\nform = 'map:nowhere'", "", "maps.nowhere"),
        ("[suppliers.fields.name]\nifs = ['generel.Name']", "suppliers.fields.name", "begins with none of"),
        ("[suppliers.fields.name]\nwinner = 'both'", "suppliers.fields.name.winner", "'manual'"),
        ("[suppliers.fields.name]\nwinner = 'stricter'", "suppliers.fields.name", "map:<name>"),
        ("[suppliers.fields.name]\nifs = ['general.Title']", "", "ifs.sets.supplier_general.attributes"),
        ("[jaggaer.words.invoice]\nPaid = 'Payable'", "", "jaggaer.words.invoice"),
        (
            "[ifs.sets.purchase_order.attributes]\nOrderNo = 'absent'",
            "ifs.sets.purchase_order",
            'attributes.OrderNo is "absent", but it is a key',
        ),
        ('hook = "acme_purchasing.rules"', "hook", "write package.module:Class, with a colon before the class"),
        ("[suppliers.fields.name]\nform = 'txt'", "suppliers.fields.name.form", "is none of text, key, number"),
        (f"{EXTRA}form = 'txt'", "extra_fields.purchase_order.incoterm.form", "is none of text, decimal, date, bool"),
        (f"{EXTRA[:-24]}'a b'", "extra_fields.purchase_order.incoterm.jaggaer", "custom:<name of a custom field>"),
        (
            "[extra_fields.purchase_order.'1x']\nifs = 'NoteText'\njaggaer = 'x'",
            "extra_fields.purchase_order.1x.[key]",
            "begin with a letter",
        ),
        ("[limits]\nbrake_percent = -1", "limits.brake_percent", "greater than or equal to 0"),
    ],
)
def test_a_wrong_profile_is_refused_by_key_path_with_a_remedy(tmp_path: Path, text: str, place: str, says: str) -> None:
    error = refused(tmp_path, text)
    assert error.field == place
    assert says in str(error)
    assert " -> " not in error.message
    assert error.remedy


@pytest.mark.parametrize(
    ("part", "place", "says"),
    [
        (
            "purchase_order",
            "header.incoterm",
            "from inside the header: header.incoterm would be header in it",
        ),
        ("purchase_order_line", "lineList.poLine.code", "-> write code"),
        ("invoice", "header.incoterm", "-> write incoterm"),
        ("invoice_line", "invoiceLine.code", "-> write code"),
        ("contract_price", "priceList.price.code", "from inside the price"),
        ("contract", "header.code", "from inside the contract"),
    ],
)
def test_a_place_counted_from_outside_is_refused(tmp_path: Path, part: str, place: str, says: str) -> None:
    """It would be written one step too deep, or never be found, in silence."""
    error = refused(tmp_path, f"[extra_fields.{part}.incoterm]\nifs = 'NoteText'\njaggaer = '{place}'")
    assert f"extra_fields.{part}.incoterm.jaggaer" in str(error)
    assert says in str(error)


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        (
            f'{EXTRA}\n\nhook = "acme_purchasing.rules:Rules"',
            "extra_fields.purchase_order.incoterm.hook",
            "hook belongs to the top of the file, above the first [table]",
        ),
        (
            '[contracts]\nput_back = true\ncompanies = ["10"]',
            "contracts.companies",
            "companies belongs to the top of the file, above the first [table]",
        ),
        (
            "[maps.unit.values]\nSTK = 'EA'\n\nhook = 'acme_purchasing.rules:Rules'",
            "maps.unit.values.hook",
            "hook belongs to the top of the file, above the first [table]",
        ),
        (
            "[maps.payment_terms.values]\nlead_company = '20'",
            "maps.payment_terms.values.lead_company",
            "lead_company belongs to the top of the file, above the first [table]",
        ),
        ("[suppliers.limits]\nbrake_least = 5", "suppliers.limits", "limits is a table of its own: write [limits]"),
    ],
)
def test_a_key_of_the_top_that_stands_below_a_table_is_told_where_it_belongs(
    tmp_path: Path, text: str, place: str, remedy: str
) -> None:
    error = refused(tmp_path, text)
    assert (error.field, error.remedy) == (place, remedy)


def test_a_word_may_be_called_like_a_key_of_the_top(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text("[maps.unit.values]\nhook = 'HK'\n", "utf-8")
    assert Profile.load(file).map("unit").to_jaggaer("hook") == "HK"


def test_bad_syntax_is_refused_by_line(tmp_path: Path) -> None:
    assert "line 2" in str(refused(tmp_path, "companies = ['1']\nlead_company = = 'x'"))


def test_a_file_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="IFS_JAGGAER_PROFILE"):
        Profile.load(tmp_path / "none.toml")


def test_the_fingerprint_changes_with_the_content_and_not_with_the_secret(tmp_path: Path) -> None:
    assert overlaid(tmp_path, "# nothing").fingerprint() == SHIPPED.fingerprint()
    assert overlaid(tmp_path, '[maps.unit.values]\nBOX = "BX"').fingerprint() != SHIPPED.fingerprint()
    secret = SHIPPED.with_hash_key(b"secret")
    assert secret.fingerprint() == SHIPPED.fingerprint()
    assert secret.hash_key == b"secret"
    assert SHIPPED.hash_key == b""
    assert "secret" not in repr(secret)


def test_a_value_map_is_read_both_ways_and_names_itself() -> None:
    terms = SHIPPED.map("payment_terms")
    assert terms.to_jaggaer("30") == "Net 30"
    assert terms.to_ifs("Net 30") == "30"
    with pytest.raises(Rejected, match=r"maps\.payment_terms\.values") as caught:
        terms.to_jaggaer("14", "PayTermId")
    assert (caught.value.system, caught.value.field, caught.value.value) == ("ifs", "PayTermId", "14")
    with pytest.raises(Rejected) as caught:
        terms.to_ifs("Net 14")
    assert caught.value.system == "jaggaer"


def test_an_open_map_keeps_what_it_does_not_list_unless_that_word_is_taken(tmp_path: Path) -> None:
    own = overlaid(tmp_path, '[maps.buyer.values]\nAKLEIN = "anna"')
    assert own.map("buyer").to_jaggaer("BW") == "BW"
    assert own.map("buyer").to_ifs("anna") == "AKLEIN"
    with pytest.raises(Rejected):
        own.map("buyer").to_jaggaer("anna")  # read back it would become AKLEIN


def test_a_business_unit_of_a_site_leads_back_to_its_company(tmp_path: Path) -> None:
    units = '[maps.business_unit.values]\n"10/102" = "BU-102"\n20 = "Polska"\n'
    profile = overlaid(tmp_path, units)
    assert [profile.business_unit("10", site) for site in ("101", "102", "")] == ["10", "BU-102", "10"]
    assert profile.business_unit("20", "201") == "Polska"
    assert [profile.company_of(unit) for unit in ("10", "BU-102", "Polska")] == ["10", "10", "20"]
    with pytest.raises(Rejected, match="business_unit"):
        profile.company_of("10/102")


def test_status_words_and_tax_rates(tmp_path: Path) -> None:
    own = overlaid(tmp_path, '[jaggaer.words.invoice]\nPayable = "Freigegeben"\n[maps.tax_rate.values]\nV5 = "5"')
    assert own.words("invoice").to_ifs("Freigegeben") == "Payable"
    assert own.words("invoice").to_jaggaer("Whatever") == "Whatever"
    assert str(own.tax_rate("V5")) == "5"
    assert own.tax_rate("V6") is None


def test_countries_and_currencies_can_be_added(tmp_path: Path) -> None:
    own = overlaid(tmp_path, '[countries]\nXK = "XKX"\n[currencies]\nXBT = 8')
    assert own.country("xkx") == "XK"
    assert own.country("DEU") == "DE"
    assert own.currency("XBT").digits == 8
    with pytest.raises(Rejected, match=r"\[countries\]"):
        SHIPPED.country("XKX")
