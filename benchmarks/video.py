"""The worker: its ladder against separate runs of ffmpeg, its upload beside its encode, its memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.inputs import ROOT
from benchmarks.measure import Command, Series, run_once, side_by_side
from benchmarks.report import Target
from benchmarks.surroundings import PYTHON, Measured

SPEEDS = (20, 2)
"""MB/s."""
LECTURE = "testsrc2=size=1280x720:rate=30"
H264 = ("-c:v", "libx264", "-crf", "24", "-pix_fmt", "yuv420p", "-sc_threshold", "0")
DJANGO = {
    "SECRET_KEY": "of-the-bench",
    "DB_NAME": "a",
    "DB_USER": "a",
    "DB_PASSWORD": "a",
    "DB_HOST": "127.0.0.1",
    "DB_PORT": "1",
}
"""Nobody is there: Django only has to be set up."""


def one_decode(folder: Path, rounds: int) -> Measured:
    """A film that no rung can be copied from: its keyframes are where its encoder wanted them."""
    source = folder / "source.mp4"
    _film(source, f"{LECTURE}:duration=12", *H264, "-g", "250")
    separate, once = side_by_side([_separate(folder, source), _ladder(folder, source, "once")], rounds=rounds)
    return [separate, once], [_cpu(once, separate, 0.85)]


def copied_top(folder: Path, rounds: int) -> Measured:
    """As a recorder for streaming writes it: a keyframe every two seconds."""
    source = folder / "source.mp4"
    _film(source, f"{LECTURE}:duration=12", *H264, "-g", "60")
    separate, copied = side_by_side([_separate(folder, source), _ladder(folder, source, "copied")], rounds=rounds)
    return [separate, copied], [_cpu(copied, separate, 0.55)]


def _separate(folder: Path, source: Path) -> Command:
    return _command(folder, "4 runs of ffmpeg", "separate", str(source), str(folder / "separate"))


def _ladder(folder: Path, source: Path, what: str) -> Command:
    name = {"once": "one decode", "copied": "one decode, top rung copied"}[what]
    return _command(folder, name, what, str(source), str(folder / what))


def _cpu(ours: Series, theirs: Series, limit: float) -> Target:
    wall = f"wall {ours.wall_against(theirs):.2f} x"
    return Target(what=f"cpu of {ours.name} / {theirs.name}", value=ours.cpu_against(theirs), limit=limit, beside=wall)


def overlap(folder: Path, rounds: int) -> Measured:
    """A film that takes about as long to encode as to upload at the slower speed."""
    source, made = folder / "source.avi", folder / "made"
    _film(source, "testsrc2=size=640x360:rate=30:duration=24,noise=alls=30:allf=t", "-c:v", "mpeg4", "-q:v", "2")
    run_once(_command(folder, "ready", "once", str(source), str(made)))
    with _store(source, 0) as free, _store(source, SPEEDS[0]) as fast, _store(source, SPEEDS[1]) as slow:

        def uploads(url: str, speed: int) -> list[Command]:
            film = str(source)
            return [
                _command(folder, f"upload alone, {speed} MB/s", "uploaded", url, film, str(made)),
                _command(folder, f"both, {speed} MB/s", "worked", url, film),
            ]

        alone = _command(folder, "encode alone", "worked", free, str(source))
        commands = [alone, *uploads(fast, SPEEDS[0]), *uploads(slow, SPEEDS[1])]
        series = side_by_side(commands, rounds=rounds)
    encoded, *others = series
    return series, [_against_longer(others[at + 1], encoded, others[at]) for at in (0, 2)]


def _against_longer(both: Series, encoded: Series, uploaded: Series) -> Target:
    rounds = zip(both.samples, encoded.samples, uploaded.samples, strict=True)
    value = median(total.wall / max(one.wall, two.wall) for total, one, two in rounds)
    return Target(what=f"{both.name} / the longer of both alone", value=value, limit=1.1)


def memory(folder: Path, rounds: int) -> Measured:
    """An upload of 346 MB: pictures without compression are many bytes and little work."""
    source, told = folder / "source.avi", folder / "peak"
    _film(source, "testsrc2=size=640x360:rate=25:duration=40", "-c:v", "rawvideo", "-pix_fmt", "yuv420p")
    peaks = []
    with _store(source, 0) as url:
        weigh = _command(folder, "worker, 346 MB", "weighed", url, str(source), str(told), **DJANGO)
        for _ in range(rounds):
            run_once(weigh)
            peaks.append(float(told.read_text()))
    size = source.stat().st_size / 1e6
    what = f"peak memory of the worker besides ffmpeg, source of {size:.0f} MB"
    return [], [Target(what=what, value=median(peaks), unit="MB", limit=120)]


def _film(path: Path, picture: str, *how: str) -> None:
    words = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, *how]
    subprocess.run([*words, str(path)], check=True)


def _command(folder: Path, name: str, *words: str, **more: str) -> Command:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(ROOT), **more}
    return Command(name=name, argv=[PYTHON, "-m", "benchmarks.video_run", *words], cwd=folder, env=env)


@contextmanager
def _store(source: Path, speed: float) -> Iterator[str]:
    """Its URL; `speed` in MB/s, 0: as fast as it can."""
    words = [PYTHON, "-m", "benchmarks.slow_store", str(source), str(speed * 1e6)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdin
        assert server.stdout
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()
