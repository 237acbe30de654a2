"""May delete-r2 be tried, with which keys, and what does an unhappy end of it say? Facts in, findings out."""

from collections.abc import Iterator, Mapping

from academyctl.check.delete_r2 import DEPLOY, check_delete_r2
from academyctl.model.delete_r2 import DeleteR2Facts, DesiredDeleteR2, Part, own_mapping
from academyctl.model.delete_r2_probe import StoreKeys, Trial
from academyctl.model.finding import Finding, Level, error
from academyctl.model.secret import Secret

REQUIRED = ("R2_ENDPOINT", "R2_ACCESS_KEY", "R2_SECRET_KEY", "R2_REGION")
BUCKETS = ("R2_BUCKET", "R2_VIDEO_BUCKET")
"""The first wins; the function refuses two that differ."""


def probe_refusals(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> tuple[Finding, ...]:
    """What makes a trial pointless is an error: a missing part, a stranger, a trigger that is off. Other drift is said
    and refuses nothing: whether it still works is what the trial shows."""
    mapping = own_mapping(desired, facts)
    off = f"{Part.MAPPING} {desired.queue.name}" if mapping and mapping.is_off else ""
    found = check_delete_r2(desired, facts)
    return tuple(one if one.code != "delete-r2.drift" or one.subject == off else _softened(one) for one in found)


def _softened(finding: Finding) -> Finding:
    return Finding(
        level=Level.WARNING,
        code=finding.code,
        subject=finding.subject,
        message=finding.message,
        hint=finding.hint,
    )


def store_findings(parameter: str, env: Mapping[str, Secret]) -> tuple[Finding, ...]:
    """What the function, too, refuses to work with."""
    return tuple(_store_findings(parameter, env))


def _store_findings(parameter: str, env: Mapping[str, Secret]) -> Iterator[Finding]:
    hint = "academyctl env validate --role worker --ssm"
    for name in REQUIRED:
        if not env.get(name):
            yield error("env.missing", f"worker:{name}", f"{parameter} has no {name}", hint)
    named = [env[name] for name in BUCKETS if env.get(name)]
    if not named:
        yield error("env.one-of", "worker:R2_BUCKET", f"{parameter} names no bucket", hint)
    elif named[0] != named[-1]:
        yield error("env.one-of", "worker:R2_BUCKET", f"{parameter} names two buckets", hint)


def store_keys(env: Mapping[str, Secret]) -> StoreKeys:
    """Of an env without `store_findings`."""
    return StoreKeys(
        endpoint=env["R2_ENDPOINT"],
        region=env["R2_REGION"].reveal(),
        bucket=next(env[name] for name in BUCKETS if env.get(name)),
        access_key=env["R2_ACCESS_KEY"],
        secret_key=env["R2_SECRET_KEY"],
    )


def undeleted(desired: DesiredDeleteR2, trial: Trial) -> Finding:
    """The queue is empty and the object was there."""
    return error(
        "delete-r2.undeleted",
        desired.queue.name,
        f"the message was taken within {trial.seconds:.0f} s, and the object was left (it is removed now): the function"
        " works on another bucket, or did not do its work",
        f"aws logs tail {desired.log_group} --since 10m; {DEPLOY}",
    )
