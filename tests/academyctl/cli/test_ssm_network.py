"""No network, no such endpoint, or one that is no AWS: one clear message and a hint, soon."""

from pathlib import Path

import pytest

from tests.support.aws import CREDENTIALS
from tests.support.cli import Cli
from tests.support.deaf import PUSH, SHOW, closed, is_told, mute, portal, soon, soon_given_up
from tests.support.proxy import Refused, lose
from tests.support.site import Site


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


def test_behind_a_proxy_it_is_the_proxy_that_looks_up(cli: Cli, tmp_path: Path) -> None:
    """Our own name servers may know nothing then."""
    lost = (
        "import socket, time\nreal = socket.getaddrinfo\n"
        "socket.getaddrinfo = lambda host, *words, **more:"
        " time.sleep(60) if host == 'aws.example' else real(host, *words, **more)\n"
    )
    (tmp_path / "sitecustomize.py").write_text(lost)
    env = {"PYTHONPATH": f"{tmp_path}:{cli.env['PYTHONPATH']}", "AWS_ENDPOINT_URL": "http://aws.example"}
    with portal("{}") as url:
        result = soon(cli, {**CREDENTIALS, **env, "HTTP_PROXY": url})
    is_told(result, "aws.unreachable", "http://aws.example does not answer as AWS does")


GARBAGE = [
    "http://",
    "http:///path",
    "://x",
    "http://a b/",
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


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:99999", "http://127.0.0.1:port", "http://[::1"])
def test_what_can_be_no_url_at_all_is_called_so(cli: Cli, url: str) -> None:
    is_told(soon(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url}), "aws.unreachable", "the endpoint is no URL")


@pytest.mark.parametrize("region", ["nowhere-1", "x", "eu-west-1.evil.example", "a b", "\u00fc"])
def test_a_region_that_does_not_exist(cli: Cli, region: str) -> None:
    is_told(soon(cli, {**CREDENTIALS}, *SHOW, "--region", region), "aws.region", region)


ANSWERS = [("<html>sign in</html>", 200), ("<html>no</html>", 403), ("{}", 200), ("[]", 200), ("null", 200), ("", 404)]


@pytest.mark.parametrize(("text", "status"), ANSWERS)
def test_a_server_that_is_no_aws(cli: Cli, text: str, status: int) -> None:
    with portal(text, status) as url:
        result = soon(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": url})
    is_told(result, "aws.unreachable", url, "does not answer as AWS does")
    assert "html" not in result.out


def test_a_port_that_speaks_no_tls(cli: Cli) -> None:
    with portal("{}") as url:
        secure = url.replace("http:", "https:")
        is_told(soon(cli, {**CREDENTIALS, "AWS_ENDPOINT_URL": secure}), "aws.unreachable", secure, "TLS")


def test_a_put_that_something_else_than_aws_answers_is_looked_up(stored: Site) -> None:
    """A proxy in between says 403; the put had gone through."""
    stored.proxy.on("PutParameter", lose(Refused("403", 403), applied=True), name="/academy/api/env")
    assert stored.push().code == 0
    assert stored.both() == ("new", "new")
