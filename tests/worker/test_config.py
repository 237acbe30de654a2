"""The worker's environment: what it demands, where it takes it from, and that it says all that is wrong at once."""

import socket
import uuid

import pytest

from academyctl.model.worker_job import COMMAND, PARAMETERS
from tests.support.aws import CREDENTIALS, REGION, WORKER, Aws
from tests.worker import clips
from tests.worker.place import COMPLETE, EXECUTOR, STORE, Ended, Place, Program, again

JOB = ("--job-id", str(uuid.uuid4()), "--attempt", "1")
SECRETS = [COMPLETE[name] for name in ("INTERNAL_WORKER_TOKEN", "SECRET_KEY", "DB_PASSWORD", "R2_SECRET_KEY")]


def start(program: Program, env: dict[str, str], *words: str) -> Ended:
    program.env = env
    told = program.run("worker.batch_main", *(words or JOB))
    assert not [secret for secret in SECRETS if secret in told.err + told.out]
    return told


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in COMPLETE.items() if name not in names}


def test_everything_that_is_missing_is_named_at_once(program: Program) -> None:
    told = start(program, {})
    assert told.code == 2
    names = [name for name in COMPLETE if name not in ("R2_VIDEO_BUCKET", "REDIS_PORT")]
    assert [name for name in [*names, "R2_BUCKET or R2_VIDEO_BUCKET"] if name not in told.err] == []
    assert len(told.err.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["DB_HOST", "INTERNAL_WORKER_TOKEN", "VIDEO_SQS_QUEUE_NAME", "R2_REGION"])
@pytest.mark.parametrize("is_empty", [False, True])
def test_one_missing_or_empty_name_is_enough(name: str, is_empty: bool, program: Program) -> None:
    told = start(program, without(name) | ({name: ""} if is_empty else {}))
    assert (told.code, f"missing: {name}" in told.err) == (2, True)


BAD = {
    "two buckets": ({"R2_BUCKET": "one"}, "R2_BUCKET and R2_VIDEO_BUCKET differ"),
    "port": ({"DB_PORT": "postgres"}, "DB_PORT is not a port"),
    "endpoint": ({"R2_ENDPOINT": "account.example"}, "R2_ENDPOINT is not an http(s) URL"),
    "prefix upwards": ({"R2_PREFIX": "hls/../other"}, "R2_PREFIX is not a key prefix"),
    "prefix of slashes": ({"R2_PREFIX": "//"}, "R2_PREFIX is not a key prefix"),
    "prefix of uploads": ({"R2_PREFIX": "tenants/hls"}, "R2_PREFIX is not a key prefix"),
    "redis": ({"REDIS_PORT": "0"}, "REDIS_PORT is not a port"),
    "executor": ({"AWS_BATCH_JOB_ID": "../x"}, "AWS_BATCH_JOB_ID is not an id"),
}


@pytest.mark.parametrize(("env", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_meant_is_refused(env: dict[str, str], said: str, program: Program) -> None:
    told = start(program, COMPLETE | env)
    assert (told.code, said in told.err) == (2, True), told.err


def test_an_incomplete_environment_is_refused_before_anything_is_connected_to(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        there = {"DB_PORT": port, "R2_ENDPOINT": f"http://127.0.0.1:{port}", "REDIS_PORT": port}
        assert start(program, without("WORKER_ID") | there).code == 2
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "words",
    [
        ("--job-id", "none", "--attempt", "1"),
        ("--job-id", str(uuid.uuid4()), "--attempt", "0"),
        ("--job-id", str(uuid.uuid4()), "--attempt", "one"),
        ("--job-id", str(uuid.uuid4())),
        ("--attempt", "1"),
        ("--job", "x"),
    ],
)
def test_a_job_that_is_not_named_is_a_usage_error(words: tuple[str, ...], program: Program) -> None:
    assert start(program, COMPLETE, *words).code == 2


def submitted(job_id: str, attempt: str) -> list[str]:
    """The words that Batch makes of the job definition's command."""
    parameters = PARAMETERS | {"job_id": job_id, "attempt": attempt}
    return [parameters[word.removeprefix("Ref::")] if word.startswith("Ref::") else word for word in COMMAND]


def test_the_command_of_the_job_definition_runs_the_job(place: Place) -> None:
    job = place.job(clips.silent())
    python, dash_m, module, *words = submitted(str(job.pk), "1")
    assert (python, dash_m, module) == ("python", "-m", "worker.batch_main")
    assert place.run(module, *words, env={"AWS_BATCH_JOB_ID": EXECUTOR, "AWS_BATCH_JOB_ATTEMPT": "1"}).code == 0
    assert (again(job).state, again(job).executor_id) == ("SUCCEEDED", EXECUTOR)


def test_a_job_submitted_without_parameters_encodes_nothing(program: Program) -> None:
    _, _, module, *words = submitted(PARAMETERS["job_id"], PARAMETERS["attempt"])
    program.env = COMPLETE
    assert program.run(module, *words).code == 2


def test_the_job_may_be_named_in_the_environment(place: Place) -> None:
    job = place.job(clips.silent(), attempt=2)
    told = place.run("worker.batch_main", env={"VIDEO_JOB_ID": str(job.pk), "VIDEO_JOB_ATTEMPT": "2"})
    assert (told.code, again(job).state) == (0, "SUCCEEDED"), told.err


def test_on_a_laptop_the_apis_sqlite_file_is_the_database(place: Place) -> None:
    from django.db import connection

    from tests.support.django_site import database

    with database("sqlite"):
        job = place.job(clips.silent())
        env = {name: value for name, value in place.env.items() if not name.startswith("DB_")}
        place.env = env | {"ACADEMY_SQLITE_FILE": str(connection.settings_dict["NAME"])}
        told = place.work(job)
        assert (told.code, again(job).state, again(job).video.status) == (0, "SUCCEEDED", "READY"), told.err


# The env blob in SSM.

BOOT = {"ACADEMY_ENV_PARAMETER": WORKER, "AWS_REGION": REGION, **CREDENTIALS}


def blob(values: dict[str, str]) -> str:
    return "".join(f"{name}='{value}'\n" for name, value in values.items())


def test_the_environment_comes_from_the_parameter(place: Place, aws: Aws) -> None:
    job = place.job(clips.silent())
    aws.put(WORKER, "# all of it\n" + blob(place.env))
    place.env = BOOT | {"AWS_ENDPOINT_URL": aws.url}
    told = place.work(job)
    assert (told.code, again(job).state) == (0, "SUCCEEDED"), told.err


def test_a_name_that_the_process_has_wins_over_the_parameter(place: Place, aws: Aws) -> None:
    job = place.job(clips.silent())
    aws.put(WORKER, blob(place.env | {"R2_PREFIX": "from-the-parameter"}))
    place.env = BOOT | {"AWS_ENDPOINT_URL": aws.url, "R2_PREFIX": "hls"}
    assert place.work(job).code == 0
    assert again(job).video.hls_path.startswith("hls/")


def test_what_the_parameter_lacks_is_named(program: Program, aws: Aws) -> None:
    aws.put(WORKER, blob(without("DB_PASSWORD", *STORE)))
    told = start(program, BOOT | {"AWS_ENDPOINT_URL": aws.url})
    assert told.code == 2
    assert "missing: R2_ENDPOINT, R2_ACCESS_KEY, R2_SECRET_KEY, DB_PASSWORD, R2_BUCKET or R2_VIDEO_BUCKET" in told.err


def test_a_parameter_that_is_not_there_cannot_be_waited_for(program: Program, aws: Aws) -> None:
    told = start(program, BOOT | {"AWS_ENDPOINT_URL": aws.url})
    assert (told.code, f"{WORKER} cannot be read: ParameterNotFound" in told.err) == (2, True)


def test_without_a_region_the_parameter_is_not_asked_for(program: Program) -> None:
    told = start(program, {"ACADEMY_ENV_PARAMETER": WORKER})
    assert (told.code, "AWS_REGION is not set" in told.err) == (2, True)


def test_an_ssm_that_does_not_answer_is_a_failure_that_may_pass(program: Program) -> None:
    told = start(program, BOOT | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert (told.code, "SSM cannot be reached" in told.err) == (1, True)
