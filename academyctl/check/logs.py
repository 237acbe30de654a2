"""The worker's log group: there, and not kept for ever. Pure."""

from collections.abc import Iterator

from academyctl.model.finding import Level, error, info
from academyctl.model.preflight import Check, Facts, Judged
from academyctl.model.stack import Stack

REMEDY = "academyctl batch setup"
GROUP = "log-group"


def log_checks(stack: Stack) -> Iterator[Check]:
    name = stack.job_definition.log_group
    retain = f"aws logs put-retention-policy --log-group-name {name} --retention-in-days 30"
    yield Check(
        id="logs.group",
        title=f"The log group {name} exists",
        subject=name,
        needs=(GROUP,),
        hint=REMEDY,
        judge=_exists,
    )
    yield Check(
        id="logs.retention",
        title=f"The log group {name} is not kept for ever",
        subject=name,
        needs=(GROUP,),
        hint=retain,
        judge=_retention,
        level=Level.INFO,
    )


def _exists(facts: Facts) -> Judged:
    name = facts.stack.job_definition.log_group
    if facts.log_group:
        return Judged(evidence=f"{name} is there")
    absent = error("logs.absent", name, "does not exist: a job fails at its start", REMEDY)
    return Judged(evidence=absent.message, findings=(absent,))


def _retention(facts: Facts) -> Judged:
    name = facts.stack.job_definition.log_group
    if facts.log_group is None:
        return Judged(evidence=f"{name} does not exist", skipped=True)
    if facts.log_group.retention is not None:
        return Judged(evidence=f"kept for {facts.log_group.retention} days")
    hint = f"aws logs put-retention-policy --log-group-name {name} --retention-in-days 30"
    found = info("logs.retention", name, "keeps its logs for ever, which costs", hint)
    return Judged(evidence=found.message, findings=(found,))
