"""The checks of each role's env: its parameter in SSM, what stands in it, and a file that shall be pushed. Pure."""

from collections.abc import Iterator
from functools import partial

from academyctl.check.env import RoleReport, check_role, check_stored
from academyctl.check.ssm import check_absent, check_parameter
from academyctl.model.finding import Finding, error
from academyctl.model.preflight import Check, Facts, Judged
from academyctl.model.role import Role
from academyctl.model.stack import Stack

PARAMETERS, TIERS = "parameters", "tiers"


def ssm_checks(stack: Stack) -> Iterator[Check]:
    """Of each parameter: it stands and is a SecureString, it has room, it can be read."""
    for role, parameter in stack.parameters:
        aspects = (
            ("stored", "stands, as a SecureString", _stored, (PARAMETERS,)),
            ("size", "has room in its tier", _size, (PARAMETERS, TIERS)),
            ("parse", "can be read by its consumer", _parse, (PARAMETERS,)),
        )
        for aspect, title, judge, needs in aspects:
            yield Check(
                id=f"ssm.{aspect}.{role}",
                title=f"{parameter} {title}",
                subject=parameter,
                needs=needs,
                hint=f"academyctl ssm verify --role {role}",
                judge=partial(judge, role),
            )


def env_checks(stack: Stack, *, with_file: bool) -> Iterator[Check]:
    """Of each role's env in SSM, and in a file: complete, of its types, free of foreign keys."""
    for role, parameter in stack.parameters:
        yield Check(
            id=f"env.ssm.{role}",
            title=f"What {role} reads from SSM is complete and sound",
            subject=parameter,
            needs=(PARAMETERS,),
            hint=f"academyctl env validate --ssm --role {role}",
            judge=partial(_in_ssm, role),
        )
    if not with_file:
        return
    yield Check(
        id="env.file",
        title="Every key of the file belongs to a role",
        subject="file",
        needs=(),
        hint="academyctl env split --file FILE",
        judge=_split,
    )
    for role, _ in stack.parameters:
        yield Check(
            id=f"env.file.{role}",
            title=f"What {role} gets from the file is complete and sound",
            subject=f"file:{role}",
            needs=(),
            hint=f"academyctl env validate --role {role} --file FILE",
            judge=partial(_in_file, role),
        )


def _stored(role: str, facts: Facts) -> Judged:
    blob = facts.blobs.get(role)
    if blob is None:
        absent = check_absent(facts.stack.parameter(role), role, facts.region)
        return Judged(evidence=absent.message, findings=(absent,))
    stands = f"{blob.parameter.name} version {blob.parameter.version}, {blob.parameter.type}"
    return Judged(evidence=stands, findings=_of("ssm.type", role, facts))


def _size(role: str, facts: Facts) -> Judged:
    blob = facts.blobs.get(role)
    if blob is None:
        return _nothing(role, facts)
    size = len(blob.parameter.value.reveal().encode())
    tier = blob.parameter.tier or "Standard"
    return Judged(evidence=f"{size} bytes, tier {tier}", findings=_of("ssm.size", role, facts))


def _of(code: str, role: str, facts: Facts) -> tuple[Finding, ...]:
    found = check_parameter(facts.blobs[role].parameter, role)
    return tuple(finding for finding in found if finding.code == code)


def _parse(role: str, facts: Facts) -> Judged:
    blob = facts.blobs.get(role)
    if blob is None:
        return _nothing(role, facts)
    if blob.document is None:
        return Judged(evidence="it cannot be read", findings=tuple(_broken(role, one, facts) for one in blob.faults))
    return Judged(evidence=f"{len(blob.document.entries)} keys")


def _broken(role: str, fault: Finding, facts: Facts) -> Finding:
    line = f"line {fault.location.line}: " if fault.location else ""
    name = facts.blobs[role].parameter.name
    return error("ssm.parse", name, f"{line}{fault.message}", f"academyctl ssm rollback --role {role}")


def _nothing(role: str, facts: Facts) -> Judged:
    return Judged(evidence=f"{facts.stack.parameter(role)} does not exist", skipped=True)


def stored_report(role: Role, facts: Facts) -> RoleReport | None:
    """None where there is nothing that its consumer can read."""
    blob = facts.blobs.get(role.name)
    if blob is None or blob.document is None:
        return None
    return check_role(role, facts.contract.own_keys(role, blob.document), blob.document)


def file_report(role: Role, facts: Facts) -> RoleReport | None:
    if facts.file is None:
        return None
    file = facts.file
    return check_role(role, file.by_role[role.name], file.document, file.unwritable.get(role.name, ()))


def _in_ssm(name: str, facts: Facts) -> Judged:
    role, blob = facts.contract.role(name), facts.blobs.get(name)
    report = stored_report(role, facts)
    if report is None or blob is None or blob.document is None:
        return _nothing(name, facts) if blob is None else Judged(evidence="it cannot be read", skipped=True)
    findings = (*report.findings, *check_stored(role, blob.document, facts.contract))
    return Judged(evidence=_counted(report, findings), findings=findings)


def _in_file(name: str, facts: Facts) -> Judged:
    report = file_report(facts.contract.role(name), facts)
    if report is None:
        return Judged(evidence="no file was named", skipped=True)
    return Judged(evidence=_counted(report, report.findings), findings=report.findings)


def _split(facts: Facts) -> Judged:
    if facts.file is None:
        return Judged(evidence="no file was named", skipped=True)
    file = facts.file
    told = _wrong(file.findings) if file.findings else f"{len(file.document.entries)} keys"
    return Judged(evidence=f"{file.document.label}: {told}", findings=file.findings)


def _counted(report: RoleReport, findings: tuple[Finding, ...]) -> str:
    """How many keys are set; or what is wrong, and with which."""
    if not findings:
        count = sum(state == "SET" for _, state, _ in report.rows)
        return f"{count} keys are set, none that is required is missing"
    return _wrong(findings)


def _wrong(findings: tuple[Finding, ...]) -> str:
    """`missing A, B; type C`: by code, in the order of the findings."""
    keys: dict[str, dict[str, None]] = {}
    for one in findings:
        keys.setdefault(one.code.partition(".")[2], {})[one.subject.rpartition(":")[2]] = None
    return "; ".join(f"{word} {', '.join(named)}" for word, named in keys.items())
