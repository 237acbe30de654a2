"""For what somebody needs rights in AWS, and which commands that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from academyctl.model.iam import Document

MANAGED_MAX = 6144
"""Characters of a managed policy, white space not counted (IAM User Guide, reference_iam-quotas)."""

Calls = Mapping[str, tuple[str, ...]]
"""Purpose → the API calls it can come to, as `service:Operation`."""


class Purpose(StrEnum):
    PREFLIGHT = "preflight"
    SSM_READ = "ssm-read"
    SSM_PUSH = "ssm-push"
    HOST = "host"
    BATCH_READ = "batch-read"
    ROLLOUT = "rollout"
    SETUP = "setup"
    DELETE_R2 = "delete-r2"
    CLEANUP_LEGACY = "cleanup-legacy"
    API = "api"


COMMANDS: Mapping[Purpose, tuple[str, ...]] = {
    Purpose.PREFLIGHT: ("preflight",),
    Purpose.SSM_READ: (
        "env validate",
        "env diff",
        "env matrix",
        "ssm show",
        "ssm pull",
        "ssm diff",
        "ssm history",
        "ssm verify",
    ),
    Purpose.SSM_PUSH: ("ssm push", "ssm set", "ssm unset", "ssm rollback", "ssm unlock"),
    Purpose.HOST: ("env restore", "env refresh", "env run"),
    Purpose.BATCH_READ: (
        "batch status",
        "batch why",
        "batch jobs",
        "batch logs",
        "batch ce-check",
        "batch jobdef-verify",
    ),
    Purpose.ROLLOUT: ("batch ce-rollout", "batch ce-rollback", "batch ce-prune", "batch ce-check", "batch ce-ensure"),
    Purpose.SETUP: ("batch setup", "batch jobdef-register"),
    Purpose.DELETE_R2: ("delete-r2 deploy", "delete-r2 status", "delete-r2 test"),
    Purpose.CLEANUP_LEGACY: ("batch cleanup-legacy",),
    Purpose.API: (),
}
"""The Django API, with its scan, has no command here: its calls are its own."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """A policy document. `size`: its characters without white space, as IAM counts them."""

    document: Document
    size: int
