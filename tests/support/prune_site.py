"""An account in memory with three environments of one stem, of which two are to be pruned."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from academyctl.apply.prune import Prune
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.model.batch import ComputeEnvironmentDetail
from academyctl.model.plan import State
from academyctl.plan.rollout_terms import open_terms
from tests.batch_builders import STEM, environment, queue, sandbox_stack, tags
from tests.support.batch_jobs import Pace
from tests.support.batch_line import Line
from tests.support.batch_model import World

QUEUE = "academy-video-batch-queue"
V1, V2, V3, GPU = f"{STEM}-v1", f"{STEM}-v2", f"{STEM}-v3", "gpu-v1"
MARKS = tags(stack="sandbox", rollout="r-1", role="blue", phase="retained", disabled_at="2026-11-22T11:00:00+00:00")


def nothing(environments: tuple[ComputeEnvironmentDetail, ...]) -> None:
    return


@dataclass
class Site:
    """v3 serves, v2 and v1 are retained behind it; the queue has all three of them."""

    world: World = field(default_factory=lambda: World(pace=Pace(updating=5.0, deleting=5.0, lingering=40.0)))
    states: dict[str, State] = field(default_factory=dict)
    guard: Callable[[tuple[ComputeEnvironmentDetail, ...]], None] = nothing
    stop: Callable[[], bool] = lambda: False
    within: float = 300.0

    def __post_init__(self) -> None:
        self.world.put(environment(V3), *(environment(one, state="DISABLED", tags=MARKS) for one in (V1, V2)))
        self.world.put_queue(queue(V3, V2, V1))

    def line(self, **faults: Any) -> Line:
        return Line(world=self.world, queue=QUEUE, ours={V1, V2}, **faults)

    def prune(self, line: Line | None = None, *names: str) -> Line:
        line = line or self.line()
        terms = open_terms(sandbox_stack(), ComputeEnvironmentDetail(name=""), "")
        work = Prune(
            batch=line,
            sights=Sights(line, line, terms),
            queue=QUEUE,
            poll=Poll(every=15.0, clock=self.world.clock, stop=self.stop, jitter=lambda: 0.0),
            within=self.within,
            stable_reads=3,
            progress=lambda text: None,
            guard=self.guard,
        )
        standing = [self.world.environments[one] for one in names or (V1, V2) if one in self.world.environments]
        work.run(standing, self.states.__setitem__)
        return line

    @property
    def order(self) -> tuple[str, ...]:
        return self.world.queues[QUEUE].environments


def held(site: Site, line: Line) -> None:
    assert line.wrong == []
    assert site.world.lost == []
