"""What becomes of every kind of upload: the row, the store, the exit code, the folder, and the film that comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.worker import clips
from tests.worker.place import EXECUTOR, Place, again, stream

SEGMENT, PLAYLIST = "video/mp2t", "application/vnd.apple.mpegurl"


@dataclass(frozen=True)
class Film:
    """A clip, the rungs that it must get, its frames and seconds."""

    clip: Callable[[], Path]
    rungs: dict[str, tuple[int, int]]
    frames: int
    seconds: float
    has_sound: bool = False


FILMS = {
    "sound": Film(clips.plain, {"360p": (640, 360), "240p": (426, 240)}, 50, 2, has_sound=True),
    "no sound": Film(clips.silent, {"240p": (426, 240)}, 25, 1),
    "surround": Film(clips.surround, {"240p": (426, 240)}, 25, 1, has_sound=True),
    "portrait by rotation": Film(clips.portrait, {"360p": (360, 640), "240p": (240, 426)}, 25, 1),
    "anamorphic": Film(clips.anamorphic, {"480p": (854, 480), "360p": (640, 360), "240p": (426, 240)}, 25, 1),
    "cover art first": Film(clips.cover, {"240p": (426, 240)}, 25, 1),
    "one frame": Film(clips.one_frame, {"240p": (426, 240)}, 1, 0.04),
    "smaller than 240p, odd": Film(clips.tiny, {"60p": (100, 60)}, 25, 1),
    "no duration told": Film(clips.recording, {"240p": (320, 240)}, 50, 2),
    "several segments": Film(clips.long, {"240p": (426, 240)}, 500, 20, has_sound=True),
}


@pytest.mark.parametrize("film", FILMS.values(), ids=FILMS)
def test_a_film_is_encoded_to_every_rung_that_it_has(film: Film, place: Place, tmp_path: Path) -> None:
    job = place.job(film.clip())
    ended = place.work(job)
    row, prefix = again(job), place.prefix(job)
    assert ended.code == 0, ended.err
    assert (row.state, row.video.status, row.progress, row.executor_id) == ("SUCCEEDED", "READY", 100, EXECUTOR)
    assert (row.output_prefix, row.video.hls_path) == (prefix, f"{prefix}master.m3u8")
    assert row.video.duration == pytest.approx(film.seconds, abs=0.2)
    assert place.leftovers() == []
    master = place.fetched(prefix, tmp_path / "fetched")
    assert {path.parent.name for path in master.parent.glob("*/index.m3u8")} == set(film.rungs)
    for rung, size in film.rungs.items():
        picture = stream(master.parent / rung / "index.m3u8", "video")
        assert picture is not None
        assert (picture["width"], picture["height"], int(picture["nb_read_frames"])) == (*size, film.frames)
        sound = stream(master.parent / rung / "index.m3u8", "audio")
        assert (sound is not None) == film.has_sound
        assert f"RESOLUTION={size[0]}x{size[1]}" in master.read_text()
    assert ("mp4a.40.2" in master.read_text()) == film.has_sound


def test_what_stands_in_the_store_says_what_it_is(place: Place) -> None:
    job = place.job(clips.plain())
    assert place.work(job).code == 0
    prefix = place.prefix(job)
    segment, playlist, master = (
        place.head(f"{prefix}{name}") for name in ("240p/seg_00000.ts", "240p/index.m3u8", "master.m3u8")
    )
    assert (segment["ContentType"], playlist["ContentType"], master["ContentType"]) == (SEGMENT, PLAYLIST, PLAYLIST)
    assert "immutable" in segment["CacheControl"]
    assert "max-age=300" in master["CacheControl"]
    assert master["Metadata"] == {"duration": "2.000", "source-etag": job.source_etag.strip('"')}
    assert segment["LastModified"] <= playlist["LastModified"] <= master["LastModified"]


def test_bandwidth_is_measured_from_the_segments(place: Place, tmp_path: Path) -> None:
    job = place.job(clips.plain())
    assert place.work(job).code == 0
    master = place.fetched(place.prefix(job), tmp_path / "fetched")
    for rung in ("360p", "240p"):
        size = sum(path.stat().st_size for path in (master.parent / rung).glob("*.ts"))
        assert f"BANDWIDTH={size * 8 // 2}," in master.read_text()


def test_damaged_bytes_in_the_middle_are_played_over(place: Place) -> None:
    job = place.job(clips.damaged())
    assert place.work(job).code == 0
    assert again(job).video.duration == pytest.approx(20, abs=0.4)


REFUSED: dict[str, tuple[Callable[[], Path], str]] = {
    "audio only": (clips.audio_only, "NO_VIDEO"),
    "audio with cover art": (clips.audio_with_cover, "NO_VIDEO"),
    "cut after its index": (clips.truncated, "TRUNCATED"),
    "random bytes": (lambda: clips.written("random.mp4", bytes(range(256)) * 40), "UNREADABLE"),
    "index cut off": (lambda: clips.written("cut.mp4", clips.plain().read_bytes()[:5000]), "UNREADABLE"),
    "a playlist named .mp4": (clips.playlist_in_disguise, "UNREADABLE"),
    "a concat script named .mp4": (clips.concat_in_disguise, "UNREADABLE"),
    "a text": (lambda: clips.written("text.mp4", b"hello, this is no film\n"), "UNREADABLE"),
}


@pytest.mark.parametrize(("clip", "code"), REFUSED.values(), ids=REFUSED)
def test_an_upload_that_is_no_whole_film_is_dead_at_once(clip: Callable[[], Path], code: str, place: Place) -> None:
    job = place.job(clip())
    ended = place.work(job)
    row = again(job)
    assert (ended.code, row.state, row.error_code) == (3, "DEAD", code), ended.err
    assert (row.video.status, row.video.error_code, row.video.hls_path) == ("FAILED", code, "")
    assert row.error_detail
    assert place.outputs() == []
    assert place.leftovers() == []


def test_an_upload_that_is_gone_is_dead(place: Place) -> None:
    job = place.job(None)
    assert place.work(job).code == 3
    assert (again(job).state, again(job).error_code) == ("DEAD", "SOURCE_MISSING")


def test_an_upload_that_was_replaced_is_not_encoded(place: Place) -> None:
    job = place.job(clips.silent())
    place.store.put(job.video.file_key, clips.plain().read_bytes())
    assert place.work(job).code == 3
    assert (again(job).state, again(job).error_code) == ("DEAD", "SOURCE_CHANGED")
    assert place.outputs() == []
