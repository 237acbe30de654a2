"""`academyctl sandbox demo --video`, as a newcomer runs it, and what it says on a machine that lacks a part."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.parts import require

SECRET = re.compile(r"X-Amz-|Signature|Bearer|[0-9a-f]{20}")


@pytest.fixture(autouse=True)
def _parts() -> None:
    require("ffprobe", "the worker encodes with ffmpeg")


def test_one_command_makes_a_clip_and_plays_it(cli: Cli) -> None:
    result = cli.run("sandbox", "demo", "--video", "--once", "-o", "json", timeout=170)
    assert result.code == 0, result.err
    data = result.json["data"]
    assert (data["rungs"], data["segments"], data["seconds"]) == (3, 2, 8.0)
    assert data["hls_path"].startswith("hls/demo/1/")
    assert data["first_segment_bytes"] > 10_000
    for line in ("academyctl ssm push --role all", "upload-complete: the job is submitted", "SUCCEEDED 100 %"):
        assert line in result.err
    assert not SECRET.search(result.out + result.err)


def test_it_serves_the_page_until_ctrl_c_and_leaves_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "node_modules/hls.js/dist").mkdir(parents=True)
    (tmp_path / "node_modules/hls.js/dist/hls.min.js").write_text("// somebody's own copy")
    (tmp_path / "tmp").mkdir()
    pipe = subprocess.PIPE
    process = cli.start("sandbox", "demo", "--video", env={"TMPDIR": str(tmp_path / "tmp")}, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    try:
        said = process.stdout.readline().decode()
        page = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert page, said
        assert fetched(page[0]).startswith(b"<!doctype html>")
        assert fetched(f"{page[0]}hls.min.js") == b"// somebody's own copy"
        assert fetched(f"{page[0]}video/master.m3u8").startswith(b"#EXTM3U")
        for other in ("video/../../s3.json", "video/source", ".env"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                fetched(page[0] + other)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, err.decode()
    assert "Traceback" not in err.decode()
    assert list((tmp_path / "tmp").iterdir()) == []


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())


def test_what_the_machine_lacks_is_named_with_its_remedy(cli: Cli, tmp_path: Path) -> None:
    """Before anything is started."""
    result = cli.run("sandbox", "demo", "--video", "-o", "json", env={"PATH": str(tmp_path)})
    error = result.json["error"]
    assert (result.code, error["code"]) == (2, "sandbox.missing")
    assert "ffmpeg" in error["message"]
    assert "apt-get install ffmpeg" in error["hint"]


def test_a_python_without_the_extras_is_told_so(cli: Cli) -> None:
    """Modules that cannot be found stand for those that are not installed."""
    hidden = "import sys; sys.modules.update(dict.fromkeys(('django', 'gunicorn'))); "
    code = hidden + "from academyctl.cli.app import run; sys.exit(run(['sandbox', 'demo', '--video']))"
    done = subprocess.run([sys.executable, "-c", code], env=cli.env, cwd=cli.cwd, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "django, gunicorn" in done.stderr
    assert "pip install 'academyctl[video]'" in done.stderr


def test_a_port_in_use_is_told_before_anything_is_done(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = cli.run("sandbox", "demo", "--video", "--port", port, "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (1, "sandbox.port")


@pytest.mark.parametrize("words", [("--once",), ("--port", "8000")])
def test_options_of_the_video_need_it(cli: Cli, words: tuple[str, ...]) -> None:
    result = cli.run("sandbox", "demo", *words, "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (2, "usage")
    assert os.listdir(cli.cwd) == ["home"]  # noqa: PTH208  # nothing was begun
