"""`python -m api.manage scan_stuck_video_jobs`: mends jobs whose row and Batch job have parted. Each minute, by cron or
as a second container of the API's image with `--loop 60`.
"""

import json
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections

from api.videos.scan import Report, Step, scan


class Command(BaseCommand):
    help = "Find video jobs that are stuck, and mend them. Exit 1 when Batch could not be asked or a step failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object a pass, on one line")
        parser.add_argument("--loop", type=_seconds, metavar="SECONDS", help="pass after pass, until SIGTERM")

    def handle(self, *args: Any, dry_run: bool, json: bool, loop: float | None, **options: Any) -> None:
        if loop is None:
            report = scan(dry_run=dry_run)
            self._tell(report, as_json=json)
            if not report.is_sound:
                raise CommandError(report.error or "a step failed; the next pass tries again")
            return
        stopped = _on_stop()
        while not stopped.is_set():
            self._pass(dry_run=dry_run, as_json=json)
            stopped.wait(loop)

    def _pass(self, *, dry_run: bool, as_json: bool) -> None:
        """A database that is away ends one pass, not the loop."""
        close_old_connections()
        try:
            self._tell(scan(dry_run=dry_run), as_json=as_json)
        except (OperationalError, InterfaceError) as down:
            self.stderr.write(f"database: {type(down).__name__}")

    def _tell(self, report: Report, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_dict()))
            return
        for step in report.steps:
            self.stdout.write(_line(step))
        told = f"{report.checked} jobs checked, {len(report.steps)} steps, backlog {report.backlog}"
        self.stdout.write(report.error or told)


def _line(step: Step) -> str:
    state = f"{step.state}, Batch {step.batch}" if step.batch else step.state
    done = " ".join(each for each in (step.do, step.code, step.result) if each)
    return f"{step.job} a{step.attempt} {state}: {done} ({step.why})"


def _seconds(text: str) -> float:
    seconds = float(text)
    if seconds <= 0:
        raise ValueError
    return seconds


def _on_stop() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped
