"""The engine's answers and its silence, on a real one: what is asked, how often, and which error comes out."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from academyctl.containers import engine as engine_module
from academyctl.containers.engine import Engine
from academyctl.containers.read import look_at_container, read_container, read_image_env, read_names
from academyctl.model.container import Health, Origin, State, origins
from academyctl.model.errors import (
    AcademyError,
    EngineAnswerLost,
    EngineBusy,
    EngineError,
    EngineUnreachable,
    NoSuchContainer,
    NoSuchImage,
    UsageError,
)
from tests.support.engine import Engine as Real
from tests.support.relay import Relay, relay

CANARY = "c4n4ry-value"
TOO_OLD = (
    "client version 1.41 is too old. Minimum supported API version is 1.40, "
    "please upgrade your client to a newer version"
)
"""As Docker 29 refuses (moby, api/server/middleware/version.go), with numbers that the engine of the tests has."""


def on(host: str, **environ: str) -> Engine:
    return Engine({"DOCKER_HOST": host, "DOCKER_CONFIG": "/nowhere", **environ})


@pytest.fixture
def door(engine: Real) -> Iterator[Relay]:
    with relay(engine.host) as one:
        yield one


def refused(call: Callable[..., object]) -> AcademyError:
    with pytest.raises(AcademyError) as failure:
        call()
    return failure.value


def test_a_container_is_read_whole_in_one_request_by_either_way(engine: Real, door: Relay) -> None:
    id = engine.run(
        *("web", "-e", f"SECRET={CANARY}", "-e", "PEM=a\nb\n", "-e", "EMPTY=", "--label", "a.b=c"),
        *("--restart", "on-failure:3", "-v", "/usr/share:/s:ro"),
    )
    looked, read = look_at_container(on(door.host), "web"), read_container(on(door.host), "web")
    assert door.seen == ["GET /containers/web/json HTTP/1.0", "GET /v1.41/containers/web/json HTTP/1.1"]
    assert looked.raw == read.raw
    assert (read.id, read.name, read.state, read.health) == (id, "web", State.RUNNING, Health.NONE)
    assert {key: value.reveal() for key, value in read.values.items()} == {
        **{"SECRET": CANARY, "PEM": "a\nb\n", "EMPTY": "", "PATH": "/bin"},
    }
    assert (read.image, read.labels, read.restart_policy) == ("academy-api:test", {"a.b": "c"}, ("on-failure", 3))
    assert [mount[1:] for mount in read.mounts] == [("/usr/share", "/s", False)]
    assert CANARY in str(read.raw)
    assert CANARY not in repr(read)


def test_each_key_is_told_from_the_image_s_by_its_value(engine: Real) -> None:
    engine.run("web", "-e", "A=1", "-e", "PATH=/elsewhere:/bin")
    one = on(engine.host)
    container = read_container(one, "web")
    image = read_image_env(one, container.image_id)
    assert {key: value.reveal() for key, value in image.items()} == {"PATH": "/bin"}
    assert origins(container, image) == {"A": Origin.RUN, "PATH": Origin.RUN}
    engine.run("other")
    assert origins(read_container(one, "other"), image) == {"PATH": Origin.IMAGE}


def test_states_and_health_are_told_as_the_engine_tells_them(engine: Real) -> None:
    engine.run("paused")
    engine.docker("pause", "paused")
    engine.docker("create", "--name", "created", "academy-api:test")
    engine.run("exited", command=("/bin/sh", "-c", "exit 7"))
    engine.docker("wait", "exited")
    one = on(engine.host)
    told = {name: look_at_container(one, name) for name in ("paused", "created", "exited")}
    assert {name: str(container.state) for name, container in told.items()} == {name: name for name in told}
    assert told["exited"].exit_code == 7


def test_a_client_too_new_or_too_old_takes_the_version_that_the_engine_names(
    engine: Real, door: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.run("web")
    door.refuses = {"/v1.41/": TOO_OLD}
    one = on(door.host)
    assert read_container(one, "web").name == read_container(one, "web").name == "web"
    assert [line.split()[1].split("/")[1] for line in door.seen] == ["v1.41", "v1.40", "v1.40"]
    monkeypatch.setattr(engine_module, "API_VERSION", "1.99")
    assert read_names(on(engine.host)) == ("web",)


def test_a_version_that_is_refused_again_is_an_error_and_no_loop(door: Relay) -> None:
    door.refuses = {"/v1.": TOO_OLD}
    error = refused(lambda: read_container(on(door.host), "web"))
    assert type(error) is EngineError
    assert "too old" in error.message
    assert len(door.seen) == 2


def test_what_is_not_there_is_named_with_what_is_near(engine: Real) -> None:
    engine.run("academy-api")
    one = on(engine.host)
    for look in (look_at_container, read_container):
        error = refused(lambda look=look: look(one, "academy-apj"))
        assert (type(error), error.code, error.exit_code) == (NoSuchContainer, "container.not-found", 1)
        assert (error.message, error.hint) == (
            "container academy-apj does not exist",
            "did you mean academy-api? (docker ps -a)",
        )
    assert refused(lambda: read_container(one, "zzz")).hint == "docker ps -a"
    assert refused(lambda: read_image_env(one, "sha256:" + 64 * "0")).code == NoSuchImage.default_code


def test_a_container_that_is_not_there_is_told_where_the_others_cannot_be_listed(door: Relay) -> None:
    door.refuses = {"/v1.41/containers/json": "not for you"}
    error = refused(lambda: look_at_container(on(door.host), "web"))
    assert (error.code, error.hint) == ("container.not-found", "docker ps -a")


def test_a_name_is_never_a_way_to_another_request(door: Relay) -> None:
    for name in ("../images", "a/../b", "", "a?b", "-rm", "a b", "a\nb"):
        assert type(refused(lambda name=name: look_at_container(on(door.host), name))) is UsageError
    assert door.seen == []


def test_a_refusal_is_passed_on_and_one_that_quotes_a_variable_is_not(engine: Real) -> None:
    engine.run("web")
    one = on(engine.host)
    taken = refused(lambda: one.call("creating web", lambda api: api.create_container("academy-api:test", name="web")))
    assert (type(taken), taken.code) == (EngineBusy, "engine.conflict")
    assert "already in use" in taken.message
    bad = refused(
        lambda: one.call(
            "creating it",
            lambda api: api.create_container("academy-api:test", environment=[f"={CANARY}"]),
            write=True,
        )
    )
    assert bad.message == "creating it: the engine refuses a variable of the environment"


def answer(status: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    "answers",
    [
        answer("200 OK", "{}"),
        answer("200 OK", "[1]"),
        answer("200 OK", "<html>"),
        answer("502 Bad Gateway", "<html>"),
        answer("400 Bad Request", "[{}]"),
        answer("500 Internal Server Error", '{"error": "x"}'),
        b"garbage\r\n\r\n",
    ],
)
def test_what_is_no_engine_is_told(door: Relay, answers: bytes) -> None:
    door.answers = answers
    error = refused(lambda: look_at_container(on(door.host), "web"))
    assert (type(error), error.exit_code) == (EngineUnreachable, 1)
    assert error.message.endswith("does not answer as a container engine does")


def test_an_engine_that_refuses_this_user_is_told_as_denied(door: Relay) -> None:
    door.answers = answer("403 Forbidden", '{"message": "not for you"}')
    error = refused(lambda: look_at_container(on(door.host), "web"))
    assert (error.code, error.message) == ("engine.denied", "reading container web: not for you")


def test_an_answer_that_never_comes_is_lost_for_a_write_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from academyctl.containers import client, glance

    monkeypatch.setattr(client, "ANSWER_TIMEOUT", 0.2)
    monkeypatch.setattr(glance, "TIMEOUT", 0.2)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        one = on(f"unix://{tmp_path}/s")
        read = refused(lambda: look_at_container(one, "web"))
        assert (type(read), read.code) == (EngineUnreachable, "engine.unreachable")
        assert read.message.endswith("does not answer")
        wrote = refused(lambda: one.call("stopping web", lambda api: api.start("web"), write=True))
        assert (type(wrote), wrote.code) == (EngineAnswerLost, "engine.answer-lost")


def test_a_proxy_of_the_environment_is_not_between_us_and_the_engine(
    engine: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    door = socket.create_server(("127.0.0.1", 0))
    one = Relay(engine.host)
    thread = threading.Thread(target=lambda: one.serve(door.accept()[0]), daemon=True)
    thread.start()
    assert read_names(on(f"tcp://127.0.0.1:{door.getsockname()[1]}")) == ()
    thread.join(timeout=10)
    door.close()
