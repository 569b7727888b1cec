"""The subject of the image events: one image of one repository, however ECR or Inspector writes it."""

from dataclasses import dataclass

from dockwarden.errors import MalformedEventError
from dockwarden.events import arn, fields
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Image:
    """An image by its repository's plain name and its digest; where there is no digest, there is a tag.

    ``registry_id`` is the account of the registry. Tags are how the image was called, not what it is.
    """

    repository_name: str
    registry_id: str | None
    image_digest: str | None
    image_tags: tuple[str, ...]


def image_of(envelope: Envelope) -> Image:
    """Return the image that an event of ECR, or a scan of Inspector, is about."""
    detail = envelope.detail
    repository = _repository(envelope)
    digest = fields.text(detail, "image-digest") or next(
        filter(None, map(arn.image_digest, envelope.resources)), None
    )
    tags = fields.texts(detail, "image-tags") or tuple(filter(None, [fields.text(detail, "image-tag")]))
    if digest is None and not tags:
        value = fields.value_at(detail, "image-digest")
        raise MalformedEventError("detail.image-digest", value, "the digest of an image, or a tag beside it")
    return Image(repository.name, repository.registry_id or envelope.account, digest, tags)


def _repository(envelope: Envelope) -> arn.Repository:
    value = fields.value_at(envelope.detail, "repository-name")
    named = arn.repository(value)
    listed = next(filter(None, map(arn.repository, filter(_is_arn, envelope.resources))), None)
    found = listed if _says_more(listed, named) else named
    if found is None:
        raise MalformedEventError("detail.repository-name", value, "the name or ARN of an ECR repository")
    return found


def _says_more(listed: arn.Repository | None, named: arn.Repository | None) -> bool:
    # A plain name says no registry; the ARN among the resources does, when it is of the same repository.
    if listed is None or named is None:
        return named is None
    return named.registry_id is None and listed.name == named.name


def _is_arn(value: str) -> bool:
    return value.startswith("arn:")
