"""`preflight` against a script of `aws` reads, and over a distance against the same reads made one after another."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.inputs import ROOT
from benchmarks.measure import Command, side_by_side
from benchmarks.report import ratio
from benchmarks.surroundings import AWS, OURS, PYTHON, Measured, plain

ACCOUNT = "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
REGION = {"AWS_DEFAULT_REGION": "ap-northeast-2"}
LATENCY = 0.03
"""Seconds, about a round trip to another region."""


@contextmanager
def _account(*words: str) -> Iterator[str]:
    command = [PYTHON, "-m", "benchmarks.preflight_server", *words]
    pipe, env = subprocess.PIPE, {"PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdin
        assert server.stdout
        url = server.stdout.readline().strip()
        if not url:
            raise RuntimeError("the sandbox did not start")
        yield url
        server.stdin.close()


def near(folder: Path, rounds: int) -> Measured:
    with _account("0") as url:
        env = plain(folder, AWS_ENDPOINT_URL=url, ACADEMYCTL_STACK="sandbox", **KEYS)
        bash = ["bash", str(ROOT / "benchmarks" / "preflight.sh"), AWS, ACCOUNT]
        series = side_by_side(
            [
                Command(name="preflight, 30 calls", argv=[OURS, "preflight"], cwd=folder, env=env),
                Command(name="bash, 15 aws calls", argv=bash, cwd=folder, env=env | REGION),
            ],
            rounds=rounds,
        )
    return series, [ratio(series[0], series[1], 0.08)]


def far(folder: Path, rounds: int) -> Measured:
    """Over TLS, with 30 ms a call and 60 ms a connection."""
    bundle = folder / "roots.pem"
    with _account(str(LATENCY), str(bundle)) as url:
        env = plain(folder, AWS_ENDPOINT_URL=url, AWS_CA_BUNDLE=str(bundle), ACADEMYCTL_STACK="sandbox", **KEYS)
        boto3 = [PYTHON, str(ROOT / "benchmarks" / "preflight_plain.py")]
        series = side_by_side(
            [
                Command(name="preflight, TLS, 30 ms", argv=[OURS, "preflight"], cwd=folder, env=env),
                Command(name="boto3, the same reads", argv=boto3, cwd=folder, env=env | REGION),
            ],
            rounds=rounds,
        )
    return series, [ratio(series[0], series[1], 0.35)]
