"""A container's state as findings, and which stored version its values are."""

import pytest

from academyctl.check.container import Running, Stored, check_state, check_version, told_version, which_version
from academyctl.model.container import Container, Health, State
from academyctl.model.finding import Level
from academyctl.model.secret import Secret


def container(state: State = State.RUNNING, health: Health = Health.NONE) -> Container:
    return Container(id="0123456789abcdef", name="web", state=state, health=health, exit_code=137, restarts=4)


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        (State.PAUSED, "container.not-running", "is paused"),
        (State.CREATED, "container.not-running", "was created and never started"),
        (State.EXITED, "container.not-running", "is stopped (exit code 137)"),
        (State.DEAD, "container.not-running", "is dead"),
        (State.REMOVING, "container.not-running", "is being removed"),
        (State.RESTARTING, "container.restarting", "restarts again and again (last exit code 137, 4 restarts)"),
    ],
)
def test_a_container_that_does_not_run_is_an_error_in_words_of_its_own(state: State, code: str, said: str) -> None:
    [finding] = check_state(container(state))
    assert (finding.level, finding.code, finding.subject, finding.message) == (Level.ERROR, code, "web", said)
    assert finding.hint


@pytest.mark.parametrize("state", [State.CREATED, State.EXITED, State.DEAD, State.RESTARTING])
def test_a_refresh_that_was_cut_off_is_gone_on_with_and_nothing_is_started_by_hand(state: State) -> None:
    [finding] = check_state(container(state), "academyctl env refresh --container web --role api")
    assert finding.message.endswith("; a refresh of it was cut off")
    assert finding.hint == "academyctl env refresh --container web --role api"


def test_every_state_that_is_not_running_is_an_error() -> None:
    silent = {state for state in State if not list(check_state(container(state)))}
    assert silent == {State.RUNNING}


def test_of_health_only_a_failing_check_is_told() -> None:
    told = {health: [finding.code for finding in check_state(container(health=health))] for health in Health}
    assert told == {health: ["container.unhealthy"] if health is Health.UNHEALTHY else [] for health in Health}


@pytest.mark.parametrize(
    ("owner", "hint"),
    [
        ("", "academyctl env refresh --container web --role worker"),
        ("worker", "academyctl env refresh --container web --role worker"),
        ("api", "it is the container of role api: --role api"),
    ],
)
def test_nobody_is_sent_to_put_a_role_s_env_into_another_role_s_container(owner: str, hint: str) -> None:
    [finding] = check_version(container(), "worker", Running(2, 1, ("A",)), owner)
    assert finding.hint == hint


def test_where_only_the_newest_could_be_compared_nothing_is_said_of_the_others() -> None:
    one = Running(43, None, ("A",), newest_only=True)
    assert told_version(one) == "runs another version, SSM has v43: 1 key differs: A"


# --- versions -------------------------------------------------------------------------------------------------------


def env(**values: str) -> dict[str, Secret]:
    return {key: Secret(value) for key, value in values.items()}


def found(runs: dict[str, Secret], *versions: dict[str, Secret]) -> Running:
    """Of versions that are given oldest first, and counted from 41."""
    stored = [Stored(41 + at, one) for at, one in enumerate(versions)]
    return which_version(runs | env(PATH="/bin"), runs, stored[::-1])


A1, A2, A1B1 = env(A="1"), env(A="2"), env(A="1", B="1")


@pytest.mark.parametrize(
    ("runs", "versions", "told"),
    [
        (A1, [A1], Running(41, 41)),
        (A1, [A2, A1], Running(42, 42)),
        (A1, [A1, A2], Running(42, 41, ("A",))),
        (A1, [A1B1, A2, A1B1], Running(43, None, ("B",))),
        # Of two alike the newest.
        (A1, [A1, A2, A1], Running(43, 43)),
        (A1, [A1, A1, A2], Running(43, 42, ("A",))),
        # A version that lacks a key is not the one that had it.
        (A1B1, [A1B1, A1], Running(42, 41, ("B",))),
        (A1B1, [A1, A1B1], Running(42, 42)),
        # A key that no version has came from elsewhere.
        (A1B1, [A2, A1], Running(42, 42, (), ("B",))),
        (A1B1, [A1, A2], Running(42, 41, ("A",), ("B",))),
        (A1B1, [A2], Running(41, None, ("A",), ("B",))),
        # Nothing stored, nothing set, and a key that is set to nothing.
        ({}, [{}], Running(41, 41)),
        ({}, [A1], Running(41, None, ("A",))),
        (env(A=""), [A1], Running(41, None, ("A",))),
        (env(A=""), [env(A="")], Running(41, 41)),
    ],
)
def test_the_version_is_the_one_whose_values_it_has(
    runs: dict[str, Secret], versions: list[dict[str, Secret]], told: Running
) -> None:
    assert found(runs, *versions) == told


def test_the_line_counts_and_names_and_a_difference_is_a_warning() -> None:
    told = {
        Running(43, 43): "runs v43, the newest in SSM",
        Running(43, 43, (), ("B",)): "runs v43, the newest in SSM; not from SSM: B",
        Running(43, 41, ("A",)): "runs v41, SSM has v43: 1 key differs: A",
        Running(43, 41, ("A", "B")): "runs v41, SSM has v43: 2 keys differ: A, B",
        Running(43, None, ("A",), ("B",)): (
            "runs no version that SSM keeps, SSM has v43: 1 key differs: A; not from SSM: B"
        ),
    }
    assert {one: told_version(one) for one in told} == told
    levels = [[finding.level for finding in check_version(container(), "api", one)] for one in told]
    assert levels == [[], [], [Level.WARNING], [Level.WARNING], [Level.WARNING]]
    many = tuple(f"K{number:02}" for number in range(15))
    assert told_version(Running(43, 41, many)).endswith("K10, K11 and 3 more")
