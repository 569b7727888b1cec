"""Amazon Inspector opened, changed or closed a finding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from dockwarden.errors import MalformedEventError
from dockwarden.events import arn, fields
from dockwarden.events.ecr_subject import Image
from dockwarden.events.envelope import Envelope

_IMAGE_TYPE = "AWS_ECR_CONTAINER_IMAGE"


@dataclass(frozen=True, slots=True)
class FindingResource:
    """What a finding was found in; ``image`` is None for anything but an image of ECR."""

    id: str | None
    type: str | None
    image: Image | None

    @property
    def is_named(self) -> bool:
        """Whether one can tell which resource this is."""
        return self.image is not None or (self.id is not None and self.type != _IMAGE_TYPE)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return one item of ``detail.resources``."""
        return cls(fields.text(data, "id"), fields.text(data, "type"), _image(data))


@dataclass(frozen=True, slots=True)
class VulnerablePackage:
    """A package with the vulnerability, and the version that mends it where there is one."""

    name: str | None
    version: str | None
    fixed_in_version: str | None
    package_manager: str | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return one item of ``vulnerablePackages``, without its file path, which may hold secrets."""
        keys = ("name", "version", "fixedInVersion", "packageManager")
        return cls(*(fields.text(data, key) for key in keys))


@dataclass(frozen=True, slots=True)
class Inspector2Finding:
    """``Inspector2 Finding`` of the Amazon Inspector User Guide; the EventBridge registry has no schema of it.

    A re-scan that makes a running image worse is told by this event alone. ``status`` CLOSED does not mean
    fixed: Inspector also closes what it no longer watches, such as an archived image.
    """

    SOURCE: ClassVar[str] = "aws.inspector2"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("Inspector2 Finding",)

    envelope: Envelope
    resources: tuple[FindingResource, ...]
    finding_arn: str | None
    status: str | None
    severity: str | None
    type: str | None
    title: str | None
    vulnerability_id: str | None
    fix_available: str | None
    exploit_available: str | None
    inspector_score: float | None
    epss_score: float | None
    vulnerable_packages: tuple[VulnerablePackage, ...]
    first_observed_at: datetime | None
    last_observed_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no resource."""
        detail = envelope.detail
        packages = fields.mappings(detail, "packageVulnerabilityDetails", "vulnerablePackages")
        return cls(
            envelope=envelope,
            resources=_resources(envelope),
            finding_arn=fields.text(detail, "findingArn"),
            status=fields.text(detail, "status"),
            severity=fields.text(detail, "severity"),
            type=fields.text(detail, "type"),
            title=fields.text(detail, "title"),
            vulnerability_id=fields.text(detail, "packageVulnerabilityDetails", "vulnerabilityId"),
            fix_available=fields.text(detail, "fixAvailable"),
            exploit_available=fields.text(detail, "exploitAvailable"),
            inspector_score=fields.number(detail, "inspectorScore"),
            epss_score=fields.number(detail, "epss", "score"),
            vulnerable_packages=tuple(map(VulnerablePackage.read, packages)),
            first_observed_at=fields.time(detail, "firstObservedAt"),
            last_observed_at=fields.time(detail, "lastObservedAt"),
            updated_at=fields.time(detail, "updatedAt"),
        )


def _resources(envelope: Envelope) -> tuple[FindingResource, ...]:
    named = tuple(resource for resource in _candidates(envelope) if resource.is_named)
    if not named:
        value = fields.value_at(envelope.detail, "resources")
        raise MalformedEventError(
            "detail.resources", value, "the resource that Inspector looked at, by its id"
        )
    return named


def _candidates(envelope: Envelope) -> Iterator[FindingResource]:
    listed = [FindingResource.read(item) for item in fields.mappings(envelope.detail, "resources")]
    # The envelope names the same resources, by id only.
    rest = [FindingResource.read({"id": id_}) for id_ in envelope.resources]
    return iter(listed if any(resource.is_named for resource in listed) else rest)


def _image(data: Mapping[str, Any]) -> Image | None:
    # Since 2026 the same image also stands in details.image, with its digest under another key.
    forms = fields.mapping(data, "details", "awsEcrContainerImage"), fields.mapping(data, "details", "image")
    own = arn.repository(arn.first_of([fields.text(data, "id") or ""], "ecr", "repository"))
    repository = arn.repository(_first_text(forms, "repositoryName")) or own
    digest = _first_text(forms, "imageHash", "imageDigest") or arn.image_digest(fields.text(data, "id"))
    tags = next(filter(None, (fields.texts(form, "imageTags") for form in forms)), ())
    if repository is None or (digest is None and not tags):
        return None
    registry = _first_text(forms, "registry") or repository.registry_id or (own.registry_id if own else None)
    return Image(repository.name, registry, digest, tags)


def _first_text(forms: tuple[Mapping[str, Any], ...], *keys: str) -> str | None:
    return next(filter(None, (fields.text(form, key) for form in forms for key in keys)), None)
