"""`academyctl env diff`: two envs of one role, compared by key name."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole
from academyctl.cli.run import Run
from academyctl.model.contract import EnvContract
from academyctl.model.env import Document, SourceKind
from academyctl.model.finding import Finding, Level
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
    first, second = read_source(run, a, one), read_source(run, b, one)
    old, new = views(one, run.contract, first, second)
    state = {key: _compared(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())}
    table = Table(
        title=f"{role}: {a} → {b}",
        columns=("key", "is"),
        rows=tuple(state.items()),
        styles=tuple(DIFF_STYLES[how] for how in state.values()),
    )
    outcome = compared(
        any(how != "same" for how in state.values()), data={"a": a, "b": b, "keys": state}, view=(table,)
    )
    return replace(outcome, findings=tuple(dict.fromkeys((*_twice(run, first), *_twice(run, second)))))


def _compared(old: Secret | None, new: Secret | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    return "same" if old == new else "changed"


def _twice(run: Run, document: Document) -> Iterator[Finding]:
    """Keys that a file sets twice: what is compared is the last of them, which may not be the one that people read."""
    if document.kind.is_mixed:
        found = split_document(document, run.contract).findings
        yield from (replace(one, level=Level.WARNING) for one in found if one.code == "env.duplicate")


def views(
    role: Role, contract: EnvContract, a: Document, b: Document
) -> tuple[Mapping[str, Secret], Mapping[str, Secret]]:
    """Both sides, as key → value.

    Of a file what is the role's and what is nobody's; another role's key, too, that the other side holds. Of a process
    or a container the role's keys, and what the other side counts. Of a blob everything.
    """
    old, new = _counted(role, contract, a, b), _counted(role, contract, b, a)
    return _with(a, old, new), _with(b, new, old)


def _counted(role: Role, contract: EnvContract, document: Document, other: Document) -> Mapping[str, Secret]:
    match document.kind:
        case SourceKind.FILE | SourceKind.STDIN:
            return _of_file(role, contract, document, other)
        case SourceKind.PROCESS | SourceKind.CONTAINER:
            return {key: entry.value for key, entry in contract.own_keys(role, document).items()}
        case SourceKind.SSM:
            return document.values


def _of_file(role: Role, contract: EnvContract, document: Document, other: Document) -> Mapping[str, Secret]:
    """An old name is mapped, unless the other side is a blob with the same old name: they are alike as they stand."""
    stands = other.values if other.kind is SourceKind.SSM else {}
    mapped = tuple(entry for entry in document.entries if entry.key not in contract.aliases or entry.key not in stands)
    split = split_document(replace(document, entries=mapped), contract)
    own = {key: entry.value for key, entry in split.by_role[role.name].items()}
    seen = {} if other.kind.is_mixed else other.values
    beside = {
        key: value
        for key, value in document.values.items()
        if not split.homes.get(key) or (key in seen and role.name not in split.homes[key])
    }
    return own | beside


def _with(document: Document, view: Mapping[str, Secret], other: Mapping[str, Secret]) -> Mapping[str, Secret]:
    """A process or a container holds many keys that are nobody's: of those only what the other side counts."""
    if document.kind not in (SourceKind.PROCESS, SourceKind.CONTAINER):
        return view
    return {**view, **{key: value for key, value in document.values.items() if key in other}}
