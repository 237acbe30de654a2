"""ECR: an image's manifest, and the platforms it is for."""

import json
from collections.abc import Mapping
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.ecr import ImageManifest, ImageReference, Platforms
from academyctl.model.errors import NotFound, Refusal, Unreachable

MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
CONFIG_MAX = 4 * 1024 * 1024
"""Bytes of an image's configuration that are read at most; it is mostly a few kB."""


class Ecr:
    """The registry of one region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_manifest(self, image: ImageReference) -> ImageManifest | None:
        """None when the repository or the image does not exist."""
        try:
            answer = self._connection.call(
                "ecr",
                "batch_get_image",
                doing=f"reading image {image.repository}",
                gives="images",
                registryId=image.registry,
                repositoryName=image.repository,
                imageIds=[image.image_id],
                acceptedMediaTypes=list(MEDIA_TYPES),
            )
        except NotFound:
            return None
        if answer["images"]:
            return _manifest(answer["images"][0])
        for failure in answer.get("failures") or ():
            if failure.get("failureCode") != "ImageNotFound":
                raise Refusal(f"reading image {image.repository}: ECR answers {failure.get('failureCode')}")
        return None

    def read_platforms(self, image: ImageReference, manifest: ImageManifest) -> Platforms:
        """An index names them; of a single image they stand in its configuration, which is downloaded."""
        if manifest.platforms:
            return Platforms(names=manifest.platforms)
        if not manifest.config:
            return Platforms(fault="its manifest names neither platforms nor a configuration")
        if manifest.config_size > CONFIG_MAX:
            return Platforms(fault=f"its configuration has {manifest.config_size} bytes")
        try:
            return _platform(self._connection.download(self._layer(image, manifest), doing="reading its configuration"))
        except (NotFound, Refusal, Unreachable) as failure:
            return Platforms(fault=failure.message)

    def _layer(self, image: ImageReference, manifest: ImageManifest) -> str:
        """The URL that the configuration is downloaded from; ECR signs it."""
        answer = self._connection.call(
            "ecr",
            "get_download_url_for_layer",
            doing="reading its configuration",
            gives="downloadUrl",
            registryId=image.registry,
            repositoryName=image.repository,
            layerDigest=manifest.config,
        )
        return str(answer["downloadUrl"])


def _manifest(raw: Mapping[str, Any]) -> ImageManifest:
    """A manifest that is no JSON object tells nothing."""
    told = _object(raw.get("imageManifest", ""))
    digest = str(raw.get("imageId", {}).get("imageDigest", ""))
    config = told["config"] if isinstance(told.get("config"), dict) else {}
    named = [_name(one.get("platform")) for one in told.get("manifests") or () if isinstance(one, dict)]
    return ImageManifest(
        digest=digest,
        platforms=tuple(dict.fromkeys(name for name in named if name)),
        config=str(config.get("digest", "")),
        config_size=int(config.get("size", 0)),
    )


def _platform(blob: bytes) -> Platforms:
    name = _name(_object(blob))
    return Platforms(names=(name,)) if name else Platforms(fault="its configuration names no platform")


def _name(platform: Any) -> str:
    """os/architecture. An attestation that stands beside the images is of an unknown one (BuildKit)."""
    told = platform if isinstance(platform, dict) else {}
    system, architecture = told.get("os", ""), told.get("architecture", "")
    return f"{system}/{architecture}" if system and architecture and system != "unknown" else ""


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        loaded = json.loads(text)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
