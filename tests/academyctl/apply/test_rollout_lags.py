"""Answers that are behind what AWS did, and ways back that lead nowhere: nothing is given up or lost over either."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from academyctl.apply.rollout import SENDS
from academyctl.model.batch import ComputeEnvironmentDetail
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.batch_write import BatchWrite, TagResource, TerminateJob
from academyctl.model.errors import Incomplete
from tests.support.batch_jobs import Wish
from tests.support.batch_line import Fate, Line
from tests.support.rollout_site import BLUE, GREEN, QUEUE, End, Site, check_done, check_held, order, site, state

Environments = tuple[ComputeEnvironmentDetail, ...]


@dataclass
class Behind(Line):
    """`lag` changes what a list of environments says; `deaf` says which writes are taken and do nothing."""

    lag: Callable[[Environments], Environments] = lambda found: found
    deaf: Callable[[BatchWrite], bool] = lambda write: False
    hides_definitions: Callable[[], bool] = lambda: False

    def read_environments(self, names: Iterable[str] | None = None) -> Environments:
        return self.lag(super().read_environments(names))

    def read_job_definitions(self, name: str) -> tuple[JobDefinitionDetail, ...]:
        found = super().read_job_definitions(name)
        return () if found and name.endswith("-canary") and self.hides_definitions() else found

    def write(self, write: BatchWrite) -> str:
        return "" if self.deaf(write) else super().write(write)


def behind(at: Site, **more: Any) -> Behind:
    return Behind(world=at.world, queue=QUEUE, **more)


@pytest.mark.parametrize(("looks", "end"), [(2, End.DONE), (3, End.CONFLICT)])
def test_a_green_that_was_just_created_may_show_its_tags_later(looks: int, end: End) -> None:
    at, bare = site(), [0]

    def without_tags(found: Environments) -> Environments:
        if not any(one.name == GREEN for one in found) or bare[0] == looks:
            return found
        bare[0] += 1
        return tuple(replace(one, tags={}) if one.name == GREEN else one for one in found)

    assert at.roll(behind(at, lag=without_tags)).end is end


def _unlisted(times: int) -> Callable[[Environments], Environments]:
    """Green is there when the run begins, and missing in the looks after that."""
    asked = [0]

    def lag(found: Environments) -> Environments:
        asked[0] += 1
        return tuple(one for one in found if one.name != GREEN) if 1 < asked[0] <= 1 + times else found

    return lag


def test_an_abort_is_not_over_because_its_first_look_misses_green() -> None:
    at = site(canary=False)
    at.roll(at.line(fates={9: Fate.KILLED_AFTER}))
    assert set(at.world.environments) == {BLUE, GREEN}
    assert at.abort(behind(at, lag=_unlisted(2))).end is End.DONE
    assert set(at.world.environments) == {BLUE}


def test_a_run_that_goes_on_does_not_create_the_green_that_its_first_look_misses() -> None:
    at = site()
    at.roll(at.line(fates={60: Fate.KILLED_AFTER}))
    ran = at.roll(behind(at, lag=_unlisted(2)))
    assert ran.end is End.DONE
    assert "CreateComputeEnvironment" not in ran.line.calls
    check_done(at)


def test_a_canary_that_takes_long_to_stop_is_waited_for() -> None:
    at, unheard = site(), [2 * SENDS]
    at.world.canary = Wish(seconds=5000)

    def deaf(write: BatchWrite) -> bool:
        if not isinstance(write, TerminateJob) or not unheard[0]:
            return False
        unheard[0] -= 1
        return True

    ran = at.roll(behind(at, deaf=deaf))
    assert ran.end is End.ROLLED_BACK
    assert unheard == [0]
    check_held(ran, at)


def test_a_canary_definition_that_showed_late_is_put_away_all_the_same() -> None:
    at = site()

    def late() -> bool:
        """Green breaks while the definition does not show yet."""
        if GREEN in at.world.environments and not at.world.environments[GREEN].is_invalid:
            at.world.break_environment(GREEN, "role gone")
            return True
        return False

    ran = at.roll(behind(at, hides_definitions=late))
    assert ran.end is End.ROLLED_BACK
    assert "RegisterJobDefinition" in ran.line.calls
    assert at.world.active("academy-video-batch-jobdef-canary") == ()


# Ways back that lead nowhere


def test_jobs_that_fail_on_green_do_not_turn_it_back_to_a_blue_that_is_invalid() -> None:
    at = site(canary=False, soak=400)
    at.world.later(100, lambda: at.world.break_environment(BLUE, "role gone"))
    host = Wish(seconds=5, reason="Host EC2 (instance i-1) terminated.")
    at.world.later(130, lambda: at.world.put_job(QUEUE, host))
    ran = at.roll()
    assert ran.end is End.DONE
    check_held(ran, at)
    assert order(at) == ["v4", "v3"]
    assert state(at, GREEN) == ("ENABLED", "VALID")


def test_a_green_whose_blue_is_gone_is_never_sent_on_a_way_back_and_closes_once_it_is_valid() -> None:
    whole = site(delete_blue=True).roll().line.calls
    closing = len(whole) - whole[::-1].index("TagResource")
    at = site(delete_blue=True)
    assert at.roll(at.line(fates={closing: Fate.KILLED_BEFORE})).end is End.KILLED
    assert BLUE not in at.world.environments
    at.world.break_environment(GREEN, "role gone")
    ran = at.roll()
    assert ran.end is End.INCOMPLETE
    assert isinstance(ran.error, Incomplete)
    assert ran.error.code == "rollout.no-blue"
    assert not any(isinstance(write, TagResource) and "rollback" in write.tags.values() for write in at.world.truth)
    at.world.put(replace(at.world.environments[GREEN], status="VALID"))
    assert at.roll().end is End.DONE
    assert at.world.environments[GREEN].tag("phase") == "done"
