"""How an attempt ends other than well. `code` is what the job's row shows, `detail` is for people (no secret in it)."""

import signal


class ConfigError(Exception):
    """The worker cannot start: what it needs is not set, or cannot be read. Every fault is in the message."""


class AttemptFailed(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Permanent(AttemptFailed):
    """The upload itself is at fault: no further attempt can help."""


class Transient(AttemptFailed):
    """Network, disk, memory, or anything unknown: the scan decides about another attempt."""


class Lost(Exception):
    """The job is no longer this executor's. It stops quietly and writes no state."""


class Doubt(Exception):
    """The source's own picture cannot be shown to be a sound rung. Every rung is encoded instead."""


class Stopped(BaseException):
    """SIGTERM or SIGINT, raised in the main thread. No `except Exception` on the way swallows it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum

    @property
    def name(self) -> str:
        return signal.Signals(self.signum).name
