"""process_video: from a source in the store to HLS in the store. It knows nothing of the database.

download → probe → ladder → encode and upload → judge → playlists, master last. A top rung that can be copied is tried
first; on any doubt what came of it is thrown away, and every rung is encoded.
"""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from worker.align import check_aligned
from worker.download import download
from worker.encode import encode
from worker.errors import Doubt, Permanent, Transient
from worker.grid import check_copyable
from worker.hls import Broken, Rendition, check_length, read_rendition
from worker.ladder import Rung, ladder
from worker.probe import Source, probe, probe_segment
from worker.stop import Stop
from worker.store import Store
from worker.upload import Uploader
from worker.workspace import is_full, require_room, workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be encoded, and where it goes: `prefix` ends in a slash and belongs to this executor alone."""

    key: str
    etag: str
    size: int
    prefix: str


@dataclass(frozen=True, kw_only=True)
class Output:
    hls_path: str
    duration: float


class Progress(Protocol):
    def __call__(self, percent: int) -> None:
        """Called often. What it raises ends the encode."""


def process_video(order: Order, store: Store, stop: Stop, progress: Progress) -> Output:
    """The finished output. On any failure before the master nothing of it stays in the store, save after a stop.

    Raises Permanent, Transient, and whatever `progress` raises.
    """
    with workspace() as folder:
        require_room(folder, order.size)
        path = folder / "source"
        download(store, order.key, order.etag, order.size, path)
        source = probe(path, stop)
        rungs = ladder(source.width, source.height)
        log.info("%dx%d, %.1f s: %s", source.width, source.height, source.duration, " ".join(r.name for r in rungs))
        try:
            return _encoded(order, store, stop, progress, source, with_copy(source, rungs, stop))
        except Doubt as doubt:
            log.warning("the top rung cannot be copied, all is encoded: %s", doubt)
        return _encoded(order, store, stop, progress, source, rungs)


def with_copy(source: Source, rungs: Sequence[Rung], stop: Stop) -> Sequence[Rung]:
    """The rungs, the first of them to be copied where the source allows it."""
    try:
        check_copyable(source, rungs, stop)
    except Doubt as reason:
        log.info("every rung is encoded: %s", reason)
        return rungs
    return [replace(rungs[0], is_copied=True), *rungs[1:]]


def _encoded(
    order: Order, store: Store, stop: Stop, progress: Progress, source: Source, rungs: Sequence[Rung]
) -> Output:
    folder = source.path.parent / "hls"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    uploader = Uploader(store, order.prefix, folder, stop)
    try:
        output = _uploaded(order, uploader, source, rungs, folder, stop, progress)
    except BaseException as failure:
        uploader.close(failure)
        if not uploader.is_committed and not stop.is_asked:
            uploader.discard()
        raise
    uploader.close(None)
    return output


def _uploaded(
    order: Order,
    uploader: Uploader,
    source: Source,
    rungs: Sequence[Rung],
    folder: Path,
    stop: Stop,
    progress: Progress,
) -> Output:
    def tick(percent: int) -> None:
        uploader.offer()
        progress(percent)

    encode(source, rungs, folder, stop, tick)
    renditions = judge(source, rungs, folder, stop)
    seconds = renditions[0].seconds
    metadata = {"duration": f"{seconds:.3f}", "source-etag": order.etag}
    return Output(hls_path=uploader.finish(renditions, metadata), duration=round(seconds, 3))


def judge(source: Source, rungs: Sequence[Rung], folder: Path, stop: Stop) -> list[Rendition]:
    """What ffmpeg made, if it is whole. Transient("DISK"): the disk is full, so anything may be cut.

    Doubt: something is wrong with it, and one rung is a copy.
    """
    is_copied = rungs[0].is_copied
    try:
        renditions = [read_rendition(folder / rung.name, rung) for rung in rungs]
        check_length(renditions, source.duration)
        if is_copied:
            check_aligned(renditions, folder)
        return [_probed(rendition, folder, stop) for rendition in renditions]
    except (Broken, Permanent) as broken:
        if is_full(folder):
            raise Transient("DISK", f"the disk is full: {broken}") from broken
        if is_copied:
            raise Doubt(str(broken)) from broken
        if isinstance(broken, Permanent):
            raise
        raise Permanent("TRUNCATED", f"the upload cannot be encoded to its end: {broken}") from broken


def _probed(rendition: Rendition, folder: Path, stop: Stop) -> Rendition:
    """With the codecs that its first segment has. Broken when that is not of the rung's size."""
    rung = rendition.rung
    first = probe_segment(folder / rung.name / rendition.segments[0].name, stop)
    if (first.width, first.height) != (rung.width, rung.height):
        raise Broken(f"{rung.name}: is {first.width}x{first.height}, not {rung.width}x{rung.height}")
    return replace(rendition, codecs=first.codecs)
