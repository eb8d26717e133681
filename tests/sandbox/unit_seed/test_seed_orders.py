"""The arithmetic of orders, for any seed (contracts/mapping.md, purchase orders)."""

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal

from hypothesis import given, settings
from seeded import roundings, seeds, small, special, whole

from ifs_jaggaer.sandbox.seed import Seed
from ifs_jaggaer.sandbox.seed.model import Row

quick = settings(max_examples=12, deadline=None)


def unit_price(line: Row) -> Decimal:
    price: Decimal = line["FbuyUnitPrice"] * line["PriceConvFactor"]
    return price.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def lines_of(seed: Seed) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for line in seed.ifs["PurchaseOrderLineSet"]:
        found[line["OrderNo"]].append(line)
    return found


@quick
@given(seeds)
def test_a_line_states_what_quantity_price_discount_and_cost_make(number: int) -> None:
    seed = small(number)
    lines = lines_of(seed)
    wrong = special(seed, "order_line_not_tying")
    for order in seed.ifs["PurchaseOrderSet"]:
        for at, line in enumerate(lines[order["OrderNo"]]):
            gross = line["BuyQtyDue"] * unit_price(line)
            net = gross * (100 - line["Discount"]) / 100 + line["AdditionalCost"]
            stated = {line["NetAmtCurr"]}
            assert (stated == roundings(net, order["CurrencyCode"])) is not (order["OrderNo"] in wrong and at == 0)
            assert len(roundings(gross, order["CurrencyCode"])) == 1, "a tie"


@quick
@given(seeds)
def test_an_order_states_the_sum_of_its_lines(number: int) -> None:
    seed = small(number)
    lines = lines_of(seed)
    wrong = special(seed, "order_total_not_tying")
    for order in seed.ifs["PurchaseOrderSet"]:
        own = [line for line in lines[order["OrderNo"]] if line["Objstate"] != "Cancelled"]
        total = sum((line["NetAmtCurr"] for line in own), Decimal(0))
        assert (order["TotalAmount"] == total) is not (order["OrderNo"] in wrong)


@quick
@given(seeds)
def test_a_distribution_adds_up_and_names_what_is_there(number: int) -> None:
    seed = small(number)
    accounts = {(row["Company"], row["Account"]): row for row in seed.ifs["AccountSet"]}
    parts = {(row["Company"], row["CodePart"], row["CodePartValue"]) for row in seed.ifs["CodePartValueSet"]}
    orders = {row["OrderNo"]: row for row in seed.ifs["PurchaseOrderSet"]}
    split = defaultdict(list)
    for row in seed.ifs["PreAccountingSet"]:
        split[row["PreAccountingId"]].append(row)
    broken, unknown = special(seed, "order_split_not_100"), special(seed, "order_account_unknown")
    for line in seed.ifs["PurchaseOrderLineSet"]:
        rows = split[line["PreAccountingId"]] if line["PreAccountingId"] else [line]
        company = orders[line["OrderNo"]]["Company"]
        if line["PreAccountingId"]:
            whole_share = sum(row["Percent"] for row in rows) == 100
            assert whole_share or line["OrderNo"] in broken
            assert not any(line[f"Code{part}"] for part in "ABCD")
        for row in rows:
            account = accounts.get((company, row["CodeA"]))
            if account is None:
                assert line["OrderNo"] in unknown
                continue
            for part in "BC":
                demand = account[f"ReqCode{part}"]
                assert (demand, row[f"Code{part}"] is None) not in {("Mandatory", True), ("Blocked", False)}
            for part in "BCD":
                value = row[f"Code{part}"]
                assert value is None or (company, part, value) in parts


@quick
@given(seeds)
def test_quantities_follow_the_state(number: int) -> None:
    for line in small(number).ifs["PurchaseOrderLineSet"]:
        assert 0 <= line["QtyInvoiced"] <= line["QtyReceived"] <= line["BuyQtyDue"]
        assert line["BuyQtyDue"] > 0
        assert (line["QtyReceived"] > 0) is (line["Objstate"] in {"Arrived", "Received"}) or line[
            "Objstate"
        ] == "Closed"


def test_it_has_what_bites() -> None:
    seed = whole()
    lines = seed.ifs["PurchaseOrderLineSet"]
    currencies = {row["CurrencyCode"] for row in seed.ifs["PurchaseOrderSet"]}
    assert {"JPY", "TND", "EUR", "USD", "GBP", "PLN"} <= currencies
    assert any(line["Discount"] for line in lines)
    assert any(line["AdditionalCost"] for line in lines)
    assert len({line["PriceConvFactor"] for line in lines}) > 4
    assert any(line["ServiceType"] for line in lines)
    assert any(line["ReleaseNo"] == "2" for line in lines)
    assert any(line["LineNo"] == "14" for line in lines)
    assert any(line["WantedDeliveryDate"] is None for line in lines)
    notes = " ".join(row["NoteText"] or "" for row in seed.ifs["PurchaseOrderSet"])
    assert "ü" in notes
    assert "'" in notes
    assert '"' in notes
    shares = defaultdict(list)
    for row in seed.ifs["PreAccountingSet"]:
        shares[row["PreAccountingId"]].append(str(row["Percent"]))
    assert ["33.33", "33.33", "33.34"] in shares.values()
    assert {row["Objstate"] for row in seed.ifs["PurchaseOrderSet"]} == {
        "Planned", "Released", "Confirmed", "Stopped", "Arrived", "Received", "Closed", "Cancelled",
    }  # fmt: skip
