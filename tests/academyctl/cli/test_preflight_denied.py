"""A call that is denied, or that its endpoint lacks: the checks that need it cannot be made, all others are."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from academyctl.aws.concurrent import THREAD
from tests.support.healthy import Healthy, check, codes, healthy_world
from tests.support.proxy import Call, Dropped, Fault, Proxy, denied, lose, proxied, refuse
from tests.support.strict import Strict

ECR = "academy-video-worker"
FLEET = "ce.exists ce.invalid ce.disabled ce.max-vcpus ce.service-role ce.ami-drift ce.al2 ce.architecture queue."
CALLS = {
    ("batch:DescribeComputeEnvironments", ""): FLEET,
    ("batch:DescribeJobQueues", "academy-video-batch-queue"): FLEET,
    ("batch:DescribeJobDefinitions", "academy-video-batch-jobdef"): "jobdef.",
    ("ssm:GetParameters", "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended"): "ce.a",
    ("ssm:GetParameters", "/academy/api/env,/academy/workers/env"): "env. ssm.",
    ("ssm:DescribeParameters", ""): "ssm.size.",
    ("iam:GetRole", "academy-video-batch-job-role"): "iam.role.job iam.trust.job iam.policy.job",
    ("iam:GetRolePolicy", "academy-video-batch-job-role"): "iam.policy.job",
    ("iam:GetRole", "academy-batch-ecs-task-execution-role"): "iam.role.exec iam.trust.exec iam.policy.exec",
    ("iam:ListAttachedRolePolicies", "academy-batch-ecs-task-execution-role"): "iam.policy.execution",
    ("iam:GetRole", "academy-batch-ecs-instance-role"): "iam.role.instance iam.trust.instance iam.policy.instance",
    ("iam:ListAttachedRolePolicies", "academy-batch-ecs-instance-role"): "iam.policy.instance",
    ("iam:GetRole", "AWSServiceRoleForBatch"): "iam.role.service",
    ("iam:GetInstanceProfile", "academy-batch-ecs-instance-role"): "iam.instance-profile",
    ("ec2:DescribeImages", ""): "ce.a",
    ("sts:GetCallerIdentity", ""): "account.",
    ("ecr:BatchGetImage", ECR): "ecr.",
    ("logs:DescribeLogGroups", "/aws/batch/academy-video-worker"): "logs.",
    ("iam:GetRole", "academy-video-delete-r2-role"): "delete-r2.role",
    ("iam:GetRolePolicy", "academy-video-delete-r2-role"): "delete-r2.role",
    ("logs:DescribeLogGroups", "/aws/lambda/academy-video-delete-r2"): "delete-r2.logs",
    ("lambda:GetFunctionConfiguration", "academy-video-delete-r2"): "delete-r2.function",
    ("lambda:ListEventSourceMappings", ""): "delete-r2.mapping delete-r2.other",
    ("sqs:GetQueueUrl", "academy-video-delete-r2"): "delete-r2.queue",
    ("sqs:GetQueueUrl", "academy-video-delete-r2-dlq"): "delete-r2.dead delete-r2.given",
    ("sqs:GetQueueAttributes", "academy-video-delete-r2"): "delete-r2.queue",
    ("sqs:GetQueueAttributes", "academy-video-delete-r2-dlq"): "delete-r2.dead delete-r2.given",
    ("sqs:ListQueues", ""): "legacy.queues",
    ("cloudwatch:DescribeAlarms", ""): "legacy.alarms",
    ("autoscaling:DescribeAutoScalingGroups", ""): "legacy.auto",
}
"""(IAM action, what it is about) → how the ids of the checks begin that need it."""


@pytest.fixture(scope="module")
def site(_strict_server: Strict) -> Iterator[tuple[Healthy, Proxy]]:
    with proxied(_strict_server.url) as proxy, healthy_world(_strict_server, proxy.url) as world:
        yield world, proxy


@pytest.fixture
def world(site: tuple[Healthy, Proxy]) -> Healthy:
    return site[0]


@pytest.fixture
def proxy(site: tuple[Healthy, Proxy]) -> Proxy:
    site[1].clear()
    site[1].calls.clear()
    return site[1]


def test_no_call_is_made_twice_and_all_are_told(world: Healthy, proxy: Proxy) -> None:
    told = world.preflight().json["data"]["calls"]
    made = Counter((call.operation, _short(call)) for call in proxy.calls)
    assert set(made.values()) == {1}
    assert set(made) == {(action.partition(":")[2], name) for action, name in CALLS}
    assert told == {"total": len(CALLS), "actions": dict(sorted(Counter(action for action, _ in CALLS).items()))}


def _short(call: Call) -> str:
    """A queue's URL ends in its name."""
    return call.name.rpartition("/")[2] if call.name.startswith("http") else call.name


@pytest.mark.parametrize(("action", "name"), CALLS)
def test_what_may_not_be_read_cannot_be_checked_and_all_else_is(
    world: Healthy, proxy: Proxy, action: str, name: str
) -> None:
    operation = action.partition(":")[2]
    url = f"{world.strict.url}/{world.strict.stack.account}/{name}" if operation == "GetQueueAttributes" else name
    proxy.on(operation, Fault(forwarded=False, answer=denied(action)), name=url, nth=())
    result = world.preflight()
    states = {one["id"]: one["status"] for one in result.json["data"]["checks"]}
    blind = {check for check in states if check.startswith(tuple(CALLS[action, name].split()))}
    assert {check for check, state in states.items() if state == "denied"} == blind
    assert {state for check, state in states.items() if check not in blind} == {"ok"}
    assert (result.code, set(codes(result))) == (0, {"check.denied"})
    for found in result.json["findings"]:
        assert found["subject"] in blind
        assert f"not allowed to call {action}" in found["message"]
        assert found["hint"] == f"grant {action} to the caller"


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("BatchGetImage", refuse("NotImplemented", 501)),
        ("DescribeAlarms", refuse("InvalidAction", 400)),
        ("GetFunctionConfiguration", refuse("UnknownOperationException", 404)),
        ("DescribeJobDefinitions", refuse("404", 404, "<html>no such page</html>")),
    ],
)
def test_what_the_endpoint_lacks_cannot_be_checked_and_all_else_is(
    world: Healthy, proxy: Proxy, operation: str, fault: Fault
) -> None:
    proxy.on(operation, fault, nth=())
    result = world.preflight()
    assert (result.code, set(codes(result))) == (0, {"check.denied"})
    assert proxy.count(operation) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [(refuse("ServerException", 503), "aws.failed"), (lose(Dropped(), applied=False), "aws.unreachable")],
)
def test_what_fails_ends_in_exit_1_with_everything_that_is_known(
    world: Healthy, proxy: Proxy, fault: Fault, code: str
) -> None:
    proxy.on("DescribeJobQueues", fault, nth=())
    result = world.preflight()
    states = Counter(one["status"] for one in result.json["data"]["checks"])
    assert (result.code, result.json["status"], result.json["error"]["code"]) == (1, "failed", code)
    assert states["failed"] == sum(one["id"].startswith(("ce.", "queue.")) for one in result.json["data"]["checks"]) - 1
    assert states["ok"] + states["failed"] == states.total()


def test_bad_credentials_end_it_at_once(world: Healthy, proxy: Proxy) -> None:
    proxy.on("GetRole", refuse("InvalidClientTokenId", 403), nth=())
    result = world.preflight()
    assert (result.code, result.json["error"]["code"], result.json["findings"]) == (1, "aws.credentials", [])
    # What was under way ends by itself: not beside the next test.
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join()


def test_facts_that_nobody_needs_are_not_read(world: Healthy, proxy: Proxy) -> None:
    result = world.preflight("--only", "jobdef.*", "--only", "account.*", "--skip", "jobdef.r*")
    assert sorted(call.operation for call in proxy.calls) == ["DescribeJobDefinitions", "GetCallerIdentity"]
    assert result.json["data"]["counts"]["ok"] == len(result.json["data"]["checks"]) == 8


def test_what_fails_and_no_check_needs_is_no_failure(world: Healthy, proxy: Proxy) -> None:
    """The environments are read before the AMIs, and this check is of the wanted one only."""
    proxy.on("DescribeComputeEnvironments", refuse("ServerException", 503), nth=())
    result = world.preflight("--only", "ce.ami")
    assert (result.code, check(result, "ce.ami")["status"]) == (0, "ok")


@pytest.mark.parametrize("operation", ["DescribeJobQueues", "DescribeComputeEnvironments"])
def test_a_fleet_that_was_not_seen_is_not_drawn(world: Healthy, proxy: Proxy, operation: str) -> None:
    proxy.on(operation, Fault(forwarded=False, answer=denied(f"batch:{operation}")), nth=())
    assert "<h2>Fleet</h2>" not in world.run("preflight", "--format", "html", "--only", "[cq]*").out
