"""The stack's images: they exist, and there is one for linux/arm64 under their name. Pure."""

from collections.abc import Callable, Iterator
from functools import partial

from academyctl.model.ecr import ImageReference, ecr_reference
from academyctl.model.finding import error, warning
from academyctl.model.preflight import Check, Facts, Judged
from academyctl.model.stack import Stack

PLATFORM = "linux/arm64"


def images_of(stack: Stack) -> tuple[str, ...]:
    """The job definition's, and the further ones of `ecr.images`."""
    return tuple(dict.fromkeys((stack.job_definition.image, *stack.ecr_images)))


def readable(image: str, region: str) -> ImageReference | None:
    """The reference, where the ECR of the stack's region has the image."""
    found = ecr_reference(image)
    return found if found and found.region == region else None


def ecr_checks(stack: Stack, region: str) -> Iterator[Check]:
    """Two of each image. Their ids end in the repository's name, with the tag where two images share it, with all of it
    where they share both."""
    images = images_of(stack)
    for image in images:
        name, tagged = _short(image), _tagged(image)
        word = next((one for one, of in ((name, _short), (tagged, _tagged)) if _is_one(one, of, images)), image)
        needs = (f"manifest:{image}",) if readable(image, region) else ()
        yield Check(
            id=f"ecr.image.{word}",
            title=f"The image {name} exists",
            subject=image,
            needs=needs,
            hint=_rebuild(image, stack),
            judge=partial(_exists, image, stack),
        )
        yield Check(
            id=f"ecr.architecture.{word}",
            title=f"The image {name} is for {PLATFORM}",
            subject=image,
            needs=(*needs, f"platform:{image}") if needs else (),
            hint=_rebuild(image, stack),
            judge=partial(_architecture, image, stack),
        )


def _short(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _tagged(image: str) -> str:
    return image.rpartition("/")[2]


def _is_one(word: str, of: Callable[[str], str], images: tuple[str, ...]) -> bool:
    return sum(of(one) == word for one in images) == 1


def _rebuild(image: str, stack: Stack) -> str:
    """Of the worker's image its own recipe is known; what a further image is made from, the stack does not say."""
    if "@" in image:
        return "name another image in the stack file: no build brings this very digest"
    recipe = "worker/Dockerfile" if image == stack.job_definition.image else "DOCKERFILE"
    return f"docker buildx build --platform {PLATFORM} -f {recipe} --push -t {image} ."


def _exists(image: str, stack: Stack, facts: Facts) -> Judged:
    if not readable(image, facts.region):
        return _elsewhere(image, facts)
    manifest = facts.manifests.get(image)
    if manifest:
        return Judged(evidence=f"{image} is {manifest.digest}")
    absent = error("ecr.image-absent", image, "does not exist: no job can start", _rebuild(image, stack))
    return Judged(evidence=absent.message, findings=(absent,))


def _elsewhere(image: str, facts: Facts) -> Judged:
    """A registry that these credentials do not lead to."""
    found = ecr_reference(image)
    where = f"in the ECR of {found.region}" if found else "in no ECR registry"
    message = f"cannot check: it is {where}, and only that of {facts.region} is asked"
    hint = "see there that it exists, and that it is for linux/arm64"
    return Judged(evidence=message, findings=(warning("check.denied", image, message, hint),))


def _architecture(image: str, stack: Stack, facts: Facts) -> Judged:
    if not readable(image, facts.region):
        return Judged(evidence="it is in another registry", skipped=True)
    platforms = facts.platforms.get(image)
    if platforms is None:
        return Judged(evidence=f"{image} does not exist", skipped=True)
    if PLATFORM in platforms.names:
        return Judged(evidence=f"is for {', '.join(platforms.names)}")
    if platforms.fault:
        message = f"its platform cannot be told: {platforms.fault}"
        hint = f"docker buildx imagetools inspect {image}"
        return Judged(evidence=message, findings=(warning("ecr.architecture", image, message, hint),))
    message = f"is for {', '.join(platforms.names)}, the fleet is {PLATFORM}"
    return Judged(evidence=message, findings=(error("ecr.architecture", image, message, _rebuild(image, stack)),))
