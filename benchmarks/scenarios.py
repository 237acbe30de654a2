"""What is compared with what, and how good it has to be."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.fleet import check, overhead, status
from benchmarks.inputs import ROOT, big_env, plain_env, role_blob, text_of, write_big_profiles
from benchmarks.measure import Command, side_by_side
from benchmarks.preflight import far, near
from benchmarks.report import Target, ratio
from benchmarks.surroundings import AWS, OURS, PEERS, PYTHON, Measured, plain


@dataclass(frozen=True, kw_only=True)
class Scenario:
    title: str
    rounds: int
    run: Callable[[Path, int], Measured]


def start_up(folder: Path, rounds: int) -> Measured:
    (folder / ".env").write_text(text_of(plain_env()))

    def command(name: str, *argv: str) -> Command:
        return Command(name=name, argv=argv, cwd=folder, env=plain(folder))

    series = side_by_side(
        [
            command("academyctl --help", OURS, "--help"),
            command("env validate, 60 keys", OURS, "env", "validate"),
            command("import typer", PYTHON, "-c", "import typer"),
            command("aws --version", AWS, "--version"),
        ],
        rounds=rounds,
    )
    shown, validated, typer, aws = series
    targets = [ratio(ours, typer, 1.3) for ours in (shown, validated)]
    return series, targets + [ratio(ours, aws, 0.25) for ours in (shown, validated)]


def push(folder: Path, rounds: int) -> Measured:
    """Each run writes: .env changes before each, in a key of both roles."""
    with _moto("/bash/api", "/bash/worker", "/boto3/api", "/boto3/worker") as url:
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        region = {"AWS_DEFAULT_REGION": "ap-northeast-2"}
        env = plain(folder, AWS_ENDPOINT_URL=url, **keys)
        numbers = count()

        def change() -> None:
            changed = plain_env(SECRET_KEY=f"signing-key-{next(numbers)}")
            (folder / ".env").write_text(text_of(changed))
            for role in ("api", "worker"):
                (folder / f"{role}.env").write_text(role_blob(role, changed))

        def command(name: str, argv: list[str], env: Mapping[str, str]) -> Command:
            return Command(name=name, argv=argv, cwd=folder, env=env, before=change)

        here = ROOT / "benchmarks"
        words = ["ssm", "push", "--role", "all", "--yes", "--stack", "sandbox"]
        series = side_by_side(
            [
                command("ssm push --role all", [OURS, *words], env),
                command("bash, 4 aws calls", ["bash", str(here / "push.sh"), AWS, "/bash"], env | region),
                command("plain boto3, 4 calls", [PYTHON, str(here / "push_plain.py"), "/boto3"], env | region),
            ],
            rounds=rounds,
        )
    ours, bash, boto3 = series
    return series, [ratio(ours, bash, 0.20), ratio(ours, boto3, 1.0)]


@contextmanager
def _moto(*parameters: str) -> Iterator[str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "ap-northeast-2"}
    command = [PYTHON, "-m", "benchmarks.server", *parameters]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=keys, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdin
        assert server.stdout
        url = server.stdout.readline().strip()
        if not url:
            raise RuntimeError("moto did not start")
        yield url
        server.stdin.close()


def large(folder: Path, rounds: int) -> Measured:
    write_big_profiles(folder / "env_profiles")
    for keys in (1_000, 10_000):
        (folder / f"{keys}.env").write_text(big_env(keys))
    env = plain(folder, ACADEMYCTL_PROFILES=str(folder / "env_profiles"), ACADEMYCTL_STACK="sandbox")

    def ours(keys: int) -> Command:
        argv = (OURS, "env", "validate", "--file", f"{keys}.env")
        return Command(name=f"env validate, {keys} keys", argv=argv, cwd=folder, env=env)

    linter = (str(PEERS / "dotenv-linter"), "lint", "1000.env")
    series = side_by_side(
        [
            ours(1_000),
            ours(10_000),
            Command(name="dotenv-linter, 1000 keys", argv=linter, cwd=folder, env=env, codes=(0, 1)),
        ],
        rounds=rounds,
    )
    thousand, ten, lint = series
    return series, [
        ratio(thousand, lint, 0.45),
        # Ten times the keys; what is quadratic would come out well over ten.
        ratio(ten, thousand, 10),
        Target(what=f"cpu of {ten.name}", value=ten.cpu, unit="s", limit=1.0),
        Target(what=f"peak memory of {ten.name}", value=ten.peak, unit="MB", limit=80),
    ]


def _video(name: str) -> Callable[[Path, int], Measured]:
    """The worker is imported by whom it concerns: a child's peak memory counts from this process's."""

    def run(folder: Path, rounds: int) -> Measured:
        from benchmarks import video

        measured: Measured = getattr(video, name)(folder, rounds)
        return measured

    return run


def _api(folder: Path, rounds: int) -> Measured:
    from benchmarks.api import upload_complete

    return upload_complete(folder, rounds)


def _container(folder: Path, rounds: int) -> Measured:
    from benchmarks.container import validate_container

    return validate_container(folder, rounds)


def _scan(folder: Path, rounds: int) -> Measured:
    from benchmarks.scan import scan

    return scan(folder, rounds)


SCENARIOS = {
    "start": Scenario(title="Start-up: help and a small check", rounds=21, run=start_up),
    "push": Scenario(title="One push of two roles, moto on loopback", rounds=15, run=push),
    "check": Scenario(title="A check of the fleet against the aws CLI", rounds=11, run=check),
    "status": Scenario(title="20 environments, 1 000 jobs, 30 ms a call", rounds=9, run=status),
    "fleet": Scenario(title="What batch commands take by themselves", rounds=7, run=overhead),
    "preflight": Scenario(title="preflight against a script of the aws CLI", rounds=5, run=near),
    "distance": Scenario(title="preflight over TLS, 30 ms a call", rounds=7, run=far),
    "ladder": Scenario(title="One decode for all rungs", rounds=3, run=_video("one_decode")),
    "copy": Scenario(title="A source that fits the top rung", rounds=3, run=_video("copied_top")),
    "overlap": Scenario(title="Upload beside encode, 24 s of film on slow stores", rounds=3, run=_video("overlap")),
    "memory": Scenario(title="The worker without ffmpeg", rounds=1, run=_video("memory")),
    "container": Scenario(title="A container's env, by one read and by a shell in it", rounds=21, run=_container),
    "api": Scenario(title="upload-complete on PostgreSQL", rounds=60, run=_api),
    "scan": Scenario(title="What the code reads: 43 references, 2 000 files", rounds=3, run=_scan),
    "large": Scenario(title="Large env files, a schema of 200 keys", rounds=11, run=large),
}
