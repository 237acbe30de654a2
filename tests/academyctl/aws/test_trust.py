"""One trust store for all connections: loaded once for each CA bundle, and no less strict than botocore's own."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from academyctl.aws import trust
from academyctl.aws.connect import Connection
from academyctl.aws.sts import read_caller
from academyctl.model.errors import Unreachable
from tests.support.aws import CREDENTIALS

ANSWER = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a</Arn><UserId>u</UserId>"
    b"<Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, format: str, *args: Any) -> None:
        """Each request would be a line."""


def _certificate(folder: Path, host: str) -> Path:
    """A root that is its own server: key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{host}.pem"
    path.write_bytes(private + built.public_bytes(pem))
    return path


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("roots")
    return {host: _certificate(folder, host) for host in ("127.0.0.1", "127.0.0.2")}


@pytest.fixture
def server(roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A TLS server whose root is trusted by nobody yet; the process's stores are empty."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(roots["127.0.0.1"])
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = f"https://127.0.0.1:{listening.server_address[1]}"
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(trust, "_stores", {})
    yield url
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_a_bundle_is_loaded_once_for_all_connections(
    server: str, roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(roots["127.0.0.1"]))
    connections = [Connection("ap-northeast-2") for _ in range(2)]
    for connection in connections:
        connection.client("sts")
    loads: list[Any] = []
    stock = ssl.SSLContext.load_verify_locations

    def counted(self: ssl.SSLContext, *args: Any, **kwargs: Any) -> None:
        loads.append(args)
        stock(self, *args, **kwargs)

    with patch.object(ssl.SSLContext, "load_verify_locations", counted), ThreadPoolExecutor(8) as pool:
        callers = list(pool.map(read_caller, connections * 8))
    assert {caller.account for caller in callers} == {"1"}
    assert loads == [(str(roots["127.0.0.1"]),)]


def test_an_untrusted_root_is_refused_also_after_another_bundle_was_trusted(
    server: str, roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(roots["127.0.0.1"]))
    assert read_caller(Connection("ap-northeast-2")).account == "1"
    monkeypatch.setenv("AWS_CA_BUNDLE", str(roots["127.0.0.2"]))
    with pytest.raises(Unreachable, match="no TLS that we trust"):
        read_caller(Connection("ap-northeast-2"))
    monkeypatch.delenv("AWS_CA_BUNDLE")
    with pytest.raises(Unreachable, match="no TLS that we trust"):
        read_caller(Connection("ap-northeast-2"))


def test_the_name_in_the_certificate_counts(
    server: str, roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(roots["127.0.0.1"]))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.replace("127.0.0.1", "localhost"))
    with pytest.raises(Unreachable, match="no TLS that we trust"):
        read_caller(Connection("ap-northeast-2"))


def test_a_bundle_that_is_none_is_told(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "empty.pem"))
    with pytest.raises(Unreachable):
        read_caller(Connection("ap-northeast-2"))


def test_a_pool_that_shares_a_store_is_not_told_its_bundle_again(
    roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two lines of another thread a connection would load it."""
    monkeypatch.setattr(trust, "_stores", {})
    monkeypatch.setenv("AWS_CA_BUNDLE", str(roots["127.0.0.1"]))
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": "https://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    session = Connection("ap-northeast-2").client("sts")._endpoint.http_session
    pool = session._manager.connection_from_url("https://127.0.0.1:1")
    session._setup_ssl_cert(pool, "https://127.0.0.1:1", session._verify)
    named: list[str] = []

    def watched(self: Any, name: str, value: Any) -> None:
        named.append(name)
        object.__setattr__(self, name, value)

    monkeypatch.setattr(type(pool), "__setattr__", watched, raising=False)
    session._setup_ssl_cert(pool, "https://127.0.0.1:1", session._verify)
    assert (named, pool.ca_certs, pool.cert_reqs) == ([], None, "CERT_REQUIRED")


@pytest.mark.parametrize("missing", ["conn_kw", "ca_certs"])
def test_where_the_sdk_is_made_otherwise_its_own_way_is_kept(missing: str) -> None:
    """Then the bundle is loaded for each connection, as botocore does."""

    class Pool:
        ca_certs: str | None = None
        conn_kw: dict[str, Any] | None = None
        proxy = None

    class Session:
        _cert_file = None

        def _setup_ssl_cert(self, pool: Pool, url: str, verify: bool) -> None:
            if missing != "ca_certs":
                pool.ca_certs = "bundle.pem"

        def _get_ssl_context(self) -> None:
            raise AssertionError("nobody asks for one")

    class Client:
        class _endpoint:  # noqa: N801  # botocore's name
            http_session = Session()

    trust.share_trust(Client())
    pool = Pool()
    Client._endpoint.http_session._setup_ssl_cert(pool, "https://x", True)
    assert pool.ca_certs == (None if missing == "ca_certs" else "bundle.pem")
    trust.share_trust(object())
