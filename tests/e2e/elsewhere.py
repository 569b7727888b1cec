"""What IAM is asked for the calls of other services than ECS that drydock answers.

Source: Service Authorization Reference of each service. Calls of CloudTrail, CloudWatch, EC2 and Elastic Load Balancing
here name no resource; DescribeImages and BatchGetImage require a `repository`, DescribeStacks a `stack`, GetLogEvents a
`log-stream` and FilterLogEvents a `log-group`, GetDeployment a `deploymentgroup`, which the call does not name.
"""

from lab.drydock.calls import Call
from lab.ministack.server import ACCOUNT, REGION
from tests.e2e.enforced import HOME
from tests.ecs_authorization import Tags, requests
from tests.iam import Request

_PREFIXES = {
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch",
    "monitoring": "cloudwatch",
    "ec2": "ec2",
    "elbv2": "elasticloadbalancing",
    "elasticloadbalancing": "elasticloadbalancing",
}


def asked(call: Call, tags: Tags) -> list[Request]:
    """Everything that must be allowed for a call."""
    if call.service == "ecs":
        return requests(call.operation, call.params, HOME, tags)
    if call.service in _PREFIXES:
        return [Request(f"{_PREFIXES[call.service]}:{call.operation}", "*", {})]
    return [_of_resource(call)]


def _of_resource(call: Call) -> Request:
    names = call.params
    if call.service == "ecr":
        return Request(f"ecr:{call.operation}", _arn("ecr", f"repository/{names['repositoryName']}"), {})
    if call.service == "cloudformation":
        return Request(
            "cloudformation:DescribeStacks", _arn("cloudformation", f"stack/{names['StackName']}/1"), {}
        )
    if call.operation == "GetLogEvents":
        stream = f"log-group:{names['logGroupName']}:log-stream:{names['logStreamName']}"
        return Request("logs:GetLogEvents", _arn("logs", stream), {})
    if call.operation == "FilterLogEvents":
        return Request("logs:FilterLogEvents", _arn("logs", f"log-group:{names['logGroupName']}:"), {})
    raise ValueError(f"it is not written down here what IAM is asked for {call.service}:{call.operation}")


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
