"""Operators of one rollout: alice, bob, and what the one is told of the other's."""

from collections.abc import Mapping
from signal import SIGKILL

from tests.support.cli import Result
from tests.support.ends import GREEN
from tests.support.rollouts import World

ROLE = "arn:aws:sts::123456789012:assumed-role/academy-video-batch-job-role"


def killed(world: World, env: Mapping[str, str], *, at: tuple[str, str, int] = ("TagResource", GREEN, 2)) -> None:
    """That operator's rollout stands open, and nobody works at it. By default green takes the traffic."""
    operation, name, nth = at
    world.stand()
    world.on(operation, world.watch.kill, name=name, nth=nth)
    assert world.rollout("--soak", "600", env=env).code == -SIGKILL
    world.spare()
    world.watch.calls.clear()


def conflict(result: Result, *said: str) -> None:
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    error = result.json["error"]
    for part in said:
        assert part in f"{error['message']} {error['hint']}", error
