"""`academyctl env validate`: an env against each role's contract."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from academyctl.check.env import check_role, check_stored, check_strangers
from academyctl.cli.env_report import EnvReport
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.envfile.read import environ, read_bytes, read_file, read_process
from academyctl.model.env import Document, SourceKind
from academyctl.model.errors import Unreadable, UsageError
from academyctl.model.finding import Finding
from academyctl.model.outcome import Outcome
from academyctl.model.role import Role
from academyctl.plan.split import split_document

app = typer.Typer()


@leaf(app, "env validate", example="academyctl env validate --role api --file .env")
def validate(
    run: Run,
    role: Annotated[
        str | None,
        typer.Option("--role", help="A role (api, worker), or all [default: all; of a container its own]."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="An env file (default: .env).")] = None,
    ssm: Annotated[bool, typer.Option("--ssm", help="The stored parameters.")] = False,
    version: Annotated[int | None, typer.Option("--version", min=1, help="With --ssm: this version.")] = None,
    container: Annotated[
        str | None, typer.Option("--container", metavar="NAME", help="The env a container was created with.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="With --container: do not ask SSM which version it runs.")
    ] = False,
    process: Annotated[bool, typer.Option("--process", help="The environment of this process.")] = False,
    stdin: Annotated[bool, typer.Option("--stdin", help="An env file on standard input.")] = False,
) -> Outcome:
    """Check an env against each role's contract: a row for each key, every problem at once.

    Exit 0: every required key is there and sound. 4: findings. 2: the source cannot be read.

    --container needs neither a shell in the container nor AWS. It judges the env of a container in any state; one that
    does not run is a finding of its own (exit 4), one that does not exist or an engine that does not answer exit 1.
    """
    if sum((file is not None, ssm, container is not None, process, stdin)) > 1:
        raise UsageError("choose one of --file, --ssm, --container, --process and --stdin")
    if version is not None and not ssm:
        raise UsageError("--version goes with --ssm")
    if offline and container is None:
        raise UsageError("--offline goes with --container")
    if ssm:
        return _validate_stored(run, run.stored_roles(role or "all"), version)
    if container is not None:
        from academyctl.cli.env_container import validate_container

        return validate_container(run, container, role, offline=offline)
    roles = run.roles(role or "all")
    if process:
        return _validate_process(run, roles)
    return _validate_mixed(run, roles, _from_stdin() if stdin else read_file(file or Path(".env")))


def _validate_process(run: Run, roles: tuple[Role, ...]) -> Outcome:
    document = read_process(environ())
    report = EnvReport(document.label)
    for each in roles:
        own = run.contract.own_keys(each, document)
        report.add(each, check_role(each, own, document), check_strangers(each, document, run.contract))
    return report.outcome()


def _validate_mixed(run: Run, roles: tuple[Role, ...], document: Document) -> Outcome:
    """What a push of the same source would find, stored blobs and limits of SSM aside."""
    from academyctl.cli.written import check_share

    split = split_document(document, run.contract)
    report = EnvReport(document.label)
    report.findings += split.findings
    for each in roles:
        report.add(
            each,
            check_share(each, split.by_role[each.name], document),
            check_strangers(each, document, run.contract),
        )
    return report.outcome()


def _from_stdin() -> Document:
    return read_bytes(sys.stdin.buffer.read(), kind=SourceKind.STDIN, label="stdin")


def _validate_stored(run: Run, roles: tuple[Role, ...], version: int | None) -> Outcome:
    from academyctl.check.ssm import check_absent
    from academyctl.cli.sources import parse_stored, read_parameters

    found = read_parameters(run, roles, version)
    report = EnvReport("ssm")
    unreadable: list[Finding] = []
    for role in roles:
        if role.name not in found:
            report.findings.append(check_absent(run.parameter(role), role.name, run.region))
            continue
        try:
            document = parse_stored(found[role.name], role)
        except Unreadable as broken:
            unreadable += broken.findings
            continue
        report.add(
            role,
            check_role(role, run.contract.own_keys(role, document), document),
            check_stored(role, document, run.contract),
        )
    if unreadable:
        hint = "academyctl ssm verify --role all"
        raise Unreadable("a stored blob cannot be read", hint=hint, findings=[*unreadable, *report.findings])
    return report.outcome()
