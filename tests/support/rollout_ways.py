"""The ways that a rollout may go, each from its command to its end: what is prepared, what is written, what is left."""

from collections.abc import Callable
from dataclasses import dataclass
from signal import SIGKILL

from tests.support.ends import BLUE, CANARY_DEFINITION, CANARY_QUEUE, GREEN
from tests.support.rollouts import World
from tests.support.strict import QUEUE
from tests.support.watch import TICK

CANARY = (
    ("CreateComputeEnvironment", GREEN),
    ("CreateJobQueue", CANARY_QUEUE),
    ("RegisterJobDefinition", CANARY_DEFINITION),
    ("SubmitJob", CANARY_QUEUE),
)
CLEARED = (
    ("UpdateJobQueue", CANARY_QUEUE),
    ("DeleteJobQueue", CANARY_QUEUE),
    ("DeregisterJobDefinition", f"{CANARY_DEFINITION}:1"),
)
ATTACHED = (("UpdateJobQueue", QUEUE), ("TagResource", GREEN))
REMOVED = (("UpdateComputeEnvironment", GREEN), ("TagResource", GREEN), ("DeleteComputeEnvironment", GREEN))
PROVEN = (*CANARY, ("TagResource", GREEN), *CLEARED)


@dataclass(frozen=True)
class Way:
    """A command that runs through to its end. `writes` are its mutating calls, `looks` how often it looks."""

    name: str
    prepare: Callable[[World], object]
    words: tuple[str, ...]
    code: int
    end: Callable[[World], None]
    writes: tuple[tuple[str, str], ...]
    looks: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.name


def encoding(world: World) -> None:
    """A job runs on blue, and ends while it drains."""
    world.stand()
    world.encode()
    world.after("UpdateComputeEnvironment", lambda: world.watch.finish("film"), name=BLUE, looks=5)


def with_a_canary_that_fails(world: World) -> None:
    world.stand()
    world.watch.next_job("academyctl-canary*", times=-1, exit_code=1)


def with_a_green_that_breaks_under_traffic(world: World) -> None:
    world.stand(minvCpus=4)

    def breaks() -> None:
        if "v4" in world.order():
            world.watch.invalidate(GREEN, "CLIENT_ERROR - it broke", after=TICK)

    world.on("UpdateJobQueue", breaks, name=QUEUE, nth=0)


def soaking(world: World) -> None:
    """A rollout was killed while green took the traffic, and a job runs there."""
    world.stand()
    world.on("TagResource", world.watch.kill, name=GREEN, nth=2)
    assert world.rollout("--soak", "600").code == -SIGKILL
    world.watch.hooks.clear()
    world.watch.calls.clear()


def with_green_made(world: World) -> None:
    """A rollout was killed while its canary ran."""
    world.stand()
    world.on("SubmitJob", world.watch.kill)
    assert world.rollout().code == -SIGKILL
    world.watch.hooks.clear()
    world.watch.calls.clear()


def rolled_out(world: World) -> None:
    world.stand(minvCpus=4)
    assert world.rollout("--no-canary").code == 0
    world.watch.calls.clear()


def done(world: World) -> None:
    world.assert_done()


def back(world: World) -> None:
    world.assert_back()


def aborted(world: World) -> None:
    world.assert_aborted()


ROLLOUT, SOAK = ("ce-rollout", "--soak", "0"), ("ce-rollout", "--soak", "600")
BLUE_DOWN = (("TagResource", BLUE), ("UpdateComputeEnvironment", BLUE), ("TagResource", BLUE))
GIVEN_WAY = (("UpdateJobQueue", QUEUE), ("UpdateComputeEnvironment", GREEN))
BACK = (
    ("TagResource", GREEN),
    ("UpdateComputeEnvironment", BLUE),
    ("UpdateJobQueue", QUEUE),
    ("UpdateComputeEnvironment", BLUE),
    ("TagResource", BLUE),
    ("UpdateComputeEnvironment", GREEN),
)
"""Every write of the way back of a finished rollout; blue serves before it gets its minvCpus back."""
WAYS = (
    Way(
        "forward",
        encoding,
        ROLLOUT,
        0,
        done,
        (*PROVEN, *ATTACHED, *BLUE_DOWN, ("TagResource", BLUE), ("TagResource", GREEN)),
        (2, 7, 12, 17, 22),
    ),
    Way(
        "back from a canary",
        with_a_canary_that_fails,
        ROLLOUT,
        7,
        back,
        (*CANARY, ("TagResource", GREEN), *CLEARED, *REMOVED),
        (19,),
    ),
    Way(
        "back from the soak",
        with_a_green_that_breaks_under_traffic,
        SOAK,
        7,
        back,
        (*PROVEN, *ATTACHED, ("TagResource", GREEN), ("UpdateJobQueue", QUEUE), *REMOVED),
    ),
    Way(
        "abort of a soak",
        soaking,
        ("ce-rollout", "--abort"),
        0,
        aborted,
        (("TagResource", GREEN), *GIVEN_WAY),
    ),
    Way(
        "abort of a canary",
        with_green_made,
        ("ce-rollout", "--abort"),
        0,
        back,
        (("TagResource", GREEN), ("TerminateJob", ""), *CLEARED, *REMOVED),
    ),
    Way(
        "rollback",
        rolled_out,
        ("ce-rollback",),
        0,
        aborted,
        BACK,
    ),
)
