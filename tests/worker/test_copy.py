"""A top rung that is the source's own picture: when it may be, and that it plays with the rungs beside it."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.worker import clips, recordings
from tests.worker.place import Place, again
from worker.align import check_aligned, first_picture, read_start
from worker.encode import encode
from worker.errors import Doubt
from worker.grid import check_copyable, packets
from worker.hls import Broken, Rendition
from worker.ladder import Rung, ladder
from worker.probe import Source, probe
from worker.processor import judge, with_copy
from worker.stop import Stop


@dataclass(frozen=True)
class Picture:
    at: float
    is_key: bool


def pictures(file: Path) -> list[Picture]:
    """As ffprobe lists them, in the order of decoding."""
    words = ["-v", "error", "-allowed_extensions", "ALL", "-select_streams", "v", "-of", "json"]
    told = subprocess.run(
        ["ffprobe", *words, "-show_entries", "packet=pts_time,flags", str(file)], capture_output=True, check=True
    )
    assert not told.stderr
    listed = json.loads(told.stdout)["packets"]
    return [Picture(float(each["pts_time"]), "K" in each["flags"]) for each in listed]


def frames(file: Path) -> int:
    """That can be decoded without a complaint."""
    words = ["-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames"]
    told = subprocess.run(["ffprobe", *words, "-of", "csv=p=0", str(file)], capture_output=True, text=True, check=True)
    assert not told.stderr
    return int(told.stdout.split()[0].strip(","))


def rungs_of(clip: Path) -> tuple[Source, Sequence[Rung]]:
    source = probe(clip, Stop())
    return source, with_copy(source, ladder(source.width, source.height), Stop())


def made(clip: Path, folder: Path) -> list[Rendition]:
    source, rungs = rungs_of(clip)
    assert [rung.is_copied for rung in rungs] == [True, False]
    encode(source, rungs, folder, Stop(), lambda _: None)
    return judge(source, rungs, folder, Stop())


@pytest.mark.parametrize("clip", recordings.FIT.values(), ids=recordings.FIT)
def test_what_is_copied_is_cut_where_the_other_rung_is(clip: Callable[[], Path], tmp_path: Path) -> None:
    copied, encoded = made(clip(), tmp_path)
    assert len(copied.segments) == len(encoded.segments) > 2
    counted = 0
    for one, two in zip(copied.segments, encoded.segments, strict=True):
        files = (tmp_path / "360p" / one.name, tmp_path / "240p" / two.name)
        ours, theirs = (pictures(file) for file in files)
        assert ours[0].is_key
        assert theirs[0].is_key
        assert ours[0].at == pytest.approx(theirs[0].at, abs=0.002)
        assert sorted(p.at for p in ours) == pytest.approx(sorted(p.at for p in theirs), abs=0.002)
        assert one.seconds == pytest.approx(two.seconds, abs=0.002)
        assert frames(files[0]) == len(ours)
        counted += len(ours)
    assert counted == len(pictures(clip()))
    assert copied.seconds == pytest.approx(probe(clip(), Stop()).duration, abs=0.1)


@pytest.mark.parametrize("clip", recordings.FIT.values(), ids=recordings.FIT)
def test_each_playlist_is_as_long_as_the_source_and_starts_at_the_same_time(
    clip: Callable[[], Path], tmp_path: Path
) -> None:
    made(clip(), tmp_path)
    copied, encoded = (pictures(tmp_path / name / "index.m3u8") for name in ("360p", "240p"))
    assert min(p.at for p in copied) == pytest.approx(min(p.at for p in encoded), abs=0.002)
    assert max(p.at for p in copied) == pytest.approx(max(p.at for p in encoded), abs=0.002)
    assert {round(p.at, 2) for p in copied if p.is_key} == {round(p.at, 2) for p in encoded if p.is_key}
    for name in ("360p", "240p"):
        assert "#EXT-X-INDEPENDENT-SEGMENTS" in (tmp_path / name / "index.m3u8").read_text()


def test_the_copied_pictures_are_the_sources_own(tmp_path: Path) -> None:
    made(recordings.fit(), tmp_path)
    assert _decoded(tmp_path / "360p" / "index.m3u8") == _decoded(recordings.fit())


def _decoded(file: Path) -> str:
    """A checksum of all its pictures."""
    words = ["-v", "error", "-i", str(file), "-map", "0:v", "-fps_mode", "passthrough", "-f", "hash", "-"]
    told = subprocess.run(["ffmpeg", *words], capture_output=True, text=True, check=True)
    assert not told.stderr
    return told.stdout


@pytest.mark.parametrize(("clip", "reason"), recordings.UNFIT.values(), ids=recordings.UNFIT)
def test_what_is_in_doubt_is_not_copied(clip: Callable[[], Path], reason: str) -> None:
    source = probe(clip(), Stop())
    with pytest.raises(Doubt, match=reason):
        check_copyable(source, ladder(source.width, source.height), Stop())


def test_a_list_that_does_not_end_in_time_is_no_list() -> None:
    with pytest.raises(Doubt, match="in time"):
        list(packets(clips.looped(2000), 0, Stop(), within=0))


@pytest.mark.parametrize("clip", [recordings.open_groups, recordings.near_grid, recordings.sparse])
def test_what_was_copied_against_the_rules_is_found_out(clip: Callable[[], Path], tmp_path: Path) -> None:
    source = probe(clip(), Stop())
    top, *others = ladder(source.width, source.height)
    rungs = [Rung(**{**vars(top), "is_copied": True}), *others]
    encode(source, rungs, tmp_path, Stop(), lambda _: None)
    if clip is recordings.open_groups:
        with pytest.raises(Doubt, match="needs no other"):
            judge(source, rungs, tmp_path, Stop())
        return
    made = judge(source, rungs, tmp_path, Stop())
    shorter = Rendition(rung=made[1].rung, segments=made[1].segments[:-1])
    with pytest.raises(Broken, match="segments"):
        check_aligned([made[0], shorter], tmp_path)


def test_rungs_whose_times_differ_are_found_out(tmp_path: Path) -> None:
    copied, encoded = made(recordings.fit(), tmp_path)
    first = tmp_path / "240p" / "seg_00001.ts"
    first.write_bytes((tmp_path / "240p" / "seg_00000.ts").read_bytes())
    with pytest.raises(Broken, match="not cut where"):
        check_aligned([copied, encoded], tmp_path)


@pytest.mark.parametrize("data", [b"", b"\x47" * 188, bytes(188), b"G" + bytes(400)])
def test_a_segment_without_a_picture_is_broken(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "seg.ts").write_bytes(data)
    with pytest.raises(Broken):
        read_start(tmp_path / "seg.ts")


def test_the_first_picture_ends_where_the_next_begins(tmp_path: Path) -> None:
    made(recordings.fit(), tmp_path)
    data = (tmp_path / "240p" / "seg_00000.ts").read_bytes()
    assert 0 < len(first_picture(data)) < len(data)
    assert first_picture(data) == first_picture(data[: len(data) // 188 * 94 // 188 * 188])


def test_a_fit_upload_becomes_a_ladder_with_its_own_picture(place: Place, tmp_path: Path) -> None:
    job = place.job(recordings.fit())
    ended = place.work(job)
    assert ended.code == 0, ended.err
    master = place.fetched(place.prefix(job), tmp_path / "fetched")
    assert _decoded(master.parent / "360p" / "index.m3u8") == _decoded(recordings.fit())
    assert len(re.findall(r"CODECS=\"avc1\.\w{6},mp4a\.40\.2\"", master.read_text())) == 2


def test_damage_that_only_a_decoder_sees_is_not_handed_on(place: Place, tmp_path: Path) -> None:
    """The copy is given up while it is made: nothing of it stays, and every rung is encoded."""
    clip = recordings.spoilt()
    assert rungs_of(clip)[1][0].is_copied
    job = place.job(clip)
    ended = place.work(job)
    assert (ended.code, again(job).state) == (0, "SUCCEEDED"), ended.err
    assert "cannot be copied" in ended.err
    master = place.fetched(place.prefix(job), tmp_path / "fetched")
    listed = {f"{path.parent.name}/{line}" for path in master.parent.glob("*/*.m3u8") for line in _named(path)}
    assert {f"{path.parent.name}/{path.name}" for path in master.parent.glob("*/*.ts")} == listed
    assert frames(master.parent / "360p" / "index.m3u8") > 300


def _named(playlist: Path) -> list[str]:
    return [line for line in playlist.read_text().splitlines() if not line.startswith("#")]
