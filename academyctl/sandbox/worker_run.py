"""The real worker in place of its container: a job whose command is `python -m worker.…` is a process on this machine.

It has what a container would have: the definition's environment, what Batch adds to it, a home and a temporary folder
of its own, and of the caller's environment nothing but PATH. Other commands, and jobs that are scripted, are simulated.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

from academyctl.sandbox.batch_ends import SUCCEEDED, TIMED_OUT
from academyctl.sandbox.batch_runs import log_group, simulated
from academyctl.sandbox.batch_state import NEVER, Batch, Ended, Job, Run
from academyctl.sandbox.control import JobWish

KILL_AFTER = 30.0
"""Seconds from SIGTERM to SIGKILL (User Guide, job_timeouts; API reference, TerminateJob)."""


@dataclass(kw_only=True)
class WorkerRuns:
    """A Runner. `code` is the folder that holds the packages api and worker; `env` is what every process gets first,
    and may be added to until one starts; what a process leaves is under `folder`. `close` ends them all."""

    folder: Path
    code: Path
    env: dict[str, str] = field(default_factory=dict)
    _runs: list["WorkerRun"] = field(default_factory=list)

    def __call__(self, batch: Batch, job: Job, at: float) -> Run:
        command = job.container.get("command") or ()
        if not is_worker(command) or job.wish != JobWish():
            return simulated(batch, job, at)
        home = self.folder / job.id / str(len(job.attempts) + 1)
        (home / "tmp").mkdir(parents=True)
        limit = (job.body.get("timeout") or {}).get("attemptDurationSeconds", NEVER)
        process = _start([sys.executable, *command[1:]], home, self._environment(job, home))
        run = WorkerRun(batch=batch, job=job, stream=job.log_stream, process=process, home=home, deadline=at + limit)
        self._runs.append(run)
        return run

    def _environment(self, job: Job, home: Path) -> dict[str, str]:
        """The definition's outweighs `env`, as it would the image's."""
        own = {row["name"]: row.get("value", "") for row in job.container.get("environment") or ()}
        machine = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "PYTHONPATH": str(self.code),
        }
        return {**machine, **self.env, **own, **_of_batch(job)}

    def close(self) -> None:
        for run in self._runs:
            run.kill()


def is_worker(command: Sequence[str]) -> bool:
    return len(command) > 2 and list(command[:2]) == ["python", "-m"] and command[2].startswith("worker.")


def _of_batch(job: Job) -> dict[str, str]:
    """What Batch sets itself (User Guide, job_env_vars)."""
    return {
        "AWS_BATCH_JOB_ID": job.id,
        "AWS_BATCH_JOB_ATTEMPT": str(len(job.attempts) + 1),
        "AWS_BATCH_JQ_NAME": job.queue.rpartition("/")[2],
        "AWS_BATCH_CE_NAME": job.environment.name if job.environment else "",
    }


def _start(command: Sequence[str], home: Path, env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """In a session of its own: a Ctrl-C on the terminal is not for it. Its output goes to `home`/output."""
    with (home / "output").open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=home,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@dataclass(kw_only=True)
class WorkerRun:
    """One attempt. Whoever asks whether it has ended also brings what it wrote to its log stream."""

    batch: Batch
    job: Job
    stream: str
    process: "subprocess.Popen[bytes]"
    home: Path
    deadline: float
    due: float = NEVER
    is_late: bool = False
    _killer: Timer | None = None
    _told: int = 0

    def ended(self, now: float) -> Ended | None:
        code = self.process.poll()
        self._tell(now, is_last=code is not None)
        if code is not None:
            return self._ending(code)
        if now >= self.deadline and not self.is_late:
            self.is_late = True
            self.stop()
        return None

    def _ending(self, code: int) -> Ended:
        """A process that a signal ended has the exit code that docker tells: 128 and the signal."""
        if self._killer:
            self._killer.cancel()
        return Ended(exit_code=128 - code if code < 0 else code, status_reason=TIMED_OUT if self.is_late else SUCCEEDED)

    def stop(self) -> bool:
        if self._killer is None and self.process.poll() is None:
            self.process.terminate()
            self._killer = Timer(KILL_AFTER, self.kill)
            self._killer.daemon = True
            self._killer.start()
        return True

    def kill(self) -> None:
        """With what it started in its session."""
        if self._killer:
            self._killer.cancel()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _tell(self, now: float, *, is_last: bool) -> None:
        """Whole lines only, while it runs."""
        with (self.home / "output").open("rb") as output:
            output.seek(self._told)
            new = output.read()
        whole = len(new) if is_last else new.rfind(b"\n") + 1
        self._told += whole
        lines = [line for line in new[:whole].decode(errors="replace").splitlines() if line.strip()]
        if lines:
            self.batch.behind.write_log(log_group(self.job), self.stream, now, lines)
