"""`academyctl batch cleanup-legacy`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.errors import NotFound, Unreadable
from academyctl.model.outcome import Outcome

if TYPE_CHECKING:
    from academyctl.model.legacy import Leftovers, LegacyQueue, Messages
    from academyctl.model.plan import Change

app = typer.Typer()
KEY = "VIDEO_SQS_QUEUE_NAME"
"""The key of a role's blob that names the queue."""


@leaf(app, "batch cleanup-legacy", writes=True, example="academyctl batch cleanup-legacy --dry-run")
def cleanup_legacy(
    run: Run,
    poll: Annotated[
        float, typer.Option("--poll", min=0.1, help="Seconds between the three readings of a queue.")
    ] = 15.0,
) -> Outcome:
    """Delete what the encoder ran on before Batch: the stack's `legacy` groups, scaling policies, alarms and queue.

    A group with instances and a queue with messages are kept and named (exit 4); the rest goes on.
    """
    from academyctl.apply.legacy import apply_cleanup
    from academyctl.aws.legacy import Legacy
    from academyctl.plan.legacy import plan_cleanup

    head = run.head()
    cleanup = plan_cleanup(_leftovers(run, poll))
    legacy = Legacy(run.connection)

    def apply() -> "tuple[Change, ...]":
        run.shield.up()
        return apply_cleanup(legacy, cleanup.plan, stop=run.shield, progress=run.talk.step)

    return carry_out(run, cleanup.plan, head=head, apply=apply, kept=cleanup.kept)


def _leftovers(run: Run, poll: float) -> "Leftovers":
    """Everything that a pattern matches. Groups that carry Batch's tags are Batch's, whatever they are called."""
    from academyctl.aws.autoscaling import read_groups, read_policies
    from academyctl.aws.cloudwatch import read_alarms
    from academyctl.model.legacy import Leftovers
    from academyctl.plan.legacy import is_legacy

    stack, connection = run.stack, run.connection
    run.talk.step("looking for what is left of the time before Batch")
    groups = tuple(
        group
        for group in read_groups(connection)
        if is_legacy(group.name, stack.legacy_auto_scaling_groups, stack) and not group.is_batchs
    )
    policies = {group.name: read_policies(connection, group.name) for group in groups if not group.is_going}
    alarms = tuple(one for one in read_alarms(connection) if is_legacy(one.name, stack.legacy_alarms, stack))
    return Leftovers(groups=groups, policies=policies, alarms=alarms, queues=_queues(run, poll))


def _queues(run: Run, poll: float) -> "tuple[LegacyQueue, ...]":
    from academyctl.aws.sqs import read_queue_urls
    from academyctl.model.legacy import LegacyQueue
    from academyctl.plan.legacy import is_legacy

    urls = {
        name: url
        for name, url in read_queue_urls(run.connection).items()
        if is_legacy(name, run.stack.legacy_queues, run.stack)
    }
    readings = _readings(run, urls, poll)
    readers = _readers(run) if readings else {}
    return tuple(
        LegacyQueue(name=name, url=urls[name], readings=tuple(seen), readers=readers.get(name, ()))
        for name, seen in readings.items()
    )


def _readings(run: Run, urls: Mapping[str, str], poll: float) -> "dict[str, list[Messages]]":
    """Three readings of each queue, a pause apart, while they find nothing. A queue that is gone is not there."""
    from academyctl.apply.wait import Poll
    from academyctl.aws.sqs import read_messages
    from academyctl.plan.legacy import READINGS

    found: dict[str, list[Messages]] = {name: [] for name in urls}
    for reading in range(READINGS):
        waiting = [name for name, seen in found.items() if all(one.is_empty for one in seen)]
        if reading and waiting:
            run.talk.step(f"reading {', '.join(waiting)} again in {poll:g} s, to be sure of it")
            Poll(every=poll).pause(float("inf"))
        for name in waiting:
            try:
                found[name].append(read_messages(run.connection, urls[name]))
            except NotFound:
                del found[name]
    return found


def _readers(run: Run) -> dict[str, tuple[str, ...]]:
    """Queue name → the roles whose stored parameter names it. The value is compared here and shown nowhere else."""
    from academyctl.cli.sources import parse_stored, read_parameters

    roles = {role.name: role for role in run.stored_roles("all")}
    named: dict[str, tuple[str, ...]] = {}
    for name, parameter in read_parameters(run, roles.values()).items():
        try:
            entry = parse_stored(parameter, roles[name]).last().get(KEY)
        except Unreadable:
            run.talk.hint(f"{parameter.name} cannot be read: whether it names a legacy queue is not known")
            continue
        if entry is not None:
            queue = entry.value.reveal()
            named[queue] = (*named.get(queue, ()), name)
    return named
