"""What is left of the time before Batch. Pure; what counts as left over, the caller says."""

from collections.abc import Iterator
from functools import partial

from academyctl.model.finding import Level, warning
from academyctl.model.preflight import Check, Facts, Judged

REMEDY = "academyctl batch cleanup-legacy"
KINDS = {"auto-scaling-groups": "Auto Scaling group", "alarms": "alarm", "queues": "SQS queue"}
"""The stack file's words, and what one of them is."""


def legacy_checks() -> Iterator[Check]:
    for kind, noun in KINDS.items():
        yield Check(
            id=f"legacy.{kind}",
            title=f"No {noun} of the time before Batch is left",
            subject=f"legacy {kind}",
            needs=(kind,),
            hint=REMEDY,
            judge=partial(_left, kind),
            level=Level.WARNING,
        )


def _left(kind: str, facts: Facts) -> Judged:
    names, noun = facts.legacy.get(kind, ()), KINDS[kind]
    found = tuple(warning("legacy.leftover", name, f"is an {noun} of the time before Batch", REMEDY) for name in names)
    return Judged(evidence=f"{len(names)} left: {', '.join(names)}" if names else "nothing is left", findings=found)
