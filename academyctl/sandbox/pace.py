"""How long things take in the embedded AWS, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pace:
    """By default watchable: an environment is VALID in seconds, a job runs for minutes.

    `lingering`: how long a detached environment still counts as attached. `runnable`: the least time until a job is
    placed. `unplaced`: how long a STARTING job does not tell where. `selfcheck`: how long `worker.selfcheck` runs, and
    `running` any other job. `stopping`: from TerminateJob to FAILED. `idle`: how long an instance without a task stays.
    `latency`: what every answer takes on top.
    """

    creating: float = 3
    updating: float = 2
    deleting: float = 4
    lingering: float = 4
    submitted: float = 1
    runnable: float = 3
    starting: float = 5
    unplaced: float = 2
    running: float = 180
    selfcheck: float = 6
    stopping: float = 1
    idle: float = 60
    latency: float = 0
