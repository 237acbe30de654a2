"""The new env, and the table of what a refresh that was cut off needs."""

from dataclasses import replace

import pytest

from academyctl.model.container import Container, Health, RestartPolicy, State
from academyctl.model.errors import Conflict
from academyctl.model.refresh import NewEnv, Way
from academyctl.model.secret import Secret
from academyctl.plan.refresh import check_kept, env_differs, fault_of, find_way, is_well, plan_env, way_back, way_out
from tests.support.fake_containers import NAMES, NO, a_container, standing


def secrets(**values: str) -> dict[str, Secret]:
    return {key: Secret(value) for key, value in values.items()}


def lines(env: NewEnv) -> list[str]:
    return [line.reveal() for line in env.lines]


def test_ssm_goes_over_the_run_and_the_run_over_the_image() -> None:
    container = a_container("api", "A=run", "B=run", "KEPT=1", "PATH=/bin", "I=image")
    image = secrets(PATH="/bin", I="image", A="image")
    env = plan_env(container, image, secrets(B="ssm", C="ssm", I="ssm"))
    assert lines(env) == ["A=run", "B=ssm", "KEPT=1", "C=ssm", "I=ssm"]
    assert {key: value.reveal() for key, value in env.values.items()} == {
        **{"A": "run", "B": "ssm", "C": "ssm", "I": "ssm"},
        **{"KEPT": "1", "PATH": "/bin"},
    }
    assert (env.added, env.changed, env.removed, env.kept) == (("C",), ("B", "I"), (), ("A", "KEPT"))


def test_prune_takes_out_what_ssm_lacks_and_the_images_own_value_shows_again() -> None:
    container = a_container("api", "A=run", "OVER=run", "OVER2=x", "PATH=/bin")
    env = plan_env(container, secrets(PATH="/bin", OVER="image", OVER2="x"), secrets(B="1"), prune=True)
    assert lines(env) == ["B=1"]
    assert (env.added, env.changed, env.removed, env.kept) == (("B",), ("OVER",), ("A",), ())


def test_what_is_there_already_is_no_change() -> None:
    env = plan_env(a_container("api", "A=1", "A=2", "P=0"), secrets(P="0"), secrets(A="2", P="0"))
    assert not env.differs
    assert env.kept == ()


def test_a_name_without_a_value_takes_the_images_key_away_still() -> None:
    container = a_container("api", "A=1", "FROM_IMAGE", "SET")
    env = plan_env(container, secrets(FROM_IMAGE="x", SET="y"), secrets(A="2", SET="ssm"))
    assert lines(env) == ["A=2", "SET=ssm", "FROM_IMAGE"]
    assert env.values.keys() == {"A", "SET"}


def test_what_podman_injects_is_not_sent_again_and_never_pruned() -> None:
    injected = ("TERM=xterm", "container=podman", "HOME=/root", f"HOSTNAME={'a' * 12}")
    env = plan_env(a_container("api", "A=1", "GONE=1", *injected), {}, secrets(A="2"), prune=True)
    assert lines(env) == ["A=2"]
    assert env.removed == ("GONE",)
    theirs = a_container("api", "A=1", "container=podman", "HOME=/srv", "TERM=dumb")
    own = plan_env(theirs, {}, secrets(A="1"), prune=True)
    assert lines(own) == ["A=1", "HOME=/srv", "TERM=dumb"], "these are not podman's values"
    assert not own.differs


def test_what_podman_gives_each_container_of_its_own_is_no_difference_of_env() -> None:
    env = plan_env(a_container("api", "A=1", "container=podman", "HOSTNAME=one"), {}, secrets(A="2"))
    assert env_differs(a_container("api", "A=2", "container=podman", "HOSTNAME=two"), env) == ()
    assert env_differs(a_container("api", "A=1", "B=1", "container=podman"), env) == ("A", "B")
    plain = plan_env(a_container("api", "HOME=/srv"), {}, {})
    assert env_differs(a_container("api", "HOME=/root"), plain) == ("HOME",)


FORMER, COPY = a_container("api", "A=1"), a_container("api", "A=2", id="c" * 64)
HELD = replace(FORMER, restart_policy=NO)
STRANGER = a_container(NAMES.new, id="f" * 64, config={"Image": "other", "Cmd": ["x"]})


def at(container: Container, name: str, state: State) -> Container:
    return replace(container, name=name, state=state)


CASES: dict[str, tuple[tuple[Container, ...], Way, list[str]]] = {
    "nothing open": ((FORMER,), Way.NONE, []),
    "created": ((FORMER, at(COPY, NAMES.new, State.CREATED)), Way.BACK, ["remove c"]),
    "held": ((HELD, at(COPY, NAMES.new, State.CREATED)), Way.BACK, ["policy a always", "remove c"]),
    "stopped": (
        (at(HELD, "api", State.EXITED), at(COPY, NAMES.new, State.CREATED)),
        Way.BACK,
        ["policy a always", "start a", "remove c"],
    ),
    "parked": (
        (at(HELD, NAMES.old, State.EXITED), at(COPY, NAMES.new, State.CREATED)),
        Way.BACK,
        ["rename a api", "policy a always", "start a", "remove c"],
    ),
    "swapped": (
        (at(HELD, NAMES.old, State.EXITED), at(COPY, "api", State.CREATED)),
        Way.BACK,
        ["rename c api.academyctl-new", "rename a api", "policy a always", "start a", "remove c"],
    ),
    "started": (
        (at(HELD, NAMES.old, State.EXITED), at(COPY, "api", State.RUNNING)),
        Way.FINISH,
        ["stop c", "rename c api.academyctl-new", "rename a api", "policy a always", "start a", "remove c"],
    ),
    "restarting": (
        (at(HELD, NAMES.old, State.EXITED), at(COPY, "api", State.RESTARTING)),
        Way.BACK,
        ["stop c", "rename c api.academyctl-new", "rename a api", "policy a always", "start a", "remove c"],
    ),
    "ended": (
        (at(HELD, NAMES.old, State.EXITED), at(COPY, "api", State.EXITED)),
        Way.BACK,
        ["rename c api.academyctl-new", "rename a api", "policy a always", "start a", "remove c"],
    ),
    "copy started by a daemon that came up": (
        (at(HELD, "api", State.EXITED), at(COPY, NAMES.new, State.RUNNING)),
        Way.BACK,
        ["policy a always", "start a", "stop c", "remove c"],
    ),
    "copy gone": ((at(HELD, NAMES.old, State.EXITED),), Way.BACK, ["start a", "rename a api"]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_next_run_does_follows_from_names_and_states(case: str) -> None:
    containers, way, moves = CASES[case]
    assert find_way(standing(*containers)) is way
    by_id = {container.id: container for container in containers}
    told = []
    while move := way_back(standing(*by_id.values())):
        told.append(" ".join(filter(None, (move.act, move.container.id[0], move.name or move.policy.name))))
        now = by_id[move.container.id]
        match move.act:
            case "remove":
                del by_id[now.id]
            case "rename":
                by_id[now.id] = replace(now, name=move.name)
            case "policy":
                by_id[now.id] = replace(now, restart_policy=move.policy)
            case _:
                by_id[now.id] = replace(now, state=State.RUNNING if move.act == "start" else State.EXITED)
    assert told == moves
    assert [(one.name, one.state) for one in by_id.values()] == [("api", State.RUNNING)]


@pytest.mark.parametrize(
    ("containers", "named"),
    [
        ((FORMER, STRANGER), NAMES.new),
        ((FORMER, replace(STRANGER, name=NAMES.old)), NAMES.old),
        ((at(COPY, NAMES.new, State.CREATED),), "stands alone"),
        ((FORMER, at(COPY, NAMES.new, State.CREATED), at(HELD, NAMES.old, State.EXITED)), "beside both"),
    ],
)
def test_what_no_refresh_leaves_is_a_conflict(containers: tuple[Container, ...], named: str) -> None:
    with pytest.raises(Conflict, match=named.replace(".", r"\.")):
        find_way(standing(*containers))


def test_a_kept_container_of_somebody_else_is_not_gone_back_to() -> None:
    with pytest.raises(Conflict, match="not the former self"):
        check_kept(standing(FORMER, replace(STRANGER, name=NAMES.kept)))
    check_kept(standing(FORMER, at(COPY, NAMES.kept, State.EXITED)))


def test_a_proven_copy_sends_the_former_one_away_or_aside() -> None:
    parked, kept = at(HELD, NAMES.old, State.EXITED), at(HELD, NAMES.kept, State.EXITED)
    serving = at(COPY, "api", State.RUNNING)
    one = standing(serving, parked, replace(kept, id="k" * 64))
    plain, aside = way_out(one, keep=False), way_out(one, keep=True)
    assert (plain and (plain.act, plain.container.id[0])) == ("remove", "a"), "the one kept before stays"
    assert (aside and (aside.act, aside.container.id[0])) == ("remove", "k")
    running = way_out(standing(serving, replace(parked, state=State.RUNNING)), keep=False)
    assert running is not None
    assert running.act == "stop"
    assert way_out(standing(serving), keep=False) is None


def test_what_is_wrong_with_a_started_container_is_said_in_words() -> None:
    said = {
        fault_of(now, "then", restarts=1)
        for now in (
            COPY,
            replace(COPY, restarts=1, health=Health.STARTING),
            replace(COPY, state=State.EXITED, exit_code=2),
            replace(COPY, state=State.RESTARTING, exit_code=3),
            replace(COPY, restarts=2),
            replace(COPY, health=Health.UNHEALTHY),
        )
    }
    assert said == {
        "",
        "it exited with code 2",
        "it exited with code 3 and restarts",
        "it ended and was started again",
        "its healthcheck says unhealthy",
    }
    assert fault_of(COPY, "before", restarts=0) == "it ended and was started again"


def test_with_a_healthcheck_health_counts_and_without_one_time_does() -> None:
    checked = a_container("api", config={"Healthcheck": {"Test": ["CMD", "true"]}})
    off = a_container("api", config={"Healthcheck": {"Test": ["NONE"]}})
    assert not is_well(checked, waited=99, settle=1)
    assert is_well(replace(checked, health=Health.HEALTHY), waited=0, settle=1)
    assert [is_well(off, waited=waited, settle=1) for waited in (0.9, 1)] == [False, True]
    assert not is_well(replace(off, state=State.PAUSED), waited=9, settle=1)


def test_a_policy_of_one_that_failed_is_compared_with_its_retries() -> None:
    held = replace(FORMER, restart_policy=NO)
    copy = replace(at(COPY, NAMES.new, State.CREATED), restart_policy=RestartPolicy("on-failure", 3))
    move = way_back(standing(held, copy))
    assert move is not None
    assert move.policy == RestartPolicy("on-failure", 3)
