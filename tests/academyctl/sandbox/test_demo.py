import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from academyctl.envfile.read import read_bytes
from academyctl.model.contract import EnvContract
from academyctl.model.env import SourceKind
from academyctl.plan.split import split_document
from academyctl.profiles.load import load_contract
from academyctl.sandbox.control import Control
from academyctl.sandbox.demo import STEPS
from academyctl.sandbox.demo_env import LEGACY, filled, legacy_env, write_env
from academyctl.sandbox.demo_scene import Scene, Step
from academyctl.sandbox.seed_env import wanted
from tests.batch_builders import sandbox_stack
from tests.support.cli import ROOT


def test_no_step_uses_or_recommends_prune() -> None:
    assert not [step.title for step in STEPS if "--prune" in f"{step.says} {step.aside} {step.command}"]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """One whose commands touch nothing."""

    def no_client(service: str) -> None:
        raise AssertionError(service)

    stack = sandbox_stack()
    return Scene(folder=tmp_path, clients=no_client, control=Control(), stack=stack, parameters=(), legacy="")


def test_a_step_is_typed_as_a_whole_line(scene: Scene) -> None:
    step = Step(title="", says="", command="ssm set --role api KEY", stdin="value")
    assert step.typed(scene) == "printf %s value | academyctl ssm set --role api KEY"


def test_a_later_step_names_what_an_earlier_one_found(scene: Scene) -> None:
    scene.values["ami"] = "ami-0123"
    step = Step(title="", says="", command="batch ce-rollout --ami {ami}")
    assert step.typed(scene) == "academyctl batch ce-rollout --ami ami-0123"


def test_each_secret_of_a_file_is_made_up_anew() -> None:
    one, other = filled(LEGACY), filled(LEGACY)
    assert "{}" not in one
    assert sum(a != b for a, b in zip(one.splitlines(), other.splitlines(), strict=True)) == LEGACY.count("{}")


def test_the_legacy_file_holds_what_the_shipped_profiles_demand(contract: EnvContract) -> None:
    assert len(legacy_env(contract).splitlines()) == len(LEGACY.splitlines())


def test_a_key_that_a_profile_demands_on_top_is_added(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "env_profiles", tmp_path / "mine")
    role = tmp_path / "mine" / "roles" / "api.yaml"
    role.write_text(role.read_text().replace("\nkeys:\n", "\nkeys:\n  NEW_KEY: {required: true}\n"))
    edited = load_contract(tmp_path / "mine")
    split = split_document(read_bytes(legacy_env(edited).encode(), kind=SourceKind.FILE, label=".env"), edited)
    assert "NEW_KEY" in split.by_role["api"]
    for each in edited.roles:
        assert {spec.name for spec in wanted(each)} <= split.by_role[each.name].keys()


@pytest.fixture
def _loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_loose_umask")
def test_its_env_file_is_for_its_owner_only(tmp_path: Path) -> None:
    write_env(tmp_path, ["KEY=", "value\n"])
    assert (tmp_path / ".env").read_text() == "KEY=value\n"
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
