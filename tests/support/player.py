"""An HLS output played in headless Chromium with hls.js: the master as viewers do and every rung by itself, at once and
faster than life; what came of it.

hls.js reports no error on a rung that lacks segments: such a rung just never ends.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from tests.support.npm_part import HLS_JS
from tests.support.parts import require

RATE = 4
"""Times real time."""
STALL, START = 4, 30
"""Seconds without any movement after which it is over: on the way, and before anything moved."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    # A browser that nobody can ask anything ends once the page is loaded.
    "--remote-debugging-port=0",
)
PAGE = """<!doctype html><body><script src="/hls.min.js"></script><script>
const played = [], begun = performance.now();
let waiting = 1;
function report() {
  const told = played.map(each => ({
    name: each.name, ended: each.video.ended, time: each.video.currentTime, duration: each.video.duration,
    frames: each.video.getVideoPlaybackQuality().totalVideoFrames, height: each.video.videoHeight, errors: each.errors,
  }));
  fetch("/report", {method: "POST", body: JSON.stringify({seconds: (performance.now() - begun) / 1000, rungs: told})});
}
function done() { waiting -= 1; if (waiting === 0) report(); }
function play(name, source) {
  const video = document.createElement("video"), player = new Hls();
  const each = {video, name, errors: []};
  played.push(each);
  waiting += 1;
  document.body.append(video);
  video.muted = true;
  video.addEventListener("ended", done, {once: true});
  player.on(Hls.Events.ERROR, (_, error) => each.errors.push(error.details));
  player.on(Hls.Events.MANIFEST_PARSED, () => {
    video.play().catch(error => each.errors.push(String(error)));
  });
  video.addEventListener("loadedmetadata", () => { video.playbackRate = RATE; });
  player.loadSource(source);
  player.attachMedia(video);
}
const first = new Hls();
first.on(Hls.Events.MANIFEST_PARSED, (_, manifest) => {
  play("master", "/video/master.m3u8");
  manifest.levels.forEach(level => play(`${level.width}x${level.height}`, level.uri));
  done();
});
first.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) { played.length = 0; report(); } });
first.loadSource("/video/master.m3u8");
let stood = "", since = performance.now();
setInterval(() => {
  const stands = played.map(each => each.video.currentTime).join();
  if (stands !== stood) { stood = stands; since = performance.now(); }
  else if (performance.now() - since > (played.some(each => each.video.currentTime > 0) ? STALL : START)) report();
}, 100);
</script>"""


@dataclass(frozen=True)
class Played:
    """`name`: master, or the size that the master gives a rung; `height` is what was shown last. `time` is where it
    stands, `duration` what it says, in seconds; `frames` were decoded."""

    name: str
    height: int
    ended: bool
    time: float
    duration: float
    frames: int
    errors: tuple[str, ...]


Read = Callable[[str], bytes]
"""The bytes of a file of the output, by its name beside the master. KeyError: there is none."""


def play(read: Read, seconds: float) -> list[Played]:
    """The master and each rung, played until all have ended or nothing moves any longer. None: there is no master."""
    chromium = require("chromium", "the result is played in it")
    page = PAGE.replace("RATE", str(RATE)).replace("STALL", str(STALL * 1000)).replace("START", str(START * 1000))
    with _served(page, read) as (url, reports), TemporaryDirectory(prefix="chromium-") as profile:
        command = [chromium, *FLAGS, f"--user-data-dir={profile}", url]
        with Path(profile, "log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            report = reports.get(timeout=START + STALL + 4 * seconds)
        except Empty:
            raise AssertionError(f"the browser told nothing: {Path(profile, 'log').read_text()[-2000:]}") from None
        finally:
            process.terminate()
            process.wait(20)
    return [Played(**{**each, "errors": tuple(each["errors"])}) for each in report["rungs"]]


@contextmanager
def _served(page: str, read: Read) -> "Iterator[tuple[str, Queue[dict[str, Any]]]]":
    reports: Queue[dict[str, Any]] = Queue()
    fixed = {"/": page.encode(), "/hls.min.js": HLS_JS.path().read_bytes(), "/favicon.ico": b""}
    handler = type("Handler", (_Handler,), {"fixed": fixed, "read": staticmethod(read), "reports": reports})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", reports
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    fixed: dict[str, bytes]
    read: Read
    reports: "Queue[dict[str, Any]]"

    def do_GET(self) -> None:
        try:
            body = self.fixed[self.path] if self.path in self.fixed else self.read(self.path.removeprefix("/video/"))
        except KeyError:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests say nothing of each request."""
