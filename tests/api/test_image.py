"""The API's Dockerfile: what it promises of itself, and that its command and its health check work as they stand."""

import json
import re
import subprocess
import sys

from tests.support.api_server import api_server
from tests.support.cli import ROOT

TEXT = (ROOT / "api" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def words(instruction: str) -> list[str]:
    """The JSON words of CMD, or of the command of HEALTHCHECK."""
    found = re.findall(rf"^{instruction}\b.*?(\[.*\])$", TEXT, re.MULTILINE)
    assert len(found) == 1, instruction
    return [str(word) for word in json.loads(found[0])]


def is_healthy(port: str) -> bool:
    program, *rest = words("HEALTHCHECK")
    assert program == "python"
    command = [sys.executable, *(word.replace(":8000/", f":{port}/") for word in rest)]
    return subprocess.run(command, capture_output=True, timeout=30).returncode == 0


def test_the_command_serves_and_the_check_tells_whether_it_does() -> None:
    program, *options = words("CMD")
    place = options.index("--bind")
    assert (program, options[place + 1], options[-1]) == ("gunicorn", "0.0.0.0:8000", "api.config.wsgi")
    with api_server({}, [*options[:place], *options[place + 2 : -1]]) as api:
        port = api.url.rpartition(":")[2]
        assert is_healthy(port)
    assert not is_healthy(port)


def test_the_image_is_pinned_and_runs_as_nobody() -> None:
    assert re.search(r"^FROM python:\d+\.\d+\.\d+-slim-bookworm$", TEXT, re.MULTILINE)
    assert re.findall(r"^USER (.*)$", TEXT, re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes" in TEXT
    assert "--platform=" not in TEXT, "it is built for arm64 and for amd64"


def test_the_lock_holds_what_the_image_needs() -> None:
    lock = (ROOT / "api" / "requirements.lock").read_text(encoding="utf-8")
    wanted = re.findall(r"^[a-z0-9]+", (ROOT / "api" / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted == ["boto3", "django", "gunicorn", "psycopg", "redis"]
    assert [name for name in wanted if not re.search(rf"^{name}==", lock, re.MULTILINE)] == []
    assert "http" not in lock
