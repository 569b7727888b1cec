"""The subject that the events of single EC2 instances share."""

from dockwarden.errors import MalformedEventError
from dockwarden.events import arn, fields
from dockwarden.events.envelope import Envelope


def instance_id(envelope: Envelope, key: str = "instance-id") -> str:
    """Return the instance that the event is about, from its detail or else from its resources."""
    found = fields.text(envelope.detail, key) or next(
        filter(None, map(arn.instance_id, envelope.resources)), None
    )
    if found is None:
        raise MalformedEventError(
            f"detail.{key}", fields.value_at(envelope.detail, key), "the id of an EC2 instance as a string"
        )
    return found
