"""`env split`: the matrix of keys and roles, and one private file a role."""

import re
import stat
from pathlib import Path

import pytest

from tests.support.cli import Cli, Result
from tests.support.envs import API, LEGACY, WORKER, text
from tests.support.terminal import on_terminal

MARK = "# academyctl: docker-env-file"
CANARY = "c4n4ry-value"


@pytest.fixture
def home(cli: Cli) -> Cli:
    """A folder with the legacy .env."""
    (cli.cwd / ".env").write_text(LEGACY)
    return cli


def split(cli: Cli, *words: str) -> Result:
    result = cli.run("env", "split", *words, "-o", "json")
    assert result.json["exit_code"] == result.code
    return result


def changes(result: Result) -> list[tuple[str, str, str]]:
    return [(change["action"], Path(change["target"]).name, change["state"]) for change in result.json["changes"]]


def detail(result: Result, name: str) -> list[str]:
    (found,) = (change for change in result.json["changes"] if Path(change["target"]).name == name)
    lines = found["detail"]
    assert isinstance(lines, list)
    return lines


def files(cli: Cli) -> list[str]:
    """What stands in ./out; the folder itself counts too."""
    return sorted(str(path.relative_to(cli.cwd)) for path in cli.cwd.rglob("out*"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- the matrix -----------------------------------------------------------------------------------------------------


def test_every_key_is_told_with_its_roles(home: Cli) -> None:
    result = split(home)
    assert (result.code, result.json["status"], result.json["changes"]) == (0, "ok", [])
    keys = result.json["data"]["keys"]
    assert list(keys) == re.findall(r"^(?:export )?(\w+)=", LEGACY, re.MULTILINE)
    assert keys["DB_NAME"] == keys["REDIS_URL"] == ["api", "worker"]
    assert (keys["DEBUG"], keys["WORKER_ID"]) == (["api"], ["worker"])
    assert result.json["data"]["dropped"] == []


def test_people_see_a_row_for_each_key(home: Cli) -> None:
    rows = re.sub(r" {2,}", " | ", home.run("env", "split").out).splitlines()
    assert rows[:2] == [".env: key × role", "KEY | API | WORKER"]
    assert "DB_NAME | ● | ●" in rows
    assert "WORKER_ID | · | ●" in rows
    assert rows[-1].startswith("ok: ")


def test_a_key_without_a_home_is_an_error(cli: Cli) -> None:
    (cli.cwd / ".env").write_text("DB_NAME=d\nR2_ENDPIONT=x\n")
    result = split(cli)
    assert (result.code, result.json["status"]) == (4, "findings")
    assert result.json["data"]["keys"]["R2_ENDPIONT"] == []
    assert "did you mean R2_ENDPOINT?" in result.json["findings"][0]["message"]


def test_a_dropped_key_is_named(cli: Cli) -> None:
    (cli.cwd / ".env").write_text("DB_NAME=d\nQQQ=x\n")
    result = split(cli, "--unknown", "drop")
    assert (result.code, result.codes("warning"), result.json["data"]["dropped"]) == (0, ["env.unknown"], ["QQQ"])
    assert "QQQ is declared nowhere and is dropped" in cli.run("env", "split", "--unknown", "drop").out


def test_a_source_that_cannot_be_read_is_exit_2(cli: Cli) -> None:
    assert split(cli).json["error"]["code"] == "env.parse"
    (cli.cwd / ".env").write_text("DB_NAME='never closed\n")
    result = split(cli, "--out", "out", "--yes")
    assert (result.code, result.codes()) == (2, ["env.parse"])
    assert files(cli) == []


# --- writing --------------------------------------------------------------------------------------------------------


def test_each_role_gets_its_own_keys_in_a_private_file(home: Cli) -> None:
    result = split(home, "--out", "out", "--yes")
    assert (result.code, result.json["status"]) == (0, "changed")
    assert changes(result) == [("create", "api.env", "done"), ("create", "worker.env", "done")]
    api, worker = home.cwd / "out" / "api.env", home.cwd / "out" / "worker.env"
    assert (mode(api), mode(worker), mode(home.cwd / "out")) == (0o600, 0o600, 0o700)
    assert api.read_text().splitlines()[0] == MARK
    assert not {"WORKER_ID", "R2_PREFIX"} & {line.partition("=")[0] for line in api.read_text().splitlines()}
    assert not {"DEBUG", "SITE_URL"} & {line.partition("=")[0] for line in worker.read_text().splitlines()}
    assert "DB_PASSWORD=p@ss w#rd\n" in api.read_text()
    assert "REDIS_HOST=redis.internal\nREDIS_PORT=6380\n" in worker.read_text()
    assert files(home) == ["out"]
    assert sorted(path.name for path in (home.cwd / "out").iterdir()) == ["api.env", "worker.env"]


@pytest.mark.parametrize("role", ["api", "worker"])
def test_what_is_written_passes_for_its_role_and_holds_nothing_foreign(home: Cli, role: str) -> None:
    split(home, "--out", "out", "--yes")
    result = home.run("env", "validate", "--role", role, "--file", f"out/{role}.env", "-o", "json")
    assert (result.code, result.codes()) == (0, [])


def test_off_a_terminal_nothing_is_written_without_yes(home: Cli) -> None:
    result = split(home, "--out", "out")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.confirm")
    assert changes(result) == [("create", "api.env", "planned"), ("create", "worker.env", "planned")]
    assert "--yes" in result.json["error"]["hint"]
    assert result.codes() != [], "they are in the object, too, and in the text once"
    assert home.run("env", "split", "--out", "out").err.count("[env.") == len(result.codes())
    assert files(home) == []


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5)])
@pytest.mark.parametrize("more", [(), ("--yes",)])
def test_a_plan_can_be_looked_at_without_writing(home: Cli, option: str, code: int, more: tuple[str, ...]) -> None:
    result = split(home, "--out", "out", option, *more)
    assert (result.code, result.json["status"]) == (code, "pending")
    assert changes(result) == [("create", "api.env", "planned"), ("create", "worker.env", "planned")]
    assert "+ DB_NAME" in detail(result, "api.env")
    assert files(home) == []


@pytest.mark.parametrize("option", ["--yes", "--check", "--dry-run", "--quiet"])
def test_a_second_run_changes_nothing_and_asks_nothing(home: Cli, option: str) -> None:
    split(home, "--out", "out", "--yes")
    before = (home.cwd / "out" / "api.env").stat()
    result = split(home, "--out", "out", option)
    assert (result.code, result.json["status"]) == (0, "unchanged")
    assert changes(result) == [("none", "api.env", "done"), ("none", "worker.env", "done")]
    assert (home.cwd / "out" / "api.env").stat().st_mtime_ns == before.st_mtime_ns


def test_only_the_file_that_differs_is_replaced_and_its_keys_are_told(home: Cli) -> None:
    split(home, "--out", "out", "--yes")
    api = home.cwd / "out" / "api.env"
    api.write_text(api.read_text().replace("DB_NAME=academy\n", "DB_NAME=other\nGONE=1\n").replace("DEBUG=false\n", ""))
    result = split(home, "--out", "out", "--check")
    assert result.code == 5
    assert changes(result) == [("update", "api.env", "planned"), ("none", "worker.env", "done")]
    assert detail(result, "api.env") == ["+ DEBUG", "~ DB_NAME", "- GONE"]
    assert split(home, "--out", "out", "--yes").json["status"] == "changed"
    assert split(home, "--out", "out", "--check").json["status"] == "unchanged"


def test_the_same_bytes_that_others_may_read_are_made_private(home: Cli) -> None:
    split(home, "--out", "out", "--yes")
    api = home.cwd / "out" / "api.env"
    api.chmod(0o644)
    result = split(home, "--out", "out", "--yes")
    assert changes(result)[0] == ("update", "api.env", "done")
    assert mode(api) == 0o600


def test_a_file_that_is_no_env_is_replaced_and_that_is_said(home: Cli) -> None:
    (home.cwd / "out").mkdir()
    (home.cwd / "out" / "api.env").write_text("this is no env\n")
    result = split(home, "--out", "out", "--dry-run")
    assert "no readable env" in result.json["changes"][0]["why"]
    assert split(home, "--out", "out", "--yes").code == 0


def test_a_link_is_followed_and_stays(home: Cli) -> None:
    (home.cwd / "out").mkdir()
    (home.cwd / "real.env").write_text("A=1\n")
    (home.cwd / "out" / "api.env").symlink_to(home.cwd / "real.env")
    assert split(home, "--out", "out", "--yes").code == 0
    assert (home.cwd / "out" / "api.env").is_symlink()
    assert (home.cwd / "real.env").read_text().startswith(MARK)


# --- refusals and failures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--yes", "--check", "--dry-run"])
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("R2_ENDPIONT=x\n", "env.unknown"),
        ("DB_PORT=x\n", "env.duplicate"),
        ("R2_ENDPOINT=https://other.example\n", "env.alias-conflict"),
        ('SOLAPI_TEXT="two\nlines"\n', "env.reader"),
    ],
)
def test_a_bad_source_is_refused_with_every_role_and_nothing_is_written(
    home: Cli, more: str, code: str, option: str
) -> None:
    (home.cwd / ".env").write_text(LEGACY + more)
    result = split(home, "--out", "out", option)
    assert (result.code, result.json["status"], result.json["error"]) == (4, "findings", None)
    assert code in result.codes("error")
    assert files(home) == []


def test_a_source_that_lacks_a_key_is_refused(cli: Cli) -> None:
    (cli.cwd / ".env").write_text(text(API))
    result = split(cli, "--out", "out", "--yes")
    assert result.code == 4
    assert {f["subject"] for f in result.json["findings"] if f["code"] == "env.missing"} == {
        f"worker:{key}" for key in WORKER.keys() - API.keys()
    }
    assert files(cli) == []


def test_a_folder_that_is_a_file_is_a_usage_error(home: Cli) -> None:
    (home.cwd / "out").write_text("here first\n")
    result = split(home, "--out", "out", "--yes")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.file")
    assert (home.cwd / "out").read_text() == "here first\n"


def test_a_file_that_is_a_folder_is_a_usage_error(home: Cli) -> None:
    (home.cwd / "out" / "worker.env").mkdir(parents=True)
    result = split(home, "--out", "out", "--yes")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.file")
    assert not (home.cwd / "out" / "api.env").exists()


@pytest.mark.parametrize("out", ["x" * 300, ".env/out", "/proc/out"])
def test_a_folder_that_cannot_be_made_is_told_and_nothing_else_happens(home: Cli, out: str) -> None:
    result = split(home, "--out", out, "--yes")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.file")
    assert changes(result) == [("create", "api.env", "failed"), ("create", "worker.env", "not_started")]


def test_a_write_that_fails_half_way_says_how_far_it_came(home: Cli) -> None:
    (home.cwd / "out").mkdir()
    (home.cwd / "out" / "worker.env").symlink_to(home.cwd / "nowhere" / "worker.env")
    result = split(home, "--out", "out", "--yes")
    assert (result.code, result.json["status"], result.json["error"]["code"]) == (2, "failed", "usage.file")
    assert changes(result) == [("create", "api.env", "done"), ("create", "worker.env", "failed")]
    assert not list((home.cwd / "out").glob(".*.tmp"))


def test_no_value_is_shown_by_a_plan_or_its_result(cli: Cli) -> None:
    env = {**WORKER, "SECRET_KEY": CANARY, "DB_PASSWORD": f"{CANARY} #x", "SOLAPI_KEY": CANARY}
    (cli.cwd / ".env").write_text(text({key: f"'{value}'" for key, value in env.items()}))
    for words in (("--dry-run",), ("-v", "--yes"), ("-o", "json"), ("--yes",)):
        result = cli.run("env", "split", "--out", "out", *words)
        assert result.code == 0
        assert CANARY not in result.out + result.err
    assert CANARY in (cli.cwd / "out" / "api.env").read_text()


# --- on a terminal --------------------------------------------------------------------------------------------------


def test_on_a_terminal_the_plan_is_shown_and_the_answer_decides(home: Cli) -> None:
    no = on_terminal(home, "env", "split", "--out", "out", typed="n\n")
    assert (no.code, files(home)) == (1, [])
    assert no.screen.index("+ out/api.env") < no.screen.index("apply this? [y/N]")
    assert "nothing was changed" in no.screen
    yes = on_terminal(home, "env", "split", "--out", "out", typed="y\n")
    assert yes.code == 0
    assert (home.cwd / "out" / "worker.env").exists()


def test_on_a_terminal_an_unchanged_split_asks_nothing(home: Cli) -> None:
    split(home, "--out", "out", "--yes")
    session = on_terminal(home, "env", "split", "--out", "out")
    assert session.code == 0
    assert "apply this?" not in session.screen
