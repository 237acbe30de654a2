"""`academyctl ssm`: the stored parameters. Reading commands are here, writing ones in ssm_write."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from academyctl.check.env import check_role
from academyctl.check.ssm import check_absent
from academyctl.cli.env_report import EnvReport
from academyctl.cli.files import plan_file, write_files
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole, RoleOption, Unknown, UnknownOption
from academyctl.cli.push import desired_blobs
from academyctl.cli.run import Run
from academyctl.cli.sources import absent, as_stored, parse_stored, read_parameters, read_stored
from academyctl.cli.ssm_write import app
from academyctl.cli.stored import judged
from academyctl.envfile.read import read_file
from academyctl.envfile.write import with_mark
from academyctl.model.errors import UsageError
from academyctl.model.finding import has_errors
from academyctl.model.outcome import Outcome, Table, checked, compared
from academyctl.model.plan import Plan
from academyctl.model.role import Role
from academyctl.model.ssm import StoredParameter
from academyctl.plan.ssm import diff_keys, plan_put, put_options

__all__ = ["app"]

VersionOption = Annotated[int | None, typer.Option("--version", min=1, help="An older version.")]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Print the values to stdout.")]


@leaf(app, "ssm show", example="academyctl ssm show --role api")
def show(run: Run, role: OneRole, version: VersionOption = None, reveal: RevealOption = False) -> Outcome:
    """Show a stored parameter: its keys, version, type, tier and size. Values only with --reveal."""
    one = run.stored_role(role)
    parameter = _one(run, one, version)
    document = parse_stored(parameter, one)
    about = _about(parameter)
    if reveal:
        env = {key: entry.value.reveal() for key, entry in document.last().items()}
        return Outcome(data={**about, "env": env}, text=parameter.value.reveal())
    report = check_role(one, run.contract.own_keys(one, document), document)
    states = {key: str(state) for key, state, _ in report.rows}
    keys = {key: states.get(key, "SET" if entry.value else "EMPTY") for key, entry in document.last().items()}
    table = Table(title=f"{one.name} · {parameter.name}", columns=("key", "state"), rows=tuple(keys.items()))
    line = "  ".join(f"{name} {value}" for name, value in about.items() if name != "parameter" and value)
    return Outcome(data={**about, "keys": keys}, view=(table, line))


def _about(parameter: StoredParameter) -> dict[str, str | int]:
    return {
        "parameter": parameter.name,
        "version": parameter.version,
        "type": parameter.type,
        "bytes": len(parameter.value.reveal().encode()),
        "modified_at": parameter.modified_at.isoformat() if parameter.modified_at else "",
    }


def _one(run: Run, role: Role, version: int | None) -> StoredParameter:
    found = read_parameters(run, [role], version)
    if role.name not in found:
        raise absent(run, role)
    return found[role.name]


@leaf(app, "ssm pull", writes=True, example="academyctl ssm pull --role api --to api.env")
def pull(
    run: Run,
    role: OneRole,
    to: Annotated[str, typer.Option("--to", metavar="FILE|-", help="The file to write (0600), or - for stdout.")],
    version: VersionOption = None,
    reveal: RevealOption = False,
) -> Outcome:
    """Write a stored blob to a file, byte for byte (docker's gets our mark as its first line)."""
    one = run.stored_role(role)
    if to == "-":
        if not reveal:
            raise UsageError("--to - prints every value: it needs --reveal", code="usage.reveal")
        return show(run, role, version, reveal=True)
    head = run.head()
    parameter = _one(run, one, version)
    stored = as_stored(parameter, one)
    step = plan_file(Path(to), with_mark(parameter.value.reveal(), one.consumer), stored.env)
    plan = Plan(steps=(step,))
    return carry_out(run, plan, head=head, apply=lambda: write_files(plan), data={"version": parameter.version})


@leaf(app, "ssm diff", example="academyctl ssm diff --role all --file .env")
def diff(
    run: Run,
    role: RoleOption = "all",
    file: Annotated[Path, typer.Option("--file", help="The mixed env file.")] = Path(".env"),
    unknown: UnknownOption = Unknown.REFUSE,
    check: Annotated[
        bool, typer.Option("--check", help="As without it: a diff that differs exits 5. For scripts that say so.")
    ] = False,
) -> Outcome:
    """Compare an env file with the stored parameters, by key name. Exit 5 when they differ, 4 when the file is bad."""
    document, roles = read_file(file), run.stored_roles(role)
    stored, _ = read_stored(run, roles)
    desired, findings = desired_blobs(run, document, roles, stored, drop=unknown is Unknown.DROP)
    options = put_options(run.stack)
    changes = [plan_put(each, stored.get(each.role.name), options).change for each in desired]
    data = {"keys": {each.role.name: list(change.detail) for each, change in zip(desired, changes, strict=True)}}
    if has_errors(findings):
        return replace(checked(findings, data=data), changes=tuple(changes))
    outcome = compared(any(change.detail for change in changes), data=data)
    return replace(outcome, changes=tuple(changes), findings=findings)


@leaf(app, "ssm history", example="academyctl ssm history --role api")
def history(run: Run, role: OneRole) -> Outcome:
    """Show each kept version: when, by whom, and which keys it added, changed and removed. Newest first."""
    one = run.stored_role(role)
    name = run.parameter(one)
    run.talk.step(f"reading the history of {name}")
    versions = run.store.read_history(name)
    if not versions:
        raise absent(run, one)
    told = list(_told(versions, one))[::-1]
    table = Table(
        title=f"{role} · {name}",
        columns=("version", "when", "who", "labels", "keys"),
        rows=tuple(
            (
                str(v["version"]),
                v["modified_at"][:19],
                v["modified_by"],
                " ".join(v["labels"]),
                "  ".join(v["keys"]) or v["note"],
            )
            for v in told
        ),
    )
    return Outcome(data={"parameter": name, "versions": told}, view=(table,))


def _told(versions: tuple[StoredParameter, ...], role: Role) -> Iterator[dict[str, Any]]:
    """`keys`: what changed since the version before, as far as can be told; where that is nothing, `note` says why."""
    before = None
    for version in versions:
        now = as_stored(version, role)
        keys: tuple[str, ...] = ()
        if now.document is None:
            note = "cannot be read by its consumer"
        elif before is None:
            note = "first kept version"
        else:
            keys = diff_keys(before.env, now.env)
            note = "" if keys else "same keys and values"
        before = now
        yield {
            "version": version.version,
            "modified_at": version.modified_at.isoformat() if version.modified_at else "",
            "modified_by": version.modified_by,
            "labels": list(version.labels),
            "keys": list(keys),
            "note": note,
        }


@leaf(app, "ssm verify", example="academyctl ssm verify --role all")
def verify(run: Run, role: RoleOption = "all") -> Outcome:
    """Check the stored parameters: there, SecureString, with room, readable, complete, and free of foreign keys."""
    roles = run.stored_roles(role)
    stored, _ = read_stored(run, roles)
    report = EnvReport("ssm")
    for each in roles:
        if each.name not in stored:
            report.findings.append(check_absent(run.parameter(each), each.name, run.region))
            continue
        one = judged(run, each, stored[each.name].parameter)
        if one.report is None:
            report.findings += one.more
        else:
            report.add(each, one.report, one.more)
    return report.outcome()
