"""Lines that state code parts without an account: what they state counts, the rest comes from where it is one value."""

from __future__ import annotations

from typing import Any

import pytest
from rows import cost_centre, finance, invoice, invoice_line, share, splits
from world import World

from mapping.kinds import Action, IfsCreate, Item, ItemKind
from mapping.watching import Watch


@pytest.fixture
def split(billed: World) -> World:
    """Cost centres 1100, 1200 and 1300; the order goes to 4010/1100, the supplier to 6300/1100."""
    billed.ifs.append(cost_centre("1300"))
    return billed


def says(world: World, *shares: tuple[str | None, dict[str, str]], order: bool = True, **header: Any) -> World:
    """The line states these."""
    at = {} if order else {"poNumber": None, "poLineNumber": None}
    kind = "PercentOfPrice" if shares and shares[0][0] else None
    stated = {"splittableFieldSetGroupList": splits(*shares, kind=kind)} if shares else {}
    world.invoices["991"] = invoice(invoice_line(**at | stated), **header)
    return world


def posted(world: World) -> list[tuple[Any, ...]]:
    """Account, cost centre and net of each line; code part C where there is one."""
    (decision,) = world.decide("jaggaer:991")
    assert decision.items == ()
    assert decision.action is Action.CREATE
    (write,) = decision.writes
    assert isinstance(write, IfsCreate)
    names = ("CodeA", "CodeB", "CodeC", "NetAmount")
    return [tuple(values[name] for name in names if name in values) for _, values in write.lines]


def item(world: World) -> Item:
    (decision,) = world.decide("jaggaer:991")
    (found,) = decision.items
    return found


HALVES = (("50", {"CostCenter": "1200"}), ("50", {"CostCenter": "1300"}))


def test_a_cost_centre_alone_takes_the_account_of_the_order_line(split: World) -> None:
    assert posted(says(split, (None, {"CostCenter": "1200"}))) == [("4010", "1200", 100)]
    assert posted(says(split, *HALVES)) == [("4010", "1200", 50), ("4010", "1300", 50)]


def test_without_an_order_the_account_of_the_supplier(split: World) -> None:
    assert posted(says(split, (None, {"CostCenter": "1200"}), order=False)) == [("6300", "1200", 100)]
    assert posted(says(split, *HALVES, order=False)) == [("6300", "1200", 50), ("6300", "1300", 50)]


def test_or_that_of_the_head(split: World) -> None:
    head = splits((None, {"Account": "4020", "CostCenter": "1100"}), kind=None)
    says(split, *HALVES, order=False, splittableFieldSetGroupList=head)
    assert posted(split) == [("4020", "1200", 50), ("4020", "1300", 50)]
    partly = splits((None, {"CostCenter": "1300"}), kind=None)
    assert posted(says(split, order=False, splittableFieldSetGroupList=partly)) == [("6300", "1300", 100)]


def test_a_share_with_an_account_stands_by_itself(split: World) -> None:
    says(split, ("50", {"Account": "4020"}), ("50", {"CostCenter": "1300"}))
    assert posted(split) == [("4020", 50), ("4010", "1300", 50)]


def spread_order(world: World, first: dict[str, str], second: dict[str, str]) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", PreAccountingId=77, CodeA=None, CodeB=None)
    world.ifs += [
        share(at, "50", codes.pop("A"), **{f"Code{part}": value for part, value in codes.items()})
        for at, codes in enumerate((first, second), 1)
    ]


def test_what_all_shares_of_the_order_have_is_taken(split: World) -> None:
    spread_order(split, {"A": "4010", "B": "1100"}, {"A": "4010", "B": "1200"})
    assert posted(says(split, (None, {"CostCenter": "1300"}))) == [("4010", "1300", 100)]


@pytest.mark.parametrize(
    ("first", "second", "part", "several"),
    [
        ({"A": "4010", "B": "1100"}, {"A": "4020", "B": "1100"}, "Account", "4010, 4020"),
        ({"A": "4010", "C": "P1"}, {"A": "4010", "C": "P2"}, "Project", "P1, P2"),
        ({"A": "4010", "C": "P1"}, {"A": "4010"}, "Project", "P1, none"),
    ],
)
def test_of_several_none_is_taken_by_guess(
    split: World, first: dict[str, str], second: dict[str, str], part: str, several: str
) -> None:
    spread_order(split, first, second)
    found = item(says(split, (None, {"CostCenter": "1300"})))
    assert (found.kind, found.field, found.value) == (ItemKind.DEAD_LETTER, "lines[1].splits", "CostCenter=1300")
    assert found.reason == f"a share states no {part}, and its order line has several: {several}"
    assert f"state {part} in each share" in found.remedy


@pytest.mark.parametrize("order", [True, False])
def test_a_cost_centre_that_nobody_knows_is_found(split: World, order: bool) -> None:
    found = item(says(split, (None, {"CostCenter": "9999"}), order=order))
    assert (found.field, found.value, found.waits_for) == ("lines[1].CodeB", "9999", "code_part:10:B:9999")
    assert "is not in company 10" in found.reason


@pytest.mark.parametrize("own", [True, False])
def test_a_combination_is_corrected_where_it_came_from(split: World, own: bool) -> None:
    split.change("account", "10", "4010", ReqCodeB="Blocked")
    codes = {"Account": "4010", "CostCenter": "1200"} if own else {"CostCenter": "1200"}
    found = item(says(split, (None, codes)))
    assert (found.field, found.value) == ("lines[1].CodeB", "1200")
    assert found.remedy.startswith("take CostCenter out of the line at JAGGAER")
    assert ("its order line or the supplier's default" in found.remedy) is not own
    watched = {watch.set for watch in Watch.read(found.waits_for)}
    assert watched == {"account"} | (set() if own else {"purchase_order_line", "supplier_finance"})


def test_nothing_names_an_account(split: World) -> None:
    split.change("supplier_finance", "10", "1001", "Supplier", Cf_GlAccount=None)
    assert "no account" in item(says(split, (None, {"CostCenter": "1200"}), order=False)).reason


def test_the_account_lent_by_the_leading_company_with_a_cost_centre_of_its_own(split: World) -> None:
    """What the line states is no fault of the default that is lent."""
    split.ifs.append(finance("20", Cf_GlAccount=None, Cf_CostCenter=None))
    says(split, (None, {"CostCenter": "9999"}), order=False, businessUnit="20", accountingDate=None)
    (decision,) = split.decide("jaggaer:991")
    reasons = {each.field: each.reason for each in decision.items}
    assert "of its default in company 10" in reasons["lines[1].CodeA"]
    assert "9999" not in reasons["lines[1].CodeA"]


@pytest.mark.parametrize("order", [True, False])
@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ([{"Acount": "4010"}, {"Acount": "4020"}], "Acount"),
        ([{"Acount": "4010"}, {"FundingType": "COA"}], "Acount, FundingType"),
        ([{}, {}], None),
    ],
)
def test_a_split_by_fields_that_nobody_knows(
    split: World, order: bool, fields: list[dict[str, str]], value: str | None
) -> None:
    found = item(says(split, ("50", fields[0]), ("50", fields[1]), order=order))
    assert (found.kind, found.field, found.value) == (ItemKind.DEAD_LETTER, "lines[1].splits", value)
    assert "Account" in found.remedy
    if value:
        assert "code_parts" in found.remedy
        assert "Acount" in found.remedy


def test_a_share_of_several_that_states_nothing_known(split: World) -> None:
    found = item(says(split, ("50", {"Account": "4010"}), ("50", {"Acount": "4020"})))
    assert found.field == "lines[1].splits"
    assert "a share names no account" in found.reason


def test_one_share_of_other_fields_says_nothing(split: World) -> None:
    assert posted(says(split, ("100", {"Acount": "4020"}))) == [("4010", "1100", 100)]
