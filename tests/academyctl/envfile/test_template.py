"""The file to start from: every reader reads it alike, and each key of the contract stands in it once."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

from academyctl.envfile.compose import read_compose
from academyctl.envfile.read import read_bytes
from academyctl.envfile.template import render_template
from academyctl.model.contract import EnvContract
from academyctl.model.env import SourceKind
from academyctl.model.role import Consumer, KeySpec, OneOf, Role, ValueType
from academyctl.profiles.load import load_contract
from tests.support.cli import ROOT
from tests.support.docker_cli import DockerCli

ROLES = ["api", "worker", "all"]


@pytest.fixture(scope="module")
def contract() -> EnvContract:
    return load_contract(ROOT / "env_profiles")


def chosen(contract: EnvContract, name: str) -> tuple[Role, ...]:
    return contract.roles if name == "all" else (contract.role(name),)


def template(*keys: KeySpec, one_of: tuple[OneOf, ...] = (), about: str = "") -> str:
    role = Role(name="api", parameter="/p", consumer=Consumer.DOCKER, keys=keys, one_of=one_of, about=about)
    return render_template([role])


def read(text: str) -> dict[str, str]:
    document = read_bytes(text.encode(), kind=SourceKind.FILE, label=".env")
    return {entry.key: entry.value.reveal() for entry in document.entries}


@pytest.mark.parametrize("name", ROLES)
def test_every_reader_reads_the_template_alike(
    name: str, contract: EnvContract, docker: DockerCli, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text(render_template(chosen(contract, name)))
    own = read(file.read_text())
    assert docker.read(file.read_bytes()) == [f"{key}={value}" for key, value in own.items()]
    assert dotenv_values(file) == dotenv_values(file, interpolate=False) == read_compose(file.read_text()) == own


@pytest.mark.parametrize("name", ROLES)
def test_each_key_stands_once_and_the_required_ones_are_open(name: str, contract: EnvContract) -> None:
    roles = chosen(contract, name)
    text = render_template(roles)
    for spec in (spec for role in roles for spec in role.keys):
        lines = [line for line in text.splitlines() if line.removeprefix("# ").partition("=")[0] == spec.name]
        assert len(lines) == 1, spec.name
        assert not spec.required or not lines[0].startswith("#")


def test_the_apis_examples_and_defaults_are_filled_in(contract: EnvContract) -> None:
    filled = {key: value for key, value in read(render_template([contract.role("api")])).items() if value}
    assert filled == {
        "R2_VIDEO_BUCKET": "academy-video",
        "AWS_REGION": "ap-northeast-2",
        "VIDEO_SQS_QUEUE_NAME": "academy-video-jobs",
        "REDIS_PORT": "6379",
        "REDIS_DB": "0",
        "DEBUG": "false",
        "ALLOWED_HOSTS": "*",
        "VIDEO_DELETE_R2_QUEUE_NAME": "academy-video-delete-r2",
    }


def test_a_key_says_above_itself_what_it_is() -> None:
    text = template(
        KeySpec(name="A", required=True, secret=True, type=ValueType(kind="url"), about="where"),
        KeySpec(name="B"),
        KeySpec(name="C"),
        one_of=(OneOf(keys=("B", "C")),),
        about="the API",
    )
    assert (
        text == "# api: the API\n\n# required, url, secret: where\nA=\n\n# one of B, C\n# B=\n\n# one of B, C\n# C=\n"
    )


def test_an_example_is_preferred_to_a_default() -> None:
    assert read(template(KeySpec(name="A", default="1", example="2"), KeySpec(name="B", default=""))) == {
        "A": "2",
        "B": "",
    }


def test_a_key_of_two_roles_is_open_when_either_requires_it() -> None:
    roles = [
        Role(name=name, parameter="/p", consumer=Consumer.DOTENV, keys=(KeySpec(name="A", required=required),))
        for name, required in (("first", False), ("second", True))
    ]
    assert render_template(roles) == "# first: /p\n\n# required\nA=\n\n# second: /p\n"


@pytest.mark.parametrize("value", ["two\nlines", "a # b", " a", "'a'", "${A}"])
def test_a_value_that_readers_disagree_on_is_not_filled_in(value: str) -> None:
    text = template(KeySpec(name="A", required=True, example=value), KeySpec(name="B", default=value))
    assert read(text) == {"A": ""}
    assert "# B=\n" in text


def test_a_description_of_several_lines_stays_a_comment() -> None:
    text = template(KeySpec(name="A", required=True, about="one\nB=2\n"), about="the\nAPI=1")
    assert read(text) == {"A": ""}
    assert "# required: one B=2\n" in text
