"""ECR's basic scan of an image came to an end."""

from dataclasses import dataclass
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.ecr_subject import image_of
from dockwarden.events.envelope import Envelope
from dockwarden.events.severities import SeverityCounts, read_counts


@dataclass(frozen=True, slots=True)
class EcrImageScan:
    """The AWS schema ``aws.ecr@ECRImageScan``, sent on a best effort basis.

    ``finding_severity_counts`` is None when the event has none: no findings if ``scan_status`` is COMPLETE,
    no verdict if it is FAILED or anything else.
    """

    SOURCE: ClassVar[str] = "aws.ecr"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECR Image Scan",)

    envelope: Envelope
    repository_name: str
    registry_id: str | None
    image_digest: str | None
    image_tags: tuple[str, ...]
    scan_status: str | None
    finding_severity_counts: SeverityCounts | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no image."""
        image = image_of(envelope)
        return cls(
            envelope=envelope,
            repository_name=image.repository_name,
            registry_id=image.registry_id,
            image_digest=image.image_digest,
            image_tags=image.image_tags,
            scan_status=fields.text(envelope.detail, "scan-status"),
            finding_severity_counts=read_counts(envelope.detail),
        )
