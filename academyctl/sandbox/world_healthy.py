"""The healthy world: all that a stack declares stands and is as it is declared. `preflight` finds nothing to say of it.

The image is an index of one platform, as `docker buildx build --push` makes one: with its attestation beside it.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any

from academyctl.model.ecr import ecr_reference
from academyctl.model.stack import Stack
from academyctl.plan.logs import RETENTION_DAYS
from academyctl.sandbox.batch_images import AL2023_ARM, age_image, images_named
from academyctl.sandbox.control import Control
from academyctl.sandbox.seed import Client
from academyctl.sandbox.world_delete_r2 import build_delete_r2
from academyctl.sandbox.world_live import DAY, Place, create_environment, create_queue, network_of, register_definition

AGE_DAYS = 3
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def build_healthy(clients: Client, stack: Stack, control: Control) -> None:
    """To be called on a seeded account; its calls are not in the log."""
    place = Place(clients=clients, stack=stack, control=control, network=network_of(clients("ec2"), stack))
    # What is made takes minutes; at the end the account's clock is the machine's again.
    control.shift(-DAY)
    image = images_named(stack.account, stack.region, AL2023_ARM)[0]
    age_image(stack.account, stack.region, image, timedelta(days=AGE_DAYS))
    create_environment(place, stack.compute_environment.name, image, {})
    create_queue(place, stack.compute_environment.name)
    register_definition(place)
    control.shift(0)
    # moto loads AWS's own parameters when the first of them is read, and lists no others meanwhile.
    clients("ssm").get_parameters(Names=[stack.compute_environment.ami])
    group = stack.job_definition.log_group
    clients("logs").put_retention_policy(logGroupName=group, retentionInDays=RETENTION_DAYS)
    build_delete_r2(clients, stack)
    for named in dict.fromkeys((stack.job_definition.image, *stack.ecr_images)):
        push_image(clients("ecr"), named, index("linux/arm64"))
    control.clear_calls()


def push_image(ecr: Any, image: str, manifest: dict[str, Any]) -> None:
    """An image of an ECR registry; others are not pushed."""
    reference = ecr_reference(image)
    if reference is None:
        return
    there = [one["repositoryName"] for one in ecr.describe_repositories()["repositories"]]
    if reference.repository not in there:
        ecr.create_repository(repositoryName=reference.repository)
    text = json.dumps(manifest)
    ecr.put_image(
        repositoryName=reference.repository,
        imageTag=reference.tag or "latest",
        imageManifest=text,
        imageManifestMediaType=manifest["mediaType"],
        imageDigest=f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
    )


def index(*platforms: str) -> dict[str, Any]:
    """An OCI image index (https://github.com/opencontainers/image-spec/blob/main/image-index.md)."""
    return {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [_entry(platform) for platform in (*platforms, "unknown/unknown")],
    }


def _entry(platform: str) -> dict[str, Any]:
    system, _, architecture = platform.partition("/")
    digest = hashlib.sha256(platform.encode()).hexdigest()
    named = {"os": system, "architecture": architecture}
    return {"mediaType": MANIFEST, "digest": f"sha256:{digest}", "size": 1024, "platform": named}
