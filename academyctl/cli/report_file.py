"""`--out FILE`: a report for another program, beside the result on stdout."""

import os
from io import StringIO
from pathlib import Path

from academyctl.model.errors import UsageError
from academyctl.model.outcome import Outcome


def check_writable(out: Path | None) -> None:
    """UsageError where the report could not be written: told before the work is begun."""
    if out is None:
        return
    if str(out) == "-":
        raise UsageError("--out takes a file", code="usage.file", hint="without --out it goes to stdout")
    if out.is_dir():
        raise UsageError(f"{out} is a folder", code="usage.file", hint="name a file")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{out.parent} is no folder", code="usage.file", hint=f"mkdir -p {out.parent}")
    if not os.access(out if out.exists() else out.absolute().parent, os.W_OK):
        raise UsageError(f"{out} cannot be written", code="usage.file", hint="name another with --out")


def write_report(out: Path, text: str) -> None:
    try:
        out.write_bytes(text.encode(errors="backslashreplace"))
    except OSError as refused:
        raise UsageError(f"{out} cannot be written: {refused.strerror}", code="usage.file") from None


def as_text(outcome: Outcome) -> str:
    """The result as a person reads it in a file, notes included."""
    from academyctl.render.blocks import outcome_blocks
    from academyctl.render.plain import write_plain

    text = StringIO()
    write_plain(outcome_blocks(outcome, verbose=True), text)
    return text.getvalue()
