"""What JAGGAER is told of what IFS paid, and when it is told nothing (docs/payments.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_world import INVOICE, KEY, World, ledger_item, proposal

from mapping.kinds import Action, Instructions, Item, ItemKind, Link
from mapping.payments.kind import Payments
from mapping.profile import Profile

PROFILE = Profile.load()
OPEN: dict[str, Any] = {"PaidAmount": "0", "OpenAmount": "119.00", "PaymentDate": None, "PaymentReference": None}
ACCEPT = Instructions(winners={"*": "ifs"})


@pytest.fixture
def world() -> World:
    return World(PROFILE)


@pytest.fixture
def paid(world: World) -> World:
    """The invoice was paid, and JAGGAER told."""
    world.ledger(ledger_item())
    world.run()
    assert len(world.told) == 1
    return world


def item(world: World, **told: Any) -> Item:
    decision = world.decide(**told)
    assert decision.writes == ()
    (found,) = decision.items
    return found


# --- paid ---


def test_paid_in_full_is_told_with_amount_date_and_reference(world: World) -> None:
    world.ledger(ledger_item())
    decision = world.run()
    (write,) = decision.writes
    assert write.body == {  # type: ignore[union-attr]
        "status": "Paid",
        "paymentDate": "2026-03-31T00:00:00.000Z",
        "amount": Decimal("119.00"),
        "reference": "ZL7",
    }
    assert not write.enforced, "after an unknown outcome the header is looked at first"  # type: ignore[union-attr]
    assert (decision.key, decision.other_key, decision.action) == (KEY, INVOICE, Action.UPDATE)
    assert decision.amount
    assert (decision.amount.amount, decision.amount.currency) == (Decimal("119.00"), "EUR")
    assert decision.notes == ()
    assert world.links == [Link("payment", KEY, INVOICE)]


def test_at_rest_nothing_is_told_nor_settled(paid: World) -> None:
    decision = paid.decide()
    assert (decision.action, decision.writes, decision.items, decision.settlement) == (Action.SKIP, (), (), None)


def test_a_lost_store_is_rebuilt_without_telling_again(paid: World) -> None:
    paid.lose_store()
    assert paid.run().action == Action.SKIP
    assert paid.run().settlement is None
    assert len(paid.told) == 1


def test_what_is_paid_already_at_jaggaer_is_left_alone(world: World) -> None:
    world.status[INVOICE] = "Paid"
    world.ledger(ledger_item())
    assert world.run().action == Action.SKIP
    assert world.told == []


def test_instalments_are_told_once_all_are_paid(world: World) -> None:
    first = ledger_item("1", PaidAmount="40.50", PaymentDate="2026-03-01", PaymentReference="ZL1")
    second = ledger_item("2", **OPEN | {"OpenAmount": "78.50"})
    world.ledger(first, second)
    assert world.run().notes == ("paid in part: 40.50, open 78.50",)
    assert world.told == []
    world.ledger(first, ledger_item("2", PaidAmount="78.50", PaymentDate="2026-04-01", PaymentReference="ZL2"))
    world.run()
    assert world.told[0].body == {
        "status": "Paid",
        "paymentDate": "2026-04-01T00:00:00.000Z",
        "amount": Decimal("119.00"),
        "reference": "ZL1, ZL2",
    }


def test_a_credit_note_is_paid_with_a_negative_amount_whatever_the_ledgers_sign(world: World) -> None:
    world.proposals = [proposal(InvoiceType="Credit")]
    for stated in ("-119.00", "119.00"):
        world.status[INVOICE] = "Payable"
        world.lose_store()
        world.ledger(ledger_item(PaidAmount=stated))
        world.run()
        assert world.told[-1].body["amount"] == Decimal("-119.00")


def test_a_discount_taken_is_worth_saying(world: World) -> None:
    world.ledger(ledger_item(PaidAmount="116.62"))
    assert world.run().notes == ("paid 116.62 of 119.00: the rest is settled otherwise",)
    assert world.told[0].body["amount"] == Decimal("116.62")


def test_paid_while_its_proposal_is_not_posted_is_told_and_said(world: World) -> None:
    world.proposals = [proposal(Objstate="Balanced")]
    world.ledger(ledger_item())
    assert world.run().notes == ("paid although posting proposal 9000 is Balanced: keyed twice?",)
    assert len(world.told) == 1


def test_a_status_put_back_at_jaggaer_is_told_again_when_looked_at(paid: World) -> None:
    paid.status[INVOICE] = "Payable"
    assert paid.run().notes == ("JAGGAER no longer shows what it was told: told once more",)
    assert len(paid.told) == 2


def test_other_figures_after_it_was_told_are_said_and_not_written(paid: World) -> None:
    paid.change(PaymentReference="ZL8")
    decision = paid.run()
    assert (decision.action, decision.notes) == (Action.SKIP, ("reference is ZL8 in IFS now, JAGGAER has ZL7",))


def test_the_tenants_words_are_spoken(world: World) -> None:
    words = {**PROFILE.jaggaer.words, "invoice": {**PROFILE.jaggaer.words["invoice"], "Paid": "Bezahlt"}}
    world.profile = PROFILE.model_copy(update={"jaggaer": PROFILE.jaggaer.model_copy(update={"words": words})})
    world.ledger(ledger_item())
    world.run()
    assert world.told[0].body["status"] == "Bezahlt"
    assert world.run().action == Action.SKIP


# --- not paid, or no longer ---


def test_an_open_invoice_is_looked_at_once(world: World) -> None:
    world.ledger(ledger_item(**OPEN))
    assert world.run().action == Action.SKIP
    world.change(OpenAmount="118.00", PaidAmount="1.00")
    assert world.run().notes == ("paid in part: 1.00, open 118.00",)
    assert world.asked == [INVOICE]


def test_a_reversed_payment_is_a_conflict_until_a_person_takes_it(paid: World) -> None:
    paid.change(**OPEN)
    found = item(paid)
    assert (found.kind, found.field, found.value) == (ItemKind.CONFLICT, "OpenAmount", "119.00")
    assert "ifs-jaggaer conflicts resolve " in found.remedy
    assert found.remedy.endswith(" --sync payments --winner ifs`")
    assert "reversed in IFS after JAGGAER was told" in found.reason
    paid.run()
    assert paid.run(told=ACCEPT).items == ()
    assert paid.run().settlement is None
    paid.change(PaidAmount="119.00", OpenAmount="0", PaymentDate="2026-04-09", PaymentReference="ZL9")
    assert paid.run().action == Action.SKIP
    assert len(paid.told) == 1


def test_a_reversal_that_jaggaer_shows_too_is_agreed(paid: World) -> None:
    paid.change(**OPEN)
    paid.status[INVOICE] = "Payable"
    assert paid.run().items == ()
    paid.change(PaidAmount="119.00", OpenAmount="0", PaymentDate="2026-04-09")
    paid.run()
    assert len(paid.told) == 2


def test_a_reversal_shows_after_a_lost_store_too(paid: World) -> None:
    paid.change(**OPEN)
    paid.lose_store()
    assert item(paid).reason == "JAGGAER shows Paid: 119.00 is open in IFS"


def test_nothing_paid_and_nothing_open_is_held(world: World) -> None:
    world.ledger(ledger_item(PaidAmount="0", PaymentDate=None))
    assert (item(world).kind, item(world).field) == (ItemKind.HELD, "PaidAmount")
    world.status[INVOICE] = "Paid"
    assert world.run().items == ()


def test_nothing_to_pay_is_no_matter(world: World) -> None:
    world.proposals = [proposal(GrossAmount="0")]
    world.ledger(ledger_item(PaidAmount="0", PaymentDate=None))
    decision = world.run()
    assert (decision.action, decision.notes, decision.items) == (Action.SKIP, ("nothing to pay",), ())


# --- out of scope, by a rule ---


@pytest.mark.parametrize(
    ("rule", "proposals"),
    [
        ("keyed by hand", []),
        ("keyed by hand", [proposal(SourceReference=None)]),
        ("keyed by hand", [proposal(SourceReference="EDI:4")]),
        ("keyed by hand", [proposal(Objstate="Cancelled")]),
        ("keyed by hand", [proposal(SupplierId="1002")]),
    ],
)
def test_what_was_keyed_by_hand_is_out_of_scope(rule: str, proposals: list[Any], world: World) -> None:
    world.proposals = proposals
    world.ledger(ledger_item())
    decision = world.run()
    assert (decision.action, world.asked) == (Action.OUT_OF_SCOPE, [])
    assert decision.notes[0].startswith(rule)


def test_a_company_that_sends_none_is_out_of_scope_and_costs_no_look(world: World) -> None:
    world.company(payment_status_back=False)
    world.ledger(ledger_item())
    decision = world.run()
    assert (decision.action, world.asked) == (Action.OUT_OF_SCOPE, [])
    assert "payment_status_back" in decision.notes[0]


def test_a_company_out_of_scope(world: World) -> None:
    world.ledger(ledger_item(Company="30"))
    assert world.run().notes == ("company 30 is not in 10, 20",)


@pytest.mark.parametrize("changed", [{"PartyType": "Customer"}, {"InvoiceNo": None}, {"Identity": ""}])
def test_ledger_items_without_a_suppliers_invoice_lead_nowhere(changed: dict[str, Any]) -> None:
    assert Payments().sources[0].leads_to(ledger_item(**changed)) is None


# --- what stands in the way ---


def test_an_invoice_that_jaggaer_does_not_know_is_a_dead_letter(world: World) -> None:
    world.status = {}
    world.ledger(ledger_item())
    assert (item(world).kind, item(world).field, item(world).value) == (ItemKind.DEAD_LETTER, "invoiceId", INVOICE)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("OpenAmount", {"OpenAmount": None}),
        ("PaymentDate", {"PaymentDate": None}),
        ("PaidAmount", {"PaidAmount": "119.005"}),
        ("PaidAmount", {"PaidAmount": "viel"}),
    ],
)
def test_what_cannot_be_told_is_a_dead_letter_of_its_field(field: str, changed: dict[str, Any], world: World) -> None:
    world.ledger(ledger_item(**changed))
    found = item(world)
    assert (found.kind, found.field) == (ItemKind.DEAD_LETTER, field)
    assert found.remedy


def test_an_unknown_currency_is_a_dead_letter(world: World) -> None:
    world.proposals = [proposal(CurrencyCode="XXQ")]
    world.ledger(ledger_item())
    assert item(world).kind == ItemKind.DEAD_LETTER


def test_two_postings_of_one_number_say_so(world: World) -> None:
    world.proposals = [proposal(), proposal(ProposalId=9001, SourceReference="JAG:992")]
    world.ledger(ledger_item())
    assert (item(world).field, item(world).value) == ("SourceReference", "9000, 9001")


@pytest.mark.parametrize("gone", ["items", "proposals"])
def test_what_ifs_no_longer_shows_is_unknown_not_gone(gone: str, paid: World) -> None:
    setattr(paid, gone, [])
    decision = paid.run(f"ifs:{KEY}")
    assert [one.kind for one in decision.items] == [ItemKind.HELD]
    assert decision.writes == ()


# --- who is meant ---


def test_an_invoice_is_found_by_jaggaers_id_linked_or_not(world: World) -> None:
    world.ledger(ledger_item())
    assert world.decide(f"ifs:{INVOICE}").key == KEY
    world.run()
    assert world.decide(f"jaggaer:{INVOICE}").key == KEY
    unknown = world.decide("ifs:4711")
    assert (unknown.action, unknown.elsewhere) == (Action.OUT_OF_SCOPE, False)
    [why] = unknown.notes
    assert "no posting proposal in IFS" in why
    assert "company:supplier:invoice number" in why
    assert "company 4711" not in why


def test_an_invoice_number_may_hold_colons(world: World) -> None:
    world.proposals = [proposal(InvoiceNo="A:1:2")]
    world.ledger(ledger_item(InvoiceNo="A:1:2"))
    assert world.run().key == "10:1001:A:1:2"
    assert len(world.told) == 1


# --- always ---

AMOUNTS = st.decimals(min_value=-9999, max_value=9999, places=2, allow_nan=False)
PARTS = st.lists(st.tuples(AMOUNTS, st.sampled_from(["0", "0.00", "1.00", "119.00"])), min_size=1, max_size=4)


@given(story=st.lists(PARTS, min_size=1, max_size=5), lost=st.sets(st.integers(0, 4)), credit=st.booleans())
def test_whatever_the_ledger_says_each_payment_is_told_once_and_exactly(
    story: list[list[tuple[Decimal, str]]], lost: set[int], *, credit: bool
) -> None:
    """Amounts that are told add up to the ledger's; a run after the last is at rest, also with a lost store."""
    world = World(PROFILE, proposals=[proposal(InvoiceType="Credit" if credit else "Invoice")])
    for at, parts in enumerate(story):
        if at in lost:
            world.lose_store()
        world.ledger(
            *(ledger_item(str(n), PaidAmount=str(paid), OpenAmount=left) for n, (paid, left) in enumerate(parts, 1))
        )
        before = len(world.told)
        decision = world.run()
        total = sum((paid for paid, _ in parts), Decimal(0))
        for write in world.told[before:]:
            assert all(Decimal(left) == 0 for _, left in parts)
            sign = -1 if credit and total > 0 else 1
            assert write.body["amount"] == total * sign
        for lose in (False, True):
            if lose:
                world.lose_store()
            again = world.run()
            assert again.writes == ()
            assert {one.field for one in again.items} == {one.field for one in decision.items}
    assert len(world.told) <= 1, "JAGGAER has no way back from Paid"
