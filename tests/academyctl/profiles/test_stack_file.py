"""A stack file's fields, and what must hold between them and the role files."""

import pytest

from academyctl.model.stack import ComputeEnvironment, Iam, JobDefinition, JobQueue, Network, Stack
from academyctl.profiles.load import load_stack
from tests.academyctl.profiles.folder import STACK, Profiles


def test_every_field_reaches_the_model_and_what_is_left_out_has_a_default(profiles: Profiles) -> None:
    assert load_stack(profiles.path, "production") == Stack(
        name="production",
        account="123456789012",
        region="ap-northeast-2",
        kms_key="alias/aws/ssm",
        parameters=(("api", "/academy/api/env"),),
        network=Network(),
        job_queue=JobQueue(name="queue", priority=1),
        compute_environment=ComputeEnvironment(
            name="ce-v1",
            max_vcpus=32,
            min_vcpus=0,
            instance_types=("c7g.xlarge",),
            allocation_strategy="BEST_FIT_PROGRESSIVE",
            ami="/aws/ami",
            max_ami_age_days=60,
        ),
        job_definition=JobDefinition(
            name="jobdef",
            image="image",
            vcpus=4,
            memory_mib=7168,
            attempts=1,
            timeout_seconds=14400,
            log_group="/logs",
        ),
        iam=Iam(job_role="job", execution_role="execution", instance_role="instance"),
        delete_r2_queue="queue",
        delete_r2_function="function",
    )


def test_the_optional_parts_reach_the_model(profiles: Profiles) -> None:
    more = "network: {vpc: vpc-1, subnets: [s-1], security_groups: [g-1]}\necr: {images: [i:1]}\n"
    legacy = "legacy: {auto_scaling_groups: [a-*], alarms: [b-*], queues: [c]}\n"
    profiles.write("stacks/production.yaml", STACK + more + legacy)
    stack = load_stack(profiles.path, "production")
    assert stack.network == Network(vpc="vpc-1", subnets=("s-1",), security_groups=("g-1",))
    assert (stack.ecr_images, stack.legacy_queues) == (("i:1",), ("c",))
    assert (stack.legacy_auto_scaling_groups, stack.legacy_alarms) == (("a-*",), ("b-*",))


CE = "batch.compute_environment"
WHOLE = "must be a whole number from 1 to 10000"
PARAMETERS = "ssm: {parameters: {api: /academy/api/env}}\n"


def parameters(api: str, ai: str) -> str:
    return f"ssm:\n  parameters:\n    api: {api}\n    ai: {ai}\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "message"),
    [
        ("stack: production", "stack: prod", 1, "stack", "must be production, the name of its file"),
        ('"123456789012"', "12345678901", 2, "account", "must be the 12 digits of an AWS account, quoted"),
        ('"123456789012"', "123_456_789_012", 2, "account", "must be the 12 digits of an AWS account, quoted"),
        ("ap-northeast-2", "seoul", 3, "region", "must be an AWS region name"),
        ("region: ap-northeast-2\n", "", 1, "region", "is missing"),
        ("max_vcpus: 32", "max_vcpus: 1_000", 9, f"{CE}.max_vcpus", WHOLE),
        ("max_vcpus: 32", "max_vcpus: 032", 9, f"{CE}.max_vcpus", WHOLE),
        ("max_vcpus: 32", "max_vcpus: 3.2", 9, f"{CE}.max_vcpus", WHOLE),
        ("max_vcpus: 32", f"max_vcpus: {'9' * 5000}", 9, f"{CE}.max_vcpus", WHOLE),
        ("max_vcpus: 32", "max_vcpus: []", 9, f"{CE}.max_vcpus", WHOLE),
        ("    max_vcpus: 32\n", "", 7, f"{CE}.max_vcpus", "is missing"),
        ("[c7g.xlarge]", "[]", 10, f"{CE}.instance_types", "must name at least 1"),
        ("[c7g.xlarge]", '[c7g.xlarge, ""]', 10, f"{CE}.instance_types[1]", "must not be empty"),
        ("name: queue}", "name: a queue}", 6, "batch.job_queue.name", "must be 1 to 128 letters, digits, - or _"),
        ("queue: queue, f", "queue: x.fifo, f", 16, "delete_r2.queue", "must be 1 to 76 letters, digits, - or _"),
        ("queue: queue, f", f"queue: {'q' * 77}, f", 16, "delete_r2.queue", "must be 1 to 76 letters"),
        ("function: function", 'function: "*"', 16, "delete_r2.function", "must be 1 to 64 letters, digits, - or _"),
        ("/logs", '"/logs:*"', 14, "batch.job_definition.log_group", "must be the name of a CloudWatch log group"),
        ("job_role: job", 'job_role: "*"', 15, "iam.job_role", "must be the name of an IAM role, or its ARN"),
        ("  job_queue: {name: queue}\n", "", 5, "batch.job_queue", "is missing"),
        ("delete_r2:", "delete_r3:", 16, "delete_r3", "is unknown here; did you mean delete_r2?"),
        ("{api: /academy/api/env}", "{api: academy}", 4, "ssm.parameters.api", "must be an SSM parameter name"),
        ("max_vcpus: 32", "max_vcpus: 32\n    min_vcpus: 33", 10, f"{CE}.min_vcpus", "is more than max_vcpus, 32"),
        (PARAMETERS, parameters("/a", "/b"), 7, "ssm.parameters.ai", "has no file in roles/; known: api"),
        (
            PARAMETERS,
            parameters("/a", "/a"),
            7,
            "ssm.parameters.ai",
            "is the parameter of api too; each role has its own",
        ),
    ],
)
def test_a_fault_has_the_line_and_path_of_its_key(
    old: str, new: str, line: int, path: str, message: str, profiles: Profiles
) -> None:
    assert old in STACK
    found = [fault for fault in profiles.stack_faults(STACK.replace(old, new)) if fault[1] == path]
    assert [fault[0] for fault in found] == [line]
    assert found[0][2].startswith(message)


def test_a_role_without_a_parameter_is_no_fault(profiles: Profiles) -> None:
    assert profiles.stack_faults(STACK.replace("{api: /academy/api/env}", "{}")) == []
