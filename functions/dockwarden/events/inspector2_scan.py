"""Amazon Inspector's first scan of an image, or of a machine image, came to an end."""

from dataclasses import dataclass
from typing import ClassVar, Self

from dockwarden.errors import MalformedEventError
from dockwarden.events import arn, fields
from dockwarden.events.ecr_subject import Image, image_of
from dockwarden.events.envelope import Envelope
from dockwarden.events.severities import SeverityCounts, read_counts

_IMAGE_KEYS = ("repository-name", "image-digest", "image-tags")


@dataclass(frozen=True, slots=True)
class Inspector2Scan:
    """``Inspector2 Scan`` of the Amazon Inspector User Guide; the EventBridge registry has no schema of it.

    Only the first scan of a resource is announced. ``image`` is None when something else than an image of
    ECR was scanned, such as a machine image (``ami-...``), which ``resource_id`` names.
    """

    SOURCE: ClassVar[str] = "aws.inspector2"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("Inspector2 Scan",)

    envelope: Envelope
    resource_id: str
    image: Image | None
    scan_status: str | None
    finding_severity_counts: SeverityCounts | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names neither an image nor another resource."""
        image = image_of(envelope) if _is_of_image(envelope) else None
        return cls(
            envelope=envelope,
            resource_id=image.repository_name if image is not None else _resource_id(envelope),
            image=image,
            scan_status=fields.text(envelope.detail, "scan-status"),
            finding_severity_counts=read_counts(envelope.detail),
        )


def _is_of_image(envelope: Envelope) -> bool:
    has_repository = arn.first_of(envelope.resources, "ecr", "repository") is not None
    return has_repository or any(key in envelope.detail for key in _IMAGE_KEYS)


def _resource_id(envelope: Envelope) -> str:
    found = fields.text(envelope.detail, "machine-image-id") or next(iter(envelope.resources), None)
    if found is None:
        raise MalformedEventError("resources", envelope.resources, "the resource that Inspector scanned")
    return found
