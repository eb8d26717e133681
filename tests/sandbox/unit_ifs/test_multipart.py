"""Batches as clients write them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ifs_jaggaer.sandbox.ifs.batch import ChangeSet, Part, read_batch
from ifs_jaggaer.sandbox.ifs.errors import ODataError
from ifs_jaggaer.sandbox.kernel import Call

SERVICE = "/main/ifsapplications/projection/v1/SupplierHandling.svc"


def batch(*pieces: bytes, end: bytes = b"\r\n", boundary: str = "b_1") -> Call:
    mark = f"--{boundary}".encode()
    body = b"".join(mark + end + piece + end for piece in pieces) + mark + b"--" + end
    return Call("POST", f"{SERVICE}/$batch", "", {"content-type": f'multipart/mixed; boundary="{boundary}"'}, body)


def piece(request: str, body: bytes = b"", end: bytes = b"\r\n", content_id: str = "1") -> bytes:
    outer = f"Content-Type: application/http\nContent-ID: {content_id}\n\n"
    inner = f"{request} HTTP/1.1\nContent-Length: {len(body)}\n\n"
    return (outer + inner).encode().replace(b"\n", end) + body


@given(body=st.binary(max_size=60), end=st.sampled_from([b"\r\n", b"\n"]))
def test_any_body_arrives_byte_for_byte(body: bytes, end: bytes) -> None:
    assume(b"--b_1" not in body)
    assume(end == b"\r\n" or not body.endswith(b"\r"))  # a line end without \r would swallow it
    [part] = read_batch(batch(piece("POST Set", body, end), end=end), SERVICE)
    assert isinstance(part, Part)
    assert part.call.body == body
    assert part.content_id == "1"


@pytest.mark.parametrize(
    "url",
    ["Set('1')?$top=1", f"{SERVICE}/Set('1')?$top=1", f"http://127.0.0.1:80{SERVICE}/Set('1')?$top=1"],
)
def test_urls_are_relative_or_absolute(url: str) -> None:
    [part] = read_batch(batch(piece(f"GET {url}")), SERVICE)
    assert isinstance(part, Part)
    assert (part.call.path, part.call.query) == ("Set('1')", "$top=1")


def test_a_url_of_another_service_is_refused() -> None:
    with pytest.raises(ODataError) as refused:
        read_batch(batch(piece("GET /main/ifsapplications/projection/v1/Other.svc/Set")), SERVICE)
    assert refused.value.status == 400


def test_a_change_set_stands_as_one() -> None:
    inner = batch(piece("POST A", content_id="1"), piece("PATCH $1", content_id="2"), boundary="c")
    outer = batch(b'Content-Type: multipart/mixed; boundary="c"\r\n\r\n' + inner.body, piece("GET B"))
    first, second = read_batch(outer, SERVICE)
    assert isinstance(first, ChangeSet)
    assert [(part.call.method, part.call.path) for part in first.parts] == [("POST", "A"), ("PATCH", "$1")]
    assert isinstance(second, Part)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"--b_1\r\n", b"--b_1\r\nx\r\n--b_1--\r\n"])
def test_a_broken_batch_is_refused(body: bytes) -> None:
    call = Call("POST", f"{SERVICE}/$batch", "", {"content-type": "multipart/mixed;boundary=b_1"}, body)
    with pytest.raises(ODataError) as refused:
        read_batch(call, SERVICE)
    assert refused.value.status == 400
