"""ECR: describe images, and get their manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params, invalid, page
from lab.drydock.errors import AwsError
from lab.drydock.views import present

if TYPE_CHECKING:
    from lab.drydock.images import Image, Repository
    from lab.drydock.world import World

MAX_IMAGES = 100
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
SIZE = 48_000_000


def describe_images(world: World, params: Params) -> Answer:
    """`DescribeImages`: those that are named (at most a hundred), or all that are ACTIVE, or of another status.

    One that is named is shown whatever its status, as the user guide says of archived ones.
    """
    repository = _repository(world, params)
    wanted = params.get("filter") or {}
    if params.get("imageIds"):
        found = [_named(world, repository, one) for one in _ids(params)]
        shown = {image.digest: image for image in found if _fits(repository, image, wanted, default="ANY")}
        return {"imageDetails": [_detail(world, repository, image) for image in shown.values()]}
    fitting = [i for i in repository.images.values() if _fits(repository, i, wanted, default="ACTIVE")]
    answer = page(params, [image.digest for image in fitting], "imageDetails", default=100, limit=1000)
    details = [_detail(world, repository, repository.images[digest]) for digest in answer["imageDetails"]]
    return {**answer, "imageDetails": details}


def _repository(world: World, params: Params) -> Repository:
    name, registry = params["repositoryName"], params.get("registryId") or world.names.account
    if name not in world.repositories or registry != world.names.account:
        text = f"The repository with name '{name}' does not exist in the registry with id '{registry}'"
        raise AwsError("RepositoryNotFoundException", text)
    return world.repositories[name]


def _ids(params: Params) -> list[dict[str, str]]:
    ids = list(params["imageIds"])
    if not 1 <= len(ids) <= MAX_IMAGES:
        raise invalid(
            "Invalid parameter at 'imageIds' failed to satisfy constraint: "
            f"'Member must have length less than or equal to {MAX_IMAGES}'"
        )
    return ids


def _find(repository: Repository, wanted: dict[str, str]) -> Image | None:
    tag, digest = wanted.get("imageTag"), wanted.get("imageDigest")
    found = repository.tags.get(tag) if tag is not None else digest
    if digest is not None and found != digest:
        return None
    return repository.images.get(found or "")


def _named(world: World, repository: Repository, wanted: dict[str, str]) -> Image:
    found = _find(repository, wanted)
    if found is None:
        shown = {name: wanted.get(name, "null") for name in ("imageDigest", "imageTag")}
        text = (
            f"The image with imageId {{imageDigest:'{shown['imageDigest']}', imageTag:'{shown['imageTag']}'}} does "
            f"not exist within the repository with name '{repository.name}' in the registry with id "
            f"'{world.names.account}'"
        )
        raise AwsError("ImageNotFoundException", text)
    return found


def _fits(repository: Repository, image: Image, wanted: dict[str, str], *, default: str) -> bool:
    status, tagged = wanted.get("imageStatus", default), wanted.get("tagStatus", "ANY")
    has = "TAGGED" if repository.tags_of(image.digest) else "UNTAGGED"
    return status in ("ANY", image.status) and tagged in ("ANY", has)


def _detail(world: World, repository: Repository, image: Image) -> dict[str, Any]:
    return present(
        {
            "registryId": world.names.account,
            "repositoryName": repository.name,
            "imageDigest": image.digest,
            "imageTags": repository.tags_of(image.digest) or None,
            "imageSizeInBytes": SIZE,
            "imagePushedAt": image.pushed_at,
            "imageManifestMediaType": MANIFEST,
            "imageStatus": image.status,
            "lastArchivedAt": image.archived_at,
            "lastActivatedAt": image.activated_at,
        }
    )


def batch_get_image(world: World, params: Params) -> Answer:
    """`BatchGetImage`: what can be pulled; an archived image is not found, as its pull is (user guide: 404)."""
    repository = _repository(world, params)
    answer: Answer = {"images": [], "failures": []}
    for wanted in _ids(params):
        image = _find(repository, wanted)
        if image is None or image.status != "ACTIVE":
            failure = {"failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
            answer["failures"].append({"imageId": wanted, **failure})
        else:
            answer["images"].append(_image(world, repository, image, wanted))
    return answer


def _image(world: World, repository: Repository, image: Image, wanted: dict[str, str]) -> dict[str, Any]:
    """The manifest is a stand-in: it has no layers."""
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": image.digest}, "layers": []}
    return {
        "registryId": world.names.account,
        "repositoryName": repository.name,
        "imageId": {**wanted, "imageDigest": image.digest},
        "imageManifest": json.dumps(manifest),
        "imageManifestMediaType": MANIFEST,
    }


OPERATIONS = {"DescribeImages": Operation(describe_images), "BatchGetImage": Operation(batch_get_image)}
