"""What the source is, as ffprobe says: the one place that reads its answer.

Rotation in the metadata is applied by ffmpeg on its own, but not to ffprobe's width and height; cover art is a video
stream too; an anamorphic picture has other proportions than its pixels. All of that is settled here.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.child import killed_by, reading, run
from worker.errors import Permanent, Transient
from worker.ladder import even
from worker.stop import Stop

TIMEOUT = 60
MAX_DURATION = 4 * 3600
"""Seconds. The Batch job itself ends after four hours."""
MAX_PIXELS = 7680 * 4320
H264_PROFILES = {"Constrained Baseline": "42e0", "Baseline": "4200", "Main": "4d40", "High": "6400"}
"""profile_idc and the constraint flags, as RFC 6381 writes them."""
MAX_LEVEL = 42
"""Of H.264, in tenths: 1080p at 60 pictures a second, which every player decodes."""
SHOWN = (
    "format=duration,format_name:stream=index,codec_type,codec_name,profile,level,width,height,pix_fmt,field_order,"
    "sample_aspect_ratio,duration,channels,sample_rate:stream_disposition=attached_pic:stream_tags=rotate,DURATION:stream_side_data=rotation"
)


@dataclass(frozen=True, kw_only=True)
class Audio:
    index: int
    is_plain_aac: bool
    """AAC-LC, at most two channels, 44.1 or 48 kHz: every player takes it as it is."""


@dataclass(frozen=True, kw_only=True)
class Source:
    path: Path
    video: int
    """The stream's index in the file."""
    width: int
    height: int
    """As shown: turned, with square pixels."""
    duration: float
    """Of the video stream, in seconds."""
    audio: Audio | None
    is_plain_h264: bool = False
    """In an MP4: 4:2:0 of 8 bits, progressive, upright, with square pixels, of a level that every player decodes."""


def probe(path: Path, stop: Stop) -> Source:
    """Permanent: UNREADABLE, NO_VIDEO, TOO_LONG, TOO_LARGE. Transient: ffprobe was killed or did not end."""
    told = json.loads(_ffprobe(["-of", "json", "-show_entries", SHOWN, *reading(path)], stop))
    streams = told.get("streams", [])
    video = next((stream for stream in streams if _is_video(stream)), None)
    if video is None:
        raise Permanent("NO_VIDEO", "the upload has no video stream")
    width, height = shown_size(video)
    duration = _duration(video, told.get("format", {})) or _measured(path, int(video["index"]), stop)
    if width * height > MAX_PIXELS:
        raise Permanent("TOO_LARGE", f"{width}x{height} is more than {MAX_PIXELS} pixels")
    if duration > MAX_DURATION:
        raise Permanent("TOO_LONG", f"{duration:.0f} s is longer than {MAX_DURATION} s")
    return Source(
        path=path,
        video=int(video["index"]),
        width=width,
        height=height,
        duration=duration,
        audio=_audio(streams),
        is_plain_h264="mp4" in told.get("format", {}).get("format_name", "").split(",") and is_plain_h264(video),
    )


def shown_size(stream: dict[str, Any]) -> tuple[int, int]:
    """Width and height on a screen."""
    width, height = int(stream["width"]), int(stream["height"])
    across, _, down = str(stream.get("sample_aspect_ratio", "")).partition(":")
    if across.isdigit() and down.isdigit() and int(across) and int(down) and across != down:
        width = even(width * int(across) / int(down))
    return (height, width) if rotation(stream) % 180 == 90 else (width, height)


def is_plain_h264(stream: dict[str, Any]) -> bool:
    """Any display matrix is refused: one that mirrors has no rotation."""
    wanted = {"codec_name": "h264", "pix_fmt": "yuv420p", "field_order": "progressive"}
    is_upright = not any("rotation" in data for data in stream.get("side_data_list", []))
    is_square = stream.get("sample_aspect_ratio", "1:1") in ("1:1", "0:1", "N/A")
    known = stream.get("profile") in H264_PROFILES and 0 < int(stream.get("level", 0)) <= MAX_LEVEL
    return all(stream.get(name) == value for name, value in wanted.items()) and is_upright and is_square and known


def rotation(stream: dict[str, Any]) -> int:
    """Quarter turns in degrees: 0, 90, 180 or 270."""
    turns = [data.get("rotation") for data in stream.get("side_data_list", [])]
    turn = next((each for each in turns if each is not None), stream.get("tags", {}).get("rotate", 0))
    try:
        return round(float(turn) / 90) * 90 % 360
    except (ValueError, OverflowError):
        return 0


def _ffprobe(words: list[str], stop: Stop) -> bytes:
    ended = run(["ffprobe", "-v", "error", *words], stop, TIMEOUT)
    if signal := killed_by(ended.returncode):
        raise Transient("KILLED", f"ffprobe was ended by {signal}")
    if ended.returncode:
        raise Permanent("UNREADABLE", f"the upload cannot be read: {last_line(ended.stderr)}")
    return ended.stdout


def last_line(text: bytes) -> str:
    lines = [line.strip() for line in text.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it says nothing"


def _is_video(stream: dict[str, Any]) -> bool:
    is_cover = bool(stream.get("disposition", {}).get("attached_pic"))
    sized = bool(stream.get("width")) and bool(stream.get("height"))
    return stream.get("codec_type") == "video" and sized and not is_cover


def _audio(streams: list[dict[str, Any]]) -> Audio | None:
    for stream in streams:
        if stream.get("codec_type") == "audio" and stream.get("codec_name") and stream.get("channels"):
            return Audio(index=int(stream["index"]), is_plain_aac=_is_plain_aac(stream))
    return None


def _is_plain_aac(stream: dict[str, Any]) -> bool:
    named = (stream.get("codec_name"), stream.get("profile")) == ("aac", "LC")
    return named and int(stream["channels"]) <= 2 and str(stream.get("sample_rate")) in ("44100", "48000")


def _duration(video: dict[str, Any], container: dict[str, Any]) -> float:
    """The video stream's own: a sound that is longer adds nothing to the segments. 0 when nothing tells it."""
    tag = str(video.get("tags", {}).get("DURATION", ""))
    told = (_seconds(video.get("duration")), _clock(tag), _seconds(container.get("duration")))
    return next((each for each in told if each > 0), 0.0)


def _seconds(text: Any) -> float:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return 0.0
    return value if 0 < value < 1e7 else 0.0


def _clock(text: str) -> float:
    """Matroska's `00:01:02.500000000`."""
    hours, _, rest = text.partition(":")
    minutes, _, seconds = rest.partition(":")
    return _seconds(hours) * 3600 + _seconds(minutes) * 60 + _seconds(seconds)


def _measured(path: Path, video: int, stop: Stop) -> float:
    """From the packets, where the container tells no duration (a recording of a browser)."""
    wanted = ["-of", "csv=p=0", "-select_streams", str(video), "-show_entries", "packet=pts_time", *reading(path)]
    first, last = float("inf"), 0.0
    for line in io.BytesIO(_ffprobe(wanted, stop)):
        at = _seconds(line.decode(errors="replace").strip(", \n"))
        first, last = min(first, at), max(last, at)
    return last - first if last > first else 0.0


@dataclass(frozen=True, kw_only=True)
class SegmentPicture:
    width: int
    height: int
    codecs: str
    """As CODECS of a master playlist names them."""


def probe_segment(path: Path, stop: Stop) -> SegmentPicture:
    """What a segment of ours holds. Permanent("UNREADABLE") when it holds no picture."""
    entries = "stream=codec_type,codec_name,profile,level,width,height"
    words = ["-of", "json", "-show_entries", entries, *reading(path, "mpegts")]
    streams = json.loads(_ffprobe(words, stop)).get("streams", [])
    video = next((each for each in streams if each.get("codec_type") == "video" and each.get("width")), None)
    if video is None:
        raise Permanent("UNREADABLE", f"{path.name} holds no picture")
    sound = [",mp4a.40.2" for each in streams if each.get("codec_name") == "aac"]
    picture = f"avc1.{H264_PROFILES.get(str(video.get('profile')), '6400')}{max(int(video.get('level', 0)), 10):02x}"
    size = (int(video["width"]), int(video["height"]))
    return SegmentPicture(width=size[0], height=size[1], codecs="".join([picture, *sound[:1]]))
