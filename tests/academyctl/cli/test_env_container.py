"""`env validate --container` and `env diff container:` on a real engine with real containers."""

import socket
import subprocess
import sys
from pathlib import Path

from tests.support.aws import API as API_PARAMETER
from tests.support.aws import Aws
from tests.support.cli import ROOT, Cli, Result
from tests.support.engine import IMAGE, Engine
from tests.support.envs import API, WORKER, text
from tests.support.proxy import Fault, denied, proxied
from tests.support.refreshing import NAME, options
from tests.support.relay import relay
from tests.support.validate import CANARY, of_container, states, subjects, validate


def versions(result: Result) -> dict[str, object]:
    found = result.json["data"]["versions"]["api"]
    assert isinstance(found, dict)
    return found


# --- what is judged -------------------------------------------------------------------------------------------------


def test_a_sound_container_passes_in_one_request_without_a_shell_in_it(engine: Engine, cli: Cli) -> None:
    """The image has no Python, and the command no shell after it."""
    pem = {"SOLAPI_KEY": f"{CANARY}\n-----BEGIN KEY-----\nA=B\n-----END KEY-----\n"}
    id = engine.run(NAME, *options({**API, **pem}), command=("/bin/sleep", "1000"))
    with relay(engine.host) as door:
        result = validate(cli, "--container", NAME, "--offline", env={"DOCKER_HOST": door.host})
        assert door.seen == [f"GET /containers/{NAME}/json HTTP/1.0"]
        door.refuses = {"/v1.41/images/": "No such image"}
        imageless = validate(cli, "--container", NAME, "--offline", "-v", env={"DOCKER_HOST": door.host})
        assert (imageless.code, imageless.json["data"]["origins"]) == (0, {})
    assert (result.code, result.json["status"], result.codes()) == (0, "ok", [])
    assert result.json["data"]["source"] == f"container:{NAME}"
    assert result.json["data"]["container"] == {
        **{"name": NAME, "id": id[:12], "state": "running", "health": "none", "image": IMAGE},
    }
    assert result.json["data"]["roles"].keys() == {"api"}
    assert states(result, "api")["SOLAPI_KEY"] == "SET"
    assert CANARY not in result.out + result.err

    told = cli.run("env", "validate", "--container", NAME, "--offline")
    head, unseen, title, *_ = told.out.splitlines()
    assert (told.code, head) == (0, f"{NAME} ({id[:12]}): running; image {IMAGE}")
    assert unseen == "judged is what the container was created with; what its entrypoint exports is not seen"
    assert title == f"api · container:{NAME}"


def test_everything_wrong_with_it_is_found_at_once(engine: Engine, cli: Cli, tmp_path: Path) -> None:
    env = {**API, "DB_PORT": "x", "REDIS_HOST": "", "SECRET_KEY": "changeme"}
    lines = text(env, AWS_REGION=None, VIDEO_BUCKET_NAME="old", WORKER_ID="w", QQQ="1", DB_NAME="first") + "DB_NAME=\n"
    (tmp_path / "file.env").write_text(lines)
    engine.run(NAME, "--env-file", str(tmp_path / "file.env"))
    result = of_container(cli, "-v")
    told = {(f["level"], f["code"], f["subject"]) for f in result.json["findings"]}
    assert told == {
        ("error", "env.missing", "api:AWS_REGION"),
        ("error", "env.type", "api:DB_PORT"),
        ("error", "env.empty", "api:REDIS_HOST"),
        # The last of two wins, as it does in the process.
        ("error", "env.empty", "api:DB_NAME"),
        ("error", "env.placeholder", "api:SECRET_KEY"),
        ("warning", "env.alias", "api:VIDEO_BUCKET_NAME"),
        ("warning", "env.foreign", "api:WORKER_ID"),
    }
    assert result.code == 4
    origins = result.json["data"]["origins"]
    assert (origins["PATH"], origins["DB_NAME"]) == ("image", "run")
    assert "db-secret" not in result.out + result.err


def test_the_role_is_the_container_s_own_or_the_one_named_or_all(engine: Engine, cli: Cli) -> None:
    """And what an entrypoint exports is nobody's."""
    exports = "export WORKER_ID=w; trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"
    engine.run(NAME, *options(API), command=("/bin/sh", "-c", exports))
    engine.run("elsewhere", *options(WORKER))
    named = of_container(cli, "--role", "worker")
    assert set(subjects(named, "env.missing")) == {f"worker:{key}" for key in WORKER.keys() - API.keys()}
    hints = {found["hint"] for found in named.json["findings"] if found["level"] == "error"}
    assert hints == {"it is the container of role api: --role api"}
    every = of_container(cli, name="elsewhere")
    assert every.json["data"]["roles"].keys() == {"api", "worker"}
    assert "no role file names container elsewhere" in every.err
    wrong = of_container(cli, "--role", "nobody", name="gone")
    assert (wrong.code, wrong.json["error"]["code"]) == (2, "usage.role")


# --- no container, no engine ----------------------------------------------------------------------------------------


def test_no_such_container_no_engine_and_no_address_are_three_messages(engine: Engine, cli: Cli) -> None:
    engine.run(NAME)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    asked = {
        "missing": validate(cli, "--container", "academy-apj"),
        "socket": validate(cli, "--container", NAME, env={"DOCKER_HOST": "unix:///nowhere/docker.sock"}),
        "port": validate(cli, "--container", NAME, env={"DOCKER_HOST": f"tcp://127.0.0.1:{port}"}),
        "garbage": validate(cli, "--container", NAME, env={"DOCKER_HOST": "garbage"}),
        "name": validate(cli, "--container", "../info"),
    }
    told = {how: (result.code, result.json["error"]["code"]) for how, result in asked.items()}
    assert told == {
        "missing": (1, "container.not-found"),
        "socket": (1, "engine.unreachable"),
        "port": (1, "engine.unreachable"),
        "garbage": (2, "usage.docker-host"),
        "name": (2, "usage.container"),
    }
    assert f"did you mean {NAME}?" in asked["missing"].json["error"]["hint"]
    assert "is not there" in asked["socket"].json["error"]["message"]
    assert "refuses the connection" in asked["port"].json["error"]["message"]
    assert len({result.json["error"]["message"] for result in asked.values()}) == len(asked)


def test_a_user_without_the_right_to_the_socket_is_told_how_to_get_it(engine: Engine, cli: Cli) -> None:
    """The process itself gives its rights up, after its imports: the interpreter may be in a folder of root's."""
    engine.folder.chmod(0o711)
    Path(engine.host.removeprefix("unix://")).chmod(0o660)
    program = (
        "import os, sys, docker, academyctl.containers.client, academyctl.cli.env_container\n"
        "from academyctl.__main__ import main\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "main()"
    )
    command = [sys.executable, "-c", program, "env", "validate", "--container", NAME, "-o", "json"]
    done = subprocess.run(command, cwd=ROOT, env=cli.env, capture_output=True, text=True, check=False, timeout=60)
    result = Result(done.returncode, done.stdout, done.stderr)
    assert (result.code, result.json["error"]["code"]) == (1, "engine.denied")
    assert "not allowed to open the engine's socket" in result.json["error"]["message"]
    assert "docker" in result.json["error"]["hint"]
    assert "sudo" in result.json["error"]["hint"]


def test_of_two_sources_one_is_to_be_chosen(cli: Cli) -> None:
    assert validate(cli, "--container", NAME, "--ssm").code == 2
    assert validate(cli, "--offline").code == 2
    assert validate(cli, "--container", "").code == 2


# --- which version it runs ------------------------------------------------------------------------------------------


def test_the_version_it_runs_is_found_by_its_values(engine: Engine, ops: Cli, aws: Aws) -> None:
    aws.put(API_PARAMETER, text(API, DB_HOST="old"))
    aws.put(API_PARAMETER, text(API))
    engine.run(NAME, *options({**API, "REDIS_DB": "7"}))
    newest = ops.run("env", "validate", "--container", NAME)
    assert (newest.code, newest.out.splitlines()[1]) == (0, "api: runs v2, the newest in SSM; not from SSM: REDIS_DB")

    aws.put(API_PARAMETER, text(API, SECRET_KEY=CANARY, DEBUG="1"))
    older = validate(ops, "--container", NAME)
    assert versions(older) == {
        "running_version": 2,
        "stored_version": 3,
        "differs": ["DEBUG", "SECRET_KEY"],
        "not_stored": ["REDIS_DB"],
    }
    assert (older.code, older.codes()) == (0, ["container.version"])
    [told] = older.json["findings"]
    assert told["message"] == "runs v2, SSM has v3: 2 keys differ: DEBUG, SECRET_KEY; not from SSM: REDIS_DB"
    assert (told["level"], told["hint"]) == ("warning", f"academyctl env refresh --container {NAME} --role api")
    assert CANARY not in older.out + older.err + newest.out


def test_where_the_history_may_not_be_read_the_newest_is_still_compared(engine: Engine, ops: Cli, aws: Aws) -> None:
    """As on a host whose role has ssm:GetParameters alone."""
    aws.put(API_PARAMETER, text(API, DB_HOST="new"))
    engine.run(NAME, *options(API))
    with proxied(aws.url) as proxy:
        proxy.on("GetParameterHistory", Fault(forwarded=False, answer=denied("ssm:GetParameterHistory")))
        result = validate(ops, "--container", NAME, env={"AWS_ENDPOINT_URL": proxy.url})
    [told] = result.json["findings"]
    assert (result.code, told["level"]) == (0, "warning")
    assert told["message"] == "runs another version, SSM has v1: 1 key differs: DB_HOST"
    assert (versions(result)["running_version"], versions(result)["stored_version"]) == (None, 1)
    assert "older versions are not compared" in result.err
    assert "ssm:GetParameterHistory" in result.err


def test_without_aws_the_env_is_judged_and_that_is_said(engine: Engine, ops: Cli, aws: Aws) -> None:
    engine.run(NAME, *options(API))
    nobody = {
        "AWS_ENDPOINT_URL": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
    }
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{closed.getsockname()[1]}"}
    for environ, why in (
        (nobody, "no AWS credentials found"),
        (nowhere, "cannot be reached"),
        ({}, f"{API_PARAMETER} does not exist"),
    ):
        result = validate(ops, "--container", NAME, env=environ)
        assert (result.code, result.codes()) == (0, ["container.version"])
        [told] = result.json["findings"]
        assert (told["level"], told["subject"]) == ("info", f"api:{NAME}")
        assert why in told["message"]
        assert versions(result)["stored_version"] is None


# --- diff -----------------------------------------------------------------------------------------------------------


def test_a_container_is_compared_by_the_role_s_keys_and_by_what_the_other_side_has(
    engine: Engine, ops: Cli, aws: Aws
) -> None:
    aws.put(API_PARAMETER, text(API, QQQ="1", DB_HOST=CANARY, DEBUG="1"))
    engine.run(NAME, *options({**API, "QQQ": "1", "RRR": "2", "WORKER_ID": "w", "REDIS_DB": "1"}))

    def diff(a: str, b: str) -> tuple[int, dict[str, str]]:
        result = ops.run("env", "diff", a, b, "--role", "api", "-o", "json")
        assert CANARY not in result.out + result.err
        keys = result.json["data"]["keys"]
        return result.code, {key: how for key, how in keys.items() if how != "same" or key == "QQQ"}

    assert diff(f"container:{NAME}", "ssm:") == (
        *(5, {"DB_HOST": "changed", "DEBUG": "added", "QQQ": "same", "REDIS_DB": "removed"}),
    )
    assert diff(f"container:{NAME}", f"container:{NAME}") == (0, {})
    (ops.cwd / ".env").write_text(text(API, REDIS_DB="1"))
    assert diff("file:.env", f"container:{NAME}") == (0, {})
    missing = ops.run("env", "diff", "container:gone", "ssm:", "--role", "api", "-o", "json")
    assert (missing.code, missing.json["error"]["code"]) == (1, "container.not-found")
    nameless = ops.run("env", "diff", "container:", "ssm:", "--role", "api", "-o", "json")
    assert (nameless.code, nameless.json["error"]["code"]) == (2, "usage.source")
