"""What a run adds up to, when documents come more than once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from ifs_jaggaer.pipeline.tally import Line, Tally
from ifs_jaggaer.store import OpenItem
from mapping.kinds import Action, Item, ItemKind
from mapping.money import Money

HELD = Item(ItemKind.HELD, "status", "SUSPENDED", "brake", "look")
NOW = datetime(2026, 2, 14, tzinfo=UTC)
OPENED = OpenItem(
    id=1, sync="suppliers", key="1", other_key="", field="status", kind="held", value=None, reason="brake",
    remedy="look", waits_for=None, brake=True, since=NOW, opened_by="r", last_tried=NOW, closed_at=None, closed_by=None,
)  # fmt: skip


def line(key: str, action: Action, amount: str | None = None) -> Line:
    return Line(key, "", action, str(action), amount=Money(Decimal(amount), "EUR") if amount else None)


def test_what_was_created_stays_created_when_it_is_seen_again() -> None:
    tally = Tally()
    tally.add(line("1", Action.CREATE, "10.00"))
    tally.add(line("1", Action.UPDATE))
    tally.add(line("1", Action.SKIP))
    assert (tally.counts().created, tally.counts().updated, tally.counts().read) == (1, 0, 1)
    assert tally.amounts() == {"EUR": Decimal("10.00")}


def test_what_had_no_answer_counts_once_it_is_found() -> None:
    tally = Tally()
    tally.doubt(line("1", Action.CREATE, "10.00"))
    assert (tally.counts().created, tally.amounts()) == (0, {})
    tally.add(line("1", Action.NONE), [HELD])
    assert tally.counts().created == 0, "nobody knows yet"
    tally.add(line("1", Action.SKIP))
    assert (tally.counts().created, tally.counts().unchanged) == (1, 0)
    assert tally.amounts() == {"EUR": Decimal("10.00")}
    tally.add(line("1", Action.SKIP))
    assert tally.counts().created == 1


def test_what_was_not_carried_out_and_is_sent_again_counts_once() -> None:
    tally = Tally()
    tally.doubt(line("1", Action.CREATE, "10.00"))
    tally.add(line("1", Action.CREATE, "11.00"))
    tally.add(line("1", Action.SKIP))
    assert (tally.counts().created, tally.amounts()) == (1, {"EUR": Decimal("11.00")})


def test_an_update_without_an_answer_does_not_undo_a_creation() -> None:
    tally = Tally()
    tally.add(line("1", Action.CREATE))
    tally.doubt(line("1", Action.UPDATE))
    tally.add(line("1", Action.SKIP))
    assert (tally.counts().created, tally.counts().updated) == (1, 0)
    tally.doubt(line("2", Action.UPDATE))
    tally.add(line("2", Action.SKIP))
    assert (tally.counts().created, tally.counts().updated) == (1, 1)


def test_a_creation_without_an_answer_is_found_under_the_key_that_it_got() -> None:
    tally = Tally()
    tally.doubt(line("JAGGAER:7", Action.CREATE))
    tally.add(replace(line("1001", Action.UPDATE), other_key="7"), former_key="JAGGAER:7")
    assert (tally.counts().created, tally.counts().updated) == (1, 0)


def test_a_document_that_gets_its_key_in_the_run_is_counted_once() -> None:
    tally = Tally()
    tally.add(line("JAGGAER:7", Action.CREATE))
    tally.add(replace(line("1001", Action.UPDATE), other_key="7"), former_key="JAGGAER:7")
    assert (tally.counts().created, tally.counts().updated, tally.counts().read) == (1, 0, 1)


def test_an_item_that_this_run_opened_needs_a_person_until_it_is_gone() -> None:
    tally = Tally()
    tally.add(line("1", Action.NONE), [HELD], opened=[OPENED])
    tally.add(line("1", Action.NONE), [HELD])
    assert tally.opened == {"1"}, "seen again in the same run, it is still this run's"
    tally.add(line("1", Action.UPDATE))
    assert tally.opened == set()


def test_unchanged_rows_count_until_their_document_is_decided() -> None:
    tally = Tally()
    tally.seen(["1", "2"])
    assert (tally.counts().read, tally.counts().unchanged) == (2, 2)
    tally.add(line("1", Action.UPDATE))
    assert (tally.counts().read, tally.counts().unchanged, tally.counts().updated) == (2, 1, 1)


def test_of_a_document_that_was_named_and_left_alone_the_reason_is_told() -> None:
    tally = Tally()
    tally.add(replace(line("1", Action.OUT_OF_SCOPE), notes=("closed before transfer",)))
    tally.add(replace(line("2", Action.UPDATE), other_key="88002"))
    tally.add(line("3", Action.NONE), [HELD], opened=[OPENED])
    tally.add(line("JAGGAER:7", Action.SKIP))
    assert tally.left_alone(["1", "88002", "3", "7", "8"], "neither system has it") == {
        "1": "out of scope: closed before transfer",
        "8": "neither system has it",
    }


def test_amounts_add_up_by_currency_for_what_was_written_only() -> None:
    tally = Tally()
    tally.add(line("1", Action.CREATE, "0.10"))
    tally.add(line("2", Action.UPDATE, "0.20"))
    tally.add(line("3", Action.SKIP, "99"))
    assert tally.amounts() == {"EUR": Decimal("0.30")}
