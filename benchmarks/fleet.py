"""The batch commands: against the aws CLI, against their own longest chain of calls, and by themselves."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.inputs import ROOT
from benchmarks.measure import Command, side_by_side
from benchmarks.report import Target, ratio
from benchmarks.surroundings import AWS, OURS, PYTHON, Measured, plain

QUEUE = "academy-video-batch-queue"
PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
REGION = {"AWS_DEFAULT_REGION": "ap-northeast-2"}
LATENCY = 0.03
"""Seconds, about a round trip to another region."""


@contextmanager
def _fleet(environments: int, jobs: int, latency: float = 0.0) -> Iterator[str]:
    words = [PYTHON, "-m", "benchmarks.fleet_server", str(environments), str(jobs), str(latency)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdin
        assert server.stdout
        url = server.stdout.readline().strip()
        if not url:
            raise RuntimeError("the sandbox did not start")
        yield url
        server.stdin.close()


def check(folder: Path, rounds: int) -> Measured:
    with _fleet(3, 0) as url:
        env = plain(folder, AWS_ENDPOINT_URL=url, ACADEMYCTL_STACK="sandbox", **KEYS)
        bash = ["bash", str(ROOT / "benchmarks" / "ce_check.sh"), AWS, QUEUE, PARAMETER]
        series = side_by_side(
            [
                Command(name="batch ce-check", argv=[OURS, "batch", "ce-check"], cwd=folder, env=env, codes=(0, 4)),
                Command(name="bash, 4 aws calls", argv=bash, cwd=folder, env=env | REGION),
            ],
            rounds=rounds,
        )
    return series, [ratio(series[0], series[1], 0.25)]


def status(folder: Path, rounds: int) -> Measured:
    with _fleet(20, 1000, LATENCY) as url:
        env = plain(folder, AWS_ENDPOINT_URL=url, ACADEMYCTL_STACK="sandbox", **KEYS)
        series = side_by_side(
            [
                Command(name="batch status", argv=[OURS, "batch", "status"], cwd=folder, env=env),
                Command(
                    name="its longest chain alone",
                    argv=[PYTHON, str(ROOT / "benchmarks" / "chain.py"), QUEUE],
                    cwd=folder,
                    env=env | REGION,
                ),
            ],
            rounds=rounds,
        )
    return series, [ratio(series[0], series[1], 1.5)]


def overhead(folder: Path, rounds: int) -> Measured:
    """AWS is over with everything at once: what is left is academyctl's own time."""
    with _fleet(2, 0) as url, _fleet(2, 0, LATENCY) as far:
        env = plain(folder, AWS_ENDPOINT_URL=url, ACADEMYCTL_STACK="sandbox", **KEYS)

        def ours(name: str, *words: str, **more: str) -> Command:
            return Command(name=name, argv=[OURS, "batch", *words], cwd=folder, env=env | more, codes=(0, 4, 5))

        series = side_by_side(
            [
                ours("setup, nothing to do", "setup", "--check"),
                ours("the same, 30 ms a call", "setup", "--check", AWS_ENDPOINT_URL=far),
                ours("ce-rollout, planned", "ce-rollout", "--dry-run"),
            ],
            rounds=rounds,
        )
    near, slow, planned = series
    trips = (slow.wall - near.wall) / LATENCY
    return series, [
        # It makes 15 calls; one after the other they would be as many.
        Target(what="round trips in a row of setup", value=trips, unit="", limit=9),
        Target(what="cpu of a planned rollout", value=planned.cpu, unit="s"),
    ]
