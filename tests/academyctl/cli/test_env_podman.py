"""`env validate --container` and `env diff container:` on podman's Docker-compatible socket."""

from academyctl.containers.engine import Engine as Client
from academyctl.containers.read import read_container, read_image_env, read_names
from academyctl.model.container import Origin, origins
from tests.support.cli import Cli
from tests.support.engine import Engine
from tests.support.envs import API, text
from tests.support.relay import relay
from tests.support.validate import CANARY, validate

NAME = "academy-api"


def test_podman_s_own_keys_are_no_findings_and_no_difference(podman: Engine, cli: Cli) -> None:
    env = {**API, "SOLAPI_KEY": f"{CANARY}\nB=1\n", "HOSTNAME": "mine", "QQQ": "1"}
    flags = [word for key, value in env.items() for word in ("-e", f"{key}={value}")]
    id = podman.run(NAME, *flags)
    with relay(podman.host) as door:
        sound = validate(cli, "--container", NAME, "--offline", env={"DOCKER_HOST": door.host})
    assert door.seen == [f"GET /containers/{NAME}/json HTTP/1.0"]
    assert (sound.code, sound.codes()) == (0, [])
    told = sound.json["data"]["container"]
    assert (told["id"], told["state"], told["health"]) == (id[:12], "running", "none")
    assert CANARY not in sound.out + sound.err

    (cli.cwd / ".env").write_text(text(API, DB_HOST="new"))
    differs = cli.run("env", "diff", f"container:{NAME}", "file:.env", "--role", "api", "-o", "json")
    keys = differs.json["data"]["keys"]
    assert (differs.code, keys.keys()) == (5, {*API, "SOLAPI_KEY"})
    assert (keys["DB_HOST"], keys["SOLAPI_KEY"], keys["DB_NAME"]) == ("changed", "removed", "same")

    client = Client({"DOCKER_HOST": podman.host})
    container = read_container(client, NAME)
    by = origins(container, read_image_env(client, container.image_id))
    assert {key: str(origin) for key, origin in by.items() if key not in API} == {
        **{"PATH": "image", "SOLAPI_KEY": "run", "HOSTNAME": "run", "QQQ": "run"},
        **{key: "engine" for key in by if key in ("TERM", "container", "HOME")},
    }
    assert by["container"] is Origin.ENGINE
    assert read_names(client) == (NAME,)


def test_a_stopped_one_is_a_finding_and_a_missing_one_is_named(podman: Engine, cli: Cli) -> None:
    podman.run(NAME, command=("/bin/sh", "-c", "exit 7"))
    podman.docker("wait", NAME)
    stopped = validate(cli, "--container", NAME, "--offline")
    assert (stopped.code, stopped.json["findings"][0]["message"]) == (4, "is stopped (exit code 7)")
    gone = validate(cli, "--container", "academy-apj", "--offline")
    assert (gone.code, gone.json["error"]["code"]) == (1, "container.not-found")
    assert "did you mean academy-api?" in gone.json["error"]["hint"]
