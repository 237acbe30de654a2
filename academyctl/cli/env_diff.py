"""`academyctl env diff`: two envs of one role, compared by key name."""

from typing import Annotated

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole
from academyctl.cli.run import Run
from academyctl.model.env import Document, SourceKind
from academyctl.model.outcome import Outcome, Table, compared
from academyctl.model.role import Role
from academyctl.model.secret import Secret
from academyctl.plan.split import split_document

app = typer.Typer()
DIFF_STYLES = {"same": "dim", "changed": "warn", "added": "good", "removed": "bad"}


@leaf(app, "env diff", example="academyctl env diff file:.env ssm: --role api")
def diff(
    run: Run,
    a: Annotated[str, typer.Argument(metavar="A", help="file:PATH, ssm:, ssm:@VERSION, container:NAME, process:")],
    b: Annotated[str, typer.Argument(metavar="B", help="The same, to compare with.")],
    role: OneRole,
) -> Outcome:
    """Compare two envs of one role, by key name: same, changed, added, removed. Exit 5 when they differ."""
    from academyctl.cli.sources import read_source

    one = run.role(role)
    old, new = _views(run, one, read_source(run, a, one), read_source(run, b, one))
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


def _views(run: Run, role: Role, a: Document, b: Document) -> tuple[dict[str, Secret], dict[str, Secret]]:
    """Both sides. Of a process or a container also what only the other side calls the role's: a stored blob may hold
    a key that is declared nowhere."""
    old, new = role_view(run, role, a), role_view(run, role, b)
    return _with(a, old, new), _with(b, new, old)


def _with(document: Document, view: dict[str, Secret], other: dict[str, Secret]) -> dict[str, Secret]:
    if document.kind not in (SourceKind.PROCESS, SourceKind.CONTAINER):
        return view
    return view | {key: value for key, value in document.values.items() if key in other}


def role_view(run: Run, role: Role, document: Document) -> dict[str, Secret]:
    """The part of an env that is about `role`: of a file its share, of a process or container its keys, of a blob
    everything."""
    match document.kind:
        case SourceKind.FILE | SourceKind.STDIN:
            entries = split_document(document, run.contract).by_role[role.name]
        case SourceKind.PROCESS | SourceKind.CONTAINER:
            entries = run.contract.own_keys(role, document)
        case SourceKind.SSM:
            return document.values
    return {key: entry.value for key, entry in entries.items()}
