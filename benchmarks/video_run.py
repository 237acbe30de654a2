"""What `benchmarks.video` measures, each in a process of its own: `python -m benchmarks.video_run WHAT WORD…`."""

import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.slow_store import ETAG
from worker.config import Config
from worker.encode import command, encode
from worker.hls import read_rendition
from worker.ladder import Rung, ladder
from worker.probe import Source, probe
from worker.processor import Order, judge, process_video, with_copy
from worker.stop import Stop
from worker.store import Store
from worker.upload import Uploader


def separate(source: Path, folder: Path) -> None:
    """The same rungs, by one ffmpeg each."""
    shutil.rmtree(folder, ignore_errors=True)
    read, rungs = _probed(source)
    for rung in rungs:
        (folder / rung.name).mkdir(parents=True)
        subprocess.run(command(read, [rung], folder), check=True, stdout=subprocess.DEVNULL)


def once(source: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    read, rungs = _probed(source)
    encode(read, rungs, folder, Stop(), _ignore)
    judge(read, rungs, folder, Stop())


def copied(source: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    read, rungs = _probed(source)
    rungs = tuple(with_copy(read, rungs, Stop()))
    if not rungs[0].is_copied:
        raise SystemExit("the source is not copied")
    encode(read, rungs, folder, Stop(), _ignore)
    judge(read, rungs, folder, Stop())


def worked(url: str, source: Path) -> None:
    """All that the worker does but for the database."""
    order = Order(key="source", etag=ETAG.strip('"'), size=source.stat().st_size, prefix="hls/1/")
    process_video(order, _store(url), Stop(), _ignore)


def uploaded(url: str, source: Path, folder: Path) -> None:
    """What `once` left in `folder`."""
    _, rungs = _probed(source)
    uploader = Uploader(_store(url), "hls/1/", folder, Stop())
    uploader.offer()
    uploader.finish([read_rendition(folder / rung.name, rung) for rung in rungs], {})
    uploader.close(None)


def weighed(url: str, source: Path, told: Path) -> None:
    """As `worked`, with Django and the database's driver loaded as in a real run; its own highest memory in MB."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "worker.settings"}
    import django

    django.setup()
    import_module("worker.job")
    import_module("psycopg")
    worked(url, source)
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    told.write_text(str(int(peak) / 1024))


def _probed(source: Path) -> tuple[Source, tuple[Rung, ...]]:
    read = probe(source, Stop())
    return read, ladder(read.width, read.height)


def _ignore(percent: int) -> None:
    pass


def _store(url: str) -> Store:
    return Store(
        Config(
            endpoint=url,
            access_key="access",
            secret_key="secret",
            region="auto",
            bucket="videos",
            prefix="hls",
            worker_id="bench",
            cdn_base_url="",
        )
    )


def main() -> None:
    what, *words = sys.argv[1:]
    if what in ("separate", "once", "copied"):
        {"separate": separate, "once": once, "copied": copied}[what](Path(words[0]), Path(words[1]))
    elif what == "worked":
        worked(words[0], Path(words[1]))
    else:
        {"uploaded": uploaded, "weighed": weighed}[what](words[0], Path(words[1]), Path(words[2]))


if __name__ == "__main__":
    main()
