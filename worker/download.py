"""The source, streamed to a file whose name nobody outside chose. The object is pinned by its etag."""

import errno
import logging
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, HTTPClientError
from urllib3.exceptions import HTTPError

from worker.errors import Permanent, Transient
from worker.store import Changed, Missing, Store

CHUNK = 1024**2
TRIES = 5
"""In a row without a byte more."""
BROKEN_OFF = (BotoCoreError, HTTPClientError, HTTPError, ConnectionError, TimeoutError)

log = logging.getLogger(__name__)


def download(store: Store, key: str, etag: str, size: int, path: Path) -> None:
    """A broken transfer goes on where it broke. Permanent: SOURCE_MISSING, SOURCE_CHANGED. Transient: STORE, DISK."""
    tries = 0
    with path.open("wb") as file:
        while file.tell() < size:
            before = file.tell()
            _further(store, key, etag, file)
            tries = 0 if file.tell() > before else tries + 1
            if tries == TRIES:
                raise Transient("STORE", f"the download broke off {TRIES} times at byte {before} of {size}")
            if tries:
                time.sleep(2 ** (tries - 1))
    if path.stat().st_size != size:
        raise Permanent("SOURCE_CHANGED", f"the upload has more than its {size} bytes")


def _further(store: Store, key: str, etag: str, file: Any) -> None:
    try:
        body = store.read(key, etag, file.tell())
    except Missing:
        raise Permanent("SOURCE_MISSING", "the upload is no longer in the store") from None
    except Changed:
        raise Permanent("SOURCE_CHANGED", "the upload is not the one that was announced") from None
    try:
        for chunk in body.iter_chunks(CHUNK):
            file.write(chunk)
    except OSError as failure:
        if failure.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) and isinstance(failure, BROKEN_OFF):
            log.warning("the download broke off: %s", type(failure).__name__)
            return
        raise Transient("DISK", f"the source cannot be written: {failure.strerror}") from failure
    except BROKEN_OFF as failure:
        log.warning("the download broke off: %s", type(failure).__name__)
    finally:
        body.close()
