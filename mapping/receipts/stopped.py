"""What stands in the way of a line of a receipt, as an item of one of its fields."""

from __future__ import annotations

from mapping.kinds import Item, ItemKind

WHERE = "correct the receipt at JAGGAER"


class StoppedError(Exception):
    """Something stands in the way of a line; the item's field is one of the line's.

    `of_order`: it goes once the lines of the order change in IFS.
    """

    def __init__(self, item: Item, *, of_order: bool = False) -> None:
        super().__init__(item.reason)
        self.item = item
        self.of_order = of_order


def dead(name: str, value: str | None, reason: str, remedy: str = WHERE, *, of_order: bool = False) -> StoppedError:
    """What somebody has to correct."""
    return StoppedError(Item(ItemKind.DEAD_LETTER, name, value, reason, remedy), of_order=of_order)


def conflict(
    name: str, value: str | None, reason: str, remedy: str, *, ifs: str | None = None, jaggaer: str | None = None
) -> StoppedError:
    """What the two systems say differently."""
    return StoppedError(Item(ItemKind.CONFLICT, name, value, reason, remedy, ifs=ifs, jaggaer=jaggaer))


def held(name: str, value: str | None, reason: str, remedy: str, *, of_order: bool = False) -> StoppedError:
    """What may be right but must not go yet."""
    return StoppedError(Item(ItemKind.HELD, name, value, reason, remedy), of_order=of_order)


def unseen(value: str | None, reason: str) -> StoppedError:
    """What IFS does not show: unknown, not gone."""
    return held("receipt", value, reason, "look for it in IFS, and who may see it")


def waits(order_no: str, where: str) -> StoppedError:
    """For the order to be in both systems."""
    return StoppedError(
        Item(
            ItemKind.WAITING,
            "poNumber",
            order_no,
            f"order {order_no} is {where}",
            "goes by itself once the order is in both systems, or correct its number in the receipt",
            waits_for=f"purchase_order:{order_no}",
        )
    )
