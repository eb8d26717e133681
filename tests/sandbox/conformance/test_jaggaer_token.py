"""contracts/jaggaer.md 1: the token."""

import time

from .contract import RESOURCES, SUPPLIERS
from .wire import Jaggaer, basic


def test_a_token_answer_has_three_fields(jaggaer: Jaggaer) -> None:
    answer = jaggaer.ask_token()
    assert answer.status_code == 200
    body = answer.json()
    assert {"access_token", "expires_in", "token_type"} <= set(body)
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 180


def test_the_lifetime_can_be_set(jaggaer: Jaggaer) -> None:
    jaggaer.steer.settings(token_lifetime=777)
    assert jaggaer.ask_token().json()["expires_in"] == 777


def test_credentials_may_come_as_basic(jaggaer: Jaggaer) -> None:
    answer = jaggaer.http.post(
        jaggaer.token_path,
        data={"grant_type": "client_credentials"},
        headers=basic(jaggaer.client_id, jaggaer.client_secret),
    )
    assert answer.status_code == 200, answer.text


def test_a_wrong_secret_is_an_invalid_client(jaggaer: Jaggaer) -> None:
    answer = jaggaer.ask_token(client_secret="wrong")
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_description"]


def test_another_grant_is_refused(jaggaer: Jaggaer) -> None:
    answer = jaggaer.ask_token(grant_type="password")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_every_resource_needs_a_good_token(jaggaer: Jaggaer) -> None:
    for resource in RESOURCES:
        assert jaggaer.http.get(resource.path).status_code == 401
        assert jaggaer.http.get(resource.path, headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_an_expired_token_is_unauthorized(jaggaer: Jaggaer) -> None:
    jaggaer.steer.settings(token_lifetime=1)
    token = jaggaer.ask_token().json()["access_token"]
    assert jaggaer.send("GET", SUPPLIERS.path, token=token).status_code == 200
    time.sleep(1.2)
    assert jaggaer.send("GET", SUPPLIERS.path, token=token).status_code == 401


def test_the_token_of_the_other_system_is_not_good_here(jaggaer: Jaggaer, ifs: object) -> None:
    assert hasattr(ifs, "token")
    assert jaggaer.send("GET", SUPPLIERS.path, token=ifs.token()).status_code == 401


def test_an_older_tenant_answers_otherwise(jaggaer: Jaggaer) -> None:
    """contracts/jaggaer.md 1: base, token answer in milliseconds, a bare 401."""
    older = SUPPLIERS.path.replace("/j1p/", "/esop/jint/")
    assert jaggaer.send("GET", older).status_code == 404
    jaggaer.steer.settings(older_tenant=True)
    said = jaggaer.ask_token().json()
    assert said == {"token": said["token"], "expire_in": 180_000}
    assert jaggaer.send("GET", older, token=said["token"]).status_code == 200
    assert jaggaer.send("GET", SUPPLIERS.path, token=said["token"]).status_code == 404
    refused = jaggaer.http.get(older)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "; charset=UTF-8"
    assert "www-authenticate" not in refused.headers
