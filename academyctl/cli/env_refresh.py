"""`academyctl env refresh`: what SSM holds into a running container, by recreating it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole
from academyctl.cli.posix import posix_only
from academyctl.cli.run import Run
from academyctl.model.errors import AcademyError, Interrupted, RolledBack, UsageError
from academyctl.model.finding import Finding
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Action, Change, Plan, State, Step, key_changes
from academyctl.model.refresh import MARK, Image, Names, NewEnv, RefreshWrite, Standing, Waits, Way
from academyctl.model.role import Role

if TYPE_CHECKING:
    from academyctl.cli.stored import Judged
    from academyctl.containers.recreate import Recreator
    from academyctl.model.container import Container

app = typer.Typer()


@dataclass(frozen=True, kw_only=True)
class _Options:
    waits: Waits
    keep_old: bool


@leaf(app, "env refresh", writes=True, example="academyctl env refresh --container academy-api --role api")
def refresh(
    run: Run,
    container: Annotated[str, typer.Option("--container", metavar="NAME", help="The running container.")],
    role: OneRole,
    prune: Annotated[bool, typer.Option("--prune", help="Keys of the run that SSM lacks go.")] = False,
    keep_old: Annotated[
        bool, typer.Option("--keep-old", help="Keep the former container, stopped, as NAME.academyctl-kept.")
    ] = False,
    settle: Annotated[
        float | None,
        typer.Option(
            "--settle",
            min=0,
            metavar="S",
            help="Seconds to run, where there is no healthcheck (default: 10, or all of a shorter --timeout).",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, metavar="S", help="Seconds until it is healthy, or the former is back.")
    ] = 120.0,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Bring the former container back (of a cut-off refresh, or a kept one).")
    ] = False,
) -> Outcome:
    """Recreate a running container with the env that SSM holds; nothing else of it changes.

    `docker restart` does not read an env file again. A new container is made from the old one's own configuration,
    takes its place, and is waited for until it is healthy; on any failure the old one serves again (exit 7). Killed at
    any point, the same command goes on, and --rollback (which needs no AWS) goes back.
    """
    posix_only("env refresh")
    if settle is not None and settle > timeout:
        raise UsageError("--settle is longer than --timeout")
    if rollback and (prune or keep_old):
        raise UsageError("--rollback goes with neither --prune nor --keep-old")
    waits = Waits(settle=min(Waits().settle, timeout) if settle is None else settle, timeout=timeout)
    options = _Options(waits=waits, keep_old=keep_old)
    one = run.stored_role(role)
    if rollback:
        return _roll_back(run, _names(container), options)
    head = run.head()
    return _refresh(run, _names(container), one, head, options, prune=prune)


def _names(container: str) -> Names:
    name = container.lstrip("/")
    if MARK in name:
        raise UsageError(
            f"{name} is a name that a refresh uses; name the container that serves", hint=name.partition(MARK)[0]
        )
    return Names(name)


def _refresh(run: Run, names: Names, role: Role, head: dict[str, str], options: _Options, *, prune: bool) -> Outcome:
    from academyctl.cli.stored import read_judged
    from academyctl.plan.refresh import plan_env, writes_of
    from academyctl.plan.refresh_guards import guard_role, guard_state, told_kept, told_policy

    stored = read_judged(run, role)
    engine, standing, way = _read(run, names)
    base = _base(standing, way)
    image = engine.read_image(base)
    env = plan_env(base, image.env, stored.env, prune=prune)
    writes = writes_of(way, env)
    findings = [*stored.findings, *guard_state(base, comes_back=way is Way.BACK), *told_kept(base, role.name, env)]
    findings += [*guard_role(base, role, run.contract.roles), *told_policy(standing)]
    if writes:
        findings += [*_guarded(engine, standing, base, options), *_judged(run, role, base, env, stored)]
    steps = tuple(_step(write, standing, env, image, options) for write in writes)
    plan = Plan(steps=steps, findings=tuple(findings))
    data = _data(stored, base, env, way)

    def apply() -> tuple[Change, ...]:
        try:
            return _apply(run, engine, standing, plan, options, {**head, **data}, image=image, env=env)
        except RolledBack as failure:
            failure.hint = failure.hint or f"academyctl env diff container:{base.name} ssm: --role {role.name}"
            raise

    return carry_out(run, plan, head=head, data=data, apply=apply)


def _read(run: Run, names: Names) -> "tuple[Recreator, Standing, Way]":
    from academyctl.apply.turn import one_at_a_time
    from academyctl.containers.recreate import Recreator
    from academyctl.plan.refresh import find_way

    engine = Recreator(run.engine)
    run.talk.step(f"reading container {names.serving}")
    standing = engine.read_standing(names)
    if standing.serving is None and not standing.is_open:
        standing = engine.read_standing(_names(engine.read_named(names.serving).name))
    if standing.is_open:
        # What looks unfinished may be in the middle of it: then this is a Conflict.
        with one_at_a_time(_turn(engine, standing)):
            standing = engine.read_standing(standing.names)
        run.talk.hint(f"a refresh of {standing.names.serving} was cut off; --rollback goes back from it without AWS")
    return engine, standing, find_way(standing)


def _turn(engine: "Recreator", standing: Standing) -> str:
    return f"{engine.identity()} {standing.names.serving}"


def _base(standing: Standing, way: Way) -> "Container":
    """Who serves once an open refresh is settled: its env is what the new one starts from."""
    base = standing.serving if way is Way.FINISH else standing.former
    assert base is not None
    return base


def _guarded(engine: "Recreator", standing: Standing, base: "Container", options: _Options) -> list[Finding]:
    from academyctl.plan.refresh_guards import guard_copy, guard_files, guard_health, guard_missed, guard_sharers

    return [
        *guard_copy(base),
        *guard_health(base, options.waits),
        *guard_sharers(base, engine.read_sharers(base, standing.names)),
        *guard_missed(base, engine.read_missed(base)),
        *guard_files(base, engine.read_changes(base)),
    ]


def _judged(run: Run, role: Role, base: "Container", env: NewEnv, stored: "Judged") -> list[Finding]:
    """The planned env against the role's contract, as `env validate --container` would judge it; what is wrong with the
    blob already is not said twice."""
    from dataclasses import replace

    from academyctl.check.env import check_role, check_strangers
    from academyctl.model.env import Entry

    document = replace(base.document, entries=tuple(Entry(key, value) for key, value in env.values.items()))
    own = run.contract.own_keys(role, document)
    said = {(found.code, found.subject) for found in stored.findings}
    judged = (*check_role(role, own, document).findings, *check_strangers(role, document, run.contract))
    return [found for found in judged if (found.code, found.subject) not in said]


def _step(write: RefreshWrite, standing: Standing, env: NewEnv, image: Image, options: _Options) -> Step[RefreshWrite]:
    detail: tuple[str, ...] = ()
    match write:
        case RefreshWrite.BACK:
            why = "a refresh was cut off: the former container serves again"
        case RefreshWrite.FINISH:
            why = "a refresh was cut off: its new container is proven, and the former one goes"
        case RefreshWrite.RECREATE:
            why, detail = _why(standing, env, image, options), key_changes(env.added, env.changed, env.removed)
    change = Change(action=Action.UPDATE, kind="container", target=standing.names.serving, detail=detail, why=why)
    return Step(change=change, write=write)


def _why(standing: Standing, env: NewEnv, image: Image, options: _Options) -> str:
    told = ["recreated: nothing but its env changes"]
    if not image.same_tag:
        told.append("its image is taken by id: the name that it was made from is another one's now, or nobody's")
    if env.kept:
        told.append(f"kept though SSM lacks them: {', '.join(env.kept)}")
    if options.keep_old:
        instead = f" in place of {standing.kept.short_id}, which goes" if standing.kept else ""
        told.append(f"the former one is kept as {standing.names.kept}{instead}")
    return "; ".join(told)


def _data(stored: "Judged", base: "Container", env: NewEnv, way: Way) -> dict[str, Any]:
    return {
        "container": base.name,
        "parameter": stored.parameter.name,
        "ssm_version": stored.parameter.version,
        "image": base.image_id,
        "unfinished": str(way),
        "env": {
            "added": list(env.added),
            "changed": list(env.changed),
            "removed": list(env.removed),
            "kept": list(env.kept),
        },
    }


def _roll_back(run: Run, names: Names, options: _Options) -> Outcome:
    """Needs neither AWS nor the role's blob."""
    from academyctl.plan.refresh import check_kept
    from academyctl.plan.refresh_guards import told_policy

    engine, standing, _ = _read(run, names)
    if not standing.is_open and standing.kept:
        check_kept(standing)
    former = standing.former if standing.is_open else standing.kept
    data = {"container": standing.names.serving, "former": former.id[:12] if former else ""}
    change = Change(
        action=Action.UPDATE,
        kind="container",
        target=standing.names.serving,
        why=f"the former container ({former.short_id}) serves again" if former else "there is no former container",
    )
    steps = (Step(change=change, write=RefreshWrite.BACK),) if former else ()
    plan = Plan[RefreshWrite](steps=steps, findings=tuple(told_policy(standing)))
    return carry_out(run, plan, head={}, data=data, apply=lambda: _apply(run, engine, standing, plan, options, data))


def _apply(
    run: Run,
    engine: "Recreator",
    standing: Standing,
    plan: Plan[RefreshWrite],
    options: _Options,
    data: Mapping[str, Any],
    *,
    image: Image | None = None,
    env: NewEnv | None = None,
) -> tuple[Change, ...]:
    """The writes of the plan, in order, by one refresh of this container at a time."""
    from academyctl.apply.refresh import Refresh
    from academyctl.apply.turn import one_at_a_time
    from academyctl.apply.wait import Poll

    run.shield.up()
    refreshing = Refresh(
        containers=engine,
        names=standing.names,
        waits=options.waits,
        poll=Poll(every=min(0.5, max(options.waits.settle / 4, 0.05)), stop=run.shield),
        progress=run.talk.step,
        keep=options.keep_old,
    )
    todo: dict[RefreshWrite, Callable[[], None]] = {
        RefreshWrite.BACK: refreshing.take_back,
        RefreshWrite.FINISH: refreshing.finish,
    }
    if image and env:
        todo[RefreshWrite.RECREATE] = lambda: refreshing.recreate(image, env)
    changes: list[Change] = []
    try:
        with one_at_a_time(_turn(engine, standing)):
            refreshing.begin(standing)
            for step in plan.steps:
                if step.write:
                    todo[step.write]()
                changes.append(step.change.to(State.DONE))
    except AcademyError as failure:
        failure.changes = _became(plan, changes, refreshing.is_undone)
        failure.data = {**data, **failure.data}
        raise
    if run.shield():
        raise Interrupted(f"{run.shield.name} came when everything was done", changes=changes, data=data)
    return tuple(changes)


def _became(plan: Plan[RefreshWrite], done: list[Change], is_undone: bool | None) -> tuple[Change, ...]:
    """`is_undone` of the change that failed; None where it was never begun."""
    states = {True: State.UNDONE, False: State.FAILED, None: State.NOT_STARTED}
    rest = plan.changes[len(done) :]
    return (*done, *(change.to(states[is_undone] if not at else State.NOT_STARTED) for at, change in enumerate(rest)))
