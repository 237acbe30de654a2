"""`iam policy`, as it is used: a document on stdout, ready for AWS, and nothing asked of AWS."""

import json
from typing import Any

from academyctl.model.rights import MANAGED_MAX, Purpose
from tests.support.cli import Cli

NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "ACADEMYCTL_STACK": "sandbox"}


def actions(document: dict[str, Any]) -> set[str]:
    return {action for one in document["Statement"] for action in one["Action"]}


def test_the_document_is_stdout_and_needs_no_aws(cli: Cli) -> None:
    result = cli.run("iam", "policy", "--for", "api", env=NOWHERE)
    assert (result.code, result.err) == (0, "")
    document = json.loads(result.out)
    assert document["Version"] == "2012-10-17"
    assert actions(document) == {
        "batch:DescribeJobs",
        "batch:ListJobs",
        "batch:SubmitJob",
        "batch:TagResource",
        "batch:TerminateJob",
        "sqs:GetQueueUrl",
        "sqs:SendMessage",
    }
    assert "123456789012:job-queue/academy-video-batch-queue" in result.out


def test_several_purposes_are_merged_into_one_document(cli: Cli) -> None:
    told = cli.run(
        *("iam", "policy", "--for", "preflight", "--for", "ssm-read", "--for", "preflight", "-o", "json"),
        *("--region", "eu-west-1"),
        env=NOWHERE,
    ).json
    data = told["data"]
    assert (told["status"], data["purposes"], data["max_size"]) == ("ok", ["preflight", "ssm-read"], MANAGED_MAX)
    assert {"ssm:GetParameterHistory", "ecr:BatchGetImage"} <= actions(data["policy"])
    assert "ap-northeast-2:123456789012:parameter" not in json.dumps(data["policy"])
    assert data["size"] == len("".join(json.dumps(data["policy"]).split())) <= MANAGED_MAX


def test_a_document_that_is_too_long_for_a_managed_policy_says_so(cli: Cli) -> None:
    every = [word for purpose in Purpose for word in ("--for", purpose)]
    result = cli.run("iam", "policy", *every, env=NOWHERE)
    size = len("".join(result.out.split()))
    assert (result.code, size > MANAGED_MAX) == (0, True)
    assert f"{size} characters" in result.err
    assert "managed policy takes 6144" in result.err


def test_a_purpose_must_be_named_and_known(cli: Cli) -> None:
    assert cli.run("iam", "policy", env=NOWHERE).code == 2
    unknown = cli.run("iam", "policy", "--for", "everything", env=NOWHERE)
    assert (unknown.code, unknown.out) == (2, "")
    assert "preflight" in unknown.err
