"""`academyctl doctor`: this side of everything, from Python to the clock. What is in AWS, `preflight` looks at."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import typer

from academyctl.check import doctor as check
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.doctor import Check, EngineSeen, Folder, Grade, Package, Problem, SignIn
from academyctl.model.errors import AcademyError, EngineUnreachable
from academyctl.model.finding import Finding
from academyctl.model.outcome import Outcome, Table, checked
from academyctl.profiles.load import check_folder

app = typer.Typer()
MARKS = {Grade.OK: "ok", Grade.INFO: "·", Grade.WARNING: "warning", Grade.ERROR: "error"}
STYLES = {Grade.OK: "", Grade.INFO: "dim", Grade.WARNING: "warn", Grade.ERROR: "bad"}


@leaf(app, "doctor", example="academyctl doctor -o json")
def doctor(run: Run) -> Outcome:
    """Check this side: versions, terminal, profiles, stack, credentials, account, region, clock, docker, folders.

    Exit 0: nothing is in the way. 4: something is, with its remedy. Five seconds at most, also without a network.
    """
    faults, files = check_folder(run.folder)
    rows = (
        check.check_packages(platform.python_version(), _packages()),
        check.check_terminal(sys.stdout.encoding or "", is_terminal=sys.stdout.isatty()),
        check.check_profiles(str(run.folder), _why_folder(run), len(files), len(faults)),
        *(() if faults else _outside(run)),
        check.check_folders([_folder("the working folder", str(Path.cwd())), _folder("TMPDIR", tempfile.gettempdir())]),
    )
    found: tuple[Finding, ...] = tuple(check.as_findings(rows))
    return checked(found, data={"checks": [asdict(row) for row in rows]}, view=(_table(rows),))


def _outside(run: Run) -> Iterator[Check]:
    """What needs a sound stack file; AWS and the container engine are asked at the same time."""
    from academyctl.aws.concurrent import begin

    stack = run.stack
    run.talk.step("asking AWS and the container engine")
    engine = begin(_engine)
    sign_in, tried = _sign_in(run.region)
    seen = engine.result()
    yield check.check_stack(stack.name, _why_stack(run), stack.account, stack.region)
    yield check.check_sign_in(sign_in, tried)
    yield check.check_account(sign_in, stack.account)
    yield check.check_region(_region(run), sign_in.ignored_regions)
    yield check.check_clock(sign_in.ahead)
    yield check.check_engine(seen)


def _sign_in(region: str) -> tuple[SignIn, tuple[str, ...]]:
    from academyctl.aws.sign_in import read_sign_in, tried

    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    return read_sign_in(region, profile), tuple(tried())


def _engine() -> EngineSeen:
    from academyctl.containers.engine import Engine
    from academyctl.containers.version import read_version

    place = said_by = ""
    try:
        engine = Engine()
        place, said_by = engine.endpoint.host, engine.endpoint.said_by
        return EngineSeen(place=place, said_by=said_by, version=read_version(engine))
    except AcademyError as failure:
        problem = Problem(failure.code, failure.message, failure.hint)
        # Nobody chose an engine, and there is none: this machine has no docker.
        is_absent = isinstance(failure, EngineUnreachable) and said_by == "the default"
        return EngineSeen(place=place, said_by=said_by, is_absent=is_absent, problem=problem)


def _packages() -> Iterator[Package]:
    """academyctl itself, and what its pyproject names; extras are not looked at."""
    yield Package("academyctl", _version("academyctl"), "")
    for line in requires("academyctl") or ():
        if "extra" not in line:
            name = line.partition(">")[0].partition("<")[0].strip()
            yield Package(name, _version(name), line.removeprefix(name))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _why_folder(run: Run) -> str:
    if run.shared.profiles is None:
        return "./env_profiles" if str(run.folder) == "env_profiles" else "shipped with academyctl"
    return "ACADEMYCTL_PROFILES" if run.shared.profiles == os.environ.get("ACADEMYCTL_PROFILES") else "--profiles"


def _why_stack(run: Run) -> str:
    if run.shared.stack is None:
        return "the default"
    return "ACADEMYCTL_STACK" if run.shared.stack == os.environ.get("ACADEMYCTL_STACK") else "--stack"


def _region(run: Run) -> str:
    from academyctl.aws.errors import without_user

    said = "--region" if run.shared.region else f"stack {run.stack_name}"
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    return f"{run.region} ({said})" + (f", endpoint {without_user(endpoint)}" if endpoint else "")


def _folder(use: str, path: str) -> Folder:
    """Tried, not asked: a full disk and a read-only mount answer access() with yes."""
    try:
        with tempfile.NamedTemporaryFile(dir=path, prefix=".academyctl-"):
            return Folder(use, path)
    except OSError as refused:
        return Folder(use, path, refused.strerror or "refused")


def _table(rows: tuple[Check, ...]) -> Table:
    cells = tuple((row.id, MARKS[row.level], row.message) for row in rows)
    return Table(columns=("check", "", "what"), rows=cells, styles=tuple(STYLES[row.level] for row in rows))
