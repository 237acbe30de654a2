"""How a deployment of delete-r2 is carried out: what passes by itself is waited for, in a time that tests move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from academyctl.apply.delete_r2 import Ports, apply_deploy
from academyctl.apply.wait import Poll
from academyctl.model.delete_r2 import DeleteR2Facts, FunctionDetail, MappingDetail
from academyctl.model.delete_r2_write import FunctionWrite, MappingWrite, QueueWrite
from academyctl.model.errors import (
    AcademyError,
    AlreadyExists,
    AnswerLost,
    AwsError,
    Busy,
    Incomplete,
    Interrupted,
    NotFound,
)
from academyctl.model.iam import IamWrite, RoleDetail
from academyctl.model.logs import LogsWrite
from academyctl.model.plan import Change, State
from academyctl.plan.delete_r2 import plan_deploy
from tests.delete_r2_builders import desired, facts, function_detail, mapping
from tests.support.fake_ssm import FakeTime

READY, PENDING = function_detail(), function_detail(state="Pending")
CREATING = mapping(state="Creating")


@dataclass
class FakeAws:
    """Answers a read with the next of a row, and with the last one from then on. `refusals` are by write's number."""

    functions: Sequence[FunctionDetail | None] = (READY,)
    mappings: Sequence[tuple[MappingDetail, ...]] = ((mapping(),),)
    refusals: dict[int, AcademyError] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    reads: dict[str, int] = field(default_factory=dict)

    def read_function(self, name: str) -> FunctionDetail | None:
        return self.functions[min(self._read("function"), len(self.functions) - 1)]

    def read_mappings(self, source: str) -> tuple[MappingDetail, ...]:
        return self.mappings[min(self._read("mapping"), len(self.mappings) - 1)]

    def _read(self, kind: str) -> int:
        self.reads[kind] = self.reads.get(kind, 0) + 1
        return self.reads[kind] - 1

    def read_role(self, name: str) -> RoleDetail | None:
        return None

    def write(self, write: FunctionWrite | MappingWrite | QueueWrite | IamWrite | LogsWrite) -> None:
        self.sent.append(type(write).__name__)
        if refusal := self.refusals.get(len(self.sent)):
            raise refusal


def applied(
    aws: FakeAws, found: DeleteR2Facts, time: FakeTime | None = None, stop: Callable[[], bool] = lambda: False
) -> tuple[Change, ...]:
    time = time or FakeTime()
    ports = Ports(iam=aws, logs=aws, functions=aws, write_queue=aws.write)
    poll = Poll(every=2, clock=time.clock, stop=stop, jitter=lambda: 0.0)
    plan = plan_deploy("sandbox", desired(), found)
    return apply_deploy(ports, plan.steps, poll=poll, within=300, progress=lambda _: None)


NO_FUNCTION = facts(function=None, mappings=())


def test_a_function_is_active_before_it_is_mapped_and_the_mapping_enabled_at_the_end() -> None:
    time, aws = FakeTime(), FakeAws(functions=(None, PENDING, PENDING, READY), mappings=((), (CREATING,), (mapping(),)))
    changes = applied(aws, NO_FUNCTION, time)
    assert aws.sent == ["CreateFunction", "CreateEventSourceMapping"]
    assert {change.state for change in changes} == {State.DONE}
    assert time.seconds == 3 * 2 + 2 * 2


def test_code_is_updated_once_the_configuration_is() -> None:
    moving = function_detail(update="InProgress")
    drifted = function_detail(runtime="python3.9", sha256="x")
    aws = FakeAws(functions=(moving, READY, moving, READY))
    applied(aws, facts(function=drifted))
    assert aws.sent == ["UpdateFunctionConfiguration", "UpdateFunctionCode"]
    assert aws.reads["function"] == 4


def test_an_old_mapping_is_gone_before_the_new_one_is_made() -> None:
    going = mapping(state="Deleting")
    aws = FakeAws(mappings=((going,), (going,), (), (mapping(),)))
    applied(aws, facts(mappings=(going,)))
    assert (aws.sent, aws.reads["mapping"]) == (["CreateEventSourceMapping"], 4)


@pytest.mark.parametrize(
    "failed",
    [
        function_detail(state="Failed", state_reason="KMS says no"),
        function_detail(update="Failed", update_reason="KMS says no"),
    ],
)
def test_a_function_that_fails_ends_with_its_reason(failed: FunctionDetail) -> None:
    with pytest.raises(AwsError, match="KMS says no") as failure:
        applied(FakeAws(functions=(PENDING, failed)), NO_FUNCTION)
    assert [change.state for change in failure.value.changes][-2:] == [State.FAILED, State.NOT_STARTED]


@pytest.mark.parametrize(
    "aws",
    [
        FakeAws(functions=(PENDING,)),
        FakeAws(mappings=((CREATING,),)),
        FakeAws(refusals={number: Busy("not yet") for number in range(1, 1000)}),
    ],
)
def test_a_wait_that_runs_out_is_incomplete(aws: FakeAws) -> None:
    time = FakeTime()
    with pytest.raises(Incomplete):
        applied(aws, NO_FUNCTION, time)
    assert time.seconds == pytest.approx(300)


def test_busy_is_waited_for_and_what_is_there_already_was_wanted() -> None:
    time = FakeTime()
    aws = FakeAws(refusals={1: Busy("later"), 2: Busy("later"), 3: AlreadyExists("is there"), 4: AlreadyExists("so")})
    applied(aws, NO_FUNCTION, time)
    assert (len(aws.sent), time.seconds) == (4, 4)


def test_a_lost_answer_of_a_mapping_is_looked_for_before_it_is_sent_again() -> None:
    """Of a function that is there: the mapping is all that is made."""
    aws = FakeAws(mappings=((mapping(),),), refusals={1: AnswerLost("lost")})
    applied(aws, facts(mappings=()))
    assert aws.sent == ["CreateEventSourceMapping"]


@pytest.mark.parametrize("kind", [AnswerLost, NotFound])
def test_what_does_not_settle_in_a_while_is_a_failure(kind: type[AwsError]) -> None:
    time, aws = FakeTime(), FakeAws(refusals={number: kind("so") for number in range(1, 1000)})
    with pytest.raises(kind):
        applied(aws, NO_FUNCTION, time)
    assert time.seconds == pytest.approx(20)


def test_a_refusal_is_told_at_once() -> None:
    time, aws = FakeTime(), FakeAws(refusals={1: AwsError("no")})
    with pytest.raises(AwsError) as failure:
        applied(aws, replace(NO_FUNCTION, queue=None), time)
    assert (time.seconds, len(aws.sent)) == (0, 1)
    assert {change.state for change in failure.value.changes if change.action != "none"} == {
        State.FAILED,
        State.NOT_STARTED,
    }


def test_a_wish_to_stop_ends_a_wait() -> None:
    time = FakeTime()
    with pytest.raises(Interrupted):
        applied(FakeAws(functions=(PENDING,)), NO_FUNCTION, time, stop=lambda: time.seconds > 7)
    assert time.seconds < 8
