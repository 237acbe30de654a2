"""Which stored version of its role's parameter a container runs. Values are compared in memory and never shown."""

from collections.abc import Iterable, Iterator
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.aws.ssm import ParameterStore
from academyctl.check.container import Running, Stored, check_version, told_version, unknown_version, which_version
from academyctl.cli.env_report import EnvReport
from academyctl.cli.run import Run
from academyctl.cli.sources import absent, parse_stored
from academyctl.model.container import Container
from academyctl.model.errors import AcademyError, AccessDenied, AwsError, Unreadable, UsageError
from academyctl.model.role import Role
from academyctl.model.ssm import StoredParameter

ANSWER_WITHIN = 5.0
"""Seconds that a call of SSM may go on being tried: the version is worth no more."""
UNKNOWN: dict[str, Any] = {"running_version": None, "stored_version": None, "differs": None, "not_stored": None}


def add_versions(run: Run, roles: tuple[Role, ...], container: Container, report: EnvReport) -> None:
    """For each role a line, or a finding where it is not the newest; and `data.versions`. That SSM cannot be asked is
    an info: the env is judged without it."""
    told = report.data["versions"] = {role.name: dict(UNKNOWN) for role in roles}
    try:
        store = ParameterStore(Connection(run.region, note=run.talk.hint, trace=run.talk.detail, budget=ANSWER_WITHIN))
        names = run.parameters(roles)
        run.talk.step(f"reading {', '.join(names.values())}")
        newest = store.read(names.values())
    except (AwsError, UsageError) as failure:
        for role in roles:
            _add_unknown(container, role, failure, report)
        return
    for role in roles:
        try:
            found = _running(run, role, container, store, newest.get(names[role.name]))
        except (AwsError, UsageError) as failure:
            _add_unknown(container, role, failure, report)
        else:
            told[role.name] = _data(found)
            _add(run, container, role, found, report)


def _add(run: Run, container: Container, role: Role, found: Running, report: EnvReport) -> None:
    if found.is_newest:
        report.lines.append(f"{role.name}: {told_version(found)}")
    owner = next((one.name for one in run.contract.roles if one.container == container.name), "")
    report.findings += check_version(container, role.name, found, owner)


def _add_unknown(container: Container, role: Role, failure: AcademyError, report: EnvReport) -> None:
    """Told above the table too: infos are shown with --verbose only."""
    finding = unknown_version(container, role.name, failure.message, failure.hint)
    report.lines.append(f"{role.name}: {finding.message}")
    report.findings.append(finding)


def _data(found: Running) -> dict[str, Any]:
    return {
        "running_version": found.running,
        "stored_version": found.stored,
        "differs": list(found.differs),
        "not_stored": list(found.not_stored),
    }


def _running(
    run: Run, role: Role, container: Container, store: ParameterStore, newest: StoredParameter | None
) -> Running:
    """The history is read only where the container runs another version than the newest, or keys of its own; where it
    may not be read, what is known of the newest is still told."""
    if newest is None:
        raise absent(run, role)
    env, own = container.values, run.contract.own_keys(role, container.document)
    found = which_version(env, own, [_stored(newest, role)])
    if found.is_newest and not found.not_stored:
        return found
    run.talk.step(f"reading the history of {newest.name}")
    try:
        history = store.read_history(newest.name)
    except AccessDenied as denied:
        run.talk.hint(f"{denied.message}: older versions are not compared")
        return found._replace(newest_only=True)
    older = [one for one in reversed(history) if one.version < newest.version]
    return which_version(env, own, [_stored(newest, role), *_readable(older, role)])


def _stored(parameter: StoredParameter, role: Role) -> Stored:
    document = parse_stored(parameter, role)
    return Stored(parameter.version, document.values)


def _readable(parameters: Iterable[StoredParameter], role: Role) -> Iterator[Stored]:
    """A version that the consumer cannot read is one that no container runs."""
    for parameter in parameters:
        try:
            yield _stored(parameter, role)
        except Unreadable:
            continue
