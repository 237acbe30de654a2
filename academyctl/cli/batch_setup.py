"""`academyctl batch setup`: everything that a stack declares, from whatever state its account is in."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from academyctl.apply.setup import Ports, apply_setup
from academyctl.apply.wait import Poll
from academyctl.check.compute_environment import ROLLOUT, environment_findings
from academyctl.check.job_definition import definition_findings
from academyctl.check.job_queue import queue_findings
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.batch import ComputeEnvironmentDetail
from academyctl.model.errors import AcademyError, Incomplete, Interrupted, UsageError
from academyctl.model.exit import ExitCode, Status
from academyctl.model.finding import Finding, Level, error, has_errors
from academyctl.model.network import ChosenNetwork, NamedNetwork, Source
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Action, Change
from academyctl.model.setup import Observed, SetupPlan
from academyctl.model.stack import Network, Stack
from academyctl.plan.clone import declared_differences
from academyctl.plan.compute_environment import ami_refusals
from academyctl.plan.iam import wanted_roles
from academyctl.plan.network import choose_network, named_network, vpc_difference
from academyctl.plan.setup import Creation, Standing, plan_setup, queue_of, standing
from academyctl.profiles.policies import load_policies

app = typer.Typer()
SEEN_WITHIN = 60.0
"""Seconds in which a reading shows what was written."""


@leaf(app, "batch setup", writes=True, example="academyctl batch setup --dry-run")
def setup(
    run: Run,
    discover: Annotated[
        bool, typer.Option("--discover", help="Look for the network, whatever the stack file says.")
    ] = False,
    subnet: Annotated[
        list[str] | None, typer.Option("--subnet", metavar="ID", help="A subnet of the encoders. Repeatable.")
    ] = None,
    security_group: Annotated[
        list[str] | None, typer.Option("--security-group", metavar="ID", help="A security group. Repeatable.")
    ] = None,
    vpc: Annotated[str | None, typer.Option("--vpc", metavar="ID", help="The VPC to look for subnets in.")] = None,
    valid_timeout: Annotated[
        float, typer.Option("--valid-timeout", min=0, metavar="S", help="Seconds to wait until something is VALID.")
    ] = 600.0,
    poll: Annotated[float, typer.Option("--poll", min=0.01, metavar="S", help="Seconds between two looks.")] = 15.0,
) -> Outcome:
    """Bring the encoder's AWS to what the stack declares: network, IAM, log group, environment, queue, job definition.

    Goes on from any half-built state. Of an environment that stands only state and maxvCpus are changed.
    """
    options = NamedNetwork(
        vpc=vpc or "", subnets=tuple(subnet or ()), security_groups=tuple(security_group or ()), source=Source.OPTIONS
    )
    if discover and (subnet or security_group):
        raise UsageError(
            "--discover looks for what --subnet and --security-group name",
            hint="leave --discover out, or look in one VPC: academyctl batch setup --discover --vpc ID",
        )
    head = run.head()
    work = _Setup(run, options, discover)
    plan, network = work.plan()
    data = {"environment": run.stack.compute_environment.name, "network": _told(network)}
    waits = Poll(every=poll, stop=run.shield)
    outcome = carry_out(
        run,
        plan,
        head=head,
        apply=lambda: work.apply(plan, waits, valid_timeout),
        data=data if network else {},
        kept=plan.kept,
    )
    return outcome if work.verified is None else _verified(outcome, work.verified)


def _verified(outcome: Outcome, findings: tuple[Finding, ...]) -> Outcome:
    """How it ends after a write: with what reading everything back found."""
    is_bad = has_errors(findings)
    return replace(
        outcome,
        status=Status.FINDINGS if is_bad else Status.CHANGED,
        exit_code=ExitCode.FINDINGS if is_bad else ExitCode.OK,
        findings=findings,
        findings_shown=False,
    )


def _told(network: ChosenNetwork | None) -> dict[str, object]:
    if network is None:
        return {}
    return {
        "vpc": network.vpc,
        "subnets": list(network.subnets),
        "security_groups": list(network.security_groups),
    }


class _Setup:
    """One command's readings and plans. `verified`: the findings of the last reading, after a write."""

    def __init__(self, run: Run, options: NamedNetwork, discover: bool) -> None:
        # With botocore behind it: not needed for --help.
        from academyctl.cli.setup_facts import Reading

        self.verified: tuple[Finding, ...] | None = None
        self._run = run
        self._options = options
        network = Network() if discover else run.stack.network
        self._stack = replace(run.stack, region=run.region, network=network)
        self._policies = load_policies()
        self._reading = Reading(run, self._stack, wanted_roles(self._stack, self._policies))

    def plan(self) -> tuple[SetupPlan, ChosenNetwork | None]:
        """What would be done; the network, where an environment is to be made."""
        self._run.talk.step("reading what stands")
        observed = self._reading.observe()
        found = standing(self._stack, observed)
        creation = self._creation(found) if found.is_to_be_made else None
        plan = self._plan(observed, creation)
        return plan, creation.network if creation else None

    def _creation(self, found: Standing) -> Creation:
        self._run.talk.step("looking for the network")
        facts = self._reading.network()
        named = named_network(self._options, self._stack.network, found.unused)
        choice = choose_network(named, facts, self._stack.name)
        if choice.network is None and named.source is Source.SERVING:
            # What an INVALID environment lies in may be what makes it INVALID.
            choice = choose_network(NamedNetwork(), facts, self._stack.name)
        return Creation(facts=facts, network=choice.network, findings=choice.findings)

    def _plan(self, observed: Observed, creation: Creation | None) -> SetupPlan:
        return plan_setup(
            self._stack,
            observed,
            policies=self._policies,
            creation=creation,
            differences=definition_findings(self._stack, observed.definition),
            notes=tuple(self._notes(observed)),
        )

    def _notes(self, observed: Observed) -> Iterator[Finding]:
        """What the checks say of the environment and the queue that stand."""
        found, queue = standing(self._stack, observed), queue_of(self._stack, observed)
        if found.serving:
            yield from ami_refusals(self._stack, observed.ami, observed.ami_fault, observed.images)
            for one in environment_findings(
                self._stack,
                found.serving,
                wanted_ami=observed.ami,
                images=observed.images,
                now=self._run.connection.now(),
            ):
                yield replace(one, level=Level.WARNING) if one.code == "ce.ami-drift" else one
            for difference in self._differences(found.serving):
                yield error("ce.drift", found.serving.name, difference, self._repair(difference))
        yield from queue_findings(self._stack, queue, observed.environments, serving=found.serving, green=found.green)

    def _differences(self, serving: ComputeEnvironmentDetail) -> Iterator[str]:
        """What only a new environment brings to what the stack declares and the options name."""
        declared = self._declared()
        for difference in declared_differences(declared, serving):
            if not difference.startswith("service_role"):
                yield difference
        if declared.network.vpc and (other := vpc_difference(declared.network.vpc, serving, self._reading.subnets)):
            yield other

    def _repair(self, difference: str) -> str:
        """A rollout makes what the stack file declares; it knows nothing of this command's options, and takes subnets
        and not a VPC."""
        if difference.startswith("vpc"):
            return f"name its subnets and security groups in the stack file's network, then {ROLLOUT}"
        is_option = difference.startswith(("subnets", "security_groups")) and self._options.source is Source.OPTIONS
        named = is_option and (self._options.subnets or self._options.security_groups)
        return f"write it into the stack file's network, then {ROLLOUT}" if named else ROLLOUT

    def _declared(self) -> Stack:
        """The stack with the network that the options name."""
        stands = self._stack.network
        network = replace(
            stands,
            vpc=self._options.vpc or stands.vpc,
            subnets=self._options.subnets or stands.subnets,
            security_groups=self._options.security_groups or stands.security_groups,
        )
        return replace(self._stack, network=network)

    def apply(self, plan: SetupPlan, poll: Poll, within: float) -> tuple[Change, ...]:
        """Carries it out, reads everything back and looks whether anything is left to do."""
        run = self._run
        run.shield.up()
        ports = Ports(batch=run.batch, clusters=run.clusters, iam=self._reading.iam, logs=self._reading.logs)
        run.connection.client("ecs")
        changes = apply_setup(ports, plan.steps, poll=poll, within=within, progress=run.talk.step)
        try:
            self.verified = self._read_back(poll, min(within, SEEN_WITHIN))
        except AcademyError as failure:
            failure.changes = changes
            raise
        return changes

    def _read_back(self, poll: Poll, within: float) -> tuple[Finding, ...]:
        """The findings once nothing is left to do; Incomplete where reading goes on to miss something."""
        names = ""
        self._run.talk.step("reading everything back")
        for _ in poll.ticks(within):
            left = self._plan(self._reading.observe(), None)
            names = ", ".join(change.target for change in left.changes if change.action is not Action.NONE)
            if left.is_empty and not poll.stop():
                return (*left.findings, *left.kept)
        if poll.stop():
            raise Interrupted("interrupted when everything was written")
        message = f"everything was written, and reading back does not show it yet: {names}"
        raise Incomplete(message, hint="run the same command again to go on")
