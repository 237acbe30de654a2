"""This side's facts → one row each, with a remedy. What is fine says what it is: that is half of every diagnosis."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from academyctl.model.doctor import Check, EngineSeen, Folder, Grade, Package, SignIn
from academyctl.model.finding import Finding, Level

NOTICED = timedelta(minutes=1)
REFUSED = timedelta(minutes=4)
"""AWS takes a signature for five minutes (IAM User Guide, request signatures): a minute before that it is an error."""
PROVIDERS = {
    "env": "environment variables",
    "assume-role": "a role that the AWS profile assumes",
    "assume-role-with-web-identity": "a web identity token (OIDC)",
    "sso": "IAM Identity Center (SSO)",
    "login": "aws login",
    "shared-credentials-file": "the credentials file",
    "config-file": "the AWS config file",
    "custom-process": "a credential_process",
    "container-role": "the container's endpoint",
    "iam-role": "the instance role (IMDS)",
}
"""botocore, credentials.py: METHOD and CANONICAL_NAME of its providers."""
OF_NO_PROFILE = frozenset({"", "env", "assume-role-with-web-identity", "container-role", "iam-role"})
"""A web identity is a CI job's or a pod's: AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE."""


def check_packages(python: str, packages: Iterable[Package]) -> Check:
    found = tuple(packages)
    told = f"Python {python}; " + ", ".join(f"{one.name} {one.version or 'missing'}" for one in found)
    wrong = [f"{one.name} {one.wanted}" for one in found if one.wanted and not is_wanted(one.version, one.wanted)]
    if not wrong:
        return Check(id="versions", level=Grade.OK, message=told)
    return Check(
        id="versions",
        level=Grade.WARNING,
        message=f"{told}; tested with {', '.join(wrong)}",
        hint="install academyctl anew, in an environment of its own",
        code="doctor.python",
    )


def is_wanted(version: str, wanted: str) -> bool:
    """Does `1.2.4` fulfil `>=1.2,<2`? Only these two comparisons occur in our pyproject."""
    if not version:
        return False
    bounds = re.findall(r"(>=|<)\s*([0-9.]+)", wanted)
    return all((_numbers(version) >= _numbers(bound)) is (kind == ">=") for kind, bound in bounds)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def check_terminal(encoding: str, *, is_terminal: bool) -> Check:
    where = "a terminal" if is_terminal else "no terminal"
    said = f"stdout is {where}, {encoding or 'of no encoding'}"
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return Check(id="terminal", level=Grade.OK, message=said)
    hint = "export LANG=C.UTF-8, or PYTHONUTF8=1"
    return Check(
        id="terminal", level=Grade.WARNING, message=f"{said}: marks show as numbers", hint=hint, code="doctor.locale"
    )


def check_profiles(folder: str, why: str, files: int, faults: int) -> Check:
    if faults:
        return Check(
            id="profiles",
            level=Grade.ERROR,
            message=f"{folder} ({why}): {faults} of its entries are wrong",
            hint="academyctl profile check",
            code="profile.invalid",
        )
    return Check(id="profiles", level=Grade.OK, message=f"{folder} ({why}), {files} files, all sound")


def check_stack(name: str, why: str, account: str, region: str) -> Check:
    said = f"{name} ({why}): account {account}, region {region}"
    return Check(id="stack", level=Grade.OK, message=said)


def check_sign_in(sign_in: SignIn, tried: Iterable[str]) -> Check:
    """Credentials found and taken; else what was looked at for them."""
    problem = sign_in.problem
    if problem is None:
        return Check(id="credentials", level=Grade.OK, message=f"{_by(sign_in)}: {sign_in.arn}")
    is_network = problem.code not in ("aws.credentials", "aws.access-denied")
    has_some = f" (from {_by(sign_in)})" if sign_in.provider else ""
    looked = f"; looked at: {'; '.join(tried)}" if not sign_in.provider and not is_network else ""
    return Check(
        id="credentials",
        level=Grade.ERROR,
        message=f"{problem.message}{has_some}{looked}",
        hint=problem.hint,
        code="doctor.network" if is_network else "doctor.credentials",
    )


def _by(sign_in: SignIn) -> str:
    named = PROVIDERS.get(sign_in.provider, sign_in.provider or "an unknown provider")
    is_of_profile = sign_in.provider not in OF_NO_PROFILE
    return f"{named}, profile {sign_in.profile}" if sign_in.profile and is_of_profile else named


def check_account(sign_in: SignIn, wanted: str) -> Check:
    if not sign_in.account:
        return Check(id="account", level=Grade.INFO, message="not known: AWS did not say who we are")
    if sign_in.account == wanted:
        return Check(id="account", level=Grade.OK, message=f"{wanted}, as the stack declares")
    message = f"the credentials are of account {sign_in.account}, the stack is {wanted}"
    return Check(
        id="account",
        level=Grade.ERROR,
        message=message,
        hint="choose the right AWS_PROFILE or --stack",
        code="account.mismatch",
    )


def check_region(region: str, ignored: Iterable[str]) -> Check:
    others = tuple(ignored)
    if not others:
        return Check(id="region", level=Grade.OK, message=region)
    return Check(
        id="region",
        level=Grade.WARNING,
        message="; ".join(others),
        hint="the aws CLI beside it does follow these; --region changes academyctl's",
        code="doctor.region",
    )


def check_clock(ahead: timedelta | None) -> Check:
    if ahead is None:
        return Check(id="clock", level=Grade.INFO, message="not compared: AWS did not answer")
    off = abs(ahead)
    if off <= NOTICED:
        return Check(id="clock", level=Grade.OK, message="within a minute of AWS's")
    way = "before" if ahead > timedelta(0) else "behind"
    message = f"{_spoken(off)} {way} AWS's; signatures are valid for 5 minutes"
    level = Grade.ERROR if off > REFUSED else Grade.WARNING
    hint = "sudo timedatectl set-ntp true, or sudo chronyc makestep"
    return Check(id="clock", level=level, message=message, hint=hint, code="doctor.clock")


def _spoken(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes} min {seconds:02d} s"


def check_engine(seen: EngineSeen) -> Check:
    """No engine at all is no fault: most commands need none."""
    where = f"{seen.place} ({seen.said_by})" if seen.place else seen.said_by
    if seen.problem is None:
        return Check(id="docker", level=Grade.OK, message=f"{seen.version} at {where}")
    if seen.is_absent:
        said = f"no engine at {where}; only what looks into a container needs one"
        return Check(id="docker", level=Grade.INFO, message=said)
    return Check(
        id="docker",
        level=Grade.WARNING,
        message=seen.problem.message,
        hint=seen.problem.hint,
        code="doctor.docker",
    )


def check_folders(folders: Iterable[Folder]) -> Check:
    found = tuple(folders)
    refused = [f"{one.use} {one.path} cannot be written: {one.refusal}" for one in found if one.refusal]
    if refused:
        return Check(
            id="folders",
            level=Grade.WARNING,
            message="; ".join(refused),
            hint="change to a folder of your own, or set TMPDIR",
            code="doctor.folder",
        )
    return Check(id="folders", level=Grade.OK, message=", ".join(f"{one.path} can be written" for one in found))


def as_findings(checks: Iterable[Check]) -> Iterator[Finding]:
    """A finding for each row that is a warning or an error."""
    for one in checks:
        if one.code:
            level = Level(one.level.value)
            yield Finding(level=level, code=one.code, subject=one.id, message=one.message, hint=one.hint)
