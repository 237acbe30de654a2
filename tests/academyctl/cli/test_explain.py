"""`academyctl explain`, as a process."""

from academyctl.model.finding import CODES
from tests.support.cli import Cli


def test_a_code_is_told_with_its_repair_and_its_source(cli: Cli) -> None:
    result = cli.run("explain", "ssm.key-loss")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("ssm.key-loss: a stored key would be lost\n")
    assert "repair  academyctl ssm diff --role api --file .env  # what would go\n" in result.out
    assert max(map(len, result.out.splitlines())) <= 100


def test_the_brackets_of_a_finding_may_be_copied_along(cli: Cli) -> None:
    found = cli.run("explain", "[ENV.FOREIGN]", "-o", "json").json["data"]
    assert (found["code"], found["kind"], found["says"]) == ("env.foreign", "finding", CODES["env.foreign"])
    assert found["what"]
    assert found["why"]
    assert found["source"]
    assert any(line.startswith("academyctl ssm push") for line in found["repair"])


def test_an_unknown_code_is_a_usage_error_with_the_nearest(cli: Cli) -> None:
    result = cli.run("explain", "env.foregin", "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.code")
    assert result.json["error"]["hint"] == "did you mean academyctl explain env.foreign?"


def test_an_empty_word_is_called_as_the_help_calls_it(cli: Cli) -> None:
    """It comes from a variable of a script that was not set."""
    result = cli.run("explain", "")
    assert (result.code, result.err.splitlines()[0]) == (2, "error: CODE is empty")


def test_without_a_code_all_are_listed_by_family(cli: Cli) -> None:
    result = cli.run("explain")
    families = [block.split(".")[0] for block in result.out.split("\n\n")]
    assert len(families) == len(set(families))
    assert all(f"{code} " in result.out for code in CODES)


def test_a_family_alone_lists_its_codes(cli: Cli) -> None:
    codes = [one["code"] for one in cli.run("explain", "queue", "-o", "json").json["data"]["codes"]]
    assert codes == [code for code in CODES if code.startswith("queue.")]
