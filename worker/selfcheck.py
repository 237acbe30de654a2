"""`python -m worker.selfcheck [--json]`: is everything here that an encode needs? What a rollout's canary runs.

One line a check, names only, never a value. Exit 0: all is well; 1: a check failed; 2: the environment is incomplete.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from worker import log
from worker.child import run
from worker.config import Config
from worker.errors import AttemptFailed, ConfigError, Transient
from worker.start import configured
from worker.stop import Stop

OK, FAILED, CONFIG = 0, 1, 2
ROOM = 2 * 1024**3
"""Bytes that must be free: the source of a short video and its rungs."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """`warning`: worth knowing, fails nothing."""

    name: str
    status: str
    detail: str


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m worker.selfcheck", description="Check what an encode needs.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    as_json = parser.parse_args(argv).json
    log.set_up()
    checks, code = _checked()
    if as_json:
        told = {"version": 1, "ok": code == OK, "exit_code": code, "checks": [asdict(check) for check in checks]}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.writelines(f"{check.status:7} {check.name}: {check.detail}\n" for check in checks)
    return code


def _checked() -> tuple[list[Check], int]:
    try:
        config = configured()
    except ConfigError as fault:
        return [_failed("env", str(fault))], CONFIG
    except Transient as fault:
        return [_failed("env", fault.detail)], FAILED
    complete = Check(name="env", status="ok", detail="complete; API_BASE_URL and INTERNAL_WORKER_TOKEN are set")
    checks = [complete, *_parts(config)]
    return checks, FAILED if any(check.status == "failed" for check in checks) else OK


def _parts(config: Config) -> Iterator[Check]:
    parts: tuple[tuple[str, Callable[[], str]], ...] = (
        ("database", _database),
        ("store", lambda: _store(config)),
        ("ffmpeg", _ffmpeg),
        ("ffprobe", _ffprobe),
        ("disk", _disk),
    )
    for name, look in parts:
        try:
            yield Check(name=name, status="ok", detail=look())
        except AttemptFailed as failure:
            yield _failed(name, failure.detail)
        except Exception as failure:  # noqa: BLE001  # every part is reported, whatever its driver raises
            # A driver's message may quote what it was given.
            yield _failed(name, type(failure).__name__)
    yield _redis()


def _failed(name: str, detail: str) -> Check:
    return Check(name=name, status="failed", detail=detail)


def _database() -> str:
    from django.db import connection

    from api.videos.models import VideoTranscodeJob

    try:
        VideoTranscodeJob.objects.only("pk", "executor_id", "output_prefix").first()
    finally:
        connection.close()
    return f"{connection.vendor} answers and has the tables"


def _store(config: Config) -> str:
    from worker.store import Missing, Store

    try:
        Store(config).probe_writing(f"{config.prefix}/.selfcheck/{uuid.uuid4()}")
    except Missing:
        raise Transient("STORE", "the bucket does not exist") from None
    return "an object was written and deleted"


def _ffmpeg() -> str:
    told = run(["ffmpeg", "-hide_banner", "-v", "error", "-encoders"], Stop(), 30).stdout.decode(errors="replace")
    missing = [name for name in ("libx264", "aac") if not re.search(rf"^ \S+ {name} ", told, re.MULTILINE)]
    if missing:
        raise Transient("PROGRAM", f"ffmpeg has no encoder {', '.join(missing)}")
    return f"{_version('ffmpeg')} with libx264 and aac"


def _ffprobe() -> str:
    return _version("ffprobe")


def _version(program: str) -> str:
    told = run([program, "-version"], Stop(), 30)
    found = re.match(rf"{program} version (\S+)", told.stdout.decode(errors="replace"))
    if told.returncode or not found:
        raise Transient("PROGRAM", f"{program} does not tell its version")
    return found[1]


def _disk() -> str:
    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise Transient("DISK", f"{free // 1024**2} MiB are free, {ROOM // 1024**2} are needed")
    return f"{free // 1024**2} MiB free"


def _redis() -> Check:
    """A display only: its absence is worth a line and fails nothing."""
    import redis
    from django.conf import settings
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis(
        host=settings.REDIS_HOST,
        port=settings.REDIS_PORT,
        db=settings.REDIS_DB,
        password=settings.REDIS_PASSWORD or None,
        socket_connect_timeout=3,
        socket_timeout=3,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except (redis.RedisError, OSError) as failure:
        return Check(name="redis", status="warning", detail=f"does not answer ({type(failure).__name__}); display only")
    finally:
        client.close()
    return Check(name="redis", status="ok", detail="answers")


if __name__ == "__main__":
    sys.exit(main())
