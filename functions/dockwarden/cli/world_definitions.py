"""Reads the task definitions of a world file, and whether their images can still be pulled (docs/world.md)."""

from dockwarden.cli.nodes import Node
from dockwarden.cli.world_arns import Place
from dockwarden.cli.world_services import WorldDefinition
from dockwarden.facts.releases import Definition, ImageNow, ImageState
from dockwarden.service_actions import revision_name

_DEFINITION = frozenset({"task_definition", "status", "tags", "images"})
_IMAGE = frozenset({"container", "image", "state"})
_STATUSES = ("ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS")


def read_definitions(listed: Node | None, place: Place) -> dict[str, WorldDefinition]:
    """The revisions of task definitions that a document tells of, by ARN. Raises NodeError."""
    found: dict[str, WorldDefinition] = {}
    for node in listed.items() if listed else ():
        one = _definition(node.only(_DEFINITION), place)
        if one.definition.arn in found:
            raise node.fault(f"{revision_name(one.definition.arn)} stands there twice")
        found[one.definition.arn] = one
    return found


def _definition(node: Node, place: Place) -> WorldDefinition:
    tags, images = node.get("tags"), node.known("images")
    return WorldDefinition(
        Definition(
            place.task_definition(node.need("task_definition")),
            node.need("status").one_of(_STATUSES),
            tuple(tags.texts().items()) if tags else (),
        ),
        tuple(_image(item.only(_IMAGE)) for item in images.items()) if images else None,
    )


def _image(node: Node) -> ImageNow:
    return ImageNow(
        container=node.need("container").text(),
        image=node.need("image").text(),
        wanted=None,
        state=ImageState(node.need("state").one_of([str(state) for state in ImageState])),
    )
