"""The output, uploaded while it is made: segments as they appear, then the playlists, the master last of all.

The master is the mark that everything else is there. Until it stands, nobody takes the prefix for a result.
"""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from worker.encode import PLAYLIST
from worker.errors import Stopped, Transient
from worker.hls import MASTER, Rendition, master
from worker.stop import Stop
from worker.store import POOL, Missing, Store

SEGMENT = "video/mp2t"
PLAYLIST_KIND = "application/vnd.apple.mpegurl"
FOREVER = "public, max-age=31536000, immutable"
"""No key is written twice: every executor has a prefix of its own."""
SHORTLY = "public, max-age=300"

log = logging.getLogger(__name__)


class Uploader:
    """Of the rungs under `folder`, to `prefix`, which ends in a slash."""

    def __init__(self, store: Store, prefix: str, folder: Path, stop: Stop) -> None:
        self._store, self._prefix, self._folder, self._stop = store, prefix, folder, stop
        self._pool = ThreadPoolExecutor(POOL, thread_name_prefix="upload")
        self._sent: dict[Path, tuple[int, Future[None]]] = {}
        self.is_committed = False
        """The master was sent, perhaps without an answer: somebody may have taken the prefix for a result."""

    def offer(self) -> None:
        """Starts uploading the segments that have appeared. What failed before is raised here."""
        for path in sorted(self._folder.glob("*/*.ts")):
            if path not in self._sent:
                self._send(path)
        for _, future in self._sent.values():
            if future.done():
                future.result()

    def finish(self, renditions: Sequence[Rendition], metadata: dict[str, str]) -> str:
        """The rest, and the key of the master. Transient: something was not stored."""
        for path, size in _listed(self._folder, renditions):
            if path not in self._sent:
                self._send(path)
            elif self._sent[path][0] != size:
                # Of two sends of one key the later answer stands: the old one is let end, however it ends.
                wait([self._sent[path][1]])
                self._send(path)
        _settle(future for _, future in self._sent.values())
        _settle(self._pool.submit(self._playlist, rendition) for rendition in renditions)
        return self._commit(master(renditions), metadata)

    def close(self, failure: BaseException | None) -> None:
        """After it nothing more is sent. At a stop it does not wait for requests in flight: they break off."""
        self._pool.shutdown(wait=not isinstance(failure, Stopped), cancel_futures=True)

    def discard(self) -> None:
        """Takes away what was uploaded; what cannot be deleted goes with the video."""
        try:
            self._store.delete_prefix(self._prefix, first=[f"{self._prefix}{MASTER}"])
        except (Transient, Missing) as failure:
            log.warning("the unfinished output stays: %s", failure)

    def _send(self, path: Path) -> None:
        size = path.stat().st_size
        if size:
            self._sent[path] = (size, self._pool.submit(self._segment, path))

    def _segment(self, path: Path) -> None:
        key = f"{self._prefix}{path.parent.name}/{path.name}"
        if not self._stop.is_asked:
            self._store.put_file(key, path, kind=SEGMENT, cache=FOREVER, opener=self._stop.open)

    def _playlist(self, rendition: Rendition) -> None:
        path = self._folder / rendition.rung.name / PLAYLIST
        key = f"{self._prefix}{rendition.rung.name}/{PLAYLIST}"
        if not self._stop.is_asked:
            self._store.put_file(key, path, kind=PLAYLIST_KIND, cache=SHORTLY, opener=self._stop.open)

    def _commit(self, text: str, metadata: dict[str, str]) -> str:
        key = f"{self._prefix}{MASTER}"
        self.is_committed = True
        self._store.put(key, text.encode(), kind=PLAYLIST_KIND, cache=SHORTLY, metadata=metadata)
        return key


def _settle(futures: Iterable[Future[None]]) -> None:
    """Waits for all; the first failure is raised."""
    for future in wait(futures).done:
        future.result()


def _listed(folder: Path, renditions: Sequence[Rendition]) -> list[tuple[Path, int]]:
    return [(folder / each.rung.name / segment.name, segment.size) for each in renditions for segment in each.segments]
