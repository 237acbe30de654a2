"""What a rollout costs: calls a pass, and how soon it looks again."""

from collections import Counter
from itertools import pairwise

from academyctl.model.rollout import Phase
from tests.support.batch_jobs import Wish
from tests.support.rollout_site import (
    site,
)


def test_a_pass_reads_environments_and_queues_and_what_its_row_asks_for() -> None:
    at = site(jobs=(Wish(seconds=900),))
    line = at.roll().line
    passes = _passes(line.calls)
    allowed = {
        "read_job_definitions": 2,
        "find_jobs": 1,
        "read_jobs": 1,
        "read_container_instances": 1,
        "read_load": 1,
        "list_jobs": 4,
    }
    for calls in passes:
        count = Counter(call for call in calls if not call[0].isupper())
        assert count.pop("read_environments") == count.pop("read_queues") == 1
        assert all(times <= allowed[call] for call, times in count.items()), calls
        assert sum(1 for call in calls if call[0].isupper()) <= 1, "one write a pass"


def _passes(calls: list[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for call in calls[2:]:
        if call == "read_environments":
            found.append([])
        if found:
            found[-1].append(call)
    return found


def test_no_row_looks_for_more_than_it_needs() -> None:
    """Per phase: what its passes read beside environments and queues."""
    at = site(jobs=(Wish(seconds=900),), canary=False)
    ran = at.roll()
    kinds = {tuple(call for call in calls if not call[0].isupper())[2:] for calls in _passes(ran.line.calls)}
    assert kinds <= {
        (),
        ("read_job_definitions", "read_job_definitions"),
        ("list_jobs",),
        ("read_load",),
        ("read_load", "list_jobs", "list_jobs"),
        ("read_load", "list_jobs", "list_jobs", "read_jobs"),
    }


def test_it_never_looks_sooner_than_poll_but_right_after_a_write() -> None:
    at = site(jobs=(Wish(seconds=900),))
    line = at.roll().line
    looks = [place for place, call in enumerate(line.calls) if call == "read_environments"]
    for one, next_one in pairwise(looks[1:]):
        wrote = any(call[0].isupper() for call in line.calls[one:next_one])
        assert wrote or line.at[next_one] - line.at[one] >= at.poll


def test_stable_reads_are_not_taken_in_one_breath() -> None:
    at = site(delete_blue=True, canary=False)
    line = at.roll().line
    deleted = line.calls.index("DeleteComputeEnvironment")
    quiet = [line.at[place] for place, call in enumerate(line.calls[:deleted]) if call == "read_load"]
    assert len(quiet) >= 3
    assert quiet[-1] - quiet[0] >= 2 * at.poll


def test_the_phases_that_it_wrote_in_are_known() -> None:
    ran = site(canary=False).roll()
    assert ran.rollout is not None
    assert {Phase.CREATE, Phase.ATTACH, Phase.QUIESCE, Phase.RETAIN, Phase.CLOSE} <= ran.rollout.reached
    assert Phase.CANARY_QUEUE not in ran.rollout.reached
