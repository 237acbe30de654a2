"""An object store that takes uploads at a fixed rate, in a process of its own: slow_store.py SOURCE BYTES_A_SECOND.

It hands out SOURCE under every key and keeps nothing; 0 bytes a second is as fast as it can. Prints its port. GET
/received tells how many bytes of uploads came in, and forgets them. Ends when its stdin does.
"""

import shutil
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

ETAG = '"the-source"'
CHUNK = 64 * 1024
LISTING = b"<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>"


class Line:
    """What all uploads share: `rate` bytes a second."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free, self._lock = rate, 0.0, Lock()
        self.received = 0

    def take(self, size: int) -> None:
        with self._lock:
            self.received += size
            if not self._rate:
                return
            self._free = max(self._free, time.monotonic()) + size / self._rate
            until = self._free
        time.sleep(max(0.0, until - time.monotonic()))

    def forget(self) -> int:
        with self._lock:
            told, self.received = self.received, 0
        return told


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in two writes on a kept connection waits for a delayed acknowledgement: 40 ms.
    wbufsize = -1
    line: Line
    source: Path

    def do_GET(self) -> None:
        if self.path == "/received":
            self._answer(str(self.line.forget()).encode())
        elif "list-type=2" in self.path:
            self._answer(LISTING)
        else:
            self.send_response(200)
            self.send_header("ETag", ETAG)
            self.send_header("Content-Length", str(self.source.stat().st_size))
            self.end_headers()
            with self.source.open("rb") as file:
                shutil.copyfileobj(file, self.wfile)

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            chunk = self.rfile.read(min(CHUNK, left))
            left -= len(chunk)
            self.line.take(len(chunk))
        self._answer(b"")

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("ETag", '"stored"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Each request would be a line."""


def main() -> None:
    handler = type("Store", (Handler,), {"source": Path(sys.argv[1]), "line": Line(float(sys.argv[2]))})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
