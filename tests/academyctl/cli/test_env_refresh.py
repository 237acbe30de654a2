"""`academyctl env refresh` on a real engine: the new env, and nothing else."""

import json
import os
from collections.abc import Iterator
from signal import SIGKILL
from typing import Any

import pytest

from tests.support.aws import API, Aws
from tests.support.cli import Cli
from tests.support.engine import STAYS, Engine
from tests.support.engine_proxy import Fault
from tests.support.envs import text
from tests.support.refreshing import FORMER, KEPT, NAME, NEW, QUICK, SECRET, STORED, RefreshSite, options
from tests.support.servers import free_ports

OWN = {
    "Id",
    "Name",
    "Created",
    "State",
    "ResolvConfPath",
    "HostnamePath",
    "HostsPath",
    "LogPath",
    "GraphDriver",
    "ExecIDs",
}
"""Of an inspected container: what is each one's own."""
ADDRESSES = {"SandboxID", "SandboxKey", "EndpointID", "Aliases"}
RICH = (
    *("-v", "named:/data", "-v", "/anonymous", "--mount", "type=volume,dst=/anonymous2", "--tmpfs", "/t:size=64k"),
    *("--mount", "type=tmpfs,dst=/scratch,tmpfs-size=1m", "--restart", "on-failure:3", "-l", "team=video"),
    *("-v", "/tmp:/host:ro", "--mount", "type=bind,src=/usr,dst=/host-usr,readonly", "-l", "com.example.x="),
    *("--memory", "64m", "--cpus", "0.5", "--cpu-shares", "512", "--pids-limit", "50", "--memory-reservation", "32m"),
    *("--log-driver", "json-file", "--log-opt", "max-size=1m", "--log-opt", "max-file=2", "--log-opt", "tag=x"),
    *("--health-cmd", "true", "--health-interval", "100ms", "--health-retries", "2", "--health-start-period", "1s"),
    *("--ulimit", "nofile=512:1024", "--cap-add", "NET_ADMIN", "--cap-drop", "MKNOD", "--user", "1000:1000"),
    *("--workdir", "/srv", "--stop-signal", "SIGTERM", "--stop-timeout", "7", "--device", "/dev/null:/dev/other:r"),
    *("--add-host", "db:10.0.0.1", "--dns", "10.0.0.2", "--dns-search", "a.example", "--dns-opt", "ndots:1", "--init"),
    *("--security-opt", "no-new-privileges", "--shm-size", "1m", "--group-add", "5", "--oom-score-adj", "10"),
    *("--expose", "99", "--entrypoint", "", "-t", "-i", "--sysctl", "net.ipv4.ip_unprivileged_port_start=0"),
)


@pytest.fixture
def networked(refreshing: RefreshSite) -> Iterator[tuple[str, ...]]:
    """Two networks, refresh-1 and -2, and options for the first. Bridges and ports are the whole host's, which other
    engines share: they are of this process only."""
    docker, port = refreshing.engine.docker, free_ports()
    for number in (1, 2):
        docker("network", "create", f"refresh-{number}", "--subnet", f"{_subnet(number)}.0/24")
    address = ("--ip", f"{_subnet(1)}.9", "--network-alias", "api")
    yield ("--network", "refresh-1", *address, "-p", f"127.0.0.1:{port}:80")
    refreshing.engine.sweep()
    docker("network", "rm", "refresh-1", "refresh-2")


def _subnet(number: int) -> str:
    return f"10.{64 + os.getpid() % 128}.{number}"


def join_the_second(refreshing: RefreshSite) -> None:
    address = f"{_subnet(2)}.8"
    refreshing.engine.docker("network", "connect", "--ip", address, "--alias", "second", "refresh-2", NAME)


def differing(one: Any, two: Any, path: str = "") -> set[str]:
    """The paths at which two inspected containers differ."""
    if isinstance(one, dict) and isinstance(two, dict):
        return {
            found
            for key in one.keys() | two.keys()
            for found in differing(one.get(key), two.get(key), f"{path}.{key}".lstrip("."))
        }
    return set() if one == two or (not one and not two) else {path}


def without_its_own(inspected: dict[str, Any]) -> dict[str, Any]:
    """What the engine gives each container of itself is taken out; lists that have no order are sorted."""
    kept = {key: value for key, value in inspected.items() if key not in OWN}
    settings = kept["NetworkSettings"]
    for part in (settings, *settings["Networks"].values()):
        part["aliases"] = sorted(set(part.get("Aliases") or ()) - {inspected["Id"][:12]})
        for key in ADDRESSES:
            part.pop(key, None)
    if kept["Config"]["Hostname"] == inspected["Id"][:12]:
        kept["Config"]["Hostname"] = "its short id"
    kept["Mounts"] = {mount["Destination"]: mount for mount in kept["Mounts"]}
    return kept


def test_nothing_but_the_env_of_a_richly_configured_container_changes(
    refreshing: RefreshSite, networked: tuple[str, ...]
) -> None:
    refreshing.store()
    image = "academy-api:rich"
    refreshing.make_image(
        image,
        *("ENV PATH=/bin:/opt FROM_IMAGE=1 DB_PORT=1", 'ENTRYPOINT ["/bin/false"]', "VOLUME /of-image", "EXPOSE 7"),
        *("LABEL of.image=1", 'HEALTHCHECK CMD ["/bin/false"]'),
    )
    refreshing.serve(*RICH, *networked, image=image, command=("sh", "-c", STAYS))
    join_the_second(refreshing)
    before = refreshing.inspect()
    result = refreshing.refresh("--settle", "9", "--timeout", "20")  # healthy long before it could settle
    assert (result.code, result.json["status"]) == (0, "changed"), result
    after = refreshing.inspect()
    assert refreshing.proxy.writes.count("connect") == 1
    # The anonymous volumes are the same ones; that is said by naming them.
    named = {"HostConfig.Binds", "HostConfig.Mounts", "Mounts./anonymous.Mode", "Mounts./of-image.Mode"}
    assert differing(without_its_own(before), without_its_own(after)) == {"Config.Env", *named}
    assert refreshing.env() == {"PATH": "/bin:/opt", "FROM_IMAGE": "1", **FORMER, **STORED}
    assert refreshing.stands() == {NAME: "running"}
    body = json.loads(refreshing.proxy.bodies[0])
    assert {line.partition("=")[0] for line in body["Env"]} == {*FORMER, *STORED}, "the image's ENV is not sent"


def test_a_kill_before_the_last_network_is_joined_is_gone_on_from(
    refreshing: RefreshSite, networked: tuple[str, ...]
) -> None:
    """The copy is told from a stranger though it is on one network of two."""
    refreshing.store()
    refreshing.serve(*networked, "--restart", "always")
    join_the_second(refreshing)
    before = without_its_own(refreshing.inspect())
    for write in (1, 2):  # create, connect
        refreshing.fault(write, Fault(after=refreshing.signal(SIGKILL), drop=True))
        assert refreshing.refresh().code == -SIGKILL
        assert refreshing.stands() == {NAME: "running", NEW: "created"}
        refreshing.proxy.reset()
        back = refreshing.rollback()
        assert (back.code, refreshing.proxy.writes) == (0, ["remove"]), back
    refreshing.fault(1, Fault(after=refreshing.signal(SIGKILL), drop=True))
    refreshing.refresh()
    refreshing.proxy.reset()
    assert refreshing.refresh().code == 0
    assert differing(before, without_its_own(refreshing.inspect())) == {"Config.Env"}
    assert refreshing.stands() == {NAME: "running"}


def test_the_plan_names_the_keys_and_a_second_run_has_nothing_to_do(refreshing: RefreshSite) -> None:
    refreshing.store()
    refreshing.serve()
    planned = refreshing.refresh("--dry-run")
    (change,) = planned.json["changes"]
    assert (planned.code, planned.json["status"], change["state"]) == (0, "pending", "planned"), planned
    assert change["detail"] == ["~ DB_PORT", "~ SECRET_KEY"]
    assert "nothing but its env" in change["why"]
    assert "ONLY_HERE" in change["why"]
    assert planned.json["data"]["env"]["kept"] == ["ONLY_HERE"]
    assert refreshing.refresh("--check").code == 5
    assert refreshing.proxy.writes == []
    watched = refreshing.refresh("--verbose", "-o", "table")  # which looks for the secret in what is told
    assert watched.code == 0, watched
    assert SECRET in refreshing.proxy.bodies[0]
    id = refreshing.inspect()["Id"]
    assert refreshing.env()["ONLY_HERE"] == "kept-value"
    again = refreshing.refresh("--check")
    assert (again.code, again.json["status"]) == (0, "unchanged"), again
    assert refreshing.inspect()["Id"] == id


def test_prune_takes_a_key_out_and_the_kept_former_container_can_come_back(refreshing: RefreshSite) -> None:
    refreshing.store()
    former = refreshing.serve("--restart", "always")
    result = refreshing.refresh("--prune", "--keep-old")
    assert result.code == 0, result
    assert result.json["changes"][0]["detail"] == ["~ DB_PORT", "~ SECRET_KEY", "- ONLY_HERE"]
    assert refreshing.env() == {"PATH": "/bin", **STORED}
    assert refreshing.stands() == {NAME: "running", KEPT: "exited"}
    assert (refreshing.policy(), refreshing.policy(KEPT)) == ("always", "no")
    back = refreshing.rollback()
    assert (back.code, back.json["status"]) == (0, "changed"), back
    assert refreshing.stands() == {NAME: "running"}
    assert (refreshing.inspect()["Id"], refreshing.policy()) == (former, "always")


def test_a_timeout_shorter_than_the_usual_settling_is_settled_for(refreshing: RefreshSite) -> None:
    refreshing.store()
    refreshing.serve()
    words = ("env", "refresh", "--container", NAME, "--role", "api", "--timeout", "1", "--yes", "-o", "json")
    done = refreshing.forks.run(*words, env=refreshing.cli.env, cwd=refreshing.cli.cwd)
    assert (done.code, done.json["status"]) == (0, "changed"), done


def test_a_moved_tag_does_not_change_the_image(refreshing: RefreshSite) -> None:
    refreshing.store()
    refreshing.make_image("academy-api:moves", "LABEL v=1")
    refreshing.serve(image="academy-api:moves")
    image = refreshing.inspect()["Image"]
    refreshing.make_image("academy-api:moves", 'CMD ["/bin/false"]')
    assert refreshing.refresh().code == 0
    assert refreshing.inspect()["Image"] == image


def test_host_network_and_a_joined_namespace_are_kept(refreshing: RefreshSite) -> None:
    refreshing.store()
    refreshing.engine.run("other")
    refreshing.serve("--network", "container:other")
    assert refreshing.refresh().code == 0
    other = refreshing.inspect("other")["Id"]
    assert refreshing.inspect()["HostConfig"]["NetworkMode"] in ("container:other", f"container:{other}")
    refreshing.engine.docker("rm", "-f", NAME)
    refreshing.serve("--network", "host", "--hostname", "web")
    before = without_its_own(refreshing.inspect())
    assert refreshing.refresh().code == 0
    assert differing(before, without_its_own(refreshing.inspect())) == {"Config.Env"}


def test_a_container_that_restarts_again_and_again_is_healed_by_its_env(refreshing: RefreshSite) -> None:
    refreshing.store()
    command = ("sh", "-c", f'test "$DB_PORT" = 5433 || exit 3; {STAYS}')
    refreshing.serve("--restart", "always", command=command)
    result = refreshing.refresh()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert refreshing.stands() == {NAME: "running"}


def test_podman_recreates_a_container_too(podman: Engine, ops: Cli, aws: Aws) -> None:
    """It knows no change of a restart policy, tells limits in other words, and adds keys to every env."""
    aws.put(API, text(STORED))
    ops.env["TMPDIR"] = str(ops.cwd)
    podman.run(NAME, "--restart", "always", "-v", "/anonymous", "-v", "/tmp:/host:ro", "-l", "a=b", *options(FORMER))
    before = json.loads(podman.docker("inspect", NAME))[0]
    words = ("env", "refresh", "--container", NAME, "--role", "api", "--prune", *QUICK)
    result = ops.run(*words)
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert result.codes("warning") == [], "what podman itself writes into a layer is no news"
    assert result.json["changes"][0]["detail"] == ["~ DB_PORT", "~ SECRET_KEY", "- ONLY_HERE"]
    after = json.loads(podman.docker("inspect", NAME))[0]
    assert differing(without_its_own(before), without_its_own(after)) == {"Config.Env"}
    env = dict(line.split("=", 1) for line in after["Config"]["Env"])
    assert env.items() >= STORED.items()
    assert (
        {"PATH", "TERM", "container"} <= env.keys() - STORED.keys() <= {"PATH", "TERM", "container", "HOME", "HOSTNAME"}
    )
    assert podman.docker("ps", "-a", "--format", "{{.Names}}") == NAME
    assert ops.run(*words).json["status"] == "unchanged"
