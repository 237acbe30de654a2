"""A role's share of a file, judged as what it is there for: it shall be written to the role's blob."""

from collections.abc import Mapping

from academyctl.check.env import RoleReport, check_role
from academyctl.envfile.write import check_writable
from academyctl.model.env import Document, Entry
from academyctl.model.finding import Finding
from academyctl.model.role import Role


def check_share(role: Role, env: Mapping[str, Entry], document: Document) -> RoleReport:
    """With what no push could write."""
    return check_role(role, env, document, unwritable_of(role, env))


def unwritable_of(role: Role, env: Mapping[str, Entry]) -> tuple[Finding, ...]:
    """Every value that has no form which the role's consumer reads back."""
    return check_writable({key: entry.value for key, entry in env.items()}, role.consumer, role=role.name)
