"""From an inspection to the request for a copy, and where two containers differ."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.model.container import Container
from academyctl.model.refresh import Creation
from academyctl.model.secret import Secret
from academyctl.plan.recreate import creation_of, differences
from tests.support.fake_containers import a_container, policy_of

POLICY = {"Name": "always", "MaximumRetryCount": 0}


def a_creation(container: Container, *, same_tag: bool = True, image: dict[str, Any] | None = None) -> Creation:
    return creation_of(container, image or {}, [Secret("A=1")], same_tag=same_tag, policy=POLICY)


def test_config_and_host_config_go_back_as_they_were_told() -> None:
    config = {"Cmd": ["x"], "User": "1000", "Labels": {"a": "b"}, "FieldOfALaterEngine": {"x": 1}}
    host = {"Memory": 64, "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}], "AnotherLaterField": [1]}
    body = a_creation(a_container("api", "OLD=1", config=config, host=host)).body
    assert body["Env"] == ["A=1"]
    assert {key: body[key] for key in config} == config
    assert {key: body["HostConfig"][key] for key in host} == host
    assert body["HostConfig"]["RestartPolicy"] == policy_of(a_container().restart_policy)
    assert body["Image"] == "api:1"
    assert "NetworkingConfig" not in body


def test_an_image_whose_tag_moved_is_taken_by_its_id() -> None:
    assert a_creation(a_container(), same_tag=False).body["Image"] == "sha256:1"


@pytest.mark.parametrize(
    ("hostname", "host", "sent"),
    [
        ("a" * 12, {}, ""),
        ("web", {}, "web"),
        ("web", {"NetworkMode": "host"}, "web"),
        ("others", {"NetworkMode": "container:x"}, ""),
        ("hosts", {"UTSMode": "host"}, ""),
    ],
)
def test_a_hostname_is_sent_where_an_operator_gave_it(hostname: str, host: dict[str, Any], sent: str) -> None:
    body = a_creation(a_container(config={"Hostname": hostname}, host=host)).body
    assert body["Hostname"] == sent


def test_another_containers_network_takes_no_ports_of_ours() -> None:
    config = {"ExposedPorts": {"80/tcp": {}}, "MacAddress": "02:42:00:00:00:01"}
    body = a_creation(a_container(config=config, host={"NetworkMode": "container:x"})).body
    assert not {"ExposedPorts", "MacAddress"} & body.keys()


def test_an_entrypoint_that_was_emptied_stays_empty() -> None:
    image = {"Entrypoint": ["/entry"]}
    assert a_creation(a_container(config={"Entrypoint": None}), image=image).body["Entrypoint"] == [""]
    assert a_creation(a_container(config={"Entrypoint": ["/own"]}), image=image).body["Entrypoint"] == ["/own"]
    assert a_creation(a_container(config={"Entrypoint": None})).body["Entrypoint"] is None


def test_anonymous_volumes_are_named() -> None:
    mounts = [
        {"Type": "volume", "Name": "v1", "Destination": "/anonymous", "RW": True},
        {"Type": "volume", "Name": "v2", "Destination": "/read-only", "RW": False},
        {"Type": "volume", "Name": "v3", "Destination": "/by-mount", "RW": True},
        {"Type": "volume", "Name": "data", "Destination": "/data", "RW": True},
        {"Type": "bind", "Source": "/srv", "Destination": "/srv", "RW": False},
    ]
    host = {
        "Binds": ["/srv:/srv:ro", "data:/data"],
        "Mounts": [{"Type": "volume", "Target": "/by-mount"}, {"Type": "tmpfs", "Target": "/t"}],
    }
    sent = a_creation(a_container(host=host, Mounts=mounts)).body["HostConfig"]
    assert sent["Binds"] == ["/srv:/srv:ro", "data:/data", "v1:/anonymous", "v2:/read-only:ro"]
    assert sent["Mounts"] == [
        {"Type": "volume", "Target": "/by-mount", "Source": "v3"},
        {"Type": "tmpfs", "Target": "/t"},
    ]


def test_the_network_of_the_mode_is_in_the_request_and_the_others_follow() -> None:
    networks = {
        "front": {
            "NetworkID": "n1",
            "Aliases": ["api", "a" * 12, "web"],
            "IPAMConfig": {"IPv4Address": "10.0.0.9"},
            "IPAddress": "10.0.0.9",
            "MacAddress": "02:42:0a:00:00:09",
        },
        "back": {"NetworkID": "n2", "Aliases": ["a" * 12], "DriverOpts": {"x": "y"}, "IPAMConfig": None},
    }
    for mode in ("front", "n1"):
        container = a_container(
            config={"Hostname": "web"}, host={"NetworkMode": mode}, NetworkSettings={"Networks": networks}
        )
        creation = a_creation(container)
        settings = {"IPAMConfig": {"IPv4Address": "10.0.0.9"}, "Aliases": ["api"]}
        assert creation.body["NetworkingConfig"] == {"EndpointsConfig": {"front": settings}}
        assert [tuple(one) for one in creation.connections] == [("back", {"DriverOpts": {"x": "y"}})]
    plain = a_container(host={"NetworkMode": "default"}, NetworkSettings={"Networks": {"bridge": {"Aliases": None}}})
    assert "NetworkingConfig" not in a_creation(plain).body


def test_links_are_asked_for_in_the_form_that_the_engine_takes() -> None:
    sent = a_creation(a_container(host={"Links": ["/db:/api/database"]})).body["HostConfig"]
    assert sent["Links"] == ["db:database"]


def test_a_copy_is_alike_where_only_its_own_names_env_and_policy_differ() -> None:
    one = a_container("api", "A=1", host={"Memory": 0, "Binds": None})
    two = a_container("other", "A=2", id="b" * 64, host={"Memory": None, "Binds": [], "RestartPolicy": {}})
    assert differences(one, two) == ()


def test_every_other_difference_is_named() -> None:
    one = a_container(
        config={"Cmd": ["x"]},
        Mounts=[{"Type": "bind", "Destination": "/srv", "Source": "/a"}],
        NetworkSettings={"Networks": {"front": {"Aliases": ["b", "a"]}}},
    )
    raw = {**one.raw, "Config": {**one.raw["Config"], "Cmd": ["y"]}, "Image": "sha256:2"}
    raw |= {"HostConfig": {**one.raw["HostConfig"], "Annotations": {"a": "b"}}}
    raw |= {"Mounts": [], "NetworkSettings": {"Networks": {"front": {"Aliases": ["a"]}, "back": {}}}}
    two = replace(one, raw=raw)
    assert differences(one, two) == (
        *("Config.Cmd", "HostConfig.Annotations", "Image", "Mounts[/srv]"),
        *("Networks[back]", "Networks[front]"),
    )
    assert "Networks[back]" not in differences(one, two, networks=False)


def test_a_link_is_alike_whatever_the_container_is_called() -> None:
    one = a_container(host={"Links": ["/db:/api/database", "/cache:/api/cache"]})
    two = a_container("api.new", host={"Links": ["/cache:/api.new/cache", "/db:/api.new/database"]})
    assert differences(one, two) == ()
    other = a_container("api.new", host={"Links": ["/db:/api.new/db"]})
    assert differences(one, other) == ("HostConfig.Links",)


def test_an_option_of_a_mount_that_an_engine_drops_is_named() -> None:
    """API 1.45: before it, a part of a volume would become the whole of it."""
    part = {"Type": "volume", "Source": "data", "Target": "/data", "VolumeOptions": {"Subpath": "api"}}
    whole = {"Type": "volume", "Source": "data", "Target": "/data", "VolumeOptions": {}}
    mounts = [{"Type": "volume", "Name": "data", "Destination": "/data", "RW": True}]
    one, two = (a_container(host={"Mounts": [told]}, Mounts=mounts) for told in (part, whole))
    assert differences(one, two) == ("HostConfig.Mounts[/data]",)
    anonymous = {"Type": "volume", "Target": "/data", "VolumeOptions": {}}
    assert differences(a_container(host={"Mounts": [anonymous]}, Mounts=mounts), two) == ()
