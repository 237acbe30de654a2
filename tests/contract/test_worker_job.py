"""How Batch starts the worker: academyctl registers it, the API submits it, the worker reads it, and all agree."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.stack import Stack
from academyctl.model.worker_job import PARAMETERS, SELFCHECK
from academyctl.plan.canary import canary_definition
from academyctl.plan.job_definition import desired_definition
from academyctl.profiles.load import load_contract, load_stack
from academyctl.sandbox.worker_run import is_worker
from tests.support.cli import ROOT


@pytest.fixture(params=["production", "sandbox"])
def stack(request: pytest.FixtureRequest) -> Stack:
    return load_stack(ROOT / "env_profiles", request.param)


@pytest.fixture
def container(stack: Stack) -> dict[str, Any]:
    return dict(desired_definition(stack).properties["containerProperties"])


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The API's SubmitJob, for a job at its second attempt."""
    from tests.support.django_site import configure

    configure()
    from api.videos import batch

    asked: dict[str, Any] = {}

    class Client:
        def submit_job(self, **request: Any) -> dict[str, str]:
            asked.update(request)
            return {"jobId": "a-batch-job"}

    monkeypatch.setattr(batch, "_client", lambda tries: Client())
    assert batch.submit_job(f"vt-{(job := uuid4())}-a2", job, 2) == "a-batch-job"
    return asked


def started(command: Sequence[str], **env: str) -> "subprocess.CompletedProcess[str]":
    """The command of a container, with nothing but `env` around it."""
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    words = [sys.executable, *command[1:]]
    return subprocess.run(words, env={**base, **env}, capture_output=True, text=True, timeout=60)


def filled(command: Sequence[str], parameters: dict[str, str]) -> list[str]:
    return [re.sub(r"Ref::(\w+)", lambda found: parameters[found[1]], word) for word in command]


def test_the_api_submits_to_what_the_stack_declares(stack: Stack, submitted: dict[str, Any]) -> None:
    declared = desired_definition(stack)
    assert submitted["jobQueue"] == stack.job_queue.name
    assert submitted["jobDefinition"] == declared.name
    assert submitted["retryStrategy"] == declared.properties["retryStrategy"] == {"attempts": 1}
    assert submitted["timeout"] == declared.properties["timeout"]
    assert set(submitted["parameters"]) == set(declared.properties["parameters"]) == set(PARAMETERS)
    assert re.fullmatch(rf"vt-{submitted['parameters']['job_id']}-a2", submitted["jobName"])
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", submitted["jobName"])


def test_every_parameter_has_its_place_in_the_command(container: dict[str, Any]) -> None:
    assert re.findall(r"Ref::(\w+)", " ".join(container["command"])) == ["job_id", "attempt"]
    assert set(PARAMETERS) == {"job_id", "attempt"}


def test_the_worker_understands_the_command_as_the_api_fills_it(
    container: dict[str, Any], submitted: dict[str, Any]
) -> None:
    """It gets as far as its environment, which is empty here."""
    done = started(filled(container["command"], submitted["parameters"]))
    assert done.returncode == 2
    assert "missing: API_BASE_URL" in done.stderr
    assert is_worker(container["command"])


def test_a_job_that_is_submitted_without_parameters_is_refused_by_name(container: dict[str, Any]) -> None:
    done = started(filled(container["command"], PARAMETERS))
    assert done.returncode == 2
    assert "--job-id is a UUID" in done.stderr


def test_the_worker_reads_the_parameter_that_its_container_names(stack: Stack, container: dict[str, Any]) -> None:
    role = next(one for one in load_contract(ROOT / "env_profiles").roles if one.name == "worker")
    env = {row["name"]: row["value"] for row in container["environment"]}
    assert env == {"ACADEMY_ENV_PARAMETER": stack.parameter("worker"), "AWS_REGION": stack.region}
    assert stack.parameter("worker") == role.parameter
    code = "from worker.config import bootstrap; print(*bootstrap())"
    told = started(["python", "-c", code], **env).stdout.split()
    assert told == [stack.parameter("worker"), stack.region]


def test_the_name_of_the_executor_is_the_batch_jobs_id() -> None:
    """The API terminates by it, and the scan asks Batch about it."""
    code = "from worker.config import executor; print(executor())"
    assert started(["python", "-c", code], AWS_BATCH_JOB_ID="a-batch-job").stdout.strip() == "a-batch-job"


def test_logs_go_where_the_stack_looks_for_them(stack: Stack, container: dict[str, Any]) -> None:
    options = container["logConfiguration"]["options"]
    assert options["awslogs-group"] == stack.job_definition.log_group
    assert options["awslogs-region"] == stack.region


def test_the_canary_runs_the_workers_own_check(stack: Stack) -> None:
    live = JobDefinitionDetail(name="live", container=desired_definition(stack).properties["containerProperties"])
    canary = canary_definition("canary", live, {}).properties["containerProperties"]
    assert (canary["command"], is_worker(canary["command"])) == (list(SELFCHECK), True)
    done = started(canary["command"])
    assert (done.returncode, done.stdout.startswith("failed  env: missing: ")) == (2, True), done.stderr
