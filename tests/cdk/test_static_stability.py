"""Dockwarden stands beside the way of your services, never in it."""

from tests.cdk.stacks import shipped

IN_THE_WAY = (
    "AWS::ECS::",
    "AWS::ElasticLoadBalancing",
    "AWS::AutoScaling::",
    "AWS::CodeDeploy::",
    "AWS::ECR::",
)
"""Whatever a deployment, a task or a request would have to pass: hooks, listeners, lifecycle hooks, repositories."""


def test_invariant_75_nothing_of_a_service_goes_through_us_so_that_our_end_is_nobodys_outage() -> None:
    """No hook of a deployment, no lifecycle hook of a group, no listener: without our functions all goes on as before."""
    types = {resource["Type"] for resource in shipped().template["Resources"].values()}
    assert types
    assert not [found for found in types if found.startswith(IN_THE_WAY)]
