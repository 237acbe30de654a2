"""In which attributes delete-r2 differs from what is declared: said once, for the plan and for the check."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from academyctl.model.delete_r2 import (
    DeleteR2Facts,
    DesiredDeleteR2,
    MappingDetail,
    Part,
    QueueDetail,
    WantedQueue,
    own_mapping,
)
from academyctl.model.iam import RoleDetail, WantedRole, trusts
from academyctl.model.secret import Secret

REPORTS = "ReportBatchItemFailures"
"""The function answers which messages of a batch failed; SQS deletes the others (Lambda, with-sqs error handling)."""
REDRIVE = "RedrivePolicy"


class Difference(NamedTuple):
    """One attribute that is not as declared; `line` as a plan shows it."""

    attribute: str
    line: str


def differences(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> dict[Part, tuple[Difference, ...]]:
    """Of each part that is there and not as declared. A log group is as it is: its retention is its owner's."""
    mapping = own_mapping(desired, facts)
    found = {
        Part.DEAD_LETTERS: _of_queue(desired.dead_letters, facts.dead_letters),
        Part.QUEUE: _of_queue(desired.queue, facts.queue),
        Part.ROLE: _of_role(desired.role, facts.role),
        Part.FUNCTION: _of_function(desired, facts),
        Part.MAPPING: _of_mapping(desired, None if mapping is None or mapping.is_going else mapping),
    }
    told = {part: tuple(each) for part, each in found.items()}
    return {part: each for part, each in told.items() if each}


def _changed(attribute: str, has: object, wants: object) -> Iterator[Difference]:
    if has != wants:
        told = f"~ {attribute} {has} → {wants}" if has not in ("", None) else f"+ {attribute} {wants}"
        yield Difference(attribute, told)


def _of_queue(wanted: WantedQueue, stands: QueueDetail | None) -> Iterator[Difference]:
    if stands is None:
        return
    for name, value in wanted.attributes.items():
        has = stands.attributes.get(name, "")
        if name == REDRIVE:
            yield from _changed(name, redrive_words(has), redrive_words(value))
        else:
            yield from _changed(name, has, value)


def redrive_words(policy: str) -> str:
    """`NAME after 5`: the dead-letter queue and maxReceiveCount, which AWS tells as number or text; "" where it is no
    redrive policy."""
    try:
        told = json.loads(policy or "{}")
        return f"{told['deadLetterTargetArn'].rpartition(':')[2]} after {int(told['maxReceiveCount'])}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _of_role(wanted: WantedRole, stands: RoleDetail | None) -> Iterator[Difference]:
    if stands is None:
        return
    if not trusts(stands.trust, wanted.service):
        yield Difference("trust", f"+ trust {wanted.service}")
    for policy, document in wanted.inline.items():
        has = stands.inline.get(policy)
        if has != document:
            yield Difference(f"policy {policy}", f"{'~' if has else '+'} policy {policy}")


def role_of(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> str:
    """The role's ARN: one that stands may stand behind a path."""
    return facts.role.arn if facts.role and facts.role.arn else desired.function.role


def _of_function(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> Iterator[Difference]:
    wanted, stands = desired.function, facts.function
    if stands is None:
        return
    yield from _changed("role", stands.role, role_of(desired, facts))
    for name in ("runtime", "handler", "timeout", "memory"):
        yield from _changed(name, getattr(stands, name), getattr(wanted, name))
    yield from _of_environment(wanted.environment, stands.environment)
    yield from _changed("architecture", stands.architecture, wanted.architecture)
    yield from _changed("code", stands.sha256[:12], wanted.sha256[:12])
    if stands.is_broken:
        yield Difference("update", f"~ {'state' if stands.state == 'Failed' else 'last update'} Failed → Successful")


def _of_environment(wanted: Mapping[str, str], has: Mapping[str, Secret]) -> Iterator[Difference]:
    """By names: a value that is deployed may be a secret."""
    for name in sorted({*wanted, *has}):
        if name not in has:
            yield Difference("environment", f"+ environment {name}")
        elif name not in wanted:
            yield Difference("environment", f"- environment {name}")
        elif has[name].reveal() != wanted[name]:
            yield Difference("environment", f"~ environment {name}")


def _of_mapping(desired: DesiredDeleteR2, stands: MappingDetail | None) -> Iterator[Difference]:
    if stands is None:
        return
    yield from _changed("batch size", stands.batch_size, desired.batch_size)
    if REPORTS not in stands.reports:
        yield Difference("reports", f"+ {REPORTS}")
    if stands.is_off:
        yield Difference("state", f"~ state {stands.state} → Enabled")
