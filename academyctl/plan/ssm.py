"""What a push, rollback, set or unset writes, and the guards that refuse it before anything is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from academyctl.model.contract import EnvContract
from academyctl.model.env import Document, Entry
from academyctl.model.finding import Finding, error
from academyctl.model.old_name import expand_alias
from academyctl.model.plan import Action, Change, State, Step, key_changes
from academyctl.model.role import Role
from academyctl.model.secret import Secret
from academyctl.model.ssm import (
    ADVANCED_BYTES,
    HISTORY_DEPTH,
    STANDARD_BYTES,
    ParameterWrite,
    StoredParameter,
)
from academyctl.model.stack import Stack

KIND = "ssm.parameter"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A parameter as it stands. `document` is None where the consumer cannot read the blob; `keys` are then those
    that any reader could see in it."""

    parameter: StoredParameter
    document: Document | None
    keys: frozenset[str]

    @property
    def sets_a_key_twice(self) -> bool:
        return self.document is not None and len(self.document.entries) > len(self.document.last())

    @property
    def env(self) -> dict[str, Secret]:
        return self.document.values if self.document else {}


@dataclass(frozen=True, kw_only=True)
class Desired:
    """What one role's parameter shall hold. `text` is the blob, `env` the same as keys and values."""

    role: Role
    parameter: str
    env: Mapping[str, Secret]
    text: str


@dataclass(frozen=True, kw_only=True)
class PutOptions:
    """`kms_key` and `description` are for a parameter that has none yet; `new_kms_key` replaces the one it has."""

    stack: str
    kms_key: str
    new_kms_key: str = ""
    allow_advanced: bool = False


def put_options(stack: Stack, *, new_kms_key: str = "", allow_advanced: bool = False) -> PutOptions:
    return PutOptions(stack=stack.name, kms_key=stack.kms_key, new_kms_key=new_kms_key, allow_advanced=allow_advanced)


def plan_put(desired: Desired, stored: Stored | None, options: PutOptions, *, why: str = "") -> Step[ParameterWrite]:
    """One parameter's change; nothing to write when each key stands there once, with the same value."""
    key_id = options.new_kms_key or (stored.parameter.key_id if stored else "") or options.kms_key
    detail = _key_detail(desired, stored)
    moved = _key_move(stored, key_id)
    if stored and stored.document is not None and not (detail or moved or stored.sets_a_key_twice):
        same = Change(
            action=Action.NONE,
            kind=KIND,
            target=desired.parameter,
            why=f"version {stored.parameter.version} holds the same keys and values",
            state=State.DONE,
        )
        return Step(change=same)
    tier = _tier(desired, stored, options)
    change = Change(
        action=Action.UPDATE if stored else Action.CREATE,
        kind=KIND,
        target=desired.parameter,
        detail=detail,
        why="; ".join(filter(None, (why or _base(stored), _twice(stored), moved, _size(desired, stored, tier)))),
    )
    return Step(change=change, write=_write(desired, stored, options, key_id, tier))


def _key_detail(desired: Desired, stored: Stored | None) -> tuple[str, ...]:
    if stored is None:
        return key_changes(desired.env, (), ())
    if stored.document is None:
        return key_changes(
            desired.env.keys() - stored.keys,
            desired.env.keys() & stored.keys,
            stored.keys - desired.env.keys(),
        )
    return diff_keys(stored.env, desired.env)


def diff_keys(old: Mapping[str, Secret], new: Mapping[str, Secret]) -> tuple[str, ...]:
    """`+`, `~` and `-` lines from `old` to `new`; names only."""
    changed = (key for key in new.keys() & old.keys() if new[key] != old[key])
    return key_changes(new.keys() - old.keys(), changed, old.keys() - new.keys())


def _key_move(stored: Stored | None, key_id: str) -> str:
    if stored and stored.parameter.key_id and stored.parameter.key_id != key_id:
        return f"KMS key {stored.parameter.key_id} → {key_id}"
    return ""


def _twice(stored: Stored | None) -> str:
    return "what stands sets a key twice" if stored and stored.sets_a_key_twice else ""


def _base(stored: Stored | None) -> str:
    return f"replaces version {stored.parameter.version}" if stored else "new parameter"


def _size(desired: Desired, stored: Stored | None, tier: str) -> str:
    most = STANDARD_BYTES if tier == "Standard" else ADVANCED_BYTES
    raised = tier == "Advanced" and (stored is None or stored.parameter.tier != "Advanced")
    return f"{_bytes(desired)} of {most} bytes" + (", tier → Advanced (one-way, charged)" if raised else "")


def _bytes(desired: Desired) -> int:
    return len(desired.text.encode())


def _tier(desired: Desired, stored: Stored | None, options: PutOptions) -> str:
    """The tier there is, else Standard: left out, the account's default setting would choose and may charge."""
    tier = (stored.parameter.tier if stored else "") or "Standard"
    return "Advanced" if _bytes(desired) > STANDARD_BYTES and options.allow_advanced else tier


def _write(desired: Desired, stored: Stored | None, options: PutOptions, key_id: str, tier: str) -> ParameterWrite:
    return ParameterWrite(
        name=desired.parameter,
        value=Secret(desired.text),
        base=stored.parameter if stored else None,
        key_id=key_id,
        tier=tier,
        description=stored.parameter.description if stored else f"env of {desired.role.name}",
        # SSM refuses tags on an overwrite.
        tags=() if stored else (("academyctl:stack", options.stack), ("academyctl:role", desired.role.name)),
        words=f"--role {desired.role.name} --stack {options.stack}",
    )


def guard_put(desired: Desired, stored: Stored | None, options: PutOptions) -> Iterator[Finding]:
    """What AWS would refuse, or what would cost money unasked: found before the first write."""
    if not desired.env:
        yield error("ssm.empty", desired.parameter, f"{desired.role.name} would get no key at all")
    if "{{" in desired.text:
        names = sorted(key for key, value in desired.env.items() if "{{" in value.reveal())
        message = f"the value of {', '.join(names)} holds {{{{, which SSM refuses"
        yield error("ssm.braces", desired.parameter, message, "encode the value (base64)")
    yield from _guard_size(desired, stored, options)
    if stored and stored.parameter.type != "SecureString":
        yield error(
            "ssm.type",
            desired.parameter,
            f"is a {stored.parameter.type}, and SSM cannot turn it into a SecureString",
            f"aws ssm delete-parameter --name {desired.parameter}; wait 30 s; push again",
        )


def _guard_size(desired: Desired, stored: Stored | None, options: PutOptions) -> Iterator[Finding]:
    size = _bytes(desired)
    # Names in order of size, without the sizes: a length is a part of a secret.
    largest = sorted(desired.env, key=lambda key: len(desired.env[key].reveal().encode()), reverse=True)[:5]
    names = f"the largest values: {', '.join(largest)}"
    is_advanced = stored is not None and stored.parameter.tier == "Advanced"
    if size > ADVANCED_BYTES:
        yield error("ssm.size", desired.parameter, f"{size} bytes, and SSM holds {ADVANCED_BYTES} at most; {names}")
    elif size > STANDARD_BYTES and not is_advanced and not options.allow_advanced:
        message = f"{size} bytes, and a Standard parameter holds {STANDARD_BYTES}; {names}"
        yield error("ssm.size", desired.parameter, message, "--allow-advanced (one-way, and charged each month)")


def guard_loss(
    desired: Desired, stored: Stored | None, contract: EnvContract, allowed: Iterable[str]
) -> Iterator[Finding]:
    """Every stored key that the new blob lacks: one finding and one `--allow-remove` a key."""
    if stored is None:
        return
    for key in sorted(stored.keys - desired.env.keys() - set(allowed)):
        if not _lives_on(key, desired, stored, contract):
            yield error(
                "ssm.key-loss",
                f"{desired.role.name}:{key}",
                f"stands in version {stored.parameter.version} and would be lost",
                f"--allow-remove {key}",
            )


def _lives_on(key: str, desired: Desired, stored: Stored, contract: EnvContract) -> bool:
    """A stored old name is not lost when everything it stands for is in the new blob."""
    alias = contract.aliases.get(key)
    if alias is None:
        return False
    entry = stored.document.last().get(key) if stored.document else None
    targets = expand_alias(alias, entry) if entry else None
    return set(targets if targets is not None else alias.targets[:1]) <= desired.env.keys()


def merge_stored(
    env: Mapping[str, Entry], stored: Stored | None, role: Role, contract: EnvContract
) -> dict[str, Entry]:
    """`env` and the stored keys that the role owns and `env` lacks, an old name mapped to its new one."""
    kept: dict[str, Entry] = {}
    for key, entry in (stored.document.last() if stored and stored.document else {}).items():
        alias = contract.aliases.get(key)
        if alias is not None:
            kept |= {k: Entry(k, e.value) for k, e in (expand_alias(alias, entry) or {}).items() if k not in kept}
        elif role.name in contract.owners(key):
            kept[key] = Entry(key, entry.value)
    return {**{key: entry for key, entry in kept.items() if role.name in contract.owners(key)}, **env}


def in_order(env: Mapping[str, Entry], role: Role) -> dict[str, Secret]:
    """Keys in the role file's order, then the undeclared ones by name: equal keys and values make equal blobs."""
    declared = [spec.name for spec in role.keys if spec.name in env]
    return {key: env[key].value for key in [*declared, *sorted(env.keys() - set(declared))]}


def blocking_label(history: Iterable[StoredParameter]) -> StoredParameter | None:
    """The oldest version, when it carries a label and the history is full: SSM then refuses every new version."""
    versions = sorted(history, key=lambda stored: stored.version)
    return versions[0] if len(versions) >= HISTORY_DEPTH and versions[0].labels else None


def label_finding(parameter: str, oldest: StoredParameter) -> Finding:
    labels = " ".join(oldest.labels)
    return error(
        "ssm.labels",
        parameter,
        f"has {HISTORY_DEPTH} versions and the oldest ({oldest.version}) carries the label {labels}: "
        "SSM refuses every new version",
        f"aws ssm unlabel-parameter-version --name {parameter} --parameter-version {oldest.version} --labels {labels}",
    )
