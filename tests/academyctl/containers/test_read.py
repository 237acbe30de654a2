"""What an engine tells of a container, put into our words: states, health, env."""

import pytest

from academyctl.containers.read import parse_container
from academyctl.model.container import RestartPolicy, State, read_env

LEAST = {"Id": "i", "Name": "/n", "Config": {}, "State": {}}


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"Status": "restarting", "Running": True, "Restarting": True}, State.RESTARTING),
        ({"Status": "paused", "Running": True, "Paused": True}, State.PAUSED),
        ({"Status": "stopped"}, State.EXITED),
        ({"Status": "configured"}, State.CREATED),
        ({"Status": "dead", "Dead": True}, State.DEAD),
        ({"Status": "a later word", "Running": True}, State.RUNNING),
        ({}, State.EXITED),
    ],
)
def test_podman_s_words_and_later_ones_are_told_as_the_nearest_state(state: dict[str, object], told: State) -> None:
    assert parse_container({**LEAST, "State": state}).state is told


@pytest.mark.parametrize(
    ("health", "told"),
    [
        (None, "none"),
        ({"Status": ""}, "none"),
        ({"Status": "healthy"}, "healthy"),
        ({"Status": "Unhealthy"}, "unhealthy"),
    ],
)
def test_health_without_a_check_is_none(health: object, told: str) -> None:
    assert parse_container({**LEAST, "State": {"Health": health}}).health == told


def test_an_answer_with_the_least_in_it_is_a_container() -> None:
    least = parse_container({**LEAST, "HostConfig": None, "Mounts": None, "Config": {"Env": None, "Labels": None}})
    assert (least.env, least.labels, least.restart_policy, least.mounts) == ((), {}, RestartPolicy(), ())


def test_the_last_of_two_wins_and_a_bare_name_takes_the_key_away() -> None:
    told = [(entry.key, entry.value.reveal()) for entry in read_env(["A=1", "B=x=y", "A=2", "C=3", "C"])]
    assert told == [("A", "1"), ("B", "x=y"), ("A", "2")]
    assert parse_container({**LEAST, "Config": {"Env": ["A=1", "A=2"]}}).values["A"].reveal() == "2"
