"""What `doctor` sees of this side: facts as they were read, and one row for each thing that was looked at."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One row. `code` is the finding's where the level is a warning or an error."""

    id: str
    level: Grade
    message: str
    hint: str = ""
    code: str = ""


class Package(NamedTuple):
    """A package that academyctl needs; `wanted` as in pyproject (">=1.2.4"), `version` "" where it is missing."""

    name: str
    version: str
    wanted: str


class Folder(NamedTuple):
    """A folder that is written into; `refusal` is the system's reason where it cannot be."""

    use: str
    path: str
    refusal: str = ""


class Problem(NamedTuple):
    """Why something could not be asked: the error's code, message and hint."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Who we are for AWS. `provider` is botocore's name of what gave the credentials; no key is kept here.

    `ahead` is how far this machine's clock is before AWS's, None before any answer.
    """

    provider: str = ""
    profile: str = ""
    account: str = ""
    arn: str = ""
    ahead: timedelta | None = None
    problem: Problem | None = None
    ignored_regions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EngineSeen:
    """The container engine: its name and version, where it is and what said so; or why it cannot be used."""

    place: str = ""
    said_by: str = ""
    version: str = ""
    is_absent: bool = False
    problem: Problem | None = None
