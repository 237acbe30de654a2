"""Findings: what a check or a guard saw, with its place and its remedy. `CODES` is the one registry of codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Location(NamedTuple):
    """A place in a file. `line` counts from 1."""

    path: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing seen. `subject` is `role:KEY`, a parameter or a file; no text of it ever holds a value."""

    level: Level
    code: str
    subject: str
    message: str
    hint: str = ""
    location: Location | None = None


CODES = {
    "env.missing": "a required key is not there",
    "env.empty": "a key that needs a value has none",
    "env.one-of": "none of a group of keys is set, or they contradict each other",
    "env.type": "a value is not of its declared type",
    "env.pair": "a key stands without the one it needs beside it",
    "env.alias": "a key stands under a name that this code never reads",
    "env.alias-conflict": "an old and a new name of one key have different values",
    "env.foreign": "a key belongs to another role",
    "env.unknown": "a key is declared nowhere",
    "env.duplicate": "a key is set more than once",
    "env.parse": "a line cannot be read",
    "env.placeholder": "a value was never filled in",
    "env.reader": "the readers of an env file disagree on a value",
    "container.role": "a container belongs to another role",
    "container.not-running": "the container does not run: nothing reads its environment",
    "container.restarting": "the container ends and is started again and again",
    "container.unhealthy": "the container's own healthcheck fails",
    "container.auto-remove": "the container removes itself when it stops, so there is no way back to it",
    "container.shared": "another container lives off this one: its network, processes or volumes",
    "container.compose": "docker compose owns the container, and makes it again from its own file",
    "container.random-port": "a published port is chosen anew by the engine whenever the container starts",
    "container.layer": "the container wrote files outside its volumes, which its copy has not",
    "container.health-late": "the first healthcheck comes later than the wait for it ends",
    "container.restart-policy": "the container's own restart policy is lost",
    "container.copy": "the engine makes the copy of a container different in more than its env",
    "container.version": "the container does not run the newest stored version, or which one it runs is not known",
    "env.kept": "a key of the container that SSM lacks is kept",
    "file.kept": "a key of the old file that SSM lacks is kept",
    "file.stale": "a key of the old file was removed from SSM",
    "file.dropped": "a key of the old file that SSM lacks goes",
    "file.unreadable": "the old file cannot be read as its consumer reads it",
    "file.mount-point": "the file is itself a mount point, which nothing can be renamed onto",
    "file.in-place": "the file is written in place: whoever reads it meanwhile may see half of it",
    "file.mounted": "a container has the old file mounted and still sees it",
    "ssm.absent": "the parameter does not exist",
    "ssm.type": "the parameter is not a SecureString",
    "ssm.size": "the blob is too large for the parameter's tier, or nearly so",
    "ssm.parse": "the stored blob cannot be read by the role's consumer",
    "ssm.braces": "the blob holds {{, which SSM refuses",
    "ssm.empty": "the blob would hold no key",
    "ssm.key-loss": "a stored key would be lost",
    "ssm.labels": "a label on the oldest of 100 versions blocks every new one",
    "ce.absent": "the stem has no compute environment",
    "ce.invalid": "a compute environment is INVALID",
    "ce.disabled": "the serving compute environment takes no new job",
    "ce.max-vcpus": "a compute environment's maxvCpus is not the stack's",
    "ce.ami": "the wanted AMI cannot be used: no such parameter or image, not arm64, or Amazon Linux 2",
    "ce.ami-drift": "the serving AMI is not the wanted one",
    "ce.al2": "a compute environment runs Amazon Linux 2, which gets no updates any more",
    "ce.drift": "a compute environment differs from the stack in what only a rollout changes",
    "ce.service-role": "a compute environment runs with another service role than the service-linked one",
    "ce.name": "the next environment's name would be too long",
    "ce.quota": "the Region has no room for another compute environment",
    "ce.retained": "an environment stands by, or is kept where it was to be deleted",
    "ce.architecture": "instance types or AMI are not arm64",
    "queue.absent": "the job queue does not exist",
    "queue.disabled": "the job queue takes no jobs",
    "queue.order": "the job queue's order is not what the stack's environments explain",
    "queue.slots": "the job queue has its three environments already",
    "queue.quota": "the Region has no room for another job queue",
    "queue.shared": "another queue would be left without an environment that serves",
    "jobdef.absent": "the job definition does not exist",
    "jobdef.attempts": "Batch would try a job more than once",
    "jobdef.timeout": "the job definition's timeout is not the stack's",
    "jobdef.image": "the job definition's image is not the stack's",
    "jobdef.role": "the job definition's roles are not the stack's",
    "jobdef.logs": "the job definition logs elsewhere",
    "jobdef.command": "the job definition's command or parameters are not the worker's",
    "jobdef.environment": "the job definition's environment is not the worker's",
    "jobdef.resources": "the job definition's vCPUs or memory are not the stack's",
    "jobdef.size": "the job definition is larger than Batch takes",
    "job.attempts": "a live job would be tried more than once",
    "job.blocked": "a job waits and cannot start",
    "job.failed": "a job failed",
    "iam.instance-profile": "the instance profile does not hold the instance role",
    "logs.retention": "the log group keeps its logs for ever",
    "network.ambiguous": "no network was found, or several fit",
    "legacy.asg-in-use": "a legacy Auto Scaling group still has instances",
    "legacy.queue-not-empty": "a legacy queue still holds messages",
    "legacy.queue-referenced": "a legacy queue is still named by a role's parameter",
    "account.mismatch": "the credentials belong to another AWS account than the stack's",
    "scan.undeclared": "the code reads a key that its role does not declare",
    "scan.unreferenced": "a role declares a key that its code never reads",
    "scan.dynamic": "the code reads a key whose name is known only when it runs",
    "scan.unparsed": "a source file cannot be parsed",
    "scan.undefined-setting": "the code reads a setting that no settings module defines",
    "iam.role-absent": "an IAM role does not exist",
    "iam.trust": "an IAM role cannot be assumed by whom it is for",
    "iam.policy": "an IAM role lacks a right",
    "ecr.image-absent": "the image does not exist",
    "ecr.architecture": "the image is not linux/arm64",
    "logs.absent": "the log group does not exist",
    "delete-r2.absent": "a part of delete-r2 does not exist",
    "delete-r2.drift": "a part of delete-r2 is not as the stack declares it",
    "delete-r2.other-consumer": "another event source mapping reads the delete-r2 queue",
    "delete-r2.dead-letters": "messages of delete-r2 were given up: what they name is still stored",
    "delete-r2.undeleted": "a message of delete-r2 was taken, and what it names is still stored",
    "legacy.leftover": "something of the time before Batch is still there",
    "check.denied": "a check cannot be made: access is denied, or the endpoint lacks the API",
    "check.baseline": "an accepted finding is found no more",
    "profile.invalid": "a profile file breaks its schema",
    "doctor.python": "a package that academyctl uses is not of a version that it was tested with",
    "doctor.locale": "the terminal's encoding is not UTF-8",
    "doctor.credentials": "there are no AWS credentials, or AWS does not take them",
    "doctor.network": "AWS, or the endpoint that is set, does not answer",
    "doctor.region": "another region is set than the stack's; it is ignored",
    "doctor.clock": "this machine's clock is off from AWS's",
    "doctor.docker": "a docker engine is there and cannot be used",
    "doctor.folder": "a folder that commands write into cannot be written",
}
"""Every code, in one line: what it says is wrong."""


def error(code: str, subject: str, message: str, hint: str = "", at: Location | None = None) -> Finding:
    return Finding(level=Level.ERROR, code=code, subject=subject, message=message, hint=hint, location=at)


def warning(code: str, subject: str, message: str, hint: str = "", at: Location | None = None) -> Finding:
    return Finding(level=Level.WARNING, code=code, subject=subject, message=message, hint=hint, location=at)


def info(code: str, subject: str, message: str, hint: str = "", at: Location | None = None) -> Finding:
    return Finding(level=Level.INFO, code=code, subject=subject, message=message, hint=hint, location=at)


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.level is Level.ERROR for finding in findings)
