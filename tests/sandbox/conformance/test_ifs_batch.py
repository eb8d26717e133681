"""contracts/ifs.md 3: $batch with change sets."""

import json
from decimal import Decimal

from .batch import Part, change_set, code_of, create, patch, results, send, there
from .contract import ORDER, PROPOSAL, PROPOSAL_LINE, SUPPLIER
from .wire import Ifs
from .world import COMPANY, build_ifs, fresh_name, order, proposal_head, proposal_line, supplier


def test_parts_run_in_order_and_answer_in_order(ifs: Ifs) -> None:
    number = fresh_name("B")
    url = f"SupplierInfoGeneralSet(SupplierId='{number}')"
    answer = send(
        ifs, SUPPLIER, Part("GET", url), create(number), Part("GET", url), headers={"Prefer": "odata.continue-on-error"}
    )
    assert [result.status for result in results(answer)] == [404, 201, 200]


def test_a_change_set_is_carried_out_whole(ifs: Ifs) -> None:
    numbers = [fresh_name("B"), fresh_name("B")]
    answer = send(ifs, SUPPLIER, change_set(create(numbers[0], "1"), create(numbers[1], "2")))
    found = results(answer)
    assert [result.status for result in found] == [201, 201]
    assert [result.content_id for result in found] == ["1", "2"]
    assert all(result.in_change_set for result in found)
    for result, number in zip(found, numbers, strict=True):
        assert result.body is not None
        assert result.body["@odata.etag"] == ifs.etag(SUPPLIER, {"SupplierId": number})


def test_a_change_set_is_all_or_nothing(ifs: Ifs) -> None:
    kept = supplier(ifs, Name="First")
    number = fresh_name("B")
    changed = patch(kept, ifs.etag(SUPPLIER, kept), "1", Name="Second")
    answer = send(ifs, SUPPLIER, change_set(changed, create(number, "2"), create(number, "3")))
    [result] = results(answer)
    assert result.status >= 400
    assert code_of(result) == "DATABASE_ERROR"
    assert not there(ifs, number)
    assert ifs.read(SUPPLIER, kept)["Name"] == "First"


def test_a_stale_etag_undoes_its_change_set(ifs: Ifs) -> None:
    kept = supplier(ifs, Name="First")
    stale = ifs.etag(SUPPLIER, kept)
    ifs.steer.change(SUPPLIER.name, {"SupplierId": kept["SupplierId"]}, {"Name": "Second"})
    number = fresh_name("B")
    [result] = results(send(ifs, SUPPLIER, change_set(create(number), patch(kept, stale, "2", Name="Third"))))
    assert result.status == 412
    assert not there(ifs, number)


def test_an_undone_change_set_leaves_etags_as_they_were(ifs: Ifs) -> None:
    kept = supplier(ifs)
    etag = ifs.etag(SUPPLIER, kept)
    before = ifs.read(SUPPLIER, kept)
    send(ifs, SUPPLIER, change_set(patch(kept, etag, "1", Name="x"), create(kept["SupplierId"], "2")))
    assert ifs.read(SUPPLIER, kept) == before


def test_a_change_set_holds_no_get(ifs: Ifs) -> None:
    number = fresh_name("B")
    answer = send(ifs, SUPPLIER, change_set(create(number), Part("GET", "SupplierInfoGeneralSet?$top=1", None, "2")))
    assert answer.status_code == 400 or [result.status for result in results(answer)] == [400]
    assert not there(ifs, number)


def test_a_later_part_refers_to_an_earlier_one_as_url(ifs: Ifs) -> None:
    build_ifs(ifs)
    head = proposal_head()
    answer = send(
        ifs,
        PROPOSAL,
        change_set(
            Part("POST", "PostingProposalHeadSet", head, "1"),
            Part("POST", "$1/PostingProposalLineArray", proposal_line(), "2"),
        ),
    )
    found = results(answer)
    assert [result.status for result in found] == [201, 201], found
    assert found[0].body is not None
    number = found[0].body["ProposalId"]
    kept = ifs.rows(PROPOSAL_LINE, {"$filter": f"Company eq '{COMPANY}' and ProposalId eq {number_literal(number)}"})
    assert [Decimal(row["NetAmount"]) for row in kept] == [Decimal("100.00")]


def number_literal(number: object) -> str:
    return f"'{number}'" if isinstance(number, str) else str(number)


def test_a_later_part_refers_to_an_earlier_one_as_etag(ifs: Ifs) -> None:
    number = fresh_name("B")
    answer = send(
        ifs,
        SUPPLIER,
        change_set(
            create(number),
            Part("PATCH", "$1", {"Name": "Renamed in the same change set"}, "2", {"If-Match": "$1"}),
        ),
    )
    found = results(answer)
    assert found[0].status == 201, found
    assert found[1].status in {200, 204}, found
    assert ifs.read(SUPPLIER, {"SupplierId": number})["Name"] == "Renamed in the same change set"


def test_an_action_may_stand_in_a_change_set(ifs: Ifs) -> None:
    head = order(ifs)
    url = f"PurchaseOrderSet(OrderNo='{head['OrderNo']}')/IfsApp.PurchaseOrderHandling.PurchaseOrder_Confirm"
    part = Part("POST", url, {}, "1", {"If-Match": ifs.etag(ORDER, head)})
    [result] = results(send(ifs, ORDER, change_set(part)))
    assert result.status in {200, 204}
    assert ifs.read(ORDER, head)["Objstate"] == "Confirmed"


def test_an_unknown_reference_undoes_the_change_set(ifs: Ifs) -> None:
    number = fresh_name("B")
    answer = send(
        ifs, SUPPLIER, change_set(create(number), Part("PATCH", "$7", {"Name": "x"}, "2", {"If-Match": "$7"}))
    )
    assert answer.status_code == 400 or results(answer)[0].status >= 400
    assert not there(ifs, number)


def test_a_failed_part_ends_the_batch(ifs: Ifs) -> None:
    first, last = fresh_name("B"), fresh_name("B")
    kept = supplier(ifs)
    found = results(send(ifs, SUPPLIER, create(first), create(kept["SupplierId"]), create(last)))
    assert found[0].status == 201
    assert found[1].status >= 400
    assert len(found) == 2
    assert there(ifs, first)
    assert not there(ifs, last)


def test_continue_on_error_goes_on_after_a_failed_part(ifs: Ifs) -> None:
    last = fresh_name("B")
    kept = supplier(ifs)
    found = results(
        send(
            ifs,
            SUPPLIER,
            change_set(create(kept["SupplierId"], "1")),
            create(last),
            headers={"Prefer": "odata.continue-on-error"},
        )
    )
    assert found[0].status >= 400
    assert found[1].status == 201
    assert there(ifs, last)


def test_continue_on_error_does_not_split_a_change_set(ifs: Ifs) -> None:
    number = fresh_name("B")
    kept = supplier(ifs)
    answer = send(
        ifs,
        SUPPLIER,
        change_set(create(number, "1"), create(kept["SupplierId"], "2")),
        headers={"Prefer": "odata.continue-on-error"},
    )
    assert results(answer)[0].status >= 400
    assert not there(ifs, number)


def test_two_change_sets_are_two_transactions(ifs: Ifs) -> None:
    first = fresh_name("B")
    kept = supplier(ifs)
    found = results(
        send(
            ifs,
            SUPPLIER,
            change_set(create(first, "1"), boundary="changeset_1"),
            change_set(create(kept["SupplierId"], "1"), boundary="changeset_2"),
        )
    )
    assert found[0].status == 201
    assert found[1].status >= 400
    assert there(ifs, first)


def test_a_batch_of_another_form_is_refused(ifs: Ifs) -> None:
    number = fresh_name("B")
    url = f"{SUPPLIER.service}/$batch"
    body = json.dumps(
        {"requests": [{"id": "1", "method": "POST", "url": "SupplierInfoGeneralSet", "body": {"SupplierId": number}}]}
    )
    for content, kind in (
        (body, "application/json"),
        ("nonsense", "multipart/mixed; boundary=batch_1"),
        ("--batch_1--\r\n", "multipart/mixed"),
    ):
        answer = ifs.send("POST", url, content=content, headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500, kind
    assert not there(ifs, number)


def test_a_batch_with_a_change_set_is_one_write(ifs: Ifs) -> None:
    ifs.steer.reset_stats()
    send(
        ifs,
        SUPPLIER,
        change_set(create(fresh_name("B"), "1"), create(fresh_name("B"), "2"), create(fresh_name("B"), "3")),
    )
    stats = ifs.steer.stats()
    assert (stats["requests"], stats["reads"], stats["writes"]) == (1, 0, 1)


def test_an_expired_token_refuses_a_batch_whole(ifs: Ifs) -> None:
    number = fresh_name("B")
    ifs.steer.arm("unauthorized", path=r"\$batch")
    assert send(ifs, SUPPLIER, change_set(create(number))).status_code == 401
    assert not there(ifs, number)
