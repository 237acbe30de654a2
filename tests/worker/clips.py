"""Uploads as people make them, each a real file that ffmpeg wrote; made once in a process."""

import subprocess
from functools import cache
from pathlib import Path

from tests.support.parts import require
from tests.support.servers import new_folder

FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k")


@cache
def _folder() -> Path:
    require("ffprobe", "the worker reads uploads with it")
    return new_folder("clips")


def ffmpeg(*words: str) -> None:
    program = require("ffmpeg", "the worker encodes with it")
    told = subprocess.run([program, "-nostdin", "-v", "error", "-y", *words], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def made(name: str, *words: str) -> Path:
    path = _folder() / name
    ffmpeg(*words, str(path))
    return path


def picture(size: str, seconds: float, rate: int | str = 25) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def tone(seconds: float) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"sine=duration={seconds}")


@cache
def plain() -> Path:
    """640x360, 2 s, with sound."""
    return made("plain.mp4", *picture("640x360", 2), *tone(2), *FAST, *AAC)


@cache
def long() -> Path:
    """426x240, 20 s, with sound: four segments."""
    return made("long.mp4", *picture("426x240", 20), *tone(20), *FAST, *AAC)


@cache
def looped(times: int) -> Path:
    """`plain` so many times in a row: seconds of work, made in none."""
    return made(f"looped{times}.mp4", "-stream_loop", str(times - 1), "-i", str(plain()), "-c", "copy")


@cache
def silent() -> Path:
    return made("silent.mp4", *picture("426x240", 1), *FAST)


@cache
def surround() -> Path:
    """Six channels of AC-3: the sound must be encoded anew."""
    return made("surround.mkv", *picture("426x240", 1), *tone(1), *FAST, "-c:a", "ac3", "-ac", "6")


@cache
def portrait() -> Path:
    """640x360 as stored, turned by a quarter on the screen."""
    source = made("lying.mp4", *picture("640x360", 1), *FAST)
    return made("portrait.mp4", "-i", str(source), "-c", "copy", "-metadata:s:v", "rotate=90")


@cache
def anamorphic() -> Path:
    """720x576 pixels that are wider than high: 1024x576 on the screen."""
    return made("anamorphic.mp4", *picture("720x576", 1), "-vf", "setsar=64/45", *FAST)


@cache
def cover() -> Path:
    """Cover art of 600x600 as the first video stream, before a film of 426x240."""
    art = made("art.jpg", *picture("600x600", 1), "-frames:v", "1")
    film = made("film.mp4", *picture("426x240", 1), *FAST)
    maps = ("-map", "0:v", "-map", "1:v", "-c:v:0", "mjpeg", "-disposition:v:0", "attached_pic")
    return made("cover.mkv", "-i", str(art), "-i", str(film), *maps, "-c:v:1", "copy", "-f", "mp4")


@cache
def one_frame() -> Path:
    return made("frame.mp4", *picture("426x240", 1), "-frames:v", "1", *FAST)


@cache
def tiny() -> Path:
    """101x61: odd, and smaller than the lowest rung."""
    return made("tiny.mkv", *picture("101x61", 1), "-c:v", "ffv1")


@cache
def recording() -> Path:
    """WebM as a browser records it: it tells no duration."""
    path = _folder() / "recording.webm"
    words = ["ffmpeg", "-v", "error", *picture("320x240", 2), "-c:v", "libvpx", "-deadline", "realtime"]
    path.write_bytes(subprocess.run([*words, "-f", "webm", "pipe:1"], capture_output=True, check=True).stdout)
    return path


@cache
def audio_only() -> Path:
    return made("audio.mp4", *tone(1), *AAC)


@cache
def audio_with_cover() -> Path:
    art = made("sleeve.jpg", *picture("300x300", 1), "-frames:v", "1")
    maps = ("-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic")
    return made("song.mp4", "-i", str(audio_only()), "-i", str(art), *maps)


@cache
def truncated() -> Path:
    """Cut in its middle, with an index that promises all of its eight seconds."""
    whole = made("whole.mp4", *picture("426x240", 8), *FAST, "-movflags", "+faststart")
    path = _folder() / "truncated.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    return path


@cache
def damaged() -> Path:
    """300 bytes of its middle are something else."""
    data = bytearray(long().read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = bytes(300)
    path = _folder() / "damaged.mp4"
    path.write_bytes(data)
    return path


@cache
def swelling() -> Path:
    """854x480, so coarse that its rungs are four times its size."""
    return made("swelling.mp4", *picture("854x480", 6, 30), "-c:v", "libx264", "-preset", "veryfast", "-crf", "42")


def written(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def playlist_in_disguise() -> Path:
    """An .mp4 by name that is a playlist of a local file."""
    segment = made("local.ts", *picture("320x240", 1), *FAST, "-f", "mpegts")
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.0,\nfile://{segment}\n#EXT-X-ENDLIST\n"
    return written("playlist.mp4", text.encode())


def concat_in_disguise() -> Path:
    return written("concat.mp4", f"ffconcat version 1.0\nfile {plain()}\n".encode())
