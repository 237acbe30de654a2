"""A proxy between academyctl and its AWS: counts the calls, and does something to the one that a test names.

It speaks real HTTP to both sides. A fault works before the call is passed on, after it was applied, or on the answer.
"""

import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

from academyctl.sandbox.calls import api_call, is_mutating

REST_JSON = ("batch", "lambda")


@dataclass(frozen=True)
class Call:
    """One API call. `number` counts all of them from 1, `nth` those of the same operation and name."""

    number: int
    operation: str
    name: str
    nth: int
    service: str = ""

    @property
    def is_mutating(self) -> bool:
        return is_mutating(self.operation)


def _nothing() -> None:
    return


class Answer:
    """What the client gets."""


@dataclass(frozen=True)
class PassedOn(Answer):
    pass


@dataclass(frozen=True)
class Dropped(Answer):
    """The connection is closed without a byte."""


@dataclass(frozen=True)
class Silence(Answer):
    """Not a byte, and the connection stays open until the client closes it."""


@dataclass(frozen=True)
class Refused(Answer):
    """An error as AWS words it."""

    code: str
    status: int = 400
    message: str = "refused"


@dataclass(frozen=True, kw_only=True)
class Fault:
    before: Callable[[], object] = _nothing
    forwarded: bool = True
    after: Callable[[], object] = _nothing
    answer: Answer = PassedOn()


def refuse(code: str, status: int = 400, message: str = "refused") -> Fault:
    return Fault(forwarded=False, answer=Refused(code, status, message))


def denied(action: str) -> Refused:
    """AccessDenied, in AWS's words."""
    who = "User: arn:aws:iam::123456789012:user/ops is not authorized to perform"
    return Refused("AccessDeniedException", 400, f"{who}: {action} on resource: * because no identity-based policy")


def lose(answer: Answer, *, applied: bool) -> Fault:
    """The answer is lost in the given way; `applied`: AWS got the call."""
    return Fault(forwarded=applied, answer=answer)


def delay(seconds: float) -> Fault:
    return Fault(before=lambda: time.sleep(seconds))


@dataclass(frozen=True)
class _Rule:
    fault: Fault
    matches: Callable[[Call], bool]


@dataclass
class Proxy:
    """`url` stands for AWS. `calls` is the log."""

    target: str
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    _rules: list[_Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _victim: "threading.Event" = field(default_factory=threading.Event)
    _pid: int = 0

    def at(self, number: int, fault: Fault) -> None:
        """Does it to the call of that number."""
        self._rules.append(_Rule(fault, lambda call: call.number == number))

    def on(self, operation: str, fault: Fault, *, name: str = "", nth: tuple[int, ...] | int = 1) -> None:
        """Does it to the nth (or several) calls of an operation on a name; nth=() means to all of them."""
        wanted = (nth,) if isinstance(nth, int) else nth
        self._rules.append(
            _Rule(
                fault,
                lambda call: (
                    call.operation == operation
                    and (not name or call.name == name)
                    and (not wanted or call.nth in wanted)
                ),
            )
        )

    def clear(self) -> None:
        """Nothing is done to any call any more."""
        self._rules.clear()

    def victim(self, pid: int) -> None:
        """Names the process that `signal_client` hits; calls wait for it."""
        self._pid = pid
        self._victim.set()

    def signal_client(self, number: int) -> Callable[[], None]:
        def send() -> None:
            assert self._victim.wait(10), "no victim was named"
            os.kill(self._pid, number)

        return send

    @property
    def log(self) -> list[tuple[str, str]]:
        return [(call.operation, call.name) for call in self.calls]

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The mutating calls."""
        return [(call.operation, call.name) for call in self.calls if call.is_mutating]

    def count(self, operation: str, name: str = "") -> int:
        return sum(call.operation == operation and (not name or call.name == name) for call in self.calls)

    def note(self, operation: str, name: str, service: str = "") -> tuple[Call, Fault]:
        """The call as it is logged, and what is done to it."""
        with self._lock:
            nth = sum((call.operation, call.name) == (operation, name) for call in self.calls) + 1
            call = Call(len(self.calls) + 1, operation, name, nth, service)
            self.calls.append(call)
        return call, next((rule.fault for rule in self._rules if rule.matches(call)), Fault())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body go in two writes: with Nagle's algorithm the second waits 40 ms for the first to be acknowledged.
    disable_nagle_algorithm = True
    proxy: Proxy

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def do_PUT(self) -> None:
        self._pass()

    def do_DELETE(self) -> None:
        self._pass()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        api = api_call(self.command, self.path, dict(self.headers.items()), body)
        _, fault = self.proxy.note(api.operation, api.name, api.service)
        fault.before()
        status, headers, answer = self._forward(body) if fault.forwarded else (200, {}, b"")
        fault.after()
        match fault.answer:
            case Refused(code, status, message):
                self._answer(status, *_error(self.headers, api.service, code, message))
            case Dropped():
                self.close_connection = True
            case Silence():
                self.rfile.read(1)
                self.close_connection = True
            case _:
                self._answer(status, headers, answer)

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        url = self.proxy.target + self.path
        request = urllib.request.Request(url, data=body or None, headers=headers, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers), refused.read()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return


def _error(headers: Any, service: str, code: str, message: str) -> tuple[dict[str, str], bytes]:
    """An error in the protocol of the service: JSON, JSON over REST, or XML, which EC2 wraps otherwise."""
    if headers.get("X-Amz-Target"):
        return {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"__type": code, "message": message}).encode()
    if service in REST_JSON:
        return {"Content-Type": "application/json", "x-amzn-ErrorType": code}, json.dumps({"message": message}).encode()
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    text = (
        f"<Response><Errors>{error}</Errors></Response>"
        if service == "ec2"
        else f"<ErrorResponse>{error}</ErrorResponse>"
    )
    return {"Content-Type": "text/xml"}, text.encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.faults: list[BaseException] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed, or gave up, is no news; a fault that fails is."""
        failure = sys.exception()
        if failure and not isinstance(failure, ConnectionError):
            self.faults.append(failure)


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """A proxy to `target` on a free loopback port."""
    proxy = Proxy(target)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    for failure in server.faults:
        raise failure
