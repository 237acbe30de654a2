"""Operators of a rollout on the Batch in memory: `ce-rollout`, `--abort`, `ce-rollback` without their command lines."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from typing import Any

from academyctl.apply.rollout import Rollout
from academyctl.apply.rollout_owner import foreign
from academyctl.apply.rollout_stay import Budgets
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.check.rollout import blue_findings, room_findings
from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail, stem_of
from academyctl.model.errors import AcademyError, AwsError, Conflict, Incomplete, Interrupted, Refused, RolledBack
from academyctl.model.finding import has_errors
from academyctl.model.rollout import Direction, Facts, Sight, Terms, Unseen, View
from academyctl.model.stack import Stack
from academyctl.plan.clone import declared_differences, green_resources
from academyctl.plan.rollout_terms import last_green, new_terms, open_terms, spec_of, unfinished, victims
from academyctl.plan.serving import OPEN, open_green, serving
from tests.batch_builders import AMI, STEM, definition, environment, queue, sandbox_stack
from tests.support.batch_line import Killed, Line
from tests.support.batch_model import POLICY, World

QUEUE = "academy-video-batch-queue"
NEW_AMI = "ami-00000000000000002"
ANN, BOB = "arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:user/bob"
BLUE, GREEN = f"{STEM}-v3", f"{STEM}-v4"


class End(StrEnum):
    """How a run ended."""

    DONE = "done"
    NOTHING = "nothing to do"
    ROLLED_BACK = "rolled back"
    INCOMPLETE = "incomplete"
    CONFLICT = "conflict"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    FAILED = "AWS failed"
    KILLED = "killed"


@dataclass(frozen=True)
class Ran:
    """One run: its end, what it said, its line and its driver (None where it ended before there was one)."""

    end: End
    error: Exception | None
    line: Line
    rollout: Rollout | None = None
    said: tuple[str, ...] = ()


@dataclass
class Site:
    """A world with a stack in it, and who works on it."""

    world: World
    stack: Stack = field(default_factory=sandbox_stack)
    soak: float = 60.0
    poll: float = 15.0
    budgets: Budgets = field(default_factory=Budgets)
    canary: bool = True
    delete_blue: bool = False
    ami: str = NEW_AMI
    stop: Callable[[], bool] = lambda: False
    numbers: Any = field(default_factory=lambda: count(1))

    def line(self, **faults: Any) -> Line:
        return Line(world=self.world, queue=self.stack.job_queue.name, **faults)

    def roll(self, line: Line | None = None, *, by: str = ANN, take_over: bool = False) -> Ran:
        """`batch ce-rollout`."""
        line = line or self.line()
        return self._ran(line, lambda: self._begin(line, by, take_over=take_over))

    def abort(self, line: Line | None = None, *, by: str = ANN, take_over: bool = False, only_open: bool = True) -> Ran:
        """`batch ce-rollout --abort`; `batch ce-rollback` is not `only_open`."""
        line = line or self.line()
        return self._ran(line, lambda: self._back(line, by, take_over=take_over, only_open=only_open))

    def _ran(self, line: Line, begin: Callable[[], Rollout | None]) -> Ran:
        said: list[str] = []
        rollout: Rollout | None = None
        try:
            rollout = begin()
            if rollout is None:
                return Ran(End.NOTHING, None, line)
            rollout.progress = said.append
            rollout.run()
        except (AcademyError, Killed) as error:
            return Ran(_end_of(error), error, line, rollout, tuple(said))
        return Ran(End.DONE, None, line, rollout, tuple(said))

    def driver(
        self, line: Line, terms: Terms, direction: Direction = Direction.FORWARD, *, take_over: bool = False
    ) -> Rollout:
        found = self.world.environments.get(terms.green)
        blue = found.tag("from") if found else terms.tags.get("academyctl:from", "")
        line.ours |= {terms.green, blue, _victim(found, terms)}
        return Rollout(
            sights=Sights(line, line, terms),
            write=line.write,
            terms=terms,
            direction=direction,
            poll=Poll(every=self.poll, clock=self.world.clock, stop=self.stop, jitter=lambda: 0.0),
            budgets=self.budgets,
            progress=lambda text: None,
            take_over=take_over,
        )

    def _asked(self, terms: Terms) -> Terms:
        return replace(terms, canary=self.canary, soak=self.soak, delete_blue=self.delete_blue)

    def _begin(self, line: Line, by: str, *, take_over: bool) -> Rollout | None:
        environments, queues = line.read_environments(), line.read_queues()
        green = open_green(self.stack.name, stem_of(self.stack.compute_environment.name), environments)
        if green is None:
            self._check_no_half_abort(environments, queues)
            return self._new(line, by, environments, queues)
        if not (green.tag("by") == by and green.tag("spec") == spec_of(self.stack, self.ami)) and not take_over:
            raise foreign(green, is_other_spec=green.tag("by") == by)
        direction = Direction.ROLLBACK if green.tag("phase") == "rollback" else Direction.FORWARD
        terms = self._asked(open_terms(self.stack, green, by))
        return self.driver(line, terms, direction, take_over=green.tag("by") != by)

    def _check_no_half_abort(
        self, environments: tuple[ComputeEnvironmentDetail, ...], queues: tuple[JobQueueDetail, ...]
    ) -> None:
        green = last_green(self.stack, environments)
        if green is None or green.tag("phase") != "aborted":
            return
        facts = Facts(now=self.world.now(), environments=environments, queues=queues)
        view = View(facts=facts, terms=open_terms(self.stack, green, green.tag("by")))
        if view.blue is not None and unfinished(view) is not None:
            raise Conflict(f"the way back from {green.name} is not finished", code="rollout.half-aborted")

    def _new(
        self,
        line: Line,
        by: str,
        environments: tuple[ComputeEnvironmentDetail, ...],
        queues: tuple[JobQueueDetail, ...],
    ) -> Rollout | None:
        found = next((one for one in queues if one.name == self.stack.job_queue.name), None)
        blue = serving(stem_of(self.stack.compute_environment.name), environments, found)
        if found is None or blue is None:
            raise Refused("nothing to roll")
        if blue.ami == self.ami and not declared_differences(self.stack, blue):
            return None
        victim = self._room(line, found, blue, environments, queues)
        terms = new_terms(
            self.stack,
            blue=blue,
            environments=environments,
            resources=green_resources(self.stack, blue, self.ami),
            ami=self.ami,
            spec=spec_of(self.stack, self.ami),
            by=by,
            rollout=f"r-{next(self.numbers)}",
            now=line.now(),
            detaches=f"{found.environments.index(victim)}={victim}" if victim else "",
        )
        self._check(terms, found, blue, environments, queues, has_victim=bool(victim))
        return self.driver(line, self._asked(terms))

    def _room(
        self,
        line: Line,
        found: JobQueueDetail,
        blue: ComputeEnvironmentDetail,
        environments: tuple[ComputeEnvironmentDetail, ...],
        queues: tuple[JobQueueDetail, ...],
    ) -> str:
        sights = Sights(line, line, open_terms(self.stack, blue, ""))
        for one in victims(self.stack, found, environments, blue.name):
            facts = Facts(now=line.now(), environments=environments, queues=queues)
            if not sights.add(facts, Unseen(Sight.QUIET, one.name)).quiet[one.name].what:
                return one.name
        return ""

    def _check(
        self,
        terms: Terms,
        found: JobQueueDetail,
        blue: ComputeEnvironmentDetail,
        environments: tuple[ComputeEnvironmentDetail, ...],
        queues: tuple[JobQueueDetail, ...],
        *,
        has_victim: bool,
    ) -> None:
        findings = [
            *blue_findings(blue, found, queues, delete_blue=self.delete_blue),
            *room_findings(terms.green, found, environments, queues, canary=self.canary, has_victim=has_victim),
        ]
        if has_errors(findings):
            raise Refused(findings[0].message, findings=findings)
        if self.canary and any(one.name == terms.canary_queue for one in queues):
            raise Conflict(f"{terms.canary_queue} exists and is of no open rollout")

    def _back(self, line: Line, by: str, *, take_over: bool, only_open: bool) -> Rollout | None:
        environments = line.read_environments()
        green = last_green(self.stack, environments)
        if green is None or (only_open and green.tag("phase") == "done"):
            return None
        if green.tag("phase") in OPEN and green.tag("by") != by and not take_over:
            raise foreign(green)
        if not any(one.name == green.tag("from") and not one.is_going for one in environments):
            raise Refused(f"{green.tag('from')} is gone")
        return self.driver(line, open_terms(self.stack, green, by), Direction.ABORT, take_over=green.tag("by") != by)


def order(at: Site) -> list[str]:
    """The production queue's environments; those of the stem by their number."""
    return [name.removeprefix(f"{STEM}-") for name in at.world.queues[QUEUE].environments]


def state(at: Site, name: str) -> tuple[str, str]:
    found = at.world.environments[name]
    return found.state, found.status


def check_held(ran: Ran, at: Site) -> None:
    """What must hold at every call did."""
    assert ran.line.wrong == []
    assert at.world.lost == []


def check_done(at: Site) -> None:
    """The end of a plain rollout: green serves, blue is retained, nothing of the canary is left."""
    assert order(at) == ["v4", "v3"]
    assert state(at, GREEN) == ("ENABLED", "VALID")
    assert state(at, BLUE) == ("DISABLED", "VALID")
    assert list(at.world.queues) == [QUEUE]
    assert at.world.active("academy-video-batch-jobdef-canary") == ()
    assert at.world.environments[BLUE].tag("phase") == "retained"
    assert at.world.environments[GREEN].tag("phase") == "done"
    assert {len(names) for names in at.world.greens.values()} == {1}


def break_green(at: Site, seconds: float) -> None:
    at.world.later(seconds, lambda: at.world.break_environment(GREEN, "no such role"))


def _victim(green: ComputeEnvironmentDetail | None, terms: Terms) -> str:
    marked = green.tag("detaches") if green else terms.tags.get("academyctl:detaches", "")
    return marked.partition("=")[2]


def _end_of(error: Exception) -> End:
    ends = {
        RolledBack: End.ROLLED_BACK,
        Incomplete: End.INCOMPLETE,
        Conflict: End.CONFLICT,
        Refused: End.REFUSED,
        Interrupted: End.INTERRUPTED,
        AwsError: End.FAILED,
        Killed: End.KILLED,
    }
    return next(end for kind, end in ends.items() if isinstance(error, kind))


def site(*before: str, after: tuple[str, ...] = (), jobs: tuple[Any, ...] = (), **changes: Any) -> Site:
    """Blue v3 serves with an older AMI; `before` and `after` are the environments beside it in the queue's order."""
    world = World()
    world.put(*(environment(name) for name in (*before, *after)), environment(BLUE, update_policy=POLICY))
    world.put_queue(queue(*before, BLUE, *after))
    world.definitions.append(definition())
    for wish in jobs:
        world.put_job(QUEUE, wish)
    assert world.environments[BLUE].ami == AMI
    return Site(world=world, **changes)
