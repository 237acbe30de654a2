"""A stored parameter against what every reader of it needs."""

from collections.abc import Iterator

from academyctl.model.finding import Finding, error, warning
from academyctl.model.ssm import ADVANCED_BYTES, STANDARD_BYTES, StoredParameter

NEARLY_FULL = 0.9


def check_absent(parameter: str, role: str, region: str) -> Finding:
    return error(
        "ssm.absent",
        parameter,
        f"does not exist in {region}",
        f"academyctl ssm push --role {role} --file .env",
    )


def check_parameter(stored: StoredParameter, role: str) -> Iterator[Finding]:
    """Type, and how near the blob is to the limit of its tier."""
    if stored.type != "SecureString":
        remedy = f"aws ssm delete-parameter --name {stored.name}; wait 30 s; academyctl ssm push --role {role}"
        yield error("ssm.type", stored.name, f"is a {stored.type}: its values are readable without KMS", remedy)
    most = ADVANCED_BYTES if stored.tier == "Advanced" else STANDARD_BYTES
    size = len(stored.value.reveal().encode())
    if size > most * NEARLY_FULL:
        hint = "" if most == ADVANCED_BYTES else "the next larger push needs --allow-advanced"
        yield warning("ssm.size", stored.name, f"{size} of {most} bytes are used", hint)
