"""Which AWS call an HTTP request is, over each of the protocols that boto3 speaks. Knows nothing of what it does."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

READING = (
    "Describe",
    "List",
    "Get",
    "BatchGet",
    "BatchCheck",
    "Lookup",
    "Search",
    "Filter",
    "Simulate",
    "Head",
    "Query",
    "Scan",
    "Select",
    "Decode",
    "Test",
    "Validate",
    "Preview",
)
"""How the names of operations begin that change nothing. What is not known to read is taken for a write."""
READING_EXACTLY = frozenset(("AssumeRole", "Decrypt", "GenerateDataKey", "ReceiveMessage", "Ping", ""))
SCOPE = re.compile(r"Credential=[^/,\s]+/\d+/([^/,\s]+)/([^/,\s]+)/aws4_request")

OPERATIONS = (
    "CancelJob CreateComputeEnvironment CreateJobQueue CreateSchedulingPolicy DeleteComputeEnvironment DeleteJobQueue"
    " DeleteSchedulingPolicy DeregisterJobDefinition DescribeComputeEnvironments DescribeJobDefinitions"
    " DescribeJobQueues DescribeJobs DescribeSchedulingPolicies GetJobQueueSnapshot ListJobs ListSchedulingPolicies"
    " RegisterJobDefinition SubmitJob TerminateJob UpdateComputeEnvironment UpdateJobQueue UpdateSchedulingPolicy"
)
_BATCH = {name.lower(): name for name in OPERATIONS.split()}
_TAGS = {"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}
_LAMBDA = (
    (re.compile(r"/functions/?"), {"GET": "ListFunctions", "POST": "CreateFunction"}),
    (re.compile(r"/functions/[^/]+/invocations"), {"POST": "Invoke"}),
    (re.compile(r"/functions/[^/]+/code"), {"PUT": "UpdateFunctionCode"}),
    (
        re.compile(r"/functions/[^/]+/configuration"),
        {"GET": "GetFunctionConfiguration", "PUT": "UpdateFunctionConfiguration"},
    ),
    (re.compile(r"/functions/[^/]+"), {"GET": "GetFunction", "DELETE": "DeleteFunction"}),
    (re.compile(r"/event-source-mappings/?"), {"GET": "ListEventSourceMappings", "POST": "CreateEventSourceMapping"}),
    (
        re.compile(r"/event-source-mappings/[^/]+"),
        {"GET": "GetEventSourceMapping", "PUT": "UpdateEventSourceMapping", "DELETE": "DeleteEventSourceMapping"},
    ),
)
"""Lambda's paths, without their date."""
_NAMES = (
    "computeEnvironmentName",
    "computeEnvironment",
    "jobQueueName",
    "jobQueue",
    "jobDefinitionName",
    "jobDefinition",
    "jobName",
    "jobId",
    "Name",
    "RoleName",
    "InstanceProfileName",
    "cluster",
    "QueueName",
    "QueueUrl",
    "logGroupName",
    "logGroupNamePrefix",
    "repositoryName",
    "FunctionName",
    "AutoScalingGroupName",
    "PolicyName",
)
"""The parameters that name what a call is about; the first that is given counts."""
_SEVERAL = ("Names", "computeEnvironments", "jobQueues", "jobDefinitions", "jobs", "clusters", "AlarmNames")


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """`name`: what it is about, as far as its parameters tell. `service` is the name in the signature, lower case."""

    service: str
    region: str
    operation: str
    name: str

    @property
    def is_mutating(self) -> bool:
        return is_mutating(self.operation)


def is_mutating(operation: str) -> bool:
    return operation not in READING_EXACTLY and not operation.startswith(READING)


def api_call(method: str, path: str, headers: Mapping[str, str], body: bytes) -> ApiCall:
    """`headers` in any spelling. An operation that cannot be told is the method and the path, and so a write."""
    told = {name.lower(): value for name, value in headers.items()}
    scope = SCOPE.search(told.get("authorization", ""))
    region, service = (scope[1], scope[2].lower()) if scope else ("", "")
    operation, name = _named(method, path, told, body)
    return ApiCall(service=service, region=region, operation=operation, name=name)


def _named(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    if target := headers.get("x-amz-target", ""):
        return target.rpartition(".")[2], _subject(_json(body))
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded") or body.startswith(b"Action="):
        query = {key: values[0] for key, values in parse_qs(body.decode(errors="replace")).items()}
        return query.get("Action", ""), _subject(query)
    return _rest(method, unquote(path.partition("?")[0]), body)


def _rest(method: str, path: str, body: bytes) -> tuple[str, str]:
    if path.startswith("/v1/tags/"):
        arn = path.removeprefix("/v1/tags/")
        return _TAGS.get(method, f"{method} {path}"), arn.partition("/")[2] or arn
    if path.startswith("/v1/"):
        return _BATCH.get(path.removeprefix("/v1/").rstrip("/"), f"{method} {path}"), _subject(_json(body))
    rest = re.sub(r"^/\d{4}-\d\d-\d\d", "", path)
    for pattern, methods in _LAMBDA:
        if pattern.fullmatch(rest):
            return methods.get(method, f"{method} {path}"), rest.split("/")[2] if rest.count("/") > 1 else ""
    return f"{'Get' if method in ('GET', 'HEAD') else method} {path}", ""


def _json(body: bytes) -> dict[str, Any]:
    try:
        loaded = json.loads(body or b"{}")
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _subject(params: Mapping[str, Any]) -> str:
    """A name, or the last part of an ARN; several are joined by commas."""
    one = next((params[key] for key in _NAMES if isinstance(params.get(key), str)), None)
    several = [one] if one else next((params[key] for key in _SEVERAL if isinstance(params.get(key), list)), [])
    return ",".join(_short(str(name)) for name in several)


def _short(name: str) -> str:
    return name.partition("/")[2] if name.startswith("arn:") else name
