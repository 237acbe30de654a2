"""One ffmpeg run for the whole ladder: decoded once, each rung scaled from the one above it.

A copied top rung is the source's own picture; the rungs below it then take its keyframes.

ffmpeg's exit code is not believed: with a full disk it ends with 0, says nothing and leaves empty segments. What it
made is judged in `hls`; here only a process that failed, was killed or stands still is an error.
"""

import os
import re
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from subprocess import Popen

from worker.child import killed_by, reading, running
from worker.errors import Doubt, Permanent, Transient
from worker.ladder import Rung
from worker.probe import Source, last_line
from worker.stop import Stop

SEGMENT_SECONDS = 6
KEYFRAME_SECONDS = 2
COPIED_GOP = 600
"""Pictures: more than a source that may be copied has between two keyframes, so that x264 adds none of its own."""
COPIED_OFFSET = "1"
"""Seconds on every timestamp beside a copied rung. Without it each rung would be moved by its own negative ones."""
IDLE_SECONDS = 300
"""Without a new picture for so long, ffmpeg is taken for hung."""
TICK = 0.5
PLAYLIST = "index.m3u8"
HOPELESS = re.compile(
    "Invalid data found when processing input|Could not find codec parameters|Decoder .* not found"
    "|matches no streams|Cannot determine format of input stream"
)
"""What ffmpeg says of an input that no further attempt can decode."""

Tick = Callable[[int], None]
"""Told every half second or so how many percent are done."""


def command(source: Source, rungs: Sequence[Rung], folder: Path) -> list[str]:
    """Keyframes fall at the same times in every rung and no segment starts without one: at least every two seconds, or
    where a copied rung has them."""
    is_beside = any(rung.is_copied for rung in rungs)
    words = ["ffmpeg", "-hide_banner", "-nostdin", "-v", "error", "-nostats", "-progress", "pipe:1"]
    words += [*reading(source.path), "-filter_complex", filters(source, rungs)]
    for index, rung in enumerate(rungs):
        picture = _copied(source) if rung.is_copied else ["-map", f"[v{index}]", *_video(rung, is_beside)]
        offset = ["-output_ts_offset", COPIED_OFFSET] if is_beside else []
        words += [*picture, *_audio(source), *offset, *_hls(folder / rung.name)]
    return words


def filters(source: Source, rungs: Sequence[Rung]) -> str:
    """ffmpeg has turned the picture before the first filter. A tent filter is enough to make a picture smaller: the
    default, bicubic, takes a tenth of all the run's CPU time more."""
    chains, taken = [], f"0:{source.video}"
    for index, rung in enumerate(rungs):
        if rung.is_copied:
            continue
        chain = f"[{taken}]scale={rung.width}:{rung.height}:flags=bilinear,setsar=1,format=yuv420p"
        taken = f"t{index}"
        is_last = index == len(rungs) - 1
        chains.append(f"{chain}[v{index}]" if is_last else f"{chain},split=2[v{index}][{taken}]")
    return ";".join(chains)


def _copied(source: Source) -> list[str]:
    return ["-map", f"0:{source.video}", "-c:v", "copy"]


def _video(rung: Rung, is_beside_copied: bool) -> list[str]:
    rate = ["-crf", "23", "-maxrate", f"{rung.max_kbps}k", "-bufsize", f"{2 * rung.max_kbps}k", "-sc_threshold", "0"]
    times = _sources_times() if is_beside_copied else _own_times()
    return ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", *rate, *times]


def _own_times() -> list[str]:
    # The muxer would ask for a constant rate, and repeat frames up to the 1000 a second that a recording may claim.
    return ["-force_key_frames", f"expr:gte(t,n_forced*{KEYFRAME_SECONDS})", "-fps_mode", "vfr"]


def _sources_times() -> list[str]:
    """Its keyframes too. An encoder counts in whole frames otherwise, and moves a picture by up to half of one."""
    return ["-force_key_frames", "source", "-g", str(COPIED_GOP), "-fps_mode", "passthrough", "-enc_time_base", "-1"]


def _audio(source: Source) -> list[str]:
    if source.audio is None:
        return ["-an"]
    encoded = ["aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]
    return ["-map", f"0:{source.audio.index}", "-c:a", *(["copy"] if source.audio.is_plain_aac else encoded)]


def _hls(folder: Path) -> list[str]:
    """temp_file: a segment has its name only once it is whole, so it can be uploaded when it is seen."""
    named = ["-hls_segment_filename", str(folder / "seg_%05d.ts"), str(folder / PLAYLIST)]
    flags = ["-hls_playlist_type", "vod", "-hls_flags", "independent_segments+temp_file"]
    return [
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-f",
        "hls",
        "-hls_time",
        str(SEGMENT_SECONDS),
        *flags,
        *named,
    ]


def encode(
    source: Source, rungs: Sequence[Rung], folder: Path, stop: Stop, tick: Tick, idle: float = IDLE_SECONDS
) -> None:
    """Into `folder`/<rung>/. Transient: HUNG, KILLED, FFMPEG; Permanent: UNDECODABLE. What `tick` raises ends it.

    Doubt: ffmpeg complained while it copied. What decoders play over, a copy would hand on to every player.
    """
    is_copied = rungs[0].is_copied
    for rung in rungs:
        (folder / rung.name).mkdir(parents=True)
    with running(command(source, rungs, folder), stop, is_long=True) as process:
        said = _collected(process)
        for done in _progress(process, idle):
            if is_copied and said:
                raise Doubt(f"ffmpeg complains: {said[0]}")
            tick(percent(done, source.duration))
        code = process.wait()
    if signal := killed_by(code):
        raise Transient("KILLED", f"ffmpeg was ended by {signal}")
    if is_copied and (code or said):
        raise Doubt(f"ffmpeg ended with {code}: {''.join(list(said)[-1:])}")
    if code:
        text = "\n".join(said)
        kind, name = (Permanent, "UNDECODABLE") if HOPELESS.search(text) else (Transient, "FFMPEG")
        raise kind(name, f"ffmpeg ended with {code}: {last_line(text.encode())}")


def percent(done: float, duration: float) -> int:
    """Below 100 while anything is left to do."""
    return max(0, min(99, int(100 * done / duration))) if duration > 0 else 0


def _progress(process: "Popen[bytes]", idle: float) -> Iterator[float]:
    """Seconds of output, again and again until ffmpeg closes its pipe. Transient("HUNG") when they stand still."""
    assert process.stdout is not None
    done, moved = 0.0, time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(TICK):
                chunk = os.read(process.stdout.fileno(), 8192)
                if not chunk:
                    return
                now = max([done, *_times(chunk)])
                done, moved = (now, time.monotonic()) if now > done else (done, moved)
            if time.monotonic() - moved > idle:
                raise Transient("HUNG", f"ffmpeg made no progress for {idle:.0f} s, at {done:.1f} s of the video")
            yield done


def _times(chunk: bytes) -> list[float]:
    return [int(found) / 1e6 for found in re.findall(rb"out_time_us=(\d+)\n", chunk)]


def _collected(process: "Popen[bytes]") -> "deque[str]":
    """The last lines of stderr, taken from the pipe as they come so that it never fills."""
    lines: deque[str] = deque(maxlen=20)
    stream = process.stderr

    def collect() -> None:
        for line in stream or ():
            lines.append(line.decode(errors="replace").rstrip()[:500])

    threading.Thread(target=collect, daemon=True).start()
    return lines
