"""A socket before a container engine: keeps the line of each request, and passes it on or answers it itself.

On a unix socket, or on a loopback port with TLS that asks for a client's certificate.
"""

import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Relay:
    """`host` is what DOCKER_HOST is set to. A request whose path begins with a key of `refuses` gets that as a 400;
    `answers` is sent for everything, whatever it is."""

    behind: str
    host: str = ""
    seen: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: bytes = b""

    def serve(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := line.recv(65536)):
                    return
                head += more
            first = head.partition(b"\r\n")[0].decode()
            self.seen.append(first)
            line.sendall(self._stead(first.split()[1]) or self._passed_on(head))

    def _stead(self, path: str) -> bytes:
        said = next((text for start, text in self.refuses.items() if path.startswith(start)), None)
        return refusal(said) if said else self.answers

    def _passed_on(self, head: bytes) -> bytes:
        """The connection ends with the answer, so that each request has one of its own."""
        once = head.replace(b"Connection: keep-alive", b"Connection: close")
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self.behind.removeprefix("unix://"))
            engine.sendall(once)
            return b"".join(iter(lambda: engine.recv(65536), b""))


def refusal(message: str) -> bytes:
    body = json.dumps({"message": message}).encode()
    head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@contextmanager
def relay(behind: str, tls: ssl.SSLContext | None = None) -> Iterator[Relay]:
    """Before the engine at `behind`, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="relay-") as folder:
        door = _on_loopback() if tls else _in_folder(Path(folder))
        host = f"tcp://127.0.0.1:{door.getsockname()[1]}" if tls else f"unix://{door.getsockname()}"
        one = Relay(behind, host)
        thread = threading.Thread(target=_accept, args=(one, door, tls), daemon=True)
        thread.start()
        try:
            yield one
        finally:
            # A shutdown wakes the accept; a close alone does not.
            door.shutdown(socket.SHUT_RDWR)
            door.close()
            thread.join(timeout=10)


def _on_loopback() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _in_folder(folder: Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(folder / "docker.sock"))
    door.listen()
    return door


def _accept(one: Relay, door: socket.socket, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            line, _ = door.accept()
        except OSError:
            return
        try:
            one.serve(tls.wrap_socket(line, server_side=True) if tls else line)
        except OSError:
            line.close()
