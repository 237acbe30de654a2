"""The exit codes and the statuses that go with them: one table for the code, the README and the tests."""

from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """What a script may rely on. The README's table is read from here by a test."""

    OK = 0  # done, nothing to do, or every check passed
    FAILED = 1  # AWS, docker or network failed; the report says done / failed / not started
    USAGE = 2  # bad arguments, input that cannot be read or parsed, bad profile file
    BUG = 3  # unexpected; one line, the traceback only with --verbose
    FINDINGS = 4  # a check found an error, or a write was refused by a guard before anything changed
    PENDING = 5  # --check with a non-empty plan; a diff that differs
    CONFLICT = 6  # someone else holds the lock or wrote in between; their work is not lost
    ROLLED_BACK = 7  # the previous state is back
    INCOMPLETE = 75  # a wait ran out; safe and resumable: run the same command again
    NOT_EXECUTABLE = 126  # `env run`: the command is there and cannot be run
    NOT_FOUND = 127  # `env run`: there is no such command
    INTERRUPTED = 130  # Ctrl-C or SIGTERM; what was done is reported


class Status(StrEnum):
    """How a command ended, in one word."""

    OK = "ok"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PENDING = "pending"
    FINDINGS = "findings"
    FAILED = "failed"
    CONFLICT = "conflict"
    ROLLED_BACK = "rolled_back"
    INCOMPLETE = "incomplete"
    INTERRUPTED = "interrupted"


STATUS_OF = {
    ExitCode.FAILED: Status.FAILED,
    ExitCode.USAGE: Status.FAILED,
    ExitCode.BUG: Status.FAILED,
    ExitCode.FINDINGS: Status.FINDINGS,
    ExitCode.PENDING: Status.PENDING,
    ExitCode.CONFLICT: Status.CONFLICT,
    ExitCode.ROLLED_BACK: Status.ROLLED_BACK,
    ExitCode.INCOMPLETE: Status.INCOMPLETE,
    ExitCode.NOT_EXECUTABLE: Status.FAILED,
    ExitCode.NOT_FOUND: Status.FAILED,
    ExitCode.INTERRUPTED: Status.INTERRUPTED,
}
"""The status of every ending that is not a success; 0 is told apart by what was done."""
