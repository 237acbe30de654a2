"""The fault proxy speaks each protocol: what it refuses is read as the service's own error, what it passes works."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from academyctl.sandbox.seed import open_clients
from tests.support.proxy import Dropped, Proxy, lose, proxied, refuse
from tests.support.strict import QUEUE, Strict, order

NAME = "encoder-v1"


@pytest.fixture
def proxy(strict: Strict) -> Iterator[Proxy]:
    strict.valid(NAME, "encoder-v2")
    strict.queue(NAME)
    with proxied(strict.url) as proxy:
        yield proxy


def client(proxy: Proxy, service: str) -> Any:
    return open_clients(proxy.url, "ap-northeast-2")(service)


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        ("batch", "describe_job_queues", {}, "ClientException"),
        ("ecs", "list_clusters", {}, "AccessDeniedException"),
        ("ec2", "describe_images", {}, "UnauthorizedOperation"),
        ("iam", "get_role", {"RoleName": "r"}, "AccessDenied"),
        ("autoscaling", "describe_policies", {}, "AccessDenied"),
    ],
)
def test_a_refusal_is_read_as_the_services_own(
    proxy: Proxy, service: str, operation: str, params: dict[str, Any], code: str
) -> None:
    made = client(proxy, service)
    proxy.on(made.meta.method_to_api_mapping[operation], refuse(code, 400, "no: <a> & b"), nth=())
    with pytest.raises(ClientError) as refused:
        getattr(made, operation)(**params)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["Error"]["Message"] == "no: <a> & b"
    assert [call.service for call in proxy.calls] == [service]


def test_a_call_of_a_name_is_picked_and_the_others_pass(proxy: Proxy, strict: Strict) -> None:
    batch = client(proxy, "batch")
    proxy.on("UpdateComputeEnvironment", refuse("ServerException", 400, "later"), name=NAME)
    with pytest.raises(ClientError, match="later"):
        batch.update_compute_environment(computeEnvironment=NAME, state="DISABLED")
    batch.update_compute_environment(computeEnvironment="encoder-v2", state="DISABLED")
    assert [strict.environment(name)["state"] for name in (NAME, "encoder-v2")] == ["ENABLED", "DISABLED"]


def test_an_applied_call_whose_answer_is_lost_was_applied(proxy: Proxy, strict: Strict) -> None:
    proxy.on("UpdateJobQueue", lose(Dropped(), applied=True), nth=())
    with pytest.raises(ConnectionClosedError):
        client(proxy, "batch").update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order("encoder-v2"))
    assert strict.job_queue()["computeEnvironmentOrder"][0]["computeEnvironment"].endswith("encoder-v2")


def test_tags_pass_with_their_escaped_arn_and_count_as_writes(proxy: Proxy, strict: Strict) -> None:
    arn, batch = strict.environment(NAME)["computeEnvironmentArn"], client(proxy, "batch")
    batch.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    assert proxy.writes == [("TagResource", NAME), ("UntagResource", NAME)]
