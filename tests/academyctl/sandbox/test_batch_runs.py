"""The seam for a job's run: what stands for the container decides when and how a job ends, and is told to stop."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from academyctl.sandbox.batch_state import NEVER, Batch, Ended, Job
from academyctl.sandbox.control import Control
from academyctl.sandbox.server import running
from tests.support.strict import QUEUE, Strict

NAME = "encoder-v1"


@dataclass
class Process:
    """A run that ends when somebody says so, as a real process does."""

    command: list[str]
    due: float = NEVER
    ending: Ended | None = None
    is_stopped: bool = False

    def ended(self, now: float) -> Ended | None:
        return self.ending

    def stop(self) -> None:
        self.is_stopped = True


@dataclass
class Processes:
    started: list[Process] = field(default_factory=list)

    def __call__(self, batch: Batch, job: Job, at: float) -> Process:
        self.started.append(Process(list(job.container["command"])))
        return self.started[-1]


@pytest.fixture
def processes() -> Processes:
    return Processes()


@pytest.fixture
def own(strict: Strict, processes: Processes) -> Iterator[Strict]:
    """A second door to the same account, behind which jobs are `processes`."""
    control = Control(clock=strict.control.now)
    with running(strict.stack.account, control=control, runner=processes) as url:
        own = Strict(url=url, control=control, stack=strict.stack)
        own.valid(NAME)
        own.queue(NAME)
        own.register(containerProperties={"command": ["encode", "Ref::job_id"]}, parameters={"job_id": "none"})
        yield own
        control.forget()


def test_a_job_runs_as_long_as_its_process(own: Strict, processes: Processes) -> None:
    number = own.submit(parameters={"job_id": "7"})
    own.until_running()
    assert own.job(number)["status"] == "RUNNING"
    (process,) = processes.started
    own.control.advance(100000)
    assert (own.job(number)["status"], process.command) == ("RUNNING", ["encode", "7"])
    process.ending = Ended(exit_code=3, status_reason="Essential container in task exited", reason="boom")
    job = own.job(number)
    assert (job["status"], job["container"]["exitCode"], job["container"]["reason"]) == ("FAILED", 3, "boom")


def test_a_terminated_job_stops_its_process(own: Strict, processes: Processes) -> None:
    number = own.submit()
    own.until_running()
    assert own.job(number)["status"] == "RUNNING"
    own.batch.terminate_job(jobId=number, reason="not needed")
    (process,) = processes.started
    assert process.is_stopped
    process.ending = Ended(exit_code=143, status_reason="ended by SIGTERM")
    job = own.job(number)
    assert (job["status"], job["statusReason"], job["container"]["exitCode"]) == ("FAILED", "not needed", 143)


def test_a_deleted_queue_stops_the_processes_of_its_jobs(own: Strict, processes: Processes) -> None:
    number = own.submit()
    own.until_running()
    assert own.job(number)["status"] == "RUNNING"
    own.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    own.control.advance(own.control.pace.updating)
    own.batch.delete_job_queue(jobQueue=QUEUE)
    (process,) = processes.started
    assert process.is_stopped
    assert own.job(number)["status"] == "FAILED"
