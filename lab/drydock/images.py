"""Container images in ECR: repositories, digests, and tags that somebody moves.

An image reference outside this model (no repository of that name in this registry) can always be pulled, and has
the digest and the behaviour of its task definition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lab.drydock.errors import ScenarioError
from lab.drydock.task_definition import Behaviour

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.names import Names
    from lab.drydock.task_definition import TaskDefinition
    from lab.drydock.world import World

ImageStatus = Literal["ACTIVE", "ARCHIVED", "ACTIVATING"]
HOST = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<rest>.+)")


@dataclass(slots=True)
class Image:
    """A manifest in a repository; with a `behaviour`, every task that runs it behaves so."""

    digest: str
    pushed_at: datetime
    status: ImageStatus = "ACTIVE"
    behaviour: Behaviour | None = None
    archived_at: datetime | None = None
    activated_at: datetime | None = None


@dataclass(slots=True)
class Repository:
    """A repository: its images by digest, and to which digest each tag points."""

    name: str
    images: dict[str, Image] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def tags_of(self, digest: str) -> list[str]:
        """The tags that point to an image."""
        return [tag for tag, target in self.tags.items() if target == digest]


@dataclass(frozen=True, slots=True)
class Reference:
    """An image reference that names a repository of this registry."""

    repository: str
    tag: str
    digest: str | None


def image_uri(names: Names, repository: str, tag: str = "latest") -> str:
    """What a task definition names: by tag, or by digest when `tag` is one."""
    sign = "@" if tag.startswith("sha256:") else ":"
    return f"{names.account}.dkr.ecr.{names.region}.amazonaws.com/{repository}{sign}{tag}"


def push(
    world: World,
    repository: str,
    tag: str,
    *,
    digest: str | None = None,
    behaviour: Behaviour | None = None,
) -> Image:
    """Push an image under a tag: a new one, or the one of a known digest; the tag leaves the image it was on."""
    found = world.repositories.setdefault(repository, Repository(repository))
    digest = digest or f"sha256:{world.names.hex(64)}"
    image = found.images.setdefault(digest, Image(digest, world.now(), behaviour=behaviour))
    found.tags[tag] = digest
    return image


def move_tag(world: World, repository: str, tag: str, digest: str) -> None:
    """Let a tag point to another image of its repository."""
    world.repositories[repository].tags[tag] = _image(world, repository, digest).digest


def archive(world: World, repository: str, digest: str) -> None:
    """Move an image to the archive, from which nobody can pull it."""
    image = _image(world, repository, digest)
    image.status, image.archived_at = "ARCHIVED", world.now()


def restore(world: World, repository: str, digest: str) -> None:
    """Take an image out of the archive; AWS needs some minutes for that, this model none."""
    image = _image(world, repository, digest)
    image.status, image.activated_at = "ACTIVE", world.now()


def delete_image(world: World, repository: str, digest: str) -> None:
    """Delete an image with all its tags."""
    found = world.repositories[repository]
    del found.images[_image(world, repository, digest).digest]
    found.tags = {tag: target for tag, target in found.tags.items() if target != digest}


def _image(world: World, repository: str, digest: str) -> Image:
    known = world.repositories.get(repository, Repository(repository)).images
    if digest not in known:
        raise ScenarioError(f"there is no image {digest} in the repository {repository!r}")
    return known[digest]


def reference(world: World, image: str) -> Reference | None:
    """What an image reference names here, or None when it names nothing of this model."""
    found = HOST.fullmatch(image)
    if found is None or (found["account"], found["region"]) != (world.names.account, world.names.region):
        return None
    name, _, digest = found["rest"].partition("@")
    name, _, tag = name.partition(":")
    return Reference(name, tag or "latest", digest or None) if name in world.repositories else None


def resolve(world: World, definition: TaskDefinition) -> str | None:
    """The digest that an image reference stands for now; None when there is no such image to be pulled."""
    named = reference(world, definition.image)
    if named is None:
        return definition.digest
    repository = world.repositories[named.repository]
    image = repository.images.get(named.digest or repository.tags.get(named.tag, ""))
    return image.digest if image is not None and image.status == "ACTIVE" else named.digest


def pulled_as(world: World, image: str, digest: str | None) -> str:
    """The reference in the words of a failed pull: with the digest once ECS knows it (containers-roadmap #2687)."""
    known = digest is not None and "@" not in image and reference(world, image) is not None
    return f"{image}@{digest}" if known else image


def behaviour_of(world: World, definition: TaskDefinition, digest: str | None) -> Behaviour:
    """What a task does that runs this image: nothing at all when the image cannot be pulled."""
    named = reference(world, definition.image)
    if named is None:
        return definition.behaviour
    image = world.repositories[named.repository].images.get(digest or "")
    if image is None or image.status != "ACTIVE":
        return Behaviour("image-missing")
    return image.behaviour or definition.behaviour
