"""Tokens by both ways of RFC 6749, the sliding minute, and faults as they are armed."""

import base64
from urllib.parse import quote_plus, urlencode

import pytest

from ifs_jaggaer.sandbox.faults import Faults
from ifs_jaggaer.sandbox.kernel import Answer, Call, Clock, Refusal
from ifs_jaggaer.sandbox.oauth import Tokens, WrongClient
from ifs_jaggaer.sandbox.traffic import Traffic

from .tools import CLIENT

FORM = "application/x-www-form-urlencoded"


def grant(form: dict[str, str], **headers: str) -> str | Answer:
    tokens = Tokens(CLIENT, WrongClient("unauthorized_client", "no"))
    return tokens.grant(Call("POST", "/token", "", {"content-type": FORM, **headers}, urlencode(form).encode()))


def status(granted: str | Answer) -> int:
    return granted.status if isinstance(granted, Answer) else 200


GRANT = {"grant_type": "client_credentials"}
BODY = {"client_id": CLIENT.client_id, "client_secret": CLIENT.client_secret}


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def test_basic_credentials_are_form_encoded() -> None:
    """RFC 6749, 2.3.1: a secret with signs in it is encoded before it goes into the header."""
    assert status(grant(GRANT, authorization=basic(CLIENT.client_id, quote_plus(CLIENT.client_secret)))) == 200
    assert status(grant(GRANT, authorization=basic(CLIENT.client_id, CLIENT.client_secret))) == 401


def test_one_way_to_authenticate_at_a_time() -> None:
    header = basic(CLIENT.client_id, quote_plus(CLIENT.client_secret))
    assert status(grant(GRANT | BODY)) == 200
    assert status(grant(GRANT | BODY, authorization=header)) == 400
    assert status(grant(BODY)) == 400
    assert status(grant(GRANT)) == 401


def test_a_request_beyond_the_limit_waits_and_is_not_counted() -> None:
    traffic = Traffic(Clock())
    assert [traffic.throttle(3) for _ in range(3)] == [0, 0, 0]
    assert 59 <= traffic.throttle(3) <= 60
    assert traffic.throttle(4) == 0
    assert traffic.throttle(6, weight=3) > 0
    assert traffic.throttle(6, weight=2) == 0


def test_what_can_never_pass_is_told_to_wait_a_minute() -> None:
    assert Traffic(Clock()).throttle(3, weight=4) == 60


def call(method: str = "GET", path: str = "/a") -> Call:
    return Call(method, path, "x=%271%27")


def test_faults_are_met_in_the_order_in_which_they_were_armed() -> None:
    faults = Faults(frozenset())
    faults.arm({"fault": "html_502", "method": "post"})
    faults.arm({"fault": "html_503", "skip": 1})
    faults.arm({"fault": "html_504", "path": r"\?x='1'$", "times": 2})
    met = [fault.name if fault else None for fault in (faults.strike(call()) for _ in range(4))]
    assert met == ["html_504", "html_503", "html_504", None]
    assert [(each["fault"], each["hits"]) for each in faults.shown()] == [
        ("html_502", 0),
        ("html_503", 1),
        ("html_504", 2),
    ]


def test_a_token_request_meets_only_what_names_its_path() -> None:
    faults = Faults(frozenset())
    faults.arm({"fault": "html_502"})
    assert faults.strike(call("POST", "/auth/token"), token=True) is None
    faults.arm({"fault": "html_503", "path": "/auth/"})
    met = faults.strike(call("POST", "/auth/token"), token=True)
    assert met
    assert met.name == "html_503"


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "x"},
        {},
        {"fault": "throttle", "path": "("},
        {"fault": "throttle", "times": 0},
        {"fault": "throttle", "args": 1},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order: dict[str, object]) -> None:
    faults = Faults(frozenset())
    with pytest.raises(Refusal):
        faults.arm(order)
    assert faults.shown() == []
