"""delete-r2 as `delete-r2 deploy` leaves it: a rehearsal finds nothing to do. No message waits, no function runs."""

import json
from typing import Any

from academyctl.model.delete_r2 import WantedFunction, WantedQueue
from academyctl.model.delete_r2_drift import REPORTS
from academyctl.model.iam import WantedRole
from academyctl.model.stack import Stack
from academyctl.plan.delete_r2 import Code, desired_delete_r2
from academyctl.plan.logs import RETENTION_DAYS
from academyctl.profiles.lambda_code import code_sha256, load_code
from academyctl.profiles.policies import load_policies
from academyctl.sandbox.seed import Client


def build_delete_r2(clients: Client, stack: Stack) -> None:
    code = load_code()
    desired = desired_delete_r2(stack, load_policies(), Code(content=code, sha256=code_sha256(code)))
    for queue in (desired.dead_letters, desired.queue):
        _queue(clients("sqs"), queue)
    logs = clients("logs")
    logs.create_log_group(logGroupName=desired.log_group)
    logs.put_retention_policy(logGroupName=desired.log_group, retentionInDays=RETENTION_DAYS)
    _role(clients("iam"), desired.role)
    _function(clients("lambda"), desired.function)
    clients("lambda").create_event_source_mapping(
        FunctionName=desired.function.arn,
        EventSourceArn=desired.queue.arn,
        BatchSize=desired.batch_size,
        FunctionResponseTypes=[REPORTS],
    )


def _queue(sqs: Any, wanted: WantedQueue) -> None:
    sqs.create_queue(QueueName=wanted.name, Attributes=dict(wanted.attributes))


def _role(iam: Any, wanted: WantedRole) -> None:
    iam.create_role(RoleName=wanted.name, AssumeRolePolicyDocument=json.dumps(wanted.trust))
    for policy, document in wanted.inline.items():
        iam.put_role_policy(RoleName=wanted.name, PolicyName=policy, PolicyDocument=json.dumps(document))


def _function(functions: Any, wanted: WantedFunction) -> None:
    functions.create_function(
        FunctionName=wanted.name,
        Role=wanted.role,
        Runtime=wanted.runtime,
        Handler=wanted.handler,
        Timeout=wanted.timeout,
        MemorySize=wanted.memory,
        Architectures=[wanted.architecture],
        Environment={"Variables": dict(wanted.environment)},
        Code={"ZipFile": wanted.code},
    )
