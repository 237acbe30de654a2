"""Worlds that are broken in one way: preflight finds exactly that, with evidence and a remedy, and the remedy works."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broken_worlds import BREAKS, Break
from tests.support.cli import ROOT, Result
from tests.support.healthy import Healthy, codes, env_file, healthy_world, pretty
from tests.support.repairs import aws, commands
from tests.support.strict import Strict


@pytest.fixture(scope="module")
def _world(_strict_server: Strict) -> Iterator[Healthy]:
    with healthy_world(_strict_server) as world:
        yield world
        after = world.preflight()
        assert codes(after) == [] or not world.is_sound, pretty(after)


@pytest.fixture
def world(_world: Healthy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Healthy:
    """Nothing is wrong in it; a .env lies in the folder."""
    if not _world.is_sound:
        _world.build()
    monkeypatch.chdir(tmp_path)
    env_file(_world, tmp_path)
    return _world


def test_of_a_healthy_world_there_is_nothing_to_say(world: Healthy) -> None:
    result = world.preflight()
    assert (result.code, result.json["status"], result.json["findings"]) == (0, "ok", [])
    assert {one["status"] for one in result.json["data"]["checks"]} == {"ok"}


@pytest.mark.parametrize("name", BREAKS)
def test_a_world_that_is_broken_in_one_way(world: Healthy, tmp_path: Path, name: str) -> None:
    broken = BREAKS[name]
    words = _profile(broken, tmp_path)
    world.is_sound = False
    broken.breaks(world)
    result = world.preflight(*words)
    assert codes(result) == list(broken.found), pretty(result)
    is_error = "error" in {one["level"] for one in result.json["findings"]}
    assert (result.code, result.json["status"]) == ((4, "findings") if is_error else (0, "ok"))
    for found in result.json["findings"]:
        assert found["message"], found
        assert found["hint"] or found["level"] == "info", found
    _repair(world, broken, result)
    after = world.preflight(*words, *_families(result))
    assert (after.code, codes(after)) == (0, []), pretty(after)
    world.is_sound = not broken.leaves


def _families(result: Result) -> Iterator[str]:
    """The words that choose the families that were not sound. That a repair broke nothing else, the next world's
    findings tell: they are of all families; and after the last one the fixture looks."""
    unsound = (one["id"] for one in result.json["data"]["checks"] if one["status"] != "ok")
    for family in dict.fromkeys(name.partition(".")[0] for name in unsound):
        yield from ("--only", f"{family}.*")


def _profile(broken: Break, folder: Path) -> list[str]:
    """The words that lead to profiles with a stack file of its own."""
    old, new = broken.profile
    if not old:
        return []
    shutil.copytree(ROOT / "env_profiles", folder / "profiles")
    stack = folder / "profiles" / "stacks" / "sandbox.yaml"
    stack.write_text(stack.read_text().replace(old, new))
    return ["--profiles", str(folder / "profiles")]


def _repair(world: Healthy, broken: Break, result: Result) -> None:
    """The hint's commands are carried out as they stand, where they are the repair."""
    if broken.repair:
        broken.repair(world)
        return
    first = next(one for one in result.json["findings"] if one["level"] != "info")
    lines = commands(first["hint"])
    assert lines, first
    for line in lines:
        if line.startswith("aws "):
            aws(world, line)
            continue
        done = world.run(*shlex.split(line)[1:], *broken.words, stdin=broken.stdin)
        assert done.code == 0, (line, done.out, done.err)
