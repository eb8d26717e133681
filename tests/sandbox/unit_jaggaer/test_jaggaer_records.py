"""Records, their indexes, their times, and what stays on disk."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ifs_jaggaer.sandbox.jaggaer.system import JaggaerSystem
from ifs_jaggaer.sandbox.kernel import Refusal, Row
from ifs_jaggaer.sandbox.oauth import Client
from ifs_jaggaer.sandbox.seed import build
from ifs_jaggaer.sandbox.storage import Database

NOW = datetime(2026, 3, 17, 9, 30, tzinfo=UTC)


def system(file: Path | None = None) -> JaggaerSystem:
    return JaggaerSystem(Database(file), Client("a", "b"), 300, 180)


def company(**info: str) -> Row:
    return {"returnCompanyInfo": {"companyName": "Acme", "isoCountry": "DE"} | info}


class Numbers(RuleBasedStateMachine):
    """Suppliers of a few numbers come, change and go; a number is with one supplier at most."""

    numbers = st.sampled_from(["1", "2", "3", ""])

    @initialize()
    def begin(self) -> None:
        self.system = system()
        self.model: dict[str, str] = {}

    @rule(number=numbers)
    def create(self, number: str) -> None:
        values = company(extCode=number) if number else company()
        if number and number in self.model.values():
            with pytest.raises(Refusal):
                self.system.create("companyprofiles", values)
        else:
            made = self.system.create("companyprofiles", values)
            self.model[made["returnCompanyInfo"]["bravoId"]] = number

    @rule(number=numbers, data=st.data())
    def change(self, number: str, data: st.DataObject) -> None:
        if not self.model:
            return
        bravo_id = data.draw(st.sampled_from(sorted(self.model)))
        values = {"returnCompanyInfo": {"extCode": number or None}}
        taken = number and any(kept == number for other, kept in self.model.items() if other != bravo_id)
        if taken:
            with pytest.raises(Refusal):
                self.system.change("companyprofiles", {"bravoId": bravo_id}, values)
        else:
            self.system.change("companyprofiles", {"bravoId": bravo_id}, values)
            self.model[bravo_id] = number

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.model:
            bravo_id = data.draw(st.sampled_from(sorted(self.model)))
            self.system.remove("companyprofiles", {"bravoId": bravo_id})
            del self.model[bravo_id]

    @invariant()
    def they_agree(self) -> None:
        if hasattr(self, "model"):
            infos = [row["returnCompanyInfo"] for row in self.system.records("companyprofiles")]
            assert {info["bravoId"]: info.get("extCode", "") for info in infos} == self.model


TestNumbers = Numbers.TestCase
TestNumbers.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_times_move_forward_within_one_moment() -> None:
    jaggaer = system()
    with jaggaer.clock.stopped_at(NOW):
        made = jaggaer.create("companyprofiles", company())
        key = {"bravoId": made["returnCompanyInfo"]["bravoId"]}
        again = jaggaer.change("companyprofiles", key, {"returnCompanyInfo": {"city": "Ulm"}})
    assert made["returnCompanyInfo"]["lastModTime"] == "2026-03-17T09:30:00.000Z"
    assert again["returnCompanyInfo"]["lastModTime"] == "2026-03-17T09:30:00.001Z"


def test_a_person_may_state_the_time() -> None:
    stated = "2020-01-01T00:00:00.000Z"
    made = system().create("companyprofiles", company(lastModTime=stated))
    assert made["returnCompanyInfo"]["lastModTime"] == stated


def test_a_null_takes_a_field_away_and_lists_are_replaced() -> None:
    jaggaer = system()
    made = jaggaer.create(
        "receipts", {"header": {"poNumber": "P1", "note": "x"}, "lineList": {"receiptLine": [{}, {}]}}
    )
    key = {"receiptId": made["header"]["receiptId"]}
    changed = jaggaer.change("receipts", key, {"header": {"note": None}, "lineList": {"receiptLine": [{}]}})
    assert "note" not in changed["header"]
    assert changed["header"]["poNumber"] == "P1"
    assert len(changed["lineList"]["receiptLine"]) == 1


@pytest.mark.parametrize("key", [{}, {"receiptId": "1", "receiptNumber": "2"}, {"nothing": "1"}, {"receiptId": "77"}])
def test_a_key_that_names_nothing_is_refused(key: Row) -> None:
    with pytest.raises(Refusal):
        system().change("receipts", key, {"header": {}})


def test_an_id_cannot_be_changed() -> None:
    jaggaer = system()
    made = jaggaer.create("receipts", {"header": {"poNumber": "P1"}})
    with pytest.raises(Refusal, match="key"):
        jaggaer.change("receipts", {"receiptId": made["header"]["receiptId"]}, {"header": {"receiptId": "9"}})


def test_the_seed_is_kept_on_disk_and_ids_go_on(tmp_path: Path) -> None:
    seed = build(7, 30, 40, 30, NOW).jaggaer
    first = system(tmp_path / "state.sqlite")
    with first.database.transaction():
        first.fill(seed)
    kept = {name: first.records(name) for name in seed}
    last = max(int(row["returnCompanyInfo"]["bravoId"]) for row in kept["companyprofiles"])
    first.database.close()
    second = system(tmp_path / "state.sqlite")
    assert {name: second.records(name) for name in seed} == kept
    number = seed["companyprofiles"][0]["returnCompanyInfo"].get("extCode", "none")
    assert int(second.create("companyprofiles", company())["returnCompanyInfo"]["bravoId"]) > last
    invoice = second.create("invoices", {"header": {"supplier": {"supplierNumber": number}}})
    assert invoice["header"]["invoiceId"] > max(each["header"]["invoiceId"] for each in seed["invoices"])
    second.database.close()


def test_lists_are_ordered_by_number_and_not_by_text() -> None:
    jaggaer = system()
    for number in (90, 100, 9):
        jaggaer.create("invoices", {"header": {"invoiceId": number}})
    assert [row["header"]["invoiceId"] for row in jaggaer.records("invoices")] == [9, 90, 100]
