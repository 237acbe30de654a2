"""A rollout that is not alone: other operators, Terraform, and who interrupts it."""

from academyctl.apply.rollout import SENDS
from academyctl.model.batch import CeState
from academyctl.model.batch_write import TagResource
from tests.batch_builders import arn_of, tags
from tests.support.batch_jobs import Wish
from tests.support.batch_line import Fate
from tests.support.rollout_site import (
    ANN,
    BLUE,
    BOB,
    GREEN,
    QUEUE,
    End,
    Ran,
    check_done,
    check_held,
    order,
    site,
    state,
)


def test_somebody_elses_rollout_is_refused_by_name_and_taken_over_when_asked() -> None:
    at = site()
    at.roll(at.line(fates={40: Fate.KILLED_AFTER}))
    refused = at.roll(by=BOB)
    assert refused.end is End.CONFLICT
    assert ANN in str(refused.error)
    assert at.roll(by=BOB, take_over=True).end is End.DONE
    check_done(at)
    assert at.world.environments[GREEN].tag("by") == BOB


def test_a_run_that_lost_ownership_stops_and_undoes_nothing() -> None:
    at = site()
    steal = TagResource(arn=arn_of(GREEN), tags=tags(by=BOB))
    ran = at.roll(at.line(hooks={40: lambda: at.world.write(steal)}))
    assert ran.end is End.CONFLICT
    assert at.world.truth[-1] == steal
    assert GREEN in at.world.environments


def test_of_two_that_start_at_once_one_proceeds_and_the_other_names_it() -> None:
    at = site()
    ends: list[End] = []
    # AWS's clock is read once in `begin`, the create is the fifth call: the other one creates in between.
    ran = at.roll(at.line(hooks={5: lambda: ends.append(at.roll(at.line(fates={9: Fate.KILLED_BEFORE}), by=BOB).end)}))
    assert ran.end is End.CONFLICT
    assert BOB in str(ran.error)
    assert at.world.environments[GREEN].tag("by") == BOB
    assert at.roll(by=BOB).end is End.DONE


def test_two_of_the_same_caller_with_the_same_request_are_one_rollout() -> None:
    at = site()
    ran = at.roll(at.line(hooks={5: lambda: at.roll(at.line(fates={30: Fate.KILLED_BEFORE}))}))
    assert ran.end is End.DONE
    check_done(at)


def test_an_abort_meanwhile_stops_the_run_which_undoes_nothing() -> None:
    at = site(soak=600)
    aborts: list[Ran] = []

    def at_the_first_look_for_failures(call: str) -> Fate:
        if call == "list_jobs" and not aborts:
            aborts.append(at.abort(only_open=False))
        return Fate.OK

    ran = at.roll(at.line(always=at_the_first_look_for_failures))
    assert ran.end is End.CONFLICT
    assert "aborted by another run" in str(ran.error)
    assert order(at) == ["v3", "v4"]
    assert state(at, BLUE) == ("ENABLED", "VALID")


def test_an_abort_before_traffic_deletes_green_and_one_after_it_retains_green() -> None:
    at = site()
    at.roll(at.line(fates={60: Fate.KILLED_AFTER}))
    assert at.abort().end is End.DONE
    assert set(at.world.environments) == {BLUE}
    assert list(at.world.queues) == [QUEUE]
    at = site(soak=600)
    at.roll(at.line(fates={150: Fate.KILLED_AFTER}))
    assert at.abort().end is End.DONE
    assert order(at) == ["v3", "v4"]
    assert state(at, GREEN) == ("DISABLED", "VALID")
    assert at.roll().end is End.DONE, "the next one takes the next number"
    assert order(at) == ["v5", "v3", "v4"]


def test_terraform_that_undoes_the_order_again_and_again_ends_the_run() -> None:
    at = site(soak=5000)
    every = {call: lambda: at.world.reorder(QUEUE, BLUE) for call in range(130, 1000, 7)}
    ran = at.roll(at.line(hooks=every))
    assert ran.end is End.CONFLICT
    assert f"done {SENDS} times" in str(ran.error)
    assert ran.line.wrong == []


def test_terraform_that_undoes_the_order_once_is_made_good() -> None:
    at = site()
    ran = at.roll(at.line(hooks={150: lambda: at.world.reorder(QUEUE, BLUE)}))
    assert ran.end is End.DONE
    check_done(at)


def test_a_blue_that_was_enabled_again_while_it_drained_loses_no_job_that_it_took() -> None:
    """The job names no instance for a long time, and was created after blue was first seen DISABLED."""
    at = site(jobs=(Wish(seconds=700),), delete_blue=True, canary=False)

    def enabled_again() -> None:
        at.world.full.add(GREEN)
        at.world.set_state(BLUE, CeState.ENABLED)
        at.world.later(25, lambda: at.world.put_job(QUEUE, Wish(seconds=3000, hides=True)))

    at.world.later(400, enabled_again)
    at.world.later(600, lambda: at.world.full.discard(GREEN))
    ran = at.roll()
    assert ran.end is End.DONE
    check_held(ran, at)
    assert at.world.seconds > 3000


def test_a_job_that_was_placed_while_blue_was_being_disabled_is_waited_for() -> None:
    """AWS acknowledges before it holds: until blue is VALID again it goes on taking jobs."""
    at = site(delete_blue=True, canary=False)
    jobs: list[str] = []

    def during_the_update(call: str) -> Fate:
        if GREEN not in at.world.full and state(at, BLUE) == ("DISABLED", "UPDATING"):
            at.world.full.add(GREEN)
            at.world.later(12, lambda: jobs.append(at.world.put_job(QUEUE, Wish(seconds=2000, hides=True))))
        return Fate.OK

    ran = at.roll(at.line(always=during_the_update))
    assert ran.end is End.DONE
    assert at.world.jobs[jobs[0]].status == "SUCCEEDED"
    check_held(ran, at)


def test_a_stop_ends_the_run_in_its_phase_and_the_next_goes_on() -> None:
    at = site(soak=600)
    at.stop = lambda: at.world.seconds > 400
    ran = at.roll()
    assert ran.end is End.INTERRUPTED
    assert "in phase “soak”" in str(ran.error)
    at.stop = lambda: False
    assert at.roll().end is End.DONE
    check_done(at)


def test_a_canary_whose_instance_nobody_saw_is_sent_again_and_proves_nothing() -> None:
    at = site()
    at.world.canary = Wish(seconds=5, hides=True)
    ran = at.roll()
    assert ran.end is End.ROLLED_BACK
    assert f"{SENDS} canaries ended well" in str(ran.error)
    at.world.canary = Wish()
    assert at.roll().end is End.DONE


def test_a_canary_is_proven_also_where_ecs_gives_short_arns() -> None:
    at = site()
    at.world.canary = Wish(short=True)
    assert at.roll().end is End.DONE
    assert len([job for job in at.world.jobs.values() if job.name.startswith("academyctl-canary")]) == 1
