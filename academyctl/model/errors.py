"""The error tree. Each error knows its exit code, a stable code, a message and a hint; none carries a value.

They are caught in `cli/boundary` (message and exit code) and in `apply` (record and undo), nowhere else.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from academyctl.model.exit import ExitCode

if TYPE_CHECKING:
    from academyctl.model.finding import Finding
    from academyctl.model.plan import Change


class AcademyError(Exception):
    """An expected ending. `findings` and `changes` are what is known when it ends."""

    exit_code = ExitCode.FAILED
    default_code = "failed"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        hint: str = "",
        findings: "Iterable[Finding]" = (),
        changes: "Iterable[Change]" = (),
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.findings = tuple(findings)
        self.changes = tuple(changes)
        self.data = dict(data or {})


class UsageError(AcademyError):
    """Bad arguments, or input that cannot be read or parsed."""

    exit_code = ExitCode.USAGE
    default_code = "usage"


class Unreadable(UsageError):
    """A source that cannot be read in full; its findings name lines and reasons, never their text."""

    default_code = "env.parse"


class ProfileError(UsageError):
    """A profile file that breaks its schema; all errors of all files are in the findings."""

    default_code = "profile.invalid"


class Refused(AcademyError):
    """A guard refused before anything changed; the findings say why."""

    exit_code = ExitCode.FINDINGS
    default_code = "refused"


class Unconfirmed(UsageError):
    """There is no terminal to ask on. Its findings stood with the plan."""

    default_code = "usage.confirm"


class Declined(AcademyError):
    """The operator said no. Its findings stood with the plan."""

    default_code = "declined"


class Conflict(AcademyError):
    """Someone else holds the lock or wrote in between; their work is not lost."""

    exit_code = ExitCode.CONFLICT
    default_code = "conflict"


class RolledBack(AcademyError):
    """A write failed and the former state is back."""

    exit_code = ExitCode.ROLLED_BACK
    default_code = "rolled_back"


class Incomplete(AcademyError):
    """A wait ran out. What was done stands, and the same command goes on from there."""

    exit_code = ExitCode.INCOMPLETE
    default_code = "incomplete"


class Interrupted(AcademyError):
    """Ctrl-C or SIGTERM."""

    exit_code = ExitCode.INTERRUPTED
    default_code = "interrupted"


class NotExecutable(AcademyError):
    """The command to run is there, and the system does not run it."""

    exit_code = ExitCode.NOT_EXECUTABLE
    default_code = "run.not-executable"


class CommandNotFound(AcademyError):
    """There is no such command to run."""

    exit_code = ExitCode.NOT_FOUND
    default_code = "run.not-found"


class AwsError(AcademyError):
    """AWS refused or failed. Subclasses are the four different messages an operator needs."""

    default_code = "aws.failed"


class AccessDenied(AwsError):
    default_code = "aws.access-denied"


class NotFound(AwsError):
    default_code = "aws.not-found"


class Throttled(AwsError):
    default_code = "aws.throttled"


class Unreachable(AwsError):
    """No credentials, no such region, no network or no such endpoint: nothing was sent, or nothing answered."""

    default_code = "aws.unreachable"


class NotAws(Unreachable):
    """Something answered, and not as AWS does: an emulator that lacks the service, a portal, a proxy that refuses."""


class NotOffered(AwsError):
    """The endpoint has no such API: an emulator lacks it, or the region."""

    default_code = "aws.not-offered"


class AnswerLost(AwsError):
    """A write was sent and its answer never came: it may or may not have been applied. Resolve it by reading."""

    default_code = "aws.answer-lost"


class Refusal(AwsError):
    """AWS said no to this very request (a limit, a type, a key); sending it again will not help."""

    default_code = "aws.refused"


class Busy(Refusal):
    """The resource is changing, or still in use for a moment: the same request will do in a while."""

    default_code = "aws.busy"


class AlreadyExists(Refusal):
    """A create met something of that name: nothing was overwritten."""

    default_code = "aws.already-exists"


class EngineError(AcademyError):
    """The container engine (docker, podman) refused or failed."""

    default_code = "engine.failed"


class EngineUnreachable(EngineError):
    """No engine answers where one is looked for: nothing was done."""

    default_code = "engine.unreachable"


class EngineDenied(EngineError):
    """The engine's socket, or the engine, refuses this user."""

    default_code = "engine.denied"


class EngineBusy(EngineError):
    """The engine says that the state of things forbids it (HTTP 409): a name that is taken, a container not running."""

    default_code = "engine.conflict"


class EngineAnswerLost(EngineError):
    """A write was sent and its answer never came: it may or may not have been done. Resolve it by reading."""

    default_code = "engine.answer-lost"


class NoSuchContainer(EngineError):
    default_code = "container.not-found"


class NoSuchImage(EngineError):
    default_code = "image.not-found"
