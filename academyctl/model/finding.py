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
    "ssm.absent": "the parameter does not exist",
    "ssm.type": "the parameter is not a SecureString",
    "ssm.size": "the blob is too large for the parameter's tier, or nearly so",
    "ssm.parse": "the stored blob cannot be read by the role's consumer",
    "ssm.braces": "the blob holds {{, which SSM refuses",
    "ssm.empty": "the blob would hold no key",
    "ssm.key-loss": "a stored key would be lost",
    "ssm.labels": "a label on the oldest of 100 versions blocks every new one",
    "account.mismatch": "the credentials belong to another AWS account than the stack's",
    "profile.invalid": "a profile file breaks its schema",
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
