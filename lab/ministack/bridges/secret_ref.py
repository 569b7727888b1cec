"""What `Ref` of a secret is."""

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.bridges.resource_types import HANDLERS, Made, Properties
from lab.ministack.private import service

SECRETS = service("secretsmanager", "_secrets")
RESOLVE = service("secretsmanager", "_resolve", "(secret_id, *, use_arn_scope=False)")


def _install() -> None:
    handler = HANDLERS.get()["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def created(logical_id: str, properties: Properties, stack: str) -> Made:
        return _by_arn(create(logical_id, properties, stack))

    def updated(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        return _by_arn(update(_name(physical_id), old, new, stack, *logical_id))

    def deleted(physical_id: str, properties: Properties) -> None:
        delete(_name(physical_id), properties)

    handler |= {"create": created, "update": updated, "delete": deleted}


def _by_arn(made: Made) -> Made:
    name, attributes = made
    return attributes.get("Arn", name), attributes


def _name(physical_id: str) -> str:
    """The key under which ministack holds a secret; what it does not know stays as it is."""
    name, _ = RESOLVE.get()(physical_id)
    return physical_id if name is None else str(name)


BRIDGE = Bridge(
    name="secret-ref",
    aws="answers Ref of an AWS::SecretsManager::Secret with its ARN",
    ministack="answers with its name, so that a policy made from it names no secret",
    names=(HANDLERS, SECRETS, RESOLVE),
    install=_install,
)
