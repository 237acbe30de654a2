"""`academyctl env validate --container`: the env that a container was created with, judged without a shell in it.

One call of the engine. Which stored version the container runs is asked of SSM afterwards, and where SSM cannot be
asked that is an info.
"""

from academyctl.check.container import check_state
from academyctl.check.env import check_role, check_strangers
from academyctl.cli.env_report import EnvReport
from academyctl.cli.run import Run
from academyctl.model.container import Container, Health, origins
from academyctl.model.errors import EngineError
from academyctl.model.outcome import Outcome
from academyctl.model.role import Role

UNSEEN = "judged is what the container was created with; what its entrypoint exports is not seen"


def validate_container(run: Run, name: str, role: str | None, *, offline: bool) -> Outcome:
    """`role` None: the roles whose file names the container, else all."""
    from academyctl.containers.read import look_at_container

    asked = run.roles(role) if role else ()
    run.talk.step(f"reading container {name}")
    container = look_at_container(run.engine, name)
    document = container.document
    report = EnvReport(document.label)
    report.findings += check_state(container)
    judged = asked or _roles_in(run, container)
    for each in judged:
        own = run.contract.own_keys(each, document)
        report.add(each, check_role(each, own, document), check_strangers(each, document, run.contract))
    report.lines = [_told(container)]
    report.data |= {"container": _data(container), "judged": "Config.Env", "versions": {}}
    if not offline:
        from academyctl.cli.container_version import add_versions

        add_versions(run, judged, container, report)
    report.lines.append(UNSEEN)
    if run.shared.verbose:
        report.data |= {"origins": _origins(run, container)}
    return report.outcome()


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
