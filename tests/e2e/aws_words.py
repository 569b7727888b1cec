"""Runs `aws SERVICE OPERATION --option value` through boto3, where the AWS CLI itself may be missing.

Names are found as the AWS CLI finds them, in botocore's models: an unknown operation or option is an error.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name


def main(words: Sequence[str]) -> int:
    """Run one command and print its answer as JSON."""
    service, operation, *options = words
    region = _region(options)
    client: Any = boto3.client(service, region_name=region)  # type: ignore[call-overload]
    if operation == "wait":
        waiter, *options = options
        client.get_waiter(waiter.replace("-", "_")).wait(**_parameters(client, "DescribeStacks", options))
        return 0
    names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    answer = getattr(client, operation.replace("-", "_"))(**_parameters(client, names[operation], options))
    shown = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    sys.stdout.write(json.dumps(shown, default=str) + "\n")
    return 0


def _region(options: list[str]) -> str | None:
    """The region that the options name, which is then taken out of them."""
    if "--region" not in options:
        return None
    at = options.index("--region")
    _, region = options[at : at + 2]
    del options[at : at + 2]
    return region


def _parameters(client: Any, operation: str, options: Sequence[str]) -> dict[str, Any]:
    """The parameters of an operation from the command's options."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    members = (
        {xform_name(name, "-"): (name, member) for name, member in shape.members.items()} if shape else {}
    )
    given: dict[str, Any] = {}
    left = list(options)
    while left:
        option = left.pop(0).removeprefix("--")
        name, member = members[option if option in members else option.removeprefix("no-")]
        if member.type_name == "boolean":
            given[name] = option in members
        else:
            given[name] = _value(left.pop(0))
    return given


def _value(text: str) -> str:
    found = re.fullmatch(r"file://(?P<path>.+)", text)
    return Path(found["path"]).read_text(encoding="utf-8") if found else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
