"""Who may call, which keys are signed and deleted, and what a link can be used for."""

import http.client
import urllib.parse
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, override_settings

from api.videos import keys, r2
from api.videos.models import Video
from tests.api.rows import video
from tests.api.world import World, here
from tests.support.api_server import Api, put
from tests.support.seaweed import Store

PATHS = [
    ("POST", "/api/videos"),
    ("GET", "/api/videos/1"),
    ("DELETE", "/api/videos/1"),
    ("POST", "/api/videos/1/upload-complete"),
    ("POST", "/api/videos/1/retry"),
    ("POST", "/api/videos/1/cancel"),
]


# Tokens.

WRONG = [
    "",
    "acme-token",
    "Bearer",
    "Bearer ",
    "Bearer  ",
    "Bearer acme-toke",
    "Bearer acme-token2",
    "Bearer ACME-TOKEN",
    "Bearer acme:acme-token",
    "Bearer acme-token,other-token",
    "Basic acme-token",
    "Bearer t\u00f6ken",
    "Bearer \u00ff\u00fe",
    "Bearer " + "x" * 5000,
]


@pytest.mark.parametrize("header", WRONG, ids=range(len(WRONG)))
def test_without_a_right_token_nothing_is_answered(api: Api, header: str) -> None:
    """http.client sends latin-1, as a hostile client may."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(api.url).netloc, timeout=10)
    connection.request("GET", "/api/videos/1", headers={"Authorization": header} if header else {})
    answer = connection.getresponse()
    assert answer.status == 401, answer.read()
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_endpoint_asks_for_a_token(api: Api, method: str, path: str) -> None:
    refused = api.call(method, path, tenant="")
    assert (refused.status, refused.code) == (401, "unauthorized")


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_any_configured_token_nothing_is_served(method: str, path: str) -> None:
    """Not even to who sends an empty one: two empty strings would compare equal."""
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer acme-token"}):
        with override_settings(VIDEO_API_TOKENS=()):
            answer = Client().generic(method, path, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "auth_not_configured")


@pytest.mark.usefixtures("db")
def test_a_token_may_be_in_any_script() -> None:
    own = video(tenant_id="acme")
    with override_settings(VIDEO_API_TOKENS=(("acme", "열쇠-1"), ("other", "열쇠-2"))):
        right, wrong = (
            Client().get(f"/api/videos/{own.pk}", HTTP_AUTHORIZATION=f"Bearer {token}".encode().decode("latin-1"))
            for token in ("열쇠-1", "열쇠-2")
        )
    assert (right.status_code, wrong.status_code) == (200, 404)


@pytest.mark.parametrize("path", ["", "/upload-complete", "/retry", "/cancel"])
def test_another_tenants_video_is_not_found_and_not_changed(api: Api, rows: None, path: str) -> None:
    made = api.uploaded(tenant="acme")
    before = Video.objects.filter(pk=made).values().get()
    for method in ("POST",) if path else ("GET", "DELETE"):
        answer = api.call(method, f"/api/videos/{made}{path}", tenant="other")
        assert (answer.status, answer.code) == (404, "not_found")
        assert answer.body == api.call(method, f"/api/videos/999999{path}", tenant="other").body
    assert Video.objects.filter(pk=made).values().get() == before


def _everybody(request: HttpRequest) -> str:
    return "acme"


@pytest.mark.usefixtures("db")
def test_another_login_can_be_put_in() -> None:
    own = video(tenant_id="acme")
    with override_settings(VIDEO_AUTHENTICATE="tests.api.test_security._everybody", VIDEO_API_TOKENS=()):
        assert Client().get(f"/api/videos/{own.pk}").status_code == 200


# Keys.

OWN = "tenants/acme/videos/7/"
HOSTILE = [
    "../../etc/passwd",
    f"{OWN}../8/source",
    f"{OWN}./source",
    f"{OWN}a/../../8/source",
    f"{OWN}..",
    f"/{OWN}source",
    f"{OWN}/source",
    f"{OWN}a//b",
    f"{OWN}a\\b",
    f"{OWN}a\nb",
    f"{OWN}a\0b",
    f"{OWN}a\x7fb",
    f"{OWN}{'x' * 1024}",
    OWN + "가" * 400,
    OWN,
    "",
    "tenants/acme/videos/70/source",
    "tenants/other/videos/7/source",
    "tenants/acme/videos/7",
    "tenants/ACME/videos/7/source",
]


@pytest.mark.parametrize("key", HOSTILE, ids=range(len(HOSTILE)))
def test_a_key_outside_the_videos_folder_is_not_its_own(key: str) -> None:
    assert not keys.is_own(Video(pk=7, tenant_id="acme"), key)


@pytest.mark.parametrize("key", [f"{OWN}source", f"{OWN}a/b.mp4", f"{OWN}수업.mp4"])
def test_a_key_inside_the_videos_folder_is_its_own(key: str) -> None:
    assert keys.is_own(Video(pk=7, tenant_id="acme"), key)


@pytest.mark.parametrize("key", [*HOSTILE[:4], f"{OWN}other", "\ud800", "tenants/acme/videos/1/source"])
def test_a_client_names_the_videos_own_key_or_none(api: Api, rows: None, key: str) -> None:
    made = api.uploaded()
    refused = api.post(f"/api/videos/{made}/upload-complete", {"file_key": key})
    assert (refused.status, refused.code) == (422, "file_key")
    assert Video.objects.get(pk=made).current_job is None


@pytest.mark.parametrize("key", HOSTILE[:4])
def test_not_even_the_rows_own_key_is_trusted(api: Api, rows: None, key: str) -> None:
    made = api.uploaded()
    Video.objects.filter(pk=made).update(file_key=key)
    assert api.post(f"/api/videos/{made}/upload-complete").code == "file_key"


@pytest.mark.parametrize("key", [7, [], {}, True])
def test_a_key_is_text(api: Api, key: Any) -> None:
    assert api.post(f"/api/videos/{api.uploaded()}/upload-complete", {"file_key": key}).code == "invalid_field"


@pytest.mark.parametrize(
    ("outputs", "prefixes"),
    [
        ([], []),
        ([""], []),
        (["hls/acme/7/job/exec/"], ["hls/acme/7/"]),
        (["hls/acme/7/job/exec/", "hls/acme/7/job2/exec2/", "new/hls/acme/7/j/e/"], ["hls/acme/7/", "new/hls/acme/7/"]),
        (["a/acme/7/b/acme/7/job/exec/"], ["a/acme/7/b/acme/7/"]),
        (["hls/acme/70/job/exec/", "hls/other/7/job/exec/", "hls/", "/", "/acme/7/j/e/"], []),
    ],
)
def test_only_the_videos_own_prefixes_are_deleted(outputs: list[str], prefixes: list[str]) -> None:
    found = keys.deletable(Video(pk=7, tenant_id="acme"), outputs)
    assert found == [OWN, *prefixes]
    assert all(prefix.endswith("/7/") for prefix in found)


# Links.


def link(api: Api, size: int = 5) -> str:
    return str(api.post("/api/videos", {"filename": "a.mp4", "size": size}).body["upload_url"])


def test_a_link_takes_exactly_the_bytes_that_were_announced(api: Api) -> None:
    for content in (b"vide", b"videos", b"x" * 1_000_000, b""):
        assert put(link(api), content) == 403
    assert put(link(api), b"video") == 200


def test_a_link_is_for_its_own_key_and_signature_only(api: Api) -> None:
    url = link(api)
    for old, new in (("/source", "/other"), ("/acme/", "/other/"), ("X-Amz-Expires=600", "X-Amz-Expires=6000")):
        assert old in url
        assert put(url.replace(old, new), b"video") == 403
    assert put(url.partition("?")[0], b"video") == 403


def test_a_link_ends(world: World, store: Store) -> None:
    """Signed by a clock that is behind, it is over; for no time at all, it is for a second."""
    with here(world.strict.url, store), pytest.MonkeyPatch.context() as patch:
        url = r2.upload_url("a", 5, 0)
        assert "X-Amz-Expires=1&" in url
        past = SimpleNamespace(utcnow=lambda: _an_hour_ago())
        patch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: past.utcnow(), raising=True)
        assert put(r2.upload_url("a", 5, 600), b"video") == 403


def _an_hour_ago() -> Any:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) - timedelta(hours=1)).replace(tzinfo=None)


@pytest.mark.parametrize(("asked", "signed"), [(-5, 1), (0, 1), (600, 600), (8 * 86400, 7 * 86400)])
def test_a_links_lifetime_is_within_what_the_protocol_allows(
    world: World, store: Store, asked: int, signed: int
) -> None:
    with here(world.strict.url, store):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(r2.upload_url("a", 5, asked)).query)
    assert query["X-Amz-Expires"] == [str(signed)]
    assert not [name for name in query if "checksum" in name.lower()], "R2 refuses what the SDK adds by itself"


def test_no_link_and_no_token_is_logged(api: Api) -> None:
    made = api.uploaded()
    api.post(f"/api/videos/{made}/upload-complete")
    api.get("/api/videos/1", tenant="")
    log = api.log.read_text()
    for secret in ("X-Amz-", "Signature", "acme-token", "store-secret", "store-access", "of-the-tests"):
        assert secret not in log


def test_a_store_that_is_not_configured_or_refuses_is_a_503(rows: None, world: World, store: Store) -> None:
    client = Client(headers={"Authorization": "Bearer acme-token"})
    own = video()
    settings: list[dict[str, Any]] = [
        {},
        {**store.env, "R2_SECRET_KEY": "wrong"},
        {**store.env, "R2_ENDPOINT": "http://127.0.0.1:1"},
        {**store.env, "R2_ENDPOINT": "not a url"},
    ]
    for each in settings:
        with here(world.strict.url, **each):
            answer = client.post(f"/api/videos/{own.pk}/upload-complete", {}, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable"), each
        assert answer.headers["Retry-After"] == "5"
        assert "wrong" not in answer.content.decode()
    assert Video.objects.get(pk=own.pk).current_job is None


def test_a_video_is_not_created_where_nothing_can_be_signed(rows: None, world: World) -> None:
    before = Video.objects.count()
    with here(world.strict.url):
        body = {"filename": "a.mp4", "size": 5}
        answer = Client(headers={"Authorization": "Bearer acme-token"}).post(
            "/api/videos", body, content_type="application/json"
        )
    assert (answer.status_code, Video.objects.count()) == (503, before)
