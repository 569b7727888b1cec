"""CloudWatch metrics in drydock: what Dockwarden asks for over the wire is answered, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from dockwarden.aws.restarts import CloudWatchRestarts
from lab.drydock.build import make_world
from tests.drydock.test_alarms import client


def test_the_search_for_restarts_finds_none_because_no_cluster_has_container_insights() -> None:
    """So that a sweep in the lab reads what it reads in an account."""
    world = make_world(seed=1)
    restarts = CloudWatchRestarts(lambda: client(world), ["demo", "other"])
    assert restarts.inside_tasks(world.now() - timedelta(hours=1), world.now()) == {}


def test_another_query_is_refused() -> None:
    """An empty answer must not stand for a metric that nobody models."""
    world = make_world(seed=1)
    query = {"Id": "a", "Expression": "SEARCH('{AWS/ECS,ClusterName} CPUUtilization', 'Average')"}
    with pytest.raises(ClientError, match="and no other query"):
        client(world).get_metric_data(MetricDataQueries=[query], StartTime=world.now(), EndTime=world.now())
