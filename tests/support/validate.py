"""`env validate -o json`, and what tests ask of its answer."""

from pathlib import Path

from tests.support.cli import Cli, Result

KEYS = {"version", "command", "stack", "status", "exit_code", "changes", "findings", "data", "error"}
CANARY = "c4n4ry-value"


def validate(cli: Cli, *words: str, stdin: str | bytes = b"", env: dict[str, str] | None = None) -> Result:
    """With JSON; stdout is exactly one object and says the exit code."""
    result = cli.run("env", "validate", *words, "-o", "json", stdin=stdin, env=env)
    assert result.json.keys() == KEYS
    assert result.json["exit_code"] == result.code
    assert (result.json["command"], result.json["changes"]) == ("env validate", [])
    assert (result.json["error"] is not None) == (result.code not in (0, 4))
    return result


def of_container(cli: Cli, *words: str, name: str = "academy-api") -> Result:
    return validate(cli, "--container", name, "--offline", *words)


def write(cli: Cli, content: str | bytes, name: str = ".env") -> Path:
    path = cli.cwd / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def subjects(result: Result, code: str) -> list[str]:
    return [finding["subject"] for finding in result.json["findings"] if finding["code"] == code]


def states(result: Result, role: str) -> dict[str, str]:
    found = result.json["data"]["roles"][role]
    assert isinstance(found, dict)
    return found
