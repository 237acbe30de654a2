"""The environment of a command that runs with a role's stored env. Bytes: what a process has is no text yet."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from academyctl.model.finding import Finding, error
from academyctl.model.secret import Secret

EVERYBODYS = (b"PATH", b"HOME", b"USER", b"LANG", b"LC_*", b"TZ", b"TERM")
"""What a command has of the inherited environment where it is given the role's keys alone."""


def child_env(
    inherited: Mapping[bytes, bytes], env: Mapping[str, Secret], *, only_declared: bool
) -> dict[bytes, bytes]:
    """The role's keys over the inherited ones. The role's are UTF-8, whatever the locale is."""
    own = {key.encode(): value.reveal().encode() for key, value in env.items()}
    return {key: value for key, value in inherited.items() if not only_declared or _is_everybodys(key)} | own


def _is_everybodys(key: bytes) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in EVERYBODYS)


def check_names(env: Mapping[str, Secret], role: str) -> Iterator[Finding]:
    """A name that the reader of a blob takes, and no process."""
    for key in env:
        if not key or "=" in key:
            yield error(
                "env.parse", f"{role}:{key}", "is no name that an environment can hold", "push again without it"
            )
