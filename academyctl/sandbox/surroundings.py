"""What a process needs to talk to the embedded AWS and to nothing else."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}
"""Any pair will do: moto checks none."""
HARMLESS = frozenset(("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_DEFAULT_OUTPUT", "AWS_PAGER", "AWS_CA_BUNDLE"))
"""AWS settings that neither lead elsewhere nor send anybody's credentials along."""
NO_FILES = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
_PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


def exported(stack: str, endpoint: str, profiles: str, around: Mapping[str, str]) -> dict[str, str]:
    """The variables that lead there. `profiles` is empty where the default folder is meant."""
    env = {"AWS_ENDPOINT_URL": endpoint, **CREDENTIALS, "ACADEMYCTL_STACK": stack}
    if profiles:
        env["ACADEMYCTL_PROFILES"] = profiles
    if any(around.get(name) for name in _PROXIES):
        env |= dict.fromkeys(("NO_PROXY", "no_proxy"), _direct(around))
    return env


def _direct(around: Mapping[str, str]) -> str:
    before = around.get("no_proxy") or around.get("NO_PROXY") or ""
    return ",".join(part for part in (before, "127.0.0.1") if part)


def misleading(around: Mapping[str, str]) -> tuple[str, ...]:
    """Set variables that would lead elsewhere: a profile, a session token, an endpoint of one service."""
    ours = {"AWS_ENDPOINT_URL", *CREDENTIALS, *HARMLESS}
    return tuple(sorted(name for name in around if name.startswith("AWS_") and name not in ours))


def isolated(stack: str, endpoint: str, profiles: str, around: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a child: `around` without its AWS, the files in the home folder included."""
    kept = {name: value for name, value in around.items() if not name.startswith(("AWS_", "MOTO_", "ACADEMYCTL_"))}
    return {**kept, **NO_FILES, **exported(stack, endpoint, profiles, around)}


def contained(endpoint: str) -> dict[str, str]:
    """What leads a process there that has nothing of anybody's environment, as a container has not."""
    return {"AWS_ENDPOINT_URL": endpoint, **CREDENTIALS, **NO_FILES}


@contextmanager
def no_aws_settings() -> Iterator[dict[str, str]]:
    """While it lasts this process has nobody's; yields its environment as it was.

    moto asks boto3 for regions while it is imported, which fails on an AWS_PROFILE that does not exist.
    """
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(NO_FILES)
    try:
        yield before
    finally:
        os.environ.clear()
        os.environ.update(before)
