"""Where the measured commands run: in nobody's settings."""

import sys
from pathlib import Path

from benchmarks.inputs import ROOT
from benchmarks.measure import Series
from benchmarks.report import Target

PYTHON = sys.executable
OURS = str(Path(PYTHON).with_name("academyctl"))
PEERS = ROOT / ".bench-venv" / "bin"
AWS = str(PEERS / "aws")
Measured = tuple[list[Series], list[Target]]


def plain(folder: Path, **more: str) -> dict[str, str]:
    """Nobody's settings; profiles from the checkout."""
    profiles = {"ACADEMYCTL_PROFILES": str(ROOT / "env_profiles")}
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", **profiles, **more}
