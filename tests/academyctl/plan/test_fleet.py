"""What each environment is to the stack, and in which order they are told."""

import pytest

from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.fleet import Fleet
from academyctl.plan.fleet import members, rollout_of
from tests.batch_builders import STEM, environment, green, queue, tags
from tests.builders import NOON

V2, V3, V4 = f"{STEM}-v2", f"{STEM}-v3", f"{STEM}-v4"
RETAINED = environment(V2, state="DISABLED", tags=tags(stack="sandbox", role="blue"))


def told(*environments: ComputeEnvironmentDetail, order: JobQueueDetail | None) -> list[tuple[int, str, str]]:
    fleet = Fleet(now=NOON, environments=environments, queue=order)
    return [(one.place, one.environment.name, str(one.mark)) for one in members(fleet, "sandbox", STEM)]


@pytest.mark.parametrize(
    ("environments", "order", "said"),
    [
        ([], None, []),
        ([environment(V3)], None, [(0, V3, "blue")]),
        ([environment(V3)], queue(V3), [(1, V3, "blue")]),
        ([RETAINED, environment(V3)], queue(V3, V2), [(1, V3, "blue"), (2, V2, "retained")]),
        ([environment(V2), environment(V3)], queue(V3), [(1, V3, "blue"), (0, V2, "untagged")]),
        ([environment(V3), green(V4)], queue(V4, V3), [(1, V4, "green"), (2, V3, "blue")]),
        ([environment(V3), green(V4)], queue(V3), [(1, V3, "blue"), (0, V4, "green")]),
        ([environment(V3), green(V4, phase="done")], queue(V4, V3), [(1, V4, "blue"), (2, V3, "untagged")]),
        ([environment("other"), environment(V3)], queue("other", V3), [(1, "other", "foreign"), (2, V3, "blue")]),
        ([environment("other"), environment(V3)], queue(V3), [(1, V3, "blue")]),
        ([environment(V3)], queue("gone", V3), [(2, V3, "blue")]),
        (
            [environment(f"{STEM}-v10"), environment(f"{STEM}-v9"), environment(V3)],
            queue(V3),
            [(1, V3, "blue"), (0, f"{STEM}-v10", "untagged"), (0, f"{STEM}-v9", "untagged")],
        ),
    ],
    ids=[
        "none",
        "no queue",
        "one",
        "retained behind",
        "made by hand",
        "open rollout",
        "green not attached",
        "ended rollout",
        "foreign in front",
        "foreign elsewhere is nobody's",
        "one of the order is gone",
        "numbers, not letters",
    ],
)
def test_the_queues_environments_come_first_then_the_others_of_the_stem(
    environments: list[ComputeEnvironmentDetail], order: JobQueueDetail | None, said: list[tuple[int, str, str]]
) -> None:
    assert told(*environments, order=order) == said


def test_an_open_rollout_is_told_by_greens_tags() -> None:
    fleet = Fleet(now=NOON, environments=(environment(V3), green(V4, phase="attached")), queue=queue(V4, V3))
    found = rollout_of(fleet, "sandbox", STEM)
    assert found is not None
    assert (found.id, found.phase, found.green, found.blue) == ("r-1", "attached", V4, V3)


@pytest.mark.parametrize("phase", ["done", "aborted", ""])
def test_a_rollout_that_has_ended_is_none(phase: str) -> None:
    assert rollout_of(Fleet(now=NOON, environments=(green(V4, phase=phase),)), "sandbox", STEM) is None


def test_another_stacks_rollout_is_none_of_ours() -> None:
    assert rollout_of(Fleet(now=NOON, environments=(green(V4),)), "production", STEM) is None
