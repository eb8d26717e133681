"""What an order and a requisition have each of their own in words and rules; all else of them is the same.

Sources: contracts/jaggaer.md 5; contracts/mapping.md, purchase orders; docs/requisitions.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from mapping.kinds import Limit

Status: TypeAlias = Literal["Sent", "Pending", "Completed", "Cancelled"]


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Names and rules of one type of document.

    Names: `words` is what it is called, also by the profile for its states, and `one` is one of them; `sync` and
    `record` are the kind's. At JAGGAER: the resource, the document in what is posted there, its number, id, date,
    person and list of lines. In IFS: its number, and what a service user `sees_by`.

    Rules: `states` gives JAGGAER's status for each state of IFS in which it is carried over, `open` the one of those
    that are not at their end; what is `not_sent` stays in IFS, or as it was sent. `ended` are JAGGAER's states that
    are an end: it takes no revision of what has ended (-1105). `ends_held`: the limit of the brake by which an end
    that IFS states is counted, None where it simply goes. What `comes_back` is looked at in every run.
    """

    words: str
    one: str
    sync: str
    record: str
    resource: str
    body: str
    number: str
    id: str
    date: str
    person: str
    lines: str
    number_in_ifs: str
    sees_by: str
    states: Mapping[str, Status]
    open: Status
    not_sent: frozenset[str]
    ended: frozenset[str]
    ends_held: Limit | None
    comes_back: bool

    @property
    def given_up(self) -> frozenset[str]:
        """Ends at JAGGAER of what nobody will have any more."""
        return self.ended - {"Completed"}


ORDER = DocumentType(
    words="order",
    one="an order",
    sync="purchase-orders",
    record="purchase_order",
    resource="purchaseorders",
    body="purchaseOrder",
    number="poNumber",
    id="poId",
    date="poDate",
    person="buyer",
    lines="poLine",
    number_in_ifs="OrderNo",
    sees_by="company",
    states={
        "Released": "Sent",
        "Confirmed": "Sent",
        "Arrived": "Sent",
        "Received": "Sent",
        "Closed": "Completed",
        "Cancelled": "Cancelled",
    },
    open="Sent",
    not_sent=frozenset({"Planned", "Stopped"}),
    ended=frozenset({"Completed", "Cancelled"}),
    ends_held="closed_orders",
    comes_back=True,
)
REQUISITION = DocumentType(
    words="requisition",
    one="a requisition",
    sync="requisitions",
    record="requisition",
    resource="requisitions",
    body="requisition",
    number="requisitionNumber",
    id="requisitionId",
    date="requisitionDate",
    person="requester",
    lines="requisitionLine",
    number_in_ifs="RequisitionNo",
    sees_by="site",
    states={"Released": "Pending", "Closed": "Completed", "Cancelled": "Cancelled"},
    open="Pending",
    not_sent=frozenset({"Planned"}),
    ended=frozenset({"Completed", "Cancelled", "Rejected"}),
    ends_held=None,
    comes_back=False,
)
