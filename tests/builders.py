"""Model values with defaults, so that a test states only what it is about."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from academyctl.envfile.read import keys_in, read_blob, read_bytes
from academyctl.envfile.write import render_blob
from academyctl.model.contract import EnvContract
from academyctl.model.env import Document, Entry, SourceKind
from academyctl.model.errors import Unreadable
from academyctl.model.finding import Finding
from academyctl.model.role import Alias, Consumer, KeySpec, OneOf, Role, ValueType
from academyctl.model.secret import Secret
from academyctl.model.ssm import StoredParameter
from academyctl.plan.ssm import Desired, PutOptions, Stored, in_order
from academyctl.profiles.load import load_contract
from tests.support.cli import ROOT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARAMETERS = {"api": "/academy/api/env", "worker": "/academy/workers/env"}
REDIS = {"host": "REDIS_HOST", "port": "REDIS_PORT", "password": "REDIS_PASSWORD", "db": "REDIS_DB"}


@cache
def shipped() -> EnvContract:
    """The contract of the profiles that are shipped."""
    return load_contract(ROOT / "env_profiles")


def a_key(
    name: str = "A",
    type: str = "str",
    *,
    required: bool = False,
    default: str | None = None,
    needs: str = "",
    required_when: str = "",
) -> KeySpec:
    kind, _, argument = type.partition(":")
    return KeySpec(
        name=name,
        required=required,
        type=ValueType(kind=kind, argument=argument),
        default=default,
        needs=needs,
        required_when=required_when,
    )


def a_role(
    name: str = "api",
    *,
    keys: Iterable[KeySpec | str] = (),
    one_of: Iterable[OneOf] = (),
    aliases: dict[str, str | dict[str, str]] | None = None,
    passthrough: Iterable[str] = (),
    runtime: Iterable[str] = (),
    consumer: Consumer = Consumer.DOTENV,
) -> Role:
    """A key given by its name alone is an optional str."""
    return Role(
        name=name,
        parameter=PARAMETERS.get(name, f"/academy/{name}/env"),
        consumer=consumer,
        keys=tuple(a_key(key) if isinstance(key, str) else key for key in keys),
        one_of=tuple(one_of),
        aliases=tuple(an_alias(old, new) for old, new in (aliases or {}).items()),
        passthrough=tuple(passthrough),
        runtime=tuple(runtime),
    )


def an_alias(old: str, new: str | dict[str, str]) -> Alias:
    return Alias(old=old, new=new) if isinstance(new, str) else Alias(old=old, parts=tuple(new.items()))


def a_contract(*roles: Role) -> EnvContract:
    return EnvContract(roles or (a_role(),))


def a_document(
    text: str = "",
    *,
    kind: SourceKind = SourceKind.FILE,
    label: str = ".env",
    consumer: Consumer = Consumer.DOTENV,
) -> Document:
    """Files and stdin have line numbers; a blob is read as its consumer reads it; the others are NAME=value lines."""
    match kind:
        case SourceKind.FILE | SourceKind.STDIN:
            return read_bytes(text.encode(), kind=kind, label=label)
        case SourceKind.SSM:
            return read_blob(text, consumer, label=label)
        case SourceKind.CONTAINER | SourceKind.PROCESS:
            pairs = (line.partition("=") for line in text.splitlines())
            entries = tuple(Entry(name, Secret(value)) for name, _, value in pairs)
            return Document(kind=kind, label=label, entries=entries)


def an_env(text: str) -> dict[str, Entry]:
    """The entries of an env file by key."""
    return a_document(text).last()


def a_parameter(
    name: str = PARAMETERS["api"],
    text: str = "A=1\n",
    *,
    version: int = 3,
    type: str = "SecureString",
    tier: str = "Standard",
    key_id: str = "alias/aws/ssm",
    description: str = "env of api",
    labels: tuple[str, ...] = (),
) -> StoredParameter:
    return StoredParameter(
        name=name,
        version=version,
        type=type,
        value=Secret(text),
        tier=tier,
        key_id=key_id,
        description=description,
        labels=labels,
    )


def a_stored(role: Role | str = "api", text: str = "A=1\n", **parameter: Any) -> Stored:
    """A parameter as it stands, read by the role's consumer; without a document where that cannot read it."""
    one = a_role(role) if isinstance(role, str) else role
    stands = a_parameter(one.parameter, text, **parameter)
    try:
        document = a_document(text, kind=SourceKind.SSM, label=f"{stands.name}@{stands.version}", consumer=one.consumer)
    except Unreadable:
        return Stored(parameter=stands, document=None, keys=keys_in(text))
    return Stored(parameter=stands, document=document, keys=frozenset(document.last()))


def a_desired(env: str | dict[str, str] = "A=1\n", *, role: Role | None = None) -> Desired:
    """What `role` shall hold, with the blob that its consumer reads back."""
    one = role or a_role()
    entries = an_env(env) if isinstance(env, str) else {key: Entry(key, Secret(value)) for key, value in env.items()}
    ordered = in_order(entries, one)
    rendered = render_blob(ordered, one.consumer, role=one.name)
    return Desired(role=one, parameter=one.parameter, env=ordered, text=rendered.text)


def put_with(**options: Any) -> PutOptions:
    return PutOptions(**{"stack": "sandbox", "kms_key": "alias/aws/ssm", **options})


def a_history(*texts: str, every: timedelta = timedelta(seconds=1)) -> tuple[StoredParameter, ...]:
    """The versions of one parameter from 1 on, `every` apart from noon on."""
    return tuple(
        StoredParameter(name="/lock", version=n, type="String", value=Secret(text), modified_at=NOON + (n - 1) * every)
        for n, text in enumerate(texts, start=1)
    )


def said(findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
    """(level, code, subject) of each finding, in order."""
    return [(str(finding.level), finding.code, finding.subject) for finding in findings]


def own_keys(role: Role, document: Document) -> dict[str, Entry]:
    """A role's own part of a document, where no other role is declared."""
    return EnvContract((role,)).own_keys(role, document)
