"""Pinned copies among the releases of a service: a copy and its original, with the same digests, are one release. Pure."""

from typing import Protocol

from dockwarden.facts.known_good import Digests
from dockwarden.facts.releases import Candidate, ImageState
from dockwarden.pinned_names import is_copy

_OFF = (
    "pinned copies, which would run it, are switched off: [pinned_copies] in dockwarden.toml switches them on"
)
_THERE = (ImageState.SAME, ImageState.MOVED)


class _Release(Protocol):
    """What a release is known by."""

    @property
    def task_definition(self) -> str: ...
    @property
    def digests(self) -> Digests: ...


def one_copies_the_other(one: _Release, other: _Release) -> bool:
    """Whether one of two releases is the pinned copy of the other."""
    return copies(one, other) or copies(other, one)


def copies(release: _Release, original: _Release) -> bool:
    """Whether a release is the pinned copy of another one: by its family, and by its digests as far as both are known.

    Who makes the next revision from what a service runs makes it in the family of the copy, with another image.
    """
    known = dict(original.digests)
    as_it_was = all(known.get(container, digest) == digest for container, digest in release.digests)
    return as_it_was and is_copy(release.task_definition, original.task_definition, original.digests)


def may_be_pinned(candidate: Candidate, digests: Digests) -> bool:
    """Whether a copy of a candidate would run what ran: it may be made, and the digest of each image is known."""
    known = dict(digests)
    images = candidate.images
    return candidate.pinnable and bool(images) and all(one.container in known for one in images)


def whole(candidate: Candidate) -> bool:
    """Whether each image of a candidate is there by its digest, whatever its tag stands for now."""
    return bool(candidate.images) and all(one.state in _THERE for one in candidate.images)


def off(candidate: Candidate) -> str:
    """What to say where no copy can be made although one would help."""
    return "the digest of one of its images is not known" if candidate.pinnable else _OFF
