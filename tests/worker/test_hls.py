"""Playlists and renditions: what counts as whole, and the master of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Permanent
from worker.hls import Broken, Rendition, Segment, check_length, master, read_playlist, read_rendition, tolerance
from worker.ladder import Rung

RUNG = Rung(name="240p", width=426, height=240, max_kbps=400)


def playlist(*times: float, end: bool = True) -> str:
    listed = [line for index, time in enumerate(times) for line in (f"#EXTINF:{time:.6f},", f"seg_{index:05d}.ts")]
    return "\n".join(["#EXTM3U", "#EXT-X-TARGETDURATION:6", *listed, *(["#EXT-X-ENDLIST"] if end else [])]) + "\n"


def rendition(*segments: tuple[float, int]) -> Rendition:
    named = [Segment(name=f"seg_{i:05d}.ts", seconds=time, size=size) for i, (time, size) in enumerate(segments)]
    return Rendition(rung=RUNG, segments=tuple(named), codecs="avc1.64001e")


def written(folder: Path, text: str, *sizes: int) -> Path:
    (folder / "index.m3u8").write_text(text)
    for index, size in enumerate(sizes):
        (folder / f"seg_{index:05d}.ts").write_bytes(bytes(size))
    return folder


def test_a_whole_rendition_is_read_with_its_times_and_sizes(tmp_path: Path) -> None:
    read = read_rendition(written(tmp_path, playlist(6, 3.5), 1000, 500), RUNG)
    assert [(each.seconds, each.size) for each in read.segments] == [(6, 1000), (3.5, 500)]
    assert read.seconds == 9.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not begin"),
        ("#EXTINF:1,\nseg_00000.ts\n#EXT-X-ENDLIST\n", "does not begin"),
        (playlist(1, end=False), "no #EXT-X-ENDLIST"),
        (playlist(), "0 segments"),
        ("#EXTM3U\n#EXTINF:1,\n#EXTINF:1,\nseg_00000.ts\n#EXT-X-ENDLIST\n", "1 segments and 2 times"),
        (playlist(1).replace("seg_00000.ts", "../seg_00000.ts"), "names"),
        (playlist(1).replace("seg_00000.ts", "http://elsewhere/seg_00000.ts"), "names"),
        (playlist(1).replace("1.000000", "one"), "not a number"),
        (playlist(1).replace("1.000000", "nan"), "not a time"),
        (playlist(1).replace("1.000000", "-1"), "not a time"),
        (playlist(1).replace("1.000000", "inf"), "not a time"),
    ],
)
def test_a_playlist_that_is_not_closed_and_plain_is_broken(text: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        read_playlist(text)


@pytest.mark.parametrize(("sizes", "first"), [((10,), "seg_00001"), ((0, 10), "seg_00000"), ((10, 0), "seg_00001")])
def test_a_segment_that_is_missing_or_empty_breaks_it(sizes: tuple[int, ...], first: str, tmp_path: Path) -> None:
    with pytest.raises(Broken, match=first):
        read_rendition(written(tmp_path, playlist(6, 6), *sizes), RUNG)


def test_without_a_playlist_it_is_broken(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="no playlist"):
        read_rendition(tmp_path, RUNG)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50))
def test_what_is_written_is_read_back(times: list[float]) -> None:
    read = read_playlist(playlist(*times))
    assert [time for _, time in read] == pytest.approx(times, abs=1e-6)


@pytest.mark.parametrize(
    ("made", "told", "code"),
    [
        (9.9, 60.0, "TRUNCATED"),
        (57.9, 60.0, "TRUNCATED"),
        (58.1, 60.0, None),
        (61.9, 60.0, None),
        (62.1, 60.0, "LENGTH"),
        (980.1, 1000.0, None),
        (979.9, 1000.0, "TRUNCATED"),
        (0.04, 0.04, None),
        (5.0, 0.0, None),
    ],
)
def test_the_times_add_up_to_the_sources(made: float, told: float, code: str | None) -> None:
    if code is None:
        check_length([rendition((made, 10))], told)
    else:
        with pytest.raises(Permanent, match=code):
            check_length([rendition((told, 10)), rendition((made, 10))], told)


@given(st.floats(0.01, 20000), st.floats(0.01, 20000))
def test_every_length_is_either_within_the_tolerance_or_refused(made: float, told: float) -> None:
    try:
        check_length([rendition((made, 1))], told)
    except Permanent:
        assert abs(made - told) > tolerance(told)
    else:
        assert abs(made - told) <= tolerance(told)


def test_the_master_tells_measured_rates() -> None:
    text = master([rendition((6, 600_000), (6, 300_000), (0.04, 9_000))])
    assert text.splitlines()[:3] == ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    assert "BANDWIDTH=800000,AVERAGE-BANDWIDTH=603987," in text
    assert text.endswith('RESOLUTION=426x240,CODECS="avc1.64001e"\n240p/index.m3u8\n')


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(1, 10**8)), min_size=1, max_size=20))
def test_the_average_is_never_above_the_peak(segments: list[tuple[float, int]]) -> None:
    line = master([rendition(*segments)]).splitlines()[3]
    rates = dict(part.split("=") for part in line.partition(":")[2].split(",")[:2])
    assert 0 < int(rates["AVERAGE-BANDWIDTH"]) <= int(rates["BANDWIDTH"])
