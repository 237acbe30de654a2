"""Naming a request, held to what botocore really sends: every operation of the services in use is made and named."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from academyctl.sandbox.calls import OPERATIONS, ApiCall, api_call, is_mutating
from academyctl.sandbox.seed import open_clients

URL = "http://127.0.0.1:9"
CLIENTS = open_clients(URL, "ap-northeast-2")
ARN = "arn:aws:batch:ap-northeast-2:123456789012:job-queue/q"


class Sent(Exception):
    """Carries the request that botocore made, in place of sending it."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        super().__init__()
        self.request = request


def _catch(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    raise Sent(request)


def named(service: str, operation: str, params: Mapping[str, Any]) -> ApiCall:
    """What the request of this call is taken for."""
    client = _client(service)
    with pytest.raises(Sent) as sent:
        client._make_api_call(operation, dict(params))
    request = sent.value.request
    headers = {name: _text(value) for name, value in request.headers.items()}
    body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
    return api_call(request.method, request.url.removeprefix(URL), headers, body)


@cache
def _client(service: str) -> Any:
    client = CLIENTS(service)
    client.meta.events.register(f"before-send.{client.meta.service_model.service_id.hyphenize()}.*", _catch)
    return client


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize(
    ("service", "operation", "params", "name", "mutates"),
    [
        ("batch", "CreateComputeEnvironment", {"computeEnvironmentName": "n", "type": "MANAGED"}, "n", True),
        ("batch", "DescribeComputeEnvironments", {"computeEnvironments": ["a", "b"]}, "a,b", False),
        ("batch", "DescribeComputeEnvironments", {}, "", False),
        ("batch", "UpdateJobQueue", {"jobQueue": ARN}, "q", True),
        ("batch", "ListJobs", {"jobQueue": "q"}, "q", False),
        ("batch", "TerminateJob", {"jobId": "1", "reason": "r"}, "1", True),
        ("batch", "TagResource", {"resourceArn": ARN, "tags": {"a": "b"}}, "q", True),
        ("batch", "UntagResource", {"resourceArn": ARN, "tagKeys": ["a"]}, "q", True),
        ("batch", "ListTagsForResource", {"resourceArn": ARN}, "q", False),
        ("ssm", "PutParameter", {"Name": "/a", "Value": "b"}, "/a", True),
        ("ssm", "GetParameters", {"Names": ["/a", "/b"]}, "/a,/b", False),
        ("ecs", "DescribeClusters", {"clusters": ["c"]}, "c", False),
        ("ecs", "ListTasks", {"cluster": "arn:aws:ecs:r:1:cluster/c"}, "c", False),
        ("logs", "GetLogEvents", {"logGroupName": "g", "logStreamName": "s"}, "g", False),
        ("iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": "{}"}, "r", True),
        ("iam", "AttachRolePolicy", {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/p"}, "r", True),
        ("ec2", "DescribeImages", {}, "", False),
        ("ec2", "RunInstances", {"MinCount": 1, "MaxCount": 1}, "", True),
        ("sts", "GetCallerIdentity", {}, "", False),
        ("sqs", "DeleteQueue", {"QueueUrl": "u"}, "u", True),
        ("autoscaling", "DeleteAutoScalingGroup", {"AutoScalingGroupName": "a"}, "a", True),
        ("autoscaling", "DescribePolicies", {}, "", False),
        ("lambda", "CreateEventSourceMapping", {"FunctionName": "f"}, "", True),
        ("lambda", "GetFunction", {"FunctionName": "f"}, "f", False),
        ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f"}, "f", True),
        ("lambda", "Invoke", {"FunctionName": "f"}, "f", True),
        ("lambda", "ListEventSourceMappings", {}, "", False),
    ],
)
def test_a_call_is_named(service: str, operation: str, params: dict[str, Any], name: str, mutates: bool) -> None:
    call = named(service, operation, params)
    assert (call.service, call.region, call.operation) == (service, "ap-northeast-2", operation) or service in GLOBAL
    assert (call.operation, call.name, call.is_mutating) == (operation, name, mutates)


GLOBAL = ("iam",)
"""Signed for another region."""


def test_the_paths_of_batch_are_botocores() -> None:
    operations = CLIENTS("batch").meta.service_model
    paths = {operations.operation_model(name).http["requestUri"]: name for name in operations.operation_names}
    assert {paths.get(f"/v1/{name.lower()}") for name in OPERATIONS.split()} == set(OPERATIONS.split())


@pytest.mark.parametrize(
    "operation",
    [
        "RegisterJobDefinition",
        "DeregisterJobDefinition",
        "SubmitJob",
        "CancelJob",
        "TerminateJob",
        "TagResource",
        "UntagResource",
        "PassRole",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "RunInstances",
        "StartTask",
        "StopTask",
        "SetQueueAttributes",
        "SendMessage",
        "PurgeQueue",
        "LabelParameterVersion",
        "AddTagsToResource",
        "AssociateRouteTable",
        "AuthorizeSecurityGroupIngress",
        "EnableAlarmActions",
        "ImportImage",
        "ModifyVpc",
        "RebootInstances",
        "ResetImageAttribute",
        "CopyImage",
    ],
)
def test_what_does_not_plainly_read_is_a_write(operation: str) -> None:
    assert is_mutating(operation)


def test_what_cannot_be_told_is_a_write() -> None:
    assert api_call("POST", "/v1/launchrockets", {}, b"not json").is_mutating
    assert api_call("DELETE", "/anything", {}, b"").is_mutating
