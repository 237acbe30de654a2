"""Download, upload and clean-up, against the store and against one that breaks off."""

import hashlib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.support.seaweed import ACCESS_KEY, BUCKET, SECRET_KEY, store
from worker.config import Config
from worker.download import download
from worker.errors import Permanent, Transient
from worker.hls import Rendition, Segment
from worker.ladder import Rung
from worker.stop import Stop
from worker.store import Missing, Store
from worker.upload import Uploader
from worker.workspace import require_room, workspace

BODY = bytes(range(256)) * 20_000


def config(endpoint: str = "") -> Config:
    return Config(
        endpoint=endpoint or store().url,
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        region="auto",
        bucket=BUCKET,
        prefix="hls",
        worker_id="tests",
        cdn_base_url="",
    )


def test_the_configuration_shows_no_key_of_the_store() -> None:
    assert SECRET_KEY not in repr(config())
    assert ACCESS_KEY not in repr(config())


def test_a_source_is_fetched_as_it_was_pinned(tmp_path: Path) -> None:
    etag = store().put("transfer/source", BODY)
    download(Store(config()), "transfer/source", etag.strip('"'), len(BODY), tmp_path / "source")
    assert (tmp_path / "source").read_bytes() == BODY


@pytest.mark.parametrize(
    ("key", "etag", "size", "code"),
    [
        ("transfer/none", "0", 10, "SOURCE_MISSING"),
        ("transfer/pinned", "0", len(BODY), "SOURCE_CHANGED"),
        ("transfer/pinned", hashlib.md5(BODY).hexdigest(), 10, "SOURCE_CHANGED"),
    ],
)
def test_another_source_than_the_announced_is_permanent(
    key: str, etag: str, size: int, code: str, tmp_path: Path
) -> None:
    store().put("transfer/pinned", BODY)
    with pytest.raises(Permanent) as refused:
        download(Store(config()), key, etag, size, tmp_path / "source")
    assert refused.value.code == code


class BreaksOff(BaseHTTPRequestHandler):
    """Sends a third of what is left and hangs up; answers ranges as S3 does. `starts`: where it was asked from."""

    starts: list[int]
    gives = True

    def do_GET(self) -> None:
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.starts.append(start)
        rest = BODY[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if self.gives:
            self.wfile.write(rest if len(rest) < 1000 else rest[: len(rest) // 3 + 1])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def breaking_off(*, gives: bool = True) -> Iterator[tuple[str, list[int]]]:
    starts: list[int] = []
    handler = type("Handler", (BreaksOff,), {"starts": starts, "gives": gives})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", starts
        server.shutdown()


def test_a_transfer_that_breaks_off_goes_on_where_it_broke(tmp_path: Path) -> None:
    with breaking_off() as (url, starts):
        download(Store(config(url)), "source", "etag", len(BODY), tmp_path / "source")
    assert (tmp_path / "source").read_bytes() == BODY
    assert starts == sorted(set(starts))
    assert len(starts) > 5


def test_a_transfer_that_brings_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.download.time.sleep", lambda _: None)
    with breaking_off(gives=False) as (url, starts), pytest.raises(Transient, match="broke off 5 times at byte 0"):
        download(Store(config(url)), "source", "etag", len(BODY), tmp_path / "source")
    assert len(starts) == 5


def test_a_source_that_does_not_fit_is_a_full_disk() -> None:
    store().put("transfer/pinned", BODY)
    with pytest.raises(Transient, match="DISK"):
        download(Store(config()), "transfer/pinned", hashlib.md5(BODY).hexdigest(), len(BODY), Path("/dev/full"))


RUNG = Rung(name="240p", width=426, height=240, max_kbps=400)


def made(folder: Path, *sizes: int) -> Rendition:
    rung = folder / RUNG.name
    rung.mkdir(parents=True)
    (rung / "index.m3u8").write_text("#EXTM3U\n")
    segments = [Segment(name=f"seg_{index:05d}.ts", seconds=6, size=size) for index, size in enumerate(sizes)]
    for segment in segments:
        (rung / segment.name).write_bytes(bytes(segment.size))
    return Rendition(rung=RUNG, segments=tuple(segments))


def test_a_segment_that_grew_after_it_was_sent_is_sent_again(tmp_path: Path) -> None:
    rendition = made(tmp_path, 10, 20)
    uploader = Uploader(Store(config()), "transfer/grown/", tmp_path, Stop())
    uploader.offer()
    whole = tmp_path / "whole"
    whole.write_bytes(bytes(30))
    whole.replace(tmp_path / "240p" / "seg_00001.ts")  # as ffmpeg does: what is being sent stays as it is
    grown = replace(rendition, segments=(rendition.segments[0], replace(rendition.segments[1], size=30)))
    uploader.finish([grown], {})
    uploader.close(None)
    client = store().client()
    assert client.head_object(Bucket=BUCKET, Key="transfer/grown/240p/seg_00001.ts")["ContentLength"] == 30
    assert len(store().keys("transfer/grown/")) == 4


def test_a_refused_segment_stops_the_upload_before_the_master(tmp_path: Path) -> None:
    rendition = made(tmp_path, 10)
    uploader = Uploader(Store(replace(config(), secret_key="other")), "transfer/refused/", tmp_path, Stop())
    with pytest.raises(Transient, match="403"):
        uploader.finish([rendition], {})
    uploader.close(None)
    assert not uploader.is_committed
    assert store().keys("transfer/refused/") == []


def test_deleting_takes_every_page_and_no_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.store.PAGE", 10)
    for index in range(25):
        store().put(f"transfer/many/{index:04d}", b"1")
    store().put("transfer/many-others")
    Store(config()).delete_prefix("transfer/many/")
    assert store().keys("transfer/many") == ["transfer/many-others"]


@pytest.mark.parametrize("prefix", ["", "/", "transfer", "transfer/x"])
def test_only_a_folder_is_deleted(prefix: str) -> None:
    with pytest.raises(ValueError, match="no folder"):
        Store(config()).delete_prefix(prefix)


def test_what_is_not_there_is_missing() -> None:
    with pytest.raises(Missing):
        Store(config()).metadata("transfer/none")


def test_a_work_folder_is_gone_after_any_end_and_an_unheld_one_is_swept(tmp_path: Path) -> None:
    (tmp_path / "academy-video-killed" / "hls").mkdir(parents=True)
    (tmp_path / "others").mkdir()
    with workspace(tmp_path) as mine, workspace(tmp_path) as second:
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mine.name, second.name, "others"])
    with pytest.raises(KeyError), workspace(tmp_path):
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["others"]


def test_room_is_wanted_for_the_source_and_its_rungs(tmp_path: Path) -> None:
    require_room(tmp_path, 1)
    with pytest.raises(Transient, match="DISK"):
        require_room(tmp_path, 2**60)
