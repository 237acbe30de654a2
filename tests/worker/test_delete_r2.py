"""The Lambda that empties deleted videos' prefixes: on the store, with messages good and bad."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.aws import CREDENTIALS, REGION, WORKER, Aws
from tests.support.cli import ROOT
from tests.support.seaweed import store
from worker.delete_r2 import handler as lambda_module
from worker.delete_r2.handler import handler, is_own, read_dotenv

HANDLER = ROOT / "worker" / "delete_r2" / "handler.py"


def message(video: Any = 7, tenant: Any = "acme", *prefixes: Any, **more: Any) -> str:
    body = {"v": 1, "video_id": video, "tenant_id": tenant, "prefixes": list(prefixes), **more}
    return json.dumps(body)


def event(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{index}", "body": body} for index, body in enumerate(bodies)]}


def failed(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def stored() -> list[str]:
    return store().keys()


@pytest.fixture
def deployed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As Lambda starts it: the parameter's name in the environment, the store's keys in the parameter."""
    blob = "".join(f'{name}="{value}"\n' for name, value in (store().env | {"R2_REGION": "auto"}).items())
    aws.put(WORKER, blob)
    for name, value in {"ACADEMY_ENV_PARAMETER": WORKER, "AWS_REGION": REGION, **CREDENTIALS}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", aws.url)
    lambda_module._store.cache_clear()
    yield
    lambda_module._store.cache_clear()


@pytest.mark.usefixtures("deployed")
def test_every_prefix_of_the_video_is_emptied_and_nothing_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_module, "PAGE", 10)
    gone = ["tenants/acme/videos/7/upload.mp4", *(f"hls/acme/7/job/run/240p/seg_{index:05d}.ts" for index in range(25))]
    kept = ["tenants/acme/videos/77/upload.mp4", "hls/acme/77/job/run/master.m3u8", "hls/other/7/master.m3u8"]
    for key in gone + kept:
        store().put(key)
    body = message(7, "acme", "tenants/acme/videos/7/", "hls/acme/7/")
    assert failed(handler(event(body))) == []
    assert [key for key in stored() if key in gone] == []
    assert [key for key in kept if key not in stored()] == []
    # SQS delivers a message more than once.
    assert failed(handler(event(body))) == []


UNKNOWN = {
    "not JSON": "{",
    "a list": "[]",
    "a number": "1",
    "no version": json.dumps({"video_id": 8, "tenant_id": "acme", "prefixes": ["tenants/acme/videos/8/"]}),
    "another version": message(8, "acme", "tenants/acme/videos/8/", v=2),
    "version true": message(8, "acme", "tenants/acme/videos/8/", v=True),
    "no prefixes": message(8, "acme"),
    "prefixes is a text": message(8, "acme", prefixes="tenants/acme/videos/8/"),
    "no video": message(None, "acme", "tenants/acme/videos/8/"),
    "video true": message(True, "acme", "tenants/acme/videos/True/"),
    "no tenant": message(8, "", "tenants//videos/8/"),
    "empty prefix": message(8, "acme", ""),
    "one bad prefix among good ones": message(8, "acme", "tenants/acme/videos/8/", "tenants/acme/"),
    "another tenant's": message(8, "acme", "tenants/other/videos/8/"),
    "another video's": message(8, "acme", "tenants/acme/videos/9/"),
    "no slash at the end": message(8, "acme", "tenants/acme/videos/8"),
}


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN)
def test_a_message_of_another_form_fails_alone_and_deletes_nothing(body: str) -> None:
    kept = ["tenants/acme/videos/8/upload.mp4", "tenants/acme/videos/9/upload.mp4", "tenants/other/videos/8/upload.mp4"]
    for key in [*kept, "tenants/acme/videos/10/upload.mp4"]:
        store().put(key)
    good = message(10, "acme", "tenants/acme/videos/10/")
    assert failed(handler(event(body, good))) == ["m0"]
    assert [key for key in kept if key not in stored()] == []
    assert "tenants/acme/videos/10/upload.mp4" not in stored()


@pytest.mark.parametrize(
    ("prefix", "own"),
    [
        ("tenants/acme/videos/7/", True),
        ("hls/acme/7/", True),
        ("video/hls/acme/7/", True),
        ("acme/7/", False),
        ("/acme/7/", False),
        ("tenants/acme/7/", False),
        ("tenants/x/acme/7/", False),
        ("tenants/acme/videos/7/sub/", False),
        ("tenants/acme/videos/7", False),
        ("hls/acme/77/", False),
        ("hls/../acme/7/", False),
        ("hls/./acme/7/", False),
        ("hls//acme/7/", False),
        ("hls\\acme/7/", False),
        ("hls/\nacme/7/", False),
        ("hls/xacme/7/", False),
        ("", False),
        ("/", False),
        (7, False),
        (None, False),
    ],
)
def test_a_prefix_is_the_videos_own_or_refused(prefix: Any, own: bool) -> None:
    assert is_own(prefix, "acme", "7") is own


@given(st.text(), st.text("abc/.7", max_size=12))
def test_nothing_is_own_that_does_not_end_in_the_video(head: str, tail: str) -> None:
    for prefix in (head, tail, head + tail):
        if is_own(prefix, "a", "7"):
            assert prefix.endswith("/7/")
            assert "//" not in prefix
            assert "/../" not in f"/{prefix}"


@pytest.mark.usefixtures("deployed")
def test_a_store_that_refuses_fails_the_message_and_shows_no_key(aws: Aws, caplog: pytest.LogCaptureFixture) -> None:
    wrong = store().env | {"R2_REGION": "auto", "R2_SECRET_KEY": "wrong-secret-value"}
    aws.put(WORKER, "".join(f"{name}={value}\n" for name, value in wrong.items()))
    with caplog.at_level(logging.INFO):
        assert failed(handler(event(message(7, "acme", "hls/acme/7/")))) == ["m0"]
    assert "wrong-secret-value" not in caplog.text
    assert "message m0: ClientError" in caplog.text


@pytest.mark.usefixtures("deployed")
def test_an_incomplete_parameter_fails_every_message_and_is_read_again(aws: Aws) -> None:
    before = aws.value(WORKER)
    aws.put(WORKER, "R2_REGION=auto\n")
    body = message(7, "acme", "hls/acme/7/")
    assert failed(handler(event(body, body))) == ["m0", "m1"]
    aws.put(WORKER, before or "")
    assert failed(handler(event(body))) == []


@pytest.mark.usefixtures("deployed")
def test_no_message_is_begun_when_the_time_is_nearly_over() -> None:
    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 10_000

    store().put("hls/acme/11/master.m3u8")
    assert failed(handler(event(message(11, "acme", "hls/acme/11/")), Context())) == ["m0"]
    assert "hls/acme/11/master.m3u8" in stored()


STATEMENTS = st.text("AB='\"#\\ \t\r\n\ufeffnx", max_size=20) | st.text(max_size=20)


@given(STATEMENTS)
@example("export A='x\\'y' # note\nB=\"1\\n2\"\nC= #c\nD=a#b\nE\nA")
@example("A='open\nB=2\n")
@example("A='two\nlines' rest\nB=2\n")
def test_the_blob_is_read_as_python_dotenv_reads_it(text: str) -> None:
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    read = dotenv_values(stream=io.StringIO(text, newline=""), interpolate=False)
    assert read_dotenv(text) == {name: value for name, value in read.items() if value is not None}


def test_the_file_runs_alone(tmp_path: Path) -> None:
    """As it is packaged: one module, with boto3 and Python beside it."""
    (tmp_path / "handler.py").write_bytes(HANDLER.read_bytes())
    code = "import handler, sys; assert not [m for m in sys.modules if m.split('.')[0] in ('worker', 'api', 'django')]"
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env={})
    assert told.returncode == 0, told.stderr
