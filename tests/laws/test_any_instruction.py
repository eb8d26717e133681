"""Laws 1, 2 and 8: the process dies between any two steps that anybody else could see.

Such a step is a commit of the store or a request; in this process death is an exception after which no step is
taken any more. What a real SIGKILL does besides, test_killed.py shows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pipeline.documents import Documents
from pipeline.driving import Product
from pipeline.world import World

from connectors.exchange import Exchange
from ifs_jaggaer.pipeline import holder
from ifs_jaggaer.store import store

STRIDE = 7
"""Steps between one death and the next."""

AGAIN = 5
"""Deaths before it may complete what it began."""


class Killed(BaseException):
    """No finally block gets anything done after it, since every step raises it again."""


class Death:
    """Comes before the n-th step."""

    def __init__(self, at: int) -> None:
        self._left = at

    @property
    def came(self) -> bool:
        return self._left <= 0

    def step(self) -> None:
        self._left -= 1
        if self.came:
            raise Killed


@contextmanager
def dying(at: int) -> Iterator[Death]:
    death = Death(at)
    transaction: Callable[..., Any] = store.transaction
    send = Exchange.send

    @contextmanager
    def mortal_transaction(*args: Any, **how: Any) -> Iterator[Any]:
        if how.get("read_only"):
            if death.came:
                raise Killed
            with transaction(*args, **how) as db:
                yield db
            return
        death.step()
        with transaction(*args, **how) as db:
            yield db
        death.step()

    async def mortal_send(self: Exchange, *args: Any, **how: Any) -> Any:
        if how.get("content") is None:
            return await send(self, *args, **how)
        death.step()
        reply = await send(self, *args, **how)
        death.step()
        return reply

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "transaction", mortal_transaction)
        patch.setattr(Exchange, "send", mortal_send)
        yield death
    # The next run is another process.
    holder._PROCESS = uuid.uuid4().hex


def test_whatever_was_begun_is_completed_once(world: World, product: Product) -> None:
    at, through, deaths = 1, False, 0
    while not through:
        documents = Documents.make(world)
        for _ in range(AGAIN):  # it dies again and again, each time some steps later
            with dying(at) as death:
                try:
                    product.run_all()
                    through = True
                    break
                except BaseException:  # noqa: BLE001 - a death, or a group of them
                    assert death.came
                    deaths += 1
            at += STRIDE
        product.run_all()
        product.run_all()
        there = documents.there(world)
        assert there == dict.fromkeys(there, 1)
        assert world.orders_there(documents.order)[0]["header"]["revisionNumber"] == 0
        assert not product.open_items()
    assert deaths > 2 * AGAIN
    product.verify_audit()
