"""IAM as far as a stack needs it: roles, instance profiles, and the writes that bring them about.

A document is a policy or a trust policy as JSON reads it
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]

LINKED_ROLE = "AWSServiceRoleForBatch"
"""Batch's service-linked role (User Guide, using-service-linked-roles)."""
BATCH_SERVICE = "batch.amazonaws.com"
MANAGED = "arn:aws:iam::aws:policy/service-role/"
"""Where AWS keeps its managed policies for service roles."""


@dataclass(frozen=True, kw_only=True)
class RoleDetail:
    """One role of GetRole. `attached`: ARNs of managed policies; `inline`: those that were asked for, by name."""

    name: str
    arn: str = ""
    trust: Document = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    inline: Mapping[str, Document] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class InstanceProfileDetail:
    """One instance profile; AWS allows it one role."""

    name: str
    arn: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WantedRole:
    """What a role must at least be: who may assume it, which managed policies, which inline ones."""

    name: str
    about: str
    service: str
    trust: Document
    managed: tuple[str, ...] = ()
    inline: Mapping[str, Document] = field(default_factory=dict)


def statements(document: Document) -> list[Mapping[str, Any]]:
    """A single statement may stand without a list round it."""
    found = document.get("Statement", ())
    return [found] if isinstance(found, Mapping) else list(found)


def principals(trust: Document) -> tuple[str, ...]:
    """The services that some statement allows to assume the role."""
    allowed = [one for one in statements(trust) if one.get("Effect") == "Allow" and _assumes(one.get("Action"))]
    return tuple(dict.fromkeys(name for one in allowed for name in _services(one.get("Principal"))))


def _services(principal: Any) -> list[str]:
    named = principal.get("Service", ()) if isinstance(principal, Mapping) else ()
    return [named] if isinstance(named, str) else list(named)


def _assumes(action: Any) -> bool:
    actions = [action] if isinstance(action, str) else list(action or ())
    return any(one.lower() in ("sts:assumerole", "sts:*", "*") for one in actions)


def trusts(trust: Document, service: str) -> bool:
    """A condition beside it is somebody's own restriction, and stays."""
    return service in principals(trust)


# The writes. Each is one API call of that name, and may be sent twice.


@dataclass(frozen=True, kw_only=True)
class CreateRole:
    name: str
    trust: Document
    description: str
    tags: Mapping[str, str]

    @property
    def doing(self) -> str:
        return f"creating role {self.name}"


@dataclass(frozen=True, kw_only=True)
class UpdateAssumeRolePolicy:
    """Replaces the whole trust policy; `base` is the one that it was made from."""

    name: str
    trust: Document
    base: Document

    @property
    def doing(self) -> str:
        return f"extending the trust of {self.name}"


@dataclass(frozen=True, kw_only=True)
class PutRolePolicy:
    name: str
    policy: str
    document: Document

    @property
    def doing(self) -> str:
        return f"writing policy {self.policy} of {self.name}"


@dataclass(frozen=True, kw_only=True)
class AttachRolePolicy:
    name: str
    arn: str

    @property
    def doing(self) -> str:
        return f"attaching {self.arn.rpartition('/')[2]} to {self.name}"


@dataclass(frozen=True, kw_only=True)
class CreateInstanceProfile:
    name: str
    tags: Mapping[str, str]

    @property
    def doing(self) -> str:
        return f"creating instance profile {self.name}"


@dataclass(frozen=True, kw_only=True)
class AddRoleToInstanceProfile:
    name: str
    role: str

    @property
    def doing(self) -> str:
        return f"putting {self.role} into instance profile {self.name}"


@dataclass(frozen=True, kw_only=True)
class CreateServiceLinkedRole:
    service: str

    @property
    def doing(self) -> str:
        return f"creating the service-linked role of {self.service}"


IamWrite = (
    CreateRole
    | UpdateAssumeRolePolicy
    | PutRolePolicy
    | AttachRolePolicy
    | CreateInstanceProfile
    | AddRoleToInstanceProfile
    | CreateServiceLinkedRole
)
