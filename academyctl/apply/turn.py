"""One refresh of a container at a time on this host. The kernel frees the lock when its holder dies, however it dies;
so who gets it knows that an unfinished refresh is nobody's any more.

Somebody on another machine, who reaches the same engine over the network, is not seen by it: every write of a refresh
looks first whether its containers stand where it left them.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from academyctl.model.errors import AcademyError, Conflict


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Holds the lock of `what` during the block; Conflict when another process has it. The empty file stays."""
    held = _open(what)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        message = "another refresh of this container is at work on this host; nothing was changed"
        raise Conflict(message, code="conflict.refresh", hint="wait for it to end, then run this again") from None
    try:
        yield
    finally:
        os.close(held)


def _open(what: str) -> int:
    """Anybody may open it for reading, which is enough to lock it. AcademyError where it cannot be opened."""
    name = hashlib.sha256(what.encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"academyctl-refresh-{name}.lock"
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        with suppress(FileExistsError):
            made = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o644)
            os.fchmod(made, 0o644)
            return made
        return os.open(path, flags)
    except OSError as failure:
        message = f"the lock of this refresh cannot be opened: {path}: {failure.strerror}; nothing was changed"
        raise AcademyError(message, hint=f"ls -l {path}; df {path.parent}") from None
