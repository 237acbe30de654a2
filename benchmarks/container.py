"""`env validate --container` against the check that operators had: Python started inside the container by docker exec.

Whole processes, and the two ways to the env alone in one process that lives: what a process of ours costs at least is
Python's start and the options' parser, whatever it then asks.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from academyctl.containers.engine import Engine
from academyctl.containers.read import look_at_container
from benchmarks.measure import Command, Sample, Series, side_by_side
from benchmarks.report import ratio
from benchmarks.surroundings import OURS, Measured, plain
from tests.support.engine import Engine as Docker
from tests.support.engine import docker_engine
from tests.support.envs import API

NAME, PYTHON = "academy-api", "/usr/bin/python3"
KEYS = [
    *("R2_ENDPOINT", "R2_ACCESS_KEY", "R2_SECRET_KEY", "R2_VIDEO_BUCKET", "VIDEO_SQS_QUEUE_NAME"),
    *("AWS_REGION", "REDIS_HOST"),
]
INSIDE = f"""\
import os
for k in {KEYS}:
  print(k, "=", "SET" if os.getenv(k) else "MISSING")
"""
BY_HAND = f'{PYTHON} - << "PY"\n{INSIDE}PY'


def validate_container(folder: Path, rounds: int) -> Measured:
    with docker_engine() as docker:
        _start(docker)
        env = plain(folder, DOCKER_HOST=docker.host)
        series = side_by_side(
            [
                Command(
                    name="env validate --container",
                    argv=(OURS, "env", "validate", "--container", NAME, "--offline"),
                    cwd=folder,
                    env=env,
                ),
                Command(
                    name="docker exec, python inside",
                    argv=(docker.program, "exec", "-i", NAME, "/bin/sh", "-lc", BY_HAND),
                    cwd=folder,
                    env=env,
                ),
            ],
            rounds=rounds,
        )
        client = Engine({"DOCKER_HOST": docker.host})
        series += _in_turn(
            {
                "one read, in process": lambda: look_at_container(client, NAME),
                "the same exec, in process": lambda: client.call("exec", _exec),
            },
            rounds,
        )
    ours, by_hand, read, executed = series
    # The whole processes have no limit: both are near the least that a process of their kind takes.
    return series, [ratio(read, executed, 1 / 3), ratio(ours, by_hand)]


def _start(docker: Docker) -> None:
    """The image has no Python: the machine's own is mounted into it."""
    mounts = [word for path in ("/usr", "/lib", "/lib64") for word in ("-v", f"{path}:{path}:ro")]
    env = [word for key, value in API.items() for word in ("-e", f"{key}={value}")]
    docker.run(NAME, *mounts, *env)


def _exec(api: Any) -> bytes:
    made = api.exec_create(NAME, ["/bin/sh", "-lc", BY_HAND])
    told: bytes = api.exec_start(made["Id"])
    assert told.count(b"= SET") == len(KEYS), told
    return told


def _in_turn(calls: dict[str, Callable[[], object]], rounds: int) -> list[Series]:
    """Seconds of this process, which has no peak of its own to tell. The first round is thrown away."""
    samples: dict[str, list[Sample]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            sample = Sample(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu, peak=0)
            if number:
                samples[name].append(sample)
    return [Series(name=name, samples=tuple(found)) for name, found in samples.items()]
