"""Where profiles come from, and that all errors of all files come at once."""

import os
from pathlib import Path

import pytest

from academyctl.model.errors import ProfileError, UsageError
from academyctl.model.exit import ExitCode
from academyctl.profiles.load import check_folder, load_contract, load_stack, profile_folder, stack_file
from tests.academyctl.profiles.folder import ROLE, STACK, Profiles
from tests.support.cli import ROOT


def test_a_valid_folder_has_no_fault_and_its_files_are_listed(profiles: Profiles) -> None:
    findings, paths = check_folder(profiles.path)
    assert findings == ()
    assert paths == (str(profiles.path / "roles/api.yaml"), str(profiles.path / "stacks/production.yaml"))


def test_all_errors_of_all_files_are_collected_by_line(profiles: Profiles) -> None:
    profiles.write("roles/api.yaml", ROLE.replace("consumer", "consumr").replace("required: true", "required: 1"))
    profiles.write("roles/worker.yaml", "role: worker\n\tkeys:\n")
    profiles.write("stacks/production.yaml", STACK.replace("vcpus: 4", "vcpus: four").replace("region:", "regoin:"))
    profiles.write("stacks/sandbox.yaml", "")
    assert [fault[:3] for fault in profiles.faults()] == [
        ("roles/api.yaml", 1, "consumer"),
        ("roles/api.yaml", 3, "consumr"),
        ("roles/api.yaml", 6, "keys.B.required"),
        ("roles/worker.yaml", 2, "(file)"),
        ("stacks/production.yaml", 1, "region"),
        ("stacks/production.yaml", 3, "regoin"),
        ("stacks/production.yaml", 14, "batch.job_definition.vcpus"),
        ("stacks/sandbox.yaml", 1, "(file)"),
    ]


def test_a_load_refuses_with_every_finding_and_the_first_in_its_message(profiles: Profiles) -> None:
    profiles.write("roles/api.yaml", ROLE + "  C: {requird: true}\n")
    profiles.write("roles/worker.yaml", "")
    with pytest.raises(ProfileError) as caught:
        load_contract(profiles.path)
    refusal = caught.value
    assert refusal.exit_code is ExitCode.USAGE
    assert refusal.message.startswith(f"{profiles.path}/roles/api.yaml:7: keys.C.requird is unknown here; did you mean")
    assert refusal.message.endswith(" (and 1 more)")
    assert len(refusal.findings) == 2
    assert "academyctl profile check" in refusal.hint


def test_a_broken_stack_does_not_keep_roles_from_loading_nor_another_stack(profiles: Profiles) -> None:
    profiles.write("stacks/broken.yaml", "stack: [\n")
    assert [role.name for role in load_contract(profiles.path).roles] == ["api"]
    assert load_stack(profiles.path, "production").name == "production"
    with pytest.raises(ProfileError, match=r"stacks/broken\.yaml:2: \(file\) is not YAML"):
        load_stack(profiles.path, "broken")


def test_an_unknown_stack_lists_the_known(profiles: Profiles) -> None:
    profiles.write("stacks/sandbox.yaml", STACK)
    for load in (load_stack, stack_file):
        with pytest.raises(UsageError, match="unknown stack 'prod'") as caught:
            load(profiles.path, "prod")
        assert caught.value.code == "usage.stack"
        assert caught.value.hint == f"known in {profiles.path}: production, sandbox"


@pytest.mark.parametrize("name", ["../roles/api", "production.yaml", "", "."])
def test_a_stack_is_a_name_and_no_path(name: str, profiles: Profiles) -> None:
    with pytest.raises(UsageError, match="unknown stack"):
        load_stack(profiles.path, name)


def test_a_file_of_another_ending_is_told_its_name(profiles: Profiles) -> None:
    profiles.write("roles/worker.yml", ROLE.replace("role: api", "role: worker"))
    assert profiles.faults() == [("roles/worker.yml", 1, "(file)", "must be named worker.yaml")]


@pytest.mark.parametrize("name", ["README.md", "api.yaml.bak", "api.yaml~", ".api.yaml", "._api.yaml"])
def test_what_is_no_profile_is_left_alone(name: str, profiles: Profiles) -> None:
    profiles.write(f"roles/{name}", "not a: profile: at all")
    assert profiles.faults() == []


def test_a_folder_in_place_of_a_file_is_a_fault(profiles: Profiles) -> None:
    (profiles.path / "roles/worker.yaml").mkdir()
    assert profiles.faults() == [("roles/worker.yaml", 1, "(file)", "cannot be read: Is a directory")]


# --- the folder ---


@pytest.mark.parametrize("missing", ["roles", "stacks"])
def test_a_folder_without_roles_or_stacks_is_refused(missing: str, profiles: Profiles) -> None:
    (profiles.path / missing).rename(profiles.path / "other")
    with pytest.raises(UsageError, match=r"is no profile folder: it needs roles/ and stacks/") as caught:
        profile_folder(str(profiles.path))
    assert caught.value.code == "usage.profiles"
    assert "--profiles" in caught.value.hint


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere is no profile folder"):
        profile_folder(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("empty", ["roles", "stacks"])
def test_an_empty_folder_is_refused_by_a_check(empty: str, profiles: Profiles) -> None:
    for file in (profiles.path / empty).iterdir():
        file.unlink()
    with pytest.raises(UsageError, match=rf"{empty} holds no \.yaml file"):
        check_folder(profiles.path)


def test_no_role_at_all_is_refused(profiles: Profiles) -> None:
    (profiles.path / "roles/api.yaml").unlink()
    with pytest.raises(UsageError, match=r"roles holds no \.yaml file"):
        load_contract(profiles.path)


def test_the_folder_given_wins_then_the_one_here_then_the_shipped(
    profiles: Profiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert profile_folder(None) == ROOT / "env_profiles"
    monkeypatch.chdir(tmp_path)
    assert profile_folder(None) == profile_folder("") == Path("env_profiles")
    assert profile_folder(str(ROOT / "env_profiles")) == ROOT / "env_profiles"


def test_a_folder_here_that_is_no_profile_folder_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped files in its place would be another contract than the one that stands here."""
    (tmp_path / "env_profiles").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="env_profiles is no profile folder"):
        profile_folder(None)


def test_a_folder_that_may_not_be_listed_is_named(profiles: Profiles) -> None:
    """As nobody where the tests run as root, whom no mode stops."""
    (profiles.path / "roles").chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(UsageError, match="roles: Permission denied"):
            load_contract(profiles.path)
    finally:
        os.seteuid(user)
        (profiles.path / "roles").chmod(0o755)
