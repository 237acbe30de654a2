"""No credentials, no network, no such endpoint: one clear message and a hint, soon. And the region is the stack's."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.aws import CREDENTIALS, Aws
from tests.support.cli import Cli, Result
from tests.support.site import Site

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


def timed(cli: Cli, env: dict[str, str], words: tuple[str, ...]) -> tuple[Result, float]:
    started = time.monotonic()
    result = cli.run(*words, env=env)
    return result, time.monotonic() - started


def soon(cli: Cli, env: dict[str, str], *words: str) -> Result:
    """The result of a command that may not take long to find out."""
    result, took = timed(cli, env, words or SHOW)
    assert took < SOON, f"{took:.1f} s"
    return result


def soon_given_up(cli: Cli, env: dict[str, str]) -> Result:
    """As `soon`, for waits that do take most of the time: what a busy machine needs to start a process is taken off."""
    with closed() as url:
        _, start = timed(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url}, SHOW)
    result, took = timed(cli, env, SHOW)
    assert took - start < SOON - 0.5, f"{took:.1f} s, of which {start:.1f} s to start"
    return result


def is_told(result: Result, code: str, *words: str) -> None:
    assert (result.code, result.json["status"]) == (1, "failed"), result
    error = result.json["error"]
    assert error["code"] == code, error
    assert error["hint"], error
    assert all(word in error["message"] for word in words), error
    assert "Traceback" not in result.err


@pytest.mark.parametrize("words", [SHOW, PUSH])
def test_no_credentials(cli: Cli, words: tuple[str, ...]) -> None:
    (cli.cwd / ".env").write_text("A=1\n")
    result = soon(cli, NO_IMDS, *words)
    is_told(result, "aws.credentials", "no AWS credentials found")
    assert "aws sso login" in result.json["error"]["hint"]


def test_half_of_the_credentials(cli: Cli) -> None:
    is_told(soon(cli, {"AWS_ACCESS_KEY_ID": "a", **NO_IMDS}), "aws.credentials", "cannot be used")


def test_an_unknown_profile(cli: Cli) -> None:
    is_told(soon(cli, {"AWS_PROFILE": "nobody", **NO_IMDS}), "aws.credentials", "nobody")


@pytest.mark.parametrize("words", [SHOW, PUSH])
def test_a_closed_port(cli: Cli, words: tuple[str, ...]) -> None:
    (cli.cwd / ".env").write_text("A=1\n")
    with closed() as url:
        is_told(soon(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url}, *words), "aws.unreachable", url)


def test_an_unknown_host(cli: Cli) -> None:
    url = "http://ssm.nowhere.invalid"
    is_told(soon(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url}), "aws.unreachable", url)


def test_an_endpoint_that_never_answers(cli: Cli) -> None:
    with mute() as url:
        result = soon_given_up(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url})
    is_told(result, "aws.unreachable", url, "did not answer")


def test_a_name_server_that_never_answers(cli: Cli, tmp_path: Path) -> None:
    """getaddrinfo has no timeout of its own."""
    slow = "import socket, time\nsocket.getaddrinfo = lambda *words, **more: time.sleep(60)\n"
    (tmp_path / "sitecustomize.py").write_text(slow)
    path = f"{tmp_path}:{cli.env['PYTHONPATH']}"
    result = soon_given_up(cli, {**CREDENTIALS, "PYTHONPATH": path, "AWS_ENDPOINT_URL": "http://aws.example"})
    is_told(result, "aws.unreachable", "no name server answers for aws.example")


GARBAGE = [
    "nonsense",
    "http://",
    "http:///path",
    "://x",
    "http://a b/",
    "http://[::1",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:port",
    "ftp://127.0.0.1:1",
    "http://.",
    f"http://{'a' * 70}.example",
    "http://\u00fc\u0131..example",
]


@pytest.mark.parametrize("url", GARBAGE)
def test_an_endpoint_that_is_no_url(cli: Cli, url: str) -> None:
    result = soon(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url})
    is_told(result, "aws.unreachable")
    assert "AWS_ENDPOINT_URL" in result.json["error"]["hint"]


@pytest.mark.parametrize("region", ["nowhere-1", "x", "eu-west-1.evil.example", "a b", "\u00fc"])
def test_a_region_that_does_not_exist(cli: Cli, region: str) -> None:
    result = soon(cli, {**CREDENTIALS}, *SHOW, "--region", region)
    is_told(result, "aws.region", region)


def test_a_metadata_service_that_never_answers_is_tried_once(cli: Cli) -> None:
    with mute() as url:
        result = soon_given_up(cli, {"AWS_EC2_METADATA_SERVICE_ENDPOINT": url})
    is_told(result, "aws.credentials", "no AWS credentials found")


class _Imds(BaseHTTPRequestHandler):
    """A metadata service of an instance with a role."""

    def do_PUT(self) -> None:
        self._say("a-token")

    def do_GET(self) -> None:
        if self.path.rstrip("/").endswith("security-credentials"):
            return self._say("ops-role")
        expires = (datetime.now(UTC) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "s", "Token": "t", "Expiration": expires}
        return self._say(json.dumps({"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": expires, **keys}))

    def _say(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def imds() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Imds)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_role_of_an_instance_serves(site: Site, imds: str) -> None:
    site.store_old()
    for name in CREDENTIALS:
        del site.cli.env[name]
    result = site.run(*PUSH, env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds})
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert site.both() == ("new", "new")


def _region(aws: Aws, home: Path) -> dict[str, str]:
    return {"AWS_REGION": "eu-west-1"}


def _default_region(aws: Aws, home: Path) -> dict[str, str]:
    return {"AWS_DEFAULT_REGION": "us-east-1"}


def _profile(aws: Aws, home: Path) -> dict[str, str]:
    (home / "config").write_text("[profile ops]\nregion = eu-central-1\n")
    return {"AWS_CONFIG_FILE": str(home / "config"), "AWS_PROFILE": "ops"}


@pytest.mark.parametrize(
    ("set_region", "note"),
    [
        (_region, "AWS_REGION (eu-west-1) is ignored"),
        (_default_region, "AWS_DEFAULT_REGION (us-east-1) is ignored"),
        (_profile, "the AWS profile's region (eu-central-1) is ignored"),
    ],
)
def test_another_region_is_ignored_and_named(
    stored: Site, tmp_path: Path, set_region: Callable[[Aws, Path], dict[str, str]], note: str
) -> None:
    result = stored.run(*SHOW, env=set_region(stored.aws, tmp_path))
    assert (result.code, result.json["status"]) == (0, "ok"), result
    assert f"{note}; the region is ap-northeast-2" in result.err


def test_the_same_region_is_not_worth_a_word(stored: Site) -> None:
    same = {"AWS_REGION": "ap-northeast-2", "AWS_DEFAULT_REGION": "ap-northeast-2"}
    assert "ignored" not in stored.run(*SHOW, env=same).err


def test_only_the_option_changes_the_region(stored: Site) -> None:
    result = stored.run(*SHOW, "--region", "eu-west-1")
    assert result.code == 4, "another region holds no such parameter"
    assert "does not exist in eu-west-1" in result.json["findings"][0]["message"]
