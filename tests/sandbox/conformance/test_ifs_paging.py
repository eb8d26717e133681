"""contracts/ifs.md 2: who cuts a page, and what comes then."""

from urllib.parse import urljoin

from .contract import COMM_METHOD, ORDER_LINE, SITE
from .wire import Ifs, Row, answer_json
from .world import make

COUNT = 230


def many(ifs: Ifs) -> None:
    """More rows than the smallest page that a server may have."""
    missing = COUNT - sum(row["Identity"] == "PAGES" for row in ifs.steer.records(COMM_METHOD.name))
    for number in range(missing):
        make(
            ifs,
            COMM_METHOD,
            {"Identity": "PAGES", "CommId": number + 1, "MethodId": "PHONE", "Value": f"+49 {number}"},
        )


def test_with_top_no_next_link_comes(seeded_ifs: Ifs) -> None:
    body = answer_json(seeded_ifs.listing(ORDER_LINE, {"$top": 10}))
    assert len(body["value"]) == 10
    assert "@odata.nextLink" not in body


def test_the_servers_own_page_cuts_with_top_too_and_says_nothing(ifs: Ifs) -> None:
    many(ifs)
    ifs.steer.settings(server_page=100)
    body = answer_json(ifs.listing(COMM_METHOD, {"$top": 150, "$filter": "Identity eq 'PAGES'"}))
    assert len(body["value"]) == 100
    assert "@odata.nextLink" not in body


def test_fewer_than_100_rows_are_never_cut(ifs: Ifs) -> None:
    many(ifs)
    ifs.steer.settings(server_page=100)
    assert len(ifs.rows(COMM_METHOD, {"$top": 99, "$filter": "Identity eq 'PAGES'"})) == 99
    assert len(ifs.rows(COMM_METHOD, {"$top": 100, "$filter": "Identity eq 'PAGES'"})) == 100
    assert ifs.steer.call("POST", "settings", {"server_page": 99}).status_code == 400


def test_without_top_a_cut_page_has_a_relative_next_link_with_a_skiptoken(ifs: Ifs) -> None:
    many(ifs)
    ifs.steer.settings(server_page=100)
    options: dict[str, str | int] = {
        "$filter": "Identity eq 'PAGES' and Value ne '+49 3'",
        "$select": "Identity,CommId,Value",
        "$orderby": "Value desc",
    }
    body = answer_json(ifs.listing(COMM_METHOD, options))
    rows: list[Row] = body["value"]
    sizes = [len(rows)]
    while "@odata.nextLink" in body:
        link = body["@odata.nextLink"]
        assert "$skiptoken" in link or "%24skiptoken" in link
        assert not link.startswith(("http:", "https:", "/"))
        answer = ifs.send("GET", urljoin(ifs.host + COMM_METHOD.service + "/", link))
        assert answer.status_code == 200, answer.text
        body = answer_json(answer)
        rows += body["value"]
        sizes.append(len(body["value"]))
    assert sizes == [100, 100, COUNT - 1 - 200]
    assert [set(row) - {"@odata.etag"} for row in rows] == [{"Identity", "CommId", "Value"}] * len(rows)
    values = [row["Value"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert len({row["CommId"] for row in rows}) == COUNT - 1


def test_the_last_page_has_no_next_link(seeded_ifs: Ifs) -> None:
    assert "@odata.nextLink" not in answer_json(seeded_ifs.listing(SITE))
