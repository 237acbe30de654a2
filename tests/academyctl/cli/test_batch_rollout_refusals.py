"""What speaks against a rollout is found before anything is created: the reason, the remedy, and not one write."""

import json

import pytest

from academyctl.sandbox.batch_images import AL2023_X86, images_named
from tests.support.beside import Stories, Story, Telling
from tests.support.breaks_batch import AL2_ARM
from tests.support.ends import BLUE, CANARY_DEFINITION, CANARY_QUEUE
from tests.support.proxy import Fault, denied
from tests.support.rollouts import World
from tests.support.strict import DEFINITION, QUEUE, STEM

stories = Stories()
PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended"
PARAMETERS = {
    "/ami/malformed": "{not json",
    "/ami/without-id": json.dumps({"os": "Amazon Linux 2023"}),
    "/ami/deregistered": json.dumps({"image_id": "ami-0123456789abcdef0"}),
}


def refused(world: World, *words: str, code: int = 4, finding: str = "") -> str:
    """Not one write; the message and the hint, in one text."""
    result = world.rollout(*words)
    assert result.code == code, result
    world.assert_untouched()
    if finding:
        assert finding in result.codes("error"), result
        return " ".join(f"{one['subject']} {one['message']} {one['hint']}" for one in result.json["findings"])
    return f"{result.json['error']['message']} {result.json['error']['hint']}"


# The AMI


@stories.each("parameter", [*PARAMETERS, "/ami/absent"])
def a_parameter_that_names_no_image(world: World, parameter: str) -> None:
    if parameter in PARAMETERS:
        world.strict.client("ssm").put_parameter(
            Name=parameter, Value=PARAMETERS[parameter], Type="String", Overwrite=True
        )
    world.declare((f"ami: {PARAMETER}", f"ami: {parameter}"))
    world.stand()
    said = refused(world, finding="ce.ami")
    assert parameter in said or "ami-0123456789abcdef0" in said


def blamed(world: World, ami: str) -> list[str]:
    """What is said of an AMI that the command line names: its parameter is not at fault."""
    result = world.rollout("--ami", ami)
    assert result.code == 4, result
    world.assert_untouched()
    found = [one for one in result.json["findings"] if one["subject"] == ami]
    hint = f"leave --ami out, or name an arm64 AMI of Amazon Linux 2023 in {world.stack.region}"
    assert {one["hint"] for one in found} == {hint}, result
    assert PARAMETER not in result.out
    return [one["message"] for one in found]


@stories
def an_x86_image(world: World) -> None:
    world.stand()
    (ami, *_) = images_named(world.stack.account, world.stack.region, AL2023_X86)
    assert blamed(world, ami) == ["--ami names an AMI of x86_64", "is x86_64, not arm64"]


@stories
def an_image_of_amazon_linux_2(world: World) -> None:
    world.stand()
    (ami, *_) = images_named(world.stack.account, world.stack.region, AL2_ARM)
    assert blamed(world, ami) == ["is Amazon Linux 2: Batch creates no environment on it any more"]


@stories
def an_image_that_is_gone(world: World) -> None:
    world.stand()
    ami = "ami-0123456789abcdef0"
    assert blamed(world, ami) == [f"--ami names {ami}, which EC2 does not know"]


@stories.each("ami", ["newest", "ami-", "ami-xyz", "AMI-0123456789abcdef0", ""])
def what_is_no_image_id(world: World, ami: str) -> None:
    world.stand()
    said = refused(world, f"--ami={ami}", code=2)
    assert "ami-0123456789abcdef0" in said
    assert said.endswith(": academyctl batch ce-rollout")


@stories.each("types", ["c5.xlarge", "c7g.giant"])
def instance_types_of_another_architecture_or_of_none(world: World, types: str) -> None:
    world.declare(("instance_types: [c6g.xlarge, c6g.2xlarge, c7g.xlarge, c7g.2xlarge]", f"instance_types: [{types}]"))
    world.stand()
    result = world.rollout()
    assert result.code in (2, 4), result
    assert types in result.out
    world.assert_untouched()


# The queue and blue


@stories
def a_queue_that_is_absent(world: World) -> None:
    world.valid(BLUE)
    world.begin()
    assert "batch setup" in refused(world, finding="queue.absent")


@stories
def a_queue_that_is_disabled(world: World) -> None:
    world.stand()
    world.strict.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    world.let_go()
    world.begin()
    assert "DISABLED" in refused(world, finding="queue.disabled")


@stories
def no_environment_of_the_stem(world: World) -> None:
    world.stand("gpu", blue="gpu")
    assert "batch setup" in refused(world, finding="ce.absent")


@stories
def nothing_at_all(world: World) -> None:
    world.begin()
    assert "batch setup" in refused(world, finding="queue.absent")


@stories
def an_environment_that_the_queue_does_not_name(world: World) -> None:
    world.valid(BLUE)
    world.stand("gpu", blue="gpu")
    assert BLUE in refused(world, finding="queue.order")


# The job definition


@stories
def no_job_definition(world: World) -> None:
    world.stand()
    world.strict.batch.deregister_job_definition(jobDefinition=f"{DEFINITION}:1")
    world.begin()
    assert "jobdef-register" in refused(world, finding="jobdef.absent")


@stories.each("attempts", [2, 10])
def a_job_definition_that_would_encode_twice(world: World, attempts: int) -> None:
    world.stand(definition={"retryStrategy": {"attempts": attempts}})
    assert "jobdef-register" in refused(world, finding="jobdef.attempts")


@stories
def another_deviation_of_the_job_definition_is_shown_and_does_not_refuse(world: World) -> None:
    world.stand(definition={"timeout": {"attemptDurationSeconds": 60}})
    result = world.rollout()
    assert (result.code, result.codes("warning"), result.codes("error")) == (0, ["jobdef.timeout"], [])
    world.assert_done()


# Room


@stories
def a_region_that_is_full(world: World) -> None:
    for number in range(49):
        world.strict.create(f"other-{number}")
    world.let_go()
    world.stand()
    assert "ce-prune" in refused(world, finding="ce.quota")


@stories
def a_region_that_is_full_of_queues(world: World) -> None:
    """The canary needs one."""
    world.valid("gpu")
    for number in range(49):
        world.strict.queue("gpu", name=f"other-{number}")
    world.stand()
    assert "--no-canary" in refused(world, finding="queue.quota")


@stories
def a_canary_queue_of_somebody_else(world: World) -> None:
    world.stand()
    world.queue(BLUE, name=CANARY_QUEUE)
    world.begin()
    assert CANARY_QUEUE in refused(world, code=6)


@stories
def a_canary_definition_of_somebody_else(world: World) -> None:
    world.stand()
    world.strict.register(CANARY_DEFINITION)
    world.begin()
    assert CANARY_DEFINITION in refused(world, code=6)


# Who asks


@stories
def another_account(world: World) -> None:
    world.declare(('account: "123456789012"', 'account: "210987654321"'))
    world.stand()
    said = refused(world, finding="account.mismatch")
    assert "123456789012" in said
    assert "210987654321" in said


READS = {
    "DescribeComputeEnvironments": "batch:DescribeComputeEnvironments",
    "DescribeJobQueues": "batch:DescribeJobQueues",
    "DescribeJobDefinitions": "batch:DescribeJobDefinitions",
    "GetParameters": "ssm:GetParameters",
    "DescribeImages": "ec2:DescribeImages",
    "DescribeInstanceTypes": "ec2:DescribeInstanceTypes",
}


@stories.each("operation", READS)
def a_read_that_is_denied_names_its_action(world: World, operation: str) -> None:
    world.stand()
    world.proxy.on(operation, Fault(forwarded=False, answer=denied(READS[operation])), nth=())
    assert READS[operation] in refused(world, code=1)


@stories
def a_create_that_is_denied_names_its_action(world: World) -> None:
    world.stand()
    world.proxy.on(
        "CreateComputeEnvironment", Fault(forwarded=False, answer=denied("batch:CreateComputeEnvironment")), nth=()
    )
    assert "batch:CreateComputeEnvironment" in refused(world, code=1)


@stories.each("option", ["--soak=-1", "--poll=0", "--stable-reads=0", "--valid-timeout=soon", "--keep=1"])
def an_option_that_makes_no_sense(world: World, option: str) -> None:
    world.stand()
    result = world.rollout(option)
    assert (result.code, result.json["status"]) == (2, "failed"), result
    world.assert_untouched()


@stories
def a_plan_that_is_refused_is_refused_when_it_is_only_shown(world: World) -> None:
    world.stand("gpu", BLUE, f"{STEM}-spot")
    for mode in ("--dry-run", "--check"):
        result = world.run("ce-rollout", mode, yes=False)
        assert (result.code, result.codes("error")) == (4, ["queue.slots"])
    world.assert_untouched()


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_refused(story: Story, telling: Telling) -> None:
    telling.end(story)
