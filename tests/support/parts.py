"""Programs that some tests need and a machine may lack."""

import os
import shutil

import pytest

# Read at import: the tests themselves run without any ACADEMYCTL_* name.
_MUST_BE_HERE = os.environ.get("ACADEMYCTL_REQUIRE_PARTS") == "1"


def require(part: str, reason: str) -> str:
    """The path of the program `part`; without it the test skips, or fails where ACADEMYCTL_REQUIRE_PARTS=1."""
    if path := shutil.which(part):
        return path
    message = f"{part} is not on PATH: {reason}"
    if _MUST_BE_HERE:
        pytest.fail(f"{message} (ACADEMYCTL_REQUIRE_PARTS=1)")
    pytest.skip(f"{message} (ACADEMYCTL_REQUIRE_PARTS=1 makes this a failure)")


def require_root(reason: str) -> None:
    """Without root the test skips, or fails where ACADEMYCTL_REQUIRE_PARTS=1."""
    if os.geteuid() == 0:
        return
    if _MUST_BE_HERE:
        pytest.fail(f"this needs root: {reason} (ACADEMYCTL_REQUIRE_PARTS=1)")
    pytest.skip(f"this needs root: {reason} (ACADEMYCTL_REQUIRE_PARTS=1 makes this a failure)")
