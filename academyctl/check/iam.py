"""The stack's roles beside what they are to be: there, assumed by whom they are for, with their rights. Pure.

What is amiss is what `batch setup` would write, by the same rules.
"""

from collections.abc import Callable, Iterator
from functools import partial

from academyctl.model.finding import Finding, error
from academyctl.model.iam import (
    LINKED_ROLE,
    AttachRolePolicy,
    CreateRole,
    PutRolePolicy,
    UpdateAssumeRolePolicy,
)
from academyctl.model.preflight import Check, Facts, Judged
from academyctl.model.stack import Stack

REMEDY = "academyctl batch setup"
PROFILE = "profile"


def iam_checks(stack: Stack) -> Iterator[Check]:
    """`job` is the word of the stack file's `iam.job_role`, and so on."""
    names = {"job": stack.iam.job_role, "execution": stack.iam.execution_role, "instance": stack.iam.instance_role}
    if stack.iam.service_role:
        names["service"] = stack.iam.service_role
    for word, given in names.items():
        yield from _role_checks(word, given.rpartition("/")[2])
    if not stack.iam.service_role:
        yield Check(
            id="iam.role.service",
            title="Batch's service-linked role exists",
            subject=LINKED_ROLE,
            needs=("role:service",),
            hint=REMEDY,
            judge=_linked,
        )
    profile = stack.iam.instance_role.rpartition("/")[2]
    yield Check(
        id="iam.instance-profile",
        title=f"The instance profile {profile} holds the role of its name",
        subject=profile,
        needs=(PROFILE,),
        hint=REMEDY,
        judge=partial(_profile, profile),
    )


def _role_checks(word: str, name: str) -> Iterator[Check]:
    role, policies = f"role:{word}", f"policies:{word}"
    yield _check("role", word, name, "exists", (role,), _exists)
    yield _check("trust", word, name, "can be assumed by whom it is for", (role,), _trust)
    yield _check("policy", word, name, "has its rights", (role, policies), _policy)


def _check(
    aspect: str, word: str, name: str, title: str, needs: tuple[str, ...], judge: Callable[[str, Facts], Judged]
) -> Check:
    return Check(
        id=f"iam.{aspect}.{word}",
        title=f"{name} {title}",
        subject=name,
        needs=needs,
        hint=REMEDY,
        judge=partial(judge, word),
    )


def _exists(word: str, facts: Facts) -> Judged:
    sight = facts.roles[word]
    if not any(isinstance(write, CreateRole) for write in sight.writes):
        return Judged(evidence=f"{sight.wanted.name}: {sight.wanted.about}")
    absent = error("iam.role-absent", sight.wanted.name, "does not exist", REMEDY)
    return Judged(evidence=absent.message, findings=(absent,))


def _trust(word: str, facts: Facts) -> Judged:
    sight = facts.roles[word]
    name, service = sight.wanted.name, sight.wanted.service
    if _is_absent(word, facts):
        return Judged(evidence=f"{name} does not exist", skipped=True)
    if not any(isinstance(write, UpdateAssumeRolePolicy) for write in sight.writes):
        return Judged(evidence=f"{service} may assume it")
    broken = error("iam.trust", name, f"cannot be assumed by {service}", REMEDY)
    return Judged(evidence=broken.message, findings=(broken,))


def _policy(word: str, facts: Facts) -> Judged:
    sight = facts.roles[word]
    name = sight.wanted.name
    if _is_absent(word, facts):
        return Judged(evidence=f"{name} does not exist", skipped=True)
    found = tuple(_lacking(facts, word))
    has = [arn.rpartition("/")[2] for arn in sight.wanted.managed] + list(sight.wanted.inline)
    return Judged(evidence="; ".join(one.message for one in found) or f"has {', '.join(has)}", findings=found)


def _lacking(facts: Facts, word: str) -> Iterator[Finding]:
    sight = facts.roles[word]
    for write in sight.writes:
        if isinstance(write, AttachRolePolicy):
            yield error("iam.policy", sight.wanted.name, f"lacks {write.arn.rpartition('/')[2]}", REMEDY)
        elif isinstance(write, PutRolePolicy):
            message = f"its policy {write.policy} is not there, or not the stack's"
            yield error("iam.policy", sight.wanted.name, message, REMEDY)


def _is_absent(word: str, facts: Facts) -> bool:
    return any(isinstance(write, CreateRole) for write in facts.roles[word].writes)


def _linked(facts: Facts) -> Judged:
    if facts.has_linked_role:
        return Judged(evidence=f"{LINKED_ROLE} is there")
    absent = error("iam.role-absent", LINKED_ROLE, "does not exist: Batch works with it", REMEDY)
    return Judged(evidence=absent.message, findings=(absent,))


def _profile(name: str, facts: Facts) -> Judged:
    stands = facts.profile
    if stands and name in stands.roles:
        return Judged(evidence=f"{name} holds {name}")
    if stands and stands.roles:
        message = f"holds the role {', '.join(stands.roles)}, and not {name}"
        taken = f"--instance-profile-name {name} --role-name {stands.roles[0]}"
        remedy = f"aws iam remove-role-from-instance-profile {taken}, then: {REMEDY}"
    else:
        message, remedy = "holds no role" if stands else "does not exist", REMEDY
    return Judged(evidence=message, findings=(error("iam.instance-profile", name, message, remedy),))
