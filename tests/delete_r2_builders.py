"""delete-r2 as the sandbox's stack declares it, and as AWS tells it then: a test states only what it is about."""

from dataclasses import replace
from functools import cache
from typing import Any

from academyctl.model.delete_r2 import (
    DeleteR2Facts,
    DesiredDeleteR2,
    FunctionDetail,
    MappingDetail,
    QueueDetail,
    WantedQueue,
)
from academyctl.model.iam import RoleDetail
from academyctl.model.logs import LogGroupDetail
from academyctl.model.secret import Secret
from academyctl.plan.delete_r2 import Code, desired_delete_r2
from academyctl.profiles.policies import load_policies
from tests.batch_builders import sandbox_stack

CODE = Code(content=b"zip", sha256="c2hhLTI1Ni1vZi1vdXJz")


@cache
def desired() -> DesiredDeleteR2:
    return desired_delete_r2(sandbox_stack(), load_policies(), CODE)


def facts(**changes: Any) -> DeleteR2Facts:
    """Everything as it is declared."""
    made = desired()
    whole = DeleteR2Facts(
        queue=queue_detail(made.queue),
        dead_letters=queue_detail(made.dead_letters),
        role=RoleDetail(name=made.role.name, arn=made.function.role, trust=made.role.trust, inline=made.role.inline),
        log_group=LogGroupDetail(name=made.log_group, retention=30),
        function=function_detail(),
        mappings=(mapping(),),
    )
    return replace(whole, **changes)


def queue_detail(wanted: WantedQueue, **attributes: str) -> QueueDetail:
    url = f"https://sqs.ap-northeast-2.amazonaws.com/123456789012/{wanted.name}"
    return QueueDetail(name=wanted.name, url=url, attributes={**wanted.attributes, **attributes})


def function_detail(**changes: Any) -> FunctionDetail:
    wanted = desired().function
    detail = FunctionDetail(
        name=wanted.name,
        arn=wanted.arn,
        role=wanted.role,
        runtime=wanted.runtime,
        handler=wanted.handler,
        architecture=wanted.architecture,
        timeout=wanted.timeout,
        memory=wanted.memory,
        environment={name: Secret(value) for name, value in wanted.environment.items()},
        sha256=wanted.sha256,
    )
    return replace(detail, **changes)


def mapping(**changes: Any) -> MappingDetail:
    made = desired()
    detail = MappingDetail(
        uuid="ours",
        function=made.function.arn,
        source=made.queue.arn,
        batch_size=made.batch_size,
        reports=("ReportBatchItemFailures",),
    )
    return replace(detail, **changes)
