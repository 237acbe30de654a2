"""`academyctl delete-r2 deploy`."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.errors import AcademyError, Incomplete, Interrupted
from academyctl.model.exit import ExitCode, Status
from academyctl.model.finding import has_errors
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Action

if TYPE_CHECKING:
    from academyctl.apply.wait import Poll
    from academyctl.model.delete_r2 import DesiredDeleteR2
    from academyctl.model.finding import Finding
    from academyctl.model.plan import Change
    from academyctl.plan.delete_r2 import DeployPlan

app = typer.Typer()
SEEN_WITHIN = 60.0
"""Seconds in which a queue shows what it was told (SQS API, SetQueueAttributes)."""


@leaf(app, "delete-r2 deploy", writes=True, example="academyctl delete-r2 deploy --dry-run")
def deploy(
    run: Run,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, metavar="S", help="Seconds to wait until something is ready.")
    ] = 300.0,
    poll: Annotated[float, typer.Option("--poll", min=0.01, metavar="S", help="Seconds between two looks.")] = 2.0,
) -> Outcome:
    """Bring queue, dead-letter queue, role, log group, Lambda and its trigger to what the stack declares.

    Goes on from any half-built state. Where somebody else reads the queue nothing is changed.
    """
    from academyctl.apply.wait import Poll
    from academyctl.cli.delete_r2_facts import declared_delete_r2

    head = run.head()
    work = _Deployment(run, declared_delete_r2(run))
    run.talk.step("reading what stands")
    plan = work.plan()
    waits = Poll(every=poll, stop=run.shield)
    outcome = carry_out(
        run, plan, head=head, apply=lambda: work.apply(plan, waits, timeout), data=work.told(), kept=plan.kept
    )
    if not has_errors(work.verified):
        return outcome
    return replace(
        outcome, status=Status.FINDINGS, exit_code=ExitCode.FINDINGS, findings=work.verified, findings_shown=False
    )


class _Deployment:
    """One command's readings and plans. `verified`: the findings of the last reading, after a write."""

    def __init__(self, run: Run, desired: "DesiredDeleteR2") -> None:
        self.verified: tuple[Finding, ...] = ()
        self._run = run
        self._desired = desired

    def told(self) -> dict[str, object]:
        desired = self._desired
        return {
            "queue": desired.queue.name,
            "dead_letter_queue": desired.dead_letters.name,
            "function": desired.function.name,
            "role": desired.role.name,
            "log_group": desired.log_group,
            "code_sha256": desired.function.sha256,
        }

    def plan(self) -> "DeployPlan":
        from academyctl.check.delete_r2 import other_consumer
        from academyctl.cli.delete_r2_facts import read_delete_r2
        from academyctl.model.delete_r2 import other_mappings
        from academyctl.plan.delete_r2 import plan_deploy

        desired = self._desired
        facts = read_delete_r2(self._run, desired)
        strangers = tuple(other_consumer(desired, one) for one in other_mappings(desired, facts))
        return plan_deploy(self._run.stack.name, desired, facts, strangers)

    def apply(self, plan: "DeployPlan", poll: "Poll", within: float) -> "tuple[Change, ...]":
        """Carries it out, reads everything back and looks whether anything is left to do."""
        from academyctl.apply.delete_r2 import Ports, apply_deploy
        from academyctl.aws.iam import Iam
        from academyctl.aws.lambda_functions import Functions
        from academyctl.aws.logs import Logs
        from academyctl.aws.sqs import write_queue

        run, connection = self._run, self._run.connection
        run.shield.up()
        ports = Ports(
            iam=Iam(connection),
            logs=Logs(connection),
            functions=Functions(connection),
            write_queue=partial(write_queue, connection),
        )
        changes = apply_deploy(ports, plan.steps, poll=poll, within=within, progress=run.talk.step)
        try:
            self.verified = self._read_back(poll, min(within, SEEN_WITHIN))
        except AcademyError as failure:
            failure.changes = changes
            raise
        return changes

    def _read_back(self, poll: "Poll", within: float) -> "tuple[Finding, ...]":
        """The findings once nothing is left to do; Incomplete where reading goes on to miss something."""
        names = ""
        self._run.talk.step("reading everything back")
        for _ in poll.ticks(within):
            left = self.plan()
            names = ", ".join(change.target for change in left.changes if change.action is not Action.NONE)
            if left.is_empty and not poll.stop():
                return left.findings
        if poll.stop():
            raise Interrupted("interrupted when everything was written")
        message = f"everything was written, and reading back does not show it yet: {names}"
        raise Incomplete(message, hint="run the same command again to go on")
