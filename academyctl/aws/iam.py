"""IAM: roles and instance profiles. `read_*` observes, `write` carries out one write, each safe to repeat."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.errors import AlreadyExists, NotFound, Refusal
from academyctl.model.iam import (
    AddRoleToInstanceProfile,
    AttachRolePolicy,
    CreateInstanceProfile,
    CreateRole,
    CreateServiceLinkedRole,
    Document,
    IamWrite,
    InstanceProfileDetail,
    PutRolePolicy,
    RoleDetail,
    UpdateAssumeRolePolicy,
)

_TAKEN = "has been taken in this account"
"""InvalidInput's text where a service-linked role is there already (API: CreateServiceLinkedRole)."""


class Iam:
    """IAM of the account."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_role(self, name: str) -> RoleDetail | None:
        """Its trust alone; None when it does not exist."""
        try:
            answer = self._call("get_role", doing=f"reading role {name}", gives="Role", RoleName=name)
        except NotFound:
            return None
        role = answer["Role"]
        return RoleDetail(name=name, arn=role["Arn"], trust=_document(role.get("AssumeRolePolicyDocument")))

    def read_attached(self, name: str) -> tuple[str, ...]:
        """The ARNs of a role's managed policies; none of a role that does not exist."""
        try:
            return tuple(self._attached(name))
        except NotFound:
            return ()

    def _attached(self, name: str) -> Iterator[str]:
        marker: dict[str, str] = {}
        while True:
            answer = self._call(
                "list_attached_role_policies",
                doing=f"reading the policies of {name}",
                gives="AttachedPolicies",
                RoleName=name,
                **marker,
            )
            yield from (one["PolicyArn"] for one in answer["AttachedPolicies"])
            if not answer.get("IsTruncated"):
                return
            marker = {"Marker": answer["Marker"]}

    def read_inline(self, name: str, policy: str) -> Document | None:
        """One inline policy of a role; None when either does not exist."""
        try:
            answer = self._call(
                "get_role_policy",
                doing=f"reading policy {policy} of {name}",
                gives="PolicyDocument",
                RoleName=name,
                PolicyName=policy,
            )
        except NotFound:
            return None
        return _document(answer["PolicyDocument"])

    def read_profile(self, name: str) -> InstanceProfileDetail | None:
        try:
            answer = self._call(
                "get_instance_profile",
                doing=f"reading instance profile {name}",
                gives="InstanceProfile",
                InstanceProfileName=name,
            )
        except NotFound:
            return None
        profile = answer["InstanceProfile"]
        return InstanceProfileDetail(
            name=name, arn=profile["Arn"], roles=tuple(role["RoleName"] for role in profile.get("Roles", ()))
        )

    def write(self, write: IamWrite) -> None:
        """AlreadyExists of a create is what was wanted: an answer was lost, or another run was faster."""
        operation, params = _request(write)
        try:
            self._call(operation, doing=write.doing, write=True, **params)
        except AlreadyExists:
            return
        except Refusal as refused:
            if not self._is_there(write, refused):
                raise

    def _is_there(self, write: IamWrite, refused: Refusal) -> bool:
        """A second AddRole is LimitExceeded, a second service-linked role InvalidInput."""
        match write:
            case CreateServiceLinkedRole():
                return _TAKEN in refused.message
            case AddRoleToInstanceProfile():
                profile = self.read_profile(write.name)
                return profile is not None and write.role in profile.roles
            case _:
                return False

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:
        return self._connection.call("iam", operation, **params)


def _document(given: Any) -> Document:
    """botocore decodes documents; one that is no JSON stays a text, which allows nothing."""
    return given if isinstance(given, dict) else {}


def _request(write: IamWrite) -> tuple[str, dict[str, Any]]:
    match write:
        case CreateRole():
            params: dict[str, Any] = {
                "RoleName": write.name,
                "AssumeRolePolicyDocument": json.dumps(write.trust),
                "Description": write.description,
                "Tags": _tags(write.tags.items()),
            }
            return "create_role", params
        case UpdateAssumeRolePolicy():
            return "update_assume_role_policy", {"RoleName": write.name, "PolicyDocument": json.dumps(write.trust)}
        case PutRolePolicy():
            document = json.dumps(write.document)
            return "put_role_policy", {
                "RoleName": write.name,
                "PolicyName": write.policy,
                "PolicyDocument": document,
            }
        case AttachRolePolicy():
            return "attach_role_policy", {"RoleName": write.name, "PolicyArn": write.arn}
        case CreateInstanceProfile():
            params = {"InstanceProfileName": write.name, "Tags": _tags(write.tags.items())}
            return "create_instance_profile", params
        case AddRoleToInstanceProfile():
            return "add_role_to_instance_profile", {"InstanceProfileName": write.name, "RoleName": write.role}
        case CreateServiceLinkedRole():
            return "create_service_linked_role", {"AWSServiceName": write.service}


def _tags(tags: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]
