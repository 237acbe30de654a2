"""A valid profile folder for each test."""

from pathlib import Path

import pytest

from tests.academyctl.profiles.folder import ROLE, STACK, Profiles


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    found = Profiles(tmp_path / "env_profiles")
    found.write("roles/api.yaml", ROLE)
    found.write("stacks/production.yaml", STACK)
    return found
