"""The checks of delete-r2: one for each of its parts, and what goes on at its queues. Pure.

They judge by the rules of `delete-r2 status`.
"""

from collections.abc import Iterator
from functools import partial

from academyctl.check.delete_r2 import DEPLOY, check_dead_letters, check_delete_r2
from academyctl.model.delete_r2 import Part
from academyctl.model.finding import Finding, Level
from academyctl.model.preflight import Check, Facts, Judged
from academyctl.model.stack import Stack

DESIRED = "delete-r2"
"""The fact that needs no call: what the stack declares."""


def fact(word: str) -> str:
    return f"{DESIRED}:{word}"


WORDS = {
    Part.QUEUE: ("queue", "The queue"),
    Part.DEAD_LETTERS: ("dead-letters", "The dead-letter queue"),
    Part.ROLE: ("role", "The role"),
    Part.LOGS: ("logs", "The log group"),
    Part.FUNCTION: ("function", "The function"),
    Part.MAPPING: ("mapping", "The event source mapping"),
}
"""Part → the word of its fact and of its check, and what it is called."""


def delete_r2_checks(stack: Stack) -> Iterator[Check]:
    for part, (word, noun) in WORDS.items():
        yield Check(
            id=f"delete-r2.{word}",
            title=f"{noun} of delete-r2 is as the stack declares it",
            subject=stack.delete_r2_function,
            needs=(DESIRED, fact(word)),
            hint=DEPLOY,
            judge=partial(_part, part),
        )
    mapping, given_up = fact(WORDS[Part.MAPPING][0]), fact(WORDS[Part.DEAD_LETTERS][0])
    yield Check(
        id="delete-r2.other-consumer",
        title="Nobody else reads the queue of delete-r2",
        subject=stack.delete_r2_queue,
        needs=(DESIRED, mapping),
        hint="academyctl delete-r2 status",
        judge=_others,
    )
    yield Check(
        id="delete-r2.given-up",
        title="No deletion was given up",
        subject=stack.delete_r2_queue,
        needs=(DESIRED, given_up),
        hint="academyctl delete-r2 status",
        judge=_given_up,
        level=Level.WARNING,
    )


def _findings(facts: Facts) -> tuple[Finding, ...]:
    assert facts.desired_delete_r2, "a need of each of these checks"
    return check_delete_r2(facts.desired_delete_r2, facts.delete_r2)


def _part(part: Part, facts: Facts) -> Judged:
    assert facts.desired_delete_r2, "a need of this check"
    found = tuple(one for one in _findings(facts) if one.subject.startswith(f"{part} "))
    name = facts.desired_delete_r2.name(part)
    return Judged(evidence="; ".join(one.message for one in found) or f"{name} is as declared", findings=found)


def _others(facts: Facts) -> Judged:
    found = tuple(one for one in _findings(facts) if one.code == "delete-r2.other-consumer")
    return Judged(evidence="; ".join(one.message for one in found) or "no other event source mapping", findings=found)


def _given_up(facts: Facts) -> Judged:
    assert facts.desired_delete_r2, "a need of this check"
    if facts.delete_r2.dead_letters is None:
        return Judged(evidence="there is no dead-letter queue", skipped=True)
    found = check_dead_letters(facts.desired_delete_r2, facts.delete_r2)
    return Judged(evidence="; ".join(one.message for one in found) or "the dead-letter queue is empty", findings=found)
