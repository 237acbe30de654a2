"""What a stack declares of delete-r2, and the steps from what is there. Facts in, one plan out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from academyctl.model.batch import TAG
from academyctl.model.delete_r2 import (
    DeleteR2Facts,
    DesiredDeleteR2,
    Part,
    QueueDetail,
    WantedFunction,
    WantedQueue,
    missing_parts,
    own_mapping,
)
from academyctl.model.delete_r2_drift import REDRIVE, Difference, differences, redrive_words, role_of
from academyctl.model.delete_r2_write import (
    CreateEventSourceMapping,
    CreateFunction,
    CreateQueue,
    DeleteR2Writes,
    FunctionWrite,
    SetQueueAttributes,
    UpdateEventSourceMapping,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
)
from academyctl.model.finding import Finding, error
from academyctl.model.iam import Document, WantedRole
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.stack import Stack
from academyctl.model.worker_job import ENV_PARAMETER, ROLE, role_arn, worker_environment
from academyctl.plan.iam import decrypting, filled, plan_role
from academyctl.plan.logs import kept_logs, plan_log_group

SERVICE, POLICY = "lambda.amazonaws.com", "academyctl-delete-r2"
"""Who assumes the role, and the inline policy of it that is ours."""
RUNTIME, HANDLER, ARCHITECTURE = "python3.13", "handler.handler", "arm64"
TIMEOUT, MEMORY = 300, 256
"""Seconds and MiB."""
VISIBILITY = 6 * TIMEOUT
"""Seconds: six times the function's timeout (Lambda Developer Guide, services-sqs-configure)."""
RECEIVES, RETENTION = 5, 14 * 86400
"""How often a message is tried, and the seconds that one which was given up is kept: SQS's longest."""
BATCH_SIZE = 5
"""Messages a call; a minute of the function's time for each."""
NAME_MAX = 64
"""Characters of a role's name (IAM quotas)."""
ABOUT = {
    Part.DEAD_LETTERS: "dead-letter queue: what was given up",
    Part.QUEUE: "queue: what the API asks for",
    Part.FUNCTION: "Lambda function",
    Part.MAPPING: "trigger of the function by the queue",
}
"""What a part is for: queue, function and trigger may all be called alike."""
CODE = ("architecture", "code", "update")
"""The attributes that UpdateFunctionCode brings about."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """The function's zip, and its CodeSha256."""

    content: bytes
    sha256: str


def desired_delete_r2(stack: Stack, policies: Mapping[str, Document], code: Code) -> DesiredDeleteR2:
    """UsageError where the stack has no parameter for the worker."""
    queue, dead_letters = stack.delete_r2_queue, f"{stack.delete_r2_queue}-dlq"
    redrive = {"deadLetterTargetArn": queue_arn(stack, dead_letters), "maxReceiveCount": RECEIVES}
    return DesiredDeleteR2(
        queue=_queue(stack, queue, VisibilityTimeout=str(VISIBILITY), RedrivePolicy=json.dumps(redrive)),
        dead_letters=_queue(stack, dead_letters, MessageRetentionPeriod=str(RETENTION)),
        role=_role(stack, policies),
        log_group=log_group(stack),
        function=_function(stack, code),
        batch_size=BATCH_SIZE,
    )


def queue_arn(stack: Stack, name: str) -> str:
    return f"arn:aws:sqs:{stack.region}:{stack.account}:{name}"


def log_group(stack: Stack) -> str:
    """Where Lambda writes what the function says (Developer Guide, monitoring-cloudwatchlogs)."""
    return f"/aws/lambda/{stack.delete_r2_function}"


def role_name(stack: Stack) -> str:
    """`<function>-role`."""
    return f"{stack.delete_r2_function[: NAME_MAX - 5]}-role"


def _queue(stack: Stack, name: str, **attributes: str) -> WantedQueue:
    return WantedQueue(name=name, arn=queue_arn(stack, name), attributes=attributes)


def _role(stack: Stack, policies: Mapping[str, Document]) -> WantedRole:
    values = {
        "region": stack.region,
        "account": stack.account,
        "parameter": worker_environment(stack)[ENV_PARAMETER],
        "queue": stack.delete_r2_queue,
        "log_group": log_group(stack),
    }
    policy: Document = filled(policies["delete-r2-role"], values)
    return WantedRole(
        name=role_name(stack),
        about="what the deletion of stored videos may do",
        service=SERVICE,
        trust=filled(policies["trust"], {"service": SERVICE}),
        inline={POLICY: decrypting(policy, stack, policies)},
    )


def _function(stack: Stack, code: Code) -> WantedFunction:
    name = stack.delete_r2_function
    return WantedFunction(
        name=name,
        arn=f"arn:aws:lambda:{stack.region}:{stack.account}:function:{name}",
        role=role_arn(stack, role_name(stack)),
        runtime=RUNTIME,
        handler=HANDLER,
        architecture=ARCHITECTURE,
        timeout=TIMEOUT,
        memory=MEMORY,
        environment={ENV_PARAMETER: stack.parameter(ROLE)},
        sha256=code.sha256,
        code=code.content,
    )


@dataclass(frozen=True, kw_only=True)
class DeployPlan(Plan[DeleteR2Writes]):
    """`kept` is said beside the plan and stops nothing."""

    kept: tuple[Finding, ...] = ()


def plan_deploy(
    stack: str, desired: DesiredDeleteR2, facts: DeleteR2Facts, strangers: tuple[Finding, ...] = ()
) -> DeployPlan:
    """`strangers` are the findings of who else reads the queue: each refuses the whole plan."""
    differ = differences(desired, facts)
    tags = {f"{TAG}stack": stack}
    steps = (
        _queue_step(Part.DEAD_LETTERS, desired.dead_letters, facts.dead_letters, differ, tags),
        _queue_step(Part.QUEUE, desired.queue, facts.queue, differ, tags),
        plan_log_group(desired.log_group, stack, facts.log_group),
        plan_role(desired.role, facts.role, stack),
        _function_step(desired, facts, differ.get(Part.FUNCTION, ()), tags),
        _mapping_step(desired, facts, differ.get(Part.MAPPING, ())),
    )
    return DeployPlan(
        steps=steps,
        findings=(*strangers, *_refusals(facts)),
        kept=kept_logs(stack, facts.log_group),
    )


def _refusals(facts: DeleteR2Facts) -> Iterator[Finding]:
    """A function that is a container image stays one (API, UpdateFunctionCode)."""
    function = facts.function
    if function and function.package != "Zip":
        hint = f"if it is nobody's any more: aws lambda delete-function --function-name {function.name}; then deploy"
        yield error("delete-r2.drift", f"{Part.FUNCTION} {function.name}", "is a container image, not a zip", hint)


def _step(
    part: Part, target: str, action: Action, detail: tuple[str, ...], write: DeleteR2Writes, why: str = ""
) -> Step[DeleteR2Writes]:
    told = f"{ABOUT[part]}, {why}" if why else ABOUT[part]
    return Step(change=Change(action=action, kind=part, target=target, detail=detail, why=told), write=write)


def _settled(part: Part, target: str) -> Step[DeleteR2Writes]:
    return Step(change=Change(action=Action.NONE, kind=part, target=target, why=ABOUT[part], state=State.DONE))


def _lines(differ: tuple[Difference, ...]) -> tuple[str, ...]:
    return tuple(one.line for one in differ)


def _queue_step(
    part: Part,
    wanted: WantedQueue,
    stands: QueueDetail | None,
    differ: Mapping[Part, tuple[Difference, ...]],
    tags: Mapping[str, str],
) -> Step[DeleteR2Writes]:
    if stands is None:
        create = CreateQueue(name=wanted.name, attributes=wanted.attributes, tags=tags)
        return _step(part, wanted.name, Action.CREATE, tuple(_told(wanted.attributes)), (create,))
    changed = differ.get(part, ())
    if not changed:
        return _settled(part, wanted.name)
    attributes = {one.attribute: wanted.attributes[one.attribute] for one in changed}
    update = SetQueueAttributes(name=wanted.name, url=stands.url, attributes=attributes)
    return _step(part, wanted.name, Action.UPDATE, _lines(changed), (update,))


def _told(attributes: Mapping[str, str]) -> Iterator[str]:
    for name, value in attributes.items():
        yield f"+ {name} {redrive_words(value) if name == REDRIVE else value}"


def _function_step(
    desired: DesiredDeleteR2, facts: DeleteR2Facts, differ: tuple[Difference, ...], tags: Mapping[str, str]
) -> Step[DeleteR2Writes]:
    wanted = replace(desired.function, role=role_of(desired, facts))
    if facts.function is None:
        detail = (
            f"+ {wanted.runtime} {wanted.architecture}, {wanted.memory} MiB, {wanted.timeout} s",
            f"+ code {wanted.sha256[:12]}",
            *(f"+ environment {name}" for name in wanted.environment),
        )
        create = CreateFunction(wanted=wanted, tags=tags)
        return _step(Part.FUNCTION, wanted.name, Action.CREATE, detail, (create,))
    if not differ:
        return _settled(Part.FUNCTION, wanted.name)
    return _step(Part.FUNCTION, wanted.name, Action.UPDATE, _lines(differ), tuple(_updates(wanted, differ)))


def _updates(wanted: WantedFunction, differ: tuple[Difference, ...]) -> Iterator[FunctionWrite]:
    if any(one.attribute not in CODE for one in differ):
        yield UpdateFunctionConfiguration(wanted=wanted)
    if any(one.attribute in CODE for one in differ):
        yield UpdateFunctionCode(wanted=wanted)


def _mapping_step(
    desired: DesiredDeleteR2, facts: DeleteR2Facts, differ: tuple[Difference, ...]
) -> Step[DeleteR2Writes]:
    ends = {"function": desired.function.arn, "source": desired.queue.arn}
    target, size = desired.queue.name, desired.batch_size
    stands = own_mapping(desired, facts)
    if Part.MAPPING in missing_parts(desired, facts):
        going = stands is not None
        create = CreateEventSourceMapping(**ends, batch_size=size, is_going=going)
        detail = (f"+ to {desired.function.name}", f"+ batch size {size}", "+ partial batch responses")
        why = "once the old one is deleted" if going else ""
        return _step(Part.MAPPING, target, Action.CREATE, detail, (create,), why)
    if not differ or stands is None:
        return _settled(Part.MAPPING, target)
    update = UpdateEventSourceMapping(uuid=stands.uuid, **ends, batch_size=size)
    return _step(Part.MAPPING, target, Action.UPDATE, _lines(differ), (update,))
