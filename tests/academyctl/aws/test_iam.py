"""What IAM answers to a write that was sent twice, in words that moto does not have."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from academyctl.aws.connect import Connection
from academyctl.aws.iam import Iam
from academyctl.model.errors import Refusal
from academyctl.model.iam import AddRoleToInstanceProfile, CreateServiceLinkedRole

LINKED = CreateServiceLinkedRole(service="batch.amazonaws.com")
ADD = AddRoleToInstanceProfile(name="instance", role="instance")


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    return Connection("ap-northeast-2")


@pytest.fixture
def stub(connection: Connection) -> Iterator[Stubber]:
    with Stubber(connection.client("iam")) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()


def profile(*roles: str) -> dict[str, Any]:
    made = "2026-01-01T00:00:00Z"
    named = {"Path": "/", "CreateDate": made}
    arn = "arn:aws:iam::123456789012:"
    return {
        "InstanceProfile": {
            **named,
            "InstanceProfileName": "instance",
            "InstanceProfileId": "AIPA0000000000000000",
            "Arn": f"{arn}instance-profile/instance",
            "Roles": [
                {**named, "RoleName": role, "RoleId": "AROA0000000000000000", "Arn": f"{arn}role/{role}"}
                for role in roles
            ],
        }
    }


def test_a_linked_role_that_is_there_already_is_no_error(connection: Connection, stub: Stubber) -> None:
    taken = "Service role name AWSServiceRoleForBatch has been taken in this account, please try a different suffix."
    stub.add_client_error("create_service_linked_role", "InvalidInput", taken, 400)
    Iam(connection).write(LINKED)


def test_another_refusal_of_it_is_one(connection: Connection, stub: Stubber) -> None:
    stub.add_client_error("create_service_linked_role", "InvalidInput", "no such service", 400)
    with pytest.raises(Refusal, match="no such service"):
        Iam(connection).write(LINKED)


@pytest.mark.parametrize(("role", "is_refused"), [("instance", False), ("theirs", True)])
def test_a_full_profile_is_as_wanted_only_with_our_role_in_it(
    connection: Connection, stub: Stubber, role: str, is_refused: bool
) -> None:
    full = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    stub.add_client_error("add_role_to_instance_profile", "LimitExceeded", full, 409)
    stub.add_response("get_instance_profile", profile(role))
    if not is_refused:
        Iam(connection).write(ADD)
        return
    with pytest.raises(Refusal, match="LimitExceeded"):
        Iam(connection).write(ADD)


def test_policies_are_read_page_by_page(connection: Connection, stub: Stubber) -> None:
    one, two = ({"PolicyName": name, "PolicyArn": f"arn:aws:iam::aws:policy/{name}"} for name in ("one", "two"))
    stub.add_response("list_attached_role_policies", {"AttachedPolicies": [one], "IsTruncated": True, "Marker": "more"})
    stub.add_response(
        "list_attached_role_policies",
        {"AttachedPolicies": [two], "IsTruncated": False},
        {"RoleName": "r", "Marker": "more"},
    )
    assert Iam(connection).read_attached("r") == ("arn:aws:iam::aws:policy/one", "arn:aws:iam::aws:policy/two")
