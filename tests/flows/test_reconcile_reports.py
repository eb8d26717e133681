"""What a reconciliation shows: HTML that is safe, JSON that scripts read, artifacts that people read, a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from pydantic import ValidationError

from flows.reconcile import ReconcileParameters
from flows.reconcile_artifacts import difference_rows, month_rows, month_summary, reconcile_summary
from flows.run_tables import MOST_ROWS
from ifs_jaggaer.pipeline.reconcile.as_text import reminder, told
from ifs_jaggaer.pipeline.reconcile.course import Asked, KindReport, Report
from ifs_jaggaer.pipeline.reconcile.month import MonthReport, month_of
from ifs_jaggaer.pipeline.reconcile.reading import Window
from ifs_jaggaer.pipeline.reconcile.report import as_html, as_json, month_as_html, month_as_json
from mapping.kinds import Action
from mapping.reconcile.documents import Cause, Difference, Seen
from mapping.reconcile.month import Bill, Period, statements
from mapping.reconcile.totals import Entry, tie

AT = datetime(2026, 11, 2, 6, tzinfo=UTC)
EVIL = "<script>alert('1')</script> & | Söhne"


def entry(key: str, amount: str, own: str = "") -> Entry:
    return Entry(key, own or key, EVIL, "EUR", Decimal(amount), "10", "ready", day=date(2026, 10, 9), what="invoice")


def difference(cause: Cause = Cause.UNEXPLAINED, key: str = "1") -> Difference:
    return Difference("invoices", key, "10:1", "total", EVIL, None, cause, EVIL, "look")


def report(*differences: Difference) -> Report:
    kind = KindReport("invoices", "jaggaer", "ifs")
    kind.note(Seen("1", "10:1", Action.NONE, differences=differences))
    kind.note(Seen("2", "", Action.OUT_OF_SCOPE, "not ready"))
    kind.figures = tie([entry("1", "148.75"), entry("2", "10.00")], [entry("1", "148.74", "10:1")], {})
    return Report(Asked("r1", "test"), AT, ("10",), [kind], {"ifs": 3, "jaggaer": 4})


def month() -> MonthReport:
    period = Period("10", 2026, 10, date(2026, 10, 1), date(2026, 10, 31), closed=True)
    bills = {"1": Bill(entry("1", "148.75"), seen=Seen("1", "", Action.NONE, differences=(difference(Cause.HELD),)))}
    made = MonthReport("2026-10", "r1", AT, ("10",), bills=bills, requests={"ifs": 3, "jaggaer": 4})
    made.statements = statements(list(bills.values()), [], [], [period])
    return made


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onclick"}


@pytest.mark.parametrize("page", [as_html(report(difference())), month_as_html(month())])
def test_html_is_escaped_and_needs_nothing_else(page: str) -> None:
    tags = _Tags()
    tags.feed(page)
    assert "script" not in tags.tags
    assert "&lt;script&gt;" in page
    assert "148.7" in page
    assert page.count("<table>") == page.count("</table>") > 0


def test_state_and_verdict() -> None:
    assert (report().state, report().message.split(":")[1]) == ("completed", " nothing is unexplained (1 out of scope)")
    failed = report(difference())
    assert failed.state == "attention"
    assert "1 difference unexplained" in failed.message
    assert report(difference(Cause.WAITING)).state == "completed"


def test_lines_name_the_systems_and_end_with_what_is_unexplained() -> None:
    under_way = [replace(difference(Cause.IN_FLIGHT, "7"), field=name) for name in ("note", "total")]
    made = report(*under_way, replace(difference(), source="5", target="6", target_system="ifs"))
    (grave, first), (_, second) = told(made)
    assert grave is Cause.UNEXPLAINED
    assert "IFS Cloud 6, JAGGAER 5: " in first
    assert second.startswith("in flight: invoices 7: note, total; look")
    assert list(reminder(made)) == ["unexplained: invoices 1: total"]


def test_fields_that_differ_for_one_reason_are_told_together() -> None:
    fields = [replace(difference(), field=name, source=name, target="-") for name in ("note", "total")]
    made = report(*fields, replace(difference(), field="tax", reason="another"))
    texts = [text for _, text in told(made)]
    assert len(texts) == 2
    assert texts[0].startswith("unexplained: invoices 1, 2 fields\n    note: IFS Cloud ")
    assert texts[0].count("-> look") == 1


def test_a_document_counts_once_by_the_gravest_that_is_told_of_it() -> None:
    kind = KindReport("invoices", "jaggaer", "ifs")
    kind.note(Seen("1", "", Action.SKIP))
    kind.note(Seen("1", "", Action.NONE, differences=(difference(),)))
    kind.note(Seen("2", "", Action.SKIP))
    assert (kind.documents, kind.standing) == (2, {"unexplained": 1, "agreed": 1})
    kind.leave_out({"1"})
    assert (kind.documents, kind.standing, kind.differences) == (1, {"agreed": 1}, [])


def test_the_page_names_the_cut_over() -> None:
    made = report()
    assert "Changed from the beginning until now" in as_html(made)
    made.cut_over = datetime(2026, 1, 1, tzinfo=UTC)
    for text in (as_html(made), reconcile_summary(made)):
        assert "Changed from the cut-over on 2026-01-01 (suppliers and GL accounts: from the beginning)" in text
    assert as_json(made)["cut_over"] == "2026-01-01T00:00:00+00:00"
    made.asked = replace(made.asked, window=Window(datetime(2026, 2, 1, tzinfo=UTC)))
    assert "Changed from 2026-02-01T00:00:00+00:00 until now" in as_html(made)


def test_json_keeps_every_digit() -> None:
    told = as_json(report(difference()))
    total = told["kinds"][0]["totals"][0]  # type: ignore[index]
    assert total["source"] == {"count": 2, "amount": "158.75"}
    assert total["target"] == {"count": 1, "amount": "148.74"}
    assert sum(Decimal(one["amount"]) for one in total["named"]) == Decimal("10.01")
    statement = month_as_json(month())["statements"][0]  # type: ignore[index]
    assert statement["closed"] is True
    assert statement["standing"]["held"] == {"count": 1, "amount": "148.75"}
    assert statement["groups"][0]["invoices"][0]["invoice"] == "1"


def test_artifacts() -> None:
    many = report(*(difference(Cause.WAITING, str(n)) for n in range(MOST_ROWS)), difference())
    rows = difference_rows(many)
    assert rows[0]["cause"] == "unexplained"
    assert len(rows) == MOST_ROWS + 1
    assert "| invoices | 2 |" in reconcile_summary(many)
    assert "ties" in month_summary(month())
    assert [row["standing"] for row in month_rows(month())] == ["held"]


@pytest.mark.parametrize(
    "told",
    [
        {"since": "2026-02-01", "last_days": 7},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"last_days": 0},
        {"nonsense": 1},
    ],
)
def test_a_form_that_contradicts_itself(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ReconcileParameters.model_validate(told)


def test_months() -> None:
    assert month_of("2028-02", AT.date()) == (date(2028, 2, 1), date(2028, 2, 29))
    assert month_of("last", date(2026, 1, 3)) == (date(2025, 12, 1), date(2025, 12, 31))


# --- which system says what -------------------------------------------------------------------


class _Cells(HTMLParser):
    """The tables of a page as rows of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def both_ways() -> Report:
    """A supplier: its name is changed in IFS, its web address at JAGGAER; a conflict and a held one of no field."""
    made = [
        Difference("suppliers", "1001", "88", "name", "in IFS", "at J", Cause.IN_FLIGHT, "r", "do", "jaggaer"),
        Difference("suppliers", "1001", "88", "web", "www.j", "www.i", Cause.UNEXPLAINED, "r", "do", "ifs"),
        Difference("suppliers", "1002", "89", "link", "JAGGAER 90", None, Cause.HELD, "two", "do", sided=False),
    ]
    kind = KindReport("suppliers", "ifs", "jaggaer", counted=True)
    kind.note(Seen("1001", "88", Action.NONE, differences=tuple(made)))
    kind.figures = tie([Entry("1001", "1001", "", "", Decimal(0))], [Entry("1001", "88", "", "", Decimal(0))], {})
    return Report(Asked("r1", "test"), AT, ("10",), [kind], {"ifs": 3, "jaggaer": 4})


EXPECTED = {"name": ("in IFS", "at J"), "web": ("www.i", "www.j"), "link": ("", "")}


def test_neither_side_is_told_for_the_other_whichever_way_a_field_goes() -> None:
    rows = difference_rows(both_ways())
    assert {row["field"]: (row["IFS Cloud"], row["JAGGAER"]) for row in rows} == EXPECTED
    assert not {"source", "target"} & rows[0].keys()
    assert next(row["reason"] for row in rows if row["field"] == "link") == "JAGGAER 90: two"
    cells = _Cells()
    cells.feed(as_html(both_ways()))
    (head,) = (row for row in cells.rows if row[:2] == ["record", "field"])
    assert head[2:4] == ["IFS Cloud", "JAGGAER"]
    assert {row[1]: (row[2], row[3]) for row in cells.rows if len(row) == len(head) and row[1] in EXPECTED} == EXPECTED
    text = "\n".join(line for _, line in told(both_ways()))
    assert "web\n    IFS Cloud www.i, JAGGAER www.j: r" in text
    assert "link\n    JAGGAER 90: two" in text
    document = {one["field"]: one for one in as_json(both_ways())["differences"]}  # type: ignore[attr-defined]
    assert (document["web"]["source_system"], document["web"]["source"]) == ("jaggaer", "www.j")


def test_counts_stand_below_the_names_of_the_systems() -> None:
    made = report()
    (head, _, row) = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in reconcile_summary(made).split("## Counts and amounts")[1].strip().splitlines()[:3]
    ]
    assert not {"source", "target"} & set(head)
    assert row == ["invoices", "EUR", "JAGGAER", "2", "158.75", "IFS Cloud", "1", "148.74", "2", "yes"]
    cells = _Cells()
    cells.feed(as_html(made))
    at = next(place for place, row in enumerate(cells.rows) if row[:2] == ["currency", "JAGGAER: records"])
    assert cells.rows[at][3] == "IFS Cloud: records"
    assert [cell.strip() for cell in cells.rows[at + 1]] == ["EUR", "2", "158.75", "1", "148.74", "1", "10.01", "yes"]


def test_what_has_no_amount_shows_none_and_amounts_show_their_minor_units() -> None:
    assert "| suppliers |  | IFS Cloud | 1 |  | JAGGAER | 1 |  | 0 | yes |" in reconcile_summary(both_ways())
    kind = KindReport("invoices", "jaggaer", "ifs", digits={"XTS": 1})
    shown = [kind.worth(Decimal(amount), code) for amount, code in (("1200.00", "JPY"), ("1234.5", "EUR"))]
    shown += [kind.worth(Decimal(amount), code) for amount, code in (("-1234567.5", "TND"), ("3", "XTS"))]
    assert shown == ["1,200", "1,234.50", "-1,234,567.500", "3.0"]


def test_a_month_shows_its_amounts_in_minor_units_and_the_days_of_its_period() -> None:
    made = month()
    (statement,) = made.statements
    statement.currency = "JPY"
    statement.source_amount = Decimal("1200.00")
    assert "| 2026-10-01 | 2026-10-31 | JPY |" in month_summary(made)
    assert "1,200 (1)" in month_summary(made)
    assert ">1,200<" in month_as_html(made)
