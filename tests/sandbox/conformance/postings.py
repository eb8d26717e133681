"""Proposals and vouchers as a client enters them: head and rows in one change set (contracts/ifs.md 3, 4)."""

from decimal import Decimal

from .batch import Part, Result, change_set, results, send
from .contract import AGREEMENT_PRICE, PROPOSAL, VOUCHER
from .wire import Ifs, Row
from .world import agreement, build_ifs, make, proposal_head, proposal_line, voucher_head, voucher_rows


def propose(ifs: Ifs, head: Row, *lines: Row) -> list[Result]:
    """Head and lines in one change set."""
    return results(
        send(
            ifs,
            PROPOSAL,
            change_set(
                Part("POST", "PostingProposalHeadSet", head, "1"),
                *(Part("POST", "$1/PostingProposalLineArray", line, str(place)) for place, line in enumerate(lines, 2)),
            ),
        )
    )


def post_voucher(ifs: Ifs, head: Row, *rows: Row) -> list[Result]:
    """Head and rows in one change set."""
    return results(
        send(
            ifs,
            VOUCHER,
            change_set(
                Part("POST", "VoucherSet", head, "1"),
                *(Part("POST", "$1/VoucherRowArray", row, str(place)) for place, row in enumerate(rows, 2)),
            ),
        )
    )


def fill_targets(ifs: Ifs) -> None:
    """Rows for the sets that only a synchronisation fills, so that a seeded sandbox has some of everything."""
    build_ifs(ifs)
    for number in range(12):
        net = Decimal("10.00") * number
        head = proposal_head(
            NetAmount=net, GrossAmount=net + 19, InvoiceType="Invoice" if number % 3 else "Credit", PayTermId="30"
        )
        lines = [
            proposal_line(RowNo=1, NetAmount=net),
            proposal_line(RowNo=2, NetAmount=Decimal(number % 2), TaxAmount=Decimal(0)),
        ]
        for found in (propose(ifs, head, *lines), post_voucher(ifs, voucher_head(), *voucher_rows())):
            assert {result.status for result in found} == {201}, found
        key = {"AgreementId": agreement(ifs, ExternalReference=f"JAG:{number}")["AgreementId"]}
        for quantity in (Decimal(1), Decimal("9.5"), Decimal(10), Decimal(100)):
            make(
                ifs,
                AGREEMENT_PRICE,
                key
                | {
                    "PartNo": f"PART-{number}",
                    "MinQuantity": quantity,
                    "ValidFrom": "2026-01-01",
                    "Price": 9 + quantity,
                },
            )
