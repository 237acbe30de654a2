"""A healthy account on a free loopback port, in a process of its own: preflight_server.py SECONDS [BUNDLE].

Every answer takes SECONDS longer, and a new connection twice as long, as over a distance. With BUNDLE it speaks TLS:
that file then holds the usual roots and the server's own. An answer is recorded when it is first given:
nothing but the way is measured. Prints its URL; ends when its stdin does.
"""

import datetime
import logging
import ssl
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from academyctl.profiles.load import load_contract, load_stack
from academyctl.sandbox import server
from academyctl.sandbox.control import Control
from academyctl.sandbox.seed import open_clients, seed
from academyctl.sandbox.world_healthy import build_healthy

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
Answer = tuple[int, dict[str, str], bytes]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in two writes on a kept connection waits for a delayed acknowledgement: 40 ms.
    wbufsize = -1
    latency: float
    target: str
    recorded: dict[tuple[str, ...], Answer]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key = (self.command, self.path, self.headers.get("X-Amz-Target", ""), body.decode())
        if key not in self.recorded:
            self.recorded[key] = self._forward(body)
        status, headers, text = self.recorded[key]
        time.sleep(self.latency)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _forward(self, body: bytes) -> Answer:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        request = urllib.request.Request(self.target + self.path, body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers), refused.read()

    def log_message(self, format: str, *args: Any) -> None:
        """Each request would be a line."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    latency: float
    context: ssl.SSLContext | None = None

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        time.sleep(2 * self.latency)
        try:
            if self.context:
                request = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return
        super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


def certificate(bundle: Path) -> ssl.SSLContext:
    """A root of our own, added to the roots that botocore trusts."""
    import certifi
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    root = made.public_bytes(pem)
    bundle.write_bytes(Path(certifi.where()).read_bytes() + root)
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own = bundle.with_suffix(".key")
    own.write_bytes(private + root)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context


def main() -> None:
    logging.disable(logging.CRITICAL)
    latency, bundle = float(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None
    stack = load_stack(ROOT / "env_profiles", "sandbox")
    control = Control()
    with server.running(stack.account, control=control) as target:
        clients = open_clients(target, stack.region)
        seed(clients, stack, load_contract(ROOT / "env_profiles").roles)
        build_healthy(clients, stack, control)
        handler = type("Recorded", (Handler,), {"latency": latency, "target": target, "recorded": {}})
        listening = Server((HOST, 0), handler)
        listening.latency, listening.context = latency, certificate(bundle) if bundle else None
        Thread(target=listening.serve_forever, daemon=True).start()
        print(f"{'https' if bundle else 'http'}://{HOST}:{listening.server_address[1]}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
