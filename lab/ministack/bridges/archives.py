"""CloudFormation types that ministack does not know."""

from typing import Any

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.bridges.log import LOG
from lab.ministack.bridges.resource_types import HANDLERS, Made, Properties
from lab.ministack.errors import LabError
from lab.ministack.private import service

CREATE = service("eventbridge", "_create_archive", "(data)")
UPDATE = service("eventbridge", "_update_archive", "(data)")
DELETE = service("eventbridge", "_delete_archive", "(data)")
ARCHIVES = service("eventbridge", "_archives")


def _install() -> None:
    HANDLERS.get().setdefault(
        "AWS::Events::Archive", {"create": _create, "update": _update, "delete": _delete}
    )
    HANDLERS.get().setdefault(
        "AWS::CloudWatch::CompositeAlarm",
        {"create": _no_op, "update": _no_op_update, "delete": _no_op_delete},
    )


def _create(logical_id: str, properties: Properties, stack: str) -> Made:
    name = properties.get("ArchiveName") or f"{stack}-{logical_id}"[:48]
    _must(CREATE.get()(_request(name, properties)))
    return name, {"Arn": ARCHIVES.get()[name]["ArchiveArn"], "ArchiveName": name}


def _update(name: str, _old: Properties, new: Properties, _stack: str) -> Made:
    request = {key: value for key, value in _request(name, new).items() if key != "EventSourceArn"}
    _must(UPDATE.get()(request))
    return name, {"Arn": ARCHIVES.get()[name]["ArchiveArn"], "ArchiveName": name}


def _delete(name: str, _properties: Properties) -> None:
    DELETE.get()({"ArchiveName": name})


def _request(name: str, properties: Properties) -> dict[str, Any]:
    given = {**properties, "ArchiveName": name, "EventSourceArn": properties.get("SourceArn", "")}
    given.pop("SourceArn", None)
    return given


def _must(answer: Any) -> None:
    if answer[0] >= 400:
        raise LabError(f"AWS::Events::Archive failed: {answer[2]!r}")


def _no_op(logical_id: str, _properties: Properties, stack: str) -> Made:
    LOG.warning("AWS::CloudWatch::CompositeAlarm %s is a stand-in: nothing is created", logical_id)
    name = f"{stack}-{logical_id}"
    return name, {"Arn": f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}", "Id": name}


def _no_op_update(physical_id: str, _old: Properties, _new: Properties, _stack: str) -> Made:
    return physical_id, {}


def _no_op_delete(_physical_id: str, _properties: Properties) -> None:
    """Nothing was made, so there is nothing to delete."""


BRIDGE = Bridge(
    name="missing-types",
    aws="knows AWS::Events::Archive and AWS::CloudWatch::CompositeAlarm",
    ministack="refuses a template with either; here the archive is real, the composite alarm a stand-in",
    names=(HANDLERS, CREATE, UPDATE, DELETE, ARCHIVES),
    install=_install,
)
