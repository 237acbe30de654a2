"""What a rollout is asked for, and what becomes of it: terms, owner, spec, and the changes as people see them."""

import hashlib
import json
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from academyctl.model.batch import SLOTS, TAG, ComputeEnvironmentDetail, JobQueueDetail, number_of, stem_of, tag_text
from academyctl.model.plan import Action, Change, State, Step
from academyctl.model.rollout import Direction, Phase, Terms, Unseen, View
from academyctl.model.stack import Stack
from academyctl.plan.canary import canary_name
from academyctl.plan.queue_order import aborted_order, attached_order, former_order
from academyctl.plan.rollout import TABLES
from academyctl.plan.serving import CLOSED, OPEN, next_name, of_stem

ENVIRONMENT, QUEUE, DEFINITION = "batch.compute-environment", "batch.job-queue", "batch.job-definition"


def owner(arn: str) -> str:
    """Who a rollout belongs to: the caller's ARN, in the characters that a tag takes.

    A session that botocore named by itself says nothing about a person and is another one in every process: its role
    is the owner.
    """
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d+):assumed-role/(.+)/botocore-session-[^/]*", arn)
    return tag_text(f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else arn)


def spec_of(stack: Stack, ami: str) -> str:
    """A hash of the request: `--ami` as it was given, and what the stack declares."""
    asked = {
        "ami": ami,
        "compute_environment": asdict(stack.compute_environment),
        "network": asdict(stack.network),
        "iam": asdict(stack.iam),
        "job_queue": asdict(stack.job_queue),
        "job_definition": asdict(stack.job_definition),
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def new_terms(
    stack: Stack,
    *,
    blue: ComputeEnvironmentDetail,
    environments: Sequence[ComputeEnvironmentDetail],
    resources: Mapping[str, Any],
    ami: str,
    spec: str,
    by: str,
    rollout: str,
    now: datetime,
    detaches: str = "",
) -> Terms:
    """The terms of a rollout that begins now. `detaches` is `place=name` of the environment that makes room."""
    values = {"stack": stack.name, "rollout": rollout, "role": "green", "phase": "open", "from": blue.name}
    values |= {"ami": ami, "spec": spec, "by": by, "at": now.isoformat(timespec="seconds")}
    if detaches:
        values["detaches"] = detaches
    terms = _terms(stack, next_name(stem_of(stack.compute_environment.name), environments), rollout, by)
    return replace(terms, resources=resources, tags={TAG + name: tag_text(value) for name, value in values.items()})


def open_terms(stack: Stack, green: ComputeEnvironmentDetail, by: str) -> Terms:
    """The terms of one that stands already, as green's tags tell them."""
    return _terms(stack, green.name, green.tag("rollout"), by)


def _terms(stack: Stack, green: str, rollout: str, by: str) -> Terms:
    queue, definition = stack.job_queue.name, stack.job_definition.name
    return Terms(
        stack=stack.name,
        green=green,
        rollout=rollout,
        by=by,
        queue=queue,
        canary_queue=canary_name(queue),
        definition=definition,
        canary_definition=canary_name(definition),
    )


def is_retained(environment: ComputeEnvironmentDetail, stack: str) -> bool:
    """Kept for a way back: it has academyctl's tags, takes no job, and is not part of an open rollout's green."""
    if environment.tag("stack") != stack or environment.is_enabled or environment.is_going:
        return False
    return environment.tag("role") == "blue" or environment.tag("phase") == "aborted"


def retained(
    stack: Stack, environments: Sequence[ComputeEnvironmentDetail], *, but: Sequence[str] = ()
) -> tuple[ComputeEnvironmentDetail, ...]:
    """The retained ones of the stem, oldest first."""
    ours = of_stem(stem_of(stack.compute_environment.name), environments)
    return tuple(one for one in ours if is_retained(one, stack.name) and one.name not in but)


def victims(
    stack: Stack, queue: JobQueueDetail, environments: Sequence[ComputeEnvironmentDetail], blue: str
) -> tuple[ComputeEnvironmentDetail, ...]:
    """Who may be detached where the queue has no slot left, oldest first. Empty where it has one."""
    if len(queue.order) < SLOTS:
        return ()
    return tuple(one for one in retained(stack, environments, but=(blue,)) if one.name in queue.environments)


def last_green(stack: Stack, environments: Sequence[ComputeEnvironmentDetail]) -> ComputeEnvironmentDetail | None:
    """The green of the newest rollout, open or closed: what `ce-rollback` goes back from."""
    ours = of_stem(stem_of(stack.compute_environment.name), environments)
    greens = [
        one
        for one in ours
        if one.tag("stack") == stack.name and one.tag("role") == "green" and one.tag("phase") in OPEN | CLOSED
    ]
    return max(greens, key=lambda one: number_of(one.name), default=None)


# As people see it


def planned(view: View, direction: Direction) -> tuple[Step[Phase], ...]:
    """The changes that are still to come, each with the phase that brings it."""
    made = {Direction.FORWARD: _forward, Direction.ROLLBACK: _rollback, Direction.ABORT: _abort}[direction](view)
    open_phases = _open_phases(view, direction)
    left = tuple(step for step in made if step.write in open_phases)
    # While blue drains everything is written already; what is left is to wait, and to close.
    return left or (made[-1:] if direction is Direction.FORWARD and Phase.CLOSE in open_phases else ())


def _open_phases(view: View, direction: Direction) -> frozenset[Phase]:
    """Not done as far as the environments and the queues tell; what would need a closer look counts as open."""
    return frozenset(row.phase for row in TABLES[direction] if not _is_surely_done(row.is_done, view))


def _is_surely_done(is_done: Callable[[View], bool], view: View) -> bool:
    try:
        return bool(is_done(view))
    except Unseen:
        return False


_WAY_BACK = (Phase.RESTORE, Phase.ORDER, Phase.RESTORE_NOTE, Phase.DISABLE_GREEN)


def unfinished(view: View) -> Phase | None:
    """What an abort that was cut short left undone; None once green has given way to blue."""
    rows = (row for row in TABLES[Direction.ABORT] if row.phase in _WAY_BACK)
    return next((row.phase for row in rows if not row.is_done(view)), None)


def _step(phase: Phase, action: Action, kind: str, target: str, *detail: str, why: str = "") -> Step[Phase]:
    return Step(change=Change(action=action, kind=kind, target=target, detail=detail, why=why), write=phase)


def _forward(view: View) -> tuple[Step[Phase], ...]:
    terms = view.terms
    last = (
        _step(Phase.DELETE, Action.DELETE, ENVIRONMENT, view.blue_name, why="once it is proven drained")
        if terms.delete_blue
        else None
    )
    blue_why = f"{terms.soak:g} s later; its running jobs finish" + ("" if last else "; kept for batch ce-rollback")
    temporary = "for the canary; deleted when it is over"
    steps = (
        _step(Phase.CREATE, Action.CREATE, ENVIRONMENT, terms.green, *_made_of(view), why=_ami_of(view)),
        _step(Phase.CANARY_QUEUE, Action.CREATE, QUEUE, terms.canary_queue, why=temporary),
        _step(Phase.CANARY_DEFINITION, Action.CREATE, DEFINITION, terms.canary_definition, why=temporary),
        _step(
            Phase.ATTACH,
            Action.UPDATE,
            QUEUE,
            terms.queue,
            *_order_detail(view, Direction.FORWARD),
            why="new jobs go to green, blue stands by",
        ),
        _step(Phase.QUIESCE, Action.UPDATE, ENVIRONMENT, view.blue_name, "~ DISABLED", "~ minvCpus 0", why=blue_why),
        *((last,) if last else ()),
    )
    return steps if terms.canary else tuple(step for step in steps if not str(step.write).startswith("canary"))


def _made_of(view: View) -> tuple[str, ...]:
    """What differs between blue and green, as `~ name live → new`."""
    blue, new = view.blue, view.terms.resources
    if blue is None or not new:
        return ()
    names = sorted(set(blue.resources) | set(new))
    differ = [name for name in names if blue.resources.get(name) != new.get(name) and name not in _UNSAID]
    return tuple(f"~ {name} {_short(blue.resources.get(name))} → {_short(new.get(name))}" for name in differ)


_UNSAID = frozenset(("desiredvCpus", "ec2Configuration", "imageId"))


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value)) or "none"
    return str(value) if value not in (None, "") else "none"


def _ami_of(view: View) -> str:
    green, blue = view.green, view.blue
    new = green.tag("ami") if green else view.terms.tags.get(f"{TAG}ami", "")
    old = f", {blue.name} runs {blue.ami or 'what Batch chooses'}" if blue else ""
    return f"{new}{old}"


def _order_detail(view: View, direction: Direction) -> tuple[str, ...]:
    """The order as it will be. Green has no ARN before it is created: its name stands for it."""
    order = {
        Direction.FORWARD: attached_order,
        Direction.ROLLBACK: former_order,
        Direction.ABORT: aborted_order,
    }[direction](view)
    names = [arn.rpartition("/")[2] for arn in order]
    if direction is Direction.FORWARD and view.green is None:
        place = names.index(view.blue_name) if view.blue_name in names else 0
        names = [*names[:place], view.terms.green, *names[place:]]
    gone = [f"- {name}" for name in (view.queue.environments if view.queue else ()) if name not in names]
    return (f"~ order {' '.join(names)}", *gone)


def _rollback(view: View) -> tuple[Step[Phase], ...]:
    return (
        _step(Phase.RESTORE, Action.UPDATE, ENVIRONMENT, view.blue_name, "~ ENABLED", why="serves again"),
        _step(Phase.ORDER, Action.UPDATE, QUEUE, view.terms.queue, *_order_detail(view, Direction.ROLLBACK)),
        _step(Phase.DELETE_GREEN, Action.DELETE, ENVIRONMENT, view.terms.green, why="once it is proven drained"),
    )


def _abort(view: View) -> tuple[Step[Phase], ...]:
    last = (
        _step(Phase.DISABLE_GREEN, Action.UPDATE, ENVIRONMENT, view.terms.green, "~ DISABLED", why="its jobs finish")
        if view.is_attached
        else _step(Phase.DELETE_GREEN, Action.DELETE, ENVIRONMENT, view.terms.green, why="it never took traffic")
    )
    return (
        _step(Phase.RESTORE, Action.UPDATE, ENVIRONMENT, view.blue_name, "~ ENABLED", why="serves again"),
        _step(Phase.ORDER, Action.UPDATE, QUEUE, view.terms.queue, *_order_detail(view, Direction.ABORT)),
        last,
    )


def became(
    steps: Iterable[Step[Phase]], view: View, *, reached: Container[Phase], turned: bool, is_over: bool
) -> tuple[Change, ...]:
    """The planned changes as they are now, by the facts.

    `reached`: the phases that this run wrote in. `turned`: it went back; what it had done is undone, as far as it got.
    `is_over`: the table was worked through.
    """
    changes: list[Change] = []
    for step in steps:
        stands = is_over or (step.write is not None and _stands(step.write, view))
        undone = State.UNDONE if turned and step.write in reached else State.NOT_STARTED
        changes.append(step.change.to(State.DONE if stands and not (turned and _is_canary(step)) else undone))
    return tuple(changes)


def _is_canary(step: Step[Phase]) -> bool:
    return str(step.write).startswith("canary")


def _stands(phase: Phase, view: View) -> bool:
    """What the change of that phase was to bring is there."""
    is_proven = view.phase_tag in ("proven", "attached", "done")
    told = {
        Phase.CREATE: view.green is not None,
        Phase.CANARY_QUEUE: is_proven or view.canary_queue is not None,
        Phase.CANARY_DEFINITION: is_proven or bool(view.facts.canary_definitions or view.facts.canary_jobs),
        Phase.ATTACH: view.is_attached,
        Phase.QUIESCE: bool(view.blue and not view.blue.is_enabled),
        Phase.DELETE: view.blue is None,
        Phase.RESTORE: bool(view.blue and view.blue.is_serving),
        Phase.ORDER: not view.is_attached,
        Phase.DELETE_GREEN: view.green is None,
        Phase.DISABLE_GREEN: bool(view.green and not view.green.is_enabled),
    }
    return told.get(phase, False)
