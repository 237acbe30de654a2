"""The page of the video demo: a player on loopback, and what it plays, fetched from the store at each request."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from academyctl.sandbox.programs import HOST

PLAYER = "hls.min.js"
KEY = re.compile(r"(?:[A-Za-z0-9_-]+/)?[A-Za-z0-9_-]+\.(?:m3u8|ts)")
"""What is played: the master, and a rung's playlist and segments."""
PAGE = """<!doctype html>
<meta charset="utf-8">
<title>academyctl sandbox demo --video</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 54rem; padding: 0 1rem }
video { background: #000; width: 100% }
</style>
<h1>Encoded a moment ago</h1>
<video controls autoplay muted playsinline></video>
<p id="said"></p>
<script src="/hls.min.js"></script>
<script>
const video = document.querySelector("video");
const said = document.querySelector("#said");
const source = "/video/master.m3u8";
if (video.canPlayType("application/vnd.apple.mpegurl")) {
  video.src = source;
  said.textContent = "Played by the browser itself.";
} else if (window.Hls && Hls.isSupported()) {
  const player = new Hls();
  player.loadSource(source);
  player.attachMedia(video);
  said.textContent = "Played by hls.js " + Hls.version + ".";
} else {
  said.textContent = "This browser plays no HLS by itself. Stop the demo, run `npm install hls.js` in the folder " +
    "that you start it from, and start it again; or open " + location.origin + source + " in a player such as VLC.";
}
</script>
"""
TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t", ".js": "text/javascript"}


@contextmanager
def served_page(store: Any, bucket: str, folder_key: str, player: Path | None, port: int = 0) -> Iterator[str]:
    """The page's URL. `folder_key` ends in a slash: nothing outside of it is handed out."""
    said = {"store": store, "bucket": bucket, "prefix": folder_key, "player": player}
    server = ThreadingHTTPServer((HOST, port), type("Page", (_Page,), said))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Page(BaseHTTPRequestHandler):
    store: Any
    bucket: str
    prefix: str
    player: Path | None

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            self._send("text/html; charset=utf-8", PAGE.encode())
        elif path == f"/{PLAYER}" and self.player:
            self._send(TYPES[".js"], self.player.read_bytes())
        elif path.startswith("/video/") and KEY.fullmatch(path.removeprefix("/video/")):
            self._send_stored(path.removeprefix("/video/"))
        else:
            self.send_error(404)

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_stored(self, name: str) -> None:
        try:
            found = self.store.get_object(Bucket=self.bucket, Key=f"{self.prefix}{name}")
        except (BotoCoreError, ClientError):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", TYPES[Path(name).suffix])
        self.send_header("Content-Length", str(found["ContentLength"]))
        self.end_headers()
        shutil.copyfileobj(found["Body"], self.wfile)

    def log_message(self, format: str, *args: Any) -> None:
        """The standard server tells each request."""
