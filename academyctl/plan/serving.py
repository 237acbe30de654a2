"""Which environment of a stack serves, which is new, what the next one is called. Everything else asks here."""

from collections.abc import Iterable, Sequence

from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail, number_of, stem_of

OPEN = frozenset(("open", "proven", "attached", "rollback"))
"""Values of a green's tag `academyctl:phase` while its rollout is going on."""
CLOSED = frozenset(("done", "aborted"))
"""The values after its end: it serves, or it gave way to blue."""


def of_stem(stem: str, environments: Iterable[ComputeEnvironmentDetail]) -> tuple[ComputeEnvironmentDetail, ...]:
    """The environments of one identity, by number."""
    found = [one for one in environments if stem_of(one.name) == stem]
    return tuple(sorted(found, key=lambda one: number_of(one.name)))


def serving(
    stem: str, environments: Iterable[ComputeEnvironmentDetail], queue: JobQueueDetail | None
) -> ComputeEnvironmentDetail | None:
    """The first ENABLED VALID one of the stem in the queue's order; else the first of the stem in the order; without a
    queue or an attached one the highest number that is not DELETING. None where the stem has none."""
    ours = of_stem(stem, environments)
    by_name = {one.name: one for one in ours}
    attached = [by_name[name] for name in queue.environments if name in by_name] if queue else []
    chosen = next((one for one in attached if one.is_serving), None) or (attached[0] if attached else None)
    if chosen:
        return chosen
    standing = [one for one in ours if not one.is_going]
    return standing[-1] if standing else None


def next_name(stem: str, environments: Iterable[ComputeEnvironmentDetail]) -> str:
    """One more than the highest number of the stem among all, hand-made and DELETING ones included."""
    return f"{stem}-v{max((number_of(one.name) for one in of_stem(stem, environments)), default=0) + 1}"


def open_green(
    stack: str, stem: str, environments: Iterable[ComputeEnvironmentDetail]
) -> ComputeEnvironmentDetail | None:
    """The green of a rollout that has not ended, by its tags; the newest, should there be several."""
    found = [
        one
        for one in of_stem(stem, environments)
        if one.tag("stack") == stack and one.tag("role") == "green" and one.tag("phase") in OPEN
    ]
    return found[-1] if found else None


def blue_of(
    green: ComputeEnvironmentDetail, environments: Iterable[ComputeEnvironmentDetail]
) -> ComputeEnvironmentDetail | None:
    """The environment that green takes over from; None when it is gone."""
    return next((one for one in environments if one.name == green.tag("from")), None)


def named(name: str, environments: Iterable[ComputeEnvironmentDetail]) -> ComputeEnvironmentDetail | None:
    return next((one for one in environments if one.name == name), None)


def queues_of(environment: ComputeEnvironmentDetail, queues: Sequence[JobQueueDetail]) -> tuple[JobQueueDetail, ...]:
    """The queues that have it in their order."""
    return tuple(queue for queue in queues if environment.name in queue.environments)
