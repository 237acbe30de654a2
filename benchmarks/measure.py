"""Times whole processes in turn, so that a busy machine slows them alike: quote the ratios, not the milliseconds.

This process stays small on purpose: a child's peak memory counts from its parent's.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, kw_only=True)
class Command:
    """One process to time. `before` runs ahead of each start and is not timed."""

    name: str
    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    before: Callable[[], object] = bool
    codes: tuple[int, ...] = (0,)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Seconds, seconds of all cores (children too), MB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, kw_only=True)
class Series:
    name: str
    samples: tuple[Sample, ...]

    @property
    def wall(self) -> float:
        return median(sample.wall for sample in self.samples)

    @property
    def cpu(self) -> float:
        return median(sample.cpu for sample in self.samples)

    @property
    def peak(self) -> float:
        return median(sample.peak for sample in self.samples)

    def wall_against(self, other: "Series") -> float:
        """The median over the rounds: what slowed a round slowed both of its processes."""
        return median(a.wall / b.wall for a, b in zip(self.samples, other.samples, strict=True))

    def cpu_against(self, other: "Series") -> float:
        return median(a.cpu / b.cpu for a, b in zip(self.samples, other.samples, strict=True))


def side_by_side(commands: Sequence[Command], *, rounds: int) -> list[Series]:
    """One series a command. The first round of all is thrown away: it compiles bytecode and fills the page cache."""
    samples: dict[str, list[Sample]] = {command.name: [] for command in commands}
    for number in range(rounds + 1):
        for command in commands if number % 2 else reversed(commands):
            sample = run_once(command)
            if number:
                samples[command.name].append(sample)
    return [Series(name=name, samples=tuple(found)) for name, found in samples.items()]


def run_once(command: Command) -> Sample:
    command.before()
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=dict(command.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.codes:
            errors.seek(0)
            told = errors.read().decode(errors="replace").strip()
            raise RuntimeError(f"{command.name}: exit {process.returncode}\n{told}")
    return Sample(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)
