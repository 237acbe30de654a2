"""SSM parameters as they are and as they are to be written."""

from dataclasses import dataclass, replace
from datetime import datetime

from academyctl.model.secret import Secret

STANDARD_BYTES = 4096
"""The most a Standard parameter holds, in UTF-8 bytes (KMS guide: a standard SecureString)."""

ADVANCED_BYTES = 8192
"""The most an Advanced parameter holds, in UTF-8 bytes. Advanced is charged and cannot become Standard again."""

HISTORY_DEPTH = 100
"""Versions that SSM keeps; the oldest drops out, unless it has a label: then every new version is refused."""


def lock_name(stack: str) -> str:
    """The parameter that writers of a stack's parameters lock."""
    return f"/academyctl/{stack}/lock"


@dataclass(frozen=True, kw_only=True)
class ParameterMetadata:
    """What DescribeParameters tells of the newest version."""

    tier: str = ""
    key_id: str = ""
    description: str = ""
    modified_by: str = ""


@dataclass(frozen=True, kw_only=True)
class StoredParameter:
    """One version of a parameter. `key_id`, `tier` and `description` are empty where the read did not tell them."""

    name: str
    version: int
    type: str
    value: Secret
    tier: str = ""
    key_id: str = ""
    description: str = ""
    modified_at: datetime | None = None
    modified_by: str = ""
    labels: tuple[str, ...] = ()

    def described(self, metadata: ParameterMetadata) -> "StoredParameter":
        return replace(
            self,
            tier=metadata.tier,
            key_id=metadata.key_id,
            description=metadata.description,
            modified_by=metadata.modified_by,
        )


@dataclass(frozen=True, kw_only=True)
class ParameterWrite:
    """One PutParameter. `base` is what it replaces (None: the name must not exist yet); the version that comes back
    must be the base's + 1. `words` name it on a command line: `--role api --stack production`."""

    name: str
    value: Secret
    base: StoredParameter | None = None
    type: str = "SecureString"
    tier: str = "Standard"
    key_id: str = ""
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    words: str = ""

    @property
    def base_version(self) -> int:
        return self.base.version if self.base else 0
