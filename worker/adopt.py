"""The finished output of an earlier run of the same job: taken over instead of encoded again.

Only when the master stands, which is uploaded last, and only when it was made from the same source.
"""

import logging

from worker.hls import MASTER
from worker.processor import Order, Output
from worker.store import Missing, Store

log = logging.getLogger(__name__)


def adopted(store: Store, order: Order) -> Output | None:
    """The output of another executor of this job, or of this one before it was killed."""
    for folder in store.folders(job_prefix(order.prefix)):
        try:
            metadata = store.metadata(f"{folder}{MASTER}")
        except Missing:
            continue
        if metadata.get("source-etag") == order.etag and _is_time(metadata.get("duration", "")):
            log.info("an earlier run finished the output; it is taken over")
            return Output(hls_path=f"{folder}{MASTER}", duration=float(metadata["duration"]))
        log.warning("%s is of another source; it is not taken over", folder)
    return None


def job_prefix(executor_prefix: str) -> str:
    """`…/<job>/<executor>/` → `…/<job>/`."""
    return executor_prefix.rstrip("/").rpartition("/")[0] + "/"


def _is_time(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
