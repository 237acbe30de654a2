"""How a rollout begins: what stands is read once, and is either an open rollout to go on with, or the start of one."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from academyctl.apply.rollout_owner import foreign
from academyctl.apply.sights import Sights
from academyctl.check.compute_environment import absent_findings
from academyctl.check.job_definition import definition_findings
from academyctl.check.rollout import blue_findings, room_findings, softened
from academyctl.cli.run import Run
from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail, stem_of
from academyctl.model.errors import Conflict, NotFound, Refusal, Refused
from academyctl.model.finding import Finding, error
from academyctl.model.plan import Step
from academyctl.model.rollout import Direction, Facts, Phase, Sight, Terms, Unseen, View
from academyctl.plan.clone import declared_differences, green_resources
from academyctl.plan.compute_environment import ami_refusals
from academyctl.plan.rollout_terms import (
    last_green,
    new_terms,
    open_terms,
    owner,
    planned,
    spec_of,
    unfinished,
    victims,
)
from academyctl.plan.serving import open_green, serving

Environments = tuple[ComputeEnvironmentDetail, ...]
Queues = tuple[JobQueueDetail, ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the command line asks for."""

    ami: str = "latest"
    canary: bool = True
    soak: float = 600.0
    delete_blue: bool = False
    stable_reads: int = 3

    def on(self, terms: Terms) -> Terms:
        """The options of this run, which are no part of the record."""
        return replace(
            terms,
            canary=self.canary,
            soak=self.soak,
            delete_blue=self.delete_blue,
            stable_reads=self.stable_reads,
        )


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where a run begins: its terms, its table, and what is still to come."""

    terms: Terms
    direction: Direction
    steps: tuple[Step[Phase], ...] = ()
    findings: tuple[Finding, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    take_over: bool = False

    @classmethod
    def of(
        cls, run: Run, terms: Terms, direction: Direction, environments: Environments, queues: Queues, **more: Any
    ) -> "Start":
        facts = Facts(now=run.connection.now(), environments=environments, queues=queues)
        view = View(facts=facts, terms=terms)
        data = {"green": terms.green, "blue": view.blue_name, "rollout": terms.rollout}
        return cls(terms=terms, direction=direction, steps=planned(view, direction), data=data, **more)


def begin(run: Run, request: Request, *, take_over: bool) -> Start:
    """Goes on with the open rollout, or begins one. Conflict where it is somebody else's."""
    run.head()
    run.talk.step("reading compute environments and queues")
    environments, queues = run.batch.read_environments(), run.batch.read_queues()
    stem = stem_of(run.stack.compute_environment.name)
    green = open_green(run.stack_name, stem, environments)
    if green is not None:
        return _go_on(run, request, green, environments, queues, take_over=take_over)
    _check_no_half_abort(run, environments, queues)
    return _Beginning(run, request, environments, queues).start()


def _go_on(
    run: Run,
    request: Request,
    green: ComputeEnvironmentDetail,
    environments: Environments,
    queues: Queues,
    *,
    take_over: bool,
) -> Start:
    by, spec = owner(run.caller.arn), spec_of(run.stack, request.ami)
    is_ours = green.tag("by") == by and green.tag("spec") == spec
    if not is_ours and not take_over:
        raise foreign(green, is_other_spec=green.tag("by") == by)
    direction = Direction.ROLLBACK if green.tag("phase") == "rollback" else Direction.FORWARD
    terms = request.on(open_terms(run.stack, green, by))
    run.talk.hint(f"going on with the rollout of {green.name} ({green.tag('phase')} since {green.tag('at')})")
    return Start.of(run, terms, direction, environments, queues, take_over=green.tag("by") != by)


def _check_no_half_abort(run: Run, environments: Environments, queues: Queues) -> None:
    """An abort that was cut short is finished first: until then neither blue nor green is what it shall be."""
    green = last_green(run.stack, environments)
    if green is None or green.tag("phase") != "aborted":
        return
    view = View(
        facts=Facts(now=run.connection.now(), environments=environments, queues=queues),
        terms=open_terms(run.stack, green, green.tag("by")),
    )
    phase = unfinished(view)
    if phase is not None and view.blue is not None:
        raise Conflict(
            f"the way back from {green.name} is not finished ({phase})",
            code="rollout.half-aborted",
            hint="academyctl batch ce-rollback finishes it",
        )


@dataclass(frozen=True)
class _Beginning:
    """A new rollout: everything that speaks against it is found before anything is created."""

    run: Run
    request: Request
    environments: Environments
    queues: Queues

    def start(self) -> Start:
        stack = self.run.stack
        queue = next((one for one in self.queues if one.name == stack.job_queue.name), None)
        stem = stem_of(stack.compute_environment.name)
        blue = serving(stem, self.environments, queue)
        if queue is None:
            said = "does not exist"
            raise _refused(error("queue.absent", stack.job_queue.name, said, "academyctl batch setup"))
        if blue is None:
            raise _refused(*absent_findings(stack))
        return self._from(blue, queue)

    def _from(self, blue: ComputeEnvironmentDetail, queue: JobQueueDetail) -> Start:
        stack, run = self.run.stack, self.run
        ami, found = self._ami()
        if ami and ami == blue.ami and not declared_differences(stack, blue):
            return self._nothing(blue, ami)
        template, more = self._template(blue)
        victim = self._victim(blue, queue)
        terms = new_terms(
            stack,
            blue=blue,
            environments=self.environments,
            resources=green_resources(stack, blue, ami, template),
            ami=ami,
            spec=spec_of(stack, self.request.ami),
            by=owner(run.caller.arn),
            rollout=str(uuid.uuid4()),
            now=run.connection.now(),
            detaches=f"{queue.environments.index(victim)}={victim}" if victim else "",
        )
        findings = (*found, *more, *self._room(blue, queue, terms.green, has_victim=bool(victim)))
        start = Start.of(
            run, self.request.on(terms), Direction.FORWARD, self.environments, self.queues, findings=findings
        )
        return replace(start, data={**start.data, "ami": ami, "differs": list(declared_differences(stack, blue))})

    def _nothing(self, blue: ComputeEnvironmentDetail, ami: str) -> Start:
        data = {"serving": blue.name, "ami": ami}
        self.run.talk.hint(f"{blue.name} serves with {ami} already, and as the stack declares")
        terms = open_terms(self.run.stack, blue, owner(self.run.caller.arn))
        return Start(terms=terms, direction=Direction.FORWARD, data=data)

    def _ami(self) -> tuple[str, tuple[Finding, ...]]:
        """The wanted AMI ("" where the parameter names none), and what speaks against it."""
        from academyctl.aws.ami import read_images, read_recommended

        stack, connection = self.run.stack, self.run.connection
        ami, fault, is_latest = self.request.ami, "", self.request.ami == "latest"
        if is_latest:
            try:
                ami = read_recommended(connection, stack.compute_environment.ami)
            except (NotFound, Refusal) as refusal:
                ami, fault = "", refusal.message.removeprefix(stack.compute_environment.ami).strip()
        images = read_images(connection, [ami])
        refusals = ami_refusals(replace(stack, region=self.run.region), ami, fault, images, by_option=not is_latest)
        return ami, (*refusals, *self._types())

    def _types(self) -> tuple[Finding, ...]:
        from academyctl.aws.ec2 import Ec2

        hint = "correct compute_environment.instance_types in the stack file"
        found: list[Finding] = []
        known = Ec2(self.run.connection).read_architectures(self.run.stack.compute_environment.instance_types)
        for name, kinds in known.items():
            others = sorted({one for archs in kinds.values() for one in archs if "arm64" not in archs})
            if not kinds:
                found.append(error("ce.architecture", name, f"is no instance type of {self.run.region}", hint))
            elif others:
                found.append(error("ce.architecture", name, f"is {', '.join(others)}, not arm64", hint))
        return tuple(found)

    def _template(self, blue: ComputeEnvironmentDetail) -> tuple[Mapping[str, Any] | None, tuple[Finding, ...]]:
        """Blue's launch template by number. One that names an AMI of its own contradicts ours."""
        from academyctl.aws.ami import read_launch_template

        named = blue.resources.get("launchTemplate")
        if not named:
            return None, ()
        if named.get("overrides"):
            said = "its launch template has overrides, which a rollout does not carry over"
            return None, (error("ce.ami", blue.name, said, "make the next environment by hand, or without overrides"),)
        template, image = read_launch_template(self.run.connection, named)
        said = f"its launch template names {image}, and the rollout an AMI of its own: which one counts is not defined"
        hint = "take the AMI out of the launch template"
        return template, (error("ce.ami", blue.name, said, hint),) if image else ()

    def _victim(self, blue: ComputeEnvironmentDetail, queue: JobQueueDetail) -> str:
        """Who is detached to make room: the oldest retained one on which nothing runs."""
        stack = self.run.stack
        sights = Sights(self.run.batch, self.run.clusters, open_terms(stack, blue, ""))
        for one in victims(stack, queue, self.environments, blue.name):
            facts = sights.add(
                Facts(now=self.run.connection.now(), environments=self.environments, queues=self.queues),
                Unseen(Sight.QUIET, one.name),
            )
            if not facts.quiet[one.name].what:
                return one.name
        return ""

    def _room(
        self, blue: ComputeEnvironmentDetail, queue: JobQueueDetail, green: str, *, has_victim: bool
    ) -> Sequence[Finding]:
        stack, batch = self.run.stack, self.run.batch
        definitions = batch.read_job_definitions(stack.job_definition.name)
        return (
            *blue_findings(blue, queue, self.queues, delete_blue=self.request.delete_blue),
            *room_findings(
                green,
                queue,
                self.environments,
                self.queues,
                canary=self.request.canary,
                has_victim=has_victim,
            ),
            *softened(definition_findings(stack, definitions[0] if definitions else None)),
            *self._canary_names(open_terms(stack, blue, "")),
        )

    def _canary_names(self, terms: Terms) -> tuple[Finding, ...]:
        """Nothing of the canary's name may stand before a rollout begins: it would be somebody's."""
        if not self.request.canary:
            return ()
        standing = [one.name for one in self.queues if one.name == terms.canary_queue]
        standing += [one.label for one in self.run.batch.read_job_definitions(terms.canary_definition)]
        if standing and not self._has_begun():
            raise Conflict(
                f"{', '.join(standing)} exists and is of no open rollout",
                code="rollout.canary",
                hint="delete it, or use --no-canary",
            )
        return ()

    def _has_begun(self) -> bool:
        """Somebody began a rollout since the environments were read: the create will meet it, and say whose it is."""
        stem = stem_of(self.run.stack.compute_environment.name)
        return open_green(self.run.stack_name, stem, self.run.batch.read_environments()) is not None


def _refused(*findings: Finding) -> Refused:
    return Refused(findings[0].message, findings=findings)
