"""The ffmpeg run: its command, its watchdog, and how its end is told."""

import os
import time
from pathlib import Path

import pytest

from tests.worker import clips
from worker.child import reading
from worker.encode import command, encode, filters, percent
from worker.errors import AttemptFailed, Permanent, Transient
from worker.ladder import ladder
from worker.probe import Audio, Source, probe
from worker.stop import Stop


def source(path: Path = Path("/job/source"), audio: Audio | None = None, duration: float = 10.0) -> Source:
    return Source(path=path, video=0, width=640, height=360, duration=duration, audio=audio)


def words(audio: Audio | None = None) -> list[str]:
    return command(source(audio=audio), ladder(640, 360), Path("/job/hls"))


def test_the_source_is_a_local_file_and_formats_and_protocols_are_named_before_it() -> None:
    said = words()
    at = said.index("-i")
    assert said[at + 1] == "file:/job/source"
    assert said[at - 4 : at] == reading(Path("/job/source"))[:4]
    assert said.index("-protocol_whitelist") < said.index("-format_whitelist") < at
    assert "hls" not in said[said.index("-format_whitelist") + 1].split(",")


def test_there_is_one_input_and_each_rung_is_scaled_from_the_one_above() -> None:
    assert words().count("-i") == 1
    assert filters(source(), ladder(640, 360)) == (
        "[0:0]scale=640:360:flags=bilinear,setsar=1,format=yuv420p,split=2[v0][t0];"
        "[t0]scale=426:240:flags=bilinear,setsar=1,format=yuv420p[v1]"
    )


def test_sound_is_mapped_only_where_there_is_some_and_copied_where_every_player_takes_it() -> None:
    assert "-an" in words()
    assert words(Audio(index=1, is_plain_aac=False)).count("aac") == 2
    plain = words(Audio(index=1, is_plain_aac=True))
    assert (plain.count("0:1"), plain.count("copy"), "-an" in plain) == (2, 2, False)


def test_keyframes_fall_at_the_same_times_in_every_rung(tmp_path: Path) -> None:
    read = probe(clips.long(), Stop())
    rungs = ladder(426, 240) + ladder(200, 100)
    encode(read, rungs, tmp_path, Stop(), lambda _: None)
    cuts = [
        [line for line in (tmp_path / rung.name / "index.m3u8").read_text().splitlines() if "EXTINF" in line]
        for rung in rungs
    ]
    assert cuts[0] == cuts[1]
    assert len(cuts[0]) == 4


def test_percent_stays_below_a_hundred_until_all_is_done() -> None:
    assert [percent(done, 10) for done in (-1, 0, 5, 9.99, 10, 50)] == [0, 0, 50, 99, 99, 99]
    assert percent(5, 0) == 0


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program in ffmpeg's place that behaves as no healthy one does."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        ("kill -9 $$", Transient, "KILLED"),
        ("echo 'Conversion failed!' >&2; exit 1", Transient, "FFMPEG"),
        ("echo 'x: Invalid data found when processing input' >&2; exit 183", Permanent, "UNDECODABLE"),
        ("echo 'out_time_us=1000000'; exec sleep 60", Transient, "HUNG"),
        ("while :; do echo 'out_time_us=1000000'; sleep 0.1; done", Transient, "HUNG"),
    ],
)
def test_an_ffmpeg_that_fails_or_stands_still_is_told_apart(
    script: str, kind: type[AttemptFailed], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, script)
    with pytest.raises(kind) as failed:
        encode(source(), ladder(640, 360), tmp_path / "hls", Stop(), lambda _: None, idle=1.0)
    assert failed.value.code == code


def test_a_hung_ffmpeg_is_killed_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, f"sleep 300 & echo $! >{tmp_path}/pid; wait")
    with pytest.raises(Transient, match="HUNG"):
        encode(source(), ladder(640, 360), tmp_path / "hls", Stop(), lambda _: None, idle=1.0)
    pid = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 10
    while not _is_gone(pid):
        assert time.monotonic() < end


def _is_gone(pid: int) -> bool:
    """Killed; nobody may have collected it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_what_progress_raises_ends_the_run(tmp_path: Path) -> None:
    def enough(_: int) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError):
        encode(probe(clips.looped(120), Stop()), ladder(640, 360), tmp_path, Stop(), enough)


def test_without_ffmpeg_it_is_a_failure_that_may_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Transient, match="PROGRAM"):
        encode(source(), ladder(640, 360), tmp_path / "hls", Stop(), lambda _: None)
