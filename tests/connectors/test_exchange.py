from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scripted import CALL, Scripted, auth_to, channel_to, scripted

from connectors.http import Request
from ifs_jaggaer.errors import SettingsError, Unreachable


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    whole = tmp_path / "server.pem"
    whole.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_the_operators_matter(self_signed: ssl.SSLContext) -> None:
    async with scripted() as tokens:
        other = Scripted()
        server = await asyncio.start_server(other.connected, "localhost", 0, ssl=self_signed)
        port = server.sockets[0].getsockname()[1]
        channel = channel_to(f"https://localhost:{port}", auth=auth_to(tokens.url))
        with pytest.raises(SettingsError, match="certificate") as raised:
            await channel.write(Request("POST", "/x", body=b"{}"), CALL, repeatable=False)
        assert "SSL_CERT_FILE" in raised.value.remedy
        assert other.seen == []
        assert channel.witness.events == ["before 1", "check 1", "after 1"]
        await channel.aclose()
        server.close()
        await other.end()
        await server.wait_closed()


async def test_requests_go_side_by_side() -> None:
    async with scripted() as server:
        channel = channel_to(server.url)
        await asyncio.gather(*(channel.read(Request("GET", f"/{n}"), CALL) for n in range(40)))
        assert sorted(int(seen.target[1:]) for seen in server.seen) == list(range(40))
        await channel.aclose()


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("http://127.0.0.1:1", "connection refused"),
        ("http://localhost:1", "connection refused"),
        ("https://no-such-host.invalid", "the name of the host is not known"),
    ],
)
async def test_why_there_is_no_connection(host: str, why: str) -> None:
    async with scripted() as tokens:
        channel = channel_to(host, auth=auth_to(tokens.url))
        with pytest.raises(Unreachable, match=why):
            await channel.read(Request("GET", "/x"), CALL)
        await channel.aclose()
