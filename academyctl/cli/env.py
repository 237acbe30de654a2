"""`academyctl env`: check, split, compare and template env files."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from academyctl.check.env import check_role, check_stored, check_strangers
from academyctl.cli.env_report import EnvReport
from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole, RoleOption, Unknown, UnknownOption
from academyctl.cli.run import Run
from academyctl.envfile.read import environ, read_bytes, read_file, read_process
from academyctl.model.env import Document, SourceKind
from academyctl.model.errors import Unreadable, UsageError
from academyctl.model.finding import Finding
from academyctl.model.outcome import Outcome, Table, checked, compared
from academyctl.model.role import Role
from academyctl.model.secret import Secret
from academyctl.plan.split import split_document

app = typer.Typer()
DIFF_STYLES = {"same": "dim", "changed": "warn", "added": "good", "removed": "bad"}


@leaf(app, "env validate", example="academyctl env validate --role api --file .env")
def validate(
    run: Run,
    role: RoleOption = "all",
    file: Annotated[Path | None, typer.Option("--file", help="An env file (default: .env).")] = None,
    ssm: Annotated[bool, typer.Option("--ssm", help="The stored parameters.")] = False,
    version: Annotated[int | None, typer.Option("--version", min=1, help="With --ssm: this version.")] = None,
    process: Annotated[bool, typer.Option("--process", help="The environment of this process.")] = False,
    stdin: Annotated[bool, typer.Option("--stdin", help="An env file on standard input.")] = False,
) -> Outcome:
    """Check an env against each role's contract: a row for each key, every problem at once.

    Exit 0: every required key is there and sound. 4: findings. 2: the source cannot be read.
    """
    if sum((file is not None, ssm, process, stdin)) > 1:
        raise UsageError("choose one of --file, --ssm, --process and --stdin")
    if version is not None and not ssm:
        raise UsageError("--version goes with --ssm")
    if ssm:
        return _validate_stored(run, run.stored_roles(role), version)
    roles = run.roles(role)
    document = _document(file, process, stdin)
    mixed = document.kind.is_mixed
    split = split_document(document, run.contract)
    report = EnvReport(document.label)
    report.findings += split.findings if mixed else ()
    for each in roles:
        env = split.by_role[each.name] if mixed else run.contract.own_keys(each, document)
        report.add(each, check_role(each, env, document), check_strangers(each, document, run.contract))
    return report.outcome()


def _document(file: Path | None, process: bool, stdin: bool) -> Document:
    if process:
        return read_process(environ())
    if stdin:
        return read_bytes(sys.stdin.buffer.read(), kind=SourceKind.STDIN, label="stdin")
    return read_file(file or Path(".env"))


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


@leaf(app, "env split", writes=True, example="academyctl env split --file .env --out ./split --yes")
def split(
    run: Run,
    file: Annotated[Path, typer.Option("--file", help="The mixed env file.")] = Path(".env"),
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write ROLE.env files (0600) there.")] = None,
    unknown: UnknownOption = Unknown.REFUSE,
) -> Outcome:
    """Show which role each key of a mixed env belongs to; with --out, write one env file a role."""
    from academyctl.model.contract import names_of

    document = read_file(file)
    split = split_document(document, run.contract, drop_unknown=unknown is Unknown.DROP)
    names = names_of(run.contract.roles)
    table = Table(
        title=f"{file}: key × role",
        columns=("key", *names),
        rows=tuple((key, *("●" if name in homes else "·" for name in names)) for key, homes in split.homes.items()),
        styles=tuple("" if homes else "bad" for homes in split.homes.values()),
    )
    data = {
        "source": str(file),
        "keys": {key: list(homes) for key, homes in split.homes.items()},
        "dropped": list(split.dropped),
    }
    if out is None:
        return checked(split.findings, data=data, view=(table,))
    from academyctl.cli.files import plan_split_files, write_files
    from academyctl.cli.flow import carry_out

    plan = plan_split_files(run, document, split, out)
    outcome = carry_out(run, plan, head={}, apply=lambda: write_files(plan), data=data)
    return replace(outcome, view=(table,))


@leaf(app, "env diff", example="academyctl env diff file:.env ssm: --role api")
def diff(
    run: Run,
    a: Annotated[str, typer.Argument(metavar="A", help="file:PATH, ssm:, ssm:@VERSION or process:")],
    b: Annotated[str, typer.Argument(metavar="B", help="The same, to compare with.")],
    role: OneRole,
) -> Outcome:
    """Compare two envs of one role, by key name: same, changed, added, removed. Exit 5 when they differ."""
    from academyctl.cli.sources import read_source

    one = run.role(role)
    old, new = (role_view(run, one, read_source(run, text, one)) for text in (a, b))
    state = {key: _compared(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())}
    table = Table(
        title=f"{role}: {a} → {b}",
        columns=("key", "is"),
        rows=tuple(state.items()),
        styles=tuple(DIFF_STYLES[how] for how in state.values()),
    )
    return compared(any(how != "same" for how in state.values()), data={"a": a, "b": b, "keys": state}, view=(table,))


def _compared(old: Secret | None, new: Secret | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    return "same" if old == new else "changed"


def role_view(run: Run, role: Role, document: Document) -> dict[str, Secret]:
    """The part of an env that is about `role`: of a file its share, of a process its keys, of a blob everything."""
    match document.kind:
        case SourceKind.FILE | SourceKind.STDIN:
            entries = split_document(document, run.contract).by_role[role.name]
        case SourceKind.PROCESS:
            entries = run.contract.own_keys(role, document)
        case _:
            entries = document.last()
    return {key: entry.value for key, entry in entries.items()}


@leaf(app, "env template", example="academyctl env template --role api > api.env")
def template(run: Run, role: RoleOption = "all") -> Outcome:
    """Print a commented minimal env file: required keys open, defaults and examples filled in."""
    from academyctl.envfile.template import render_template

    text = render_template(run.roles(role))
    return Outcome(data={"template": text}, text=text)
