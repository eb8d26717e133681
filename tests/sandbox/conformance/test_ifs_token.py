"""contracts/ifs.md 1: the token."""

import time

from .contract import SUPPLIER
from .wire import Ifs, basic


def test_a_token_answer_has_the_fields_of_keycloak(ifs: Ifs) -> None:
    answer = ifs.ask_token(scope="openid microprofile-jwt")
    assert answer.status_code == 200
    body = answer.json()
    assert {"access_token", "expires_in", "refresh_expires_in", "token_type", "scope"} <= set(body)
    assert body["token_type"] == "Bearer"
    assert isinstance(body["access_token"], str)
    assert body["access_token"]


def test_a_token_lasts_180_seconds_unless_set_otherwise(ifs: Ifs) -> None:
    assert ifs.ask_token().json()["expires_in"] == 180
    ifs.steer.settings(token_lifetime=3600)
    assert ifs.ask_token().json()["expires_in"] == 3600


def test_credentials_may_come_as_basic(ifs: Ifs) -> None:
    answer = ifs.http.post(
        ifs.token_path,
        data={"grant_type": "client_credentials", "scope": "openid microprofile-jwt"},
        headers=basic(ifs.client_id, ifs.client_secret),
    )
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert ifs.send("GET", ifs.url(SUPPLIER), token=token).status_code == 200


def test_a_wrong_secret_is_refused(ifs: Ifs) -> None:
    answer = ifs.ask_token(client_secret="wrong")
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "unauthorized_client",
        "error_description": "Invalid client or Invalid client credentials",
    }


def test_a_wrong_secret_as_basic_is_refused(ifs: Ifs) -> None:
    answer = ifs.http.post(
        ifs.token_path, data={"grant_type": "client_credentials"}, headers=basic(ifs.client_id, "wrong")
    )
    assert answer.status_code == 401
    assert answer.json()["error"] == "unauthorized_client"


def test_a_wrong_or_missing_client_is_refused(ifs: Ifs) -> None:
    assert ifs.ask_token(client_id="nobody").status_code == 401
    assert ifs.ask_token(client_id="", client_secret="").status_code in {400, 401}


def test_another_grant_is_refused(ifs: Ifs) -> None:
    for grant in ("password", "authorization_code", ""):
        answer = ifs.ask_token(grant_type=grant)
        assert answer.status_code == 400
        assert answer.json()["error"]


def test_credentials_in_the_url_are_no_form_body(ifs: Ifs) -> None:
    answer = ifs.http.post(
        ifs.token_path,
        params={
            "grant_type": "client_credentials",
            "client_id": ifs.client_id,
            "client_secret": ifs.client_secret,
        },
    )
    assert answer.status_code in {400, 401}


def test_a_token_is_asked_for_with_post(ifs: Ifs) -> None:
    assert ifs.http.get(ifs.token_path).status_code == 405


def test_another_realm_gives_no_token(ifs: Ifs) -> None:
    path = ifs.token_path.replace("/realms/", "/realms/not-")
    answer = ifs.http.post(
        path,
        data={
            "grant_type": "client_credentials",
            "client_id": ifs.client_id,
            "client_secret": ifs.client_secret,
        },
    )
    assert answer.status_code == 404


def test_a_call_without_a_good_token_is_unauthorized(ifs: Ifs) -> None:
    url = ifs.url(SUPPLIER)
    assert ifs.http.get(url).status_code == 401
    assert ifs.http.get(url, headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert ifs.http.get(url, headers=basic(ifs.client_id, ifs.client_secret)).status_code == 401


def test_an_unauthorized_write_writes_nothing(ifs: Ifs) -> None:
    answer = ifs.http.post(ifs.url(SUPPLIER), json={"SupplierId": "UNAUTH", "Name": "x"})
    assert answer.status_code == 401
    assert ifs.stored(SUPPLIER, {"SupplierId": "UNAUTH"}) is None


def test_an_expired_token_is_unauthorized(ifs: Ifs) -> None:
    ifs.steer.settings(token_lifetime=1)
    token = ifs.ask_token().json()["access_token"]
    assert ifs.send("GET", ifs.url(SUPPLIER), token=token).status_code == 200
    time.sleep(1.2)
    assert ifs.send("GET", ifs.url(SUPPLIER), token=token).status_code == 401


def test_a_new_token_leaves_the_earlier_one_good(ifs: Ifs) -> None:
    first, second = (ifs.ask_token().json()["access_token"] for _ in range(2))
    assert first != second
    for token in (first, second):
        assert ifs.send("GET", ifs.url(SUPPLIER), token=token).status_code == 200
