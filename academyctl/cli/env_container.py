"""`academyctl env validate --container`: the env that a container was created with, judged without a shell in it.

One call of the engine for a container that runs. Which stored version it runs is asked of SSM afterwards, and where SSM
cannot be asked that is an info.
"""

from dataclasses import replace

from academyctl.check.container import check_state, whose
from academyctl.check.env import RoleReport, check_role, check_strangers
from academyctl.cli.env_report import EnvReport
from academyctl.cli.run import Run
from academyctl.model.container import Container, Health, State, origins
from academyctl.model.errors import EngineError, NoSuchContainer
from academyctl.model.outcome import Outcome
from academyctl.model.role import Role

UNSEEN = "judged is what the container was created with; what its entrypoint exports is not seen"


def validate_container(run: Run, name: str, role: str | None, *, offline: bool) -> Outcome:
    """`role` None: the roles whose file names the container, else all."""
    from academyctl.containers.read import look_at_container

    asked = run.roles(role) if role else ()
    run.talk.step(f"reading container {name}")
    try:
        container = look_at_container(run.engine, name)
    except NoSuchContainer as gone:
        gone.hint = _way_on(run, name, asked) or gone.hint
        raise
    document = container.document
    report = EnvReport(document.label)
    report.findings += check_state(
        container, "" if container.state is State.RUNNING else _way_on(run, container.name, asked)
    )
    judged = asked or _roles_in(run, container)
    for each in judged:
        report.add(each, _judged(run, each, container), check_strangers(each, document, run.contract))
    report.lines = [_told(container)]
    report.data |= {"container": _data(container), "judged": "Config.Env", "versions": {}}
    if not offline:
        from academyctl.cli.container_version import add_versions

        add_versions(run, judged, container, report)
    report.lines.append(UNSEEN)
    if run.shared.verbose:
        report.data |= {"origins": _origins(run, container)}
    return report.outcome()


def _way_on(run: Run, name: str, asked: tuple[Role, ...]) -> str:
    """The command that goes on with a refresh of the container that was cut off, "" where none was. A second call of
    the engine, for a container that does not serve."""
    from academyctl.containers.read import read_names
    from academyctl.model.refresh import MARK, Names

    names = Names(name.lstrip("/").partition(MARK)[0])
    try:
        is_open = not {names.new, names.old}.isdisjoint(read_names(run.engine))
    except EngineError:
        return ""
    owner = _owner(run, names.serving) or (asked[0].name if len(asked) == 1 else "ROLE")
    return f"academyctl env refresh --container {names.serving} --role {owner}" if is_open else ""


def _owner(run: Run, container: str) -> str:
    """The role whose file names the container; "" where none does."""
    return next((role.name for role in run.contract.roles if role.container == container), "")


def _judged(run: Run, role: Role, container: Container) -> RoleReport:
    """Of another role's container no finding is repaired by putting this role's env into it."""
    document, owner = container.document, _owner(run, container.name)
    report = check_role(role, run.contract.own_keys(role, document), document)
    if owner in ("", role.name):
        return report
    return replace(report, findings=tuple(replace(found, hint=whose(owner)) for found in report.findings))


def _roles_in(run: Run, container: Container) -> tuple[Role, ...]:
    named = tuple(role for role in run.contract.roles if role.container == container.name)
    if not named:
        run.talk.hint(f"no role file names container {container.name}: judged for every role; choose one with --role")
    return named or run.contract.roles


def _told(container: Container) -> str:
    health = "" if container.health is Health.NONE else f", {container.health}"
    return f"{container.name} ({container.short_id}): {container.state}{health}; image {container.image}"


def _data(container: Container) -> dict[str, str]:
    return {
        "name": container.name,
        "id": container.short_id,
        "state": str(container.state),
        "health": str(container.health),
        "image": container.image,
    }


def _origins(run: Run, container: Container) -> dict[str, str]:
    """Key → image, run or engine: a second call, for --verbose. Empty where the image is gone from under it."""
    from academyctl.containers.read import read_image_env

    try:
        found = origins(container, read_image_env(run.engine, container.image_id))
    except EngineError as failure:
        run.talk.detail(failure.message)
        return {}
    for key, origin in found.items():
        run.talk.detail(f"{key}: set by the {origin}")
    return {key: str(origin) for key, origin in found.items()}
