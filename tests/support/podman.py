"""podman's Docker-compatible API on a socket of the tests' own, with private folders and no network.

What docker's SDK and the docker CLI say to it is what they say to a Docker engine. Its own ways: keys that it adds to
an env, words of its own for states, image names below localhost/.
"""

import os
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.engine import IMAGE, STAYS, Engine, lacks
from tests.support.parts import require

WHY = "the container commands cannot be tried on podman"
# runc, because crun takes no hybrid cgroups; limits below the kernel's, because raising one may be refused; locks in
# files, because those in memory are shared with every other podman.
CONTAINERS = """
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
"""


@contextmanager
def podman_engine() -> Iterator[Engine]:
    """`podman system service` with the image `academy-api:test`, until the end of the block."""
    program, docker = require("podman", WHY), require("docker", WHY)
    require("runc", WHY)
    if os.geteuid() != 0:
        lacks("podman needs root here")
    with tempfile.TemporaryDirectory(prefix="podman-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        podman = [program, "--tmpdir", f"{folder}/tmp", "--network-config-dir", f"{folder}/net"]
        env = _settings(folder)
        _make_image(podman, env, folder)
        socket = f"unix://{folder}/podman.sock"
        command = [*podman, "system", "service", "--time=0", socket]
        with (folder / "log").open("wb") as log:
            service = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        cli = {"PATH": os.environ["PATH"], "DOCKER_CONFIG": f"{folder}/config", "DOCKER_HOST": socket}
        try:
            _wait_for(folder, service)
            yield Engine(docker, socket, folder, service.pid, cli)
        finally:
            subprocess.run([*podman, "rm", "-f", "-a", "-t", "1"], env=env, capture_output=True, check=False)
            service.terminate()
            service.wait(timeout=30)


def _settings(folder: Path) -> dict[str, str]:
    (folder / "containers.conf").write_text(CONTAINERS)
    storage = f'[storage]\ndriver = "vfs"\nrunroot = "{folder}/run"\ngraphroot = "{folder}/graph"\n'
    (folder / "storage.conf").write_text(storage)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "CONTAINERS_CONF": f"{folder}/containers.conf",
        "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
    }


def _make_image(podman: list[str], env: dict[str, str], folder: Path) -> None:
    """busybox and its links as a tar file: nothing is built, so nothing is run."""
    busybox = require("busybox", "the test image is made of it (Debian: busybox-static)")
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    with tarfile.open(folder / "image.tar", "w") as tar:
        tar.add(busybox, "bin/busybox")
        for applet in applets:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            if applet != "busybox":
                tar.addfile(link)
    changes = ("--change", "ENV PATH=/bin", "--change", f'CMD ["/bin/sh", "-c", "{STAYS}"]')
    command = [*podman, "import", "-q", *changes, str(folder / "image.tar"), IMAGE]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def _wait_for(folder: Path, service: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while not (folder / "podman.sock").exists():
        if service.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"podman does not answer:\n{(folder / 'log').read_text()[-2000:]}")
        time.sleep(0.05)
