import os
import socket
import struct
import urllib.error
import urllib.request

import boto3
import pytest

from academyctl.model.errors import AcademyError
from academyctl.sandbox.server import HOST, served


def _account(endpoint: str) -> str:
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "pair"}
    sts = boto3.client("sts", endpoint_url=endpoint, region_name="ap-northeast-2", **keys)
    return str(sts.get_caller_identity()["Account"])


def test_every_caller_is_the_named_account() -> None:
    with served("809466760795") as endpoint:
        assert _account(endpoint) == "809466760795"


def test_the_account_of_an_outer_moto_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111111111111")
    with served("222222222222") as endpoint:
        assert _account(endpoint) == "222222222222"
    assert os.environ["MOTO_ACCOUNT_ID"] == "111111111111"


def test_it_listens_on_loopback_only_and_is_gone_afterwards() -> None:
    with served("222222222222") as endpoint:
        host, port = endpoint.removeprefix("http://").split(":")
        assert host == HOST
    with socket.socket() as client:
        assert client.connect_ex((HOST, int(port))) != 0


def test_a_port_in_use_is_one_clear_error(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AcademyError) as refused, served("222222222222", port):
            pytest.fail("it serves on a port in use")
    assert refused.value.message == f"cannot listen on {HOST}:{port}: address already in use"
    assert capfd.readouterr() == ("", "")


def test_neither_requests_nor_rude_clients_nor_unknown_services_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    with served("222222222222") as endpoint:
        _account(endpoint)
        _hang_up(int(endpoint.rpartition(":")[2]))
        scope = "any/20260101/us-east-1/nosuchservice/aws4_request"
        request = urllib.request.Request(endpoint, method="POST", data=b"x")
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, Signature=x")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=10)
    assert capfd.readouterr() == ("", "")


def _hang_up(port: int) -> None:
    """Resets the connection in the middle of a request."""
    with socket.create_connection((HOST, port)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
