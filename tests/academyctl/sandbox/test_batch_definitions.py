"""Job definitions as AWS has them, over HTTP (API reference, RegisterJobDefinition; User Guide, service_limits)."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.strict import DEFINITION, Strict, sized

WHOLE: dict[str, Any] = {
    "parameters": {"job_id": "none"},
    "retryStrategy": {"attempts": 1},
    "timeout": {"attemptDurationSeconds": 14400},
    "propagateTags": True,
    "platformCapabilities": ["EC2"],
    "tags": {"a": "b"},
}


def message(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as failure:
        call(**params)
    return str(failure.value.response["Error"]["Message"])


def _described(strict: Strict, **asked: Any) -> list[dict[str, Any]]:
    return list(strict.batch.describe_job_definitions(**asked)["jobDefinitions"])


def test_a_revision_keeps_what_was_registered(strict: Strict) -> None:
    arn = strict.register(**WHOLE)
    (shown,) = _described(strict, jobDefinitions=[arn])
    assert (shown["revision"], shown["status"], arn.endswith(f"/{DEFINITION}:1")) == (1, "ACTIVE", True)
    assert {key: shown[key] for key in WHOLE} == WHOLE


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"retryStrategy": {"attempts": 0}}, "between 1 and 10"),
        ({"retryStrategy": {"attempts": 11}}, "between 1 and 10"),
        ({"retryStrategy": {"evaluateOnExit": [{"onExitCode": "1", "action": "EXIT"}]}}, "attempts"),
        ({"timeout": {"attemptDurationSeconds": 59}}, "at least 60"),
        ({"containerProperties": {"command": ["x" * 24 * 1024]}}, "maximum size"),
        ({"containerProperties": {"resourceRequirements": []}}, "VCPU and MEMORY"),
        ({"containerProperties": {"image": ""}}, "image"),
        ({"tags": {"k": "{}"}}, "Invalid tag"),
        ({"name": "a" * 129}, "jobDefinitionName"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_definition_that_breaks_a_rule_is_refused(strict: Strict, changes: dict[str, Any], said: str) -> None:
    assert said in message(strict.register, **changes)
    assert _described(strict) == []


def test_only_an_exact_revision_is_deregistered_and_it_stays_readable(strict: Strict) -> None:
    """API reference, DeregisterJobDefinition: name:revision or ARN; INACTIVE ones are kept 180 days."""
    strict.register()
    arn = strict.register()
    assert "name:revision" in message(strict.batch.deregister_job_definition, jobDefinition=DEFINITION)
    strict.batch.deregister_job_definition(jobDefinition=arn)
    strict.batch.deregister_job_definition(jobDefinition=f"{DEFINITION}:1")
    assert [one["status"] for one in _described(strict, jobDefinitionName=DEFINITION)] == ["INACTIVE", "INACTIVE"]
    assert _described(strict, jobDefinitionName=DEFINITION, status="ACTIVE") == []
    strict.register()
    (active,) = _described(strict, jobDefinitionName=DEFINITION, status="ACTIVE")
    assert active["revision"] == 3


def test_revisions_come_in_pages_newest_first(strict: Strict) -> None:
    for _ in range(3):
        strict.register()
    paginator = strict.batch.get_paginator("describe_job_definitions")
    pages = list(paginator.paginate(jobDefinitionName=DEFINITION, PaginationConfig={"PageSize": 2}))
    assert [[one["revision"] for one in page["jobDefinitions"]] for page in pages] == [[3, 2], [1]]


@pytest.mark.parametrize("named", [DEFINITION, f"{DEFINITION}:2", f"{DEFINITION}:9", "nobody"])
def test_what_is_not_active_cannot_be_submitted(strict: Strict, named: str) -> None:
    """By bare name the newest ACTIVE revision is taken; of an exact one nothing else."""
    strict.valid("encoder-v1")
    strict.queue("encoder-v1")
    strict.register()
    strict.register()
    for number in (1, 2):
        strict.batch.deregister_job_definition(jobDefinition=f"{DEFINITION}:{number}")
    assert "is not in ACTIVE status" in message(strict.submit, definition=named)


def test_a_bare_name_is_the_newest_active_revision(strict: Strict) -> None:
    strict.valid("encoder-v1")
    strict.queue("encoder-v1")
    for _ in range(3):
        strict.register(containerProperties=sized(2))
    strict.batch.deregister_job_definition(jobDefinition=f"{DEFINITION}:3")
    assert strict.job(strict.submit())["jobDefinition"].endswith(f"/{DEFINITION}:2")
