"""Where the engine is looked for: as the docker CLI looks, and never somewhere else in silence."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from academyctl.containers.endpoint import LOCAL, Endpoint, Tls, find_endpoint
from academyctl.model.errors import UsageError


def found(folder: Path, **environ: str) -> Endpoint:
    return find_endpoint({"DOCKER_CONFIG": str(folder), **environ})


def add_context(folder: Path, name: str, endpoint: dict[str, Any] | None, *certificates: str) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta, tls = folder / "contexts" / "meta" / digest, folder / "contexts" / "tls" / digest / "docker"
    meta.mkdir(parents=True)
    endpoints = {"docker": endpoint} if endpoint else {}
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": endpoints}))
    for certificate in certificates:
        tls.mkdir(parents=True, exist_ok=True)
        (tls / certificate).touch()


def test_without_any_setting_it_is_the_local_socket(tmp_path: Path) -> None:
    assert found(tmp_path) == Endpoint(LOCAL, "the default")
    assert find_endpoint({"HOME": str(tmp_path)}) == Endpoint(LOCAL, "the default")


def test_docker_host_goes_before_a_context_and_that_before_the_current_one(tmp_path: Path) -> None:
    add_context(tmp_path, "named", {"Host": "unix:///named.sock"})
    add_context(tmp_path, "current", {"Host": "unix:///current.sock"})
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "current"}))
    host, context = {"DOCKER_HOST": "unix:///host.sock"}, {"DOCKER_CONTEXT": "named"}
    assert found(tmp_path, **host, **context) == Endpoint("unix:///host.sock", "DOCKER_HOST")
    assert found(tmp_path, **context) == Endpoint("unix:///named.sock", "docker context named")
    assert found(tmp_path) == Endpoint("unix:///current.sock", "docker context current")
    assert found(tmp_path, DOCKER_CONTEXT="default") == Endpoint(LOCAL, "the default")


def test_the_current_context_is_read_below_home(tmp_path: Path) -> None:
    add_context(tmp_path / ".docker", "rootless", {"Host": "unix:///run/user/1000/docker.sock"})
    (tmp_path / ".docker" / "config.json").write_text('{"currentContext": "rootless"}')
    assert find_endpoint({"HOME": str(tmp_path)}).host == "unix:///run/user/1000/docker.sock"


def test_tls_of_the_environment_verifies_unless_it_is_told_not_to(tmp_path: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).touch()
    ca, cert, key = (str(tmp_path / name) for name in ("ca.pem", "cert.pem", "key.pem"))
    tcp = {"DOCKER_HOST": "tcp://engine.internal:2376"}
    assert found(tmp_path, **tcp).tls is None
    assert found(tmp_path, **tcp, DOCKER_TLS_VERIFY="1").tls == Tls(ca, cert, key)
    assert found(Path("/nowhere"), **tcp, DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(tmp_path)).tls == Tls(
        ca, cert, key
    )
    assert found(tmp_path, **tcp, DOCKER_TLS="1").tls == Tls(ca, cert, key, verify=False)
    (tmp_path / "key.pem").unlink()
    assert found(tmp_path, **tcp, DOCKER_TLS_VERIFY="1").tls == Tls(ca)


def test_tls_of_a_context_verifies_too(tmp_path: Path) -> None:
    tcp = "tcp://engine.internal:2376"
    add_context(tmp_path, "plain", {"Host": tcp})
    add_context(tmp_path, "silent", {"Host": tcp}, "ca.pem", "cert.pem", "key.pem")
    add_context(tmp_path, "ca", {"Host": tcp, "SkipTLSVerify": False}, "ca.pem")
    add_context(tmp_path, "skips", {"Host": tcp, "SkipTLSVerify": True})
    tls = {name: found(tmp_path, DOCKER_CONTEXT=name).tls for name in ("plain", "silent", "ca", "skips")}
    assert tls["plain"] is None
    assert (tls["silent"] or Tls()).verify
    assert [Path(path).name for path in (tls["silent"] or Tls())[:3]] == ["ca.pem", "cert.pem", "key.pem"]
    assert [bool(part) for part in (tls["ca"] or ())] == [True, False, False, True]
    assert tls["skips"] == Tls(verify=False)


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("garbage", "it has no scheme"),
        ("/var/run/docker.sock", "it has no scheme"),
        ("tcp://engine", "no host and port"),
        ("tcp://:2375", "no host and port"),
        ("tcp://engine:port", "no host and port"),
        ("tcp://[::bad:1", "no host and port"),
        ("tcp://user:p4ssw0rd@engine:2375", "no host and port"),
        ("fd://", "its scheme is unknown"),
        ("ssh://me@engine", "ssh is not supported"),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(tmp_path: Path, host: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        found(tmp_path, DOCKER_HOST=host)
    assert (refused.value.code, refused.value.exit_code) == ("usage.docker-host", 2)
    assert refused.value.message.startswith("DOCKER_HOST is no address of a container engine: ")
    assert why in refused.value.message
    assert refused.value.hint
    assert "p4ssw0rd" not in refused.value.message + refused.value.hint


def test_a_context_that_does_not_exist_is_never_the_local_socket(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"currentContext": "gone"}')
    for environ in ({}, {"DOCKER_CONTEXT": "other"}):
        with pytest.raises(UsageError, match=r"docker context '(gone|other)' does not exist"):
            found(tmp_path, **environ)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"Endpoints": {}}', '{"Endpoints": {"docker": {}}}', '{"Endpoints": 1}']
)
def test_a_broken_context_is_named_by_its_file(tmp_path: Path, content: str) -> None:
    add_context(tmp_path, "broken", None)
    [path] = tmp_path.rglob("meta.json")
    path.write_text(content)
    with pytest.raises(UsageError) as refused:
        found(tmp_path, DOCKER_CONTEXT="broken")
    assert str(path) in refused.value.message


def test_a_broken_config_is_named_and_one_without_a_context_is_fine(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UsageError, match=r"config\.json: it is no JSON"):
        found(tmp_path)
    for content in ("{}", '{"auths": {}}', "[]", '{"currentContext": 1}'):
        (tmp_path / "config.json").write_text(content)
        assert found(tmp_path).host == LOCAL
