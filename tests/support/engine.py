"""A real Docker engine of the tests' own: private socket and folders, no bridge, no iptables, no registry.

dockerd runs as root only. `docker restart` and the SDK behave here as on a host; images are built from busybox.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.parts import require

IMAGE = "academy-api:test"
STAYS = "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"
"""A shell script that runs until it is told to stop, and then goes at once."""
WHY = "the container commands cannot be tried on a real engine"


@dataclass(frozen=True)
class Engine:
    """`host` is what DOCKER_HOST is set to; `ran` holds the names of what `run` started, for the sweep."""

    program: str
    host: str
    folder: Path
    pid: int
    env: dict[str, str] = field(default_factory=dict)

    def docker(self, *words: str, check: bool = True) -> str:
        """The docker CLI's stdout, stripped; CalledProcessError with its words when it fails."""
        done = subprocess.run([self.program, *words], env=self.env, capture_output=True, text=True, timeout=60)
        if check and done.returncode:
            raise AssertionError(f"docker {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def run(self, name: str, *options: str, image: str = IMAGE, command: tuple[str, ...] = ()) -> str:
        """Starts a container that stays; its id. It has no network unless `options` name one."""
        network = () if any(option.startswith("--net") for option in options) else ("--network", "none")
        return self.docker("run", "--pull", "never", "-d", *network, "--name", name, *options, image, *command)

    def sweep(self) -> None:
        """Removes every container, and every network and volume that was made."""
        if ids := self.docker("ps", "-aq").split():
            self.docker("rm", "-f", "-v", *ids)


def build_image(engine: Engine, tag: str, *lines: str) -> None:
    """An image from scratch with Debian's static busybox in /bin, and further Dockerfile lines."""
    busybox = require("busybox", "the test image is made of it (Debian: busybox-static)")
    with tempfile.TemporaryDirectory(prefix="academy-image-") as folder:
        context = Path(folder)
        shutil.copy(busybox, context / "busybox")
        dockerfile = (
            "FROM scratch",
            "COPY busybox /bin/busybox",
            'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
            "ENV PATH=/bin",
            *lines,
        )
        (context / "Dockerfile").write_text("\n".join(dockerfile) + "\n")
        engine.docker("build", "-q", "--network", "none", "-t", tag, folder)


@contextmanager
def docker_engine() -> Iterator[Engine]:
    """dockerd with the image `academy-api:test`, until the end of the block. Without its parts: skip, or fail in CI."""
    program, daemon = require("docker", WHY), require("dockerd", WHY)
    if os.geteuid() != 0:
        lacks("dockerd needs root")
    # Not pytest's folder: a unix socket's path may have no more than some 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="engine-"))
    command = [
        *(daemon, "--host", f"unix://{folder}/docker.sock", "--data-root", f"{folder}/data"),
        *("--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/docker.pid", "--iptables=false"),
        *("--ip6tables=false", "--ip-forward=false", "--bridge=none", "--storage-driver=overlay2", "--log-level=warn"),
    ]
    with (folder / "dockerd.log").open("wb") as log:
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    env = {"PATH": os.environ["PATH"], "DOCKER_CONFIG": f"{folder}/config", "DOCKER_BUILDKIT": "0"}
    host = f"unix://{folder}/docker.sock"
    engine = Engine(program, host, folder, started.pid, {**env, "DOCKER_HOST": host})
    try:
        _wait_until_it_answers(engine, started)
        build_image(engine, IMAGE, f'CMD ["/bin/sh", "-c", "{STAYS}"]')
        yield engine
    finally:
        _stop(engine, started)


def _wait_until_it_answers(engine: Engine, started: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while not engine.docker("version", "--format", "{{.Server.Version}}", check=False):
        if started.poll() is not None or time.monotonic() > until:
            tail = (engine.folder / "dockerd.log").read_text()[-2000:]
            raise AssertionError(f"dockerd does not answer:\n{tail}")
        time.sleep(0.05)


def _stop(engine: Engine, started: "subprocess.Popen[bytes]") -> None:
    if started.poll() is None:
        engine.sweep()
        started.send_signal(signal.SIGTERM)
        started.wait(timeout=30)
    # The one mount that dockerd leaves behind; without it nothing can be removed.
    subprocess.run(["umount", f"{engine.folder}/exec/netns/default"], capture_output=True, check=False)
    shutil.rmtree(engine.folder, ignore_errors=True)


def lacks(what: str) -> None:
    """Skips the test, or fails it where ACADEMYCTL_REQUIRE_PARTS=1."""
    if os.environ.get("ACADEMYCTL_REQUIRE_PARTS") == "1":
        pytest.fail(f"{what}: {WHY} (ACADEMYCTL_REQUIRE_PARTS=1)")
    pytest.skip(f"{what}: {WHY} (ACADEMYCTL_REQUIRE_PARTS=1 makes this a failure)")
