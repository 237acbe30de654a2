"""A mistyped word is answered with what was probably meant; a word that may be a value is never repeated."""

import json
import signal

import pytest

from academyctl.cli.app import run
from academyctl.model.near import did_you_mean, nearest
from tests.support.cli import ROOT, Cli


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("ssm psuh", "did you mean academyctl ssm push? (academyctl ssm --help)"),
        ("btach", "did you mean academyctl batch? (academyctl --help)"),
        ("docter", "did you mean academyctl doctor? (academyctl --help)"),
        ("ce-check", "did you mean academyctl batch ce-check? (academyctl --help)"),
        ("ssm validate", "did you mean academyctl env validate? (academyctl ssm --help)"),
        ("ssm push --fiel .env", "did you mean --file? (academyctl ssm push --help)"),
        ("ssm show --role api -o jsno", "did you mean json? (academyctl ssm show --help)"),
        ("ssm show --role wroker", "did you mean worker? ssm.parameters of stack production has: api, worker"),
        ("env validate --role wroker", "did you mean worker? known: api, worker, all"),
        ("ssm push --nope", "academyctl ssm push --help"),
        ("ssm push --role api --file", "academyctl ssm push --help"),
        ("zzzzzz", "academyctl --help"),
        ("--stack sandbox doctor", "it stands behind the command: academyctl COMMAND --stack …"),
        ("ssm --stack sandbox show", "it stands behind the command: academyctl ssm COMMAND --stack …"),
    ],
)
def test_the_hint_names_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, meant: str
) -> None:
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.chdir(ROOT)
    code = run(line.split())
    told = capsys.readouterr()
    assert (code, told.out, told.err.splitlines()[-1]) == (2, "", f"hint: {meant}")


def test_json_has_the_hint_too(cli: Cli) -> None:
    error = cli.run("ssm", "push", "--role", "api", "--stack", "prodution", "-o", "json").json["error"]
    assert (error["code"], error["hint"].startswith("did you mean production? known in ")) == ("usage.stack", True)
    error = cli.run("ssm", "psuh", "-o", "json").json["error"]
    assert (error["message"], error["hint"]) == (
        "No such command 'psuh'",
        "did you mean academyctl ssm push? (academyctl ssm --help)",
    )


@pytest.mark.parametrize(
    ("line", "command", "stack"),
    [
        ("env validate -qo json --nope", "env validate", "production"),
        ("env validate -o table -o json --nope", "env validate", "production"),
        ("ssm push -ojson --role api --allow-remove", "ssm push", "production"),
        ("sandbox run --output=json", "sandbox run", "sandbox"),
    ],
)
def test_a_line_that_asks_for_json_gets_it_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, command: str, stack: str
) -> None:
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    assert run(line.split()) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["command"], told["stack"], told["error"]["code"]) == (command, stack, "usage")


@pytest.mark.parametrize("option", ["--stack", "--region", "--profiles"])
def test_an_empty_option_is_a_variable_that_was_not_set_and_no_default(cli: Cli, option: str) -> None:
    assert cli.run("env", "template", "--role", "api", option, "").code == 2


def test_an_option_that_is_missing_is_named_and_no_more(cli: Cli) -> None:
    result = cli.run("iam", "policy")
    assert (result.code, result.err) == (2, "error: Missing option '--for'\nhint: academyctl iam policy --help\n")


def test_words_that_may_be_a_value_are_not_repeated(cli: Cli) -> None:
    result = cli.run("ssm", "set", "--role", "api", "SECRET_KEY", "hunter2")
    assert (result.code, result.err.splitlines()[0]) == (
        2,
        "error: there are more words on the line than the command takes",
    )
    assert "hunter2" not in result.err


@pytest.mark.parametrize(("word", "meant"), [("prodcution", "production"), ("sandbx", "sandbox"), ("x", ""), ("", "")])
def test_only_what_is_near_is_meant(word: str, meant: str) -> None:
    assert nearest(word, ["production", "sandbox"]) == meant


def test_a_hint_says_what_it_says_anyway() -> None:
    assert did_you_mean("x", ["production"], "known: production") == "known: production"
