"""The SDK's client, opened in spite of what it reads by itself."""

from pathlib import Path

import pytest

from academyctl.containers.engine import Engine
from academyctl.containers.read import read_names
from academyctl.model.errors import UsageError
from academyctl.model.exit import ExitCode


@pytest.mark.parametrize(
    "config", ["[]", '{"auths": {"x": "y"}}', '{"auths": {"x": {"auth": "!!"}}}', '{"proxies": {"default": "x"}}']
)
def test_settings_of_the_cli_that_are_not_in_its_form_are_told(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(config)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(UsageError) as refused:
        read_names(Engine({"DOCKER_HOST": "unix:///nowhere.sock"}))
    assert (refused.value.exit_code, refused.value.code) == (ExitCode.USAGE, "usage.docker-context")
    assert "DOCKER_CONFIG" in refused.value.hint
