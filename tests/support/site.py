"""academyctl behind a proxy, on parameters that stand or not, with somebody else who writes too."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from subprocess import PIPE
from typing import Any

from tests.support.aws import API, LOCK, WORKER, Aws
from tests.support.cli import Cli, Result
from tests.support.envs import API as API_ENV
from tests.support.envs import WORKER as WORKER_ENV
from tests.support.envs import text
from tests.support.proxy import Proxy

NAMES = {"api": API, "worker": WORKER}
OLD = {API: text(API_ENV), WORKER: text(WORKER_ENV)}
NEW = {API: {**API_ENV, "DB_PORT": "5433"}, WORKER: {**WORKER_ENV, "DB_PORT": "5433"}}
FOREIGN = {API: text(API_ENV, DB_PORT="6000"), WORKER: text(WORKER_ENV, DB_PORT="6000")}
PUSH = ("ssm", "push", "--role", "all", "--yes", "-o", "json")


@cache
def ssm_of(aws: Aws) -> Any:
    """One client for all tests: to make one takes longer than a test.

    The server imports a service at its first call, which takes seconds on a busy machine: not academyctl's time.
    """
    aws.client("sts").get_caller_identity()
    client = aws.client("ssm")
    client.put_parameter(Name="/warm", Value="up", Type="SecureString", Overwrite=True)
    client.get_parameters(Names=["/warm"], WithDecryption=True)
    client.delete_parameter(Name="/warm")
    return client


@dataclass
class Site:
    cli: Cli
    aws: Aws
    proxy: Proxy

    def __post_init__(self) -> None:
        ssm_of(self.aws)
        self.cli.env |= self.aws.env | {"AWS_ENDPOINT_URL": self.proxy.url}
        self.write_env()

    def write_env(self, **changes: str | None) -> None:
        """The .env that a push brings to `NEW`."""
        (self.cli.cwd / ".env").write_text(text(WORKER_ENV, DB_PORT="5433", **changes))

    def run(self, *words: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
        """As Cli.run; the proxy knows whom to signal."""
        process = self.cli.start(*words, env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        self.proxy.victim(process.pid)
        try:
            out, err = process.communicate(stdin.encode(), timeout=60)
        finally:
            process.kill()
        return Result(process.returncode, out.decode(), err.decode())

    def push(self, *words: str) -> Result:
        return self.run(*PUSH, *words)

    def put(self, name: str, value: str, **more: Any) -> int:
        """Somebody else writes, past the proxy."""
        params = {"Type": "SecureString", "Overwrite": True, **more}
        return int(ssm_of(self.aws).put_parameter(Name=name, Value=value, **params)["Version"])

    def store_old(self) -> None:
        for name, value in OLD.items():
            self.put(name, value)

    def foreign(self, name: str) -> Callable[[], int]:
        return lambda: self.put(name, FOREIGN[name])

    def stands(self, name: str) -> str:
        """What stands: absent, old, new or foreign; anything else is shown whole, and fails its test."""
        value = self.value(name)
        known = {None: "absent", OLD.get(name): "old", FOREIGN.get(name): "foreign"}
        if value not in known and as_keys(str(value)) == NEW[name]:
            return "new"
        return known.get(value, f"torn: {value}")

    def both(self) -> tuple[str, str]:
        return self.stands(API), self.stands(WORKER)

    def value(self, name: str) -> str | None:
        found = self._get(name)
        return str(found["Value"]) if found else None

    def version(self, name: str) -> int:
        found = self._get(name)
        return int(found["Version"]) if found else 0

    def _get(self, name: str) -> Any:
        found = ssm_of(self.aws).get_parameters(Names=[name], WithDecryption=True)["Parameters"]
        return found[0] if found else None

    def history(self, name: str) -> list[str]:
        """Every version's text, oldest first."""
        found = ssm_of(self.aws).get_parameter_history(Name=name, WithDecryption=True, MaxResults=50)["Parameters"]
        return [str(raw["Value"]) for raw in found]

    def lock(self) -> str | None:
        return self.value(LOCK)


def as_keys(blob: str) -> dict[str, str]:
    """The keys of a blob whose values need no quoting."""
    lines = [line for line in blob.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def states(result: Result) -> dict[str, str]:
    """Parameter → state, as the JSON object tells it."""
    return {change["target"]: change["state"] for change in result.json["changes"]}


def ran(site: Site, line: str, stdin: str = "") -> Result:
    """A command line of words without spaces, for its JSON object."""
    return site.run(*line.split(), "-o", "json", stdin=stdin)


def is_refused(site: Site, result: Result, code: str, subject: str = "") -> bool:
    """A check or a guard found this error (of this subject), and nothing was written."""
    assert (result.code, result.json["status"]) == (4, "findings"), result
    assert site.proxy.writes == []
    return any(
        (found["level"], found["code"]) == ("error", code) and subject in ("", found["subject"])
        for found in result.json["findings"]
    )


def described(site: Site, name: str) -> dict[str, Any]:
    """What DescribeParameters tells: type, tier, key, description."""
    filters = [{"Key": "Name", "Values": [name]}]
    found = ssm_of(site.aws).describe_parameters(ParameterFilters=filters)["Parameters"]
    return dict(found[0])
