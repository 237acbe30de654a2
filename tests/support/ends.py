"""What is promised of a rollout, held against the account: while it goes on, and at each of its ends."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.strict import DEFINITION, QUEUE, STEM
from tests.support.watch import TICK, Watch, names_of, state_of, tag_of

BLUE, GREEN = f"{STEM}-v3", f"{STEM}-v4"
CANARY_QUEUE, CANARY_DEFINITION = f"{QUEUE}-canary", f"{DEFINITION}-canary"


@dataclass
class Ends:
    """The account as it was before a run, and as it is. `new` is the image that is rolled out."""

    watch: Watch
    new: str = ""
    _before: dict[str, Any] = field(default_factory=dict)
    _order: list[str] = field(default_factory=list)
    _foreign: dict[str, dict[str, Any]] = field(default_factory=dict)

    def environment(self, name: str) -> dict[str, Any]:
        """Empty when it is absent."""
        return self.watch.environments().get(name, {})

    def phase(self, name: str) -> str:
        return tag_of(self.environment(name), "phase")

    def order(self) -> list[str]:
        """The short names of the queue's environments: what stands behind the stem, else all of it."""
        queue = self.watch.queues().get(QUEUE)
        return [name.removeprefix(f"{STEM}-") for name in names_of(queue)] if queue else []

    def job(self, number: str) -> dict[str, Any]:
        return dict(self.watch.told("DescribeJobs", jobs=[number])["jobs"][0])

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The mutating calls, (operation, name)."""
        return [(call.operation, call.name) for call in self.watch.calls if call.is_mutating]

    def count(self) -> Counter[str]:
        return Counter(call.operation for call in self.watch.calls)

    def let_go(self) -> None:
        """As much time passes as AWS takes for whatever was begun."""
        self.watch.advance(10 * TICK)

    def assert_kept(self) -> None:
        """The promises that hold at all times."""
        assert self.watch.broken == []
        assert self.watch.lost() == []
        environments = self.watch.environments()
        for name, before in self._foreign.items():
            assert _described(environments.get(name, {})) == _described(before), f"{name} was touched"
        foreign = [name for name in self._order if name != self._short(self._before)]
        assert [name for name in self.order() if name in foreign] == foreign, "their order was changed"

    def assert_done(self, blue: str = BLUE, green: str = GREEN, *, deleted: bool = False) -> None:
        """Green serves in blue's place, blue is kept behind it, DISABLED and empty; no canary is left."""
        self.assert_kept()
        made = self.environment(green)
        assert (state_of(made), tag_of(made, "phase")) == ("ENABLED VALID", "done"), made
        assert made["computeResources"]["ec2Configuration"][0]["imageIdOverride"] == self.new
        assert self.order() == self._swapped(blue, green, deleted)
        if deleted:
            assert self.environment(blue) == {}
        else:
            kept = self.environment(blue)
            assert (state_of(kept), tag_of(kept, "phase")) == ("DISABLED VALID", "retained"), kept
            assert kept["computeResources"]["minvCpus"] == 0
        self.assert_no_canary()

    def _swapped(self, blue: str, green: str, deleted: bool) -> list[str]:
        short, new = blue.removeprefix(f"{STEM}-"), green.removeprefix(f"{STEM}-")
        place = self._order.index(short)
        return [*self._order[:place], new, *([] if deleted else [short]), *self._order[place + 1 :]]

    def assert_back(self, blue: str = BLUE, green: str = GREEN) -> None:
        """All is as it was: blue serves, green and the canary are gone."""
        self.assert_kept()
        assert self.environment(green) == {}
        self._assert_serves(blue)
        assert self.order() == self._order
        self.assert_no_canary()

    def assert_aborted(self, blue: str = BLUE, green: str = GREEN) -> None:
        """Blue serves again, green stands behind it, DISABLED."""
        self.assert_kept()
        self._assert_serves(blue)
        kept = self.environment(green)
        assert (state_of(kept), tag_of(kept, "phase")) == ("DISABLED VALID", "aborted"), kept
        self.assert_no_canary()

    def _assert_serves(self, blue: str) -> None:
        back = self.environment(blue)
        assert state_of(back) == "ENABLED VALID", back
        assert back["computeResources"]["minvCpus"] == self._before["computeResources"]["minvCpus"]

    def assert_no_canary(self) -> None:
        assert CANARY_QUEUE not in self.watch.queues()
        found = self.watch.told("DescribeJobDefinitions", jobDefinitionName=CANARY_DEFINITION, status="ACTIVE")
        assert found["jobDefinitions"] == []

    def assert_untouched(self) -> None:
        """Nothing was written at all."""
        self.assert_kept()
        assert self.writes == []

    def _short(self, environment: Mapping[str, Any]) -> str:
        return str(environment.get("computeEnvironmentName", "")).removeprefix(f"{STEM}-")


def _described(environment: Mapping[str, Any]) -> dict[str, Any]:
    """But for what AWS itself moves."""
    kept = {name: value for name, value in environment.items() if name != "computeResources"}
    resources = environment.get("computeResources", {})
    return {**kept, "resources": {name: value for name, value in resources.items() if name != "desiredvCpus"}}
