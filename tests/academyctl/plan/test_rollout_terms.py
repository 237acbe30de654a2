"""What a rollout is asked for: its owner, its spec, its names and tags; who makes room; and the changes as told."""

from dataclasses import fields, replace
from typing import Any

import pytest

from academyctl.model.batch import ComputeEnvironmentDetail
from academyctl.model.plan import Action, State
from academyctl.model.rollout import Direction, Facts, Phase, Terms, View
from academyctl.model.stack import Stack
from academyctl.plan.clone import green_resources
from academyctl.plan.rollout_terms import (
    became,
    is_retained,
    last_green,
    new_terms,
    open_terms,
    owner,
    planned,
    retained,
    spec_of,
    victims,
)
from tests.batch_builders import STEM, changed_stack, environment, green, job, queue, sandbox_stack, tags
from tests.support.batch_jobs import NOON

NEW = "ami-00000000000000002"
BLUE, GREEN = f"{STEM}-v3", f"{STEM}-v4"


@pytest.mark.parametrize(
    ("arn", "whose"),
    [
        ("arn:aws:iam::1:user/ann", "arn:aws:iam::1:user/ann"),
        ("arn:aws:iam::1:root", "arn:aws:iam::1:root"),
        ("arn:aws:sts::1:assumed-role/Ops/ann", "arn:aws:sts::1:assumed-role/Ops/ann"),
        ("arn:aws:sts::1:assumed-role/Ops/botocore-session-1790000000", "arn:aws:iam::1:role/Ops"),
        ("arn:aws-cn:sts::1:assumed-role/Ops/botocore-session-1", "arn:aws-cn:iam::1:role/Ops"),
        ("arn:aws:sts::1:assumed-role/botocore-session-1/ann", "arn:aws:sts::1:assumed-role/botocore-session-1/ann"),
        ("arn:aws:sts::1:assumed-role/Ops/ann,bob", "arn:aws:sts::1:assumed-role/Ops/ann_bob"),
    ],
)
def test_the_owner_is_the_caller_or_the_role_of_a_session_that_nobody_named(arn: str, whose: str) -> None:
    assert owner(arn) == whose


def test_an_owner_fits_a_tag() -> None:
    assert len(owner(f"arn:aws:iam::1:user/{'a' * 300}")) == 256


def _declared(part: str) -> list[tuple[str, Stack]]:
    stack = sandbox_stack()
    found = getattr(stack, part)
    return [(one.name, replace(stack, **{part: replace(found, **{one.name: "other"})})) for one in fields(found)]


@pytest.mark.parametrize("part", ["compute_environment", "network", "iam", "job_queue", "job_definition"])
def test_the_spec_covers_every_declared_value(part: str) -> None:
    for name, stack in _declared(part):
        assert spec_of(stack, "latest") != spec_of(sandbox_stack(), "latest"), name


def test_the_spec_covers_the_ami_as_it_was_given_and_nothing_else_of_the_stack() -> None:
    stack = sandbox_stack()
    assert spec_of(stack, "latest") != spec_of(stack, NEW)
    elsewhere = replace(stack, kms_key="other", legacy_queues=("q",), ecr_images=("i",), parameters=(("api", "/x"),))
    assert spec_of(elsewhere, NEW) == spec_of(stack, NEW) == spec_of(replace(stack), NEW)


def _terms(*names: str, detaches: str = "", stack: Stack | None = None) -> Terms:
    stack, blue = stack or sandbox_stack(), environment(BLUE)
    return new_terms(
        stack,
        blue=blue,
        environments=[environment(name) for name in names or (BLUE,)],
        resources=green_resources(stack, blue, NEW),
        ami=NEW,
        spec="abc",
        by="arn:aws:iam::1:user/ann",
        rollout="r-1",
        now=NOON,
        detaches=detaches,
    )


def test_a_new_rollout_says_everything_in_the_tags_of_green() -> None:
    assert _terms().tags == tags(
        stack="sandbox",
        rollout="r-1",
        role="green",
        phase="open",
        ami=NEW,
        spec="abc",
        by="arn:aws:iam::1:user/ann",
        at="2026-11-22T12:00:00+00:00",
    ) | {"academyctl:from": BLUE}
    assert _terms(detaches=f"2={STEM}-v2").tags["academyctl:detaches"] == f"2={STEM}-v2"


@pytest.mark.parametrize(("names", "made"), [((f"{STEM}-v9",), "v10"), ((STEM,), "v2"), ((BLUE, f"{STEM}-v7"), "v8")])
def test_green_takes_the_next_number(names: tuple[str, ...], made: str) -> None:
    assert _terms(*names).green == f"{STEM}-{made}"


def test_the_names_of_an_open_rollout_are_those_of_a_new_one() -> None:
    new, going_on = _terms(), open_terms(sandbox_stack(), green(GREEN), "arn:aws:iam::1:user/ann")
    names = ("stack", "green", "rollout", "by", "queue", "canary_queue", "definition", "canary_definition")
    assert [getattr(new, name) for name in names] == [getattr(going_on, name) for name in names]
    assert new.canary_name == going_on.canary_name == "academyctl-canary-r-1"


def test_a_definition_of_128_characters_has_a_canary_of_its_own() -> None:
    terms = _terms(stack=changed_stack(name="d" * 128))
    assert len(terms.canary_definition) == 128
    assert terms.canary_definition != terms.definition


OURS = tags(stack="sandbox", role="blue")


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"state": "DISABLED", "tags": OURS}, True),
        ({"state": "DISABLED", "tags": tags(stack="sandbox", role="green", phase="aborted")}, True),
        ({"state": "ENABLED", "tags": OURS}, False),
        ({"state": "DISABLED", "tags": {}}, False),
        ({"state": "DISABLED", "tags": tags(stack="other", role="blue")}, False),
        ({"state": "DISABLED", "tags": tags(stack="sandbox", role="green", phase="open")}, False),
        ({"state": "DISABLED", "tags": tags(stack="sandbox", role="green", phase="done")}, False),
        ({"state": "DISABLED", "status": "DELETING", "tags": OURS}, False),
    ],
)
def test_retained_is_what_academyctl_disabled_for_a_way_back(changes: dict[str, Any], kept: bool) -> None:
    assert is_retained(environment(**changes), "sandbox") is kept


def _old(number: int) -> ComputeEnvironmentDetail:
    return environment(f"{STEM}-v{number}", state="DISABLED", tags=OURS)


def test_who_makes_room_is_the_oldest_retained_one_in_a_full_queue() -> None:
    stack, standing = sandbox_stack(), [_old(10), environment(f"{STEM}-v11"), _old(9), _old(2)]
    full = queue(f"{STEM}-v11", f"{STEM}-v10", f"{STEM}-v9")
    assert [one.name for one in victims(stack, full, standing, f"{STEM}-v11")] == [f"{STEM}-v9", f"{STEM}-v10"]
    assert victims(stack, queue(f"{STEM}-v11", f"{STEM}-v9"), standing, f"{STEM}-v11") == ()
    assert [one.name for one in retained(stack, standing)] == [f"{STEM}-v2", f"{STEM}-v9", f"{STEM}-v10"]
    assert _old(9).name not in [one.name for one in victims(stack, full, standing, f"{STEM}-v9")]


def test_the_last_green_is_the_newest_by_number_whether_open_or_closed() -> None:
    stack = sandbox_stack()
    standing = [green(f"{STEM}-v10", phase="done"), green(f"{STEM}-v9", phase="open"), environment(f"{STEM}-v11")]
    found = last_green(stack, standing)
    assert found is not None
    assert found.name == f"{STEM}-v10"
    assert last_green(stack, [environment(), green(f"{STEM}-v12", phase="")]) is None


def _view(terms: Terms, *names: str, standing: tuple[ComputeEnvironmentDetail, ...] = ()) -> View:
    found = standing or (environment(BLUE),)
    return View(facts=Facts(now=NOON, environments=found, queues=(queue(*names or (BLUE,)),)), terms=terms)


def test_a_new_rollout_is_told_as_the_changes_that_it_brings() -> None:
    steps = planned(_view(_terms()), Direction.FORWARD)
    told = [(step.change.action, step.change.target) for step in steps]
    assert told == [
        (Action.CREATE, GREEN),
        (Action.CREATE, "academy-video-batch-queue-canary"),
        (Action.CREATE, "academy-video-batch-jobdef-canary"),
        (Action.UPDATE, "academy-video-batch-queue"),
        (Action.UPDATE, BLUE),
    ]
    assert f"~ order {GREEN} {BLUE}" in steps[3].change.detail


def test_options_change_what_is_told() -> None:
    bare = planned(_view(replace(_terms(), canary=False, delete_blue=True)), Direction.FORWARD)
    assert [step.write for step in bare] == [Phase.CREATE, Phase.ATTACH, Phase.QUIESCE, Phase.DELETE]


def test_of_a_rollout_that_goes_on_only_the_rest_is_told() -> None:
    terms = open_terms(sandbox_stack(), green(GREEN), "ann")
    view = _view(terms, GREEN, BLUE, standing=(environment(BLUE), green(GREEN, phase="attached")))
    assert [step.write for step in planned(view, Direction.FORWARD)] == [Phase.QUIESCE]
    assert planned(_view(terms, GREEN, BLUE, standing=(green(GREEN, phase="done"),)), Direction.ABORT)


@pytest.mark.parametrize(("names", "last"), [((GREEN, BLUE), Phase.DISABLE_GREEN), ((BLUE,), Phase.DELETE_GREEN)])
def test_an_abort_deletes_a_green_that_never_took_traffic(names: tuple[str, ...], last: Phase) -> None:
    terms = open_terms(sandbox_stack(), green(GREEN), "ann")
    view = _view(terms, *names, standing=(environment(BLUE), green(GREEN)))
    assert planned(view, Direction.ABORT)[-1].write is last


def test_after_turning_back_what_was_written_is_undone_and_the_rest_never_started() -> None:
    steps = planned(_view(_terms()), Direction.FORWARD)
    states = became(steps, _view(_terms()), reached={Phase.CREATE, Phase.CANARY_QUEUE}, turned=True, is_over=False)
    assert [one.state for one in states] == [State.UNDONE, State.UNDONE, *[State.NOT_STARTED] * 3]


def test_a_canary_that_is_under_way_has_begun() -> None:
    steps, view = planned(_view(_terms()), Direction.FORWARD), _view(_terms())
    canary = queue(name=view.terms.canary_queue)
    there = replace(view, facts=replace(view.facts, queues=(*view.facts.queues, canary), canary_jobs=(job(),)))
    states = became(steps, there, reached=set(), turned=False, is_over=False)
    told = {step.write: state.state for step, state in zip(steps, states, strict=True)}
    assert (told[Phase.CANARY_QUEUE], told[Phase.CANARY_DEFINITION]) == (State.DONE, State.DONE)
    assert told[Phase.ATTACH] is State.NOT_STARTED


def test_at_the_end_everything_is_done() -> None:
    steps = planned(_view(_terms()), Direction.FORWARD)
    states = became(steps, _view(_terms()), reached=set(), turned=False, is_over=True)
    assert {one.state for one in states} == {State.DONE}
