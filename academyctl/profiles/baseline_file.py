"""The shape of a baseline: findings that are accepted until a day, each with its reason.

accepted:
  - code: ce.ami-drift
    subject: academy-video-batch-ce-v3
    reason: the next rollout is planned for the school holidays
    expires: 2026-12-31
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from academyctl.model.errors import UsageError
from academyctl.model.finding import CODES
from academyctl.model.preflight import Accepted
from academyctl.profiles.faults import Faults, compose
from academyctl.profiles.shape import Listing, Record, Slot, Text

_text = Text(may_be_empty=False)
ENTRY = Record(
    {
        "code": Slot(_text, "the finding's code, as the report shows it", True, ""),
        "subject": Slot(_text, "what the finding is about, as the report shows it", True, ""),
        "reason": Slot(_text, "why it is borne with, and who decided so", True, ""),
        "expires": Slot(
            Text(pattern=r"\d{4}-\d\d-\d\d", means="a day, YYYY-MM-DD"), "the last day on which it is", True, ""
        ),
    }
)
BASELINE = Record({"accepted": Slot(Listing(ENTRY), "the findings that are accepted; [] says none", True, ())})


def load_baseline(path: Path) -> tuple[Accepted, ...]:
    """The entries. UsageError (`baseline.invalid`) with every error of the file."""
    faults = Faults(str(path))
    found: tuple[Accepted, ...] = ()
    try:
        root = compose(path.read_bytes().decode("utf-8-sig"), faults)
        found = () if root is None else tuple(_entries(root, str(path), faults))
    except OSError as refused:
        faults.add("", f"cannot be read: {refused.strerror}")
    except UnicodeDecodeError as broken:
        faults.add("", "is not UTF-8", line=broken.object.count(b"\n", 0, broken.start) + 1)
    except RecursionError:
        faults.add("", "is nested too deeply")
    if faults.findings:
        first = faults.findings[0]
        place = f"{first.location.path}:{first.location.line}: " if first.location else ""
        more = f" (and {len(faults.findings) - 1} more)" if len(faults.findings) > 1 else ""
        raise UsageError(
            f"{place}{first.subject} {first.message}{more}", code="baseline.invalid", findings=faults.findings
        )
    return found


def _entries(root: yaml.Node, path: str, faults: Faults) -> Iterator[Accepted]:
    seen: dict[tuple[str, str], int] = {}
    for i, raw in enumerate(BASELINE.read(root, "", faults)["accepted"]):
        at = f"accepted[{i}]"
        line = faults.line(at)
        entry = _entry(raw, at, path, line, faults)
        if entry is None:
            continue
        if (entry.code, entry.subject) in seen:
            faults.add(at, f"is the same as that in line {seen[entry.code, entry.subject]}")
        seen.setdefault((entry.code, entry.subject), line)
        yield entry


def _entry(raw: dict[str, Any], at: str, path: str, line: int, faults: Faults) -> Accepted | None:
    if raw["code"] and raw["code"] not in CODES:
        faults.add(f"{at}.code", f"is no finding code: {raw['code']}")
    try:
        expires = date.fromisoformat(raw["expires"])
    except ValueError:
        faults.add(f"{at}.expires", "is no day of the calendar")
        return None
    return Accepted(
        code=raw["code"], subject=raw["subject"], reason=raw["reason"], expires=expires, path=path, line=line
    )
