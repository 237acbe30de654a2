"""The environment that a command gets from `env run`."""

import pytest

from academyctl.model.secret import Secret
from academyctl.plan.child_env import check_names, child_env

AROUND = dict.fromkeys((b"PATH", b"HOME", b"USER", b"LANG", b"LC_ALL", b"LC_TIME", b"TZ", b"TERM"), b"x")
MORE = {b"LC": b"x", b"PATHS": b"x", b"AWS_PROFILE": b"x", b"A": b"inherited", b"\xff": b"\xff"}


@pytest.mark.parametrize(("only_declared", "rest"), [(False, AROUND | MORE), (True, AROUND)])
def test_the_roles_keys_stand_over_the_inherited_ones(only_declared: bool, rest: dict[bytes, bytes]) -> None:
    env = {"A": Secret("own"), "TZ": Secret("값")}
    made = child_env(AROUND | MORE, env, only_declared=only_declared)
    assert made == rest | {b"A": b"own", b"TZ": "값".encode()}


def test_a_name_that_no_process_can_have_is_an_error() -> None:
    env = {"A": Secret("1"), "B=C": Secret("1"), "": Secret("1")}
    assert [found.subject for found in check_names(env, "worker")] == ["worker:B=C", "worker:"]
