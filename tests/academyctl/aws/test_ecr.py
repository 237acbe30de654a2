"""Which platforms an image is for: from an index, or from the configuration of a single image, which is downloaded."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.stub import Stubber

from academyctl.aws.connect import Connection
from academyctl.aws.ecr import CONFIG_MAX, MEDIA_TYPES, Ecr
from academyctl.model.ecr import ImageManifest, Platforms, ecr_reference
from academyctl.model.errors import AccessDenied, Refusal
from academyctl.sandbox.world_healthy import index
from tests.support.aws import CREDENTIALS
from tests.support.healthy import manifest

IMAGE = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/team/worker:v1"
CONFIG = f"sha256:{'a' * 64}"
BLOBS = {
    "/arm64": json.dumps({"os": "linux", "architecture": "arm64"}).encode(),
    "/amd64": json.dumps({"os": "linux", "architecture": "amd64"}).encode(),
    "/text": b"no JSON",
}


class _Layers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = BLOBS.get(self.path)
        self.send_response(200 if found else 403)
        self.send_header("Content-Length", str(len(found or b"")))
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Each request would be a line."""


@pytest.fixture(scope="module")
def layers() -> Iterator[str]:
    """What ECR's signed URLs lead to."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Layers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connection:
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    return Connection("ap-northeast-2", sleep=lambda _: None)


def stubbed(connection: Connection, operation: str, answer: dict[str, Any]) -> Stubber:
    stub = Stubber(connection.client("ecr"))
    stub.add_response(operation, answer)
    stub.activate()
    return stub


def read(connection: Connection, told: Any, **image: Any) -> ImageManifest | None:
    reference = ecr_reference(IMAGE)
    assert reference
    text = told if isinstance(told, str) else json.dumps(told)
    found = {"imageId": {"imageDigest": CONFIG}, "imageManifest": text, **image}
    stubbed(connection, "batch_get_image", {"images": [found]})
    return Ecr(connection).read_manifest(reference)


def test_an_index_names_its_platforms_and_the_attestations_are_none(connection: Connection) -> None:
    found = read(connection, index("linux/arm64", "linux/amd64", "linux/arm64"))
    assert found == ImageManifest(digest=CONFIG, platforms=("linux/arm64", "linux/amd64"))


def test_a_single_image_names_its_configuration(connection: Connection) -> None:
    assert read(connection, manifest(CONFIG, 7)) == ImageManifest(digest=CONFIG, config=CONFIG, config_size=7)


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"config": "x", "manifests": [1, {"platform": 3}]}'])
def test_a_manifest_that_tells_nothing_has_no_platform(connection: Connection, text: str) -> None:
    assert read(connection, text) == ImageManifest(digest=CONFIG)


def test_an_image_that_is_not_there_is_none_and_another_failure_is_told(connection: Connection) -> None:
    reference = ecr_reference(IMAGE)
    assert reference
    for code, gone in (("ImageNotFound", True), ("KmsError", False)):
        stub = stubbed(connection, "batch_get_image", {"images": [], "failures": [{"failureCode": code}]})
        if gone:
            assert Ecr(connection).read_manifest(reference) is None
        else:
            with pytest.raises(Refusal, match="KmsError"):
                Ecr(connection).read_manifest(reference)
        stub.deactivate()


def test_the_call_names_registry_tag_and_every_kind_of_manifest(connection: Connection) -> None:
    stub = Stubber(connection.client("ecr"))
    wanted = {
        "registryId": "123456789012",
        "repositoryName": "team/worker",
        "imageIds": [{"imageTag": "v1"}],
        "acceptedMediaTypes": list(MEDIA_TYPES),
    }
    stub.add_response("batch_get_image", {"images": []}, wanted)
    with stub:
        reference = ecr_reference(IMAGE)
        assert reference
        assert Ecr(connection).read_manifest(reference) is None


@pytest.mark.parametrize(
    ("path", "platforms"),
    [
        ("/arm64", Platforms(names=("linux/arm64",))),
        ("/amd64", Platforms(names=("linux/amd64",))),
        ("/text", Platforms(fault="its configuration names no platform")),
        ("/gone", Platforms(fault="reading its configuration: the download answers 403")),
    ],
)
def test_the_platform_of_a_single_image_is_downloaded(
    connection: Connection, layers: str, path: str, platforms: Platforms
) -> None:
    assert _platforms(connection, f"{layers}{path}") == platforms


def test_a_download_that_cannot_be_reached_leaves_it_untold(connection: Connection) -> None:
    assert "the download fails" in _platforms(connection, "http://127.0.0.1:1/x").fault


def _platforms(connection: Connection, url: str, size: int = 100) -> Platforms:
    reference = ecr_reference(IMAGE)
    assert reference
    stubbed(connection, "get_download_url_for_layer", {"downloadUrl": url, "layerDigest": CONFIG})
    return Ecr(connection).read_platforms(reference, ImageManifest(digest=CONFIG, config=CONFIG, config_size=size))


def test_a_configuration_of_any_size_is_not_downloaded(connection: Connection) -> None:
    assert "bytes" in _platforms(connection, "http://127.0.0.1:1/x", CONFIG_MAX + 1).fault


def test_a_denied_download_is_denied(connection: Connection) -> None:
    reference = ecr_reference(IMAGE)
    assert reference
    stub = Stubber(connection.client("ecr"))
    stub.add_client_error("get_download_url_for_layer", "AccessDeniedException", http_status_code=400)
    with stub, pytest.raises(AccessDenied, match="ecr:GetDownloadUrlForLayer"):
        Ecr(connection).read_platforms(reference, ImageManifest(digest=CONFIG, config=CONFIG, config_size=1))


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("1.dkr.ecr.eu-west-1.amazonaws.com/a", None),
        ("busybox", None),
        ("ghcr.io/team/worker:v1", None),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a", {"imageTag": "latest"}),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:v2", {"imageTag": "v2"}),
        (f"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a@{CONFIG}", {"imageDigest": CONFIG}),
        (f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:v1@{CONFIG}", {"imageDigest": CONFIG}),
    ],
)
def test_a_name_says_where_an_image_is(image: str, told: dict[str, str] | None) -> None:
    found = ecr_reference(image)
    assert (found.image_id if found else None) == told
