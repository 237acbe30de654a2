"""Whatever happens to rollouts, and whoever else writes: what must always hold does, and it ends when it is left alone.

A rule is one command of one operator, met by faults, kills and other writers at random calls, or something that the
world does by itself. Afterwards the same command is run without faults until it is settled.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from academyctl.model.batch import CeState
from academyctl.plan.rollout_terms import last_green
from academyctl.plan.serving import OPEN
from tests.batch_builders import STEM, environment, queue, tags
from tests.support.batch_jobs import Wish
from tests.support.batch_line import Fate, Line
from tests.support.batch_model import POLICY
from tests.support.rollout_site import ANN, BOB, NEW_AMI, QUEUE, End, Ran, Site, site

OTHER_AMI = "ami-00000000000000003"
SETTLED = (End.DONE, End.NOTHING, End.ROLLED_BACK, End.CONFLICT, End.REFUSED)
RERUNS = 6

faults = st.dictionaries(
    st.integers(1, 200), st.sampled_from([fate for fate in Fate if fate is not Fate.OK]), max_size=5
)
wishes = st.builds(
    Wish, seconds=st.sampled_from([10.0, 200.0, 1200.0]), hides=st.booleans(), exit_code=st.sampled_from([0, 0, 1])
)
operators = st.sampled_from([ANN, ANN, ANN, BOB])
roles = st.sampled_from(["green", "blue"])
moments = st.lists(
    st.tuples(
        st.integers(1, 200), st.sampled_from(["roll", "abort", "terraform", "disable", "delete", "break"]), roles
    ),
    max_size=2,
)


class Rollouts(RuleBasedStateMachine):
    """One queue, at most one stem, two operators."""

    site: Site
    blue: str

    @initialize(
        number=st.sampled_from(["", "-v3", "-v9", "-v09"]),
        before=st.booleans(),
        after=st.sampled_from(["", "foreign", "retained", "both"]),
        min_vcpus=st.sampled_from([0, 4]),
        beside=st.sampled_from(["", "gap", "going"]),
        jobs=st.lists(wishes, max_size=3),
        is_invalid=st.sampled_from([False, False, False, True]),
        canary=st.booleans(),
        delete_blue=st.sampled_from([False, False, True]),
        policy=st.sampled_from([POLICY, {"jobExecutionTimeoutMinutes": 300}]),
    )
    def begin(
        self,
        number: str,
        before: bool,
        after: str,
        min_vcpus: int,
        beside: str,
        jobs: list[Wish],
        is_invalid: bool,
        canary: bool,
        delete_blue: bool,
        policy: dict[str, object],
    ) -> None:
        self.site = site(canary=canary, delete_blue=delete_blue)
        world, self.blue = self.site.world, f"{STEM}{number}"
        world.environments.clear()
        order = [*(["mine"] if before and after != "both" else []), self.blue]
        order += {"": [], "foreign": ["theirs"], "retained": [f"{STEM}-v2"], "both": ["theirs", f"{STEM}-v2"]}[after]
        for name in order:
            world.put(environment(name, update_policy=policy, resources={"minvCpus": min_vcpus}))
        if "mine" in order:  # without capacity: what is before blue would take all its jobs
            world.full.add("mine")
        if f"{STEM}-v2" in order:
            world.put(environment(f"{STEM}-v2", state="DISABLED", tags=tags(stack="sandbox", role="blue")))
        if beside == "gap":
            world.put(environment(f"{STEM}-v7", state="DISABLED"))
        elif beside == "going":
            world.put(environment(f"{STEM}-v4", status="DELETING", state="DISABLED"))
            world.later(500, lambda: world.environments.pop(f"{STEM}-v4"))
        world.put_queue(queue(*order))
        for wish in jobs:
            world.put_job(QUEUE, wish)
        world.sleep(61)
        if is_invalid:
            world.break_environment(self.blue, "role gone")
        self.wrong: list[str] = []
        note(f"order {order}, {canary=}, {delete_blue=}, {is_invalid=}, {beside=}")

    # Commands

    @rule(
        by=operators,
        take_over=st.booleans(),
        newer=st.booleans(),
        fates=faults,
        others=moments,
        stop=st.sampled_from([0, 0, 90, 400]),
    )
    def roll(
        self,
        by: str,
        take_over: bool,
        newer: bool,
        fates: dict[int, Fate],
        others: list[tuple[int, str, str]],
        stop: int,
    ) -> None:
        if newer:
            self.site.ami = OTHER_AMI if self.site.ami == NEW_AMI else NEW_AMI
        self._run(lambda line: self.site.roll(line, by=by, take_over=take_over), fates, others, stop)

    @precondition(lambda self: self._name("green") != self.blue)
    @rule(by=operators, take_over=st.booleans(), fates=faults, others=moments, only_open=st.booleans())
    def go_back(
        self,
        by: str,
        take_over: bool,
        fates: dict[int, Fate],
        others: list[tuple[int, str, str]],
        only_open: bool,
    ) -> None:
        self._run(lambda line: self.site.abort(line, by=by, take_over=take_over, only_open=only_open), fates, others, 0)

    def _run(
        self, command: Callable[[Line], Ran], fates: dict[int, Fate], others: list[tuple[int, str, str]], stop: int
    ) -> None:
        until = self.site.world.seconds + stop
        self.site.stop = lambda: bool(stop) and self.site.world.seconds >= until
        hooks = {at: self._somebody(what, role) for at, what, role in others}
        ran = command(self.site.line(fates=fates, hooks=hooks))
        self.site.stop = lambda: False
        note(f"{ran.end}: {ran.error}")
        self.wrong += ran.line.wrong

    def _name(self, role: str) -> str:
        """Which environment is meant: the newest green or its blue, and before the first rollout what serves."""
        green = last_green(self.site.stack, tuple(self.site.world.environments.values()))
        return (green.name if role == "green" else green.tag("from")) if green else self.blue

    def _somebody(self, what: str, role: str) -> Callable[[], object]:
        """Who interferes; another run of a command is cut off after some calls."""
        cut = {30: Fate.KILLED_BEFORE}
        world = self.site.world
        return {
            "roll": lambda: self._cut(self.site.roll(self.site.line(fates=cut), by=ANN)),
            "abort": lambda: self._cut(self.site.abort(self.site.line(fates=cut), by=BOB, take_over=True)),
            "terraform": lambda: world.reorder(QUEUE, *self._declared()),
            "disable": lambda: world.set_state(self._name(role), CeState.DISABLED),
            "delete": lambda: self._delete(self._name(role)),
            "break": lambda: world.break_environment(self._name(role), "role gone"),
        }[what]

    def _cut(self, ran: Ran) -> None:
        self.wrong += ran.line.wrong

    def _declared(self) -> list[str]:
        """The order that Terraform knows: the environments from before, as far as they may be attached."""
        world = self.site.world
        known = [name for name in ("mine", self.blue, "theirs") if name in world.environments]
        attached = world.queues[QUEUE].environments
        fit = [name for name in known if world.environments[name].is_valid or name in attached]
        return fit or list(attached)

    def _delete(self, name: str) -> None:
        """By hand and with care: nothing that serves or runs anything."""
        world = self.site.world
        found = world.environments.get(name)
        others = [one for one in world.queues[QUEUE].environments if one != name]
        if found and not world.on(name) and others and not world.environments[others[0]].is_invalid:
            world.reorder(QUEUE, *others)
            world.set_state(name, CeState.DISABLED)
            world.sleep(60)
            if name in world.environments and world.environments[name].is_valid and not world.on(name):
                world._delete_environment(name)

    # The world

    @rule(wish=wishes, seconds=st.sampled_from([5, 45, 700]))
    def submit(self, wish: Wish, seconds: int) -> None:
        self.site.world.put_job(QUEUE, wish)
        self.site.world.sleep(seconds)

    @rule(what=st.sampled_from(["terraform", "disable", "enable", "break", "break later", "heal"]), role=roles)
    def somebody(self, what: str, role: str) -> None:
        world, name = self.site.world, self._name(role)
        {
            "terraform": lambda: world.reorder(QUEUE, *self._declared()),
            "disable": lambda: world.set_state(name, CeState.DISABLED),
            "enable": lambda: world.set_state(name, CeState.ENABLED),
            "break": lambda: world.break_environment(name, "role gone"),
            "break later": lambda: world.later(230, lambda: world.break_environment(self._name(role), "role gone")),
            "heal": self._heal,
        }[what]()

    def _heal(self) -> None:
        world = self.site.world
        for name in list(world.broken):
            del world.broken[name]
            if name in world.environments and world.environments[name].is_invalid:
                world.set_state(name, CeState(world.environments[name].state))

    # What always holds

    @invariant()
    def nothing_is_lost_or_touched(self) -> None:
        assert not self.wrong

    @invariant()
    def a_rollout_has_one_green(self) -> None:
        greens = self.site.world.greens if hasattr(self, "site") else {}
        assert all(len(names) == 1 for names in greens.values()), greens

    def teardown(self) -> None:
        """Left alone, the same command settles."""
        if not hasattr(self, "site"):
            return
        self.site.world.sleep(2000)
        ends: list[tuple[End, str]] = []
        for _ in range(RERUNS):
            ran = self.site.roll(take_over=True)
            ends.append((ran.end, str(ran.error)))
            note(f"left alone: {ran.end}: {ran.error}")
            assert not ran.line.wrong, ran.line.wrong
            if "way back" in str(ran.error):  # an abort that was cut short is finished by the command that it names
                assert not self.site.abort(only_open=False, take_over=True).line.wrong
            elif ran.end in SETTLED or ends[-1:] == ends[-2:-1]:
                break
            self.site.world.sleep(600)
        assert ends[-1][0] in SETTLED or self._is_in_the_way(), ends
        self.a_rollout_has_one_green()

    def _is_in_the_way(self) -> bool:
        """Something that the world broke, and no run can repair: that is said again and again, and nothing is lost."""
        world = self.site.world
        stem = [one for name, one in world.environments.items() if name.startswith(STEM)]
        open_one = next((one for one in stem if one.tag("phase") in OPEN), None)
        blue = world.environments.get(open_one.tag("from")) if open_one else None
        return open_one is not None and (blue is None or blue.is_invalid or blue.is_going)


# Two minutes of a machine to itself; beside other work it is more than any other test may take.
pytestmark = pytest.mark.timeout(900)
Rollouts.TestCase.settings = settings(
    max_examples=250,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
test_rollouts_hold_and_settle = Rollouts.TestCase
