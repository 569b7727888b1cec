"""How the pinned copy of a task definition is named: its family says of what it is a copy, and with which digests."""

from collections.abc import Mapping
from typing import Any

from dockwarden.facts.known_good import Digests
from dockwarden.hashing import short_hash

SUFFIX = "-dockwarden-pinned"
"""How every family of ours ends, so that IAM can tell it from the families of others."""

COPY_TAG = "dockwarden:copy-of"
"""The tag of a copy that says, for people, of what it is one."""

_LONGEST = 255  # RegisterTaskDefinition: letters, digits, underscores and hyphens
_HASH = 8


def pinned_family(task_definition: str, digests: Digests) -> str:
    """The family of the copies of one revision with these digests: one of its own, because others read "latest of"."""
    name = task_definition.rpartition("/")[2]
    end = f"-{_short(written(digests))}{SUFFIX}"
    begin = name.replace(":", "-")
    if len(begin) + len(end) > _LONGEST:
        begin = f"{begin[: _LONGEST - len(end) - _HASH - 1]}-{_short(name)}"
    return begin + end


def is_copy(task_definition: str, original: str, digests: Digests) -> bool:
    """Whether a task definition is a pinned copy of another one with these digests, by its family."""
    family = task_definition.rpartition("/")[2].partition(":")[0]
    return family.endswith(SUFFIX) and bool(digests) and family == pinned_family(original, digests)


def pinned_image(image: str, digest: str) -> str:
    """An image reference that names a digest, in place of whatever tag or digest it had."""
    registry, slash, last = image.partition("@")[0].rpartition("/")
    return f"{registry}{slash}{last.partition(':')[0]}@{digest}"


def has_images(definition: Mapping[str, Any], digests: Digests) -> bool:
    """Whether each container of a task definition, as ECS describes it, has its image pinned to its digest."""
    known = dict(digests)
    containers = definition.get("containerDefinitions", ())
    ends = ((str(one.get("image")), f"@{known.get(one.get('name', ''))}") for one in containers)
    return bool(containers) and all(image.endswith(end) for image, end in ends)


def written(digests: Digests) -> str:
    """Digests as one text."""
    return ",".join(f"{container}={digest}" for container, digest in sorted(digests))


def read(text: str) -> Digests:
    """The digests of such a text."""
    pairs = (one.partition("=") for one in text.split(",") if one)
    return tuple((container, digest) for container, _, digest in pairs)


def _short(text: str) -> str:
    return short_hash(text)[:_HASH]
