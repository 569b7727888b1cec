"""DescribeImages: what the images of a task definition are now in this account's own registry."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dockwarden.aws.asking import asked
from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.facts.releases import ImageNow, ImageState
from dockwarden.facts.unknown import NotRead

_DESCRIBE = 100  # DescribeImages takes no more
_NOT_THERE = frozenset({"ImageNotFoundException", "RepositoryNotFoundException"})
# Private registry: user guide "Amazon ECR endpoints": also FIPS, dual stack and other partitions.
_HOST = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\."
    r"(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)/(?P<rest>[^\s]+)"
)
_STATES: Mapping[str, ImageState | None] = {
    "ACTIVE": None,  # what it is then, its digest says
    "ARCHIVED": ImageState.ARCHIVED,
    "ACTIVATING": ImageState.ACTIVATING,
}
_INDEXES = ("manifest.list", "image.index")
_ANOTHER = "it is in another registry"
_NO_DIGEST = "nobody knows which digest ran"

Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reference:
    """An image of a private registry of ECR; one that names no digest and no tag means the tag `latest`."""

    account: str
    region: str
    repository: str
    tag: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The image of a container, and the digest that ran; None where nobody knows."""

    container: str
    image: str
    digest: str | None


def reference(image: str) -> Reference | None:
    """What an image reference names in a private registry of ECR, or None when it is of another registry."""
    found = _HOST.fullmatch(image)
    if found is None:
        return None
    named, _, digest = found["rest"].partition("@")
    repository, _, tag = named.partition(":")
    return Reference(
        found["account"],
        found["region"],
        repository,
        None if digest else tag or "latest",
        digest or None,
    )


class Images:
    """The images of one registry: that of an account in a region."""

    def __init__(self, ecr: Any, account: str, region: str) -> None:
        self._ecr = ecr
        self._home = account, region

    def now(self, wanted: Sequence[Wanted]) -> tuple[ImageNow, ...]:
        """Each image as it is now: one call a repository, and one an image where one is missing in it."""
        ours = [(one, ref) for one in wanted if (ref := reference(one.image)) and self._is_home(ref)]
        found = {name: asked(partial(self._read, name, ids)) for name, ids in _ids(ours)}
        read = {one: (ref, found.get(ref.repository, {})) for one, ref in ours}
        return tuple(_judged(one, *read[one]) if one in read else _unknown(one, _ANOTHER) for one in wanted)

    def _is_home(self, ref: Reference) -> bool:
        return (ref.account, ref.region) == self._home

    def _read(self, repository: str, ids: Sequence[Mapping[str, str]]) -> dict[str, Detail]:
        """The details by digest and by tag. Raises what boto3 raises."""
        read: dict[str, Detail] = {}
        for start in range(0, len(ids), _DESCRIBE):
            some = ids[start : start + _DESCRIBE]
            for detail in self._describe(repository, some):
                read |= dict.fromkeys((detail.get("imageDigest", ""), *detail.get("imageTags", ())), detail)
        return read

    def _describe(self, repository: str, ids: Sequence[Mapping[str, str]]) -> list[Detail]:
        """One missing image fails a call for all, so that then they are asked for one by one."""
        try:
            answer = self._ecr.describe_images(
                registryId=self._home[0],
                repositoryName=repository,
                imageIds=ids,
                # Where nothing is asked for, archived ones may be left out (botocore model).
                filter={"imageStatus": "ANY"},
            )
        except AWS_ERRORS as error:
            if code(error) not in _NOT_THERE:
                raise
            if code(error) == "RepositoryNotFoundException" or len(ids) == 1:
                return []
            return [detail for one in ids for detail in self._describe(repository, [one])]
        return list(answer.get("imageDetails", []))


def _ids(ours: Sequence[tuple[Wanted, Reference]]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """What to ask each repository for: the digests that ran, and what the references stand for."""
    asks: dict[str, dict[str, dict[str, str]]] = {}
    for one, ref in ours:
        mine = asks.setdefault(ref.repository, {})
        for digest in filter(None, (one.digest, ref.digest)):
            mine[digest] = {"imageDigest": digest}
        if ref.tag is not None:
            mine[ref.tag] = {"imageTag": ref.tag}
    yield from ((repository, list(ids.values())) for repository, ids in asks.items())


def _judged(one: Wanted, ref: Reference, found: Mapping[str, Detail] | NotRead) -> ImageNow:
    """How an image is now, held against the digest that ran."""
    if isinstance(found, NotRead):
        return _unknown(one, found.why)
    wanted = one.digest or ref.digest
    if wanted is None:
        return _unknown(one, _NO_DIGEST)
    ran = found.get(wanted)
    now = found.get(ref.digest or ref.tag or "")
    resolved = str(now.get("imageDigest")) if now is not None else None
    status = str(ran.get("imageStatus", "ACTIVE")) if ran is not None else None
    if status is not None and status not in _STATES:
        return _unknown(one, f"its status is {status}")
    state = ImageState.GONE if status is None else _STATES[status]
    if (
        state is None
        and now is not None
        and resolved != wanted
        and _is_index(now)
        and not _is_index(ran or {})
    ):
        # ECS may say the digest of one platform where the tag stands for the index of all of them.
        return ImageNow(
            one.container, one.image, wanted, ImageState.UNKNOWN, resolved, "its tag stands for an index"
        )
    state = state or (ImageState.SAME if resolved == wanted else ImageState.MOVED)
    return ImageNow(one.container, one.image, wanted, state, resolved)


def _is_index(detail: Detail) -> bool:
    return any(kind in str(detail.get("imageManifestMediaType")) for kind in _INDEXES)


def _unknown(one: Wanted, why: str) -> ImageNow:
    return ImageNow(one.container, one.image, one.digest, ImageState.UNKNOWN, why=why)
