"""Commands that need what only a POSIX system has: owners and modes, rename over a file, exec."""

import os

from academyctl.model.errors import UsageError


def posix_only(command: str, system: str = os.name) -> None:
    if system == "nt":
        raise UsageError(
            f"{command} does not run on Windows", code="usage.platform", hint="run it on the host itself, or in WSL"
        )
