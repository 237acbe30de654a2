"""`worker.selfcheck`: a canary's verdict, in lines and in JSON."""

import json
import os
from pathlib import Path

import pytest

from tests.support.aws import Aws
from tests.support.redis_server import redis_server
from tests.worker.place import COMPLETE, Ended, Place, Program

PARTS = ["env", "database", "store", "ffmpeg", "ffprobe", "disk", "redis"]


def check(program: Program, *words: str, **env: str) -> Ended:
    return program.run("worker.selfcheck", *words, env=env)


def statuses(told: Ended) -> dict[str, str]:
    return {found["name"]: found["status"] for found in json.loads(told.out)["checks"]}


def test_all_is_well(place: Place) -> None:
    with redis_server("redis-password-value") as redis:
        told = check(place, "--json", **redis.env)
    assert told.code == 0, told.out
    assert statuses(told) == dict.fromkeys(PARTS, "ok")
    assert json.loads(told.out)["ok"] is True
    assert "redis-password-value" not in told.out + told.err
    assert place.store.keys("hls/.selfcheck/") == []


def test_each_check_is_a_line(place: Place) -> None:
    told = check(place)
    lines = told.out.splitlines()
    assert told.code == 0
    assert [line.split()[1].rstrip(":") for line in lines] == PARTS
    assert "API_BASE_URL and INTERNAL_WORKER_TOKEN are set" in lines[0]
    assert lines[-1].startswith("warning redis:")
    assert not [
        value for name, value in place.env.items() if ("SECRET" in name or "TOKEN" in name) and value in told.out
    ]


BROKEN = {
    "database": {"DB_PORT": "1"},
    "store": {"R2_SECRET_KEY": "not-the-key"},
}


@pytest.mark.parametrize(("part", "env"), BROKEN.items(), ids=BROKEN)
def test_what_does_not_answer_is_named_and_the_others_are_still_looked_at(
    part: str, env: dict[str, str], place: Place
) -> None:
    told = check(place, "--json", **env)
    assert (told.code, json.loads(told.out)["exit_code"]) == (1, 1)
    assert statuses(told) == dict.fromkeys(PARTS, "ok") | {"redis": "warning", part: "failed"}
    assert "not-the-key" not in told.out + told.err


def test_a_bucket_that_does_not_exist_fails(place: Place, aws: Aws) -> None:
    """On moto: SeaweedFS makes the bucket of a first put."""
    told = check(place, "--json", R2_ENDPOINT=aws.url, R2_VIDEO_BUCKET="no-such-bucket")
    assert (told.code, statuses(told)["store"]) == (1, "failed")
    assert "NoSuchBucket" in told.out


def test_a_database_without_the_tables_fails(place: Place, tmp_path: Path) -> None:
    told = check(place, "--json", ACADEMY_SQLITE_FILE=str(tmp_path / "empty.sqlite3"))
    assert (told.code, statuses(told)["database"]) == (1, "failed")


def test_an_ffmpeg_without_the_encoder_fails(place: Place, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho ' A....D aac  AAC'\n")
    program.chmod(0o755)
    told = check(place, "--json", PATH=f"{program.parent}:{os.environ['PATH']}")
    assert (told.code, statuses(told)["ffmpeg"]) == (1, "failed")
    assert "has no encoder libx264" in told.out


def test_an_incomplete_environment_is_told_from_a_failure(program: Program) -> None:
    program.env = {name: value for name, value in COMPLETE.items() if name != "SECRET_KEY"}
    told = check(program, "--json")
    assert (told.code, statuses(told)) == (2, {"env": "failed"})
    assert "missing: SECRET_KEY" in told.out
