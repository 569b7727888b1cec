"""What a template says about a table's recovery, encryption and time to live."""

from typing import Any

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.bridges.resource_types import HANDLERS, after_each_write
from lab.ministack.private import PrivateName, service

TABLES = service("dynamodb", "_tables")
PITR = service("dynamodb", "_pitr_settings")
TTL = service("dynamodb", "_ttl_settings")
DESCRIBE_TTL = service("dynamodb", "_describe_ttl", "(data)")
JSON = PrivateName("ministack.core.responses", "json_response")

_declared: dict[str, str] = {}  # table -> TTL attribute


def _apply(name: str, properties: dict[str, Any]) -> None:
    recovery = properties.get("PointInTimeRecoverySpecification") or {}
    PITR.get()[name] = bool(recovery.get("PointInTimeRecoveryEnabled"))
    encryption = properties.get("SSESpecification") or {}
    if encryption.get("SSEEnabled"):
        key = encryption.get("KMSMasterKeyId")
        TABLES.get()[name]["SSEDescription"] = {
            "Status": "ENABLED",
            "SSEType": encryption.get("SSEType", "KMS"),
            **({"KMSMasterKeyArn": key} if key else {}),
        }
    time_to_live = properties.get("TimeToLiveSpecification") or {}
    _declared.pop(name, None)
    if time_to_live.get("Enabled"):
        _declared[name] = time_to_live["AttributeName"]


def _install() -> None:
    describe = DESCRIBE_TTL.get()
    after_each_write("AWS::DynamoDB::Table", _apply)

    def describe_ttl(data: dict[str, Any]) -> Any:
        name = str(data.get("TableName", "")).rsplit("/", 1)[-1]
        if name not in _declared or name not in TABLES.get() or name in TTL.get():
            return describe(data)
        status = {"TimeToLiveStatus": "ENABLED", "AttributeName": _declared[name]}
        return JSON.get()({"TimeToLiveDescription": status})

    DESCRIBE_TTL.replace(describe_ttl)


BRIDGE = Bridge(
    name="tables",
    aws="applies a template's point-in-time recovery, encryption and TTL; expired items go within days",
    ministack="ignores the three. TTL is only described here, nothing expires: the lab's clock is not the machine's",
    names=(HANDLERS, TABLES, PITR, TTL, DESCRIBE_TTL, JSON),
    install=_install,
)
