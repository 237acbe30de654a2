"""What a shell is offered at Tab: a real bash, and for zsh and fish the protocol that their scripts speak."""

import json
import subprocess
import sys
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from academyctl.cli import complete
from academyctl.cli.complete import (
    complete_checks,
    complete_containers,
    complete_environments,
    complete_keys,
    typed_words,
)
from tests.support.aws import CREDENTIALS
from tests.support.cli import ROOT, Cli
from tests.support.deaf import closed, portal
from tests.support.engine import Engine
from tests.support.fleet import V3, V4

ASK = """
source {script}
cd {cwd}
offer() {{
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _academyctl_completion academyctl
    echo "${{COMPREPLY[*]}}"
}}
"""


def line(**params: Any) -> Any:
    """What a completer sees of the words before."""
    return SimpleNamespace(params={"profiles": str(ROOT / "env_profiles"), **params})


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """`url` is AWS for this process."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def named(cli: Cli) -> Cli:
    """`academyctl` is on the PATH."""
    program = cli.cwd / "bin" / "academyctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m academyctl "$@"\n')
    program.chmod(0o755)
    cli.env["PATH"] = f"{program.parent}:{cli.env['PATH']}"
    return cli


def test_bash_completes_commands_options_and_names(named: Cli) -> None:
    script = named.cwd / "completion.bash"
    script.write_text(named.run(env={"_ACADEMYCTL_COMPLETE": "source_bash"}).out)
    asked = {
        "academyctl s": "ssm sandbox",
        "academyctl batch ce-ro": "ce-rollout ce-rollback",
        "academyctl env validate --role ''": "api worker all",
        "academyctl explain ssm.key": "ssm.key-loss",
        "academyctl ssm unset --role api R2_E": "R2_ENDPOINT",
        "academyctl env validate --file .e": "",
    }
    lines = "\n".join(f"offer {words}" for words in asked)
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK.format(script=script, cwd=named.cwd) + lines],
        env=named.env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stderr, done.stdout.splitlines()) == ("", list(asked.values()))
    assert "-o default" in script.read_text(), "a word that nothing is offered for is completed as a file's name"


def test_zsh_and_fish_are_offered_names_with_what_they_are(cli: Cli) -> None:
    words = {"_TYPER_COMPLETE_ARGS": "academyctl ssm un", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    fish = cli.run(env={"_ACADEMYCTL_COMPLETE": "complete_fish", **words})
    assert fish.out.startswith("unset\tRemove one key of a stored parameter.\n")
    zsh = cli.run(env={"_ACADEMYCTL_COMPLETE": "complete_zsh", **words})
    assert zsh.out.startswith("""_arguments '*: :(("unset":"Remove one key of a stored parameter.\"""")
    assert fish.err == zsh.err == ""


@pytest.mark.parametrize(
    ("shell", "says"), [("zsh", "#compdef academyctl"), ("fish", "complete --command academyctl --no-files")]
)
def test_the_script_of_a_shell_asks_under_our_variable(cli: Cli, shell: str, says: str) -> None:
    script = cli.run(env={"_ACADEMYCTL_COMPLETE": f"source_{shell}"}).out
    assert says in script
    assert f"_ACADEMYCTL_COMPLETE=complete_{shell}" in script


def test_a_half_line_that_cannot_be_read_offers_nothing_and_says_nothing(cli: Cli) -> None:
    for words in ("academyctl ssm push --profiles /nope --role ", "academyctl nope --x ", "academyctl 'ssm "):
        result = cli.run(env={"_ACADEMYCTL_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": words})
        assert (result.out.strip(), result.err) == ("", ""), words


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"COMP_WORDS": "academyctl\nssm\npu", "COMP_CWORD": "2"}, ["ssm"]),
        ({"COMP_WORDS": "academyctl\nssm\n", "COMP_CWORD": "2"}, ["ssm"]),
        ({"_TYPER_COMPLETE_ARGS": "academyctl ssm pu"}, ["ssm"]),
        ({"_TYPER_COMPLETE_ARGS": "academyctl ssm "}, ["ssm"]),
        ({"_TYPER_COMPLETE_ARGS": "academyctl"}, []),
        ({}, []),
    ],
)
def test_the_words_that_are_typed_in_full(environ: dict[str, str], words: list[str]) -> None:
    assert typed_words(environ) == words


def test_environments_are_those_that_aws_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [{"computeEnvironmentName": name, "computeEnvironmentArn": name} for name in (V4, V3)]
    with portal(json.dumps({"computeEnvironments": listed})) as url:
        use(monkeypatch, url)
        assert complete_environments(line(stack="sandbox")) == [V3, V4]


def test_without_aws_the_declared_environment_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    with closed() as url:
        use(monkeypatch, url)
        assert complete_environments(line()) == [V3]


def test_an_aws_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, end = Event(), Event()

    def read(region: str) -> list[str]:
        asked.set()
        end.wait(60)
        return [V4]

    monkeypatch.setattr(complete, "PATIENCE", 0.05)
    monkeypatch.setattr(complete, "_read_environments", read)
    assert complete_environments(line()) == [V3]
    assert asked.is_set()
    end.set()


def test_containers_are_those_of_the_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.run("academy-api")
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    assert complete_containers() == ["academy-api"]
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    assert complete_containers() == []


def test_checks_are_offered_by_group_and_by_id() -> None:
    offered = complete_checks(line())
    assert "ce.*" in offered
    assert any(one.startswith("ce.") and one != "ce.*" for one in offered)
    assert complete_checks(line(stack="nope")) == []


def test_keys_are_those_of_the_role_on_the_line() -> None:
    assert "INTERNAL_WORKER_TOKEN" in complete_keys(line(role="worker"))
    assert "INTERNAL_WORKER_TOKEN" not in complete_keys(line(role="api"))
    assert {"INTERNAL_WORKER_TOKEN", "SECRET_KEY"} <= set(complete_keys(line(role=None)))
