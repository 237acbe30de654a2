"""`academyctl delete-r2 test`: does a message really end in a deletion?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.delete_r2_probe import Mark
from academyctl.model.errors import Incomplete, Refused
from academyctl.model.exit import ExitCode, Status
from academyctl.model.outcome import Outcome
from academyctl.model.worker_job import ROLE

if TYPE_CHECKING:
    from academyctl.apply.wait import Poll
    from academyctl.model.delete_r2 import DeleteR2Facts, DesiredDeleteR2
    from academyctl.model.delete_r2_probe import StoreKeys, Trial
    from academyctl.model.legacy import Messages
    from academyctl.model.plan import Change, Plan

app = typer.Typer()


@leaf(app, "delete-r2 test", writes=True, example="academyctl delete-r2 test --yes")
def probe(
    run: Run,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="S", help="Seconds to wait for the deletion.")
    ] = 120.0,
    poll: Annotated[float, typer.Option("--poll", min=0.01, metavar="S", help="Seconds between two looks.")] = 2.0,
) -> Outcome:
    """Write a marked object to the bucket, ask for its deletion as the API does, and follow it until it is gone.

    Nothing else in the bucket is touched, and the object never stays. Exit 75: not gone in time, the message waits.
    Exit 4: the message was taken, and the object was left.
    """
    from academyctl.apply.wait import Poll
    from academyctl.check.delete_r2_probe import probe_refusals
    from academyctl.cli.delete_r2_facts import declared_delete_r2, read_delete_r2
    from academyctl.plan.delete_r2_probe import plan_probe

    head = run.head()
    desired = declared_delete_r2(run)
    run.talk.step("reading what stands")
    facts = read_delete_r2(run, desired)
    plan = plan_probe(mark := Mark(word=uuid4().hex), desired.queue.name, probe_refusals(desired, facts))
    keys = None if plan.is_refused else _keys(run)
    work = _Trial(run, desired, facts, mark, keys)
    waits = Poll(every=poll, stop=run.shield)
    data = {"prefix": mark.prefix, "queue": desired.queue.name}
    outcome = carry_out(run, plan, head=head, apply=lambda: work.apply(plan, waits, timeout), data=data)
    return outcome if work.trial is None else work.told(outcome, work.trial)


def _keys(run: Run) -> "StoreKeys":
    """From the worker's parameter, as the function reads it. Refused where something is missing in it."""
    from academyctl.check.delete_r2_probe import store_findings, store_keys
    from academyctl.cli.stored import read_judged

    stored = read_judged(run, run.stored_role(ROLE))
    findings = store_findings(stored.parameter.name, stored.env)
    if findings:
        raise Refused(findings[0].message, findings=findings)
    return store_keys(stored.env)


class _Trial:
    """One trial. `trial` is how it ended, once it did."""

    def __init__(
        self, run: Run, desired: "DesiredDeleteR2", facts: "DeleteR2Facts", mark: Mark, keys: "StoreKeys | None"
    ) -> None:
        self.trial: Trial | None = None
        self._run, self._desired, self._facts, self._mark, self._keys = run, desired, facts, mark, keys

    def apply(self, plan: "Plan[str]", poll: "Poll", within: float) -> "tuple[Change, ...]":
        from academyctl.apply.delete_r2_probe import Ports, apply_probe
        from academyctl.aws.r2 import Store

        assert self._keys is not None, "a refused plan is not carried out"
        store = Store(self._keys)
        self._run.shield.up()
        ports = Ports(store=store, send=self._send, count=self._count, changes=plan.changes)
        self.trial = apply_probe(ports, self._mark, poll=poll, within=within, progress=self._run.talk.step)
        if not self.trial.is_deleted and not self.trial.queue.is_empty:
            raise self._incomplete(self.trial)
        return self.trial.changes

    def _send(self, body: str) -> None:
        from academyctl.aws.sqs import send_message

        queue = self._desired.queue.name
        assert self._facts.queue is not None, "a plan without the queue is refused"
        send_message(self._run.connection, self._facts.queue.url, body, doing=f"sending to {queue}")

    def _count(self) -> "tuple[Messages, Messages]":
        from academyctl.aws.sqs import read_messages

        queue, dead_letters = self._facts.queue, self._facts.dead_letters
        assert queue is not None, "a plan without the queues is refused"
        assert dead_letters is not None, "a plan without the queues is refused"
        return read_messages(self._run.connection, queue.url), read_messages(self._run.connection, dead_letters.url)

    def told(self, outcome: Outcome, trial: "Trial") -> Outcome:
        """The end of a trial that is a verdict."""
        data = {**outcome.data, **self._data(trial)}
        if trial.is_deleted:
            line = f"deleted after {trial.seconds:.0f} s: the queue, the function and its keys to the bucket work"
            return replace(outcome, data=data, view=(*outcome.view, line))
        from academyctl.check.delete_r2_probe import undeleted

        findings = (undeleted(self._desired, trial),)
        return replace(
            outcome,
            status=Status.FINDINGS,
            exit_code=ExitCode.FINDINGS,
            findings=findings,
            data=data,
            findings_shown=False,
        )

    def _incomplete(self, trial: "Trial") -> Incomplete:
        message = f"not deleted after {trial.seconds:.0f} s; the marked object was removed. Queue: {trial.queue}"
        hint = f"aws logs tail {self._desired.log_group} --since 10m; then run the same command again"
        data: Mapping[str, object] = {"prefix": self._mark.prefix, **self._data(trial)}
        return Incomplete(
            f"{message}; dead letters: {trial.dead_letters}",
            code="delete-r2.waiting",
            hint=hint,
            changes=trial.changes,
            data=data,
        )

    def _data(self, trial: "Trial") -> dict[str, object]:
        from academyctl.cli.delete_r2_status import counted

        return {
            "deleted": trial.is_deleted,
            "seconds": round(trial.seconds, 1),
            "messages": counted(trial.queue),
            "dead_letters": counted(trial.dead_letters),
        }
