"""A stored blob with everything that is wrong with it: what restore, refresh and run refuse, and verify tells."""

from dataclasses import dataclass

from academyctl.check.env import RoleReport, check_role, check_stored
from academyctl.check.ssm import check_parameter
from academyctl.cli.run import Run
from academyctl.cli.sources import absent, parse_stored, read_parameters
from academyctl.model.env import Document
from academyctl.model.errors import Unreadable
from academyctl.model.finding import Finding, error
from academyctl.model.role import Role
from academyctl.model.secret import Secret
from academyctl.model.ssm import StoredParameter


@dataclass(frozen=True, kw_only=True)
class Judged:
    """`document` and `report` are None where the role's consumer cannot read the blob; `more` is what is wrong with it
    beside its own keys."""

    parameter: StoredParameter
    document: Document | None = None
    report: RoleReport | None = None
    more: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.more, *self.report.findings) if self.report else self.more

    @property
    def env(self) -> dict[str, Secret]:
        return self.document.values if self.document else {}


def read_judged(run: Run, role: Role) -> Judged:
    """The newest version; NotFound (`ssm.absent`) when the parameter does not exist."""
    found = read_parameters(run, [role])
    if role.name not in found:
        raise absent(run, role)
    return judged(run, role, found[role.name])


def judged(run: Run, role: Role, parameter: StoredParameter) -> Judged:
    about = tuple(check_parameter(parameter, role.name))
    try:
        document = parse_stored(parameter, role)
    except Unreadable as broken:
        faults = (_unreadable(parameter, role, finding) for finding in broken.findings)
        return Judged(parameter=parameter, more=(*about, *faults))
    return Judged(
        parameter=parameter,
        document=document,
        report=check_role(role, run.contract.own_keys(role, document), document),
        more=(*about, *check_stored(role, document, run.contract)),
    )


def _unreadable(parameter: StoredParameter, role: Role, finding: Finding) -> Finding:
    line = f"line {finding.location.line}: " if finding.location else ""
    return error("ssm.parse", parameter.name, f"{line}{finding.message}", f"academyctl ssm history --role {role.name}")
