"""An image was pushed to, deleted from, archived in or restored in a repository of ECR."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.ecr_subject import image_of
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class EcrImageAction:
    """The AWS schema ``aws.ecr@ECRImageAction``, sent on a best effort basis.

    ``action_type`` is PUSH, DELETE or UPDATE_STORAGE_CLASS, the last with ``target_storage_class``.
    """

    SOURCE: ClassVar[str] = "aws.ecr"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECR Image Action",)

    envelope: Envelope
    repository_name: str
    registry_id: str | None
    image_digest: str | None
    image_tag: str | None
    action_type: str | None
    result: str | None
    target_storage_class: str | None
    manifest_media_type: str | None
    artifact_media_type: str | None
    last_activated_at: datetime | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no image."""
        detail, image = envelope.detail, image_of(envelope)
        return cls(
            envelope=envelope,
            repository_name=image.repository_name,
            registry_id=image.registry_id,
            image_digest=image.image_digest,
            image_tag=next(iter(image.image_tags), None),
            action_type=fields.text(detail, "action-type"),
            result=fields.text(detail, "result"),
            target_storage_class=fields.text(detail, "target-storage-class"),
            manifest_media_type=fields.text(detail, "manifest-media-type"),
            artifact_media_type=fields.text(detail, "artifact-media-type"),
            last_activated_at=fields.time(detail, "last-activated-at"),
        )
