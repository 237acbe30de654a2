"""A proxy before a container engine's socket: logs the writes, and does something before or after the one that a test
names. It speaks real HTTP on unix sockets to both sides.
"""

import http.client
import json
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

WRITE = re.compile(r"(?:/v[\d.]+)?/(?:containers|networks)/(?:[^/?]+/)?(create|connect|update|stop|start|rename)\b")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`before` runs with the engine untouched, `after` when it has done it and nobody knows yet.

    `drop`: the client gets no answer. `refused`: (status, message) in place of asking the engine.
    """

    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    drop: bool = False
    refused: tuple[int, str] | None = None


@dataclass
class EngineProxy:
    """`writes` is what was asked for, in order: create, connect, update, stop, rename, start, remove; `bodies` the text
    that was sent with each. `looks` run once each, after the next read of one container."""

    engine: str
    host: str
    writes: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)
    looks: list[Callable[[], object]] = field(default_factory=list)

    def reset(self, faults: dict[int, Fault] | None = None) -> None:
        """`faults` by the number of the write, from 1."""
        self.writes, self.bodies, self.faults, self.looks = [], [], faults or {}, []

    def fault(self, what: str) -> Fault:
        if not what:
            return Fault()
        self.writes.append(what)
        return self.faults.get(len(self.writes), Fault())


def what_of(method: str, path: str) -> str:
    """The write that a request is; "" for a read."""
    if method == "DELETE":
        return "remove"
    found = WRITE.match(path) if method == "POST" else None
    return found[1] if found else ""


class _ToEngine(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


def asked(engine: str, path: str) -> Any:
    """What a GET answers, past every proxy. The docker CLI says the same in thirty times the time."""
    line = _ToEngine(engine.removeprefix("unix://"))
    try:
        line.request("GET", f"/v1.41{path}")
        answer = line.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)
    finally:
        line.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: EngineProxy

    def __getattr__(self, name: str) -> Callable[[], None]:
        """do_GET and all others are one."""
        if name.startswith("do_"):
            return self._pass
        raise AttributeError(name)

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        what = what_of(self.command, self.path)
        fault = self.proxy.fault(what)
        if what:
            self.proxy.bodies.append(body.decode())
        fault.before()
        status, kind, answer = self._refused(fault) if fault.refused else self._asked(body)
        fault.after()
        if not what and "/json" in self.path and "/containers/json" not in self.path and self.proxy.looks:
            self.proxy.looks.pop(0)()
        if fault.drop:
            self.close_connection = True
            return
        # Whom it is for may have been killed.
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def _refused(self, fault: Fault) -> tuple[int, str, bytes]:
        status, message = fault.refused or (500, "")
        return status, "application/json", b'{"message": "%s"}' % message.encode()

    def _asked(self, body: bytes) -> tuple[int, str, bytes]:
        line = _ToEngine(self.proxy.engine.removeprefix("unix://"))
        headers = {"Content-Type": self.headers.get("Content-Type") or "application/json"}
        try:
            line.request(self.command, self.path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            line.close()

    def address_string(self) -> str:
        return "client"

    def log_message(self, format: str, *args: object) -> None:
        return


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed."""


@contextmanager
def engine_proxy(engine: str, folder: Path) -> Iterator[EngineProxy]:
    """`engine` is the address of the real one; `folder` holds the proxy's socket and has a short path."""
    path = folder / "proxy.sock"
    proxy = EngineProxy(engine=engine, host=f"unix://{path}")
    server = _Server(str(path), type("Handler", (_Handler,), {"proxy": proxy}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
