"""The API on PostgreSQL and the store of the tests: upload-complete against a bare view, and many of them at once."""

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.inputs import ROOT
from benchmarks.measure import Sample, Series
from benchmarks.report import Target
from benchmarks.surroundings import PYTHON, Measured
from tests.support.api_server import TOKENS, Api, api_server
from tests.support.django_site import fresh_postgres
from tests.support.seaweed import store

AT_ONCE, REQUESTS = 16, 200
KEYS = {"AWS_REGION": "ap-northeast-2", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}


class Caller:
    """One connection that stays open. `call` tells the status, the answer, and the seconds."""

    def __init__(self, api: Api) -> None:
        self._connection = HTTPConnection(urlsplit(api.url).netloc, timeout=60)

    def call(self, method: str, path: str) -> tuple[int, bytes, float]:
        begun = time.perf_counter()
        self._connection.request(method, path, headers={"Authorization": f"Bearer {TOKENS['acme']}"})
        answer = self._connection.getresponse()
        body = answer.read()
        return answer.status, body, time.perf_counter() - begun


def upload_complete(folder: Path, rounds: int) -> Measured:
    with _batch() as batch, fresh_postgres() as database:
        env = {**KEYS, **database, **store().env, "AWS_ENDPOINT_URL": batch}
        with api_server(env) as api, api_server({**env, "DJANGO_SETTINGS_MODULE": "benchmarks.bare"}) as plain:
            series = _one_by_one(api, plain, rounds)
            first, jobs, failed = _at_once(api)
        with urllib.request.urlopen(batch) as answer:
            names = [name for name in answer.read().decode().splitlines() if name[3:39] in jobs]
    empty, bare, done, same = series
    targets = [
        Target(what=f"p50 of {done.name} / {bare.name}", value=done.wall / bare.wall, limit=3),
        Target(what=f"p50 of {done.name} / {empty.name}", value=done.wall / empty.wall),
        Target(what=f"p50 of {same.name} / {empty.name}", value=same.wall / empty.wall),
        Target(what=f"errors of {REQUESTS}, {AT_ONCE} at once", value=failed, unit="", limit=0),
        Target(what="jobs too many", value=len(jobs) - REQUESTS, unit="", limit=0),
        Target(what="Batch jobs too many", value=len(names) - REQUESTS, unit="", limit=0),
    ]
    return [*series, first], targets


def _one_by_one(api: Api, plain: Api, rounds: int) -> list[Series]:
    """In turn, so that a busy machine slows them alike. `plain` serves the bare view."""
    times: dict[str, list[float]] = {"empty view": [], "bare view": [], "upload-complete": [], "the same again": []}
    caller, other = Caller(api), Caller(plain)
    videos, others = ([api.uploaded() for _ in range(rounds + 4)] for _ in range(2))
    for number, video in enumerate(videos):
        path = f"/api/videos/{video}/upload-complete"
        for name, method, asked, wanted, whose in (
            ("empty view", "GET", "/healthz", 200, caller),
            ("upload-complete", "POST", path, 202, caller),
            ("the same again", "POST", path, 200, caller),
            ("bare view", "POST", f"/bare/{others[number]}", 202, other),
        ):
            status, body, seconds = whose.call(method, asked)
            if status != wanted:
                raise RuntimeError(f"{method} {asked}: {status} {body!r}")
            # The first few make connections and compile.
            times[name] += [seconds] if number >= 4 else []
    return [_series(name, found) for name, found in times.items()]


def _at_once(api: Api) -> tuple[Series, set[str], int]:
    """Its series, the jobs' ids, and how many were not answered with 202."""
    videos = [api.uploaded() for _ in range(REQUESTS)]
    own = threading.local()

    def complete(video: int) -> tuple[int, bytes, float]:
        if not hasattr(own, "caller"):
            own.caller = Caller(api)
        answer: tuple[int, bytes, float] = own.caller.call("POST", f"/api/videos/{video}/upload-complete")
        return answer

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(complete, videos))
    jobs = {json.loads(body)["job"]["id"] for status, body, _ in answers if status == 202}
    series = _series(f"upload-complete, {AT_ONCE} at once", [seconds for _, _, seconds in answers])
    return series, jobs, sum(status != 202 for status, _, _ in answers)


def _series(name: str, seconds: list[float]) -> Series:
    return Series(name=name, samples=tuple(Sample(wall=each, cpu=0.0, peak=0.0) for each in seconds))


@contextmanager
def _batch() -> Iterator[str]:
    pipe = subprocess.PIPE
    command = [PYTHON, "-m", "benchmarks.batch_door"]
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdin
        assert server.stdout
        yield server.stdout.readline().strip()
        server.stdin.close()
