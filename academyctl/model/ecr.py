"""Container images as ECR keeps them. Names are those of the OCI image and distribution specifications."""

import re
from dataclasses import dataclass

_ECR = re.compile(
    r"(?P<registry>\d{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.(amazonaws\.com(\.cn)?|on\.aws)/"
    r"(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html"""


@dataclass(frozen=True, kw_only=True)
class ImageReference:
    """An image of an ECR registry. A digest beats a tag; neither is `latest`."""

    registry: str
    region: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def image_id(self) -> dict[str, str]:
        """As BatchGetImage takes it."""
        return {"imageDigest": self.digest} if self.digest else {"imageTag": self.tag or "latest"}


def ecr_reference(image: str) -> ImageReference | None:
    """None: the image is of another registry, or its name is none."""
    found = _ECR.fullmatch(image)
    if found is None:
        return None
    named = {key: value or "" for key, value in found.groupdict().items()}
    return ImageReference(**named)


@dataclass(frozen=True, kw_only=True)
class ImageManifest:
    """`platforms` of an index or a manifest list, as os/architecture. A single manifest has none: its platform stands
    in the blob `config`, of `config_size` bytes."""

    digest: str
    platforms: tuple[str, ...] = ()
    config: str = ""
    config_size: int = 0


@dataclass(frozen=True, kw_only=True)
class Platforms:
    """`names` as os/architecture; `fault` says why they cannot be told."""

    names: tuple[str, ...] = ()
    fault: str = ""
