"""Endpoints that do not answer, or not as AWS does; and how soon a command has to say so."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.aws import CREDENTIALS
from tests.support.cli import Cli, Result

SOON = 5.0
"""Seconds: what is wrong with the way to AWS is told within them."""
SHOW = ("ssm", "show", "--role", "api", "--stack", "sandbox", "-o", "json")
PUSH = ("ssm", "push", "--role", "all", "--yes", "--stack", "sandbox", "-o", "json")
NO_IMDS = {"AWS_EC2_METADATA_DISABLED": "true"}


@contextmanager
def mute() -> Iterator[str]:
    """A port that accepts, and never says a byte."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def closed() -> Iterator[str]:
    """A port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Says(BaseHTTPRequestHandler):
    def say(self, text: str, status: int = 200) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def portal(text: str, status: int = 200, *, ahead: timedelta = timedelta(0)) -> Iterator[str]:
    """A server that answers everything with the same text; its clock is `ahead` of ours."""

    class Portal(_Says):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((datetime.now(UTC) + ahead).timestamp())

        def do_POST(self) -> None:
            self.say(text, status)

    with _serving(Portal) as url:
        yield url


class _Imds(_Says):
    def do_PUT(self) -> None:
        self.say("a-token")

    def do_GET(self) -> None:
        if self.path.rstrip("/").endswith("security-credentials"):
            return self.say("ops-role")
        expires = (datetime.now(UTC) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "s", "Token": "t", "Expiration": expires}
        return self.say(json.dumps({"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": expires, **keys}))


@contextmanager
def imds() -> Iterator[str]:
    """The metadata service of an instance with a role; a container's credential endpoint too."""
    with _serving(_Imds) as url:
        yield url


def _timed(cli: Cli, env: dict[str, str], words: tuple[str, ...]) -> tuple[Result, float]:
    started = time.monotonic()
    result = cli.run(*words, env=env)
    return result, time.monotonic() - started


def soon(cli: Cli, env: dict[str, str], *words: str) -> Result:
    """The result of a command that may not take long to find out."""
    result, took = _timed(cli, env, words or SHOW)
    assert took < SOON, f"{took:.1f} s"
    return result


def soon_given_up(cli: Cli, env: dict[str, str]) -> Result:
    """As `soon`, for waits that do take most of the time: what a busy machine needs to start a process is taken off."""
    with closed() as url:
        _, start = _timed(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url}, SHOW)
    result, took = _timed(cli, env, SHOW)
    assert took - start < SOON - 0.5, f"{took:.1f} s, of which {start:.1f} s to start"
    return result


def is_told(result: Result, code: str, *words: str) -> None:
    """One clear message and a hint; exit 1."""
    assert (result.code, result.json["status"]) == (1, "failed"), result
    error = result.json["error"]
    assert error["code"] == code, error
    assert error["hint"], error
    assert all(word in error["message"] for word in words), error
    assert "Traceback" not in result.err
