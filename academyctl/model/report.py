"""A preflight as it is told: to a person, to a CI server, to a browser."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from academyctl.model.finding import Finding, Level
from academyctl.model.preflight import CheckResult, CheckStatus


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a source says of a key: SET, MISSING, EMPTY or BAD, and why."""

    state: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """One role's env: key × source. A source that does not speak of a key has no cell for it."""

    role: str
    sources: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class PicturedEnvironment:
    """One compute environment in the queue's order (`place` from 1; 0: not in it). `age_days`: None is not known."""

    name: str
    mark: str
    state: str
    status: str
    ami: str
    place: int = 0
    age_days: int | None = None
    is_serving: bool = False
    is_wanted_ami: bool = False


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What jobs go through: queue → environments → AMI. `queue_state` is empty where there is no queue."""

    queue: str
    queue_state: str
    wanted_ami: str
    environments: tuple[PicturedEnvironment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """`findings` are those of the results and what the baseline adds. `at` is AWS's clock; `calls` IAM action → number
    of calls; `seconds` of the whole."""

    stack: str
    region: str
    account: str
    caller: str
    at: datetime
    seconds: float
    calls: Mapping[str, int]
    results: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    matrices: tuple[Matrix, ...] = field(default=())
    picture: Picture | None = None

    def count(self, status: CheckStatus) -> int:
        return sum(result.status is status for result in self.results)

    def level_count(self, level: Level) -> int:
        return sum(finding.level is level for finding in self.findings)

    @property
    def summary(self) -> str:
        """One line."""
        counts = [f"{count} {status}" for status in CheckStatus if (count := self.count(status))]
        calls = sum(self.calls.values())
        told = counted(len(self.results), "check")
        return f"{told}: {', '.join(counts)}; {counted(calls, 'AWS call')}, {self.seconds:.1f} s"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
