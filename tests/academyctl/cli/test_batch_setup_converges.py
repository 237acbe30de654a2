"""`batch setup` on an account where one piece is missing, broken or somebody else's: all is as declared again."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli, clean_env
from tests.support.proxy import Fault, Proxy, proxied
from tests.support.setup_site import CE, SetupSite, make_bare, states
from tests.support.strict import DEFINITION, QUEUE, Strict, order

JOB, EXECUTION, INSTANCE = (
    "academy-video-batch-job-role",
    "academy-batch-ecs-task-execution-role",
    "academy-batch-ecs-instance-role",
)
LOGS = "/aws/batch/academy-video-worker"


@pytest.fixture(scope="module")
def built(_strict_server: Strict, tmp_path_factory: pytest.TempPathFactory) -> SetupSite:
    """An account that a setup made. Each test breaks something of it, and has it whole again."""
    make_bare(_strict_server)
    cwd = tmp_path_factory.mktemp("built")
    site = SetupSite(Cli(cwd=cwd, env=_env(cwd)), _strict_server)
    assert site.setup().code == 0
    return site


def _env(cwd: Path) -> dict[str, str]:
    (cwd / "home").mkdir()
    return clean_env(cwd / "home")


def detach(site: SetupSite) -> None:
    iam = site.strict.client("iam")
    for policy in iam.list_attached_role_policies(RoleName=EXECUTION)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=EXECUTION, PolicyArn=policy["PolicyArn"])


def delete_role(site: SetupSite) -> None:
    detach(site)
    site.strict.client("iam").delete_role(RoleName=EXECUTION)


def drop_policy(site: SetupSite) -> None:
    site.strict.client("iam").delete_role_policy(RoleName=JOB, PolicyName="academyctl-env")


def widen_policy(site: SetupSite) -> None:
    everything = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": everything})
    site.strict.client("iam").put_role_policy(RoleName=JOB, PolicyName="academyctl-env", PolicyDocument=document)


def empty_profile(site: SetupSite) -> None:
    iam = site.strict.client("iam")
    iam.remove_role_from_instance_profile(InstanceProfileName=INSTANCE, RoleName=INSTANCE)


def delete_profile(site: SetupSite) -> None:
    empty_profile(site)
    site.strict.client("iam").delete_instance_profile(InstanceProfileName=INSTANCE)


def delete_logs(site: SetupSite) -> None:
    site.strict.client("logs").delete_log_group(logGroupName=LOGS)


def forget_retention(site: SetupSite) -> None:
    site.strict.client("logs").delete_retention_policy(logGroupName=LOGS)


def disable_environment(site: SetupSite) -> None:
    site.strict.batch.update_compute_environment(computeEnvironment=CE, state="DISABLED")
    site.strict.control.advance(1)


def shrink_environment(site: SetupSite) -> None:
    site.strict.batch.update_compute_environment(computeEnvironment=CE, computeResources={"maxvCpus": 8})
    site.strict.control.advance(1)


def invalidate_environment(site: SetupSite) -> None:
    """Batch looks at it while its instance profile is gone."""
    delete_profile(site)
    site.strict.batch.update_compute_environment(computeEnvironment=CE, state="ENABLED")
    site.strict.control.advance(1)
    assert site.strict.environment(CE)["status"] == "INVALID"


def disable_queue(site: SetupSite) -> None:
    site.strict.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED", priority=9)
    site.strict.control.advance(1)


def delete_queue(site: SetupSite) -> None:
    disable_queue(site)
    site.strict.batch.delete_job_queue(jobQueue=QUEUE)
    site.strict.control.advance(1)


def delete_environment(site: SetupSite) -> None:
    delete_queue(site)
    disable_environment(site)
    site.strict.batch.delete_compute_environment(computeEnvironment=CE)


def without_definitions(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name != "definitions"}


@pytest.mark.parametrize(
    ("break_it", "changed"),
    [
        (delete_role, [f"iam.role {EXECUTION}"]),
        (detach, [f"iam.role {EXECUTION}"]),
        (drop_policy, [f"iam.role {JOB}"]),
        (widen_policy, [f"iam.role {JOB}"]),
        (empty_profile, [f"iam.instance-profile {INSTANCE}"]),
        (delete_profile, [f"iam.instance-profile {INSTANCE}"]),
        (delete_logs, [f"logs.group {LOGS}"]),
        (forget_retention, [f"logs.group {LOGS}"]),
        (disable_environment, [f"batch.compute-environment {CE}"]),
        (shrink_environment, [f"batch.compute-environment {CE}"]),
        (invalidate_environment, [f"iam.instance-profile {INSTANCE}", f"batch.compute-environment {CE}"]),
        (disable_queue, [f"batch.job-queue {QUEUE}"]),
        (delete_queue, [f"batch.job-queue {QUEUE}"]),
        (delete_environment, [f"batch.compute-environment {CE}", f"batch.job-queue {QUEUE}"]),
    ],
)
def test_one_broken_piece_is_made_whole(
    built: SetupSite, break_it: Callable[[SetupSite], None], changed: list[str]
) -> None:
    whole = built.state()
    break_it(built)
    assert built.state_or_none() != whole
    result = built.setup()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    actions = {f"{one['kind']} {one['target']}": one["action"] for one in result.json["changes"]}
    assert [name for name, action in actions.items() if action != "none"] == changed
    assert {states(result)[name] for name in changed} == {"done"}
    assert built.state() == whole


def test_a_definition_that_differs_gets_one_new_revision(built: SetupSite) -> None:
    before = built.state()
    built.strict.register(retryStrategy={"attempts": 3})
    assert built.setup().code == 0
    found = built.strict.batch.describe_job_definitions(jobDefinitionName=DEFINITION, status="ACTIVE")
    newest = max(found["jobDefinitions"], key=lambda one: one["revision"])
    assert newest["retryStrategy"]["attempts"] == 1
    assert without_definitions(built.state()) == without_definitions(before)


def test_what_somebody_added_is_kept(built: SetupSite) -> None:
    iam = built.strict.client("iam")
    theirs = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": theirs})
    iam.update_assume_role_policy(RoleName=JOB, PolicyDocument=trust)
    iam.attach_role_policy(RoleName=JOB, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    built.strict.client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=400)
    assert built.setup().code == 0
    role = built.state()["roles"][JOB]
    services = [one["Principal"]["Service"] for one in role["trust"]["Statement"]]
    assert services == ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]
    assert role["attached"] == ["AmazonS3ReadOnlyAccess"]
    assert built.state()["logs"][LOGS] == 400
    iam.detach_role_policy(RoleName=JOB, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")


def test_a_trust_that_was_changed_since_the_plan_is_a_conflict(built: SetupSite) -> None:
    iam = built.strict.client("iam")
    whole = iam.get_role(RoleName=EXECUTION)["Role"]["AssumeRolePolicyDocument"]

    def trust(service: str) -> None:
        iam.update_assume_role_policy(
            RoleName=EXECUTION, PolicyDocument=json.dumps(whole).replace("ecs-tasks.amazonaws.com", service)
        )

    trust("ec2.amazonaws.com")
    with proxied(built.strict.url) as proxy:
        proxy.on("GetRole", Fault(before=lambda: trust("lambda.amazonaws.com")), name=EXECUTION, nth=2)
        result = through(built, proxy).setup()
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    stands = iam.get_role(RoleName=EXECUTION)["Role"]["AssumeRolePolicyDocument"]
    assert stands["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
    trust("ecs-tasks.amazonaws.com")


def through(site: SetupSite, proxy: Proxy) -> SetupSite:
    """The same, behind a proxy."""
    return SetupSite(Cli(cwd=site.cli.cwd, env=dict(site.cli.env)), site.strict, proxy)


def stand_by(site: SetupSite, name: str) -> None:
    """A VALID environment like the stack's own."""
    if not site.strict.environment(name):
        site.strict.valid(name, resources=site.strict.environment(CE)["computeResources"])


@pytest.fixture
def foreign(built: SetupSite) -> Iterator[SetupSite]:
    """The queue names an environment of somebody else, and none of the stack."""
    stand_by(built, "theirs")
    built.strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order("theirs"))
    built.strict.control.advance(1)
    yield built
    built.strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(CE))
    built.strict.control.advance(1)


def names(site: SetupSite) -> list[str]:
    found = site.strict.job_queue()["computeEnvironmentOrder"]
    return [one["computeEnvironment"].rpartition("/")[2] for one in sorted(found, key=lambda one: one["order"])]


def test_a_foreign_environment_stays_in_the_queue_and_the_stacks_serves(foreign: SetupSite) -> None:
    result = foreign.setup()
    assert (result.code, result.json["findings"]) == (0, []), result
    assert names(foreign) == [CE, "theirs"]


def test_an_order_that_was_changed_since_the_plan_is_a_conflict(foreign: SetupSite) -> None:
    stand_by(foreign, "new")

    def change() -> None:
        foreign.strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order("new", "theirs"))
        foreign.strict.control.advance(1)

    with proxied(foreign.strict.url) as proxy:
        proxy.on("DescribeJobQueues", Fault(before=change), name=QUEUE)
        result = through(foreign, proxy).setup()
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    assert names(foreign) == ["new", "theirs"]
