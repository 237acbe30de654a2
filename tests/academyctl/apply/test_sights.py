"""What a rollout looks at, what that costs, and how quiet readings are counted."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.apply.sights import INFRASTRUCTURE, Sights
from academyctl.model.batch_write import RegisterJobDefinition
from academyctl.model.errors import AwsError
from academyctl.model.rollout import Facts, Load, Sight, Unseen, View
from academyctl.plan.rollout_terms import open_terms
from tests.batch_builders import definition, environment, green, job, queue, sandbox_stack, tags
from tests.support.batch_jobs import NOON, Wish
from tests.support.batch_line import Fate, Line
from tests.support.batch_model import World
from tests.support.rollout_site import BLUE, GREEN, QUEUE

TERMS = open_terms(sandbox_stack(), green(GREEN), "ann")
FAILED = {"status": "FAILED", "stopped_at": int(NOON.timestamp() * 1000)}


def _sights(*, jobs: tuple[Wish, ...] = (), **faults: Any) -> tuple[Sights, Line]:
    world = World()
    world.put(environment(BLUE), green(GREEN))
    world.put_queue(queue(BLUE, GREEN))
    world.definitions.append(definition())
    for wish in jobs:
        world.put_job(QUEUE, wish)
    line = Line(world=world, queue=QUEUE, **faults)
    return Sights(line, line, TERMS), line


def _quiet(sights: Sights, name: str = BLUE) -> Load:
    return sights.add(sights.look(), Unseen(Sight.QUIET, name)).quiet[name]


def test_a_look_is_two_calls() -> None:
    sights, line = _sights()
    facts = sights.look()
    assert line.calls == ["read_environments", "read_queues"]
    assert (facts.canary_jobs, facts.canary_definitions, facts.failures) == (None, None, None)
    assert (facts.quiet, facts.busy) == ({}, {})


def test_quiet_readings_in_a_row_are_counted() -> None:
    sights, _ = _sights()
    assert [_quiet(sights).quiet_reads for _ in range(4)] == [1, 2, 3, 4]


def test_something_that_runs_starts_the_count_over() -> None:
    sights, line = _sights()
    assert [_quiet(sights).quiet_reads for _ in range(2)] == [1, 2]
    line.world.put_job(QUEUE, Wish(seconds=30))
    assert _quiet(sights) == Load(what="1 job")
    line.world.sleep(200)
    assert _quiet(sights).quiet_reads == 1


def test_a_pass_that_did_not_look_starts_the_count_over() -> None:
    sights, _ = _sights()
    assert _quiet(sights).quiet_reads == 1
    sights.look()
    assert _quiet(sights).quiet_reads == 1


def test_a_pass_that_failed_starts_the_count_over() -> None:
    sights, _ = _sights(fates={8: Fate.FAILED})
    assert _quiet(sights).quiet_reads == 1
    with pytest.raises(AwsError):
        _quiet(sights)
    assert _quiet(sights).quiet_reads == 1


def test_each_environment_has_a_count_of_its_own() -> None:
    sights, _ = _sights()
    assert _quiet(sights, BLUE).quiet_reads == 1
    assert _quiet(sights, GREEN).quiet_reads == 1


def test_jobs_are_asked_for_only_when_ecs_says_nothing_runs() -> None:
    sights, line = _sights(jobs=(Wish(seconds=500),))
    line.world.sleep(100)
    assert _quiet(sights) == Load(what="1 task")
    assert line.calls[2:] == ["read_load"]


def test_jobs_of_every_queue_count_and_are_described_in_one_call() -> None:
    sights, line = _sights()
    line.world.put_queue(queue(BLUE, name="other"))
    for _ in range(5):
        line.world.put_job("other", Wish(hides=True))
    assert _quiet(sights) == Load(what="5 jobs")
    assert line.calls[2:] == ["read_load", *["list_jobs"] * 4, "read_jobs"]


def test_an_environment_that_is_gone_runs_nothing_and_is_not_quiet_either() -> None:
    sights, _ = _sights()
    assert _quiet(sights, "nobody") == Load()


def test_an_invalid_one_without_a_cluster_is_quiet() -> None:
    sights, line = _sights()
    line.world.put(environment(BLUE, status="INVALID", cluster_arn=""))
    assert _quiet(sights).quiet_reads == 1
    assert "read_load" not in line.calls


def test_the_canary_is_found_by_its_name_and_its_instance_is_remembered() -> None:
    sights, line = _sights()
    line.world.put_queue(queue(GREEN, name=TERMS.canary_queue))
    line.world.put_job(TERMS.canary_queue, Wish(seconds=5), TERMS.canary_name)
    line.world.put_job(TERMS.canary_queue, Wish(seconds=5), "another")
    line.world.sleep(30)
    (found,) = sights.add(sights.look(), Unseen(Sight.CANARY_JOBS)).canary_jobs or ()
    assert found.name == TERMS.canary_name
    line.world.sleep(1000)
    facts = sights.add(sights.look(), Unseen(Sight.CANARY_JOBS))
    assert facts.canary_instances[found.id].architecture == "arm64"
    assert line.calls.count("read_container_instances") == 1


def test_a_short_arn_is_looked_for_in_greens_cluster() -> None:
    sights, line = _sights()
    line.world.put_queue(queue(GREEN, name=TERMS.canary_queue))
    line.world.put_job(TERMS.canary_queue, Wish(short=True), TERMS.canary_name)
    line.world.sleep(30)
    assert sights.add(sights.look(), Unseen(Sight.CANARY_JOBS)).canary_instances


@pytest.mark.parametrize("status", ["", "DELETING"])
def test_without_a_canary_queue_nobody_is_asked_for_its_jobs(status: str) -> None:
    sights, line = _sights()
    if status:
        line.world.put_queue(queue(GREEN, name=TERMS.canary_queue, status=status))
    assert sights.add(sights.look(), Unseen(Sight.CANARY_JOBS)).canary_jobs == ()
    assert len(line.calls) == 2


def test_that_there_is_no_canary_definition_is_remembered_with_the_live_one() -> None:
    sights, line = _sights()
    facts = sights.add(sights.look(), Unseen(Sight.CANARY_DEFINITIONS))
    assert (facts.canary_definitions, facts.definition) == ((), line.world.definitions[0])
    later = sights.look()
    assert (later.canary_definitions, later.definition) == ((), line.world.definitions[0])
    assert line.calls.count("read_job_definitions") == 2


def test_after_a_write_the_definitions_are_read_again() -> None:
    sights, line = _sights()
    sights.add(sights.look(), Unseen(Sight.CANARY_DEFINITIONS))
    properties: dict[str, Any] = {"containerProperties": {}}
    line.world.write(RegisterJobDefinition(name=TERMS.canary_definition, properties=properties))
    sights.forget_definitions()
    facts = sights.look()
    assert facts.canary_definitions is None
    assert len(sights.add(facts, Unseen(Sight.CANARY_DEFINITIONS)).canary_definitions or ()) == 1


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        ("Host EC2 (instance i-1) terminated.", True),
        ("CannotPullContainerError: no match for linux/arm64", True),
        ("CannotStartContainerError", True),
        ("CannotCreateVolumeError", True),
        ("ResourceInitializationError: unable to pull secrets", True),
        ("DockerTimeoutError", True),
        ("Essential container in task exited", False),
        ("Job attempt duration exceeded timeout", False),
        ("", False),
    ],
)
def test_failures_of_the_machine_are_told_from_those_of_the_encoder(reason: str, counts: bool) -> None:
    assert bool(INFRASTRUCTURE.search(reason)) is counts


def test_only_failures_since_green_was_attached_count() -> None:
    sights, line = _sights()
    world = line.world
    world.put(green(GREEN, phase="attached", tags={**green(GREEN).tags, **tags(at=NOON.isoformat())}))
    hit = job("new", status_reason="Host EC2 terminated", **FAILED)
    inside = job("inside", container_reason="CannotPullContainerError", **FAILED)
    world.jobs = {one.id: one for one in (hit, inside, replace(hit, id="old", stopped_at=hit.stopped_at - 1))}
    world.jobs["app"] = job("app", status_reason="Essential container exited", **FAILED)
    facts = sights.add(sights.look(), Unseen(Sight.FAILURES))
    assert {one.id for one in facts.failures or ()} == {"new", "inside"}
    assert line.calls[2:] == ["list_jobs", "read_jobs"]


def test_a_view_of_facts_that_were_not_looked_at_says_which() -> None:
    view = View(facts=Facts(now=NOON, environments=(environment(BLUE),), queues=()), terms=TERMS)
    for look in (lambda: view.canary_jobs, lambda: view.failures, lambda: view.load(environment(BLUE))):
        with pytest.raises(Unseen):
            look()
