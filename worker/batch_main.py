"""`python -m worker.batch_main --job-id UUID --attempt N`: encodes one attempt of one job, once.

Exit codes, for people who read Batch's console; the database alone decides what happens next:
0 done, or nothing to do; 1 failed for a reason that may pass, recorded; 2 cannot start; 3 the upload is at fault,
recorded; 143 ended by SIGTERM (130: by SIGINT), recorded as FAILED.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from worker import log
from worker.config import Config, batch_attempt, executor, job_words
from worker.errors import AttemptFailed, ConfigError, Lost, Permanent, Stopped, Transient
from worker.start import configured
from worker.stop import Stop

if TYPE_CHECKING:
    from worker.job import Run
    from worker.processor import Output
    from worker.store import Store

OK, FAILED, CONFIG, PERMANENT = 0, 1, 2, 3
PATIENCE = 300.0
"""Seconds for which a failure is tried to be recorded."""
AWAY_PATIENCE = 10.0
STOP_PATIENCE = 12.0
"""Seconds for recording a stop; the process ends after `stop.RECORD_SECONDS` whatever happens."""

logger = logging.getLogger("worker")


def main(argv: Sequence[str] | None = None) -> int:
    log.set_up()
    stop = Stop()
    stop.install()
    try:
        job_id, attempt = _words(argv)
        executor_id = executor()
        config = configured(job=job_id, attempt=attempt, executor=executor_id, batch_attempt=batch_attempt())
    except ConfigError as fault:
        logger.error("cannot start: %s", fault)
        return CONFIG
    except Transient as fault:
        logger.error("cannot start: %s", fault)
        return FAILED
    except Stopped as stopped:
        return 128 + stopped.signum
    return _attempt(job_id, attempt, executor_id, config, stop)


def _words(argv: Sequence[str] | None) -> tuple[UUID, int]:
    """The job's id and attempt, from the command line, else from the environment. Exits with 2 where they are none."""
    parser = argparse.ArgumentParser(prog="python -m worker.batch_main", description="Encode one attempt of one job.")
    parser.add_argument("--job-id", default="", help="the job's UUID (VIDEO_JOB_ID)")
    parser.add_argument("--attempt", default="", help="the attempt, from 1 on (VIDEO_JOB_ATTEMPT)")
    given = parser.parse_args(argv)
    told = job_words()
    job_id, attempt = given.job_id or told[0], given.attempt or told[1]
    try:
        return UUID(job_id), _count(attempt)
    except ValueError:
        raise ConfigError(f"--job-id is a UUID and --attempt a number from 1 on, not {job_id!r}, {attempt!r}") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**31):
        raise ValueError(text)
    return int(text)


def _attempt(job_id: UUID, attempt: int, executor_id: str, config: Config, stop: Stop) -> int:
    from worker.job import Run

    run = Run(job_id=job_id, attempt=attempt, executor_id=executor_id)
    try:
        return _recorded(run, config, stop)
    except Stopped as stopped:
        return _stopped(run, stopped)


def _recorded(run: "Run", config: Config, stop: Stop) -> int:
    """Whatever happens stands in the row, unless the row is somebody else's by now."""
    try:
        _encoded(run, config, stop)
    except Lost as lost:
        logger.info("nothing to do: %s", lost)
        return OK
    except AttemptFailed as failure:
        stop.raise_if_asked()
        return _record(run, failure)
    except Exception as failure:
        stop.raise_if_asked()
        logger.exception("unexpected")
        return _record(run, Transient("UNKNOWN", type(failure).__name__))
    return OK


def _encoded(run: "Run", config: Config, stop: Stop) -> None:
    from worker.adopt import adopted
    from worker.job import ProgressReport, finished_before, order_of, wanted
    from worker.processor import process_video
    from worker.store import Store

    job = wanted(run)
    if done := finished_before(job.video):
        _complete(run, done)
        return
    prefix = f"{config.prefix}/{job.video.tenant_id}/{job.video.pk}/{job.pk}/{run.executor_id}/"
    order = order_of(job, prefix)
    if not run.start(prefix):
        raise Lost("another run was first")
    store = Store(config)
    output = adopted(store, order) or process_video(order, store, stop, ProgressReport(run))
    try:
        _complete(run, output)
    except Lost:
        _discard(run, store, output, prefix)
        raise
    logger.info("done: %s", "/".join(filter(None, (config.cdn_base_url, output.hls_path))))


def _complete(run: "Run", output: "Output") -> None:
    if not run.complete(output):
        raise Lost("the attempt is no longer this executor's")


def _discard(run: "Run", store: "Store", output: "Output", prefix: str) -> None:
    """Deletes what this run made, unless it is shown, or a later attempt may take it over."""
    from worker.hls import MASTER
    from worker.job import is_discardable
    from worker.store import Missing

    try:
        if output.hls_path.startswith(prefix) and is_discardable(run, output):
            store.delete_prefix(prefix, first=[f"{prefix}{MASTER}"])
    except (Transient, Missing) as failure:
        logger.warning("the output stays: %s", failure)


def _record(run: "Run", failure: AttemptFailed, patience: float = PATIENCE) -> int:
    """The exit code. A database that was away until now is not waited for a second time."""
    logger.error("failed: %s", failure)
    try:
        is_recorded = run.record(failure, AWAY_PATIENCE if failure.code == "DATABASE" else patience)
    except Transient as away:
        logger.error("that could not be recorded: %s", away)
    else:
        logger.info("recorded" if is_recorded else "not recorded: the row has moved on")
    return PERMANENT if isinstance(failure, Permanent) else FAILED


def _stopped(run: "Run", stopped: Stopped) -> int:
    from django.db import connection

    # The signal may have come in the middle of a statement.
    connection.close()
    _record(run, Transient(stopped.name, f"the run was ended by {stopped.name}"), STOP_PATIENCE)
    return 128 + stopped.signum


if __name__ == "__main__":
    code = main()
    if code >= 128:
        # Uploads that were broken off may still hang in their threads, and a normal exit would wait for them.
        logging.shutdown()
        os._exit(code)
    sys.exit(code)
